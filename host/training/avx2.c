/* SPDX-License-Identifier: MIT */
#include "cores.h"
#ifdef WITH_AVX
#pragma GCC target("avx2,fma")

#define LAYERS train_avx2
#define NAME "avx2"
#include "layers.h"
#endif
