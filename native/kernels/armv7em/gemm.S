/* SPDX-License-Identifier: MIT */
/* Four pixels times all pairs of channels, and one pixel times all pairs.

   A word of weights holds h = w0 + 256 * w1 for inputs k and k + 2, w0 and w1 of two output
   channels. SMLAD by it adds up S0 + 256 * S1; SMLAD by its SXTB16 adds up S0. The difference,
   shifted, is S1. Activations are widened: a word holds inputs k and k + 2 of a pixel as int16,
   k = 0, 1, 4, 5, ... as the weights have it; this word of all pixels, then the next one.

   r0 r2 r4 r6   S0 of pixels 0 ... 3             r8  activations; at the end: the fields
   r1 r3 r5 r7   S0 + 256 * S1                    r9  weights
   r10 weights, r11 their low bytes               r12 lr  activations

   12 instructions for 16 products: 17 cycles of a Cortex-M4, 12 of an M33. (Two LDR for the first
   LDRD make it 13 instructions and 16 cycles of an M4, and the M7 a little slower.) */
#include "gemm.h"

        .syntax unified
        .thumb
        .text

#define UNROLLED 4              /* words of weights in the loop, which is entered in its middle */
#define WORD_CODE 48            /* bytes of the macro `word` */

@ One word of weights times four pixels, of which two are there, and brings two of the next word.
@ The last one of the loop moves both pointers.
        .macro  word at
        .if     \at == UNROLLED - 1
        ldr.w   r10, [r9, #4 * UNROLLED]!
        .else
        ldr.w   r10, [r9, #4 * \at + 4]
        .endif
        sxtb16.w r11, r10
        smlad   r1, r12, r10, r1
        smlad   r0, r12, r11, r0
        smlad   r3, lr, r10, r3
        smlad   r2, lr, r11, r2
        ldrd    r12, lr, [r8, #16 * \at + 8]
        smlad   r5, r12, r10, r5
        smlad   r4, r12, r11, r4
        smlad   r7, lr, r10, r7
        smlad   r6, lr, r11, r6
        .if     \at == UNROLLED - 1
        ldrd    r12, lr, [r8, #16 * UNROLLED]!
        .else
        ldrd    r12, lr, [r8, #16 * \at + 16]
        .endif
        .endm

@ int8 of a sum, whose multiplier it has been through: `shift` is that to the right, less 1, and
@ `zero` is 1 + 2 * zero point. Rounding to the nearest, half up, is rounding down twice.
        .macro  finish x, shift, zero
        asr     \x, \x, \shift
        add     \x, \x, \zero
        ssat    \x, #8, \x, asr #1
        .endm

@ Lets negative halves go down: away from zero.
        .macro  lower x
        add     \x, \x, \x, asr #31
        .endm

@ void tml_gemm4(tml_filter_t *f)
        .global tml_gemm4
        .type   tml_gemm4, %function
        .balign 4
tml_gemm4:
        push    {r3-r11, lr}                    @ [sp]: where the loop is entered
        mov     r8, r0
        ldr     r1, [r0, #TML_AT_WORDS]
        rsbs    r2, r1, #0
        and     r2, r2, #UNROLLED - 1           @ words that are not in the first round
        sub     r4, r0, r1, lsl #4
        sub     r5, r4, r2, lsl #4
        strd    r4, r5, [r0, #TML_AT_BEGIN]
        adr     r1, .Lloop + 1
        movs    r3, #WORD_CODE
        mla     r1, r2, r3, r1
        str     r1, [sp]
        ldr     r3, [r0, #TML_AT_WEIGHTS]
        subs    r3, r3, #4
        sub     r3, r3, r2, lsl #2
        str     r3, [r0, #TML_AT_WEIGHTS]
        ldr     r2, [r0, #TML_AT_SUMS_OUT]
        adr.w   r4, .Lfinish + 1
        cbz     r2, 1f
        adr.w   r4, .Lsums + 1
1:      ldr     r2, [r0, #TML_AT_ZERO]
        adr.w   r5, .Llower + 1
        cmn     r2, #255                        @ the zero point is the lowest output: no negative
        bne     2f                              @ number gets above it either way
        adr.w   r5, .Lround_only + 1
2:      ldr     r2, [r0, #TML_AT_ONE_FACTOR]
        cbz     r2, 3f
        adds    r5, r5, #4                      @ past the STRD: the same multipliers again
3:      strd    r4, r5, [r0, #TML_AT_DONE]

.Lpair: ldrd    r0, r1, [r8, #TML_AT_BIAS]
        cbnz    r1, .Lresume
        ldr     r2, [r0], #8
        str     r0, [r8, #TML_AT_BIAS]
        mov     r0, r2
        mov     r1, r2
        mov     r3, r2
        mov     r4, r2
        mov     r5, r2
        mov     r6, r2
        mov     r7, r2
.Lenter:
        ldm     r8, {r9-r12, lr}
        add     r11, r11, r9
        str     r11, [r8, #TML_AT_WEIGHTS]
        mov     r8, lr
        ldrd    r12, lr, [r12]
        ldr     pc, [sp]
.Lresume:
        adds    r0, r0, #8
        add     r2, r1, #32
        strd    r0, r2, [r8, #TML_AT_BIAS]
        ldm     r1, {r0-r7}
        b       .Lenter

        .balign 4
.Lloop: word    0
        word    1
        word    2
        word    3
        .if     . - .Lloop != UNROLLED * WORD_CODE
        .error  "WORD_CODE"
        .endif
        cmp     lr, #TML_END
        bne     .Lloop
        ldr     pc, [r8, #TML_AT_DONE]

.Lsums: ldr     r9, [r8, #TML_AT_SUMS_OUT]
        ldr     r10, [r8, #TML_AT_SUMS_END]
        stm     r9!, {r0-r7}
        str     r9, [r8, #TML_AT_SUMS_OUT]
        cmp     r9, r10
        bne     .Lpair
        pop     {r3-r11, pc}

.Lfinish:
        ldr     r10, [r8, #TML_AT_BIAS]
        subs    r1, r1, r0
        subs    r3, r3, r2
        subs    r5, r5, r4
        subs    r7, r7, r6
        ldr     lr, [r10, #-4]
        ldrd    r10, r11, [r8, #TML_AT_MULT]
        add     r1, lr, r1, asr #8
        add     r3, lr, r3, asr #8
        add     r5, lr, r5, asr #8
        add     r7, lr, r7, asr #8
        ldrd    r9, r12, [r10], #8
        ldrh    lr, [r11], #2
        mvn     lr, lr
        .irp    x, r0, r2, r4, r6
        smmlar  \x, \x, r9, \x
        .endr
        .irp    x, r1, r3, r5, r7
        smmlar  \x, \x, r12, \x
        .endr
        ldr     r9, [r8, #TML_AT_ZERO]
        ldr     pc, [r8, #TML_AT_QUANTISE]

.Lround_only:
        strd    r10, r11, [r8, #TML_AT_MULT]
        b       .Lround
.Llower:
        strd    r10, r11, [r8, #TML_AT_MULT]
        .irp    x, r0, r1, r2, r3, r4, r5, r6, r7
        lower   \x
        .endr
.Lround:
        .irp    x, r0, r2, r4, r6
        finish  \x, lr, r9
        .endr
        lsr     lr, lr, #8
        .irp    x, r1, r3, r5, r7
        finish  \x, lr, r9
        .endr
.Lstore:
        ldrd    r9, r10, [r8, #TML_AT_OUT]
        ldrd    r11, r12, [r8, #TML_AT_OUT + 8]
        ldr     lr, [r8, #TML_AT_LAST]
        bfi     r0, r1, #8, #8
        bfi     r2, r3, #8, #8
        bfi     r4, r5, #8, #8
        bfi     r6, r7, #8, #8
        cmp     r9, lr
        bhi     .Lodd
        strh    r0, [r9], #2
        strh    r2, [r10], #2
        strh    r4, [r11], #2
        strh    r6, [r12], #2
        strd    r9, r10, [r8, #TML_AT_OUT]
        strd    r11, r12, [r8, #TML_AT_OUT + 8]
        blo     .Lpair
        pop     {r3-r11, pc}

.Lodd:  strb    r0, [r9]
        strb    r2, [r10]
        strb    r4, [r11]
        strb    r6, [r12]
        pop     {r3-r11, pc}
        .size   tml_gemm4, . - tml_gemm4

@ One pixel. r0 S0, r1 S0 + 256 * S1, r6 activations, r7 the fields, r9 weights.
        .macro  single activations, weights
        sxtb16  r12, \weights
        smlad   r1, \activations, \weights, r1
        smlad   r0, \activations, r12, r0
        .endm

@ On the stack, so that one LDM brings them: bias, from a pair's last word to the next pair, where
@ activations begin, sums_out, one_factor, mult, shift, zero, last, out; where the loop is entered.
        .equ    SUMS_OUT, 12
        .equ    MULT, 20
        .equ    OUT, 36
        .equ    ENTRY, 40
        .equ    FRAME, 44

@ void tml_gemm1(tml_filter_t *f)
        .global tml_gemm1
        .type   tml_gemm1, %function
        .balign 4
tml_gemm1:
        push    {r4-r11, lr}
        sub     sp, #FRAME
        mov     r7, r0
        ldr     r1, [r7, #TML_AT_WORDS]
        ldr     r9, [r7, #TML_AT_WEIGHTS]
        ldr     r3, [r7, #TML_AT_STEP]
        sub     r4, r7, r1, lsl #2              @ where the activations begin
        sub     r3, r3, r1, lsl #2
        subs    r9, r9, r3
        adr     r6, .Lloop1
        tst     r1, #4
        beq     1f
        adr     r6, .Lhalf1
1:      cmp     r1, #4
        bhs     2f
        adr     r6, .Ldone1                     @ no group of four words
2:      lsls    r1, r1, #30
        beq     3f
        str     r6, [r7, #TML_AT_DONE]
        adr     r6, .Ltwo1
3:      ldrd    r2, r0, [r7, #TML_AT_BIAS]
        cbz     r0, 4f
        str     r6, [r7, #TML_AT_QUANTISE]
        adr     r6, .Lresume1
4:      adds    r6, r6, #1                      @ Thumb
        str     r6, [sp, #ENTRY]
        ldr     r5, [r7, #TML_AT_SUMS_OUT]
        ldr     r6, [r7, #TML_AT_ONE_FACTOR]
        ldrd    r8, r10, [r7, #TML_AT_MULT]
        ldr     r11, [r7, #TML_AT_ZERO]
        ldr     r12, [r7, #TML_AT_LAST]
        ldr     lr, [r7, #TML_AT_OUT]
        stm     sp, {r2-r6, r8, r10-r12, lr}

.Lpair1:
        ldm     sp, {r2, r3, r6}
        ldr     r0, [r2], #8
        str     r2, [sp]
        mov     r1, r0
        add     r9, r9, r3
        ldr     pc, [sp, #ENTRY]

        .balign 4
.Lresume1:
        ldr     r3, [r7, #TML_AT_BIAS + 4]
        ldm     r3!, {r0, r1}
        str     r3, [r7, #TML_AT_BIAS + 4]
        ldr     r2, [r7, #TML_AT_QUANTISE]
        mov     pc, r2

        .balign 4
.Ltwo1: ldm     r6!, {r2, r3}
        ldrd    r8, r10, [r9], #8
        single  r2, r8
        single  r3, r10
        ldr     r2, [r7, #TML_AT_DONE]
        mov     pc, r2

@ Eight words; entered in the middle if there is a group of four more.
        .macro  four_words
        ldm.w   r6!, {r2-r5}
        ldm     r9!, {r8, r10, r11, lr}
        single  r2, r8
        single  r3, r10
        single  r4, r11
        single  r5, lr
        .endm

        .balign 4
.Lloop1:
        four_words
.Lhalf1:
        four_words
        cmp     r6, r7
        bne     .Lloop1

        .balign 4
.Ldone1:
        ldm     sp, {r2-r6, r8, r10-r12, lr}
        cbnz    r5, .Lsums1
        subs    r1, r1, r0
        ldr     r2, [r2, #-4]
        add     r1, r2, r1, asr #8
        ldrd    r3, r5, [r8], #8
        ldrh    r4, [r10], #2
        smmlar  r0, r0, r3, r0
        smmlar  r1, r1, r5, r1
        cbnz    r6, 1f
        strd    r8, r10, [sp, #MULT]
1:      mvns    r4, r4
        lower   r0
        lower   r1
        finish  r0, r4, r11
        lsrs    r4, r4, #8
        finish  r1, r4, r11
        bfi     r0, r1, #8, #8
        cmp     lr, r12
        bhi     .Lodd1
        strh    r0, [lr], #2
        str     lr, [sp, #OUT]
        blo     .Lpair1
        ldrd    r2, r3, [sp, #MULT]
        strd    r2, r3, [r7, #TML_AT_MULT]
        str     lr, [r7, #TML_AT_OUT]
.Lend1: add     sp, #FRAME
        pop     {r4-r11, pc}

.Lodd1: strb    r0, [lr]
        b       .Lend1

.Lsums1:
        stm     r5!, {r0, r1}
        ldr     r4, [r7, #TML_AT_SUMS_END]
        str     r5, [sp, #SUMS_OUT]
        cmp     r5, r4
        bne     .Lpair1
        b       .Lend1
        .size   tml_gemm1, . - tml_gemm1

        .macro  widen_four
        sxtb16  r1, r8
        sxtb16  r12, r9
        sxtb16  lr, r10
        stm     r2!, {r1, r12, lr}
        sxtb16  r1, r11
        sxtb16  r8, r8, ror #8
        sxtb16  r9, r9, ror #8
        sxtb16  r10, r10, ror #8
        sxtb16  r11, r11, ror #8
        stm     r2!, {r1, r8, r9, r10, r11}
        subs    r3, r3, #4
        .endm

#include "gemm_widen.h"
