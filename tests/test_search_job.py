# SPDX-License-Identifier: MIT
"""A search from data to a packed model. Killed at any moment, it ends with the same table."""
import json
from dataclasses import replace
from importlib.util import find_spec

import pytest

from tinyml.errors import FitError, SearchError
from tinyml.search import controls
from tinyml.search import job as job_module
from tinyml.search.effort import TRAINING, Effort, Epoch, effort_for
from tinyml.search.evolve import Pace
from tinyml.search.executor import make_executor
from tinyml.search.feasible import Budget
from tinyml.search.job import Job, file_of, search
from tinyml.search.output import best_of, write_results
from tinyml.search.progress import Progress
from tinyml.search.space_file import load_space
from tinyml.search.table import BY_CHANCE, BY_HAND, SEARCHED
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import UNFIT, Done
from tests.search_data import DATA

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="training needs torch")
EFFORT = Effort(1, 1, 2, 1, 1, samples=4, pool=6, pace=Pace(6, 2))
SPACE = replace(load_space("images"), inputs=(1.0,), scales=(0.5,))


@pytest.fixture(scope="module", autouse=True)
def few_scaled_by_hand():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controls, "TABLES", {"short": ((1, 16, 1), (6, 24, 2))})
        patch.setattr(controls, "STRIDES", {"A": (2, 1, 1)})
        patch.setattr(controls, "WIDTHS", (0.1, 0.2))
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """(folder, rows) of a search that nothing disturbed."""
    import torch
    torch.set_num_threads(1)            # as workers do
    folder = tmp_path_factory.mktemp("whole")
    return folder, search(a_job(folder), make_executor("here"))


def a_job(folder, seed=0):
    return Job(DATA, Budget(2048, 16384, None, "m0"), SPACE, folder, seed, effort=EFFORT,
               recipe=Recipe(batch=64, flip=False))


def table(rows):
    return [(row.kind, row.name, row.task.key, row.figures) for row in rows]


class Killed(Exception):
    """In the middle of a search."""


@needs_torch
def test_a_search_trains_what_it_found_and_what_that_has_to_beat(whole):
    tmp_path, rows = whole
    assert [row.kind for row in rows] == [BY_HAND, BY_CHANCE, SEARCHED, SEARCHED]
    for row in rows:
        file = (tmp_path / "nets" / f"{row.task.key}.tml").read_bytes()
        assert len(file) == row.figures["file_bytes"] <= 16384
        assert row.figures["arena_bytes"] <= 2048
    best = best_of(rows)
    trials = {record["key"].removesuffix("-trial"): record["result"]
              for record in map(json.loads, (tmp_path / "journal.jsonl").read_text().splitlines())
              if record["key"].endswith("-trial")}
    found = [row.task.key.removesuffix("-0") for row in rows if row.kind == SEARCHED]
    assert len(trials) == EFFORT.trials and [trials[key] for key in found] == sorted(trials.values(), reverse=True)
    assert best.figures["validation"] == max(row.figures["validation"] for row in rows)
    assert not (tmp_path / "at-work").exists()
    assert len(write_results(tmp_path, rows, DATA)) == 4
    assert (tmp_path / "best.tml").read_bytes() == (tmp_path / f"nets/{best.task.key}.tml").read_bytes()
    assert {"table.json", "picture.svg", "labels.txt", "input.json", "best.npz", "best.tflite", "journal.jsonl"} <= {
        path.name for path in tmp_path.iterdir()}


@needs_torch
@pytest.mark.parametrize("at", [1, 3, 5])
def test_a_killed_search_ends_with_the_same_table(tmp_path, monkeypatch, whole, at):
    calls, work = [], job_module.work

    def dies(place, task):
        calls.append(task)
        if len(calls) == at:
            raise Killed
        return work(place, task)
    monkeypatch.setattr(job_module, "work", dies)
    with pytest.raises(Killed):
        search(a_job(tmp_path / "cut"), make_executor("here"))
    monkeypatch.setattr(job_module, "work", work)
    assert table(search(a_job(tmp_path / "cut"), make_executor("here"))) == table(whole[1])


@needs_torch
def test_nets_that_do_not_fit_after_all_are_left_out(tmp_path, monkeypatch, whole):
    lost, real = {whole[1][-1].task.key}, job_module.work
    monkeypatch.setattr(job_module, "work", lambda place, task: Done({UNFIT: "too slow"})
                        if task.key in lost else real(place, task))
    assert table(search(a_job(tmp_path / "one"), make_executor("here"))) == table(whole[1][:-1])
    lost |= {row.task.key for row in whole[1]}
    with pytest.raises(FitError, match="none of the nets"):
        search(a_job(tmp_path / "all"), make_executor("here"))


@needs_torch
def test_a_pool_of_processes_gives_the_same_table(tmp_path, whole):
    with make_executor("local", 2) as executor:
        assert table(search(a_job(tmp_path), executor)) == table(whole[1])


@needs_torch
def test_another_search_does_not_go_on_in_the_same_folder(whole):
    with pytest.raises(SearchError, match="another `seed`"):
        search(a_job(whole[0], 1), make_executor("here"))


def test_a_file_that_was_taken_away_is_named(tmp_path):
    with pytest.raises(SearchError, match="nets/supernet.npz` cannot be read: No such file.* put it back"):
        file_of(tmp_path, "supernet.npz")


def test_hours_are_turned_into_epochs():
    epoch = Epoch(supernet=100, final=10, by_hand=10)
    effort = effort_for(1, 2, epoch)
    assert effort.epochs == int(TRAINING * 3600 / ((100 / 3 + 60) / 2 + 20 + 10 * 32 / 12 / 2))
    assert effort.trials == 32 and Effort(2).trials == 8 and [Effort(n).trial for n in (1, 12, 13)] == [1, 1, 2]
    assert effort_for(1000, 2, epoch).epochs == 60
    with pytest.raises(SearchError, match="give more --hours"):
        effort_for(0.01, 2, epoch)


def test_progress_is_by_cost(tmp_path):
    progress = Progress(tmp_path)
    progress.expect({"one": 1.0, "three": 3.0})
    assert progress.share == 0
    (tmp_path / "three.progress").write_text("0.5")
    progress.tell("one")
    assert progress.share == (1 + 1.5) / 4
