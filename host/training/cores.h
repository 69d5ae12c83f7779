/* SPDX-License-Identifier: MIT */
/* Cores that the layers are compiled for. */
#ifndef TRAINING_CORES_H
#define TRAINING_CORES_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "training.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WITH_AVX                /* clang takes no `#pragma GCC target` */
extern const train_layers_t train_avx2, train_avx512;
#endif
extern const train_layers_t train_any;
#endif
