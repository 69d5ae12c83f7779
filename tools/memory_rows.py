# SPDX-License-Identifier: MIT
"""Peak RAM of other engines and our targets, model by model. KiB unless another unit is said."""
from dataclasses import dataclass

# key -> heading; SOURCES says where each column's numbers are from.
COLUMNS = {"tflm": "TFLM", "tinyengine": "TinyEngine", "patches": "patches <= +10 %",
           "cube": "X-CUBE-AI", "msf": "msf-CNN", "study": "study, row-fed"}
SOURCES = {
    "tflm": "TensorFlow Lite Micro, measured: head of the arena (activations and scratch) on a "
            "64-bit host, without its persistent structs (../shared/models/MANIFEST.md)",
    "tinyengine": "MCUNet's engine, layer by layer (the project's targets)",
    "patches": "MobileNetV2 224: published by MCUNetV2; else the best patches of our analytic "
               "study (../shared/study/frontier), activations alone",
    "cube": "ST X-CUBE-AI (the project's targets)",
    "msf": "msf-CNN, with the factor of products it pays (the project's targets)",
    "study": "our analytic study at +0 %, activations alone (../shared/study/frontier)",
}


@dataclass(frozen=True)
class Row:
    """`file`: below ../shared/models, a .tflite or the table of a network. `targets`: KiB by the
    names of tools.memory.ARENAS; `most_seconds`: of planning."""

    name: str
    file: str
    rivals: dict[str, str]
    targets: dict[str, float]
    most_seconds: float = 5.0


def _targets(row_fed: float, row_fed_10: float, held: float) -> dict[str, float]:
    return {"row_fed": row_fed, "row_fed_10": row_fed_10, "held": held}


ROWS = (
    Row("mobilenet_v2", "tflm/mobilenet_v2_quantized_1x3x224x224.tflite",
        {"tflm": "2394", "tinyengine": "1372", "patches": "172", "study": "88.1"},
        _targets(92, 52, 184)),
    Row("wake_vision", "wake_vision/wv_quality_mobilenetv2.tflite", {"tflm": "1187"},
        {"row_fed": 1187 / 12}),        # a twelfth of TFLM's
    Row("mcunet-in3", "mcunet/mcunet-320kb-1mb_imagenet.tflite",
        {"tflm": "407", "tinyengine": "260", "patches": "182", "cube": "243",
         "msf": "51.2 kB at 2.69 x", "study": "54.3"}, _targets(57, 48, 98)),
    Row("mcunet-vww1", "mcunet/tinyengine_vww.tflite",
        {"tflm": "158", "tinyengine": "92", "cube": "113", "msf": "15.4 kB at 1.96 x",
         "study": "16.6"}, _targets(18, 12, 23)),
    Row("mlperf-vww", "mlperf_tiny/vww_96_int8.tflite",
        {"tflm": "72", "tinyengine": "54", "patches": "18 at +23 %", "study": "14.2"},
        _targets(16, 16, 29)),
    Row("mlperf-resnet8", "mlperf_tiny/pretrainedResnet_quant.tflite",
        {"tflm": "48", "tinyengine": "48", "study": "9.1"}, _targets(11, 11, 14)),
    Row("mlperf-kws", "mlperf_tiny/kws_ref_model.tflite",
        {"tflm": "15.6", "tinyengine": "15.6", "study": "3.6"}, _targets(5, 5, 5.5)),
    Row("mobilenet_v2-0.35-144", "mcunet/configs/mbv2-w0.35-r144_imagenet.json",
        {"tinyengine": "308 kB", "patches": "71", "msf": "15.2 kB at 1.38 x", "study": "20.2"},
        _targets(22, 13, 66)),
)
