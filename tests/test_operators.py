# SPDX-License-Identifier: MIT
"""Every operator that is read has an oracle and is compared with another implementation: it stands
in the models of some strategy, and all of those are run on both (tests/ops, test_oracle.py)."""
import re
from functools import cache
from pathlib import Path

import pytest
import tflite
from hypothesis import HealthCheck, Phase, given, settings

from tests.ops.strategies import CASES, cells, recurrent, streams
from tinyml.importers.tflite.reader import OPERATOR_NAMES, READERS
from tinyml.importers.tflite.variables import KINDS

ELSEWHERE = {"CALL_ONCE"}       # a subgraph more: in the models of test_wake_words.py
OPS = Path(__file__).resolve().parent / "ops"
STREAMS = {name: getattr(file, name) for file, names in (
    (streams, ("windows", "delays")), (recurrent, ("svdfs", "hotwords", "lstms"))) for name in names}
some = settings(max_examples=40, derandomize=True, database=None, deadline=None,
                phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def kinds(model):
    """The operators of a model's file."""
    table = tflite.Model.GetRootAs(model, 0)
    codes = [table.OperatorCodes(i) for i in range(table.OperatorCodesLength())]
    return {OPERATOR_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())] for code in codes}


@cache
def covered():
    """The operators of all strategies, as far as a few examples of each show."""
    found = set()
    for strategy in [*(make() for make in (*CASES.values(), *STREAMS.values()))]:
        some(given(strategy)(lambda case: found.update(kinds(case.model))))()
    for make in (cells.gru, cells.lstm):
        some(given(cells.cells(make))(lambda case: found.update(kinds(case[0]))))()
    return found


@pytest.mark.parametrize("kind", sorted({*READERS, *KINDS} - ELSEWHERE))
def test_an_operator_has_an_oracle_and_is_compared(kind):
    assert kind in covered()


@pytest.mark.parametrize("name", [*CASES, *STREAMS])
def test_a_strategy_is_run_on_our_kernels(name):
    tests = "".join(path.read_text() for path in OPS.glob("test_*.py"))
    assert re.search(rf"\b{name}(_cases)?\b", tests)
