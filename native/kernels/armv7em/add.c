/* SPDX-License-Identifier: MIT */
/* Elementwise sum of two tensors with scales of their own; the output may be an input. With the DSP
   extension, 17 instructions per element where the input with the larger scale is multiplied by a
   half, as TensorFlow Lite does, and the output isn't clamped. */
#include "quant.h"
#include "runs.h"

enum { HEADROOM = 20 };                 /* TensorFlow Lite's left shift of 20 */
#define HALF 0x80000000u                /* the multiplier 0.5 */

/* How a number is scaled: by mult / 2^32, where 0 stands for 2^32; rounded, as its sign wants. */
typedef struct {
    uint32_t mult;
    int32_t rounding, shift;
} factor_t;

/* What add_bytes.S reads, in this order. */
typedef struct {
    const int8_t *in, *in2;
    int8_t *out;
    const int8_t *end;                  /* of `in` */
    int32_t zero;                       /* zero points of the inputs, shifted as they are */
    factor_t factor;
    int32_t zero2;
    factor_t output;
} bytes_t;

void tml_add_bytes(const bytes_t *b);

/* By `mult` with a shift to the right, or by a half, which is 1 with a shift. */
static __attribute__((noinline)) void set_factor(factor_t *f, uint32_t mult, int shift, int32_t zero)
{
    f->mult = shift == 0 ? 0 : mult;
    f->shift = shift == 0 ? 1 : -shift;
    f->rounding = (int32_t)((2u * (uint32_t)zero + 1) << ((f->shift - 1) & 31));
}

static __attribute__((noinline)) int32_t scaled(int32_t x, uint32_t mult, int shift)
{
    return tml_requantise(x, mult, shift);
}

static void add_slowly(const bytes_t *b, const tml_add_t *s)
{
    const int8_t *in2 = b->in2;
    int8_t *out = b->out;
    for (const int8_t *in = b->in; in != b->end; in++, in2++) {
        const int32_t x = (*in - s->input_zp) * (1 << HEADROOM);
        const int32_t y = (*in2 - s->input2_zp) * (1 << HEADROOM);
        const int32_t sum = scaled(x, s->input_mult, s->input_shift) +
                            scaled(y, s->input2_mult, s->input2_shift);
        *out++ = tml_clamp(tml_wrap_add(scaled(sum, s->mult, s->shift), s->output_zp),
                           s->act_min, s->act_max);
    }
}

void tml_add(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_add_t *s = step;
    const tml_ring_t *rings[] = { &m->rings[s->input], &m->rings[s->input2],
                                  &m->rings[s->output] };
    const int half = s->input_mult == HALF && s->input_shift == 0;
    const uint32_t other = half ? s->input2_mult : s->input_mult;
    const int shift = half ? s->input2_shift : s->input_shift;
    const int quick = (half || (s->input2_mult == HALF && s->input2_shift == 0)) &&
                      other >= HALF && (shift < 0 || other == HALF) && s->mult >= HALF &&
                      s->shift < 0 && s->shift >= -22 && s->act_min == -128 && s->act_max == 127;
    bytes_t b;
    b.zero = (half ? s->input2_zp : s->input_zp) * (1 << HEADROOM);
    set_factor(&b.factor, other, shift, 0);
    b.zero2 = (half ? s->input_zp : s->input2_zp) * (1 << (HEADROOM - 1));
    set_factor(&b.output, s->mult, s->shift, s->output_zp);

    while (at.pixels != 0) {
        uint32_t run = at.pixels;
        int8_t *pixel[3];
        for (int i = 0; i < 3; i++) {
            pixel[i] = tml_pixel(m, rings[i], at.y, at.x);
            run = tml_piece(rings[i], at.y, at.x, run);
        }
        b.in = pixel[quick && half];
        b.in2 = pixel[!(quick && half)];
        b.out = pixel[2];
        b.end = b.in + run * rings[0]->channels;
        if (quick) {
            tml_add_bytes(&b);
        } else {
            add_slowly(&b, s);
        }
        tml_skip(&at, run, rings[2]->width);
    }
}
