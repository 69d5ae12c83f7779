# SPDX-License-Identifier: MIT
"""Instructions of one whole inference on emulated boards, Python's share included.

    python3 tasks.py bench [--json] [--plans] [BOARD ...]

`--plans` compares op by op with fused plans: the fastest one, and the smallest that is fed rows.

QEMU counts an instruction as 8 ns (`-icount shift=3`), so the board's own clock counts them: the same
number every time, on any machine. Models of ../shared are added where they are there.
"""
import json
import sys
from pathlib import Path

from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import Remote

from .tables import print_row

ROOT = Path(__file__).resolve().parents[1]
MODELS = {
    "fashion": ROOT / "examples/fashion/fashion.tflite",
    **{name.split("/")[1]: ROOT.parent / f"shared/models/{name}.tflite" for name in (
        "mlperf_tiny/vww_96_int8", "mlperf_tiny/pretrainedResnet_quant",
        "mlperf_tiny/kws_ref_model", "mlperf_tiny/ad01_int8", "mcunet/tinyengine_vww")},
}
PLAN = {"as packed": Options()}
PLANS = {
    "op by op": Options(stages="single"),
    "rings": Options(goal="smallest", stages="rings"),
    "rows": Options(goal="smallest", stages="rings", feed_rows=True),
}
BOARDS = ("m4f", "m0", "rv32")
INSTRUCTIONS_PER_MICROSECOND = 125


def count(board: str, file: bytes, input_bytes: int) -> int:
    """Instructions of one inference on a board."""
    with Remote(board, file) as remote:
        (ran,) = remote.run([bytes(input_bytes)])
    return ran.microseconds * INSTRUCTIONS_PER_MICROSECOND


def measure(name: str, path: Path, plan: str, options: Options, boards: list[str]) -> dict:
    """A row of the table."""
    packed = pack(path, options=options)
    elements = packed.compiled.graph.inputs[0].tensor.elements
    return {"model": name, "plan": plan, "macs": packed.compiled.macs,
            "arena_bytes": packed.compiled.schedule.arena_bytes,
            "instructions": {board: count(board, packed.file, elements) for board in boards}}


def main(boards: list[str], plans: dict[str, Options], as_json: bool) -> None:
    """The table, or a JSON list of its rows."""
    rows = [measure(name, path, plan, options, boards) for name, path in MODELS.items()
            if path.exists() for plan, options in plans.items()]
    if as_json:
        print(json.dumps(rows))
        return
    print_row("million instructions", "plan", "MMAC", "arena", *boards)
    print_row("---", "---", "---:", "---:", *("---:" for _ in boards))
    for row in rows:
        print_row(row["model"], row["plan"], f"{row['macs'] / 1e6:.2f}", row["arena_bytes"],
                  *(f"{row['instructions'][board] / 1e6:.2f}" for board in boards))


if __name__ == "__main__":
    words = sys.argv[1:]
    main([word for word in words if not word.startswith("--")] or list(BOARDS),
         PLANS if "--plans" in words else PLAN, "--json" in words)
