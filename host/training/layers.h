/* SPDX-License-Identifier: MIT */
/* All layers, compiled for the core whose file includes this: the table LAYERS, with its NAME. */
#include "convolve.h"
#include "depthwise.h"
#include "normalise.h"

const train_layers_t LAYERS = { NAME, convolve, convolve_input, convolve_weights, depthwise, depthwise_input,
                                depthwise_weights, normalise, normalise_input };
