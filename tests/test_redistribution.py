# SPDX-License-Identifier: MIT
"""A receptive field that is moved to where rows are short takes less RAM for as many products."""
import pytest

from tinyml.search.executor import make_executor
from tinyml.search.feasible import Budget
from tinyml.search.net import Block
from tinyml.search.work import Place
from tests.search_data import DATA, MIDDLE
from tests.test_search_work import needs_torch
from tools.redistribution import FED, LARGE, LONG, SMALL, planned, redistributed, trained


def test_windows_are_small_where_rows_are_long_and_wider_behind():
    plain, moved, more = LARGE.values()
    rows = {layer.name: layer.given[1] for layer in plain.layers if layer.kind == "depthwise"}
    for before, after in zip(plain.parts, moved.parts, strict=True):
        if isinstance(before, Block):
            early = rows[f"{before.name}.filter"] >= LONG
            assert after.kernel[0] == (3 if early else min(before.kernel[0] + 2, 7))
            assert early or after.middle == before.middle
    assert len(more.parts) == len(moved.parts) + 3
    assert moved.products < more.products < plain.products
    assert plain.layers[-1].shape == more.layers[-1].shape


def test_the_small_pair_does_as_many_products_in_less_ram():
    plain, moved = planned(SMALL)
    assert moved.products == pytest.approx(plain.products, rel=0.02)
    assert moved.arenas[FED] < 0.7 * plain.arenas[FED]
    assert moved.in_least < 1.1 * plain.in_least and moved.in_first < plain.in_first


@needs_torch
def test_what_was_trained_is_not_trained_again(tmp_path):
    net = redistributed(MIDDLE, 4)
    place = Place(DATA, Budget(4096), tmp_path)
    with make_executor("here") as executor:
        found = trained(net, place, 1, 1, executor)
        assert 0 < found[0]["test"] <= 1 and found[0]["arena_bytes"] <= 4096
    assert trained(net, place, 1, 1, None) == found
