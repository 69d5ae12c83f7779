/* SPDX-License-Identifier: MIT */
/* The order in which the steps of an opened schedule fire, for tests: nothing is computed. */
#include "stage.h"

int trace(const void *file, size_t file_bytes, void *arena, size_t arena_bytes, uint16_t *firings,
          int most);

/* Writes (step of its stage, row, pixel) for each firing; returns how many, or -1. */
int trace(const void *file, size_t file_bytes, void *arena, size_t arena_bytes, uint16_t *firings,
          int most)
{
    tml_model_t m;
    int count = 0;
    if (tml_open(&m, file, file_bytes, arena, arena_bytes) != TML_OK) {
        return -1;
    }
    for (uint32_t at = 0; at != m.header->step_bytes; at = tml_stage_end(&m)) {
        tml_stage_begin(&m, at);
        if (tml_is_page(tml_stage_step(&m, m.progress))) {
            continue;                       /* begun, not fired */
        }
        m.fed_bytes = UINT32_MAX;
        while (m.unfinished != 0) {
            uint32_t pixels;
            tml_progress_t *next = tml_stage_next(&m, &pixels);
            if (next == NULL || count == most) {
                return -1;
            }
            *firings++ = (uint16_t)(next - m.progress);
            *firings++ = (uint16_t)(next->place >> 16);
            *firings++ = (uint16_t)next->place;
            tml_stage_fired(&m, next, pixels);
            count++;
        }
    }
    return count;
}
