# SPDX-License-Identifier: MIT
"""Whether tests/test_kernel_sets.py sees a wrong bit in a kernel.

    python -m tests.mutate_kernels [--core m4] [--count 100] [--seed 1]

Each mutant is the module's code with one bit of an instruction of a kernel flipped. It is run on the
cases of those tests that execute the instruction, until a byte is wrong or the simulator faults.
Those that live are listed: some are the same code in other words, all others a gap in the tests.
"""
import argparse
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from unittest.mock import patch

from hypothesis import settings

settings.register_profile("same", derandomize=True, database=None)
settings.load_profile("same")
from tests import ref_machine  # noqa: E402  after the profile
from tests import test_kernel_sets as sets  # noqa: E402
from tools.simulator import CORES, Fault, Simulator  # noqa: E402
from tools.simulator.instructions import Instruction, disassemble  # noqa: E402
from tools.simulator.machine import Processor  # noqa: E402


@dataclass(frozen=True)
class Case:
    """What check() was asked, what is right, and what the right code executes of its kernels."""

    file: bytes
    inputs: list[bytes]
    wanted: tuple[bytes, ...]
    blocks: frozenset[tuple[int, int]]      # (address, bytes)
    count: int                              # of all blocks executed


def main() -> None:
    """Prints the mutants that live, and how many do not."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--core", choices=list(CORES), default="m4")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    simulator, random, fates = Simulator(words.core, strict=True), Random(words.seed), Counter()
    cases = all_cases(words.core, simulator)
    places = instructions(simulator, {block for case in cases for block in case.blocks})
    for case in filter(lambda case: case.blocks, cases):
        assert fate_of(simulator, [case], min(case.blocks)[0], simulator.processor.image) == "lives"
    print(f"{words.core}: {len(cases)} cases execute {len(places)} instructions of kernels")
    for address in random.sample(sorted(places), min(words.count, len(places))):
        bit = random.randrange(8 * places[address].size)
        image = mutated(simulator, address, bit)
        fate = fate_of(simulator, cases, address, image)
        fates[fate] += 1
        if fate == "lives":
            print(f"  lives: {simulator.processor.image.place(address)} `{places[address].text}`, bit {bit}: "
                  f"`{text_at(image, words.core, address)}`")
    print(", ".join(f"{count} {fate}" for fate, count in fates.items()))


def all_cases(core: str, simulator: Simulator) -> list[Case]:
    """What the tests check on a core."""
    cases = []

    def collect(_, file, inputs, at_end=True):
        ran = simulator.run(file, inputs)
        cases.append(Case(file, inputs, ref_machine.run(file, inputs), frozenset(
            (int(b["address"]), int(b["size"])) for b in ran.blocks if int(b["step"]) < 1 << 31),
            int(ran.blocks["runs"].sum())))

    with patch.object(sets, "check", collect):
        sets.test_random_nets(core=core)
        sets.test_requantising_where_rounding_turns(place=core)
        sets.test_inputs_that_may_be_left_out(place=core)
        sets.test_depthwise_windows_of_3x3(place=core)
        for family in sets.FAMILIES:
            sets.test_single_ops(core=core, family=family)
        for depth in sets.DEPTHS:
            sets.test_sums_as_large_as_they_come(core, depth, 1, 19)
            sets.test_sums_as_large_as_they_come(core, depth, 6, 5)
    return cases


def instructions(simulator: Simulator, blocks) -> dict[int, Instruction]:
    """Those of the blocks, by address."""
    found, thumb = {}, bool(CORES[simulator.core].thumb)
    for at, size in blocks:
        for i in disassemble(simulator.processor.image, thumb, at, size):
            found[at] = i
            at += i.size
    return found


def fate_of(simulator: Simulator, cases: list[Case], address: int, image) -> str:
    """How a mutant's image ends, in the cases that execute the address."""
    mutant = Simulator.__new__(Simulator)
    mutant.core = simulator.core
    mutant.processor = Processor(CORES[mutant.core], image, strict=True)
    for case in cases:
        if any(at <= address < at + size for at, size in case.blocks):
            mutant.processor.watch.patience = 4 * case.count + 10_000
            try:
                if mutant.run(case.file, case.inputs).outputs != case.wanted:
                    return "wrong"
            except (Fault, ValueError, KeyError, AssertionError):
                return "fault"
    return "lives"


def mutated(simulator: Simulator, address: int, bit: int):
    """The image with a bit flipped."""
    image = simulator.processor.image
    code = bytearray(image.code)
    code[address - image.base + bit // 8] ^= 1 << bit % 8
    return replace(image, code=bytes(code))


def text_at(image, core: str, address: int) -> str:
    """What an instruction has become."""
    for size in (2, 4):
        with suppress(AssertionError, IndexError):
            return disassemble(image, bool(CORES[core].thumb), address, size)[0].text
    return "?"


if __name__ == "__main__":
    main()
