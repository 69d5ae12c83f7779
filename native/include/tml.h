/* SPDX-License-Identifier: MIT */
/* Runs a schedule: opens it once, which can fail, and then runs it, which cannot. */
#ifndef TML_H
#define TML_H

#include <stddef.h>

#include "tml_format.h"

#define TML_STATUS_ENUM(name) TML_##name,
typedef enum { TML_STATUSES(TML_STATUS_ENUM) TML_STATUS_COUNT } tml_status_t;

/* How far a step of the stage is: the output row and pixel at which it fires next, and the input
   pixels that this is about (core/stage.c). */
typedef struct {
    uint32_t at;            /* where the step is, in the steps */
    uint32_t place;         /* row << 16 | pixel */
    uint32_t needed;        /* row and column of the last one; UINT32_MAX: the step is done */
    uint32_t oldest;        /* index of the first one that is still read */
} tml_progress_t;

/* An opened schedule and how far its run is. Owned by the caller, who MUST NOT change it.
   Ports, rings and steps point into the file. */
typedef struct {
    const tml_header_t *header;
    const tml_ring_t *rings;
    const tml_port_t *ports;
    const uint8_t *steps;
    const uint8_t *data;            /* what steps read: all of it, or the page in force */
    int8_t *arena;
    tml_progress_t *progress;       /* of each step of the stage; the end of the arena */
    const int8_t *fed;              /* pixels that the caller offers */
    uint32_t fed_bytes;
    tml_progress_t *candidate;      /* no later step of the stage can fire */
    uint16_t stage_steps;
    uint16_t unfinished;            /* steps of the stage; 0: the run is done */
    const uint8_t *all_data;        /* NULL: it comes page by page */
    uint32_t data_bytes;            /* of `data` */
    const tml_page_t *page;         /* that was checked, and is to be gone on with; else NULL */
} tml_model_t;

typedef enum { TML_DONE, TML_MORE, TML_HUNGRY, TML_PAGE } tml_state_t;

/* Checks the whole file and binds it to an arena. Both addresses MUST be multiples of 4 (else
   TML_UNALIGNED), and both buffers MUST stay where they are while the model is used. The file MUST
   NOT change, and during a run nothing in the arena but rings of ports: its progress is there.
   On any status but TML_OK the model MUST NOT be used. Calls tml_start. */
tml_status_t tml_open(tml_model_t *m, const void *file, size_t file_bytes,
                      void *arena, size_t arena_bytes);

/* The same for a file of which only the head is in memory. Its data comes in pages: when a run is
   TML_PAGE, the caller reads the one that is wanted from the file to its ring, and turns it. */
tml_status_t tml_open_head(tml_model_t *m, const void *head, size_t head_bytes,
                           void *arena, size_t arena_bytes);

/* The page that the run waits for; NULL: none. */
const tml_page_t *tml_wanted_page(const tml_model_t *m);

/* Checks the page that is wanted, which is in its ring now. On TML_OK the run can go on; on any other
   status it still wants that page. The ring MUST NOT be written before the run wants another. */
tml_status_t tml_turn_page(tml_model_t *m);

/* Goes back to the first step. A run MAY be given up at any time. */
void tml_start(tml_model_t *m);

/* Offers the next pixels of an input that is fed. They MUST stay until tml_run or tml_step has
   returned TML_HUNGRY or TML_DONE. */
void tml_offer(tml_model_t *m, const void *pixels, size_t bytes);

/* Does one bounded piece of work: one block of pixels of one step. TML_DONE: it was the last.
   TML_HUNGRY: nothing was done, the caller is to offer more pixels. TML_PAGE: nothing was done, the
   caller is to turn a page.
   An input that is not fed MUST have been written before the first; later ones write over it. */
tml_state_t tml_step(tml_model_t *m);

/* Goes on until the run is done, hungry, or wants a page. */
tml_state_t tml_run(tml_model_t *m);

/* Fills a buffer with the noise that golden vectors are made of; returns the seed to go on with. */
uint32_t tml_noise(uint32_t seed, void *out, size_t bytes);

/* CRC-32 (that of zlib) of the bytes, continued from `crc`; begin with 0. */
uint32_t tml_crc32(uint32_t crc, const void *bytes, size_t length);

#endif
