/* SPDX-License-Identifier: MIT */
#include "cores.h"

const train_layers_t *train_layers(int rank)
{
#ifdef WITH_AVX
    if (__builtin_cpu_supports("avx512f") && rank-- == 0) {
        return &train_avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && rank-- == 0) {
        return &train_avx2;
    }
#endif
    return rank == 0 ? &train_any : NULL;
}
