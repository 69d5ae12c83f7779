# SPDX-License-Identifier: MIT
"""The journal of a search: what is written stays, half a line is none."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import search_tasks as tasks
from tinyml.errors import SearchError
from tinyml.search.executor import make_executor
from tinyml.search.journal import Journal
from tinyml.search.keys import net_key, seed_of
from tinyml.search.net import Conv, Net

TASKS = {f"square {number}": number for number in range(7)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def test_records_stay(path):
    with Journal(path) as journal:
        assert journal.append({"key": "a", "result": (1, 0.1)}) == {"key": "a", "result": [1, 0.1]}
        journal.append({"note": "ö\n"})
        assert "a" in journal and "b" not in journal and journal["a"] == [1, 0.1]
        written = journal.records()
    assert len(path.read_bytes().splitlines()) == 2
    with Journal(path) as journal:
        assert journal.records() == written and journal["a"] == [1, 0.1]


@given(data=st.data())
def test_wherever_a_file_is_cut_its_whole_lines_are_read(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("cut") / "journal.jsonl"
    with Journal(path) as journal:
        for number in range(5):
            journal.append({"key": f"{number}", "result": {"text": "x\"é\r" * number}})
        records = journal.records()
    whole = path.read_bytes()
    cut = whole[:data.draw(st.integers(0, len(whole)))]
    path.write_bytes(cut + data.draw(st.sampled_from([b"", b"\0\0\0", b"garbage\n"])))
    with Journal(path) as journal:
        left = cut.count(b"\n")
        assert journal.records() == records[:left]
        journal.append({"key": "new", "result": None})
    with Journal(path) as journal:
        assert [record["key"] for record in journal.records()] == [
            *(f"{number}" for number in range(left)), "new"]


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"key": 1}', '{"result": 1}'])
def test_a_file_that_is_no_journal_is_left_alone(path, line):
    text = f'{{"note": 1}}\n{line}\n{{"note": 2}}\n'
    path.write_text(text)
    with pytest.raises(SearchError, match="line 2 is not of a search"):
        Journal(path)
    assert path.read_text() == text
    with pytest.raises(SearchError, match="Is a directory"):
        Journal(path.parent)


@pytest.mark.parametrize("room", [0, 1, 10])
def test_on_a_full_disk_a_line_is_written_or_not(path, room):
    """A limit of the size of files stands for it."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(path) as journal:
        journal.append({"key": "a", "result": 1})
        whole = path.read_bytes()
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + room, before[1]))
            with pytest.raises(SearchError, match="cannot be written: File too large; what is in it is kept"):
                journal.append({"key": "b", "result": 2})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert path.read_bytes() == whole and "b" not in journal
        journal.append({"key": "b", "result": 2})
    with Journal(path) as journal:
        assert [record["key"] for record in journal.records()] == ["a", "b"]


def test_two_searches_do_not_share_a_journal(path):
    with Journal(path):
        with pytest.raises(SearchError, match="another search writes to it"):
            Journal(path)
    Journal(path).close()


def test_what_is_known_is_not_computed_again(path):
    with Journal(path) as journal:
        assert journal.once("a", lambda: 3) == journal.once("a", lambda: 4) == 3


def test_a_journal_is_of_one_search(path):
    with Journal(path) as journal:
        journal.claim({"space": "images", "ram": 2048, "shape": (28, 28, 1)})
    with Journal(path) as journal:
        journal.claim({"space": "images", "ram": 2048, "shape": (28, 28, 1)})
        with pytest.raises(SearchError, match="another `ram`: 2048, not 4096"):
            journal.claim({"space": "images", "ram": 4096, "shape": (28, 28, 1)})


@pytest.mark.parametrize("cut", range(len(TASKS) + 1))
def test_a_cut_run_goes_on_where_it_was(path, cut):
    """What has been computed is written as it comes, and isn't computed again."""
    with make_executor("here") as executor:
        with Journal(path) as journal:
            results = journal.results(TASKS, lambda items: executor.each(tasks.square, items))
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:cut]))
        asked = []
        with Journal(path) as journal:
            assert journal.results(TASKS, lambda items: asked.extend(items) or executor.each(
                tasks.square, items)) == results == [0, 1, 4, 9, 16, 25, 36]
        assert asked == list(TASKS.values())[cut:]


def test_keys_and_seeds_are_the_same_on_every_machine():
    net = Net((8, 8, 1), (Conv("stem", (3, 3), (2, 2), 4),), 2)
    assert net_key(net) == net_key(Net(net.input, net.parts, 2)) == "44dbf1ec61da4089"
    assert net_key(net) != net_key(Net(net.input, net.parts, 3))
    assert seed_of("a", 1) == seed_of("a", 1) != seed_of("a", "1")
