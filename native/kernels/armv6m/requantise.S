/* SPDX-License-Identifier: MIT */
/* Requantises sums on Armv6-M, which has no long multiply.
 *
 *     const int32_t *tml_rescale_quick(const int32_t *sums, int8_t *out, tml_rescale_t *r)
 *
 * works through channels of r->pixels sums each, and changes *r (rescale.h). It stops at a channel
 * whose shift is not in -11..-1. For quick = 1 and 2 only. Returns the sums that are left.
 *
 * With x < 2^20, n = -shift and the multiplier as m0 + 2^11 * m1 + 2^22 * m2, all products fit in
 * 32 bits, and with p = x * m2 + ((x * m1 + (x * m0 >> 11)) >> 11), exactly x * mult >> 22, the
 * result is (p + 2^9 + ((2 * zero + 1) << (n + 9)) - (x < 0 ? 2^10 : 0)) >> (n + 10): two floors
 * one after the other are one. (-1 * 2^31 rounds to 0 and not below it, where 2^10 is not to be
 * taken away; it makes no difference there.) Any other x is so large that its result saturates:
 * 2^20 * 2^31 >> 32 >> 11 is 256. With quick = 2 what is below 0 saturates as well.
 *
 *     r0 sums   r1 out   r2 x   r3 r6 intermediate   r4 n + 10   r5 m2   r7 2^20 (quick = 1)
 *     r8 m0   r9 m1   r10 end of the sums   r11 constant   r12 bias   lr bytes between outputs
 * 22 and 26 instructions for each output, 11 if it saturates early.
 */
        .syntax unified
        .thumb
        .text

        .equ    mult, 0
        .equ    bias, 4
        .equ    shift, 8
        .equ    factors, 12
        .equ    channel, 16
        .equ    end, 20
        .equ    quick, 24
        .equ    pixels, 28
        .equ    stride, 32
        .equ    zero, 36                @ 2 * output zero point + 1

        .macro  high_part
        mov     r3, r8
        muls    r3, r2
        asrs    r3, #11
        mov     r6, r9
        muls    r6, r2
        adds    r3, r6
        asrs    r3, #11
        .endm

        .macro  finish loop
        muls    r2, r5
        adds    r2, r3
        add     r2, r11
        asrs    r2, r4
        sxtb    r3, r2
        cmp     r3, r2
        beq     9f
8:      asrs    r2, #31
        movs    r3, #127
        eors    r2, r3
9:      strb    r2, [r1]
        add     r1, lr
        cmp     r0, r10
        bne     \loop
        .endm

        .global tml_rescale_quick
        .type   tml_rescale_quick, %function
        .balign 4
        .thumb_func
tml_rescale_quick:
        push    {r4-r7, lr}
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        push    {r1, r2, r4-r7}
        ldr     r3, [r2, #stride]
        mov     lr, r3
1:      ldr     r5, [r2, #channel]
        ldr     r1, [sp]
        adds    r1, r5
        ldr     r6, [r2, #factors]
        ands    r6, r5
        ldr     r3, [r2, #shift]
        ldrsb   r4, [r3, r6]
        negs    r4, r4
        subs    r3, r4, #1
        cmp     r3, #11
        bhs     6f
        lsls    r5, #2
        ldr     r3, [r2, #bias]
        ldr     r3, [r3, r5]
        mov     r12, r3
        lsls    r6, #2
        ldr     r3, [r2, #mult]
        ldr     r5, [r3, r6]
        lsls    r3, r5, #21
        lsrs    r3, #21
        mov     r8, r3
        lsls    r3, r5, #10
        lsrs    r3, #21
        mov     r9, r3
        lsrs    r5, #22
        ldr     r3, [r2, #zero]
        lsls    r3, r4
        adds    r3, #1
        lsls    r3, #9
        mov     r11, r3
        adds    r4, #10
        ldr     r3, [r2, #pixels]
        lsls    r3, #2
        adds    r3, r0
        mov     r10, r3
        movs    r7, #1
        ldrb    r3, [r2, #quick]
        cmp     r3, #2
        bne     3f

2:      ldmia   r0!, {r2}
        add     r2, r12
        lsrs    r3, r2, #20
        bne     8f
        high_part
        finish  2b
        b       5f

3:      lsls    r7, #20
4:      ldmia   r0!, {r2}
        add     r2, r12
        adds    r3, r2, r7
        lsrs    r3, #21
        bne     8f
        high_part
        asrs    r6, r2, #31
        lsls    r6, #10
        adds    r3, r6
        finish  4b

5:      ldr     r2, [sp, #4]
        ldr     r3, [r2, #channel]
        adds    r3, #1
        str     r3, [r2, #channel]
        ldr     r6, [r2, #end]
        cmp     r3, r6
        bne     1b
6:      pop     {r1, r2, r4-r7}
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        pop     {r4-r7, pc}
