# SPDX-License-Identifier: MIT
"""Instructions of one inference, step by step, on simulated processors.

    .venv/bin/python -m tools.simulator MODEL [--core m4] [--stages single] [--profile] ...

MODEL is a .tflite, planned as the options say, or a .tml. The input is noise; that the outputs are
those of the host is checked. Cores: m0, m3, m4, m7, m33, rv32.
"""
import argparse
import json
import sys
from pathlib import Path

from tinyml.model import Model
from tinyml.native import noise
from tinyml.options import STAGES, Options
from tinyml.pack import SEEDS, read_schedule
from tinyml.pipeline import compile_model
from tinyml.schedule import decode, encode

from ..tables import print_row
from . import CORES, Fault, Simulator
from .report import function_rows, print_blocks, step_rows
from .run import infer


def main() -> None:
    """One table per core and kind, or a JSON object."""
    words = arguments()
    file = schedule_of(words)
    inputs, wanted = on_the_host(file)
    rows = {}
    for core in words.core.split(","):
        try:
            ran = Simulator(core, words.strict).run(file, inputs)
        except Fault as fault:
            sys.exit(f"{core}: {fault}")
        if ran.outputs != wanted:
            sys.exit(f"{core}: other bytes than on the host")
        rows[core] = step_rows(decode(file), ran)
        if words.json:
            continue
        print_table(f"{core}: step", rows[core])
        if words.profile:
            print_table(f"{core}: function", function_rows(ran))
        print_blocks(ran, words.blocks)
        print(f"deepest stack: {ran.stack_bytes} bytes\n")
    if words.json:
        print(json.dumps(rows))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--core", default="m4", help=f"of {', '.join(CORES)}; more with commas")
    parser.add_argument("--stages", choices=STAGES, default="single", help="plan of a .tflite")
    parser.add_argument("--smallest", action="store_true", help="plan for least RAM")
    parser.add_argument("--rows", action="store_true", help="plan to be fed rows")
    parser.add_argument("--strict", action="store_true", help="watch every access of kernels")
    parser.add_argument("--profile", action="store_true", help="per function too")
    parser.add_argument("--blocks", type=int, default=0, metavar="N",
                        help="disassemble the N blocks that take longest")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def schedule_of(words: argparse.Namespace) -> bytes:
    """The file's bytes; a model's as the plan has it."""
    if words.model.suffix == ".tml":
        return read_schedule(words.model)
    options = Options(goal="smallest" if words.smallest else "fastest", stages=words.stages,
                      feed_rows=words.rows)
    compiled = compile_model(words.model.read_bytes(), words.model.stem, options=options)
    return encode(compiled.schedule)


def on_the_host(file: bytes) -> tuple[list[bytes], tuple[bytes, ...]]:
    """Noise for every input, and the outputs of it."""
    inputs = []
    with Model(file) as model:
        seed = SEEDS[0]
        for port in model.ports(0):
            content = bytearray(port.bytes)
            seed = noise(seed, content)
            inputs.append(bytes(content))
        return inputs, infer(model, inputs)


def print_table(title: str, rows: list[dict]) -> None:
    """As Markdown, with a sum of what can be added."""
    columns = list(rows[0])
    print_row(title, *columns[1:])
    print_row("---", *("---:" for _ in columns[1:]))
    for row in rows:
        print_row(*(f"{value:,}" if isinstance(value, int) else
                    f"{value:.2f}" if isinstance(value, float) else value
                    for value in row.values()))
    print()


if __name__ == "__main__":
    main()
