# SPDX-License-Identifier: MIT
"""The fuzzer of tests/fuzz: what is found, and new inputs, go to build/fuzz."""

import shutil

from .steps import BUILD, ROOT, StepFailed, show

FLAGS = "-std=c99 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all".split()


def fuzz(seconds: int):
    """Build with clang and run; a finding ends it with an error and is kept."""
    if not shutil.which("clang"):
        raise StepFailed("fuzz needs clang with libFuzzer: apt-get install clang libclang-rt-14-dev")
    found = BUILD / "fuzz" / "found"
    found.mkdir(parents=True, exist_ok=True)
    program = BUILD / "fuzz" / "fuzz_open"
    native = ROOT / "native"
    includes = [f"-I{native / name}" for name in ("include", "core", "kernels", "kernels/blocked")]
    kernels = {path.name: path for name in ("ref", "blocked")       # the host's sets
               for path in (native / "kernels" / name).glob("*.c")}
    sources = [ROOT / "tests/fuzz/fuzz_open.c", *(native / "core").glob("*.c"), *kernels.values()]
    show(["clang", *FLAGS, *includes, *sources, "-o", program])
    show([program, f"-max_total_time={seconds}", "-max_len=4096", "-print_final_stats=1",
          f"-artifact_prefix={BUILD / 'fuzz'}/", found, ROOT / "tests/fuzz/corpus"])
