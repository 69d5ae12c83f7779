# SPDX-License-Identifier: MIT
"""Spaces of networks: genes stay inside, nets are valid, the largest holds all others."""
import contextlib
import io
import json
import re
import tomllib
from pathlib import Path
from random import Random

import pytest
from hypothesis import given

from tests.search_spaces import CLASSES, RNGS, SPACES, spaces_with_data
from tinyml.errors import SearchError
from tinyml.search.net import Block, Conv
from tinyml.search.space_file import FOLDER, list_spaces, load_space, space_from

ROOT = Path(__file__).parents[1]
IMAGES = (FOLDER / "images.toml").read_text()


@given(SPACES, RNGS)
def test_genes_stay_in_their_space_and_are_plain(space, rng):
    mother, father = space.sample(rng), space.sample(rng)
    for genes in (mother, space.mutate(mother, rng), space.cross(mother, father, rng),
                  space.largest(), space.smallest()):
        assert space.require(json.loads(json.dumps(genes))) == genes


@given(SPACES, RNGS)
def test_crossing_and_mutation_keep_what_they_should(space, rng):
    genes = space.sample(rng)
    assert space.cross(genes, genes, rng) == genes == space.mutate(genes, rng, rate=0)


@given(spaces_with_data(), RNGS)
def test_the_largest_net_holds_every_other(space_and_shape, rng):
    space, shape = space_and_shape
    largest = {layer.name: layer for layer in space.net(space.largest(), shape, CLASSES).layers}
    for genes in (space.sample(rng), space.smallest()):
        for layer in space.net(genes, shape, CLASSES).layers:
            holds = largest[layer.name]
            assert layer.kind == holds.kind
            for mine, other in ((layer.given, holds.given), (layer.shape, holds.shape),
                                (layer.kernel, holds.kernel)):
                assert all(a <= b for a, b in zip(mine, other, strict=True)), layer
            assert layer.weights <= holds.weights


@given(spaces_with_data(), RNGS)
def test_nets_are_of_their_genes(space_and_shape, rng):
    space, shape = space_and_shape
    genes = space.sample(rng)
    net = space.net(genes, shape, CLASSES)
    assert net == space.net(dict(genes), shape, CLASSES)
    assert net.layers[-1].shape == (1, 1, CLASSES) and net.input[2] == shape[2]
    assert all(0 < mine <= side for mine, side in zip(net.input, shape))
    assert all(part.channels % 4 == 0 for part in net.parts)
    assert len(net.parts) == 1 + sum(genes[f"stage{number}.depth"]
                                     for number in range(len(space.stages)))
    if space.dimensions == 1:
        assert all(part.kernel[1] == part.stride[1] == 1 for part in net.parts)


@given(spaces_with_data(), RNGS)
def test_a_narrowed_space_has_one_input_and_other_channels(space_and_shape, rng):
    space, shape = space_and_shape
    narrow = space.narrowed(len(space.layouts) - 1, 2, 0.5)
    assert narrow.layouts == space.layouts[-1:]
    assert {narrow.sample(rng)["input"] for _ in range(9)} == {0.5}
    wide = narrow.net(narrow.largest(), shape, CLASSES).parts[0].channels
    assert wide >= space.net(space.largest(), shape, CLASSES).parts[0].channels


def test_kernels_are_redistributed_where_the_map_has_shrunk():
    space = load_space("photos")
    rng, early, late = Random(1), set(), set()
    for _ in range(300):
        net = space.net(space.sample(rng), (128, 128, 3), CLASSES)
        given = {layer.name: layer.given[0] for layer in net.layers}
        for part in net.parts:
            if isinstance(part, Block):
                kernels = early if given[f"{part.name}.filter"] * 8 > net.input[0] else late
                kernels.add(part.kernel[0])
    assert (early, late) == ({1, 3, 5}, {3, 5, 7})


def test_plain_stages_begin_with_a_convolution():
    space = load_space("images").narrowed(1, 1.0, 1.0)
    strides, plain = space.layout.strides, space.layout.plain
    net = space.net(space.largest(), (28, 28, 1), CLASSES)
    firsts = [part for part in net.parts if part.name.endswith("block0")]
    assert [isinstance(part, Conv) for part in firsts] == list(plain) == [True, True, False, True]
    assert [part.stride for part in (net.parts[0], *firsts)] == [(stride, stride) for stride in strides]
    assert {part.kernel for part in firsts if isinstance(part, Conv)} == {(3, 3)}
    assert net.layers[-2].given[:2] == (4, 4)


def test_genes_of_another_space_are_refused():
    space = load_space("images")
    genes = space.smallest()
    for wrong in (genes | {"stem.kernel": 2}, genes | {"tail": 1}, {}):
        with pytest.raises(SearchError, match="gene"):
            space.require(wrong)


def test_pictures_are_no_sequences():
    space = load_space("sequences")
    with pytest.raises(SearchError, match="sequences: rows of one column, not 28x28x1"):
        space.net(space.smallest(), (28, 28, 1), CLASSES)


@pytest.mark.parametrize("name", list_spaces())
def test_every_space_is_read_by_name_and_by_path(name):
    assert load_space(name) == load_space(FOLDER / f"{name}.toml")


@pytest.mark.parametrize("old, new, words", [
    ("dimensions = 2", "dimensions = 3", "`dimensions` is 3: it must be 1 or 2"),
    ("dimensions = 2", "dimensions = true", "`dimensions` is True, not a whole number"),
    ("dimensions = 2", "", "key `dimensions` is missing"),
    ("dimensions = 2", 'dimensions = 2\nname = "x"', "unknown key `name`"),
    ("shrunk = 8", "shrink = 8", "unknown key `shrink`; known: name, dimensions, inputs"),
    ("strides = [2, 1", 'strides = ["2", 1', r"`layouts\[0\].strides\[0\]` is '2', not a whole number"),
    ("strides = [2, 1", "strides = [2, 0", r"`layouts\[0\].strides\[1\]` is 0: it must be 1 to 32"),
    ("strides = [2, 1", "strides = [2", r"`layouts\[0\].strides` has 4 values, not 5: .*, and the stem"),
    ("plain = [true", "plain = [true, true", r"`layouts\[1\].plain` has 5 values, not 4: there are 4 stages$"),
    ("kernels = [1, 3, 5]", "kernels = [1, 4]", r"`early.kernels\[1\]` is 4: it must be odd"),
    ("kernels = [1, 3, 5]", "kernels = []", r"`early.kernels` is \[\], not a list of at least one"),
    ("kernels = [1, 3, 5]", "kernels = 3", "`early.kernels` is 3, not a list"),
    ("kernels = [1, 3, 5]", "kernels = [3, 3]", "`early.kernels` has a value twice"),
    ("channels = 36", "channels = 0", r"`stages\[2\].channels` is 0: it must be 1 to 4096"),
    ("skips = [true]", "skips = [1]", r"`stages\[0\].skips\[0\]` is 1, not true or false"),
    ("scales = [0.25", "scales = [nan", r"`scales\[0\]` is nan: it must be above 0"),
    ("[stem]", "[stem", "Expected ']'"),
    ("[stem]", "[[stem]]", "`stem` is .*, not a table")])
def test_what_is_wrong_with_a_file_is_named(old, new, words, tmp_path):
    assert old in IMAGES
    path = tmp_path / "mine.toml"
    path.write_text(IMAGES.replace(old, new, 1))
    with pytest.raises(SearchError, match=f"mine.toml: .*{words}"):
        load_space(path)


def test_a_stage_is_a_table():
    table = tomllib.loads(IMAGES)
    with pytest.raises(SearchError, match=r"mine: `stages\[0\]` is 3, not a table"):
        space_from(table | {"stages": [3]}, "mine", "mine")


def test_spaces_that_are_not_there():
    with pytest.raises(SearchError, match="space `films` is unknown; known: images, photos, sequences"):
        load_space("films")
    with pytest.raises(SearchError, match="films.toml: No such file"):
        load_space("films.toml")


def test_the_manual_says_the_truth():
    manual = (ROOT / "docs/SEARCH.md").read_text()
    blocks = re.findall(r"^```(toml|py)\n(.*?)^```", manual, re.M | re.S)
    assert [language for language, _ in blocks] == ["toml", "py", "py"]
    space = space_from(tomllib.loads(blocks[0][1]), "mine", "mine")
    assert space.net(space.largest(), (28, 28, 1), CLASSES).layers
    for _, program in blocks[1:]:
        with contextlib.redirect_stdout(io.StringIO()) as told:
            exec(program, {})
        assert told.getvalue().splitlines() == re.findall(r"print\(.*\) +# (.*)$", program, re.M)
