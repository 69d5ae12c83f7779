/* SPDX-License-Identifier: MIT */
/* Any bytes into tml_open: refused, or run inside their buffers. Built with libFuzzer, ASan and
   UBSan; file and arena are heap blocks of exactly their size, so one byte outside is seen.

   The bytes are tried as they are, and again with both checksums put right: without that a fuzzer
   would hardly ever get past them. A hungry run is fed the file itself, in meals that are heap
   blocks of exactly their size too. Then it is tried as a head whose data comes in pages, from a reader
   that gives noise where the file has ended. */
#include <stdlib.h>
#include <string.h>

#include "tml.h"

enum { MOST_ARENA = 1 << 15, MOST_FIRINGS = 600, MOST_MEALS = 100, MEAL = 61 };

/* Reads the page that is wanted. Whether it was right or not, it is turned. */
static void read_page(tml_model_t *m, const uint8_t *file, size_t size)
{
    const tml_page_t *page = tml_wanted_page(m);
    const tml_ring_t *ring = &m->rings[page->output];
    int8_t *to = m->arena + ring->offset;
    const size_t bytes = (size_t)ring->pixels * ring->channels;
    const size_t at = (size_t)m->header->head_bytes + page->start;
    const size_t there = at < size ? size - at : 0;
    tml_noise(page->start + 1, to, bytes);
    memcpy(to, file + (there != 0 ? at : 0), bytes < there ? bytes : there);
    (void)tml_turn_page(m);
}

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
        if (state == TML_PAGE) {
            read_page(model, file, size);
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

static void open_and_run(const uint8_t *file, size_t size, int is_head)
{
    tml_header_t header = { 0 };
    memcpy(&header, file, size < sizeof header ? size : sizeof header);
    size_t arena_bytes = header.arena_bytes < MOST_ARENA ? header.arena_bytes : MOST_ARENA;
    void *arena = malloc(arena_bytes != 0 ? arena_bytes : 1);
    tml_noise(1, arena, arena_bytes);
    const size_t given = is_head && header.head_bytes < size ? header.head_bytes : size;
    void *bytes = malloc(given != 0 ? given : 1);
    memcpy(bytes, file, given);
    tml_model_t model;
    if ((is_head ? tml_open_head : tml_open)(&model, bytes, given, arena, arena_bytes) == TML_OK) {
        run(&model, file, size);
        tml_start(&model);              /* with a page in force, and another run's bytes */
        run(&model, file, size);
    }
    free(bytes);
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
    for (int is_head = 0; is_head < 2; is_head++) {
        open_and_run(file, size, is_head);
    }
    put_right(file, size);
    for (int is_head = 0; is_head < 2; is_head++) {
        open_and_run(file, size, is_head);
    }
    free(file);
    return 0;
}
