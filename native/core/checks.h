/* SPDX-License-Identifier: MIT */
/* What the programs of bounds.h are made of. */
#ifndef TML_CHECKS_H
#define TML_CHECKS_H

#include "tml.h"

#define TML_COUNT_STEP(code, name) +1
enum { TML_STEP_CODES = TML_STEPS(TML_COUNT_STEP) };

/* Operations on a stack of int32. Numbers too large are INT32_MAX, which no bound allows. A ring
   is told by its place in a step: output, input, input2. */
enum {
    TML_END,                    /* all holds */
    TML_PAIRS, TML_QUADS,       /* channels -> pairs of them, groups of four; the last may lack some */
    TML_ADD, TML_SUB, TML_MUL,  /* of two numbers */
    TML_LT, TML_LE, TML_EQ,     /* take two numbers: the step is refused if that is not so */
    TML_CALL,                   /* and where a program begins: refused if that refuses it */
    TML_DATA,                   /* takes a count; and a field's offset, the bytes of an element */
    TML_FACTORS,                /* takes a count; and the offset of bias, with mult and shift behind */
    TML_SUMS, TML_WHOLE,        /* and a ring: refused if it can't hold sums, is not whole */
    TML_AXIS,                   /* and a ring: axis -> its extent */
    TML_U8, TML_I8, TML_U16, TML_I16, TML_U32,      /* and a field's offset: pushes the field */
    TML_EXTENT,                 /* + 4 * ring + axis: pushes the extent of a ring */
    TML_PUSH = 128              /* + 32 + n: pushes n, -32 ... 95 */
};

/* TML_OK, or what is wrong with the step, which has `left` bytes. A page is in force for those that
   are checked after it, up to the next. What pages hold is checked while a run waits for them. */
tml_status_t tml_check_step(tml_model_t *m, const tml_step_t *step, uint32_t left);

/* a * b, saturating. */
uint32_t tml_product(uint32_t a, uint16_t b);

#endif
