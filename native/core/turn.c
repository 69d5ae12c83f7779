/* SPDX-License-Identifier: MIT */
/* Pages: data that is not in memory comes to the arena part by part, and is checked there. */
#include "checks.h"
#include "stage.h"

#ifndef TML_CORE
const tml_page_t *tml_wanted_page(const tml_model_t *m)
{
    if (m->unfinished == 0 || !tml_is_page(tml_stage_step(m, m->progress))) {
        return NULL;
    }
    return (const void *)tml_stage_step(m, m->progress);
}

tml_status_t tml_turn_page(tml_model_t *m)
{
    const tml_step_t *step = (const void *)tml_wanted_page(m);
    if (step == NULL || m->all_data != NULL) {
        return TML_OK;
    }
    uint32_t at = m->progress->at;
    do {
        const tml_status_t status = tml_check_step(m, step, m->header->step_bytes - at);
        if (status != TML_OK) {
            m->page = NULL;
            return status;
        }
        at += step->words * 4u;
        step = (const void *)(m->steps + at);
    } while (at != m->header->step_bytes && !tml_is_page(step));
    return TML_OK;
}
#endif
