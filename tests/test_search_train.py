# SPDX-License-Identifier: MIT
"""Trainings learn, give the same for the same seed, and go on after they were killed."""
import pickle

import numpy as np
import pytest

from tinyml.quantize.source import Preparation
from tinyml.search.data.items import PIXELS, Items
from tests.search_data import DATA, LARGE, MIDDLE, SMALL

torch = pytest.importorskip("torch", reason="training needs torch")
from tinyml.search.train import checkpoint  # noqa: E402
from tinyml.search.train.augment import augment  # noqa: E402
from tinyml.search.train.feed import Feed  # noqa: E402
from tinyml.search.train.fit import fit, fresh  # noqa: E402
from tinyml.search.train.loop import seeded  # noqa: E402
from tinyml.search.train.recipe import Recipe  # noqa: E402
from tinyml.search.train.score import accuracy, recalibrate, score  # noqa: E402
from tinyml.search.train.supernet import train_supernet  # noqa: E402


RECIPE = Recipe(epochs=6, batch=32, flip=False)


SEEN, ASKED = (Feed(part, PIXELS) for part in (DATA.train, DATA.validation))


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.state_dict().values(),
                                                 other.state_dict().values(), strict=True))


class Killed(Exception):
    """In the middle of a training."""


def kill_at(step):
    def tell(done, total):
        if done == step:
            raise Killed
    return tell


def test_a_net_learns_and_the_same_seed_gives_the_same_weights():
    one, again, other = (fit(SMALL, DATA, RECIPE, seed) for seed in (1, 1, 2))
    assert accuracy(one, ASKED) > 0.9
    assert same(one, again) and not same(one, other)


def test_data_that_were_sent_to_a_worker_give_the_same_weights():
    short = Recipe(epochs=1, batch=64)
    sent = pickle.loads(pickle.dumps(DATA))
    assert same(fit(LARGE, sent, short, 1), fit(LARGE, DATA, short, 1))


@pytest.mark.parametrize("step", [1, 30, 50])
def test_a_killed_training_ends_with_the_same_weights(tmp_path, monkeypatch, step):
    monkeypatch.setattr(checkpoint, "EVERY", 0)
    kept = tmp_path / "one.pt"
    with pytest.raises(Killed):
        fit(SMALL, DATA, RECIPE, 1, checkpoint=kept, tell=kill_at(step))
    steps = []
    resumed = fit(SMALL, DATA, RECIPE, 1, checkpoint=kept, tell=lambda done, _: steps.append(done))
    assert same(resumed, fit(SMALL, DATA, RECIPE, 1)) and steps[0] == max(1, step)
    assert steps[-1] == RECIPE.steps(640)


def test_a_training_that_ended_is_not_done_again(tmp_path):
    kept = tmp_path / "one.pt"
    done = fit(SMALL, DATA, RECIPE, 1, checkpoint=kept)
    assert same(done, fit(SMALL, DATA, RECIPE, 1, checkpoint=kept, tell=kill_at(1)))


@pytest.mark.parametrize("spoil", ["cut", "other"])
def test_a_checkpoint_of_something_else_is_not_read(tmp_path, spoil):
    kept = tmp_path / "one.pt"
    fit(MIDDLE, DATA, Recipe(epochs=1), 5, checkpoint=kept)
    if spoil == "cut":
        kept.write_bytes(kept.read_bytes()[:100])
    assert same(fit(SMALL, DATA, RECIPE, 1, checkpoint=kept), fit(SMALL, DATA, RECIPE, 1))


def test_a_supernet_serves_nets_of_all_sizes():
    weights = train_supernet(LARGE, [SMALL, MIDDLE], DATA, RECIPE, 1)
    scores = [score(weights, one, SEEN, ASKED) for one in (SMALL, MIDDLE, LARGE)]
    assert min(scores) > 0.85
    assert score(weights, MIDDLE, SEEN, ASKED) == scores[1]
    assert score(fresh(LARGE, 1), MIDDLE, SEEN, ASKED) < 0.8


def test_a_killed_supernet_ends_with_the_same_weights(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "EVERY", 0)
    short = Recipe(epochs=1, batch=64)
    kept = tmp_path / "super.pt"
    with pytest.raises(Killed):
        train_supernet(LARGE, [SMALL, MIDDLE], DATA, short, 1, checkpoint=kept, tell=kill_at(4))
    resumed = train_supernet(LARGE, [SMALL, MIDDLE], DATA, short, 1, checkpoint=kept)
    assert same(resumed, train_supernet(LARGE, [SMALL, MIDDLE], DATA, short, 1))


def test_a_device_is_given_no_numbers_of_another():
    """`meta` computes nothing, but refuses what lies elsewhere, as a GPU does."""
    weights = train_supernet(LARGE, [SMALL, MIDDLE], DATA, Recipe(epochs=1, batch=64), 1, "meta")
    small, feed = weights.inherit(SMALL), Feed(DATA.train, DATA.prepare, "meta")
    tuned = fit(SMALL, DATA, Recipe(epochs=1, batch=64), 1, recalibrate(small, feed), weights, "meta")
    assert {one.device.type for one in tuned.state_dict().values()} == {"meta"}


def test_fine_tuning_begins_with_what_is_known():
    known = fit(SMALL, DATA, RECIPE, 1)
    tuned = fit(SMALL, DATA, Recipe(epochs=1, batch=64, rate=0.01), 2, start=known)
    assert accuracy(tuned, ASKED) > 0.9


def test_a_teacher_helps_or_at_least_does_no_harm():
    teacher = fit(LARGE, DATA, RECIPE, 1)
    assert accuracy(fit(SMALL, DATA, RECIPE, 1, teacher=teacher), ASKED) > 0.9


@pytest.mark.parametrize("kind, shape", [("images", (40, 3, 12, 10)), ("sound", (6, 8, 30, 1)),
                                         ("motion", (6, 3, 25, 1))])
def test_augmented_items_are_the_same_for_the_same_seed(kind, shape):
    x = torch.randn(shape)
    one, again, other = (augment(kind, x, seeded(seed), True) for seed in (1, 1, 2))
    assert one.shape == x.shape and torch.equal(one, again) and not torch.equal(one, other)
    assert not torch.equal(one, x)


def test_items_are_prepared_as_the_quantiser_does():
    prepare = Preparation(0.5, (1.0, 2.0), (2.0, 4.0))
    x = np.random.default_rng(1).normal(size=(3, 4, 1, 2)).astype(np.float32)
    found, _ = Feed(Items(x, np.zeros(3, np.int64)), prepare).take(slice(0, 3))
    np.testing.assert_allclose(found.permute(0, 2, 3, 1), prepare(x, x), rtol=1e-6)


def test_the_rate_rises_and_falls():
    rates = [RECIPE.rate_at(i / 100) for i in range(101)]
    assert max(rates) == rates[10] and rates[0] == 0 and rates[100] < 1e-9
