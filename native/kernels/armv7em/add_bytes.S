/* SPDX-License-Identifier: MIT */
/* The loop of add.c, for the DSP extension of Armv7E-M: 17 instructions per element.
       r0 r1 r2 r3         input, the other one, output, end of the input
       r4 r5 r6 r7         zero point, multiplier, rounding, shift of the input
       r8                  zero point of the other one
       r9 r10 r11          multiplier, rounding, shift of the output */
    .syntax unified
    .thumb
    .text

/* void tml_add_bytes(const bytes_t *b) */
    .global tml_add_bytes
    .type tml_add_bytes, %function
tml_add_bytes:
    push    {r4-r11, lr}
    ldm     r0, {r0-r11}
1:  ldrsb   r12, [r0], #1
    ldrsb   lr, [r1], #1
    rsb     r12, r4, r12, lsl #20
    rsb     lr, r8, lr, lsl #19
    smmlar  r12, r12, r5, r12
    add     r12, r12, r12, asr #31
    add     r12, r6
    asr     r12, r7
    add     r12, lr
    smmlar  r12, r12, r9, r12
    add     r12, r12, r12, asr #31
    add     r12, r10
    asr     r12, r11
    ssat    r12, #8, r12
    strb    r12, [r2], #1
    cmp     r0, r3
    bne     1b
    pop     {r4-r11, pc}
