# SPDX-License-Identifier: MIT
"""The C runtime as a Python extension, `tinyml._native` (cffi, out of line)."""
from pathlib import Path

from cffi import FFI

NATIVE = Path(__file__).resolve().parent
SETS = ("blocked", "ref")       # of kernels: a file stands in for those of its name in later ones


def sources(sets: tuple[str, ...] = SETS) -> list[str]:
    """The core and the kernels, relative to the repository."""
    kernels: dict[str, Path] = {}
    for folder in sets:
        for path in sorted((NATIVE / "kernels" / folder).glob("*.c")):
            kernels.setdefault(path.name, path)
    files = [*sorted((NATIVE / "core").glob("*.c")), *kernels.values()]
    return [str(path.relative_to(NATIVE.parent)) for path in files]


ffi = FFI()
ffi.cdef("""
typedef struct { ...; } tml_model_t;
int tml_open(tml_model_t *m, const void *file, size_t file_bytes, void *arena, size_t arena_bytes);
int tml_open_head(tml_model_t *m, const void *head, size_t head_bytes, void *arena, size_t arena_bytes);
int tml_turn_page(tml_model_t *m);
void tml_start(tml_model_t *m);
void tml_offer(tml_model_t *m, const void *pixels, size_t bytes);
int tml_step(tml_model_t *m);
int tml_run(tml_model_t *m);
uint32_t tml_noise(uint32_t seed, void *out, size_t bytes);
uint32_t tml_crc32(uint32_t crc, const void *bytes, size_t length);
static int32_t tml_next_at(tml_model_t *m);
static int32_t tml_page_at(const tml_model_t *m);
""")
ffi.set_source(
    "tinyml._native", """
#include "stage.h"

static int32_t tml_next_at(tml_model_t *m)
{
    uint32_t pixels;
    const tml_progress_t *next = m->unfinished == 0 ? NULL
                                 : tml_wanted_page(m) != NULL ? m->progress
                                                              : tml_stage_next(m, &pixels);
    return next == NULL ? -1 : (int32_t)next->at;
}

static int32_t tml_page_at(const tml_model_t *m)
{
    const uint8_t *page = (const void *)tml_wanted_page(m);
    return page == NULL ? -1 : (int32_t)(page - m->steps);
}
""",
    sources=sources(),
    include_dirs=[str(NATIVE / name) for name in ("include", "core", "kernels")]
    + [str(NATIVE / "kernels" / name) for name in SETS],
    depends=[str(path) for path in sorted(NATIVE.rglob("*.h"))],
    extra_compile_args=["-std=c99", "-O2"])
