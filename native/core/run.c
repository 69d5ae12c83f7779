/* SPDX-License-Identifier: MIT */
/* Runs stage after stage, one firing at a time. */
#include "checks.h"
#include "kernels.h"
#include "stage.h"

#define TML_KERNEL(code, name) [code - 1] = tml_##name,
static const tml_kernel_t kernels[TML_STEP_CODES] = { TML_BUILT_STEPS(TML_KERNEL) };

void tml_start(tml_model_t *m)
{
    m->fed_bytes = 0;
    m->unfinished = 0;
    if (TML_HAS_PAGES) {
        m->page = NULL;
        m->data = m->all_data != NULL ? m->all_data : m->data;
    }
    if (m->header->step_count != 0) {
        tml_stage_begin(m, 0);
    }
}

void tml_offer(tml_model_t *m, const void *pixels, size_t bytes)
{
    m->fed = pixels;
    m->fed_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Begins the stage behind one that is done; 0 if there is none. */
static inline int begin_next(tml_model_t *m)
{
    const uint32_t end = tml_stage_end(m);
    if (end == m->header->step_bytes) {
        return 0;
    }
    tml_stage_begin(m, end);
    return 1;
}

/* Goes on with what a page holds, where it is, or says what the run waits for. */
static tml_state_t begin_page(tml_model_t *m)
{
    const tml_page_t *page = TML_HAS_PAGES ? tml_wanted_page(m) : NULL;
    if (page == NULL) {
        return TML_HUNGRY;
    }
    if (m->all_data != NULL) {
        m->data = m->all_data + page->start;
    } else if (m->page != page) {
        return TML_PAGE;
    }
    m->page = NULL;
    m->unfinished = 0;
    return begin_next(m) ? TML_MORE : TML_DONE;
}

tml_state_t tml_step(tml_model_t *m)
{
    if (m->unfinished == 0) {
        return TML_DONE;
    }
    uint32_t pixels;
    tml_progress_t *at = tml_stage_next(m, &pixels);
    if (at == NULL) {
        return begin_page(m);
    }
    const tml_step_t *step = tml_stage_step(m, at);
    const tml_span_t span = { (uint16_t)(at->place >> 16), (uint16_t)at->place, (uint16_t)pixels };
    kernels[step->code - 1](m, step, span);
    if (step->clamps != 0) {
        tml_limits(m, step, span);
    }
    if (step->inputs == 0) {
        const uint32_t taken = pixels * m->rings[step->output].channels;
        m->fed += taken;
        m->fed_bytes -= taken;
    }
    tml_stage_fired(m, at, pixels);
    if (m->unfinished == 0 && !begin_next(m)) {
        return TML_DONE;
    }
    return TML_MORE;
}

tml_state_t tml_run(tml_model_t *m)
{
    tml_state_t state;
    do {
        state = tml_step(m);
    } while (state == TML_MORE);
    return state;
}
