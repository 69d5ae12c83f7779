/* SPDX-License-Identifier: MIT */
/* Runs the programs of bounds.h: whether a step stays inside its rings and its data. */
#include "bounds.h"
#include "stage.h"

enum { STACK = 8 };             /* numbers; no condition needs more */

uint32_t tml_product(uint32_t a, uint16_t b)
{
    uint32_t low = (a & 0xffff) * b;
    uint32_t high = (a >> 16) * b + (low >> 16);
    return high > 0xffff ? UINT32_MAX : (high << 16) | (low & 0xffff);
}

static int32_t saturated(uint32_t x)
{
    return x > INT32_MAX ? INT32_MAX : (int32_t)x;
}

/* Whether `count` elements at the offset are aligned and inside the data. */
static int has_data(const tml_model_t *m, uint32_t offset, uint16_t element_bytes, uint32_t count)
{
    const uint32_t bytes = tml_product(count, element_bytes);
    const uint32_t all = TML_HAS_PAGES ? m->data_bytes : m->header->data_bytes;
    return (offset & (element_bytes - 1u)) == 0 && offset <= all && bytes <= all - offset;
}

/* Whether so many multipliers and shifts are there, and the shifts in -31..30. Offsets are those
   of bias, multipliers, shifts. */
static int has_factors(const tml_model_t *m, const uint32_t *offsets, uint32_t count)
{
    if (!has_data(m, offsets[1], 4, count) || !has_data(m, offsets[2], 1, count)) {
        return 0;
    }
    const int8_t *at = (const int8_t *)m->data + offsets[2];
    if (TML_HAS_PAGES && m->all_data == NULL && m->unfinished == 0) {
        return 1;                           /* not read yet */
    }
    for (; count != 0; count--, at++) {
        if (*at < -31 || *at > 30) {
            return 0;
        }
    }
    return 1;
}

/* The ring of that place in a step: output, input, input2. */
static const tml_ring_t *ring_of(const tml_model_t *m, const tml_step_t *step, uint32_t place)
{
    return &m->rings[(&step->output)[place]];
}

/* Height, width or channels. */
static int32_t extent(const tml_ring_t *ring, int32_t axis)
{
    return (&ring->height)[axis];
}

static int can_hold_sums(const tml_ring_t *ring)
{
    return ring->offset % 4 == 0 && ring->channels % 4 == 0;
}

static int is_whole(const tml_ring_t *ring)
{
    return ring->pitch == ring->width && ring->pixels == (uint32_t)ring->height * ring->width;
}

static int32_t field(uint8_t op, const uint8_t *at)
{
    const void *aligned = at;
    return op == TML_U8 ? *at
           : op == TML_I8 ? (int8_t)*at
           : op == TML_U16 ? *(const uint16_t *)aligned
           : op == TML_I16 ? *(const int16_t *)aligned
                           : saturated(*(const uint32_t *)aligned);
}

/* Sums are of extents and fields of 16 bits. */
static int32_t result(uint8_t op, int32_t a, int32_t b)
{
    return op == TML_ADD ? a + b
           : op == TML_SUB ? a - b : saturated(tml_product((uint32_t)a, (uint16_t)b));
}

static int holds(uint8_t op, int32_t a, int32_t b)
{
    return op == TML_LT ? a < b : op == TML_LE ? a <= b : a == b;
}

static tml_status_t check(const tml_model_t *m, const uint8_t *program, const tml_step_t *step)
{
    int32_t stack[STACK + 1], *top = stack;
    for (;;) {
        const uint8_t op = *program++;
        if (op == TML_END) {
            return TML_OK;
        } else if (op >= TML_PUSH) {
            *++top = op - TML_PUSH - 32;
        } else if (op >= TML_EXTENT) {
            const uint32_t place = op - TML_EXTENT;
            *++top = extent(ring_of(m, step, place / 4), place % 4);
        } else if (op <= TML_QUADS) {
            *top = (int32_t)(op == TML_PAIRS ? (*top + 1u) / 2 : (*top + 3u) / 4);
        } else if (op <= TML_MUL) {
            top--;
            *top = result(op, top[0], top[1]);
        } else if (op <= TML_EQ) {
            top -= 2;
            if (!holds(op, top[1], top[2])) {
                return TML_BAD_STEP;
            }
        } else if (op >= TML_U8) {
            *++top = field(op, (const uint8_t *)step + *program++);
        } else if (op == TML_DATA || op == TML_FACTORS) {
            const uint32_t *offset = (const void *)((const uint8_t *)step + *program++);
            const uint32_t count = (uint32_t)*top--;
            if (op == TML_DATA ? !has_data(m, *offset, *program++, count)
                               : !has_factors(m, offset, count)) {
                return TML_BAD_DATA;
            }
        } else if (op == TML_CALL) {
            if (check(m, programs + *program++, step) != TML_OK) {
                return TML_BAD_STEP;
            }
        } else {
            const tml_ring_t *ring = ring_of(m, step, *program++);
            if (op == TML_AXIS) {
                *top = extent(ring, *top);
            } else if (op == TML_SUMS ? !can_hold_sums(ring) : !is_whole(ring)) {
                return TML_BAD_STEP;
            }
        }
    }
}

static int overlap(const tml_ring_t *a, const tml_ring_t *b)
{
    return a->offset < b->offset + b->pixels * b->channels &&
           b->offset < a->offset + a->pixels * a->channels;
}

/* Puts a page in force. Callers may write to ports at any time, so it shares no place with those. */
static tml_status_t open_page(tml_model_t *m, const tml_page_t *page)
{
    const tml_ring_t *ring = &m->rings[page->output];
    m->page = page;
    m->data_bytes = ring->pixels * ring->channels;
    m->data = m->all_data != NULL ? m->all_data + page->start
                                  : (const uint8_t *)m->arena + ring->offset;
    for (uint32_t i = 0; i < m->header->port_count; i++) {
        if (m->ports[i].kind != 2 && overlap(ring, &m->rings[m->ports[i].ring])) {
            return TML_BAD_RING;
        }
    }
    return TML_OK;
}

tml_status_t tml_check_step(tml_model_t *m, const tml_step_t *step, uint32_t left)
{
    if (left < sizeof *step || step->code - 1u >= TML_STEP_CODES) {
        return TML_BAD_STEP;
    }
    const uint32_t words = checks[step->code - 1].words;
    if (words == 0) {
        return TML_LACKS_STEP;
    }
    if (tml_is_page(step)) {        /* part of all data */
        m->page = NULL;
        m->data_bytes = m->header->data_bytes;
    }
    for (uint32_t place = 0; place < 3; place++) {
        if ((&step->output)[place] >= m->header->ring_count) {
            return TML_BAD_RING;
        }
        if (TML_HAS_PAGES && m->page != NULL &&
            overlap(&m->rings[m->page->output], ring_of(m, step, place))) {
            return TML_BAD_RING;
        }
    }
    if (step->words != words || left < words * 4 || step->block == 0 || step->k_h == 0 ||
        step->k_w == 0 || step->clamps > 1) {
        return TML_BAD_STEP;
    }
    const tml_status_t status = check(m, programs + checks[step->code - 1].at, step);
    return status == TML_OK && tml_is_page(step) ? open_page(m, (const void *)step) : status;
}
