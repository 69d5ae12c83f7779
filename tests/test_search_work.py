# SPDX-License-Identifier: MIT
"""What workers of a search do, and what is left for the user: files that run, and say what they are."""
import json
import pickle
from dataclasses import replace
from importlib.util import find_spec
from io import BytesIO

import numpy as np
import pytest

from tinyml.errors import ModelError
from tinyml.evaluate import evaluate
from tinyml.importers import import_model
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack_graph
from tinyml.remote import choose_build
from tinyml.search.data.found import Found, dataset_of
from tinyml.search.feasible import Budget
from tinyml.search.saved import Saved, net_from_json, net_to_json, read_saved
from tinyml.search.space_file import load_space
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import UNFIT, Final, Place, Supernet, Trial, make_scorer, score, trial, work
from tests.search_data import DATA, LARGE, MIDDLE, SMALL, write_pictures

BUDGET = Budget(4096, 16384, None, "m0")
RECIPE = Recipe(epochs=4, batch=32, flip=False)
needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="training needs torch")


def test_a_net_is_the_same_after_json():
    assert net_from_json(json.loads(json.dumps(net_to_json(LARGE)))) == LARGE


def test_a_saved_net_is_read_again(tmp_path):
    saved = Saved(SMALL, {"one/two.weight": np.arange(6.0).reshape(2, 3)}, ("a", "b"))
    (tmp_path / "net.npz").write_bytes(saved.to_bytes())
    found = read_saved(tmp_path / "net.npz")
    assert (found.net, found.classes) == (saved.net, saved.classes)
    assert np.array_equal(found.state["one/two.weight"], saved.state["one/two.weight"])


@pytest.mark.parametrize("content", [b"", b"PK\3\4 and so on"])
def test_other_files_are_no_nets(tmp_path, content):
    (tmp_path / "net.npz").write_bytes(content)
    with pytest.raises(ModelError, match="no net of `tinyml search`"):
        read_saved(tmp_path / "net.npz")


@needs_torch
def test_a_final_net_is_packed_within_the_budget_and_as_good_as_its_floats(tmp_path):
    place = Place(DATA, BUDGET, tmp_path)
    done = work(place, pickle.loads(pickle.dumps(Final("one", SMALL, RECIPE, 1))))
    found = done.figures
    assert found["arena_bytes"] <= BUDGET.ram and found["file_bytes"] == len(done.files[".tml"])
    assert found["test"] > 0.85 and abs(found["test"] - found["float_test"]) < 0.05
    assert choose_build(done.files[".tml"]) == "core"
    around = pack_graph(import_model(done.files[".tflite"], "one"), options=Options(ram=BUDGET.ram)).file
    with Model(done.files[".tml"]) as model, Model(around) as other:
        for x in DATA.test.x[:20]:
            assert bytes(other.run(x - np.uint8(128))) == bytes(model.run(x - np.uint8(128)))
    assert json.dumps(found)


@needs_torch
def test_a_final_net_that_does_not_fit_says_why():
    budget, few = replace(BUDGET, cycles=10_000), replace(RECIPE, epochs=1)
    done = work(Place(DATA, budget), Final("one", SMALL, few, 1))
    assert "10000 are allowed" in done.figures[UNFIT] and not done.files


@needs_torch
def test_pictures_mean_the_same_to_eval(tmp_path):
    done = work(Place(DATA, BUDGET), Final("one", SMALL, RECIPE, 1))
    for ending in (".tml", ".tflite"):
        (tmp_path / f"one{ending}").write_bytes(done.files[ending])
    (tmp_path / "labels.txt").write_text("lie\nstand\n")
    write_pictures(DATA.test, DATA.classes, tmp_path / "pictures")
    for name in ("one.tml", "one.tflite"):
        counted = evaluate(tmp_path / name, tmp_path / "pictures").figures()
        assert counted["accuracy"] == done.figures["test"]


@needs_torch
def test_sequences_of_reals_are_fed_row_by_row():
    rng, time = np.random.default_rng(1), np.arange(32)[:, None]
    y = np.arange(600) % 2
    phase = rng.uniform(0, 6, (600, 1, 3))
    x = np.array([2.0, 50.0, 0.1]) * (np.sin(time * (0.3 + 0.5 * y[:, None, None]) + phase)
                                      + 0.2 * rng.normal(size=(600, 32, 3)))
    words = tuple("ab"[one] for one in y)
    data = dataset_of(Found("motion", x[:, :, None].astype(np.float32), words), 0, "waves")
    space = load_space("sequences")
    genes = space.smallest() | {"input": 1.0, "stem.width": 1.0, "stage0.block0.kernel": 7}
    net = space.net(genes, data.shape, 2)
    budget = Budget(2048, 16384, None, "m0", row_fed=True)
    done = work(Place(data, budget), Final("one", net, Recipe(epochs=15, batch=32), 1))
    assert done.figures["test"] > 0.85 and done.figures["arena_bytes"] < 1000
    assert abs(done.figures["test"] - done.figures["float_test"]) < 0.05


@needs_torch
def test_a_supernet_is_asked_by_those_who_hold_its_file():
    place = Place(DATA, BUDGET)
    done = work(place, Supernet("super", LARGE, (SMALL, MIDDLE), RECIPE, 1))
    scorer = make_scorer(place, done.files[".npz"])
    assert score(scorer, MIDDLE) == score(scorer, MIDDLE) > 0.8
    brief = Trial("one-trial", MIDDLE, Recipe(epochs=1, batch=64, rate=0.01), 1)
    assert trial(scorer, brief) == trial(scorer, brief) > 0.9
    assert score(scorer, MIDDLE) == score(scorer, MIDDLE)


@needs_torch
def test_what_a_net_knows_is_used_for_other_classes():
    known = work(Place(DATA, BUDGET), Final("one", SMALL, RECIPE, 1)).files[".npz"]
    state = read_saved(BytesIO(known)).state
    short = Recipe(epochs=1, batch=64, rate=0.01, flip=False)
    tuned, fresh = (work(Place(DATA, BUDGET), Final("two", SMALL, short, 2, start)).figures["test"]
                    for start in (state, None))
    assert tuned > 0.85 > fresh
