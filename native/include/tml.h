/* SPDX-License-Identifier: MIT */
/* Runs a schedule: opens it once, which can fail, and then runs it, which cannot. */
#ifndef TML_H
#define TML_H

#include <stddef.h>

#include "tml_format.h"

#define TML_STATUS_ENUM(name, text) TML_##name,
typedef enum { TML_STATUSES(TML_STATUS_ENUM) TML_STATUS_COUNT } tml_status_t;

/* An opened schedule and how far its run is. Owned by the caller, who MUST NOT change it.
   Ports, rings and steps point into the file. */
typedef struct {
    const tml_header_t *header;
    const tml_ring_t *rings;
    const tml_port_t *ports;
    const uint8_t *steps;
    const uint8_t *data;
    int8_t *arena;
    const uint8_t *next;    /* the step that fires next */
    uint16_t steps_left;
    uint16_t y, x;          /* the output pixel at which it fires */
} tml_model_t;

/* Checks the whole file and binds it to an arena. Both addresses MUST be multiples of 4 (else
   TML_UNALIGNED), and both buffers MUST stay where they are while the model is used.
   On any status but TML_OK the model MUST NOT be used. Calls tml_start. */
tml_status_t tml_open(tml_model_t *m, const void *file, size_t file_bytes,
                      void *arena, size_t arena_bytes);

/* Goes back to the first step. A run MAY be given up at any time. */
void tml_start(tml_model_t *m);

/* Does one bounded piece of work: one block of pixels of one step. Returns 0 when the run is done.
   The input MUST have been written before the first step; later steps write over it. */
int tml_step(tml_model_t *m);

/* Runs all steps, from the first. */
void tml_run(tml_model_t *m);

/* Fills a buffer with the noise that golden vectors are made of; returns the seed to go on with. */
uint32_t tml_noise(uint32_t seed, void *out, size_t bytes);

/* CRC-32 (that of zlib) of the bytes, continued from `crc`; begin with 0. */
uint32_t tml_crc32(uint32_t crc, const void *bytes, size_t length);

/* What a status says to a person. */
const char *tml_status_text(tml_status_t status);

#endif
