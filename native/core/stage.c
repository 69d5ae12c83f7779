/* SPDX-License-Identifier: MIT */
/* The firing rule: a step can fire when all that its window covers has been written and its ring
   has room; of those that can, the last one goes. Rows come in order, and so do pixels of a row.
   A step that is a stage by itself may fire across the ends of rows. */
#include "stage.h"

static uint32_t firing_rows(const tml_ring_t *output, const tml_step_t *step)
{
    return step->rows == 1 ? output->height : (output->height + step->rows - 1u) / step->rows;
}

static int is_done(const tml_model_t *m, uint32_t index)
{
    const tml_step_t *step = tml_stage_step(m, index);
    return m->progress[index].y == firing_rows(&m->rings[step->output], step);
}

static int32_t clip(int32_t x, int32_t limit)
{
    return x < 0 ? 0 : x < limit ? x : limit;
}

/* Whether the last pixel under the window of the next firing has been written: all others come
   before it. `back` leads to the writer; 0: the input is whole. */
static int is_written(const tml_model_t *m, uint32_t index, uint8_t back, uint16_t ring)
{
    if (back == 0) {
        return 1;
    }
    const tml_step_t *step = tml_stage_step(m, index);
    const tml_step_t *writer = tml_stage_step(m, index - back);
    const tml_progress_t *at = &m->progress[index], *written = &m->progress[index - back];
    const tml_ring_t *input = &m->rings[ring];
    const int32_t y = clip(at->y * step->stride_h - step->pad_top + step->k_h - 1,
                           input->height - 1);
    const int32_t row = writer->rows == 1 ? y : y / writer->rows;
    if (written->y != row) {        /* mostly: the rest costs more */
        return written->y > row;
    }
    const int32_t right = at->x + tml_stage_block(m, index) - 1;
    return written->x > clip(right * step->stride_w - step->pad_left + step->k_w - 1,
                             input->width - 1);
}

/* The oldest pixel of a ring that a step still reads; UINT32_MAX if none. */
static uint32_t oldest(const tml_model_t *m, uint32_t index, const tml_ring_t *input)
{
    const tml_step_t *step = tml_stage_step(m, index);
    const tml_progress_t *at = &m->progress[index];
    const int32_t y = at->y * step->stride_h - step->pad_top;
    if (is_done(m, index) || y >= input->height) {
        return UINT32_MAX;
    }
    return y < 0 ? 0 : (uint32_t)y * input->width +
           (uint32_t)clip(at->x * step->stride_w - step->pad_left, input->width);
}

/* Whether the next firing overwrites nothing that a step of the stage still reads. */
static int has_room(const tml_model_t *m, uint32_t index)
{
    const tml_step_t *step = tml_stage_step(m, index);
    const tml_ring_t *output = &m->rings[step->output];
    const tml_progress_t *at = &m->progress[index];
    if (step->reach == 0 || output->pixels == tml_whole_pixels(output)) {
        return 1;
    }
    const int32_t bottom = clip((at->y + 1) * step->rows - 1, output->height - 1);
    const uint32_t newest = (uint32_t)bottom * output->width + at->x +
                            tml_stage_block(m, index) - 1;
    for (uint32_t back = 1; back <= step->reach; back++) {
        const tml_step_t *reader = tml_stage_step(m, index + back);
        if (reader->back == back || reader->back2 == back) {
            const uint32_t first = oldest(m, index + back, output);
            if (newest >= first && newest - first >= output->pixels) {
                return 0;
            }
        }
    }
    return 1;
}

static int can_fire(const tml_model_t *m, uint32_t index)
{
    const tml_step_t *step = tml_stage_step(m, index);
    if (is_done(m, index) || !is_written(m, index, step->back, step->input) ||
        !is_written(m, index, step->back2, step->input2)) {
        return 0;
    }
    if (step->inputs == 0 && m->fed_bytes / m->rings[step->output].channels <
                             tml_stage_block(m, index)) {
        return 0;
    }
    return has_room(m, index);
}

void tml_stage_begin(tml_model_t *m, uint32_t at)
{
    m->stage_steps = ((const tml_step_t *)(const void *)(m->steps + at))->stage;
    m->unfinished = m->stage_steps;
    m->candidate = (uint16_t)(m->stage_steps - 1);
    for (uint32_t i = 0; i < m->stage_steps; i++) {
        m->progress[i].at = at;
        m->progress[i].y = 0;
        m->progress[i].x = 0;
        at += tml_stage_step(m, i)->words * 4u;
    }
}

uint32_t tml_stage_end(const tml_model_t *m)
{
    const uint32_t last = m->stage_steps - 1u;
    return m->progress[last].at + tml_stage_step(m, last)->words * 4u;
}

int tml_stage_next(tml_model_t *m)
{
    for (int i = m->candidate; i >= 0; i--) {
        if (can_fire(m, (uint32_t)i)) {
            return i;
        }
    }
    m->candidate = (uint16_t)(m->stage_steps - 1);      /* for when the caller has fed more */
    return TML_NO_STEP;
}

uint16_t tml_stage_block(const tml_model_t *m, uint32_t index)
{
    const tml_step_t *step = tml_stage_step(m, index);
    const tml_ring_t *output = &m->rings[step->output];
    const tml_progress_t *at = &m->progress[index];
    uint32_t left = output->width - at->x;
    if (m->stage_steps == 1) {
        left += (firing_rows(output, step) - at->y - 1) * output->width;
    }
    return step->block < left ? step->block : (uint16_t)left;
}

void tml_stage_fired(tml_model_t *m, uint32_t index)
{
    const tml_step_t *step = tml_stage_step(m, index);
    tml_progress_t *at = &m->progress[index];
    const uint32_t width = m->rings[step->output].width;
    uint32_t x = at->x + (uint32_t)tml_stage_block(m, index);
    for (; x >= width; x -= width) {
        at->y++;
    }
    at->x = (uint16_t)x;
    m->unfinished -= is_done(m, index);
    m->candidate = (uint16_t)(index + step->reach);     /* of the later steps, only its readers
                                                           have something new */
}
