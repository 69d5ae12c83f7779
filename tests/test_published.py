# SPDX-License-Identifier: MIT
"""The figures that MCUNetV2 published come out of our planner's view of the same model."""
import json

import pytest

from tinyml.plan import Problem, Task, Window
from tools import published

needs_model = pytest.mark.skipif(not published.MODEL.exists(), reason="no ../shared/models")
SHAPES = ((8, 8, 3), (8, 8, 4), (4, 4, 4), (4, 4, 4))


def test_a_depthwise_layer_works_in_place_and_an_addition_is_not_counted():
    tasks = (Task("conv2d", (0,), 1, SHAPES[1], products=1),
             Task("depthwise_conv2d", (1,), 2, SHAPES[2], Window(3, 3, 2, 2), products=1,
                  depthwise=True), Task("add", (2, 2), 3, SHAPES[3]))
    problem = Problem(tasks, SHAPES, (0,), (3,), ("",) * 4)
    assert [published.layer_bytes(problem, task) for task in tasks] == [192 + 256, 256, 0]


@needs_model
def test_the_published_figures_come_out(capsys):
    published.main(as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["layers_kib"] == 112 * 112 * (16 + 96) / 1024 == 1372
    assert found["rest_kib"] == 28 * 28 * (32 + 192) / 1024 == 171.5
    assert found["tiles_kib"] == (35 * 35 * (16 + 96) + 28 * 28 * 32) / 1024
    assert round(found["patches_kib"]) == 172
    assert round(found["extra_clipped_percent"], 1) == 9.3
    assert round(found["extra_unclipped_percent"], 1) == 12.7
    assert found["patches_arena_kib"] > 172     # with the image, and what waits for additions


@needs_model
def test_the_table_has_both_accountings(capsys):
    published.main(as_json=False)
    text = capsys.readouterr().out
    assert "172" in text and "171.5" in text and "12.7 %" in text
