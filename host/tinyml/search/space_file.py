# SPDX-License-Identifier: MIT
"""Spaces as TOML files: spaces/NAME.toml, or a user's own. The keys are the fields of space.py."""
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

from tinyml.errors import SearchError
from tinyml.search.space import Space

FOLDER = Path(__file__).with_name("spaces")
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
# What a key's number or each of its numbers must be.
RULES = {
    "dimensions": (lambda number: number in (1, 2), "1 or 2"),
    "kernels": (lambda number: 0 < number < 32 and number % 2, "odd, and 31 at most"),
    "channels": (lambda number: 0 < number <= 4096, "1 to 4096"),
    "inputs": (lambda number: 0 < number <= 1, "above 0, and 1 at most"),
    "widths": (lambda number: 0 < number <= 1, "above 0, and 1 at most"),
    "scales": (lambda number: 0 < number <= 32, "above 0, and 32 at most"),
} | dict.fromkeys(("depths", "expansions", "shrunk", "strides"),
                  (lambda number: 0 < number <= 32, "1 to 32"))
# Lists that are no alphabets: a value may come twice.
ORDERED = ("strides", "plain", "stages")


def list_spaces() -> list[str]:
    """The names that `load_space` knows."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_space(name: str | Path) -> Space:
    """A space by its name, or of a file that ends in .toml. Raises SearchError that names what is
    wrong with it."""
    known = str(name) in list_spaces()
    path = FOLDER / f"{name}.toml" if known else Path(name)
    if path.suffix != ".toml":
        raise SearchError(f"space `{name}` is unknown; known: {', '.join(list_spaces())}, or a "
                          ".toml file of your own")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SearchError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SearchError(f"{path}: {error}") from None
    return space_from(table, path.stem, path.name if known else str(path))


def space_from(table: dict, name: str, source: str) -> Space:
    """A space of a TOML file's table."""
    if "name" in table:
        raise SearchError(f"{source}: unknown key `name`: a space is called as its file")
    try:
        space = _filled(Space, table | {"name": name}, "")
        _check_layouts(space)
    except ValueError as error:
        raise SearchError(f"{source}: {error}") from None
    return space


def _check_layouts(space: Space) -> None:
    count = len(space.stages)
    for number, layout in enumerate(space.layouts):
        for key, held, wanted in (("strides", layout.strides, count + 1), ("plain", layout.plain, count)):
            if len(held) != wanted:
                raise ValueError(f"`layouts[{number}].{key}` has {len(held)} values, not {wanted}: there "
                                 f"are {count} stages" + ", and the stem" * (wanted > count))


def _filled(kind, table, where: str):
    """A dataclass of a table."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    for key in table:
        if key not in names:
            raise ValueError(f"unknown key `{where}{key}`; known: {', '.join(names)}")
    for name in names:
        if name not in table:
            raise ValueError(f"key `{where}{name}` is missing")
    return kind(**{name: _value(hints[name], table[name], where + name, name) for name in names})


def _value(kind, value, where: str, key: str):
    """A value of a kind, or why it isn't."""
    if parts := get_args(kind):
        if not isinstance(value, list) or not value:
            raise ValueError(f"`{where}` is {value!r}, not a list of at least one")
        found = tuple(_value(parts[0], each, f"{where}[{number}]", key)
                      for number, each in enumerate(value))
        if len(set(found)) < len(found) and key not in ORDERED:
            raise ValueError(f"`{where}` has a value twice")
        return found
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise ValueError(f"`{where}` is {value!r}, not a table")
        return _filled(kind, value, f"{where}.")
    kinds = (int, float) if kind is float else kind
    if not isinstance(value, kinds) or isinstance(value, bool) and kind is not bool:
        raise ValueError(f"`{where}` is {value!r}, not {KINDS[kind]}")
    follows, words = RULES.get(key, (lambda number: True, ""))
    if not follows(value):
        raise ValueError(f"`{where}` is {value!r}: it must be {words}")
    return kind(value)
