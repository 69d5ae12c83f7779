# SPDX-License-Identifier: MIT
"""Random nets of the search, by hypothesis, and weights for them."""
import numpy as np
from hypothesis import strategies as st

from tinyml.search.net import Block, Conv, Net

SIDES = st.integers(1, 24)
CHANNELS = st.sampled_from((1, 2, 3, 4, 8, 12, 16, 24))
KERNELS = st.sampled_from((1, 3, 5, 7))
STRIDES = st.sampled_from((1, 1, 2))


@st.composite
def nets(draw, most=4):
    """A stem, and so many blocks at most."""
    shape = draw(SIDES), draw(st.one_of(SIDES, st.just(1))), draw(st.sampled_from((1, 2, 3, 8)))

    def pair(some):
        side = draw(some)
        return side, 1 if shape[1] == 1 else side
    parts: list = [Conv("stem", pair(KERNELS), pair(STRIDES), draw(CHANNELS))]
    for number in range(draw(st.integers(0, most))):
        before = parts[-1].channels
        stride, channels = pair(STRIDES), draw(st.one_of(st.just(before), CHANNELS))
        middle = draw(st.one_of(st.just(before), CHANNELS))
        skip = stride == (1, 1) and channels == before and draw(st.booleans())
        parts.append(Block(f"block{number}", pair(KERNELS), stride, middle, channels, skip))
    if draw(st.booleans()):
        parts.append(Conv("head", (1, 1), (1, 1), draw(CHANNELS)))
    return Net(shape, tuple(parts), draw(st.integers(1, 12)))


def random_weights(net: Net, seed: int = 0) -> dict:
    """A kernel and a bias for each layer that has them, such that values stay about 1 and few
    channels are constant."""
    rng, made = np.random.default_rng(seed), {}
    for layer in net.layers:
        inputs, outputs = layer.given[2], layer.shape[2]
        shape = {"conv2d": (*layer.kernel, inputs, outputs), "dense": (1, 1, inputs, outputs),
                 "depthwise": (*layer.kernel, outputs)}.get(layer.kind)
        if shape:
            fan = np.prod(shape) / outputs
            signs = rng.choice((-1, 1), shape)
            made[layer.name] = (np.float32(signs * rng.uniform(.5, 1.5, shape) / fan ** .5),
                                np.float32(rng.uniform(.2, .8, outputs)))
    return made
