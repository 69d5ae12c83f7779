# SPDX-License-Identifier: MIT
"""A network as data: what a search changes, a planner judges and a trainer fills with weights.

Convolutions and inverted residuals (MobileNetV2), an average over the whole map, one fully connected
layer. Every reader goes over `Net.layers()`. Sound and motion have one column: time runs down.
"""
from dataclasses import dataclass
from functools import cached_property

Pair = tuple[int, int]                  # of rows and of columns
Shape = tuple[int, int, int]            # height, width, channels


@dataclass(frozen=True)
class Conv:
    """A convolution with batch normalisation and RELU6."""

    name: str
    kernel: Pair
    stride: Pair
    channels: int


@dataclass(frozen=True)
class Block:
    """An inverted residual: expand to `middle` channels (not where that is what comes in), filter
    each, project. With `skip`, the input is added."""

    name: str
    kernel: Pair
    stride: Pair
    middle: int
    channels: int
    skip: bool


@dataclass(frozen=True)
class Layer:
    """`kind`: conv2d, depthwise, add, mean or dense. `inputs` are numbers of layers, -1 is the net's
    input. Borders are of kernel // 2 zeros on each side. `relu6`: it ends so; `normal`: batch
    normalisation comes before that."""

    kind: str
    name: str
    inputs: tuple[int, ...]
    given: Shape
    shape: Shape
    kernel: Pair = (1, 1)
    stride: Pair = (1, 1)
    relu6: bool = False
    normal: bool = False

    @property
    def products(self) -> int:
        """Multiply-accumulates."""
        height, width, channels = self.shape
        if self.kind == "dense":
            return self.given[2] * channels
        taps = self.kernel[0] * self.kernel[1]
        return height * width * channels * {"conv2d": taps * self.given[2], "depthwise": taps}.get(self.kind, 0)

    @property
    def weights(self) -> int:
        """How many there are, biases not counted."""
        height, width, _ = self.shape
        return self.products // (height * width)


@dataclass(frozen=True)
class Net:
    """`parts` from the input on; `classes` outputs."""

    input: Shape
    parts: tuple[Conv | Block, ...]
    classes: int

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The net op by op, in execution order."""
        made = _Layers(self.input)
        for part in self.parts:
            if isinstance(part, Conv):
                made.conv(part.name, part.kernel, part.stride, part.channels, relu6=True)
            else:
                made.block(part)
        made.put("mean", "mean", (1, 1, made.shape[2]))
        made.put("dense", "classes", (1, 1, self.classes))
        return tuple(made.layers)

    @property
    def products(self) -> int:
        """Multiply-accumulates of a run that computes nothing twice."""
        return sum(layer.products for layer in self.layers)


class _Layers:
    """Layers as they are put together."""

    def __init__(self, shape: Shape):
        self.layers: list[Layer] = []
        self.shape = shape

    def put(self, kind: str, name: str, shape: Shape, inputs: tuple[int, ...] = (), **more):
        last = len(self.layers) - 1
        self.layers.append(Layer(kind, name, inputs or (last,), self.shape, shape, **more))
        self.shape = shape

    def conv(self, name: str, kernel: Pair, stride: Pair, channels: int, relu6: bool, kind="conv2d"):
        height, width = ((size + 2 * (k // 2) - k) // step + 1
                         for size, k, step in zip(self.shape, kernel, stride))
        self.put(kind, name, (height, width, channels), kernel=kernel, stride=stride, relu6=relu6,
                 normal=True)

    def block(self, part: Block):
        before, given = len(self.layers) - 1, self.shape
        if part.middle != given[2]:
            self.conv(f"{part.name}.expand", (1, 1), (1, 1), part.middle, relu6=True)
        self.conv(f"{part.name}.filter", part.kernel, part.stride, part.middle, relu6=True,
                  kind="depthwise")
        self.conv(f"{part.name}.project", (1, 1), (1, 1), part.channels, relu6=False)
        if part.skip:
            if self.shape != given:
                raise ValueError(f"`{part.name}` makes {self.shape} of {given}: it can't be added")
            self.put("add", f"{part.name}.add", given, (len(self.layers) - 1, before))
