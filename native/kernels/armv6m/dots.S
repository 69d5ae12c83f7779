/* SPDX-License-Identifier: MIT */
/* Sums of products on Armv6-M: 4 pixels or 1 by the pairs of output channels of a filter.
 *
 *     void tml_dots(values, weights, bytes, skip, sums, end, how)        (dots.h)
 *
 * A halfword h holds w0 + 256 * w1, the weights of both channels. The first channel sums a * (low
 * byte of h), signed, the second a * h, which is S0 + 256 * S1: S1 is their difference, shifted.
 * Of four products, a word has the halfwords of the first and the third, the next one the others:
 * values are in that order too.
 *
 * Four pixels, one channel of the pair after the other, 90 and 86 instructions per 32 products:
 *     r0 values   r1 address of weights   r2 word of them   r3 weight   r4-r7 values, products
 *     r8-r11 sums   lr end of the weights
 * One pixel, both channels at once, 56 instructions per 16 products:
 *     r0 values   r1 address of weights   r2 r3 two words of them   r4 r5 values   r6 product
 *     r7 r8 sums   r12 end of the weights
 * The same from a list of values and where their weights are, 28 instructions per 8 products:
 *     r0 list   r1 address of weights   r2 r4 where   r3 r5 values   r6 product   r12 end of list
 */
        .syntax unified
        .thumb
        .text

        .equ    values, 36
        .equ    weights, 40
        .equ    bytes, 44
        .equ    skip, 48
        .equ    sums, 52
        .equ    end, 56
        .equ    how, 60

        .macro  function name
        .global \name
        .type   \name, %function
        .balign 4
        .thumb_func
\name:
        .endm

        .macro  to_high
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        .endm

        .macro  to_low
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        .endm

        .macro  four_pixels
        ldmia   r0!, {r4-r7}
        muls    r4, r3
        muls    r5, r3
        muls    r6, r3
        muls    r7, r3
        add     r8, r4
        add     r9, r5
        add     r10, r6
        add     r11, r7
        .endm

        .macro  four_products low, high
        ldmia   r1!, {r2}
        \low
        four_pixels
        \high
        four_pixels
        ldmia   r1!, {r2}
        \low
        four_pixels
        \high
        four_pixels
        .endm

/* Before, between and after the products of a channel, whose sums are at r2. */
        .macro  open_channel
        ldmia   r2!, {r4-r7}
        to_high
        ldr     r0, [sp, #values]
        .endm

        .macro  all_products low, high  @ r3: bytes
        lsls    r3, #28
        bmi     5f
1:      four_products \low, \high
5:      four_products \low, \high
        cmp     r1, lr
        bne     1b
        .endm

        .macro  close_channel
        to_low
        ldr     r2, [sp, #sums]
        .endm

        .macro  low_byte
        sxtb    r3, r2
        .endm
        .macro  third_byte
        asrs    r3, r2, #16
        sxtb    r3, r3
        .endm
        .macro  low_half
        sxth    r3, r2
        .endm
        .macro  high_half
        asrs    r3, r2, #16
        .endm

        .macro  minus_first sum, at
        ldr     r3, [r2, #\at]
        subs    \sum, r3
        asrs    \sum, #8
        .endm

        .macro  low_products value, word
        sxtb    r6, \word
        muls    r6, \value
        adds    r7, r6
        sxth    r6, \word
        muls    r6, \value
        add     r8, r6
        .endm
        .macro  high_products value, word
        asrs    \word, #16
        sxtb    r6, \word
        muls    r6, \value
        adds    r7, r6
        muls    \word, \value
        add     r8, \word
        .endm

        .macro  pair_products
        ldmia   r1!, {r2, r3}
        ldmia   r0!, {r4, r5}
        low_products r4, r2
        high_products r5, r2
        ldmia   r0!, {r4, r5}
        low_products r4, r3
        high_products r5, r3
        .endm

        .macro  listed at, value
        ldrsb   r6, [r1, \at]
        muls    r6, \value
        adds    r7, r6
        ldrsh   r6, [r1, \at]
        muls    r6, \value
        add     r8, r6
        .endm

        .macro  two_listed
        ldmia   r0!, {r2-r5}
        listed  r2, r3
        listed  r4, r5
        .endm

        function tml_dots
        push    {r0-r3}
        push    {r4-r7, lr}
        to_low
        push    {r4-r7}
        ldr     r3, [sp, #how]
        cmp     r3, #4
        blo     2f
        b       8f
2:      ldr     r3, [sp, #bytes]
        adds    r2, r3, r1
        mov     lr, r2
        ldr     r2, [sp, #sums]
        open_channel
        all_products low_byte, third_byte
        close_channel
        stmia   r2!, {r4-r7}
        open_channel
        ldr     r1, [sp, #weights]
        ldr     r3, [sp, #how]
        cmp     r3, #2
        bhs     6f
        ldr     r3, [sp, #bytes]
        all_products low_half, high_half
7:      close_channel
        ldr     r3, [sp, #how]
        cmp     r3, #1
        bne     3f
        minus_first r4, 0
        minus_first r5, 4
        minus_first r6, 8
        minus_first r7, 12
3:      adds    r2, #16
        stmia   r2!, {r4-r7}
        str     r2, [sp, #sums]
        ldr     r3, [sp, #skip]
        adds    r1, r3
        str     r1, [sp, #weights]
        ldr     r3, [sp, #end]
        cmp     r3, r2
        beq     4f
        b       2b
4:      pop     {r4-r7}
        to_high
        pop     {r4-r7}
        pop     {r3}
        add     sp, #16
        bx      r3

6:      ldrh    r3, [r1]                @ exact: w1 = (h - w0) / 256 as a signed byte
        adds    r1, #2
        sxtb    r2, r3
        subs    r3, r2
        lsls    r3, #16
        asrs    r3, #24
        four_pixels
        cmp     r1, lr
        bne     6b
        b       7b

8:      ldr     r2, [sp, #sums]         @ one pixel
        ldmia   r2!, {r6, r7}
        mov     r8, r7
        mov     r7, r6
        ldr     r0, [sp, #values]
        ldr     r3, [sp, #bytes]
        ldr     r2, [sp, #how]
        lsrs    r2, #4
        bcs     .Llisted
        adds    r2, r1, r3
        mov     r12, r2
        lsls    r3, #28
        bmi     5f
1:      pair_products
5:      pair_products
        cmp     r1, r12
        bne     1b
9:      ldr     r2, [sp, #sums]
        mov     r6, r7
        mov     r7, r8
        ldr     r3, [sp, #how]
        lsrs    r3, #1
        bcc     3f
        subs    r7, r6
        asrs    r7, #8
3:      stmia   r2!, {r6, r7}
        str     r2, [sp, #sums]
        ldr     r3, [sp, #skip]
        adds    r1, r3
        ldr     r3, [sp, #end]
        cmp     r3, r2
        bne     8b
        b       4b

.Llisted:
        adds    r2, r0, r3
        mov     r12, r2
        lsls    r3, #27
        bmi     5f
1:      two_listed
5:      two_listed
        cmp     r0, r12
        bne     1b
        b       9b

/* void tml_clear(int32_t *from, const int32_t *end): words, an even number but 0. */
        function tml_clear
        movs    r2, #0
        movs    r3, #0
1:      stmia   r0!, {r2, r3}
        cmp     r0, r1
        bne     1b
        bx      lr
