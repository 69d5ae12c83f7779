/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: the loops of depthwise.c, as armv7em/depthwise_rows.S has them, in the
   order that a Cortex-M7 likes: see gemm.S.

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
    subs    r3, #2
4:  pkhbt   r10, r8, r9, lsl #16    /* channels 0 and 1 of both */
    pkhtb   r11, r9, r8, asr #16    /* 2 and 3 */
    sxtb16  r8, r10
    sxtb16  r9, r10, ror #8
    sxtb16  r10, r11
    str     r9, [r1, r6]
    sxtb16  r11, r11, ror #8
    str     r10, [r1, r6, lsl #1]
    str     r11, [r1, r7]
    str     r8, [r1], #4
    .endm

#include "depthwise_frame.h"

/* 3x3, stride 1. r4 r5 r6: rows; r7 r8 r9: pairs of columns; r10 r11: weights 0 1, weights 1 2.
   What a row is multiplied with is loaded while the one before is. */
    .macro  row3 at, s0, s1, s2, s3, next
    smlad   r0, r7, r10, \s0
    ldr     r11, [lr, #WEIGHTS + \at + 4]
    smlatb  r1, r7, r10, \s1
    .ifnb   \next
    ldr     r7, [\next], #4
    .endif
    smlad   r2, r8, r10, \s2
    smlatb  r3, r8, r10, \s3
    .ifnb   \next
    ldr     r10, [lr, #WEIGHTS + \at + 8]
    .endif
    smlabt  r0, r8, r11, r0
    smlad   r1, r8, r11, r1
    .ifnb   \next
    ldr     r8, [\next]
    .endif
    smlabt  r2, r9, r11, r2
    smlad   r3, r9, r11, r3
    .ifnb   \next
    ldr     r9, [\next, #4]!
    .endif
    .endm

    .balign 4
sums3:
    ldrd    r7, r8, [r4], #8
    ldr     r10, [lr, #WEIGHTS]
    ldr     r3, [lr, #BIAS]
    ldr     r9, [r4]
    row3    0, r3, r3, r3, r3, r5
    row3    8, r0, r1, r2, r3, r6
    row3    16, r0, r1, r2, r3
    ldr     pc, [sp, #QUICK]

/* 3x3, stride 2. r4 r5 r6: rows; r7 r8 r9: pairs of columns 0 1 2, then 3 4 and the next row's 2;
   r10 r11: weights 0 1, weight 2. */
    .macro  row3_2 at, row, s0, s1, s2, next
    smlad   r2, r9, r10, \s2
    ldr     r8, [\row, #4]
    smlad   r0, r7, r10, \s0
    ldr     r11, [lr, #WEIGHTS + \at + 4]
    smlad   r1, r8, r10, \s1
    ldr     r7, [\row, #12]
    smlad   r0, r8, r11, r0
    ldr     r8, [\row, #16]!
    smlad   r1, r9, r11, r1
    .ifnb   \next
    ldr     r9, [\next, #8]
    .endif
    smlad   r2, r7, r11, r2
    smlad   r3, r7, r10, r3
    .ifnb   \next
    ldr     r10, [lr, #WEIGHTS + \at + 8]
    .endif
    smlad   r3, r8, r11, r3
    .ifnb   \next
    ldr     r7, [\next]
    .endif
    .endm

sums3_2:
    ldr     r9, [r4, #8]
    ldr     r10, [lr, #WEIGHTS]
    ldr     r3, [lr, #BIAS]
    ldr     r7, [r4]
    row3_2  0, r4, r3, r3, r3, r5
    row3_2  8, r5, r0, r1, r2, r6
    row3_2  16, r6, r0, r1, r2
    ldr     pc, [sp, #QUICK]

/* Other windows. r4: row; r5: weights; r6: rows to come. A step takes one word of weights; PAIRS
   leads into the last four. All steps are 34 bytes. */
    .macro  start
    ldr     r3, [lr, #BIAS]
    mov     r0, r3
    mov     r1, r3
    mov     r2, r3
    ldr     r6, [sp, #ROWS]
    .endm

/* r7 r8: pairs of columns; r9 r10: weights, the last and these; r11: rows left. The next column
   and weight are loaded. */
    .macro  step
    smlad   r0, r7, r10, r0
    ldr     r9, [r5], #4
    smlad   r2, r8, r10, r2
    pkhbt   r9, r10, r9             /* this even column, the odd one before */
    ldr.w   r10, [r5, #4]
    smladx  r1, r7, r9, r1
    mov     r7, r8
    smladx  r3, r8, r9, r3
    ldr     r8, [r4], #4
    .endm

sums:
    start
    ldr     r11, [sp, #K_H]
    add     r5, lr, #WEIGHTS - 4
    ldr     r10, [r5, #4]
1:  ldr     r4, [r6], #4
    ldr     r7, [sp, #AT]
    add     r4, r7
    ldrd    r7, r8, [r4], #8
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
    smlad   r0, r7, r11, r0
    mov.w   r7, r8
    smlad   r1, r8, r11, r1
    mov.w   r8, r9
    smlad   r2, r9, r11, r2
    mov     r9, r10
    smlad   r3, r10, r11, r3
    ldr     r11, [r5], #4
    ldr     r10, [r4], #4
    .endm

sums_2:
    start
    add     r5, lr, #WEIGHTS
    ldr     lr, [sp, #K_H]
    ldr     r11, [r5], #4
1:  ldr     r4, [r6], #4
    ldr     r7, [sp, #AT]
    add     r4, r7
    ldm     r4!, {r7, r8, r9, r10}
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
    b       store                   /* the last sum is saturated again */

/* The same where quick is 1 or 2. r7: multiplier; r8: rounding and zero point; r9: shift. */
quick1:
quick2:
    ldrd    r7, r8, [lr]
    ldr     r9, [lr, #8]
    smmlar  r0, r0, r7, r0
    smmlar  r1, r1, r7, r1
    smmlar  r2, r2, r7, r2
    smmlar  r3, r3, r7, r3
    add     r0, r0, r0, asr #31
    add     r1, r1, r1, asr #31
    add     r0, r8
    add     r2, r2, r2, asr #31
    asr     r0, r9
    add     r3, r3, r3, asr #31
    add     r1, r8
    add     r2, r8
    asr     r1, r9
    ssat    r0, #8, r0
    asr     r2, r9
    ssat    r1, #8, r1
    add     r3, r8
    ssat    r2, #8, r2
    asr     r3, r9
store:
    ldr     r7, [sp, #OUT_PIXEL]
    ldr     r8, [sp, #FULL]
    ssat    r3, #8, r3
    cmp     r12, r8
    bhi     1f
    add     r8, r12, r7, lsl #1
    strb    r0, [r12]
    strb    r1, [r12, r7]
    add     r12, r8, r7, lsl #1
    strb    r2, [r8]
    strb    r3, [r8, r7]
    it      lo
    ldrlo   pc, [sp, #KIND]
#define STEP_CODE 34
#include "depthwise_walk.h"
