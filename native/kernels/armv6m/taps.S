/* SPDX-License-Identifier: MIT */
/* Sums of a window of one channel on Armv6-M, four pixels at a time, whatever the window.
 *
 *     void tml_taps(tml_taps_t *t), which changes *t (depthwise_conv2d.c)
 *
 *     r0 taps   r1 weight   r2 offset   r3-r6 four pixels   r7 value, then product
 *     r8-r11 sums   r12 end of the taps   lr t
 * 41 instructions per 12 products.
 */
        .syntax unified
        .thumb
        .text

        .equ    taps, 0
        .equ    end, 4
        .equ    pixels, 8
        .equ    sums, 12
        .equ    blocks, 16

        .macro  product pixel, sum
        ldrsb   r7, [\pixel, r2]
        muls    r7, r1
        add     \sum, r7
        .endm

        .macro  tap
        ldmia   r0!, {r1, r2}
        product r3, r8
        product r4, r9
        product r5, r10
        product r6, r11
        .endm

        .global tml_taps
        .type   tml_taps, %function
        .balign 4
        .thumb_func
tml_taps:
        push    {r4-r7, lr}
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        push    {r4-r7}
        mov     lr, r0
        ldr     r1, [r0, #end]
        mov     r12, r1
1:      ldr     r1, [r0, #pixels]
        ldmia   r1!, {r3-r6}
        str     r1, [r0, #pixels]
        movs    r7, #0
        mov     r8, r7
        mov     r9, r7
        mov     r10, r7
        mov     r11, r7
        ldr     r0, [r0, #taps]
2:      tap
        tap
        tap
        cmp     r0, r12
        bne     2b
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        mov     r0, lr
        ldr     r1, [r0, #sums]
        stmia   r1!, {r4-r7}
        str     r1, [r0, #sums]
        ldr     r1, [r0, #blocks]
        subs    r1, #1
        str     r1, [r0, #blocks]
        bne     1b
        pop     {r4-r7}
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        pop     {r4-r7, pc}
