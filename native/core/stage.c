/* SPDX-License-Identifier: MIT */
/* The firing rule: a step can fire when all that its window covers has been written and its ring
   has room; of those that can, the last one goes. Rows come in order, and so do pixels of a row.
   A firing ends with its row, but for a step that is a stage by itself, or whose block is longer.

   What a step waits for changes only when it fires: it is worked out then, and only compared when
   somebody asks whether it can fire. */
#include "stage.h"

#define DONE UINT32_MAX         /* what a step that has come to its end waits for */

/* A pixel as one number, in the order in which they are written. */
static uint32_t packed(uint32_t y, uint32_t x)
{
    return y << 16 | x;
}

static int32_t clip(int32_t x, int32_t limit)
{
    return x < 0 ? 0 : x < limit ? x : limit;
}

/* The pixels of a firing whose block is longer than what is left of its row. */
static __attribute__((noinline)) uint32_t cut_block(const tml_model_t *m, uint32_t place,
                                                    const tml_step_t *step, uint32_t left)
{
    const tml_ring_t *output = &m->rings[step->output];
    if (m->stage_steps == 1 || (step->block > output->width && step->rows == 1)) {
        left += ((output->height - 1u) / step->rows - (place >> 16)) * output->width;
    }
    return step->block < left ? step->block : left;
}

/* How many pixels the next firing of a step computes. */
static inline uint32_t next_block(const tml_model_t *m, uint32_t place, const tml_step_t *step,
                                  const tml_ring_t *output)
{
    const uint32_t left = output->width - (place & 0xffff);
    return step->block <= left ? step->block : cut_block(m, place, step, left);
}

/* Whether the input pixel that a step waits for has been written. `back` leads to the writer; 0:
   the input is whole. */
static inline __attribute__((always_inline)) int is_written(const tml_model_t *m,
                                                            const tml_progress_t *at,
                                                            uint8_t back)
{
    const tml_progress_t *writer = at - back;
    if (back == 0 || writer->place > at->needed) {
        return 1;
    }
    const uint32_t rows = tml_stage_step(m, writer)->rows;
    return rows != 1 && writer->place > packed((at->needed >> 16) / rows, at->needed & 0xffff);
}

/* Whether a firing of `pixels` overwrites nothing that a step of the stage still reads. */
static inline int has_room(const tml_model_t *m, const tml_progress_t *at, const tml_step_t *step,
                           const tml_ring_t *output, uint32_t pixels)
{
    uint32_t y = at->place >> 16, back = step->reach;
    if (back == 0) {
        return 1;
    }
    if (step->rows != 1) {
        y = y * step->rows + step->rows;
        y = (y < output->height ? y : output->height) - 1;
    }
    const uint32_t newest = y * output->width + (at->place & 0xffff) + pixels - 1;
    do {
        const tml_progress_t *behind = at + back;
        const tml_step_t *reader = tml_stage_step(m, behind);
        if ((reader->back == back || reader->back2 == back) && newest >= behind->oldest &&
            newest - behind->oldest >= output->pixels) {
            return 0;
        }
    } while (--back != 0);
    return 1;
}

void tml_stage_begin(tml_model_t *m, uint32_t at)
{
    const uint32_t steps = ((const tml_step_t *)(const void *)(m->steps + at))->stage;
    tml_progress_t *progress = m->progress;
    m->stage_steps = m->unfinished = (uint16_t)steps;
    for (uint32_t i = 0; i < steps; i++, progress++) {
        progress->at = at;
        progress->place = 0;
        progress->needed = 0;
        if (steps > 1) {
            tml_stage_fired(m, progress, 0);
        }
        at += tml_stage_step(m, progress)->words * 4u;
    }
    m->candidate = progress - 1;
}

uint32_t tml_stage_end(const tml_model_t *m)
{
    const tml_progress_t *last = &m->progress[m->stage_steps - 1u];
    return last->at + tml_stage_step(m, last)->words * 4u;
}

/* Whether a step can fire now, and how many pixels that is. */
static inline int can_fire(const tml_model_t *m, const tml_progress_t *at, uint32_t *pixels)
{
    const tml_step_t *step = tml_stage_step(m, at);
    if (at->needed == DONE || !is_written(m, at, step->back) || !is_written(m, at, step->back2)) {
        return 0;
    }
    const tml_ring_t *output = &m->rings[step->output];
    *pixels = next_block(m, at->place, step, output);
    if (step->inputs == 0 &&
        (tml_is_page(step) || m->fed_bytes / output->channels < *pixels)) {
        return 0;                           /* a page is begun by run.c */
    }
    return has_room(m, at, step, output, *pixels);
}

tml_progress_t *tml_stage_next(tml_model_t *m, uint32_t *pixels)
{
    tml_progress_t *at = m->candidate;
    for (; !can_fire(m, at, pixels); at--) {
        if (at == m->progress) {
            m->candidate = at + m->stage_steps - 1;     /* for when the caller has fed more */
            return NULL;
        }
    }
    return at;
}

/* Works out which input pixels the next firing is about: the last one under its window, `needed`,
   and the first one that it or a later firing reads, `oldest`. */
void tml_stage_fired(tml_model_t *m, tml_progress_t *at, uint32_t pixels)
{
    const tml_step_t *step = tml_stage_step(m, at);
    const tml_ring_t *output = &m->rings[step->output], *input = &m->rings[step->input];
    const uint32_t width = output->width;
    uint32_t y = at->place >> 16, x = (at->place & 0xffff) + pixels;

    m->candidate = at + step->reach;        /* of the later steps, only its readers have something
                                               new */
    at->needed = at->oldest = DONE;
    for (; x >= width; x -= width) {
        y++;
    }
    at->place = packed(y, x);
    if (y * step->rows >= output->height) {
        m->unfinished--;
        return;
    }
    if (m->stage_steps == 1) {              /* waits for nobody, and nobody reads behind it */
        at->needed = 0;
        return;
    }
    const int32_t top = (int32_t)(y * step->stride_h) - step->pad_top;
    const int32_t left = (int32_t)(x * step->stride_w) - step->pad_left;
    const uint32_t last = x + next_block(m, at->place, step, output) - 1;
    int32_t bottom = top + step->k_h - 1;
    int32_t right = (int32_t)(last * step->stride_w) - step->pad_left + step->k_w - 1;
    if (last >= width) {                    /* of another row: simply all of that row's input */
        bottom += (int32_t)(last / width * step->stride_h);
        right = input->width;
    }
    at->needed = packed((uint32_t)clip(bottom, input->height - 1),
                        (uint32_t)clip(right, input->width - 1));
    if (top < input->height) {
        at->oldest = top < 0 ? 0 : (uint32_t)top * input->width +
                                   (uint32_t)clip(left, input->width);
    }
}
