/* SPDX-License-Identifier: MIT */
/* Sums of a window of one channel on Armv6-M, four pixels at a time, whatever the window.
 *
 *     void tml_taps(taps, taps_end, pixels, sums, sums_end, more)        (depthwise_conv2d.c)
 *
 *     r0 taps   r1 weight   r2 offset   r3-r6 four pixels   r7 value, then product
 *     r8-r11 sums   r12 end of the taps   lr sums
 * 41 instructions per 12 products.
 */
        .syntax unified
        .thumb
        .text

        .equ    taps, 0
        .equ    pixels, 4
        .equ    sums_end, 44
        .equ    more, 48

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
        push    {r0, r2, r4-r7}
        mov     r12, r1
        mov     lr, r3
1:      movs    r4, #0
        movs    r5, #0
        movs    r6, #0
        movs    r7, #0
        ldr     r0, [sp, #more]
        cmp     r0, #0
        beq     3f
        mov     r1, lr
        ldmia   r1!, {r4-r7}
3:      mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        ldr     r1, [sp, #pixels]
        ldmia   r1!, {r3-r6}
        str     r1, [sp, #pixels]
        ldr     r0, [sp, #taps]
2:      tap
        tap
        tap
        cmp     r0, r12
        blo     2b
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        mov     r1, lr
        stmia   r1!, {r4-r7}
        mov     lr, r1
        ldr     r0, [sp, #sums_end]
        cmp     r0, r1
        bne     1b
        pop     {r0, r2, r4-r7}
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        pop     {r4-r7, pc}

/* void tml_list_taps(tml_tap_t *tap, const int8_t *weight, uint32_t columns, uint32_t rows,
   uint32_t offset, uint32_t skip): every fourth weight, and the offset, 4 more each and `skip` more
   after a row; then two taps that add nothing. */
        .global tml_list_taps
        .type   tml_list_taps, %function
        .balign 4
        .thumb_func
tml_list_taps:
        push    {r4-r7, lr}
        ldr     r7, [sp, #20]
        ldr     r5, [sp, #24]
1:      movs    r4, r2
2:      ldrb    r6, [r1]
        sxtb    r6, r6
        stmia   r0!, {r6, r7}
        adds    r1, #4
        adds    r7, #4
        subs    r4, #1
        bne     2b
        adds    r7, r5
        subs    r3, #1
        bne     1b
        movs    r6, #0
        movs    r7, #0
        stmia   r0!, {r6, r7}
        stmia   r0!, {r6, r7}
        pop     {r4-r7, pc}

/* void tml_tap_quad(const int8_t *const *pixels, const int8_t *const *pixels_end,
   const int8_t *weights, int32_t *sums, uint32_t channel): sums of four channels of one pixel.
   23 instructions per four products.

       r0 pixels   r1 weights   r2 pixel   r3 value, then product   r4 weight   r5 0   r6 1
       r8-r11 sums   r12 end of the pixels   lr channel   r7 saves sums */
        .macro  channel_product index, sum
        ldrsb   r3, [r2, \index]
        ldrsb   r4, [r1, \index]
        muls    r3, r4
        add     \sum, r3
        .endm

        .global tml_tap_quad
        .type   tml_tap_quad, %function
        .balign 4
        .thumb_func
tml_tap_quad:
        push    {r4-r7, lr}
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        push    {r4-r7}
        mov     r12, r1
        ldr     r1, [sp, #36]
        mov     lr, r1
        movs    r1, r2
        movs    r7, r3
        movs    r5, #0
        movs    r6, #1
        mov     r8, r5
        mov     r9, r5
        mov     r10, r5
        mov     r11, r5
1:      ldmia   r0!, {r2}
        add     r2, lr
        channel_product r5, r8
        channel_product r6, r9
        adds    r1, #2
        adds    r2, #2
        channel_product r5, r10
        channel_product r6, r11
        adds    r1, #2
        cmp     r0, r12
        bne     1b
        movs    r0, r7
        mov     r4, r8
        mov     r5, r9
        mov     r6, r10
        mov     r7, r11
        stmia   r0!, {r4-r7}
        pop     {r4-r7}
        mov     r8, r4
        mov     r9, r5
        mov     r10, r6
        mov     r11, r7
        pop     {r4-r7, pc}
