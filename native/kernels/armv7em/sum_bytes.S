/* SPDX-License-Identifier: MIT */
/* The loop of sum.c, for the DSP extension of Armv7E-M: 9 instructions for four elements. */
    .syntax unified
    .thumb
    .text

/* void tml_sum_bytes(const int8_t *in, const int32_t *sums, int32_t *out, uint32_t count) */
    .global tml_sum_bytes
    .type tml_sum_bytes, %function
tml_sum_bytes:
    push    {r4-r7, lr}
    subs    r3, #4
    blo     2f
1:  ldr     r12, [r0], #4
    ldm     r1!, {r4-r7}
    sxtab   r4, r4, r12
    sxtab   r5, r5, r12, ror #8
    sxtab   r6, r6, r12, ror #16
    sxtab   r7, r7, r12, ror #24
    stm     r2!, {r4-r7}
    subs    r3, #4
    bhs     1b
2:  adds    r3, #4
    beq     4f
3:  ldrsb   r12, [r0], #1
    ldr     r4, [r1], #4
    add     r4, r12
    str     r4, [r2], #4
    subs    r3, #1
    bne     3b
4:  pop     {r4-r7, pc}
