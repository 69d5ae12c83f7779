/* SPDX-License-Identifier: MIT */
/* What depthwise_rows.S of armv7em and armv7emdp have in common, last part: from row to row, from
   channel to channel, and the way in. STEP_CODE: bytes of a step of `sums` and `sums_2`. */
    b       next_row
1:  ldr     r8, [sp, #ODD]
    strb    r0, [r12]
    cmp     r8, #2
    blo     next_row
    strb    r1, [r12, r7]
    beq     next_row
    strb    r2, [r12, r7, lsl #1]
next_row:
    ldm     sp, {r4-r10}
    add     r4, r6
    add     r5, r7
    cmp     r4, r8
    beq     next_channel
    stm     sp, {r4, r5}
this_row:
    mov     r12, r5
    add     r9, r5
    strd    r9, r10, [sp, #FULL]
    ldm     r4, {r4, r5, r6}
    add     r4, r10
    add     r5, r10
    add     r6, r10
    ldr     pc, [sp, #KIND]
next_channel:
    ldr     r8, [sp, #CHANNELS]
    subs    r8, #1
    beq     1f
    str     r8, [sp, #CHANNELS]
    ldr     r8, [sp, #PLANE]
    add     r10, r8
    str     r10, [sp, #OFFSET]
    ldrd    r7, r8, [sp, #BLOCK]
    add     lr, r7, r8
    str     lr, [sp, #BLOCK]
    ldrd    r4, r5, [sp, #FIRST_ROWS]
    adds    r5, #1
    str     r5, [sp, #FIRST_OUT]
    stm     sp, {r4, r5}
    b       this_row
1:  add     sp, #FRAME + 4
    pop     {r4-r11, pc}

/* void tml_depthwise_rows(const tml_depthwise_rows_t *r) */
    .global tml_depthwise_rows
    .type tml_depthwise_rows, %function
tml_depthwise_rows:
    push    {r3-r11, lr}
    sub     sp, #FRAME
    mov     r1, sp
    ldm     r0!, {r4-r12}
    stm     r1!, {r4-r12}
    ldm     r0!, {r4-r12}
    stm     r1!, {r4-r12}
    ldr     r0, [sp, #ROWS]
    ldr     r1, [sp, #OUT]
    strd    r0, r1, [sp, #FIRST_ROWS]
    ldrd    r9, r10, [sp, #PAIRS]
    ldr     r11, [sp, #QUICK]
    adr     r1, kinds
    ldr     r2, [r1, r10, lsl #2]
    add     r2, r1
    str     r2, [sp, #KIND]
    adds    r1, #16
    ldr     r2, [r1, r11, lsl #2]
    add     r2, r1
    subs    r2, #16
    str     r2, [sp, #QUICK]
    adr.w   r2, steps_end + 1
    cmp     r10, #3
    it      eq
    addeq   r2, #(steps_2_end - steps_end)
    mov     r1, #STEP_CODE
    mls     r2, r9, r1, r2
    str     r2, [sp, #PAIRS]
    ldr     lr, [sp, #BLOCK]
    ldm     sp, {r4-r10}
    b       this_row

    .balign 4
kinds:
    .word   sums3 + 1 - kinds, sums3_2 + 1 - kinds, sums + 1 - kinds, sums_2 + 1 - kinds
    .word   quick0 + 1 - kinds, quick1 + 1 - kinds, quick2 + 1 - kinds
