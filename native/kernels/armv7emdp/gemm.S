/* SPDX-License-Identifier: MIT */
/* Four pixels times all pairs of channels, and one pixel times all pairs: what armv7em/gemm.S does,
   in the order that a Cortex-M7 likes. It takes two instructions a cycle, one of which multiplies
   and the other loads a single word, for what is multiplied two cycles later. So activations and
   weights of the next word are loaded while this one is multiplied.

   r0 r2 r4 r6   S0 of pixels 0 ... 3             r8  activations; at the end: behind the fields
   r1 r3 r5 r7   S0 + 256 * S1                    r9  weights
   r10 weights, r11 their low bytes               r12 lr  activations

   14 instructions for 16 products: 8 or 9 cycles of an M7. */
#include "gemm.h"

        .syntax unified
        .thumb
        .text

#define UNROLLED 4              /* words of weights in the loop, which is entered in its middle */
#define WORD_CODE 56            /* bytes of the macro `word` */
#define BEHIND 8                /* r8 stands so far behind where fields begin when a pair is done */
#define FIELD(at) [r8, #TML_AT_ ## at - BEHIND]
#define TML_AT_SUMS_IN (TML_AT_BIAS + 4)
#define TML_AT_OUT_1 (TML_AT_OUT + 4)
#define TML_AT_OUT_2 (TML_AT_OUT + 8)
#define TML_AT_OUT_3 (TML_AT_OUT + 12)

@ One word of weights times four pixels; brings the next one. The last one of the loop, `at` 0,
@ leaves weights alone: there may be none behind it.
        .macro  word at
        smlad   r3, lr, r10, r3
        sxtb16.w r11, r10
        smlad   r1, r12, r10, r1
        smlad   r0, r12, r11, r0
        ldr     r12, [r8], #4
        smlad   r2, lr, r11, r2
        ldr     lr, [r8], #4
        smlad   r5, r12, r10, r5
        smlad   r7, lr, r10, r7
        .if     \at != 0
        ldr     r10, [r9], #4
        .endif
        smlad   r6, lr, r11, r6
        ldr     lr, [r8, #4]
        smlad   r4, r12, r11, r4
        ldr     r12, [r8], #8
        .endm

@ An int8 is (v + v >> 31 + C) >> n, saturated, of a sum v that has been through its multiplier.
@ Here that is rounded down twice: by n - 1, then, after 1 + 2 * zero point is added, by 1.

@ Lets negative halves go down: away from zero. (Where the zero point is the lowest output, no
@ negative number gets above it either way.)
        .macro  lower x
        add     \x, \x, \x, asr #31
        .endm

@ void tml_gemm4(tml_filter_t *f)
        .global tml_gemm4
        .type   tml_gemm4, %function
        .balign 4
tml_gemm4:
        push    {r4-r11, lr}
        add     r8, r0, #BEHIND
        ldr     r1, [r0, #TML_AT_WORDS]
        sub     r4, r0, r1, lsl #4
        subs    r1, r1, #1
        and     r1, r1, #UNROLLED - 1           @ words before the last one of the first round
        adr     r5, .Llast + 1
        movs    r3, #WORD_CODE
        mls     r5, r1, r3, r5
        strd    r4, r5, [r0, #TML_AT_BEGIN]

.Lpair: ldrd    r0, r1, FIELD(BIAS)
        ldr     r9, FIELD(WEIGHTS)
        ldr     r10, FIELD(STEP)
        add     r2, r0, #8
        str     r2, FIELD(BIAS)
        add     r10, r10, r9
        cbnz    r1, .Lresume
        ldr     r0, [r0]
        str     r10, FIELD(WEIGHTS)
        ldrd    r8, r11, FIELD(BEGIN)
        mov     r1, r0
        ldr     r10, [r9], #4
        mov     r2, r0
        mov     r3, r0
        mov     r4, r0
        ldr     r12, [r8], #4
        mov     r5, r0
        ldr     lr, [r8], #4
        mov     r6, r0
        mov     r7, r0
        bx      r11
.Lresume:
        add     r3, r1, #32
        str     r10, FIELD(WEIGHTS)
        str     r3, FIELD(SUMS_IN)
        ldm     r1, {r0-r7}
        ldrd    r8, r11, FIELD(BEGIN)
        ldr     r10, [r9], #4
        ldr     r12, [r8], #4
        ldr     lr, [r8], #4
        bx      r11

        .balign 4
.Lloop: ldr     r10, [r9], #4
        .set    at, UNROLLED
        .rept   UNROLLED
        .set    at, at - 1
        .if     at == 0
.Llast:
        .endif
        word    at
        .endr
        .if     .Llast - .Lloop != 4 + (UNROLLED - 1) * WORD_CODE
        .error  "WORD_CODE"
        .endif
        cmp     lr, #TML_END
        bne     .Lloop

        ldr     r9, FIELD(SUMS_OUT)
        ldr     r10, FIELD(BIAS)
        ldrd    r11, r12, FIELD(MULT)
        cmp     r9, #0
        bne     .Lsums
        subs    r1, r1, r0
        ldr     lr, [r10, #-4]
        subs    r3, r3, r2
        ldrh    r9, [r12], #2
        subs    r5, r5, r4
        ldr     r10, [r11], #4
        subs    r7, r7, r6
        add     r1, lr, r1, asr #8
        smmlar  r0, r0, r10, r0
        add     r3, lr, r3, asr #8
        smmlar  r2, r2, r10, r2
        add     r5, lr, r5, asr #8
        smmlar  r4, r4, r10, r4
        add     r7, lr, r7, asr #8
        smmlar  r6, r6, r10, r6
        ldr     lr, [r11], #4
        mvn     r9, r9
        ldr     r10, FIELD(ONE_FACTOR)
        smmlar  r1, r1, lr, r1
        lower   r0
        smmlar  r3, r3, lr, r3
        lower   r2
        smmlar  r5, r5, lr, r5
        lower   r4
        smmlar  r7, r7, lr, r7
        cmp     r10, #0
        bne     1f
        strd    r11, r12, FIELD(MULT)
1:      ldr     r10, FIELD(ZERO)
        lower   r6
        asr     r0, r0, r9
        lower   r1
        asr     r2, r2, r9
        lower   r3
        asr     r4, r4, r9
        lower   r5
        asr     r6, r6, r9
        lower   r7
        lsr     lr, r9, #8
        add     r0, r0, r10
        add     r2, r2, r10
        add     r4, r4, r10
        ssat    r0, #8, r0, asr #1
        add     r6, r6, r10
        ssat    r2, #8, r2, asr #1
        asr     r1, r1, lr
        ssat    r4, #8, r4, asr #1
        asr     r3, r3, lr
        ssat    r6, #8, r6, asr #1
        asr     r5, r5, lr
        asr     r7, r7, lr
        add     r1, r1, r10
        add     r3, r3, r10
        add     r5, r5, r10
        ssat    r1, #8, r1, asr #1
        add     r7, r7, r10
        ssat    r3, #8, r3, asr #1
        ldr     lr, FIELD(LAST)
        ssat    r5, #8, r5, asr #1
        ldr     r9, FIELD(OUT)
        ssat    r7, #8, r7, asr #1
        ldr     r10, FIELD(OUT_1)
        bfi     r0, r1, #8, #8
        ldr     r11, FIELD(OUT_2)
        bfi     r2, r3, #8, #8
        ldr     r12, FIELD(OUT_3)
        bfi     r4, r5, #8, #8
        cmp     r9, lr
        bfi     r6, r7, #8, #8
        bhi     .Lodd
        strh    r0, [r9], #2
        strh    r2, [r10], #2
        strh    r4, [r11], #2
        strh    r6, [r12], #2
        strd    r9, r10, FIELD(OUT)
        strd    r11, r12, FIELD(OUT_2)
        blo     .Lpair
        pop     {r4-r11, pc}

.Lodd:  strb    r0, [r9]
        strb    r2, [r10]
        strb    r4, [r11]
        strb    r6, [r12]
        pop     {r4-r11, pc}

.Lsums: ldr     r10, FIELD(SUMS_END)
        stm     r9!, {r0-r7}
        str     r9, FIELD(SUMS_OUT)
        cmp     r9, r10
        bne     .Lpair
        pop     {r4-r11, pc}
        .size   tml_gemm4, . - tml_gemm4

@ One pixel. r0 S0, r1 S0 + 256 * S1, r8 activations, r9 weights, lr the fields.
        .macro  single activations, weights
        sxtb16  r12, \weights
        smlad   r1, \activations, \weights, r1
        smlad   r0, \activations, r12, r0
        .endm

@ void tml_gemm1(tml_filter_t *f)
        .global tml_gemm1
        .type   tml_gemm1, %function
        .balign 4
tml_gemm1:
        push    {r4-r11, lr}
        mov     lr, r0
        ldr     r1, [lr, #TML_AT_WORDS]
        sub     r0, lr, r1, lsl #2              @ where the activations begin
        adr     r2, .Lloop1
        cmp     r1, #4
        bhs     1f
        adr     r2, .Ldone1                     @ no group of four words
1:      lsls    r1, r1, #30
        beq     2f
        str     r2, [lr, #TML_AT_DONE]
        adr     r2, .Ltwo1
2:      strd    r0, r2, [lr, #TML_AT_BEGIN]

.Lpair1:
        ldrd    r2, r3, [lr, #TML_AT_BIAS]
        ldr     r0, [r2], #8
        cbz     r3, 1f
        ldr     r0, [r3], #4
        ldr     r1, [r3], #4
        strd    r2, r3, [lr, #TML_AT_BIAS]
        b       2f
1:      str     r2, [lr, #TML_AT_BIAS]
        mov     r1, r0
2:      ldr     r9, [lr, #TML_AT_WEIGHTS]
        ldr     r2, [lr, #TML_AT_STEP]
        add     r2, r2, r9
        str     r2, [lr, #TML_AT_WEIGHTS]
        ldrd    r8, r2, [lr, #TML_AT_BEGIN]
        mov     pc, r2

        .balign 4
.Ltwo1: ldrd    r2, r3, [r8], #8
        ldrd    r6, r7, [r9], #8
        single  r2, r6
        single  r3, r7
        ldr     r2, [lr, #TML_AT_DONE]
        mov     pc, r2

        .balign 4
.Lloop1:
        ldr     r10, [r9], #4
        ldr     r2, [r8], #4
        ldr     r11, [r9], #4
        ldr     r3, [r8], #4
        smlad   r1, r2, r10, r1
        ldr     r6, [r9], #4
        sxtb16  r12, r10
        ldr     r4, [r8], #4
        smlad   r0, r2, r12, r0
        ldr     r7, [r9], #4
        sxtb16  r12, r11
        ldr     r5, [r8], #4
        smlad   r1, r3, r11, r1
        cmp     r8, lr
        smlad   r0, r3, r12, r0
        single  r4, r6
        single  r5, r7
        bne     .Lloop1

        .balign 4
.Ldone1:
        ldr     r3, [lr, #TML_AT_SUMS_OUT]
        cbnz    r3, .Lsums1
        ldr     r2, [lr, #TML_AT_BIAS]
        subs    r1, r1, r0
        ldr     r4, [r2, #-4]
        ldrd    r2, r3, [lr, #TML_AT_MULT]
        add     r1, r4, r1, asr #8
        ldr     r7, [lr, #TML_AT_ONE_FACTOR]
        ldrd    r4, r5, [r2], #8
        ldrh    r6, [r3], #2
        cbnz    r7, 1f
        strd    r2, r3, [lr, #TML_AT_MULT]
1:
        smmlar  r0, r0, r4, r0
        mvns    r6, r6
        smmlar  r1, r1, r5, r1
        ldr     r9, [lr, #TML_AT_ZERO]
        lsrs    r7, r6, #8
        lower   r0
        lower   r1
        asr     r0, r0, r6
        asr     r1, r1, r7
        add     r0, r0, r9
        add     r1, r1, r9
        ssat    r0, #8, r0, asr #1
        ldr     r2, [lr, #TML_AT_OUT]
        ssat    r1, #8, r1, asr #1
        ldr     r3, [lr, #TML_AT_LAST]
        bfi     r0, r1, #8, #8
        cmp     r2, r3
        bhi     .Lodd1
        strh    r0, [r2], #2
        str     r2, [lr, #TML_AT_OUT]
        blo     .Lpair1
        pop     {r4-r11, pc}

.Lodd1: strb    r0, [r2]
        pop     {r4-r11, pc}

.Lsums1:
        stm     r3!, {r0, r1}
        ldr     r4, [lr, #TML_AT_SUMS_END]
        str     r3, [lr, #TML_AT_SUMS_OUT]
        cmp     r3, r4
        bne     .Lpair1
        pop     {r4-r11, pc}
        .size   tml_gemm1, . - tml_gemm1

        .macro  widen_four
        subs    r3, r3, #4
        sxtb16  r1, r8
        sxtb16  r12, r9
        str     r1, [r2]
        sxtb16  lr, r10
        str     r12, [r2, #4]
        sxtb16  r1, r11
        str     lr, [r2, #8]
        sxtb16  r8, r8, ror #8
        str     r1, [r2, #12]
        sxtb16  r9, r9, ror #8
        str     r8, [r2, #16]
        sxtb16  r10, r10, ror #8
        str     r9, [r2, #20]
        sxtb16  r11, r11, ror #8
        str     r10, [r2, #24]
        str     r11, [r2, #28]
        add     r2, r2, #32
        .endm

#include "gemm_widen.h"
