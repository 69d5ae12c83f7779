# SPDX-License-Identifier: MIT
"""Numbers about the code, as Markdown tables: size per architecture, lines per folder."""

import subprocess
from pathlib import Path

from .micropython import module_objects
from .steps import BUILD, ROOT

PREFIXES = {"x64": "", "rv32imc": "riscv64-unknown-elf-"}  # of the binutils; else Arm's
SUFFIXES = {".py", ".c", ".h", ".S", ".toml", ".mk", ".ld"}


def print_sizes(archs: list[str]):
    """Bytes of code and constants per object file; on a board all of it is RAM."""
    rows: dict[str, dict[str, int]] = {}
    for arch in archs:
        for name, text in object_sizes(arch).items():
            rows.setdefault(name, {})[arch] = text
    print_row("text + data + bss", *archs)
    print_row("---", *("---:" for _ in archs))
    for name, sizes in sorted(rows.items(), key=lambda row: -max(row[1].values())):
        print_row(name, *(sizes.get(arch, "-") for arch in archs))
    totals = [sum(sizes.get(arch, 0) for sizes in rows.values()) for arch in archs]
    print_row("**total**", *totals)
    print_row("`_tinyml.mpy`", *(module(arch).stat().st_size for arch in archs))


def object_sizes(arch: str) -> dict[str, int]:
    """Object file (its path without the build folder) to bytes."""
    folder = module_objects(arch)
    objects = sorted(folder.rglob("*.o"))
    program = PREFIXES.get(arch, "arm-none-eabi-") + "size"
    done = subprocess.run([program, *objects], capture_output=True, text=True, check=True)
    out = {}
    for line in done.stdout.splitlines()[1:]:
        text, data, bss, _, _, path = line.split(None, 5)
        # Sources outside mpy_module have their whole path below the build folder.
        name = path.removeprefix(str(folder)).lstrip("/").removeprefix(str(ROOT).lstrip("/") + "/")
        out[name] = int(text) + int(data) + int(bss)
    return out


def module(arch: str) -> Path:
    return BUILD / "mpy" / arch / "_tinyml.mpy"


def print_lines():
    """Files and non-blank lines per folder, of what git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    counts: dict[str, list[int]] = {}
    for name in sorted(set(listed.stdout.splitlines())):
        path = ROOT / name
        if path.suffix in SUFFIXES and path.is_file():
            count = counts.setdefault(str(path.parent.relative_to(ROOT)), [0, 0])
            count[0] += 1
            count[1] += sum(1 for line in path.read_text().splitlines() if line.strip())
    print_row("folder", "files", "lines")
    print_row("---", "---:", "---:")
    for folder, (files, lines) in counts.items():
        print_row(folder, files, lines)
    print_row("**all**", *(sum(column) for column in zip(*counts.values(), strict=True)))


def print_row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")
