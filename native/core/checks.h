/* SPDX-License-Identifier: MIT */
/* What the generated checks are made of. Sizes saturate: a product too large is UINT32_MAX. */
#ifndef TML_CHECKS_H
#define TML_CHECKS_H

#include "tml.h"

#define TML_COUNT_STEP(code, name) +1
enum { TML_STEP_CODES = TML_STEPS(TML_COUNT_STEP) };

/* The bounds of a step: a program of operations, and its length / 4. */
typedef struct {
    const uint8_t *program;     /* NULL: this build lacks the step */
    uint8_t words;
} tml_check_t;
extern const tml_check_t tml_checks[TML_STEP_CODES];    /* by code - 1 */
extern const uint8_t *const tml_groups[];               /* programs that steps share */

/* Operations on a stack of int32. Numbers too large are INT32_MAX, which no bound allows. */
enum {
    TML_END,                    /* all holds */
    TML_TEST,                   /* takes a number: the step is refused if it is 0 */
    TML_CALL,                   /* and a group: the step is refused if that refuses it */
    TML_DATA,                   /* takes a count; and a field's offset, the bytes of an element */
    TML_FACTORS,                /* takes a count; and the offset of bias, with mult and shift behind */
    TML_U8, TML_I8, TML_U16, TML_I16, TML_U32,          /* and a field's offset: pushes the field */
    TML_PAIRS, TML_QUADS,       /* channels -> pairs of them, groups of four; the last may lack some */
    TML_ADD, TML_SUB, TML_MUL, TML_DIV, TML_MOD, TML_LT, TML_LE, TML_EQ, TML_NE, TML_OR,
    TML_AXIS,                   /* and a ring: axis -> its extent */
    TML_WHOLE, TML_SUMS,        /* and a ring: whether it is whole, whether it can hold sums */
    TML_OUTPUT,                 /* + axis: pushes the extent of a ring, */
    TML_INPUT = TML_OUTPUT + 3, /* in the order of tml_step_t */
    TML_INPUT2 = TML_INPUT + 3,
    TML_PUSH = 128              /* + 32 + n: pushes n, -32 ... 95 */
};

/* TML_OK, or what is wrong with the step; its length MUST have been checked. */
tml_status_t tml_check_step(const tml_model_t *m, const uint8_t *program, const void *step);

/* a * b, saturating. */
uint32_t tml_product(uint32_t a, uint16_t b);

#endif
