# SPDX-License-Identifier: MIT
"""Our layers compute what PyTorch's do: answers, gradients, statistics; in each way that they are compiled."""
from itertools import count

import pytest

from tinyml.search.net import Block, Conv, Net

torch = pytest.importorskip("torch", reason="training needs torch")
from tinyml.search.train import by_core, by_torch, module  # noqa: E402

NETS = {"pictures": Net((14, 11, 3), (Conv("stem", (3, 3), (2, 2), 10), Block("a", (5, 5), (1, 1), 18, 10, True),
                                      Block("b", (3, 7), (2, 2), 30, 13, False), Conv("head", (1, 1), (1, 1), 21)), 7),
        "windows": Net((33, 33, 1), (Conv("stem", (3, 3), (1, 1), 4), Block("a", (35, 33), (1, 1), 4, 4, True)), 3),
        "sounds": Net((40, 1, 9), (Conv("stem", (5, 1), (2, 1), 8), Block("a", (9, 1), (2, 1), 16, 12, False)), 4)}


def kinds():
    found = iter(lambda ranks=count(): by_core.lib.train_layers(next(ranks)), by_core.ffi.NULL)
    return [pytest.param(layers, id=by_core.ffi.string(layers.name).decode()) for layers in found]


def learned(net, x, by, seed=0):
    """(answers, gradients, statistics) of a step, and the answers after it."""
    torch.manual_seed(seed)
    weights, x = module.Weights(net).train(), x.clone().requires_grad_()
    with torch.no_grad():
        for tensor in weights.parameters():
            tensor += 0.2 * torch.randn_like(tensor)
    answers = weights(x, by=by)
    torch.nn.functional.cross_entropy(answers, torch.arange(len(x)) % net.classes).backward()
    gradients = [x.grad, *(one.grad for one in weights.parameters() if one.grad is not None)]
    after = weights.eval()(x.detach(), by=by)
    return answers, gradients, [*weights.buffers()], after


@pytest.mark.parametrize("layers", kinds())
@pytest.mark.parametrize("items", [16, 48, 64, 144])
@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_ours_are_as_torchs(monkeypatch, net, items, layers):
    x = torch.randn(items, net.input[2], *net.input[:2])
    monkeypatch.setattr(by_core, "LAYERS", layers)
    torch.testing.assert_close(learned(net, x, by_core), learned(net, x, by_torch), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("items, device", [(15, "cpu"), (0, "meta"), (32, "meta")])
def test_what_ours_do_not_take_is_torchs(items, device):
    assert not by_core.takes(torch.empty(items, 1, 4, 4, device=device))


def test_numbers_far_from_zero_are_normalised():
    x = 1000 + torch.randn(5, 5, 3, 64)
    found = by_core.normalise(x, torch.ones(3), torch.zeros(3), None, 0.1, True, False)
    assert found.std() == pytest.approx(1, abs=0.01) and abs(found.mean()) < 0.01


def test_both_have_the_same_functions():
    names = {"enter", "convolve", "normalise", "mean", "dense"}
    assert all(callable(getattr(by, name)) for by in (by_core, by_torch) for name in names)
