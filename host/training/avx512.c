/* SPDX-License-Identifier: MIT */
#include "cores.h"
#ifdef WITH_AVX
#pragma GCC target("avx512f,fma")

#define LAYERS train_avx512
#define NAME "avx512"
#include "layers.h"
#endif
