/* SPDX-License-Identifier: MIT */
/* All layers, compiled for the core whose file includes this: the table LAYERS, with its NAME. */
#include "depthwise.h"
#include "normalise.h"
#include "pointwise.h"

const train_layers_t LAYERS = { NAME, pointwise, pointwise_weights, depthwise, depthwise_input,
                                depthwise_weights, normalise, normalise_input };
