# SPDX-License-Identifier: MIT
"""Float32 ONNX nets as PyTorch exports them, with weights at random: channels first, residuals."""
import numpy as np
from onnx import helper

from tests.onnx_builder import Builder


class Net(Builder):
    """Blocks of usual nets."""

    def __init__(self, seed: int = 0, opset: int = 17):
        super().__init__(opset)
        self.rng = np.random.default_rng(seed)

    def reals(self, *shape) -> str:
        depth = max(1, int(np.prod(shape[1:])))
        return self.constant((self.rng.normal(0, 1, shape) / np.sqrt(depth)).astype(np.float32))

    def conv(self, x: str, channels: int, outputs: int, kernel: int = 1, stride: int = 1,
             groups: int = 1) -> str:
        return self.node("Conv", x, self.reals(outputs, channels // groups, kernel, kernel),
                         group=groups, strides=[stride] * 2, kernel_shape=[kernel] * 2,
                         pads=[kernel // 2] * 4, dilations=[1, 1])

    def norm(self, x: str, channels: int) -> str:
        positive = [self.constant(self.rng.uniform(0.5, 1.5, channels).astype(np.float32))
                    for _ in range(2)]
        return self.node("BatchNormalization", x, positive[0], self.reals(channels),
                         self.reals(channels), positive[1])

    def relu6(self, x: str) -> str:
        return self.node("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))

    def classified(self, x: str, channels: int, classes: int = 5) -> bytes:
        """Global average pooling and a dense layer behind."""
        x = self.node("Flatten", self.node("GlobalAveragePool", x), axis=1)
        x = self.node("Gemm", x, self.reals(classes, channels), self.reals(classes), transB=1)
        self.output(x)
        return self.finish()


def mobilenet_v2() -> bytes:
    """As in torchvision, narrower and shallower: (expansion, channels, repeats, stride)."""
    net = Net()
    x, channels = net.input(("batch", 3, 32, 32)), 8
    x = net.relu6(net.norm(net.conv(x, 3, channels, 3, 2), channels))
    for expansion, outputs, repeats, stride in ((1, 8, 1, 1), (4, 12, 2, 2), (4, 16, 2, 1)):
        for number in range(repeats):
            y, wide = x, expansion * channels
            if expansion > 1:
                y = net.relu6(net.norm(net.conv(y, channels, wide), wide))
            step = stride if number == 0 else 1
            y = net.relu6(net.norm(net.conv(y, wide, wide, 3, step, wide), wide))
            y = net.norm(net.conv(y, wide, outputs), outputs)
            x = net.node("Add", x, y) if step == 1 and channels == outputs else y
            channels = outputs
    return net.classified(net.relu6(net.norm(net.conv(x, channels, 32), 32)), 32)


def resnet() -> bytes:
    """Shortcuts with a convolution of their own; a max pool; relu behind the sum."""
    net = Net(1)
    x = net.input((1, 3, 32, 32))
    x = net.node("Relu", net.norm(net.conv(x, 3, 8, 3, 2), 8))
    x, channels = net.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), 8
    for outputs in (8, 16):
        stride = 1 if outputs == channels else 2
        y = net.node("Relu", net.norm(net.conv(x, channels, outputs, 3, stride), outputs))
        y = net.norm(net.conv(y, outputs, outputs, 3), outputs)
        if stride > 1:
            x = net.norm(net.conv(x, channels, outputs, 1, stride), outputs)
        x, channels = net.node("Relu", net.node("Add", x, y)), outputs
    return net.classified(x, 16)


def resnet_v2() -> bytes:
    """Normalisation and relu before convolutions, so that sums are read as they are."""
    net = Net(2)
    x = net.conv(net.input((1, 3, 16, 16)), 3, 8, 3)
    for _ in range(2):
        y = net.conv(net.node("Relu", x), 8, 8, 3)
        x = net.node("Add", net.conv(net.node("Relu", net.norm(y, 8)), 8, 8, 3), x)
    return net.classified(net.node("Relu", x), 8)


def flattened() -> bytes:
    """A dense layer on an image that is not one pixel."""
    net = Net(3)
    x = net.node("Relu", net.conv(net.input((1, 3, 8, 6)), 3, 4, 3))
    x = net.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = net.node("Reshape", x, net.constant(np.int64([1, -1])))
    net.output(net.node("Add", net.node("MatMul", x, net.reals(48, 7)), net.reals(7)))
    return net.finish()


def densenet() -> bytes:
    """What came before is kept beside what comes: every concatenation is read twice."""
    net = Net(4)
    x, channels = net.conv(net.input((1, 3, 16, 16)), 3, 8, 3), 8
    for _ in range(3):
        y = net.conv(net.node("Relu", net.norm(x, channels)), channels, 4, 3)
        x, channels = net.node("Concat", x, y, axis=1), channels + 4
    return net.classified(net.node("Relu", x), channels)


def preprocessed() -> bytes:
    """Pixels are brought to mean 0 and deviation 1 first; biases stand behind convolutions."""
    net = Net(6)
    x = net.node("Sub", net.input((1, 3, 8, 8)), net.constant(np.float32([[[1]], [[2]], [[3]]])))
    x = net.node("Div", x, net.constant(np.float32([[[2]], [[3]], [[4]]])))
    x = net.node("Add", net.conv(x, 3, 4, 3), net.reals(1, 4, 1, 1))
    return net.classified(net.node("Mul", net.node("Relu", x), net.constant(np.float32(2))), 4)


def split_net() -> bytes:
    """Channels and pixels in parts, which go different ways."""
    net = Net(5)
    x = net.conv(net.input((1, 3, 8, 8)), 3, 8, 3)
    net.nodes.append(helper.make_node("Split", [x, net.constant(np.int64([4, 4]))], ["a", "b"], axis=1))
    y = net.node("Concat", "a", net.node("Relu", net.conv("b", 4, 4, 3)), axis=1)
    bounds = [net.constant(np.int64(values)) for values in ([0, 0], [100, 100], [2, 3], [2, 2])]
    y = net.node("Slice", y, *bounds)
    left = net.node("Gather", y, net.constant(np.int64(1)), axis=1)
    left = net.node("Unsqueeze", left, net.constant(np.int64([1])))
    return net.classified(net.conv(net.node("Concat", y, left, axis=1), 9, 6), 6)


def decoder() -> bytes:
    """Images grow again, in every way; functions of one element."""
    net = Net(8)
    x = net.node("HardSwish", net.norm(net.conv(net.input((1, 3, 8, 6)), 3, 8, 3, 2), 8))
    x = net.node("ConvTranspose", x, net.reals(8, 4, 3, 3), strides=[2, 2], pads=[1] * 4,
                 output_padding=[1, 1])
    x = net.node("LeakyRelu", net.norm(x, 4), alpha=0.2)
    sizes = net.constant(np.int64([1, 4, 16, 12]))
    x = net.node("Resize", x, "", "", sizes, mode="linear",
                 coordinate_transformation_mode="half_pixel")
    x = net.node("Tanh", net.node("DepthToSpace", x, blocksize=2))
    scales = net.constant(np.float32([1, 1, 2, 2]))
    x = net.node("Resize", net.node("SpaceToDepth", x, blocksize=4), "", scales, mode="nearest",
                 coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    return net.classified(net.node("Sigmoid", net.node("Elu", net.node("Abs", x))), 16)


def gated() -> bytes:
    """Gates as in MobileNetV3 and EfficientNet, gelu, slopes; pixels made of channels in the order of
    PyTorch; the largest numbers beside the means."""
    net = Net(9)
    x = net.norm(net.conv(net.input((1, 3, 8, 6)), 3, 8, 3), 8)
    x = net.node("Mul", x, net.node("Sigmoid", x))
    y = net.node("Relu", net.conv(net.node("GlobalAveragePool", x), 8, 4))
    x = net.node("Mul", x, net.node("HardSigmoid", net.conv(y, 4, 8), alpha=1 / 6, beta=0.5))
    y = net.node("PRelu", net.conv(x, 8, 16), net.reals(16, 1, 1))
    y = net.node("DepthToSpace", y, blocksize=2, mode="CRD")
    half = net.node("Erf", net.node("Div", y, net.constant(np.float32(2 ** 0.5))))
    y = net.node("Mul", y, net.node("Add", half, net.constant(np.float32(1))))
    x = net.node("Max", net.conv(y, 4, 4), net.node("Clip", y, net.constant(np.float32(-1))))
    most = net.node("ReduceMax", x, axes=[2, 3])
    return net.classified(net.node("Add", x, most), 4)


def shufflenet() -> bytes:
    """Channels of two branches are dealt anew, which the convolution before them does."""
    net = Net(7)
    x = net.conv(net.input((1, 3, 8, 6)), 3, 8, 3)
    x = net.node("Reshape", x, net.constant(np.int64([1, 2, 4, 8, 6])))
    x = net.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    x = net.node("Reshape", x, net.constant(np.int64([1, -1, 8, 6])))
    return net.classified(net.node("Relu", net.conv(x, 8, 6)), 6)


NETS = {net.__name__: net() for net in (mobilenet_v2, resnet, resnet_v2, flattened, densenet,
                                       decoder, preprocessed, split_net, gated, shufflenet)}
