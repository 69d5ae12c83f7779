/* SPDX-License-Identifier: MIT */
/* Runs the programs of bounds.c: whether a step stays inside its rings and its data. */
#include "checks.h"

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
    return offset % element_bytes == 0 && offset <= m->header->data_bytes &&
           bytes <= m->header->data_bytes - offset;
}

/* Whether so many multipliers and shifts are there, and the shifts in -31..30. Offsets are those
   of bias, multipliers, shifts. */
static int has_factors(const tml_model_t *m, const uint32_t *offsets, uint32_t count)
{
    if (!has_data(m, offsets[1], 4, count) || !has_data(m, offsets[2], 1, count)) {
        return 0;
    }
    const int8_t *at = (const int8_t *)m->data + offsets[2];
    for (; count != 0; count--, at++) {
        if (*at < -31 || *at > 30) {
            return 0;
        }
    }
    return 1;
}

/* The ring of that place in a step: output, input, input2. */
static const tml_ring_t *ring_of(const tml_model_t *m, const void *step, uint32_t place)
{
    return &m->rings[(&((const tml_step_t *)step)->output)[place]];
}

static int32_t extent(const tml_ring_t *ring, int32_t axis)
{
    return axis == 0 ? ring->height : axis == 1 ? ring->width : ring->channels;
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

/* Operators of two numbers. Sums are of extents and fields of 16 bits. */
static int32_t operate(uint8_t op, int32_t a, int32_t b)
{
    return op == TML_ADD ? a + b
           : op == TML_SUB ? a - b
           : op == TML_MUL ? saturated(tml_product((uint32_t)a, (uint16_t)b))
           : op == TML_DIV ? a / b
           : op == TML_MOD ? a % b
           : op == TML_LT ? a < b
           : op == TML_LE ? a <= b
           : op == TML_EQ ? a == b
           : op == TML_NE ? a != b
                          : a || b;
}

/* What an operation pushes that takes no number. */
static int32_t operand(const tml_model_t *m, const uint8_t *program, const uint8_t *step)
{
    const uint8_t op = program[0];
    if (op >= TML_PUSH) {
        return op - TML_PUSH - 32;
    }
    if (op >= TML_OUTPUT) {
        return extent(ring_of(m, step, (op - TML_OUTPUT) / 3u), (op - TML_OUTPUT) % 3);
    }
    if (op <= TML_U32) {
        return field(op, step + program[1]);
    }
    const tml_ring_t *ring = ring_of(m, step, (program[1] - TML_OUTPUT) / 3u);
    return op == TML_SUMS ? ring->offset % 4 == 0 && ring->channels % 4 == 0
                          : ring->pitch == ring->width &&
                            ring->pixels == (uint32_t)ring->height * ring->width;
}

tml_status_t tml_check_step(const tml_model_t *m, const uint8_t *program, const void *step)
{
    int32_t stack[STACK + 1], *top = stack;
    for (const uint8_t *at = step;; program++) {
        const uint8_t op = *program;
        if (op == TML_END) {
            return TML_OK;
        } else if (op == TML_TEST) {
            if (*top-- == 0) {
                return TML_BAD_STEP;
            }
        } else if (op == TML_CALL) {
            if (tml_check_step(m, tml_groups[*++program], step) != TML_OK) {
                return TML_BAD_STEP;
            }
        } else if (op == TML_DATA || op == TML_FACTORS) {
            const uint32_t *offset = (const void *)(at + *++program);
            const uint32_t count = (uint32_t)*top--;
            if (op == TML_DATA ? !has_data(m, *offset, *++program, count)
                               : !has_factors(m, offset, count)) {
                return TML_BAD_DATA;
            }
        } else if (op == TML_PAIRS || op == TML_QUADS) {
            *top = op == TML_PAIRS ? (*top + 1) / 2 : (*top + 3) / 4;
        } else if (op >= TML_ADD && op <= TML_OR) {
            top--;
            *top = operate(op, top[0], top[1]);
        } else if (op == TML_AXIS) {
            *top = extent(ring_of(m, step, (*++program - TML_OUTPUT) / 3u), *top);
        } else {
            *++top = operand(m, program, at);
            program += op <= TML_U32 || op == TML_WHOLE || op == TML_SUMS;
        }
    }
}
