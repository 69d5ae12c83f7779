/* SPDX-License-Identifier: MIT */
/* The firing rule: which step of a stage goes next. */
#ifndef TML_STAGE_H
#define TML_STAGE_H

#include "tml.h"

#define TML_CODE(code, name) TML_CODE_##name = code,
enum { TML_STEPS(TML_CODE) };

#ifdef TML_CORE
enum { TML_HAS_PAGES = 0 };     /* what is for them alone is left out */
#else
enum { TML_HAS_PAGES = 1 };
#endif

static inline int tml_is_page(const tml_step_t *step)
{
    return TML_HAS_PAGES && step->code == TML_CODE_page;
}

/* The step whose progress that is. */
static inline const tml_step_t *tml_stage_step(const tml_model_t *m, const tml_progress_t *at)
{
    return (const void *)(m->steps + at->at);
}

/* The pixels that a ring would need to hold its tensor whole. */
static inline uint32_t tml_whole_pixels(const tml_ring_t *ring)
{
    return (ring->height - 1u) * ring->pitch + ring->width;
}

/* Puts all steps of the stage that begins `at` bytes into the steps at their first pixel. */
void tml_stage_begin(tml_model_t *m, uint32_t at);

/* Where the stage ends, in bytes. */
uint32_t tml_stage_end(const tml_model_t *m);

/* The step that fires next, the last one that can, and how many pixels it computes. NULL if none
   can. */
tml_progress_t *tml_stage_next(tml_model_t *m, uint32_t *pixels);

/* Notes that the step has computed them. */
void tml_stage_fired(tml_model_t *m, tml_progress_t *at, uint32_t pixels);

#endif
