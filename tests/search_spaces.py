# SPDX-License-Identifier: MIT
"""Random spaces of networks, and data for them, by hypothesis."""
from random import Random

from hypothesis import strategies as st

from tinyml.search.space import Blocks, Layout, Space, Stage, Stem
from tinyml.search.space_file import list_spaces, load_space

CLASSES = 5
RNGS = st.integers(0, 2**32).map(Random)
SHARES = st.sampled_from([0.25, 0.5, 0.6, 0.75, 1.0])


def some(letters, most=3):
    return st.lists(letters, min_size=1, max_size=most, unique=True).map(tuple)


KERNELS = some(st.sampled_from([1, 3, 5, 7]))
BLOCKS = st.builds(Blocks, kernels=KERNELS, expansions=some(st.integers(1, 6)))
STAGES = st.builds(Stage, channels=st.integers(1, 40), depths=some(st.integers(1, 3)), widths=some(SHARES),
                   skips=some(st.booleans()))
STEMS = st.builds(Stem, kernels=KERNELS, channels=st.integers(1, 30), widths=some(SHARES))


def layouts(stages):
    """For so many stages."""
    def each(letters, count):
        return st.lists(letters, min_size=count, max_size=count).map(tuple)
    return st.builds(Layout, strides=each(st.integers(1, 3), stages + 1), plain=each(st.booleans(), stages))


@st.composite
def random_spaces(draw):
    """Any that a file could hold."""
    stages = draw(st.lists(STAGES, min_size=1, max_size=3).map(tuple))
    return draw(st.builds(
        Space, name=st.just("random"), dimensions=st.sampled_from([1, 2]), inputs=some(SHARES),
        scales=some(SHARES), layouts=st.lists(layouts(len(stages)), min_size=1, max_size=2).map(tuple),
        shrunk=st.sampled_from([2, 4, 8]), stem=STEMS, early=BLOCKS, late=BLOCKS, stages=st.just(stages)))


SPACES = st.one_of(st.sampled_from(list_spaces()).map(load_space), random_spaces())


@st.composite
def spaces_with_data(draw):
    """A space, and a shape of data that it is for."""
    space = draw(SPACES)
    columns = st.just(1) if space.dimensions == 1 else st.integers(1, 40)
    return space, (draw(st.integers(1, 40)), draw(columns), draw(st.integers(1, 9)))
