# SPDX-License-Identifier: MIT
"""Peak RAM of real models stays within the project's targets, and the schedule stays small."""
import pytest

from tests.shared import SHARED
from tinyml.options import Options
from tinyml.pipeline import compile_model
from tinyml.schedule import encode
from tools.memory import ARENAS, KIB, model_bytes
from tools.memory_rows import ROWS

SMALL = 4 * KIB                 # what a schedule may always have beside its weights
SHARE = 0.03                    # of the file


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_arenas_and_schedules_are_within_their_targets(row):
    path = SHARED / "models" / row.file
    if not path.exists():
        pytest.skip(f"{path} is absent")
    model = model_bytes(path)
    for what, (extra, fed) in ARENAS.items():
        options = Options(goal="smallest", max_extra=extra, feed_rows=fed)
        compiled = compile_model(model, row.name, options=options)
        assert compiled.plan.arena_bytes / KIB <= row.targets.get(what, float("inf")), what
        file = encode(compiled.schedule)
        schedule = len(file) - len(compiled.schedule.data)
        assert schedule <= max(SMALL, SHARE * len(file)), what
