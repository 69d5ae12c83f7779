# SPDX-License-Identifier: MIT
"""Published networks are those of their configs: the same products, the same arenas."""
import json

import pytest

from tests.shared import SHARED, needs_shared
from tools import networks
from tinyml.errors import SearchError
from tinyml.importers import import_model
from tinyml.options import Options
from tinyml.pipeline import lower_graph
from tinyml.plan import make_plan
from tinyml.search.architectures import named, names, suited
from tinyml.search.architectures.mobilenet import mobilenet_v2, rounded
from tinyml.search.problem import problem_of

CONFIGS = SHARED / "models/mcunet/configs"
FILES = {"proxyless-w1.0-r224": "proxyless_mobile"} | {
    name: f"{name}_imagenet" for name in names() if name[0] != "p" or "1.0" not in name}
PLANNED = ("mcunet-5fps", "mbv2-w0.3-r80")
PUBLISHED = [name for name in names() if not name.startswith("mobilenet")]


def compiled(name: str, fed: bool):
    """The problem of the config, padded as ours and PyTorch's are."""
    config = json.loads((CONFIGS / f"{FILES[name]}.json").read_text())
    model = networks.build(config, explicit_pads=True)
    return lower_graph(import_model(model, name), Options(feed_rows=fed)).problem


def shape_of(problem):
    return [(task.name, task.shape, task.window, task.products, task.most_block)
            for task in problem.tasks]


@needs_shared
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_network_is_that_of_its_config(name, pytestconfig):
    if name not in PLANNED and not pytestconfig.getoption("--all"):
        pytest.skip("like the others; --all compiles it")
    wanted, found = compiled(name, True), problem_of(named(name), True)
    assert shape_of(found) == shape_of(wanted)
    assert found.readers == wanted.readers


@needs_shared
@pytest.mark.parametrize("options", [Options(goal="smallest", max_extra=0, feed_rows=True),
                                     Options(goal="smallest", stages="single")])
def test_and_has_its_arena(options):
    wanted = compiled("mcunet-5fps", options.feed_rows)
    found = problem_of(named("mcunet-5fps"), options.feed_rows)
    assert make_plan(found, options).arena_bytes == make_plan(wanted, options).arena_bytes


def test_mobilenet_v2_does_as_many_products_as_its_authors_say():
    net = named("mobilenet-v2")
    assert round(net.products / 1e6) == 301
    assert sum(layer.weights for layer in net.layers) == pytest.approx(3.47e6, rel=0.01)
    assert [rounded(channels * 0.35) for channels in (16, 24, 320, 1280)] == [8, 8, 112, 448]
    assert mobilenet_v2(0.5, 28, 1, 10, head=False).layers[-1].shape == (1, 1, 10)


def test_redistribution_keeps_the_depth_and_takes_early_taps_away():
    plain, moved = named("mobilenet-v2"), named("mobilenet-v2-rd")
    assert len(plain.parts) == len(moved.parts)
    assert moved.parts[1].kernel == (1, 1)
    assert moved.products < plain.products


def test_a_network_takes_sounds_with_windows_of_one_column():
    net = suited(named("mcunet-10fps"), (49, 1, 40), 12)
    assert net.layers[0].given == (49, 1, 40) and net.layers[-1].shape == (1, 1, 12)
    assert {layer.kernel[1] for layer in net.layers} == {1}
    assert [layer.kernel[0] for layer in net.layers] == [layer.kernel[0] for layer in named("mcunet-10fps").layers]


def test_an_unknown_name_is_answered_with_those_that_are_known():
    with pytest.raises(SearchError, match="mcunet-5fps"):
        named("resnet50")
