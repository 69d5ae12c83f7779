/* SPDX-License-Identifier: MIT */
/* The loops of depthwise_row.c, for the DSP extension: four channels of a row of output.

   Entries, which are columns of the three rows under the windows, and columns of weights, take six
   words: for channels 0 to 3 (row 0, row 1); for row 2 (channel 0, channel 2), (1, 3).
   Weights lie between biases and multipliers, so that one pointer goes over all:
       r0 r1 r2 r3         sums
       r4 r5 r6 r7         of an entry; at the end: the output
       r8 r9 r10 r11       of weights
       r12 lr              where these are
   17 instructions for an entry, 67 for an output pixel, or 71; 85 to begin with. */
    .syntax unified
    .thumb
    .text

/* Offsets of tml_depthwise_row_t. */
    .equ WEIGHTS, 16
    .equ MULT, 88
    .equ OUT, 124
    .equ OUT_END, 136
    .equ ADVANCE, 140       /* rows, steps, to, count follow */
    .equ FIRST, 184         /* rewind, groups follow */
    .equ SOURCES, 196

/* An entry of three words, r6 r7 r11, to r12; lr: how many more. */
    .macro  widen back
    pkhbt   r9, r6, r7, lsl #16     /* channels 0 and 1 of rows 0 and 1 */
    pkhtb   r10, r7, r6, asr #16    /* 2 and 3 */
    sxtb16  r6, r9
    sxtb16  r7, r9, ror #8
    sxtb16  r8, r10
    sxtb16  r9, r10, ror #8
    sxtb16  r10, r11
    sxtb16  r11, r11, ror #8
    stm     r12!, {r6-r11}
    subs    lr, #1
    bne     \back
    .endm

/* void tml_depthwise_row3(tml_depthwise_row_t *t) */
    .global tml_depthwise_row3
    .type tml_depthwise_row3, %function
tml_depthwise_row3:
    push    {r0, r4-r11, lr}
.Lgroup:
    add     r1, r0, #SOURCES
    ldm     r1, {r2-r5}             /* weights, biases, multipliers, shifts */
    ldm     r3!, {r6-r9}
    stm     r0, {r6-r9}
    ldm     r4!, {r6-r9}
    add     r10, r0, #MULT
    stm     r10!, {r6-r9}
    ldr     r6, [r5], #4
    mvns    r6, r6                  /* to the right, less 1; shifts look at the lowest byte alone */
    lsrs    r7, r6, #8
    lsr     r8, r6, #16
    lsr     r9, r6, #24
    stm     r10, {r6-r9}
    add     r12, r0, #WEIGHTS
    mov     lr, #3
1:  ldr     r7, [r2, #12]
    ldr     r11, [r2, #24]
    ldr     r6, [r2], #4
    widen   1b
    adds    r2, #24
    stm     r1, {r2-r5}

    ldr     r6, [sp]
    adds    r6, #ADVANCE
    ldm     r6!, {r7, r8, r9}
    ldm     r6, {r0-r5, r12, lr}
    add     r7, r0
    add     r8, r1
    add     r9, r2
    stm     r6, {r7, r8, r9}
1:  ldr     r6, [r0]
    ldr     r7, [r1]
    ldr     r11, [r2]
    add     r0, r3
    add     r1, r4
    add     r2, r5
    widen   1b

    ldr     lr, [sp]
    ldr     r12, [lr, #FIRST]
.Lpixel:
    ldm     lr!, {r0-r3}
    .rept   3
    ldm     r12!, {r4-r7}
    ldm     lr!, {r8-r11}
    smlad   r0, r4, r8, r0
    smlad   r1, r5, r9, r1
    smlad   r2, r6, r10, r2
    smlad   r3, r7, r11, r3
    ldrd    r4, r5, [r12], #8
    ldrd    r8, r9, [lr], #8
    smlabb  r0, r4, r8, r0
    smlatt  r2, r4, r8, r2
    smlabb  r1, r5, r9, r1
    smlatt  r3, r5, r9, r3
    .endr
    ldm     lr!, {r4-r7}
    smmlar  r0, r0, r4, r0
    smmlar  r1, r1, r5, r1
    smmlar  r2, r2, r6, r2
    smmlar  r3, r3, r7, r3
    ldm     lr!, {r4-r8}            /* shifts, 1 + 2 * zero point */
    cmn     r8, #255                /* the zero point is the lowest output: no negative number */
    beq     1f                      /* gets above it either way */
    add     r0, r0, r0, asr #31
    add     r1, r1, r1, asr #31
    add     r2, r2, r2, asr #31
    add     r3, r3, r3, asr #31
1:  asrs    r0, r4
    asrs    r1, r5
    asrs    r2, r6
    asrs    r3, r7
    add     r0, r8
    add     r1, r8
    add     r2, r8
    add     r3, r8
    ldm     lr, {r4-r7}             /* out, out_step, back, out_end */
    ssat    r0, #8, r0, asr #1
    ssat    r1, #8, r1, asr #1
    ssat    r2, #8, r2, asr #1
    ssat    r3, #8, r3, asr #1
    bfi     r0, r1, #8, #8
    bfi     r2, r3, #8, #8
    pkhbt   r0, r0, r2, lsl #16
    str     r0, [r4]
    add     r4, r5
    str     r4, [lr]
    add     r12, r6
    subs    lr, #OUT
    cmp     r4, r7
    bne     .Lpixel

    mov     r0, lr
    add     lr, #FIRST
    ldm     lr, {r1, r2, r3}        /* first, rewind, groups */
    add     r4, r2
    adds    r7, #4
    str     r4, [r0, #OUT]
    str     r7, [r0, #OUT_END]
    subs    r3, #1
    str     r3, [lr, #8]
    bne     .Lgroup
    pop     {r0, r4-r11, pc}
    .size   tml_depthwise_row3, . - tml_depthwise_row3
