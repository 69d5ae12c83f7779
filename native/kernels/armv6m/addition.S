/* SPDX-License-Identifier: MIT */
/* Bytes of two inputs to bytes of their sum on Armv6-M, in products of 32 bits.
 *
 *     void tml_add_bytes(const int8_t *in, const int8_t *in2, int8_t *out, tml_addition_t *s)
 *
 * adds s->count bytes, any but 0; *s is described in add.c. 57 instructions per byte.
 *
 * r7 goes through the factors.   r8 in   r9 in2   r10 out   r11 index   r12 from in2   lr count
 */
        .syntax unified
        .thumb
        .text

        .global tml_add_bytes
        .type   tml_add_bytes, %function
        .balign 4
        .thumb_func
tml_add_bytes:
        push    {r4-r7, lr}
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        push    {r4-r7}
        mov     r8, r0
        mov     r9, r1
        mov     r10, r2
        ldmia   r3!, {r0}
        mov     lr, r0
        movs    r7, r3
        movs    r0, #0
1:      mov     r11, r0
        mov     r1, r9
        ldrsb   r1, [r1, r0]
        lsls    r1, #19
        mov     r12, r1
        mov     r1, r8
        ldrsb   r0, [r1, r0]
        ldmia   r7!, {r1-r4}            @ low, low_zero, high, high_zero
        muls    r1, r0
        adds    r1, r2
        asrs    r1, #12
        muls    r3, r0
        adds    r1, r3
        adds    r1, r4
        ldmia   r7!, {r2-r4}            @ sign, half, right
        asrs    r0, r1, #31
        ands    r0, r2
        adds    r1, r0
        adds    r1, r3
        asrs    r1, r4
        add     r1, r12
        ldmia   r7!, {r2-r5}            @ zero2, low, high, round
        adds    r1, r2
        sxth    r2, r1
        subs    r6, r1, r2
        asrs    r6, #16
        movs    r0, r3
        muls    r0, r2
        asrs    r0, #16
        adds    r0, r5
        muls    r3, r6
        adds    r0, r3
        muls    r2, r4
        adds    r0, r2
        asrs    r0, #16
        muls    r6, r4
        adds    r1, r6
        adds    r1, r0
        ldmia   r7!, {r2, r3}           @ constant, right
        asrs    r0, r1, #31
        adds    r1, r0
        adds    r1, r2
        asrs    r1, r3
        sxtb    r0, r1
        cmp     r0, r1
        beq     2f
        asrs    r1, #31
        movs    r0, #127
        eors    r1, r0
2:      mov     r2, r10
        mov     r0, r11
        strb    r1, [r2, r0]
        subs    r7, #(13 * 4)
        adds    r0, #1
        cmp     r0, lr
        bne     1b
        pop     {r4-r7}
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        pop     {r4-r7, pc}
