# SPDX-License-Identifier: MIT
"""What a search has found so far: a file of JSON lines that only grows.

A line is on the disk before the search goes on, so whatever ends it, the next run begins where
this one stopped. Results come back as they are in the file, whether they were just computed or
read, so that a run that was cut gives what a whole one gives.
"""
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from tinyml.errors import SearchError

try:
    import fcntl
except ImportError:             # Windows
    fcntl = None

SETTINGS = "settings"           # the key of what the search was told


class Journal:
    """Records are dictionaries; those of tasks are `{"key": ..., "result": ...}`, each key once. A
    line cut in half at the end is dropped. Raises SearchError for a file that is none or that
    another search writes to."""

    def __init__(self, path: str | Path):
        self.path = Path(path)
        try:
            self._file = open(self.path, "ab+", buffering=0)
        except OSError as error:
            raise SearchError(f"{path}: {error.strerror}") from None
        try:
            self._lock()
            self._records = self._read()
        except BaseException:
            self._file.close()
            raise
        self._results = {record["key"]: record["result"] for record in self._records
                         if "key" in record}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._results

    def __getitem__(self, key: str):
        return self._results[key]

    def records(self) -> list[dict]:
        """All, in the order in which they were written."""
        return list(self._records)

    def append(self, record: dict) -> dict:
        """Writes what can be told in JSON; returns it as JSON tells it."""
        assert record.get("key", "") not in self._results, record
        line = json.dumps(record, allow_nan=False)
        self._write(line.encode() + b"\n")
        record = json.loads(line)
        self._records.append(record)
        if "key" in record:
            self._results[record["key"]] = record["result"]
        return record

    def once(self, key: str, compute: Callable[[], object]):
        """The result of a key, computed if it isn't known."""
        if key not in self:
            self.append({"key": key, "result": compute()})
        return self[key]

    def claim(self, settings: dict) -> None:
        """Says what the search is told, or raises SearchError where the file is of another."""
        settings = json.loads(json.dumps(settings))
        begun = self.once(SETTINGS, lambda: settings)
        changed = [key for key in {**begun, **settings} if begun.get(key) != settings.get(key)]
        if changed:
            raise SearchError(f"{self.path} is of a search with another `{changed[0]}`: "
                              f"{begun.get(changed[0])}, not {settings.get(changed[0])}; go on "
                              "with that, or write to another folder")

    def results(self, tasks: Mapping[str, object], compute: Callable[[list], Iterable]) -> list:
        """The result of each task, in order. `compute` is given those that aren't known, and yields
        (number, result) as they come: an executor's `each`."""
        missing = [key for key in tasks if key not in self]
        if missing:
            for number, result in compute([tasks[key] for key in missing]):
                self.append({"key": missing[number], "result": result})
        return [self[key] for key in tasks]

    def _write(self, line: bytes):
        """The whole line to the disk, or nothing."""
        end = self._file.seek(0, os.SEEK_END)
        try:
            while line:                     # a disk that is nearly full takes a part
                line = line[self._file.write(line):]
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(end)
            raise SearchError(f"`{self.path}` cannot be written: {error.strerror}; what is in it "
                              "is kept, and the same command goes on") from None

    def _lock(self):
        if fcntl:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise SearchError(f"{self.path}: another search writes to it") from None

    def _read(self) -> list[dict]:
        """What is in the file; what is behind its last good line is cut off."""
        self._file.seek(0)
        found, good = [], 0
        lines = self._file.read().splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            if not _is_record(line):
                if number < len(lines):
                    raise SearchError(f"{self.path}: line {number} is not of a search")
                self._file.truncate(good)
                break
            found.append(json.loads(line))
            good += len(line)
        return found


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return line.endswith(b"\n") and isinstance(record, dict) and ("key" in record) == (
        "result" in record)
