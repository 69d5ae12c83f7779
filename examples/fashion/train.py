# SPDX-License-Identifier: MIT
"""Trains the model on Fashion-MNIST, quantises it, writes `larger.tflite`, prints accuracies.

The test photos are read after training only, and no choice is made on them.
"""

import argparse
import time

import data
import numpy as np
import torch
from evaluate import accuracy
from quantise import INPUT, Layer, fold_batch_norm, quantise, same_padding
from torch import nn
from torch.nn import functional as F
from write_tflite import write_tflite

SEED, THREADS = 1, 1  # another number of threads sums in another order
STEM, HEAD, CLASSES = 16, 64, 10  # channels
BLOCKS = (  # expanded channels, output channels, stride
    (16, 16, 1),
    (48, 24, 2),
    (72, 24, 1),
    (96, 32, 1),
    (96, 32, 1),
)
EPOCHS, BATCH = 11, 128
LEARNING_RATE, WEIGHT_DECAY = 6e-3, 1e-2
SHIFT = 1  # pixels, the most a training photo is moved
CALIBRATION = 500  # training photos


class ConvNorm(nn.Module):
    """Convolution, batch norm, and maybe relu6, with TFLite's SAME padding."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, relu6=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.kernel, self.stride, self.relu6 = kernel, stride, relu6

    def forward(self, x):
        if self.kernel > 1:
            rows, columns = (same_padding(size, self.kernel, self.stride) for size in x.shape[2:])
            x = F.pad(x, (*columns, *rows))
        y = self.norm(self.conv(x))
        return F.relu6(y) if self.relu6 else y

    def layer(self, name, source):
        depthwise = self.conv.groups > 1
        arrays = (self.conv.weight, self.norm.weight, self.norm.bias)
        arrays += (self.norm.running_mean, self.norm.running_var)
        weights, bias = fold_batch_norm(*map(to_numpy, arrays), self.norm.eps)
        weights = weights.transpose((1, 2, 3, 0) if depthwise else (0, 2, 3, 1))
        kind = "depthwise_conv2d" if depthwise else "conv2d"
        return Layer(kind, name, (source,), weights, bias, self.stride, self.relu6)


class Block(nn.Module):
    """Inverted residual: expand, filter each channel, project; add the input if it fits."""

    def __init__(self, inputs, expanded, outputs, stride):
        super().__init__()
        self.parts = nn.ModuleDict()
        if expanded != inputs:
            self.parts["expand"] = ConvNorm(inputs, expanded, 1)
        self.parts["depthwise"] = ConvNorm(expanded, expanded, 3, stride, groups=expanded)
        self.parts["project"] = ConvNorm(expanded, outputs, 1, relu6=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = x
        for part in self.parts.values():
            y = part(y)
        return x + y if self.residual else y

    def layers(self, name, source):
        made, last = [], source
        for part, module in self.parts.items():
            made.append(module.layer(f"{name}/{part}", last))
            last = made[-1].name
        if self.residual:
            made.append(Layer("add", f"{name}/add", (source, last)))
        return made


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(1, STEM, 3, stride=2)
        inputs = (STEM, *(block[1] for block in BLOCKS))
        self.blocks = nn.Sequential(*(Block(i, *block) for i, block in zip(inputs, BLOCKS)))
        self.head = ConvNorm(inputs[-1], HEAD, 1)
        self.logits = nn.Linear(HEAD, CLASSES)

    def forward(self, x):
        return self.logits(self.head(self.blocks(self.stem(x))).mean((2, 3)))

    def layers(self):
        made = [self.stem.layer("stem", INPUT)]
        for number, block in enumerate(self.blocks, 1):
            made += block.layers(f"block{number}", made[-1].name)
        made.append(self.head.layer("head", made[-1].name))
        made.append(Layer("mean", "mean", ("head",)))
        weights, bias = to_numpy(self.logits.weight), to_numpy(self.logits.bias)
        made.append(Layer("fully_connected", "logits", ("mean",), weights, bias))
        return [*made, Layer("softmax", "softmax", ("logits",))]


def to_numpy(array):
    return array.detach().numpy()


def to_real(photos):
    """uint8 (n, 28, 28) to a torch tensor (n, 1, 28, 28) in 0..1."""
    return torch.from_numpy(photos.astype(np.float32) / 255)[:, None]


def augment(x):
    """Each photo mirrored or not, and the batch moved by up to SHIFT pixels."""
    x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x, x.flip(3))
    down, right = torch.randint(2 * SHIFT + 1, (2,)).tolist()
    return F.pad(x, (SHIFT,) * 4)[:, :, down : down + 28, right : right + 28]


def train(net, x, labels, epochs):
    steps = epochs * (len(x) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=WEIGHT_DECAY)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for epoch in range(1, epochs + 1):
        start, losses, right = time.time(), [], 0
        for items in torch.randperm(len(x)).split(BATCH)[: len(x) // BATCH]:
            y = net(augment(x[items]).contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(y, labels[items])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
            losses.append(loss.item())
            right += (y.argmax(1) == labels[items]).sum().item()
        share, seconds = right / (len(losses) * BATCH), time.time() - start
        line = f"epoch {epoch:2}: loss {np.mean(losses):.4f}, accuracy {share:.2%}, {seconds:.0f} s"
        print(line, flush=True)


@torch.no_grad()
def float_accuracy(net, photos, labels):
    y = torch.cat([net(x) for x in to_real(photos).split(1000)])
    return (y.argmax(1).numpy() == labels).mean()


def main(epochs):
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # a fifth of the time
    photos, labels = data.load("train")
    net = Net().to(memory_format=torch.channels_last)
    train(net, to_real(photos), torch.from_numpy(labels.astype(np.int64)), epochs)
    net.eval()
    ops = quantise(net.layers(), photos[:CALIBRATION, :, :, None].astype(np.float32) / 255)
    model = write_tflite(ops)
    (data.HERE / "larger.tflite").write_bytes(model)
    report(net, ops, model)


def report(net, ops, model):
    constants = [t.data for op in ops for t in op.inputs if t.data is not None]
    weights = sum(c.size for c in constants if c.dtype == np.int8)
    print(f"file {len(model)} bytes, weights {weights}, bias and axes",
          f"{sum(c.nbytes for c in constants) - weights}, {sum(op.macs for op in ops)} MACs")
    test = data.load("t10k")
    print(f"float accuracy {float_accuracy(net, *test):.2%}")
    print(f"int8 accuracy  {accuracy(model, *test):.2%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    main(parser.parse_args().epochs)
