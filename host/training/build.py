# SPDX-License-Identifier: MIT
"""Training on a CPU as a Python extension, `tinyml.search.train._kernels` (cffi, out of line)."""
import re
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).resolve().parent
HEADER = (HERE / "training.h").read_text()

ffi = FFI()
ffi.cdef(re.sub(r"^#[^\n]*|/\*.*?\*/", "", HEADER, flags=re.MULTILINE | re.DOTALL))
ffi.set_source("tinyml.search.train._kernels", '#include "training.h"',
               sources=[str(path.relative_to(HERE.parent.parent)) for path in sorted(HERE.glob("*.c"))],
               include_dirs=[str(HERE)], depends=[str(path) for path in HERE.glob("*.h")],
               extra_compile_args=["-std=gnu99", "-O3", "-Wno-psabi"])
