/* SPDX-License-Identifier: MIT */
/* Bytes to words on Armv6-M. */
        .syntax unified
        .thumb
        .text

        .macro  function name
        .global \name
        .type   \name, %function
        .balign 4
        .thumb_func
\name:
        .endm

/* void tml_widen_4(int32_t *to, const int8_t *from, uint32_t count), tml_widen_1: each byte to a
   word, 4 words or 1 from the one before, in the order of the weights. Count: 4, 8, 12 ... */
        .macro  widen name, pixels
        function \name
        push    {r4-r7, lr}
        movs    r4, #0
        movs    r5, #1
        movs    r6, #2
        movs    r7, #3
1:      ldrsb   r3, [r1, r4]
        str     r3, [r0]
        ldrsb   r3, [r1, r5]
        str     r3, [r0, #(8 * \pixels)]
        ldrsb   r3, [r1, r6]
        str     r3, [r0, #(4 * \pixels)]
        ldrsb   r3, [r1, r7]
        str     r3, [r0, #(12 * \pixels)]
        adds    r1, #4
        adds    r0, #(16 * \pixels)
        subs    r2, #4
        bne     1b
        pop     {r4-r7, pc}
        .endm

        widen   tml_widen_4, 4
        widen   tml_widen_1, 1

/* void tml_widen(int32_t *to, const int8_t *from, uint32_t count, uint32_t step): the same, in its
   own order and any count but 0, to words so many bytes from each other. */
        function tml_widen
        push    {r4, r5, lr}
        movs    r5, #0
1:      ldrsb   r4, [r1, r5]
        str     r4, [r0]
        adds    r0, r3
        adds    r5, #1
        cmp     r5, r2
        bne     1b
        pop     {r4, r5, pc}
