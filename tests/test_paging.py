# SPDX-License-Identifier: MIT
"""Weights that are read from the file while a model runs."""
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.edit_tml import field_of, header, put_right, step_offsets, with_ring, write
from tests.small_schedules import LARGER
from tests.test_mpy import PLANS, residuals
from tinyml import format as f
from tinyml import load, model, paging
from tinyml.link import Linker
from tinyml.model import Model
from tinyml.native import DONE, PAGE, Machine
from tinyml.pack import pack
from tinyml.plan import Options, Page
from tinyml.schedule import decode
from tinyml.statuses import words

TEXTS = dict(f.STATUSES)
STEP = f.step_named("page")
PAGED = Options(stages="single", ram=4800, paged=True)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "residuals.tflite"
    path.write_bytes(residuals())
    return path


@pytest.fixture(scope="module")
def file(source):
    return pack(source, options=PAGED).file


@pytest.fixture
def path(tmp_path, file):
    path = tmp_path / "paged.tml"
    path.write_bytes(file)
    return str(path)


def noise(size):
    return np.random.default_rng(7).integers(0, 255, size, np.uint8).tobytes()


def test_paging_knows_the_layout_of_a_schedule():
    assert (paging._HEADER, paging._HEADER_BYTES) == (f.HEADER.layout, f.HEADER.size)
    assert (paging._RING_BYTES, paging._PORT_BYTES) == (f.RING.size, f.PORT.size)
    assert paging._PAGE_CODE == STEP.code
    assert [STEP.offset(name) for name in ("output", "start", "stays")] == [
        paging._OUTPUT, paging._START, paging._START + 4]
    assert f.RING.layout.startswith("<II") and f.HEADER.offset("head_bytes") == 12
    assert [f.STATUSES[number][0] for number in (paging._TRUNCATED, paging._CORRUPT,
                                                 paging._BAD_DATA)] == [
        "TRUNCATED", "CORRUPT", "BAD_DATA"]


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("goal", ["smallest", "fastest", "stays"])
def test_a_plan_of_any_kind_gives_the_same_bytes_paged(source, tmp_path, kind, goal):
    options = replace(PLANS[kind], paged=True, goal="fastest" if goal == "stays" else goal)
    if goal == "stays":
        options = replace(options, ram=2 * pack(source, options=options).figures()["arena_bytes"])
    file = pack(source, options=options).file
    (tmp_path / "x.tml").write_bytes(file)
    given = noise(12 * 10 * 4)
    with Model(file) as whole, load(str(tmp_path / "x.tml"), paged=True) as paged:
        assert paged.info == whole.info | {"weights": "paged"}
        assert paged.selftest() == whole.selftest() == (2, 2)
        wanted = bytes(whole.run(given))
        for _ in range(2):
            assert bytes(paged.run(given)) == wanted
        paged.output[:] = bytes(len(wanted))
        if whole.ports(0)[0].fed:
            row = whole.ports(0)[0].row_bytes
            fed = [paged.feed(given[at:at + row]) for at in range(0, len(given), row)]
            assert fed == [False] * (len(fed) - 1) + [True]
        else:
            assert sum(1 for _ in paged.steps(given)) > sum(1 for _ in whole.steps(given)) > 5
        assert bytes(paged.output) == wanted


def test_pages_do_not_stay_in_an_arena_that_others_may_use(source, tmp_path):
    file = pack(source, options=replace(PAGED, ram=100_000)).file
    assert any(step["stays"] for name, step in decode(file).steps if name == "page")
    (tmp_path / "x.tml").write_bytes(file)
    given, wanted = noise(12 * 10 * 4), bytes(Model(file).run(noise(12 * 10 * 4)))
    arena = bytearray(100_000)
    with load(str(tmp_path / "x.tml"), arena, paged=True) as paged, Model(file, arena) as other:
        for seed in range(3):
            assert bytes(paged.run(given)) == wanted
            other.run_noise(seed)
            arena[:] = bytes([seed]) * len(arena)


def test_load_says_where_the_weights_are(path, file):
    assert Model(file).info["weights"] == load(file).info["weights"] == "in place"
    assert load(path).info["weights"] == "in RAM"
    paged = load(path, paged=True)
    assert paged.info["weights"] == "paged"
    paged.close()
    with pytest.raises(ValueError):
        paged.run()


@pytest.fixture
def no_room(monkeypatch):
    """For an arena beside a whole file."""
    def new_arena(schedule, size):
        if len(schedule) > header(schedule)["head_bytes"]:
            raise MemoryError("no room for the arena")
        return bytearray(size)
    monkeypatch.setattr(model, "_new_arena", new_arena)


def test_load_reads_pages_where_there_is_no_room(path, no_room):
    assert load(path).info["weights"] == "paged"
    with pytest.raises(MemoryError, match="no room for the arena"):
        load(path, paged=False)


@pytest.fixture(scope="module")
def plain():
    return pack(LARGER).file


def test_a_schedule_without_pages_is_told_to_be_packed_again(tmp_path, plain, no_room):
    path = tmp_path / "larger.tml"
    path.write_bytes(plain)
    with pytest.raises(MemoryError, match="pack it with --paged"):
        load(str(path), paged=True)
    with pytest.raises(MemoryError, match="no room for the arena"):
        load(str(path))


def test_damage_is_found_when_the_file_is_loaded(tmp_path, file):
    path = tmp_path / "x.tml"
    data = header(file)["head_bytes"]
    for damaged, text in ((file[:-1], "TRUNCATED"), (file[:data], "TRUNCATED"), (b"", "TRUNCATED"),
                          (file[:data - 1], "TRUNCATED"), (file[:30], "TRUNCATED"),
                          (file[:-5] + bytes([file[-5] ^ 4]) + file[-4:], "CORRUPT"),
                          (file[:90] + bytes([file[90] ^ 4]) + file[91:], "CORRUPT"),
                          (b"PK" + file[2:], "NOT_TML")):
        path.write_bytes(damaged)
        with pytest.raises(ValueError) as told:
            load(str(path), paged=True)
        assert str(told.value) == TEXTS[text], text
    path.write_bytes(file[:-5] + bytes([file[-5] ^ 4]) + file[-4:])
    paging.load(str(path), None, Model, check=False).run(noise(480))


def test_a_file_that_changes_is_noticed(tmp_path, path, file):
    with load(path, paged=True) as model, open(path, "r+b") as other:
        other.truncate(header(file)["head_bytes"] + 8)
        with pytest.raises(OSError, match="shorter"):
            model.run(noise(480))
        other.seek(0)
        other.write(file[:header(file)["head_bytes"]] + b"\x7f" * header(file)["data_bytes"])
        other.flush()
        for _ in range(2):
            with pytest.raises(OSError, match="changed"):
                model.run(noise(480))
        other.seek(0)
        other.write(file)
    with load(path, paged=True) as model:
        assert model.selftest() == (2, 2)


class Counted:
    """A file that counts what is read."""

    def __init__(self, file):
        self.file, self.bytes, self.seek = file, 0, file.seek

    def readinto(self, buffer):
        self.bytes += len(buffer)
        return self.file.readinto(buffer)


def test_a_page_that_stays_is_read_once(path, file):
    pages = [(decode(file).rings[values["output"]]["pixels"] * 4, values["stays"])
             for name, values in decode(file).steps if name == "page"]
    with load(path, paged=True) as model:
        pager = model._machine
        pager._file = counted = Counted(pager._file)
        read = []
        for _ in range(3):
            model.run(noise(480))
            read.append(counted.bytes)
            counted.bytes = 0
    passing = sum(size for size, stays in pages if not stays)
    assert read == [sum(size for size, _ in pages), passing, passing]
    assert 0 < passing < read[0]


def opened(file, arena=None):
    head = file[:header(file)["head_bytes"]]
    return Machine(head, arena or bytearray(header(file)["arena_bytes"]), True)


def refusal(file):
    """Why head or file are refused, which must be for one reason."""
    told = []
    for given, is_head in ((file, False), (file[:header(file)["head_bytes"]], True)):
        try:
            Machine(given, bytearray(header(file)["arena_bytes"]), is_head)
            told.append(None)
        except ValueError as error:
            told.append(words(error.args[0]))
    assert told[0] == told[1]
    return told[0]


def page_at(file):
    """Where the first page stands in the file, and its record."""
    index = next(i for i, (name, _) in enumerate(decode(file).steps) if name == "page")
    return step_offsets(file)[index], decode(file).steps[index][1]


def with_page(file, **values):
    at, _ = page_at(file)
    for name, number in values.items():
        file = write(file, at + STEP.offset(name), field_of(STEP, name), number)
    return put_right(file)


def test_pages_lie_in_the_data(file):
    data = header(file)["data_bytes"]
    assert refusal(file) is None
    for start in (1, 2, data - 4, data, 2 ** 31, 2 ** 32 - 4):
        assert refusal(with_page(file, start=start)) == TEXTS["BAD_DATA"], start


def test_steps_read_inside_their_page(file):
    ring = page_at(file)[1]["output"]
    less = decode(file).rings[ring]["width"] - 1
    assert refusal(with_ring(file, ring, width=less, pitch=less, pixels=less)) == TEXTS["BAD_DATA"]


def test_a_page_shares_no_byte_with_ports_or_what_its_steps_use(file):
    schedule = decode(file)
    ring = page_at(file)[1]["output"]
    size = 4 * schedule.rings[ring]["pixels"]
    first = next(values for name, values in schedule.steps if name != "page")
    for other in (schedule.ports[0]["ring"], schedule.ports[1]["ring"], first["output"]):
        begin, end = (schedule.rings[other]["offset"], schedule.rings[other]["offset"]
                      + schedule.rings[other]["pixels"] * schedule.rings[other]["channels"])
        for offset in (begin // 4 * 4, (end - 1) // 4 * 4, (begin - size) // 4 * 4 + 4):
            if 0 <= offset <= header(file)["arena_bytes"] - 16 - size:
                assert refusal(with_ring(file, ring, offset=offset)) == TEXTS["BAD_RING"]
    assert refusal(with_ring(file, ring, offset=2)) in (TEXTS["BAD_STEP"], TEXTS["BAD_RING"])


def test_a_page_is_a_stage_alone(file):
    two = put_right(write(file, page_at(file)[0] + STEP.offset("stage"),
                          field_of(STEP, "stage"), 2))
    assert refusal(two) == TEXTS["BAD_STAGE"]


def test_a_run_waits_until_its_page_is_right(file):
    arena = bytearray(header(file)["arena_bytes"])
    machine = opened(file, arena)
    before, values = page_at(file)[0] - step_offsets(file)[0], page_at(file)[1]
    ring = decode(file).rings[values["output"]]
    place = memoryview(arena)[ring["offset"]:ring["offset"] + 4 * ring["pixels"]]
    at = header(file)["head_bytes"] + values["start"]
    place[:] = b"\x7f" * len(place)             # shifts far too large
    machine.start()
    for _ in range(2):
        assert machine.step() == machine.run() == PAGE and machine.tell() == before
        assert TEXTS["BAD_DATA"] == words(machine.update())
    place[:] = file[at:at + len(place)]
    assert machine.update() == 0 and machine.step() != PAGE and machine.tell() != before
    machine.start()
    assert machine.run() == PAGE and machine.tell() == before   # others may have used its place


def test_pages_are_passed_by_where_all_data_is_given(file):
    machine = Machine(file, bytearray(header(file)["arena_bytes"]))
    assert machine.infer() == DONE and machine.tell() is None and machine.update() == 0


def test_a_page_that_comes_again_is_in_the_file_once():
    contents = [np.full(16, value, np.int8) for value in (1, 2, 1, 3, 2)]
    linker = Linker(SimpleNamespace(stages=()), {})
    linker.step = lambda index, _: linker.array(contents[index])
    starts = [linker.page(Page(index, index, 16), contents)[0][1]["start"] for index in range(5)]
    assert starts == [0, 16, 0, 32, 16]
    assert bytes(linker.data) == b"".join(contents[index].tobytes() for index in (0, 1, 3))
