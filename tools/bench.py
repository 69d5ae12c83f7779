# SPDX-License-Identifier: MIT
"""Instructions of one whole `run` on emulated boards, Python's share included.

    python3 tasks.py bench [--json] [BOARD ...]

QEMU counts an instruction as 8 ns (`-icount shift=3`), so the board's own clock counts them: the same
number every time, on any machine. Models of ../shared are added where they are there.
"""
import json
import sys
from pathlib import Path

from tinyml.pack import pack
from tinyml.remote import Remote

from .tables import print_row

ROOT = Path(__file__).resolve().parents[1]
MODELS = {
    "fashion": ROOT / "examples/fashion/fashion.tflite",
    **{name.split("/")[1]: ROOT.parent / f"shared/models/{name}.tflite" for name in (
        "mlperf_tiny/vww_96_int8", "mlperf_tiny/pretrainedResnet_quant",
        "mlperf_tiny/kws_ref_model", "mlperf_tiny/ad01_int8", "mcunet/tinyengine_vww")},
}
BOARDS = ("m4f", "m0", "rv32")
INSTRUCTIONS_PER_MICROSECOND = 125


def count(board: str, file: bytes, input_bytes: int) -> int:
    """Instructions of one run on a board."""
    with Remote(board, file) as remote:
        (ran,) = remote.run([bytes(input_bytes)])
    return ran.microseconds * INSTRUCTIONS_PER_MICROSECOND


def main(boards: list[str], as_json: bool) -> None:
    """The table, or a JSON list of its rows."""
    rows = []
    for name, path in MODELS.items():
        if path.exists():
            packed = pack(path)
            port = packed.compiled.graph.inputs[0].tensor
            counts = {board: count(board, packed.file, port.elements) for board in boards}
            rows.append({"model": name, "macs": packed.compiled.macs, "instructions": counts})
    if as_json:
        print(json.dumps(rows))
        return
    print_row("million instructions", "MMAC", *boards)
    print_row("---", "---:", *("---:" for _ in boards))
    for row in rows:
        print_row(row["model"], f"{row['macs'] / 1e6:.2f}",
                  *(f"{row['instructions'][board] / 1e6:.2f}" for board in boards))


if __name__ == "__main__":
    words = sys.argv[1:]
    main([word for word in words if word != "--json"] or list(BOARDS), "--json" in words)
