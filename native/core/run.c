/* SPDX-License-Identifier: MIT */
/* Runs the steps in order, one block of pixels at a time. */
#include "checks.h"
#include "kernels.h"

#define TML_KERNEL(code, name) tml_##name,
static const tml_kernel_t kernels[TML_STEP_CODES] = { TML_STEPS(TML_KERNEL) };

void tml_start(tml_model_t *m)
{
    m->next = m->steps;
    m->steps_left = m->header->step_count;
    m->y = 0;
    m->x = 0;
}

int tml_step(tml_model_t *m)
{
    if (m->steps_left == 0) {
        return 0;
    }
    const tml_step_t *step = (const void *)m->next;
    const tml_ring_t *output = &m->rings[step->output];
    uint16_t left = output->width - m->x;
    tml_span_t at = { m->y, m->x, step->block < left ? step->block : left };
    kernels[step->code - 1](m, step, at);
    m->x += at.pixels;
    if (m->x == output->width) {
        m->x = 0;
        m->y++;
    }
    if (m->y == output->height) {
        m->y = 0;
        m->next += step->words * 4u;
        m->steps_left--;
    }
    return m->steps_left != 0;
}

void tml_run(tml_model_t *m)
{
    tml_start(m);
    while (tml_step(m)) {
    }
}
