/* SPDX-License-Identifier: MIT */
/* What dots.S, widen.S and list.c do. */
#ifndef TML_DOTS_H
#define TML_DOTS_H

#include <stdint.h>

/* How tml_dots goes about it: tells second sums from first ones at the end; keeps them apart all the
   time, whatever weights and sums are; has one pixel and not four, which can't do the latter. */
enum { TML_SEPARATE = 1, TML_EXACT = 2, TML_ONE = 4, TML_LISTED = 8 };

/* Adds the products of `values` with `bytes` of each pair's weights, which are followed by `skip`
   others, to the sums (dots.S). TML_LISTED, with TML_ONE: `bytes` are those of the values, pairs
   of words, where the weight is and the value: 16, 32 ...; and `skip` is from pair to pair. */
void tml_dots(const int32_t *values, const int8_t *weights, uint32_t bytes, uint32_t skip,
              int32_t *sums, const int32_t *end, uint32_t how);

/* Bytes to words that are `step` bytes, 16 or 4, from each other, in the order of the weights. Count:
   4, 8, 12 ... With a step of 17 or 5 in their own order, any count but 0 (widen.S). */
void tml_widen(int32_t *to, const int8_t *from, uint32_t count, uint32_t step);

/* Whether so many of the inputs, not 0, are -128 (list.c). */
int tml_has_lowest(const int8_t *in, uint32_t inputs, uint32_t count);

/* Lists where the weights are of those that are not, in bytes, and what they are, 128 more. Count:
   4, 8, 12 ..., and room for twice as many words. Returns the bytes of the list (list.c). */
uint32_t tml_list(int32_t *to, const int8_t *in, uint32_t count);

/* An even number of words, not 0, to 0. */
void tml_clear(int32_t *from, const int32_t *end);

#endif
