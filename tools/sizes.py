# SPDX-License-Identifier: MIT
"""Bytes of the native modules, file by file, and the stack that their functions need.

    python3 tasks.py size [--json]

All of a native module is copied into RAM: code, constants and bss. `core` is what convolutional
nets need, `full` is everything.
"""
import json
import re
import subprocess
from pathlib import Path

from .micropython import ARCHS, module_objects, module_path
from .mpy_file import loaded_bytes
from .stack import Graph
from .steps import BUILD
from .tables import print_row

BUILDS = ("core", "full")
KIB = 1024
# The most bytes that a loaded module may have.
LIMITS = {"armv6m": {"core": 12 * KIB, "full": 20 * KIB},
          "armv7emsp": {"core": 14 * KIB, "full": 24 * KIB},
          "rv32imc": {"core": 14 * KIB, "full": 24 * KIB}}
MOST_STACK = 2 * KIB            # of a kernel, all that it calls included
ENTRIES = ("tml_open", "tml_run")
ARM, RISCV = "arm-none-eabi-", "riscv64-unknown-elf-"
# Prefix of the binutils, and what tells GCC which libgcc is meant.
TOOLS = {
    "x64": ("", ""), "armv6m": (ARM, "-mthumb -mcpu=cortex-m0"),
    "armv7m": (ARM, "-mthumb -mcpu=cortex-m3"),
    "armv7emsp": (ARM, "-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard"),
    "armv7emdp": (ARM, "-mthumb -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard"),
    "rv32imc": (RISCV, "-march=rv32imac -mabi=ilp32"),
}


def objects(arch: str, build: str) -> dict[str, Path]:
    """Source without its ending, in its folder (`kernels/ref/add`), to the object."""
    paths = sorted(module_objects(arch, build).rglob("*.o"))
    return {re.sub(r".*/native/", "", str(path.with_suffix(""))) if "native" in path.parts
            else f"mpy_module/{path.stem}": path for path in paths}


def object_sizes(arch: str, build: str) -> dict[str, int]:
    """Object to bytes of code, constants and bss. `libgcc and links`: the rest of the module."""
    sizes = {name: _sections(path, TOOLS[arch][0]) for name, path in objects(arch, build).items()}
    return sizes | {"libgcc and links": module_bytes(arch, build) - sum(sizes.values())}


def _sections(path: Path, prefix: str) -> int:
    """Bytes of an object that the module takes over."""
    done = subprocess.run([prefix + "size", "-A", path], capture_output=True, text=True, check=True)
    return sum(map(int, re.findall(r"^\.(?:text|rodata|data|bss)\S*\s+(\d+)", done.stdout, re.M)))


def module_bytes(arch: str, build: str) -> int:
    """RAM that the loaded module takes."""
    return loaded_bytes(BUILD / "mpy" / module_path(arch, build))


def stack(arch: str, build: str) -> dict[str, int]:
    """Function that others call (`tml_open`, `tml_run`, each kernel) to the bytes it needs."""
    prefix, flags = TOOLS[arch]
    libgcc = subprocess.run([f"{prefix}gcc", *flags.split(), "-print-libgcc-file-name"],
                            capture_output=True, text=True, check=True).stdout.strip()
    found = objects(arch, build)
    depths = Graph(list(found.values()), prefix, Path(libgcc)).stack()
    kernels = {f"tml_{path.stem}" for name, path in found.items() if name.startswith("kernels")}
    return {name: depth for name, depth in depths.items() if name in kernels or name in ENTRIES}


def figures(arch: str) -> dict:
    """All numbers of an architecture, for --json."""
    return {build: {"bytes": module_bytes(arch, build),
                    "limit": LIMITS.get(arch, {}).get(build),
                    "objects": object_sizes(arch, build), "stack": stack(arch, build)}
            for build in BUILDS}


def print_sizes(as_json: bool) -> None:
    """Two tables: bytes of each file, stack of each call; or JSON, by architecture."""
    all_figures = {arch: figures(arch) for arch in ARCHS}
    if as_json:
        print(json.dumps(all_figures))
        return
    _print_table("bytes, `full`", {a: f["full"]["objects"] for a, f in all_figures.items()})
    for build in BUILDS:
        print_row(f"**module, `{build}`**", *(_against(f[build]) for f in all_figures.values()))
    print()
    _print_table("stack, all calls included",
                 {arch: f["full"]["stack"] for arch, f in all_figures.items()})


def _print_table(title: str, columns: dict[str, dict[str, int]]) -> None:
    """One row for each name that any column has. A kernel of another set than ref says so."""
    rows: dict[str, dict[str, str]] = {}
    for arch, column in columns.items():
        for name, number in column.items():
            _, *kernels_set, _ = name.split("/") if name.startswith("kernels/") else ("", "")
            cell = f"{number} {kernels_set[0]}" if kernels_set not in ([], ["ref"]) else number
            rows.setdefault(re.sub("kernels/.*/", "kernels/", name), {})[arch] = cell
    print_row(title, *columns)
    print_row("---", *("---:" for _ in columns))
    for name, cells in sorted(rows.items()):
        print_row(name, *(cells.get(arch, "-") for arch in columns))


def _against(build: dict) -> str:
    """The size of a module, and its limit if it has one."""
    if not build["limit"]:
        return str(build["bytes"])
    verdict = "**over**" if build["bytes"] > build["limit"] else "of"
    return f"{build['bytes']} {verdict} {build['limit']}"
