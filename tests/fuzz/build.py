# SPDX-License-Identifier: MIT
"""Builds the fuzz harness without a fuzzer (replay.c), under ASan and UBSan."""
import subprocess
from pathlib import Path

from native.host_build import sources

FUZZ = Path(__file__).resolve().parent
ROOT = FUZZ.parents[1]
CHECKED = "-std=c99 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all".split()
WARNINGS = "-Wall -Wextra -pedantic -Werror".split()


def build_replay(program: Path, sets: tuple[str, ...]) -> None:
    """With these sets of kernels."""
    folders = ["include", "core", "kernels", *(f"kernels/{name}" for name in sets)]
    subprocess.run(["gcc", *CHECKED, *WARNINGS, *(f"-I{ROOT / 'native' / name}" for name in folders),
                    *sources(sets), *FUZZ.glob("*.c"), "-o", program], check=True, cwd=ROOT)
