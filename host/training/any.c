/* SPDX-License-Identifier: MIT */
#include "cores.h"

#define LAYERS train_any
#define NAME "any"
#include "layers.h"
