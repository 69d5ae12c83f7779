/* SPDX-License-Identifier: MIT */
/* What gemm.S of armv7em and armv7emdp have in common: int8 to int16. The macro `widen_four` does
   that with four inputs of each pixel, r8 to r11, writes them to r2, and takes four from r3. */
@ void tml_widen4(const int8_t *const in[4], uint32_t from, int8_t *wide, uint32_t bytes): bytes
@ in[p][from ...] of four pixels are inputs k ... ; `wide` is where the four begin that input k
@ belongs to, plus k % 4
        .global tml_widen4
        .type   tml_widen4, %function
        .balign 4
tml_widen4:
        push    {r4-r11, lr}
        ldm     r0, {r0, r4, r5, r6}
        add     r0, r0, r1
        add     r4, r4, r1
        add     r5, r5, r1
        add     r6, r6, r1
        ands    r7, r2, #3
        bic     r2, r2, #3
        bne     3f
        subs    r3, r3, #4
        blo     2f
1:      ldr     r8, [r0], #4
        ldr     r9, [r4], #4
        ldr     r10, [r5], #4
        ldr     r11, [r6], #4
        widen_four
        bhs     1b
2:      adds    r3, r3, #4
        beq     5f
3:      and     r1, r7, #1                      @ byte by byte
        add     r1, r2, r1, lsl #4
        and     r8, r7, #2
        add     r1, r1, r8
        ldrsb   r8, [r0], #1
        ldrsb   r9, [r4], #1
        ldrsb   r10, [r5], #1
        ldrsb   r11, [r6], #1
        strh    r8, [r1]
        strh    r9, [r1, #4]
        strh    r10, [r1, #8]
        strh    r11, [r1, #12]
        subs    r3, r3, #1
        beq     5f
        adds    r7, r7, #1
        ands    r7, r7, #3
        bne     3b
        adds    r2, r2, #32
        subs    r3, r3, #4
        bhs     1b
        b       2b
5:      pop     {r4-r11, pc}
        .size   tml_widen4, . - tml_widen4

@ void tml_widen1(const int8_t *in, int32_t *wide, uint32_t words)
        .global tml_widen1
        .type   tml_widen1, %function
        .balign 4
tml_widen1:
1:      ldr     r12, [r0], #4
        sxtb16  r3, r12
        sxtb16  r12, r12, ror #8
        strd    r3, r12, [r1], #8
        subs    r2, r2, #1
        bne     1b
        bx      lr
        .size   tml_widen1, . - tml_widen1
