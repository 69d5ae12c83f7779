# SPDX-License-Identifier: MIT
"""The weights of a net, and of all smaller ones inside it (once-for-all, arXiv 1908.09791): a layer of a
smaller net takes the first channels and the middle of the kernel of the layer with its name."""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tinyml.search.net import Layer, Net
from tinyml.search.train import by_core, by_torch
from tinyml.search.train.by_torch import EPSILON

MOMENTUM = 0.1                  # of running statistics


class Filter(nn.Module):
    """What one convolution or dense layer has learned."""

    def __init__(self, layer: Layer):
        super().__init__()
        inputs, outputs = layer.given[2], layer.shape[2]
        depth = 1 if layer.kind == "depthwise" else inputs
        self.weight = nn.Parameter(torch.empty(outputs, depth, *layer.kernel))
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu" if layer.normal else "linear")
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.normal, self.momentum = layer.normal, MOMENTUM
        if layer.normal:
            self.gain = nn.Parameter(torch.ones(outputs))
            self.register_buffer("mean", torch.zeros(outputs))
            self.register_buffer("variance", torch.ones(outputs))

    def part(self, layer: Layer) -> dict[str, torch.Tensor]:
        """The parameters and statistics that a layer of a smaller net takes."""
        inputs, outputs = layer.given[2], layer.shape[2]
        rows, columns = (_middle(*sizes) for sizes in zip(self.weight.shape[2:], layer.kernel))
        found = {name: tensor[:outputs] for name, tensor in
                 (*self.named_parameters(), *self.named_buffers())}
        depth = 1 if layer.kind == "depthwise" else inputs
        return found | {"weight": self.weight[:outputs, :depth, rows, columns]}

    def forward(self, by, x: torch.Tensor, layer: Layer, whole: bool) -> torch.Tensor:
        """`by`: the module that computes. `whole`: statistics are kept in training and used
        afterwards; else they are the batch's."""
        part = self.part(layer)
        if not layer.normal:
            return by.dense(x, part["weight"].flatten(1), part["bias"])
        x = by.convolve(x, part["weight"], layer)
        return by.normalise(x, part["gain"], part["bias"], (part["mean"], part["variance"]) if whole else None,
                            self.momentum, self.training or not whole, layer.relu6)


def _middle(held: int, wanted: int) -> slice:
    start = (held - wanted) // 2
    return slice(start, start + wanted)


class Weights(nn.Module):
    """Filters by the names of the layers of `net`, in its sizes."""

    def __init__(self, net: Net):
        super().__init__()
        self.net = net
        self.filters = nn.ModuleDict({_key(layer): Filter(layer) for layer in net.layers
                                      if layer.weights})

    def forward(self, x: torch.Tensor, net: Net | None = None, by=None) -> torch.Tensor:
        """The answers (items, classes) of `net`, which is this one or a smaller one, to `x` (items,
        channels, height, width); that is brought to its input's size. `by`: by_torch or by_core;
        None: the faster that can."""
        net = net or self.net
        whole, layers = net == self.net, net.layers
        if x.shape[2:] != net.input[:2]:
            x = F.interpolate(x, net.input[:2], mode="bilinear", antialias=True)
        by = by or (by_core if by_core.takes(x) else by_torch)
        last = {source: number for number, layer in enumerate(layers) for source in layer.inputs}
        values = {-1: by.enter(x)}
        for number, layer in enumerate(layers):
            inputs = [values[source] for source in layer.inputs]
            for source in layer.inputs:
                if last[source] == number:
                    del values[source]
            values[number] = self._run(by, layer, inputs, whole)
        return values[len(layers) - 1]

    def _run(self, by, layer: Layer, inputs: list[torch.Tensor], whole: bool) -> torch.Tensor:
        if layer.kind == "add":
            return inputs[0] + inputs[1]
        if layer.kind == "mean":
            return by.mean(inputs[0])
        return self.filters[_key(layer)](by, inputs[0], layer, whole)

    @torch.no_grad()
    def inherit(self, net: Net) -> "Weights":
        """A smaller net on its own, with what it has here. Its running statistics are not its own:
        see score.recalibrate."""
        made = Weights(net).to(next(self.parameters()).device)
        for layer in net.layers:
            if layer.weights:
                own = made.filters[_key(layer)].part(layer)
                for name, tensor in self.filters[_key(layer)].part(layer).items():
                    own[name].copy_(tensor)
        return made

    @torch.no_grad()
    def adopt(self, state: dict[str, np.ndarray]) -> None:
        """Takes what has the same name and shape as here, such as all but the last layer of a net for
        other classes."""
        for name, tensor in self.state_dict().items():
            if name in state and state[name].shape == tuple(tensor.shape):
                tensor.copy_(torch.from_numpy(state[name]))

    @torch.no_grad()
    def folded(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """(kernel, bias) of each layer by its name, batch normalisation folded in. A kernel is height,
        width, inputs, outputs; of a depthwise layer height, width, channels."""
        found = {}
        for layer in self.net.layers:
            if layer.weights:
                weight, bias = _folded(self.filters[_key(layer)])
                kernel = weight.permute(2, 3, 1, 0)
                kernel = kernel[:, :, 0] if layer.kind == "depthwise" else kernel
                found[layer.name] = kernel.contiguous().numpy(), bias.numpy()
        return found


def _key(layer: Layer) -> str:
    """A name as torch takes it."""
    return layer.name.replace(".", "/")


def _folded(filter_: Filter) -> tuple[torch.Tensor, torch.Tensor]:
    held = {name: tensor.detach().double().cpu() for name, tensor in filter_.state_dict().items()}
    weight, bias = held["weight"], held["bias"]
    if "gain" in held:
        factor = held["gain"] / torch.sqrt(held["variance"] + EPSILON)
        weight, bias = weight * factor[:, None, None, None], bias - held["mean"] * factor
    return weight.float(), bias.float()
