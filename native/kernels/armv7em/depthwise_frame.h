/* SPDX-License-Identifier: MIT */
/* What depthwise_rows.S of armv7em and armv7emdp have in common, first part: the stack frame, and
   rows to planes. The macro `widen_pair` is from label 4 to the end of the loop: two pixels, r8 r9,
   of four channels to halfwords, and two less in r3. */
/* The stack frame: tml_depthwise_rows_t, then what changes. */
    .equ ROWS, 0
    .equ OUT, 4
    .equ ROWS_STEP, 8
    .equ OUT_STEP, 12
    .equ ROWS_END, 16
    .equ LAST, 20
    .equ OFFSET, 24
    .equ PLANE, 28
    .equ CHANNELS, 32
    .equ BLOCK, 36
    .equ BLOCK_BYTES, 40
    .equ ODD, 44
    .equ K_H, 48
    .equ PAIRS, 52          /* then the code of a step */
    .equ KIND, 56           /* then the code of the sums */
    .equ QUICK, 60          /* then the code of requantising */
    .equ CONVOLUTION, 64
    .equ OUT_PIXEL, 68
    .equ FULL, 72           /* the last place where four outputs begin; follows OUT_PIXEL */
    .equ AT, 76             /* bytes into the rows; follows FULL */
    .equ FIRST_ROWS, 80
    .equ FIRST_OUT, 84
    .equ FRAME, 88

    .equ BIAS, -4
    .equ WEIGHTS, 12

/* void tml_depthwise_widen(tml_widen_t *w, int16_t *to, const int8_t *from) */
    .global tml_depthwise_widen
    .type tml_depthwise_widen, %function
tml_depthwise_widen:
    push    {r1, r2, r4-r11, lr}
    ldm     r0, {r4, r5, r6}        /* step, advance, plane */
    add     r7, r6, r6, lsl #1
1:  ldr     r3, [r0, #12]           /* a row */
    tst     r1, #2
    bne     7f
    subs    r3, #2
    blt     5f
2:  ldr     r8, [r2]
3:  ldr     r9, [r2, r4]
    add     r2, r5
    widen_pair
    bge     2b
5:  adds    r3, #1
    beq     6f
    ldr     r8, [r0, #16]           /* rows */
    subs    r8, #1
    str     r8, [r0, #16]
    pop     {r1, r2}
    it      eq
    popeq   {r4-r11, pc}
    ldrd    r8, r9, [r0, #20]       /* steps to the next one */
    add     r2, r8
    add     r1, r9
    push    {r1, r2}
    b       1b
6:  ldr     r8, [r2]                /* a last pixel, without its pair */
    ldr     r9, [r0, #32]
    subs    r3, #2
    b       4b
7:  bics    r1, #2                  /* a first one that is the second of a pair */
    subs    r3, #1
    subs    r2, r4
    ldr     r8, [r0, #28]
    b       3b
