# SPDX-License-Identifier: MIT
"""Numbers about the code, as Markdown tables."""

import subprocess
from pathlib import Path

from .steps import ROOT

SUFFIXES = {".py", ".c", ".h", ".S", ".toml", ".mk", ".ld"}


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
