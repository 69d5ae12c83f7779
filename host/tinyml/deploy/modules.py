# SPDX-License-Identifier: MIT
"""Which of our modules a board needs, and where they go on it."""
from tinyml.deploy.files import Watch, commit, stage
from tinyml.deploy.rom import ROM, write_rom
from tinyml.device import Place
from tinyml.errors import DeviceError
from tinyml.fit.room import Need, Room
from tinyml.probe import BoardFile, Probe, probe
from tinyml.remote import PYTHON_PARTS, built, module_path
from tinyml.transfer import digests, remove

NATIVE = "_tinyml.mpy"


def module_files(found: Probe, build: str) -> dict[str, bytes]:
    """Name to contents, in the order in which they are to be copied."""
    native = {} if found.built_in else {NATIVE: built(module_path(found.arch, build))}
    return native | {name: built(name) for name in PYTHON_PARTS}


def build_for(found: Probe, room: Room, need: Need) -> str:
    """The smallest build that runs a model; `full` if the board has it and has room for it: there
    may be other models."""
    if need.build == "full" or installed_build(found) != "full":
        return need.build
    full, small = (len(built(module_path(found.arch, build))) for build in ("full", need.build))
    return "full" if need.short(room) + full - small <= 0 else need.build


def installed_build(found: Probe) -> str | None:
    """Which build of today's native module the board has."""
    there = found.find(NATIVE)
    for build in ("full", "core") if there else ():
        if there.digest in digests(built(module_path(found.arch, build))):
            return build
    return None


def require_board(found: Probe, romfs: bool) -> None:
    """Raises DeviceError if the board can't import our modules, or would import something else; or
    has no ROMFS partition where one is asked for."""
    if found.problem:
        raise DeviceError(found.problem)
    if romfs and not found.romfs_bytes:
        raise DeviceError(f"`{found.place}` has no ROMFS partition that can be written: deploy "
                          "without --romfs")
    for file in found.installed:
        if file.path.rsplit("/", 1)[-1] in ("tinyml.py", "_tinyml.py"):
            raise DeviceError(f"`{found.place}`: `{file.path}` is in the way of our module: "
                              "rename or remove it")


def to_flash(place: Place, found: Probe, modules: dict[str, bytes], watch: Watch) -> dict[str, int]:
    """Modules to where import finds them now, or to the library folder; all of them change at
    once. Returns the paths, with the bytes that were sent. Raises FitError, DeviceError."""
    sent, missing = {}, {}
    for name, data in modules.items():
        there = found.find(name)
        path = _target(found, there, name)
        if there and there.digest in digests(data):
            sent[there.path] = 0
        else:
            sent[path], missing[path] = len(data), data
    commit(place, stage(place, missing, watch))
    return sent


def to_rom(place: Place, found: Probe, files: dict[str, bytes], watch: Watch) -> dict[str, int]:
    """Modules and models to the ROMFS partition. Modules on the file system that import would find
    before them are removed. Raises FitError, DeviceError."""
    changed = write_rom(place, found, files, watch)
    place.reset()
    if found.installed:
        now = probe(place)
        hides = [file.path for name in files if (file := now.find(name)) and not is_in_rom(file)]
        remove(place.run, hides)
    return {ROM + name: len(data) if changed else 0 for name, data in files.items()}


def _target(found: Probe, there: BoardFile | None, name: str) -> str:
    """A file in ROMFS can't be replaced alone, but the first folder of all comes before it."""
    if there:
        return name if is_in_rom(there) else there.path
    return f"{found.folder}/{name}" if found.folder else name


def is_in_rom(file: BoardFile) -> bool:
    return file.path.startswith(ROM)
