/* SPDX-License-Identifier: MIT */
/* The loop of depthwise_pixel.c, for the DSP extension: 16 instructions for a tap of 4 channels.
       r4 r5 r6 r7         sums
       r1 r2 r3            places, weights, taps left
       r10 r11             bytes to the first channel; padding */
    .syntax unified
    .thumb
    .text

/* void tml_depthwise_taps(int32_t *acc, const int8_t *const *places, const uint32_t *weights,
                           uint32_t count, uint32_t c, uint32_t padding) */
    .global tml_depthwise_taps
    .type tml_depthwise_taps, %function
tml_depthwise_taps:
    push    {r4-r11, lr}
    ldrd    r10, r11, [sp, #36]
    ldm     r0, {r4-r7}
1:  ldr     r12, [r1], #4
    ldr     lr, [r2], #4
    cmp     r12, #0
    ite     eq
    moveq   r8, r11
    ldrne   r8, [r12, r10]
    sxtb16  r9, r8                  /* channels 0 and 2 */
    sxtb16  r12, lr
    smlabb  r4, r9, r12, r4
    smlatt  r6, r9, r12, r6
    sxtb16  r9, r8, ror #8          /* 1 and 3 */
    sxtb16  r12, lr, ror #8
    smlabb  r5, r9, r12, r5
    smlatt  r7, r9, r12, r7
    subs    r3, #1
    bne     1b
    stm     r0, {r4-r7}
    pop     {r4-r11, pc}
