/* SPDX-License-Identifier: MIT */
/* Checks a schedule once, so that nothing has to be checked while it runs. */
#include "checks.h"
#include "stage.h"

enum { MOST_FIRINGS = 1 << 22 };        /* of a run: what a dry run may take at opening */

/* The header, and the two checksums; of a head alone, its own. */
static tml_status_t check_file(const tml_header_t *h, size_t file_bytes, int is_head)
{
    if (file_bytes < sizeof *h) {
        return TML_TRUNCATED;
    }
    if (h->magic != TML_MAGIC) {
        return TML_NOT_TML;
    }
    if (h->version != TML_VERSION) {
        return TML_OTHER_VERSION;
    }
    if (h->head_bytes > file_bytes || (!is_head && h->data_bytes > file_bytes - h->head_bytes)) {
        return TML_TRUNCATED;
    }
    if (h->data_bytes >= INT32_MAX || h->head_bytes < sizeof *h ||
        h->head_bytes % TML_ALIGN != 0 || h->arena_bytes % 4 != 0) {
        return TML_CORRUPT;
    }
    const uint8_t *head = (const uint8_t *)h;
    const size_t covered = offsetof(tml_header_t, version);
    if (tml_crc32(0, head + covered, h->head_bytes - covered) != h->crc ||
        (!is_head && tml_crc32(0, head + h->head_bytes, h->data_bytes) != h->data_crc)) {
        return TML_CORRUPT;
    }
    return h->packing == 0 ? TML_OK : TML_OTHER_PACKING;
}

/* Who reads a model through its ports counts on these numbers. */
static int port_is_sound(const tml_port_t *port)
{
    return port->kind <= 3 && port->dtype <= 2 && port->rank <= 4 && port->channels_first <= 1 &&
           port->reserved0 == 0;
}

/* Every ring inside the arena, before the progress of steps; every port on a ring, at least one
   input and one output. */
static tml_status_t check_rings(const tml_model_t *m)
{
    const uint32_t room = m->header->arena_bytes -
                          m->header->longest_stage * (uint32_t)sizeof(tml_progress_t);
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < m->header->ring_count; i++) {
        const tml_ring_t *ring = &m->rings[i];
        if (ring->height == 0 || ring->width == 0 || ring->channels == 0 ||
            ring->pitch < ring->width || ring->pixels == 0 ||
            ring->pixels > tml_whole_pixels(ring) || ring->offset > room ||
            (ring->pitch != ring->width && ring->pixels != tml_whole_pixels(ring)) ||
            tml_product(ring->pixels, ring->channels) > room - ring->offset) {
            return TML_BAD_RING;
        }
    }
    for (uint32_t i = 0; i < m->header->port_count; i++) {
        if (m->ports[i].ring >= m->header->ring_count || !port_is_sound(&m->ports[i])) {
            return TML_BAD_RING;
        }
        kinds |= m->ports[i].kind == 3 ? 0 : 1u << m->ports[i].kind % 2;
    }
    return kinds == 3 ? TML_OK : TML_BAD_RING;
}

static tml_status_t check_steps(tml_model_t *m)
{
    const uint8_t *at = m->steps;
    uint32_t left = m->header->step_bytes;
    for (uint32_t i = 0; i < m->header->step_count; i++) {
        const tml_step_t *step = (const void *)at;
        const tml_status_t status = tml_check_step(m, step, left);
        if (status != TML_OK) {
            return status;
        }
        at += step->words * 4u;
        left -= step->words * 4u;
    }
    return left == 0 ? TML_OK : TML_BAD_STEP;
}

/* What a step reads that it does not wait for must be whole, and so must be what it writes that
   nobody waits for; a writer knows its readers. */
static int link_is_sound(const tml_model_t *m, uint32_t index, uint8_t back, uint16_t ring)
{
    if (back == 0) {
        return m->rings[ring].pixels == tml_whole_pixels(&m->rings[ring]);
    }
    return back <= index && tml_stage_step(m, &m->progress[index - back])->output == ring &&
           tml_stage_step(m, &m->progress[index - back])->reach >= back;
}

static int step_is_linked(const tml_model_t *m, uint32_t index)
{
    const tml_step_t *step = tml_stage_step(m, &m->progress[index]);
    const tml_ring_t *output = &m->rings[step->output];
    return (step->stage != 0) == (index == 0) && index + step->reach < m->stage_steps &&
           (step->reach != 0 || output->pixels == tml_whole_pixels(output)) &&
           (step->inputs > 0 ? link_is_sound(m, index, step->back, step->input)
                             : step->back == 0) &&
           (step->inputs > 1 ? link_is_sound(m, index, step->back2, step->input2)
                             : step->back2 == 0);
}

/* Each stage by itself: its links, then a dry run of the firing rule to its end. */
static tml_status_t check_stages(tml_model_t *m)
{
    uint32_t firings = 0, steps_left = m->header->step_count;
    for (uint32_t at = 0; at != m->header->step_bytes; at = tml_stage_end(m)) {
        const uint32_t steps = ((const tml_step_t *)(const void *)(m->steps + at))->stage;
        if (steps == 0 || steps > m->header->longest_stage || steps > steps_left) {
            return TML_BAD_STAGE;
        }
        steps_left -= steps;
        tml_stage_begin(m, at);
        for (uint32_t i = 0; i < steps; i++) {
            if (!step_is_linked(m, i)) {
                return TML_BAD_STAGE;
            }
        }
        while (steps > 1 && m->unfinished != 0) {
            m->fed_bytes = UINT32_MAX;
            uint32_t pixels;
            tml_progress_t *next = tml_stage_next(m, &pixels);
            if (next == NULL || ++firings > MOST_FIRINGS) {
                return TML_BAD_STAGE;
            }
            tml_stage_fired(m, next, pixels);
        }
    }
    return TML_OK;
}

static tml_status_t open_file(tml_model_t *m, const void *file, size_t file_bytes,
                              void *arena, size_t arena_bytes, int is_head)
{
    if ((uintptr_t)file % TML_BASE_ALIGN != 0 || (uintptr_t)arena % TML_BASE_ALIGN != 0) {
        return TML_UNALIGNED;
    }
    const tml_header_t *h = file;
    tml_status_t status = check_file(h, file_bytes, is_head);
    if (status != TML_OK) {
        return status;
    }
    const uint32_t state = h->longest_stage * (uint32_t)sizeof(tml_progress_t);
    if (h->arena_bytes < state) {
        return TML_CORRUPT;
    }
    if (arena_bytes < h->arena_bytes) {
        return TML_ARENA;
    }
    const uint32_t rings = sizeof *h;
    const uint32_t ports = rings + h->ring_count * (uint32_t)sizeof(tml_ring_t);
    const uint32_t steps = ports + h->port_count * (uint32_t)sizeof(tml_port_t);
    if (steps > h->head_bytes || h->step_bytes > h->head_bytes - steps || h->step_bytes % 4 != 0) {
        return TML_CORRUPT;
    }
    const uint8_t *head = file;
    m->header = h;
    m->rings = (const void *)(head + rings);
    m->ports = (const void *)(head + ports);
    m->steps = head + steps;
    m->data = is_head ? arena : head + h->head_bytes;
    if (TML_HAS_PAGES) {
        m->all_data = is_head ? NULL : m->data;
        m->data_bytes = is_head ? 0 : h->data_bytes;
        m->page = NULL;
        m->unfinished = 0;
    }
    m->arena = arena;
    m->progress = (void *)(m->arena + (h->arena_bytes - state));
    status = check_rings(m);
    if (status == TML_OK) {
        status = check_steps(m);
    }
    if (status == TML_OK) {
        status = check_stages(m);
    }
    if (status == TML_OK) {
        tml_start(m);
    }
    return status;
}

tml_status_t tml_open(tml_model_t *m, const void *file, size_t file_bytes,
                      void *arena, size_t arena_bytes)
{
    return open_file(m, file, file_bytes, arena, arena_bytes, 0);
}

#ifndef TML_CORE
tml_status_t tml_open_head(tml_model_t *m, const void *head, size_t head_bytes,
                           void *arena, size_t arena_bytes)
{
    return open_file(m, head, head_bytes, arena, arena_bytes, 1);
}
#endif
