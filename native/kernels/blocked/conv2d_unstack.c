/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of pixels that hold several rows (filter.c), each to a row of its own. */
#include "stacks.h"
#include "windows.h"

void tml_conv2d_unstack(const tml_model_t *m, const void *step, tml_span_t span)
{
    const tml_conv2d_unstack_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const tml_filter_t f = {
        m, input, (const int8_t *)m->data + s->weights, s->depth, 1, 1, s->filter_channels,
        output->channels, 0, TML_OUTPUTS(m, s, UINT32_MAX),
    };
    tml_spot_t spots[TML_BLOCK];
    uint32_t pixels = 0;
    tml_span_t at = span;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const uint32_t first = (uint32_t)at.y * s->rows;
        for (uint32_t row = 0; row < s->rows && first + row < output->height; row++) {
            if (pixels == TML_BLOCK) {
                tml_filter(&f, spots, pixels);
                pixels = 0;
            }
            spots[pixels++] = (tml_spot_t){at.y, at.x, row * s->filter_channels,
                                           tml_pixel(m, output, first + row, at.x)};
        }
    }
    if (pixels != 0) {
        tml_filter(&f, spots, pixels);
    }
    tml_limit_rows(m, s, span);
}
