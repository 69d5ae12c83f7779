/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: the loops of depthwise.c, for the DSP extension of Armv7E-M.

   A channel's row lies as halfwords, two pixels in a word. Four outputs at a time are in
       r0 r1 r2 r3         sums
       r12                 where the first of them goes
       lr                  the channel's block: multiplier, rounding, shift, weights; bias before
   A weight word holds those of two columns; SMLAD adds up both products. With stride 1 an odd
   output's first column is the upper half of a word. */
    .syntax unified
    .thumb
    .text

    .macro  widen_pair
4:  pkhbt   r10, r8, r9, lsl #16    /* channels 0 and 1 of both */
    pkhtb   r11, r9, r8, asr #16    /* 2 and 3 */
    sxtb16  r8, r10
    sxtb16  r9, r10, ror #8
    sxtb16  r10, r11
    sxtb16  r11, r11, ror #8
    str     r11, [r1, r7]
    str     r10, [r1, r6, lsl #1]
    str     r9, [r1, r6]
    str     r8, [r1], #4
    subs    r3, #2
    .endm

#include "depthwise_frame.h"

/* 3x3, stride 1. r4 r5 r6: rows; r7 r8 r9: pairs of columns; r10 r11: weights 0 1, weights 1 2. */
    .macro  row3 at, row, s0, s1, s2, s3
    ldrd    r7, r8, [\row], #8
    ldr     r9, [\row]
    ldrd    r10, r11, [lr, #WEIGHTS + \at]
    smlad   r0, r7, r10, \s0
    smlatb  r1, r7, r10, \s1
    smlad   r2, r8, r10, \s2
    smlatb  r3, r8, r10, \s3
    smlabt  r0, r8, r11, r0
    smlad   r1, r8, r11, r1
    smlabt  r2, r9, r11, r2
    smlad   r3, r9, r11, r3
    .endm

    .balign 4
sums3:
    ldr     r3, [lr, #BIAS]
    row3    0, r4, r3, r3, r3, r3
    row3    8, r5, r0, r1, r2, r3
    row3    16, r6, r0, r1, r2, r3
    ldr     pc, [sp, #QUICK]

/* 3x3, stride 2. r4 r5 r6: rows; r7 .. r10: pairs of columns; r11: weights 0 1, then 2 and none. */
    .macro  row3_2 at, row, s0, s1, s2, s3
    ldm     \row, {r7, r8, r9, r10}
    ldr     r11, [lr, #WEIGHTS + \at]
    smlad   r0, r7, r11, \s0
    smlad   r1, r8, r11, \s1
    smlad   r2, r9, r11, \s2
    smlad   r3, r10, r11, \s3
    ldr     r11, [lr, #WEIGHTS + \at + 4]
    ldr     r7, [\row, #16]!
    smlad   r0, r8, r11, r0
    smlad   r1, r9, r11, r1
    smlad   r2, r10, r11, r2
    smlad   r3, r7, r11, r3
    .endm

sums3_2:
    ldr     r3, [lr, #BIAS]
    row3_2  0, r4, r3, r3, r3, r3
    row3_2  8, r5, r0, r1, r2, r3
    row3_2  16, r6, r0, r1, r2, r3
    ldr     pc, [sp, #QUICK]

/* Other windows. r4: row; r5: weights; r6: rows to come. A step takes one word of weights; PAIRS
   leads into the last four. All steps are 28 bytes. */
    .macro  start
    ldr     r3, [lr, #BIAS]
    mov     r0, r3
    mov     r1, r3
    mov     r2, r3
    ldr     r6, [sp, #ROWS]
    .endm

/* r7 r8: pairs of columns; r9 r10: weights, the last and these; r11: rows left. */
    .macro  step
    ldrd    r7, r8, [r4], #4
    ldrd    r9, r10, [r5], #4
    pkhbt   r9, r10, r9             /* this even column, the odd one before */
    smlad   r0, r7, r10, r0
    smladx  r1, r7, r9, r1
    smlad   r2, r8, r10, r2
    smladx  r3, r8, r9, r3
    .endm

sums:
    start
    ldr     r11, [sp, #K_H]
    add     r5, lr, #WEIGHTS - 4
1:  ldr     r4, [r6], #4
    ldr     r7, [sp, #AT]
    add     r4, r7
    ldr     pc, [sp, #PAIRS]
steps:
    step
    step
    step
    step
steps_end:
    subs    r11, #1
    bne     1b
    ldr     r7, [sp, #AT]
    adds    r7, #8
    str     r7, [sp, #AT]
    ldr     pc, [sp, #QUICK]

/* r7 .. r10: pairs of columns; r11: weights; lr: rows left. */
    .macro  step_2
    ldm.w   r4, {r7, r8, r9, r10}
    add.w   r4, #4
    ldr     r11, [r5], #4
    smlad   r0, r7, r11, r0
    smlad   r1, r8, r11, r1
    smlad   r2, r9, r11, r2
    smlad   r3, r10, r11, r3
    .endm

sums_2:
    start
    add     r5, lr, #WEIGHTS
    ldr     lr, [sp, #K_H]
1:  ldr     r4, [r6], #4
    ldr     r7, [sp, #AT]
    add     r4, r7
    ldr     pc, [sp, #PAIRS]
steps_2:
    step_2
    step_2
    step_2
    step_2
steps_2_end:
    subs    lr, #1
    bne     1b
    ldr     lr, [sp, #BLOCK]
    ldr     r7, [sp, #AT]
    adds    r7, #16
    str     r7, [sp, #AT]
    ldr     pc, [sp, #QUICK]

/* Requantising any way: by a function in C. */
quick0:
    push    {r0-r3, r12, lr}
    mov     r0, sp
    mov     r1, lr
    ldr     r2, [sp, #24 + CONVOLUTION]
    bl      tml_depthwise_long
    pop     {r0-r3, r12, lr}
    b       store

/* The same where quick is 1: add the sign, too. */
quick1:
    ldm     lr, {r7, r8, r9}
    smmlar  r0, r0, r7, r0
    smmlar  r1, r1, r7, r1
    smmlar  r2, r2, r7, r2
    smmlar  r3, r3, r7, r3
    add     r0, r0, r0, asr #31
    add     r1, r1, r1, asr #31
    add     r2, r2, r2, asr #31
    add     r3, r3, r3, asr #31
    b       1f
/* Where it is 2. r7: multiplier; r8: rounding and zero point; r9: shift. */
quick2:
    ldm     lr, {r7, r8, r9}
    smmlar  r0, r0, r7, r0
    smmlar  r1, r1, r7, r1
    smmlar  r2, r2, r7, r2
    smmlar  r3, r3, r7, r3
1:  add     r0, r8
    add     r1, r8
    add     r2, r8
    add     r3, r8
    asrs    r0, r9
    asrs    r1, r9
    asrs    r2, r9
    asrs    r3, r9
    ssat    r0, #8, r0
    ssat    r1, #8, r1
    ssat    r2, #8, r2
    ssat    r3, #8, r3
store:
    ldrd    r7, r8, [sp, #OUT_PIXEL]
    cmp     r12, r8
    bhi     1f
    strb    r0, [r12]
    strb    r1, [r12, r7]
    add     r12, r12, r7, lsl #1
    strb    r2, [r12]
    strb    r3, [r12, r7]
    add     r12, r12, r7, lsl #1
    it      lo
    ldrlo   pc, [sp, #KIND]
#define STEP_CODE 28
#include "depthwise_walk.h"
