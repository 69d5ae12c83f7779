/* SPDX-License-Identifier: MIT */
/* Four pixels times all pairs of channels, and one pixel times all pairs.

   A word of weights holds h = w0 + 256 * w1 for inputs k and k + 2, w0 and w1 of two output
   channels. SMLAD by it sums up S0 + 256 * S1; SMLAD by its SXTB16 sums up S0. The difference,
   shifted, is S1. Activations are widened: a word holds inputs k and k + 2 of a pixel as int16,
   k = 0, 1, 4, 5, ... as the weights have it; the same word of all four pixels, then the next.

   r0 r2 r4 r6   S0 of pixels 0 ... 3             r8  activations; at the end: the fields
   r1 r3 r5 r7   S0 + 256 * S1                    r9  weights
   r10 weights, r11 their low bytes               r12 lr  activations

   13 instructions, 16 cycles of a Cortex-M4 (loads in groups) for 16 products. */
#include "filter.h"

        .syntax unified
        .thumb
        .text

#define UNROLLED 8              /* words of weights in the loop, which is entered in its middle */
#define WORD_CODE 52            /* bytes of the macro `word` */
#define UNROLLED1 2             /* groups of four words in the loop for one pixel */
#define FOUR_CODE 56            /* bytes of the macro `four_words` */
#define FIELDS 8                /* r8 stands this far before the fields, when a pair is done */

@ One word of weights times four pixels. The last one of the loop moves both pointers.
        .macro  word at
        .if     \at == UNROLLED - 1
        ldr.w   r10, [r9, #4 * UNROLLED]!
        .else
        ldr.w   r10, [r9, #4 * \at + 4]
        .endif
        ldr.w   r12, [r8, #16 * \at + 8]
        ldr.w   lr, [r8, #16 * \at + 12]
        sxtb16.w r11, r10
        smlad   r1, r12, r10, r1
        smlad   r0, r12, r11, r0
        smlad   r3, lr, r10, r3
        smlad   r2, lr, r11, r2
        .if     \at == UNROLLED - 1
        ldrd    r12, lr, [r8, #16 * UNROLLED]!
        .else
        ldrd    r12, lr, [r8, #16 * \at + 16]
        .endif
        smlad   r5, r12, r10, r5
        smlad   r4, r12, r11, r4
        smlad   r7, lr, r10, r7
        smlad   r6, lr, r11, r6
        .endm

@ int8 of four sums: r12 multiplier, lr shift - 1 to the right. Rounding to the nearest is
@ floor((floor(x / 2^(n-1)) + 1 + 2 * zero point) / 2). The zero point -128 is also the lowest
@ output, so that there it doesn't matter whether negative halves go up or down.
        .macro  quantise_lowest a, b, c, d
        .irp    x, \a, \b, \c, \d
        smmlar  \x, \x, r12, \x
        asr     \x, \x, lr
        sub     \x, \x, #255
        ssat    \x, #8, \x, asr #1
        .endr
        .endm

@ The same for any zero point; r9 = 1 + 2 * zero point. Halves go away from zero.
        .macro  quantise a, b, c, d
        .irp    x, \a, \b, \c, \d
        smmlar  \x, \x, r12, \x
        add     \x, \x, \x, asr #31
        asr     \x, \x, lr
        add     \x, \x, r9
        ssat    \x, #8, \x, asr #1
        .endr
        .endm

@ The next channel's multiplier and shift.
        .macro  next_channel
        ldr     r12, [r10], #4
        ldrsb   lr, [r11], #1
        mvn     lr, lr
        .endm

@ void tml_gemm4(tml_filter_t *f)
        .global tml_gemm4
        .type   tml_gemm4, %function
        .balign 4
tml_gemm4:
        add     r0, r0, #TML_WIDE - FIELDS
        push    {r0, r4-r11, lr}                @ sp: where the activations end
        mov     r8, r0
        ldr     r1, [r8, #FIELDS + TML_WORDS]
        rsb     r2, r1, #0
        and     r2, r2, #UNROLLED - 1           @ words not to be done in the first round
        add     r1, r1, r2
        sub     r0, r8, r1, lsl #4
        adr     r1, .Lloop
        mov     r3, #WORD_CODE
        mla     r1, r2, r3, r1
        strd    r0, r1, [r8, #FIELDS + TML_BEGIN]
        ldr     r0, [r8, #FIELDS + TML_WEIGHTS]
        sub     r0, r0, #4
        sub     r0, r0, r2, lsl #2
        str     r0, [r8, #FIELDS + TML_WEIGHTS]

.Lpair: ldrd    r0, r1, [r8, #FIELDS + TML_BIAS]
        cbnz    r1, .Lresume
        ldr     r0, [r0]
        mov     r1, r0
        mov     r2, r0
        mov     r3, r0
        mov     r4, r0
        mov     r5, r0
        mov     r6, r0
        mov     r7, r0
.Lenter:
        ldrd    r9, r10, [r8, #FIELDS + TML_WEIGHTS]
        add     r10, r10, r9
        str     r10, [r8, #FIELDS + TML_WEIGHTS]
        ldrd    r8, r12, [r8, #FIELDS + TML_BEGIN]
        mov     pc, r12
.Lresume:
        ldm     r1, {r0, r2, r4, r6}
        mov     r1, r0
        mov     r3, r2
        mov     r5, r4
        mov     r7, r6
        b       .Lenter

        .balign 4
.Lloop: word    0
        word    1
        word    2
        word    3
        word    4
        word    5
        word    6
        word    7
        .if     . - .Lloop != UNROLLED * WORD_CODE
        .error  "WORD_CODE"
        .endif
        ldr     r10, [sp]
        cmp     r8, r10
        bne     .Lloop

        ldrd    r10, r11, [r8, #FIELDS + TML_BIAS]
        sub     r1, r1, r0
        sub     r3, r3, r2
        sub     r5, r5, r4
        sub     r7, r7, r6
        cmp     r11, #0
        bne     .Lsums
        ldr     lr, [r10, #4]
        add     r10, r10, #8
        str     r10, [r8, #FIELDS + TML_BIAS]
        add     r1, lr, r1, asr #8
        add     r3, lr, r3, asr #8
        add     r5, lr, r5, asr #8
        add     r7, lr, r7, asr #8

.Lquantise:
        ldrd    r10, r11, [r8, #FIELDS + TML_MULT]
        ldr     r9, [r8, #FIELDS + TML_ZERO]
        next_channel
        cmn     r9, #255
        bne     .Lany_zero
        quantise_lowest r0, r2, r4, r6
        next_channel
        quantise_lowest r1, r3, r5, r7
.Lstore:
        strd    r10, r11, [r8, #FIELDS + TML_MULT]
        ldrd    r9, r10, [r8, #FIELDS + TML_OUT]
        ldrd    r11, r12, [r8, #FIELDS + TML_OUT + 8]
        ldr     lr, [r8, #FIELDS + TML_LAST]
        cmp     r9, lr
        bhi     .Lodd
        bfi     r0, r1, #8, #8
        bfi     r2, r3, #8, #8
        bfi     r4, r5, #8, #8
        bfi     r6, r7, #8, #8
        strh    r0, [r9], #2
        strh    r2, [r10], #2
        strh    r4, [r11], #2
        strh    r6, [r12], #2
        strd    r9, r10, [r8, #FIELDS + TML_OUT]
        strd    r11, r12, [r8, #FIELDS + TML_OUT + 8]
        blo     .Lpair
        pop     {r0, r4-r11, pc}

.Lodd:  strb    r0, [r9]
        strb    r2, [r10]
        strb    r4, [r11]
        strb    r6, [r12]
        pop     {r0, r4-r11, pc}

.Lany_zero:
        quantise r0, r2, r4, r6
        next_channel
        quantise r1, r3, r5, r7
        b       .Lstore

.Lsums: add     r10, r11, #16
        ldm     r10, {r9, r10, r12, lr}
        add     r1, r9, r1, asr #8
        add     r3, r10, r3, asr #8
        add     r5, r12, r5, asr #8
        add     r7, lr, r7, asr #8
        add     r9, r11, #32
        str     r9, [r8, #FIELDS + TML_SUMS]
        ldr     r10, [r8, #FIELDS + TML_SUMS_END]
        cmp     r10, #0
        beq     .Lquantise
        stm     r11!, {r0, r2, r4, r6}
        stm     r11, {r1, r3, r5, r7}
        cmp     r9, r10
        bne     .Lpair
        pop     {r0, r4-r11, pc}
        .size   tml_gemm4, . - tml_gemm4

@ One pixel. r0 S0, r1 S0 + 256 * S1, r8 activations, r9 weights, lr the fields.
        .macro  single activations, weights
        sxtb16  r12, \weights
        smlad   r1, \activations, \weights, r1
        smlad   r0, \activations, r12, r0
        .endm

        .macro  four_words
        ldm     r8!, {r2-r5}
        ldm     r9!, {r6, r7, r10, r11}
        single  r2, r6
        single  r3, r7
        single  r4, r10
        single  r5, r11
        .endm

@ void tml_gemm1(tml_filter_t *f)
        .global tml_gemm1
        .type   tml_gemm1, %function
        .balign 4
tml_gemm1:
        push    {r4-r11, lr}
        add     lr, r0, #TML_WIDE
        ldr     r1, [lr, #TML_WORDS]
        sub     r0, lr, r1, lsl #2              @ where the activations begin
        adr     r2, .Ldone1
        lsrs    r3, r1, #2
        beq     1f                              @ no group of four words
        adr     r2, .Lloop1
        rsb     r3, r3, #0
        and     r3, r3, #UNROLLED1 - 1
        mov     r4, #FOUR_CODE
        mla     r2, r3, r4, r2
1:      tst     r1, #2
        beq     2f
        str     r2, [lr, #TML_REST]
        adr     r2, .Ltwo1
2:      strd    r0, r2, [lr, #TML_BEGIN]

.Lpair1:
        ldrd    r0, r1, [lr, #TML_BIAS]
        cbz     r1, 1f
        mov     r0, r1
1:      ldr     r0, [r0]
        mov     r1, r0
        ldrd    r9, r2, [lr, #TML_WEIGHTS]
        add     r2, r2, r9
        str     r2, [lr, #TML_WEIGHTS]
        ldrd    r8, r2, [lr, #TML_BEGIN]
        mov     pc, r2

        .balign 4
.Ltwo1: ldrd    r2, r3, [r8], #8
        ldrd    r6, r7, [r9], #8
        single  r2, r6
        single  r3, r7
        ldr     r2, [lr, #TML_REST]
        mov     pc, r2

        .balign 4
.Lloop1:
        .rept   UNROLLED1
        four_words
        .endr
        .if     . - .Lloop1 != UNROLLED1 * FOUR_CODE
        .error  "FOUR_CODE"
        .endif
        cmp     r8, lr
        bne     .Lloop1

        .balign 4
.Ldone1:
        ldrd    r2, r3, [lr, #TML_BIAS]
        sub     r1, r1, r0
        cbnz    r3, .Lsums1
        ldr     r4, [r2, #4]
        adds    r2, r2, #8
        str     r2, [lr, #TML_BIAS]
        add     r1, r4, r1, asr #8

.Lquantise1:
        ldrd    r2, r3, [lr, #TML_MULT]
        ldrd    r4, r5, [r2], #8
        ldrsb   r6, [r3], #1
        ldrsb   r7, [r3], #1
        strd    r2, r3, [lr, #TML_MULT]
        ldr     r9, [lr, #TML_ZERO]
        mvns    r6, r6
        mvns    r7, r7
        smmlar  r0, r0, r4, r0
        smmlar  r1, r1, r5, r1
        add     r0, r0, r0, asr #31
        add     r1, r1, r1, asr #31
        asrs    r0, r0, r6
        asrs    r1, r1, r7
        add     r0, r0, r9
        add     r1, r1, r9
        ssat    r0, #8, r0, asr #1
        ssat    r1, #8, r1, asr #1
        ldr     r2, [lr, #TML_OUT]
        ldr     r3, [lr, #TML_LAST]
        bfi     r0, r1, #8, #8
        cmp     r2, r3
        bhi     .Lodd1
        strh    r0, [r2], #2
        str     r2, [lr, #TML_OUT]
        blo     .Lpair1
        pop     {r4-r11, pc}

.Lodd1: strb    r0, [r2]
        pop     {r4-r11, pc}

.Lsums1:
        ldr     r4, [r3, #4]
        add     r1, r4, r1, asr #8
        add     r5, r3, #8
        str     r5, [lr, #TML_SUMS]
        ldr     r4, [lr, #TML_SUMS_END]
        cmp     r4, #0
        beq     .Lquantise1
        strd    r0, r1, [r3]
        cmp     r5, r4
        bne     .Lpair1
        pop     {r4-r11, pc}
        .size   tml_gemm1, . - tml_gemm1

@ int32_t *tml_widen4(const int8_t *const in[4], int32_t *wide, uint32_t words)
        .global tml_widen4
        .type   tml_widen4, %function
        .balign 4
tml_widen4:
        push    {r4-r11, lr}
        ldm     r0, {r3-r6}
1:      ldr     r7, [r3], #4
        ldr     r8, [r4], #4
        ldr     r9, [r5], #4
        ldr     r10, [r6], #4
        sxtb16  r0, r7
        sxtb16  r11, r8
        sxtb16  r12, r9
        sxtb16  lr, r10
        stm     r1!, {r0, r11, r12, lr}
        sxtb16  r0, r7, ror #8
        sxtb16  r11, r8, ror #8
        sxtb16  r12, r9, ror #8
        sxtb16  lr, r10, ror #8
        stm     r1!, {r0, r11, r12, lr}
        subs    r2, r2, #1
        bne     1b
        mov     r0, r1
        pop     {r4-r11, pc}
        .size   tml_widen4, . - tml_widen4

@ int32_t *tml_widen1(const int8_t *const in[1], int32_t *wide, uint32_t words)
        .global tml_widen1
        .type   tml_widen1, %function
        .balign 4
tml_widen1:
        push    {r4, lr}
        ldr     r0, [r0]
1:      ldr     r3, [r0], #4
        sxtb16  r4, r3
        sxtb16  r3, r3, ror #8
        strd    r4, r3, [r1], #8
        subs    r2, r2, #1
        bne     1b
        mov     r0, r1
        pop     {r4, pc}
        .size   tml_widen1, . - tml_widen1
