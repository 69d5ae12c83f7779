# SPDX-License-Identifier: MIT
"""A net as the planner sees it, without weights: the same problem that the compiler makes of the
quantised graph of that net."""
from dataclasses import replace

from tinyml.lower.step import most_block
from tinyml.plan import POINT, Problem, Task, Window
from tinyml.search.net import Layer, Net, Shape

STEPS = {"conv2d": ("conv2d",), "depthwise": ("depthwise_conv2d",), "add": ("add",),
         "mean": ("sum", "mean"), "dense": ("conv2d",)}


def problem_of(net: Net, row_fed: bool) -> Problem:
    """The tasks of a net and what they read and write. Row-fed, the input is never held."""
    made = _Tasks(net.input, row_fed)
    for layer in folded(net.layers):
        made.put(layer)
    outputs = (len(made.shapes) - 1,)
    return Problem(tuple(made.tasks), tuple(made.shapes), () if row_fed else (0,), outputs,
                   tuple(made.names))


def folded(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers as they are compiled: a depthwise convolution of one pixel, which multiplies
    channels by factors, goes into the weights of what makes these (passes/fold_biases.py)."""
    if not any(map(_is_factor, layers)):
        return layers
    readers = [number for layer in layers for number in layer.inputs]
    made: list[Layer] = []
    place = {-1: -1}                # of layers among those made
    for number, layer in enumerate(layers):
        before = layers[number - 1] if number else None
        if (_is_factor(layer) and before and before.kind == "conv2d" and not before.relu6
                and readers.count(number - 1) == 1):
            made[-1] = replace(made[-1], relu6=layer.relu6)
        else:
            made.append(replace(layer, inputs=tuple(place[i] for i in layer.inputs)))
        place[number] = len(made) - 1
    return tuple(made)


def _is_factor(layer: Layer) -> bool:
    return layer.kind == "depthwise" and layer.kernel == layer.stride == (1, 1)


def steps_of(layer: Layer) -> tuple[str, ...]:
    """The steps that a layer becomes. One channel is filtered as a convolution of one input is."""
    return STEPS["conv2d" if layer.given[2] == 1 and layer.kind == "depthwise" else layer.kind]


def window_of(layer: Layer) -> Window:
    """The window of a convolution."""
    (height, width), (down, right) = layer.kernel, layer.stride
    return Window(height, width, down, right, height // 2, width // 2)


class _Tasks:
    """Tasks as they are put one behind the other; `tensors` by number of the layer."""

    def __init__(self, shape: Shape, row_fed: bool):
        self.tasks: list[Task] = []
        self.shapes, self.names = [shape], ["input"]
        self.tensors = {-1: 0}
        if row_fed:
            self.tasks.append(Task("take", (), 0, shape, most_block=most_block("take", shape, 0)))

    def put(self, layer: Layer) -> None:
        reads = tuple(self.tensors[number] for number in layer.inputs)
        if layer.kind == "mean":
            self._mean(layer, reads)
        else:
            self._task(*steps_of(layer), layer.name, reads, layer.shape, window_of(layer),
                       layer.products, in_place=reads if layer.kind == "add" else ())
        self.tensors[len(self.tensors) - 1] = len(self.shapes) - 1

    def _mean(self, layer: Layer, reads: tuple[int, ...]) -> None:
        """Running sums of 32 bits, and the mean of the last."""
        height, width, channels = layer.given
        self._task("sum", f"{layer.name}/sums", reads, (height, width, 4 * channels),
                   accumulates=True)
        self._task("mean", layer.name, (len(self.shapes) - 1,), layer.shape,
                   Window(pad_top=1 - height, pad_left=1 - width))

    def _task(self, step: str, name: str, reads: tuple[int, ...], shape: Shape,
              window: Window = POINT, products: int = 0, **more) -> None:
        self.tasks.append(Task(
            step, reads, len(self.shapes), shape, window, products=products,
            most_block=most_block(step, shape, products),
            pointwise=step == "conv2d" and window == POINT, depthwise=step == "depthwise_conv2d",
            step=len(self.tasks), **more))
        self.shapes.append(shape)
        self.names.append(name)
