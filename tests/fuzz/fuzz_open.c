/* SPDX-License-Identifier: MIT */
/* Any bytes into tml_open: refused, or run inside their buffers. Built with libFuzzer, ASan and
   UBSan; file and arena are heap blocks of exactly their size, so one byte outside is seen.

   The bytes are tried as they are, and again with both checksums put right: without that a fuzzer
   would hardly ever get past them. A hungry run is fed the file itself, in meals that are heap
   blocks of exactly their size too. */
#include <stdlib.h>
#include <string.h>

#include "tml.h"

enum { MOST_ARENA = 1 << 15, MOST_FIRINGS = 600, MOST_MEALS = 100, MEAL = 61 };

/* Goes on until the run is done, or has had enough. */
static void run(tml_model_t *model, const uint8_t *file, size_t size)
{
    void *meal = NULL;
    int meals = 0;
    for (int i = 0; i < MOST_FIRINGS; i++) {
        const tml_state_t state = tml_step(model);
        if (state == TML_DONE || (state == TML_HUNGRY && meals++ == MOST_MEALS)) {
            break;
        }
        if (state == TML_HUNGRY) {
            const size_t bytes = size < MEAL ? size : MEAL;
            free(meal);
            meal = malloc(bytes);
            memcpy(meal, file, bytes);
            tml_offer(model, meal, bytes);
        }
    }
    free(meal);
}

static void open_and_run(const uint8_t *file, size_t size)
{
    tml_header_t header = { 0 };
    memcpy(&header, file, size < sizeof header ? size : sizeof header);
    size_t arena_bytes = header.arena_bytes < MOST_ARENA ? header.arena_bytes : MOST_ARENA;
    void *arena = malloc(arena_bytes != 0 ? arena_bytes : 1);
    tml_noise(1, arena, arena_bytes);
    tml_model_t model;
    if (tml_open(&model, file, size, arena, arena_bytes) == TML_OK) {
        run(&model, file, size);
    }
    free(arena);
}

static void put_right(uint8_t *file, size_t size)
{
    tml_header_t h;
    if (size < sizeof h) {
        return;
    }
    memcpy(&h, file, sizeof h);
    h.magic = TML_MAGIC;
    h.version = TML_VERSION;
    if (h.head_bytes < sizeof h || h.head_bytes > size || h.data_bytes > size - h.head_bytes) {
        return;
    }
    const size_t covered = offsetof(tml_header_t, version);
    h.data_crc = tml_crc32(0, file + h.head_bytes, h.data_bytes);
    memcpy(file, &h, sizeof h);
    h.crc = tml_crc32(0, file + covered, h.head_bytes - covered);
    memcpy(file, &h, sizeof h);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *file = malloc(size != 0 ? size : 1);
    memcpy(file, bytes, size);
    open_and_run(file, size);
    put_right(file, size);
    open_and_run(file, size);
    free(file);
    return 0;
}
