# SPDX-License-Identifier: MIT
"""Files to the flash of a board: only those that differ, none by halves."""
from collections.abc import Callable
from contextlib import contextmanager, suppress

from tinyml.device import Place
from tinyml.errors import DeviceError, FitError
from tinyml.transfer import PART, Tell, digest_of, digests, remove, rename

Watch = Callable[[str, int], Tell]      # name and bytes of a file that is sent

_ROOM = """\
import os
for folder in {folders!r}:
    try:
        os.mkdir(folder)
    except OSError:
        pass
s = os.statvfs({where!r} or os.getcwd())
print(s[1], s[1] * s[4])
for name in {names!r}:
    try:
        print(os.stat(name)[6])
    except OSError:
        print(0)
"""


def silent(name: str, size: int) -> Tell:
    """Watches nothing."""
    return lambda count: None


def stage(place: Place, files: dict[str, bytes], watch: Watch) -> dict[str, str]:
    """Writes those files that are not there as they should be, under temporary names: these by
    the real ones. An old file goes first only where there is no room beside it.

    Raises FitError if the flash is full, DeviceError.
    """
    remove(place.run, [name + PART for name in files])      # of a copy that was cut off
    files = {name: data for name, data in files.items()
             if digest_of(place.run, name) not in digests(data)}
    if not files:
        return {}
    staged = {name: name + PART for name in files}
    if old := _old_in_the_way(place, files):
        remove(place.run, old)
    with _nothing_left_of(place, staged, sum(map(len, files.values()))):
        for name, data in files.items():
            place.write(staged[name], data, watch(name, len(data)))
    return staged


def commit(place: Place, staged: dict[str, str]) -> None:
    """The files take their names."""
    if staged:
        rename(place.run, [(part, name) for name, part in staged.items()])


def discard(place: Place, staged: dict[str, str]) -> None:
    """The files are not wanted after all; or the board is gone. What it was told last may be a
    program cut in two, or an open file."""
    with suppress(DeviceError):
        place.reset()
        remove(place.run, list(staged.values()))


@contextmanager
def _nothing_left_of(place: Place, staged: dict[str, str], size: int):
    try:
        yield
    except BaseException as error:
        discard(place, staged)
        if isinstance(error, DeviceError) and _is_full(error):
            raise _no_room(place, list(staged), size) from None
        raise


def _old_in_the_way(place: Place, files: dict[str, bytes]) -> list[str]:
    """The files without whose room there is none for their successors."""
    names = list(files)
    folders = sorted({name.rsplit("/", 1)[0] for name in names if "/" in name.lstrip("/")})
    told = place.run(_ROOM.format(folders=folders, names=names, where=folders[0] if folders else ""))
    (block, free), *sizes = (tuple(map(int, line.split())) for line in told.splitlines())

    def room(size: int) -> int:
        return (size // block + 2) * block      # one block for what the file system writes beside

    needed = sum(room(len(data)) for data in files.values())
    old = {name: size for name, (size,) in zip(names, sizes) if size}
    if needed <= free:
        return []
    if needed <= free + sum(-(-size // block) * block for size in old.values()):
        return list(old)
    raise _no_room(place, names, needed, free)


def _no_room(place: Place, names: list[str], needed: int, free: int | None = None) -> FitError:
    left = "" if free is None else f", {free} are free"
    return FitError(f"`{place.name}`: no room on its file system for {', '.join(names)}: {needed} "
                    f"bytes are needed{left}; remove files there, or use --romfs if it has that")


def _is_full(error: DeviceError) -> bool:
    return "ENOSPC" in str(error) or str(error).endswith("OSError: 28")
