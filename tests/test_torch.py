# SPDX-License-Identifier: MIT
"""Models defined in PyTorch: exported, they mean what they meant, and are quantised and packed.
Runs where torch is installed."""
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("onnxruntime")
from torch import nn  # noqa: E402  only where it is installed

from tinyml.ops.transpose import Transpose  # noqa: E402
from tinyml.quantize.choose import Ways  # noqa: E402
from tinyml.quantize.executor import Executor  # noqa: E402
from tinyml.quantize.files import quantise_file  # noqa: E402
from tinyml.quantize.floats import read_float_model  # noqa: E402
from tinyml.quantize.source import Source  # noqa: E402

SIDE = 32


def conv(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.ReLU6):
    """As torchvision's Conv2dNormActivation."""
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False),
              nn.BatchNorm2d(outputs, momentum=None)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        self.skips = stride == 1 and inputs == outputs
        self.conv = nn.Sequential(*([conv(inputs, wide, 1)] if expansion > 1 else []),
                                  conv(wide, wide, 3, stride, wide),
                                  conv(wide, outputs, 1, activation=None))

    def forward(self, x):
        return x + self.conv(x) if self.skips else self.conv(x)


class MobileNetV2(nn.Module):
    """torchvision's, with a width of 0.35: (expansion, channels, repeats, stride)."""

    BLOCKS = ((1, 8, 1, 1), (6, 8, 2, 2), (6, 16, 3, 2), (6, 24, 4, 2), (6, 32, 3, 1), (6, 56, 3, 2),
              (6, 112, 1, 1))

    def __init__(self, classes=10):
        super().__init__()
        layers, channels = [conv(3, 16, 3, 2)], 16
        for expansion, outputs, repeats, stride in self.BLOCKS:
            for number in range(repeats):
                layers.append(InvertedResidual(channels, outputs, 1 if number else stride, expansion))
                channels = outputs
        self.features = nn.Sequential(*layers, conv(channels, 160, 1))
        self.dropout, self.last = nn.Dropout(0.2), nn.Linear(160, classes)

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.last(self.dropout(torch.flatten(x, 1)))


class Gated(nn.Module):
    """What newer nets are made of: silu, hard swish, gelu, slopes, squeezing, shuffled pixels."""

    def __init__(self):
        super().__init__()
        self.first = conv(3, 16, 3, 2, activation=nn.SiLU)
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(16, 4, 1), nn.ReLU(),
                                     nn.Conv2d(4, 16, 1), nn.Hardsigmoid())
        self.second = conv(16, 16, activation=nn.Hardswish)
        self.third = nn.Sequential(nn.Conv2d(16, 16, 1), nn.PReLU(16), nn.PixelShuffle(2), nn.GELU())
        self.last = nn.Linear(4, 5)

    def forward(self, x):
        x = self.first(x)
        x = self.third(self.second(x * self.squeeze(x)))
        return self.last(torch.clamp(x, -0.1, 2.5).amax((2, 3)) - x.mean((2, 3)))


def images(count):
    """Large patches of colour, so that means over an image differ."""
    return nn.functional.interpolate(torch.randn(count, 3, 4, 4), size=(SIDE, SIDE))


@pytest.fixture(scope="module", params=[MobileNetV2, Gated])
def model(request):
    """With statistics of normalisation as after training."""
    torch.manual_seed(1)
    made = request.param()
    for _ in range(4):
        made(images(16))
    return made.eval()


def exported(model, path, dynamo):
    torch.onnx.export(model, (torch.randn(1, 3, SIDE, SIDE),), str(path), dynamo=dynamo,
                      **({"external_data": False} if dynamo else {}))
    return path


@pytest.mark.parametrize("dynamo", [True, False], ids=["torch.export", "traced"])
def test_a_model_means_what_it_meant(model, dynamo, tmp_path):
    path = exported(model, tmp_path / "net.onnx", dynamo)
    graph = read_float_model(path.read_bytes(), "net")
    assert not any(isinstance(op, Transpose) for op in graph.ops)
    image = images(1)
    with torch.no_grad():
        wanted = model(image).numpy()
    got = Executor(graph).run([image.numpy().transpose(0, 2, 3, 1)])
    np.testing.assert_allclose(got[id(graph.outputs[0].tensor)], wanted, atol=1e-4, rtol=1e-3)


def test_a_model_is_quantised_and_packed(model, tmp_path):
    """Weights at random make noise larger with each layer, so each is judged by what it adds."""
    path = exported(model, tmp_path / "net.onnx", True)
    np.save(tmp_path / "data.npy", images(20).numpy())
    made = quantise_file(path, Source(tmp_path / "data.npy"), Ways("minmax", False, False))
    assert min(layer.own.decibels for layer, _ in made.worst) > 25
    assert made.packed.figures()["arena_bytes"] < 40000
