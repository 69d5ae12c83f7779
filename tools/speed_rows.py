# SPDX-License-Identifier: MIT
"""Instructions of other engines and our targets, board by board, in millions for one inference."""
from dataclasses import dataclass

from .steps import ROOT

SHARED = ROOT.parent / "shared/models"
# Short name -> file. The first is in the repository, the others stand beside it where they do.
MODELS = {
    "larger": ROOT / "examples/fashion/larger.tflite",
    "vww": SHARED / "mlperf_tiny/vww_96_int8.tflite",
    "resnet8": SHARED / "mlperf_tiny/pretrainedResnet_quant.tflite",
    "kws": SHARED / "mlperf_tiny/kws_ref_model.tflite",
    "ad": SHARED / "mlperf_tiny/ad01_int8.tflite",
    "vww1": SHARED / "mcunet/tinyengine_vww.tflite",
}
SOURCES = (
    "Others: the same models, GCC 12.2, counted in emulation by the project's study, without "
    "MicroPython.",
    "TFLM + CMSIS-NN: TensorFlow Lite Micro, kernels at -O2 as its own build has them.",
    "TinyEngine: MCUNet's generated code at -O3; not bit-exact.",
    "TinyMaix: at -O3 on m4f, with its integer scale on m0 and rv32; not bit-exact.",
    "Targets: the project's, for whole runs under MicroPython.",
    "Cycles: of the machine in C alone, by the models of tools/simulator, for memory without wait "
    "states; those of m7 are indicative.",
)
# Modelled cycles per product of the model as it came, at most.
CYCLE_TARGETS = {"m7": {"vww": 0.9, "resnet8": 1.0, "kws": 1.5, "ad": 1.2, "vww1": 1.6}}
# RAM of plans that are fed rows and compute nothing twice, at most.
ROW_FED_KIB = {"vww": 16, "resnet8": 11, "kws": 5, "vww1": 18}


@dataclass(frozen=True)
class Row:
    """An engine on a board: its figures by model. `is_target`: they are our limits."""

    board: str
    engine: str
    millions: dict[str, float]
    is_target: bool = False


def _row(board, engine, vww=None, resnet8=None, kws=None, ad=None, vww1=None, is_target=False):
    figures = {"vww": vww, "resnet8": resnet8, "kws": kws, "ad": ad, "vww1": vww1}
    return Row(board, engine, {model: n for model, n in figures.items() if n}, is_target)


ROWS = (
    _row("m4f", "TFLM + CMSIS-NN", 24.10, 29.86, 7.70, 0.58, 47.8),
    _row("m4f", "TinyEngine", 19.71, ad=0.77, vww1=34.75),
    _row("m4f", "TinyMaix", 30.60, kws=13.78, ad=0.91),
    _row("m4f", "target", 7.5, 14.5, 4.4, 0.36, 21, True),
    _row("m33", "TFLM + CMSIS-NN", 24.05, 29.96, 7.68, 0.58),
    _row("m33", "target", 7.5, 14.5, 4.4, 0.36, 21, True),
    _row("m7", "TFLM + CMSIS-NN", 24.03, 30.03, 7.65, 0.58, 47.81),
    _row("m0", "TFLM + CMSIS-NN", 86.90, 97.56, 29.00, 1.76),
    _row("m0", "TinyMaix", 81.41, kws=29.08, ad=3.19),
    _row("m0", "target", 30, 46, 17.5, 1.1, is_target=True),
    _row("rv32", "TinyMaix", 50.5, kws=17.2),
    _row("rv32", "target", 19, 42, 11.5, 0.85, is_target=True),
)


def rivals(board: str, model: str) -> dict[str, float]:
    """Engine to millions of instructions."""
    return {row.engine: row.millions[model] for row in ROWS
            if row.board == board and not row.is_target and model in row.millions}


def target(board: str, model: str) -> float | None:
    """The most that ours may take."""
    return next((row.millions[model] for row in ROWS
                 if row.board == board and row.is_target and model in row.millions), None)
