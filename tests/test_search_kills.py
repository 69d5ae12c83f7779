# SPDX-License-Identifier: MIT
"""The whole command, ended in every way: it says how to go on, leaves nobody behind, and loses nothing."""
import os
import signal
import sys
import time
from importlib.util import find_spec
from subprocess import run

import numpy as np
import pytest

from tests.search_data import DATA
from tinyml.search.journal import Journal
from tools.processes import kill, living
from tools.search_kills import MARK, Run
from tools.search_study import FOLDER
from tools.steps import ROOT

resource = pytest.importorskip("resource")
pytestmark = [pytest.mark.skipif(find_spec("torch") is None, reason="training needs torch"),
              pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")]
SECONDS = 300                   # on a machine that has much else to do


@pytest.fixture
def folder(tmp_path):
    """Of a search among stripes."""
    np.savez(tmp_path / "data.npz", x_train=DATA.train.x, y_train=DATA.train.y, x_test=DATA.test.x,
             y_test=DATA.test.y)
    yield tmp_path / "found"
    kill(living(MARK, str(tmp_path / "found")))


def said(folder):
    return (folder.parent / f"{folder.name}.log").read_text()


def test_ctrl_c_ends_it_and_it_says_how_to_go_on(folder):
    search, journal = Run(folder), folder / "journal.jsonl"
    deadline = time.monotonic() + SECONDS
    while not journal.exists() or journal.stat().st_size < 2_000:
        assert time.monotonic() < deadline and search.process.poll() is None, said(folder)
        time.sleep(0.05)
    everybody = living(MARK, search.mark)
    assert len(everybody) > 1
    for process in everybody:       # as a terminal does
        os.kill(process, signal.SIGINT)
    assert search.ended(20) and search.process.returncode == 130
    search.leave_nobody()
    assert said(folder) == (f"tinyml: ended; what was done is kept in `{folder}`: "
                            "the same command goes on\n")
    with Journal(journal) as kept:
        assert len(kept.records()) > 2


def test_a_full_disk_is_told_and_the_journal_stays_good(folder):
    """A limit of the size of files stands for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, hard))
        search = Run(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert search.ended(SECONDS) and search.process.returncode == 1
    search.leave_nobody()
    journal = folder / "journal.jsonl"
    assert said(folder) == (f"tinyml: `{journal}` cannot be written: File too large; what is in it is "
                            "kept, and the same command goes on\n")
    assert journal.read_bytes().endswith(b"\n")
    with Journal(journal) as kept:
        assert len(kept.records()) > 2


def test_a_folder_that_can_not_be_made_is_told(folder):
    folder.write_text("")
    search = Run(folder)
    assert search.ended(SECONDS) and search.process.returncode == 1
    assert said(folder) == f"tinyml: `{folder / 'at-work'}` cannot be made: Not a directory\n"


@pytest.mark.skipif(not FOLDER.is_dir(), reason="Fashion-MNIST: apt install dataset-fashion-mnist")
@pytest.mark.parametrize("engine", ["local", pytest.param("ray", marks=pytest.mark.skipif(
    not find_spec("ray"), reason="no Ray: pip install 'tinyml-mpy[ray]'"))])
def test_a_search_that_is_killed_finds_the_same(pytestconfig, engine):
    if not pytestconfig.getoption("--all"):
        pytest.skip("it takes minutes: --all")
    done = run([sys.executable, "-m", "tools.search_kills", "--times", "4", engine], cwd=ROOT,
               capture_output=True, text=True)
    assert not done.returncode, done.stdout + done.stderr
