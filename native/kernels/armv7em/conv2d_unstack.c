/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of pixels that hold several rows (see ref), on cores with the DSP extension. */
#include "gemm.h"
#include "stacks.h"

void tml_conv2d_unstack(const tml_model_t *m, const void *step, tml_span_t span)
{
    const tml_conv2d_unstack_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_room_t room;
    tml_filter_t *f = &room.f;

    tml_span_t at = span;

    TML_FILTER(f, m, s, s->filter_channels, output->channels);
    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const uint32_t first = (uint32_t)at.y * s->rows;
        const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, at.x);
        for (uint32_t y = first; y < first + s->rows && y < output->height; y++) {
            tml_filter_add(f, in, tml_pixel(m, output, y, at.x));
            in += s->filter_channels;
        }
    }
    tml_filter_end(f);
    tml_limit_rows(m, s, span);
}
