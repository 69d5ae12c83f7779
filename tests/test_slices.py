# SPDX-License-Identifier: MIT
"""Each family has all its files, each step its kernel and its place in the manual."""
import ast
from pathlib import Path

import pytest

from tinyml import format as f
from tinyml.importers.tflite import reader
from tinyml.ops import FAMILIES, limits

ROOT = Path(__file__).resolve().parent.parent
HOST = ROOT / "host/tinyml"
REF = ROOT / "native/kernels/ref"
FORMAT_H = (ROOT / "native/include/tml_format.h").read_text()
# Refused or folded away: nothing to run.
WITHOUT_STEPS = {"unsupported", "shape", "space_to_batch", "batch_to_space"}
SLICED = [family for family in FAMILIES if family not in WITHOUT_STEPS]
HELPERS = {"ops": {"common", "convolution", "pair", "pool", "table"}, "lower": {
    "lookups", "numbers", "requantise", "stack", "step", "sums", "weights"}}


def stems(folder):
    return {path.stem for path in folder.glob("*.py")} - {"__init__"}


def families_made_by(file):
    """The families whose ops an importer's file names."""
    tree = ast.parse(file.read_text())
    modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.rsplit(".", 1)[1] for name in modules if name.startswith("tinyml.ops.")}


@pytest.mark.parametrize("family", SLICED)
def test_a_family_has_all_its_files(family):
    for place in ("host/tinyml/ops/{}.py", "host/tinyml/lower/{}.py", "tests/oracle/{}.py",
                  "tests/ops/test_{}.py"):
        assert (ROOT / place.format(family)).exists(), place.format(family)
    assert any(family in families_made_by(file) for file in HOST.glob("importers/*/*.py"))


@pytest.mark.parametrize("folder", HELPERS)
def test_every_file_belongs_to_a_family(folder):
    expected = set(FAMILIES) if folder == "ops" else set(SLICED)
    assert stems(HOST / folder) == expected | HELPERS[folder]


def test_no_operator_has_two_readers():
    kinds = [kind for file in reader.FILES.values()
             for kind in (*file.READS, *vars(file).get("MANY", ()))]
    assert len(kinds) == len(set(kinds)) == len(reader.READERS)
    assert set(kinds) <= set(reader.OPERATOR_NAMES.values())


@pytest.mark.parametrize("family", FAMILIES)
def test_every_limit_says_its_rule_in_one_line(family):
    for limit in limits(family):
        assert limit.__doc__ and "\n" not in limit.__doc__


def test_codes_are_positions():
    assert [step.code for step in f.STEPS] == list(range(1, len(f.STEPS) + 1))


def test_every_step_has_a_ref_kernel_and_nothing_else_stands_beside():
    after_kernels = {"limit"}
    assert {path.stem for path in REF.glob("*.c")} == {step.name for step in f.STEPS} | after_kernels
    for step in f.STEPS:
        assert f"void tml_{step.name}(" in (REF / f"{step.name}.c").read_text()


def test_a_faster_kernel_has_the_name_of_its_step():
    """Files of other names are what kernels of a set share."""
    for path in REF.parent.glob("*/*.c"):
        if (REF / path.name).exists():
            assert f"void tml_{path.stem}(" in path.read_text(), path
        else:
            assert f"tml_{path.stem}_t" not in FORMAT_H, path


@pytest.mark.parametrize("step", f.STEPS, ids=lambda step: step.name)
def test_every_step_stands_in_the_manual(step):
    manual = (ROOT / "docs/FORMAT.md").read_text()
    section = manual.split(f"### {step.code} `{step.name}`\n", 1)[1].split("\n##", 1)[0]
    assert step.doc in section
    assert all(f"| `{field.name}` |" in section for field in step.fields)
