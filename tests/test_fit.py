# SPDX-License-Identifier: MIT
"""`tinyml fit`: the sum is that of its parts, each yes runs and each no fails on emulated boards,
times are what simulated cores take."""
import json
from dataclasses import replace

import pytest

from tests.shared import model_file, needs_shared
from tests.small_schedules import LARGER
from tests.test_cli import fails, succeeds, tinyml
from tinyml.board import CORES, load_board
from tinyml.emulator import FIRMWARE
from tinyml.errors import DeviceError, FitError, ModelError
from tinyml.fit import fit, options_for, room_here
from tinyml.fit.plans import Plans
from tinyml.fit.room import IN_PLACE, IN_RAM, PAGED, Need, need_of, room_of
from tinyml.fit.timing import counts, predicted_cycles
from tinyml.fit.ways import try_way
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.plan.cores import read_costs
from tinyml.remote import BUILT, Remote
from tinyml.schedule import decode
from tools import agree

BUDGET = 0.2                    # that a predicted time may be off
QUICK = ("larger", "kws")       # models of every run; --all takes all of them
KEYS = {"model", "board", "facts", "fits", "short_bytes", "needs_bytes", "build", "weights",
        "arena_bytes", "file_bytes", "cycles", "seconds", "heap", "heap_free", "largest_free",
        "flash_bytes", "flash_free", "romfs_bytes", "ways", "smaller_input", "boards"}


@pytest.fixture(autouse=True)
def modules():
    if not (BUILT / "tinyml.mpy").exists():
        pytest.skip("python3 tasks.py build mpy")


def room(board="m4f", **changes):
    return replace(room_of(load_board(board)), **changes)


def heap(free, board="m4f", **changes):
    return room(board, heap_free=free, largest_free=free, **changes)


# The arithmetic

def test_the_sum_is_that_of_its_parts():
    found = fit(LARGER, room())
    figures = found.figures()
    assert set(figures) == KEYS and found.fits
    assert figures["needs_bytes"] == sum(part["bytes"] for part in figures["heap"])
    assert {part["what"] for part in figures["heap"]} >= {"module, core", "arena"}
    assert found.tried.need.weights == IN_PLACE


def test_a_file_is_in_ram_where_there_is_no_romfs():
    packed = pack(LARGER).file
    inside, outside = (need_of(packed, room(romfs_bytes=size), weights)
                       for size, weights in ((1 << 20, IN_PLACE), (0, IN_RAM)))
    assert len(packed) <= outside.heap_bytes - inside.heap_bytes <= len(packed) + 6000


def test_the_file_that_is_judged_is_as_large_as_the_packed_one():
    for options in (Options(), Options(goal="smallest", feed_rows=True)):
        assert len(Plans(LARGER).file(options)) == len(pack(LARGER, options=options).file)


def test_pieces_must_fit_pieces():
    need = Need("core", IN_RAM, (("all", 90),), (50, 15), 0, None)
    assert need.short(room(heap_free=100, largest_free=100)) == -10
    assert need.short(room(heap_free=100, largest_free=60)) == -10      # 15 is put elsewhere
    assert need.short(room(heap_free=100, largest_free=45)) == 5
    assert need.short(room(heap_free=100, largest_free=75)) == -10
    assert need.short(room(heap_free=91, largest_free=64)) == 1         # both must share it


def test_the_fastest_plan_that_fits_is_taken():
    free = fit(LARGER, room()).tried.need
    less = fit(LARGER, heap(free.heap_bytes - 1))
    assert less.fits and less.tried.need.heap_bytes < free.heap_bytes
    assert less.tried.need.cycles >= free.cycles
    assert pack(LARGER, options=less.tried.options).compiled.schedule.arena_bytes == decode(
        less.tried.file).arena_bytes


def test_a_full_flash_is_a_no():
    found = fit(LARGER, room(romfs_bytes=0, flash_free=30_000))
    assert not found.fits and found.tried.short == found.tried.need.flash - 30_000


def test_a_no_comes_with_ways_out():
    found = fit(LARGER, heap(60_000, "pico"))
    ways = {way.words: way for way in found.ways}
    assert not found.fits
    assert ways["weights in place: firmware with a ROMFS partition"].fits
    assert not ways["rows fed: --feed rows"].fits
    assert [way.fits for way in found.ways] == sorted((w.fits for w in found.ways), reverse=True)
    assert "pico2" in found.boards and "esp32" not in found.boards
    assert fit(LARGER, heap(1000, "pico")).boards == fit(LARGER, heap(2000, "pico")).boards


def test_paged_weights_are_a_way_out_where_the_file_has_no_room():
    held = try_way(Plans(LARGER), Options(goal="smallest"), heap(0, "pico")).need.heap_bytes
    found = fit(LARGER, heap(held - 1000, "pico"))
    way = next(way for way in found.ways if way.words.startswith("weights paged: "))
    assert not found.fits and way.fits and way.options.paged and way.need.weights == PAGED
    assert any(what == "head of the file" for what, _ in way.need.heap)


def test_paged_weights_run_where_fit_says_so():
    if not (FIRMWARE / "m4f.elf").exists():
        pytest.skip("python3 tasks.py build m4f")
    options = Options(goal="smallest", max_extra=0, paged=True)
    file = pack(LARGER, options=options).file
    need = need_of(file, room(), PAGED)
    with Remote("m4f", file, agree.heap_of("m4f", need.heap_bytes), paged=True) as remote:
        assert remote.selftest() == (2, 2)


def test_a_smaller_input_is_an_estimate():
    in_place = {"romfs_bytes": 1 << 20}
    least = try_way(Plans(LARGER), Options(goal="smallest"), heap(0, "pico", **in_place)).need
    height, width = fit(LARGER, heap(least.heap_bytes - 1000, "pico", **in_place)).input
    assert 14 < height < 28 and height == width


def test_a_schedule_is_taken_as_it_is(tmp_path):
    (tmp_path / "x.tml").write_bytes(pack(LARGER).file)
    assert fit(tmp_path / "x.tml", room()).fits
    found = fit(tmp_path / "x.tml", heap(30_000))
    assert not found.fits and found.ways == () and found.boards
    with pytest.raises(ModelError, match="is planned already"):
        fit(tmp_path / "x.tml", room(), Options(feed_rows=True))


def test_a_board_without_a_module_is_told():
    with pytest.raises(DeviceError, match="no module for xtensawin yet"):
        fit(LARGER, room("esp32"))


# Boards

@pytest.mark.parametrize("model", agree.models())
def test_fit_is_right_on_a_board(board, model, pytestconfig):
    if not (FIRMWARE / f"{board}.elf").exists():
        pytest.skip(f"python3 tasks.py build {board}")
    if model not in QUICK and not pytestconfig.getoption("--all"):
        pytest.skip("--all")
    said = agree.judge(model, board)
    assert [one.fits for one in said] == [False, True, True]
    assert all(one.agrees for one in said), said


def test_fit_is_right_where_files_are_read_into_the_heap():
    if not (FIRMWARE / "m4f.elf").exists():
        pytest.skip("python3 tasks.py build m4f")
    said = agree.judge("larger", "m4f", on_disk=True)
    assert [one.fits for one in said] == [False, True, True]
    assert all(one.agrees for one in said), said


def test_a_board_is_asked_what_it_has():
    if not (FIRMWARE / "m4f.elf").exists():
        pytest.skip("python3 tasks.py build m4f")
    found, known = room_here("m4f"), room("m4f")
    assert found.arch == known.arch and found.romfs_bytes == known.romfs_bytes
    assert abs(found.heap_free - known.heap_free) < 2048 and found.largest_free <= found.heap_free
    assert fit(LARGER, found).fits


# Times

@pytest.mark.parametrize("core", sorted(read_costs()))
def test_every_core_has_costs_of_every_kind_that_counts(core):
    costs = read_costs()[core]
    assert {"conv2d", "depthwise_conv2d", "add", "softmax", "other", "machine"} <= set(costs)
    assert 0.1 < costs["conv2d"]["fours"] < costs["conv2d"]["ones"] and costs["machine"]["firings"] > 10
    assert costs["other"]["outputs"] + costs["other"]["taps"] > 0.5
    assert all(cost >= 0 for kind in costs.values() for cost in kind.values())
    assert set(CORES.values()) <= set(read_costs())


@pytest.mark.parametrize("options", [Options(), Options(goal="smallest", feed_rows=True)])
@pytest.mark.parametrize("core", ["m4", "m0"])
def test_a_predicted_time_is_near_the_simulated_one(core, options):
    simulator = pytest.importorskip("tools.simulator")
    file = pack(LARGER, options=options).file
    from tools.simulator.__main__ import on_the_host
    ran = simulator.Simulator(core).run(file, on_the_host(file)[0])
    schedule = decode(file)
    assert predicted_cycles(schedule, core) == pytest.approx(ran.cycles, rel=BUDGET)
    assert [counts(schedule, *step)["firings"] for step in schedule.steps] == [
        step.firings for step in ran.steps[:-1]]


def test_a_core_that_is_not_known_has_no_time():
    assert predicted_cycles(decode(pack(LARGER).file), "xtensawin") is None


# The command

def test_the_command_says_yes_and_no():
    assert "Yes, it fits" in succeeds("fit", LARGER, "--board", "pico")
    figures = json.loads(succeeds("fit", LARGER, "--board", "pico", "--json"))
    assert figures["fits"] and figures["seconds"] == figures["cycles"] / 125e6
    told = tinyml("fit", LARGER, "--board", "pyboard", "--feed", "rows", "--max-extra-macs", "0")
    assert told.returncode == 0
    assert tinyml("fit", LARGER).returncode == 2
    assert "no module for xtensawin" in fails("fit", LARGER, "--board", "esp32")


def test_the_command_says_no_with_its_status(tmp_path):
    (tmp_path / "x.tml").write_bytes(pack(LARGER).file.ljust(1 << 19, b"\0"))
    told = tinyml("fit", tmp_path / "x.tml", "--board", "nrf52840_dk")
    assert told.returncode == 1 and "bytes are missing" in told.stdout and not told.stderr


def test_pack_takes_a_plan_that_fits(tmp_path):
    least = try_way(Plans(LARGER), Options(), heap(0, "pico")).need.heap_bytes
    small = replace(load_board("pico"), ram_bytes=least + 100)
    chosen = options_for(LARGER, small, Options())
    assert chosen.core == "m0"
    assert need_of(pack(LARGER, options=chosen).file, room_of(small), IN_RAM).short(
        room_of(small)) <= 0
    with pytest.raises(FitError, match="bytes more than `pico` has: `tinyml fit"):
        options_for(LARGER, replace(small, ram_bytes=least - 100), Options())


@needs_shared
def test_what_no_way_helps_says_so():
    found = fit(model_file("tflm/person_detect"), room("pyboard"))
    assert not found.fits and not any(way.fits for way in found.ways)
    assert "pico2" in found.boards and not {"pyboard", "pico", "esp32"} & set(found.boards)
