# SPDX-License-Identifier: MIT
"""A net alone is the same as inside a larger one; folding changes nothing."""
import numpy as np
import pytest

from tinyml.search.net import Block, Conv, Net

torch = pytest.importorskip("torch", reason="training needs torch")
from tinyml.search.train.module import Weights  # noqa: E402

LARGE = Net((12, 10, 2), (Conv("stem", (3, 3), (2, 2), 12),
                          Block("a", (7, 5), (1, 1), 36, 12, True),
                          Block("b", (5, 5), (2, 1), 48, 16, False)), 5)
SMALL = Net((12, 10, 2), (Conv("stem", (3, 3), (2, 2), 8),
                          Block("a", (3, 1), (1, 1), 8, 8, True),
                          Block("b", (3, 5), (2, 1), 24, 12, False)), 5)


def trained(net, seed=0):
    """Weights and statistics that are no longer those of the start."""
    torch.manual_seed(seed)
    weights = Weights(net)
    with torch.no_grad():
        for tensor in weights.parameters():
            tensor += 0.1 * torch.randn_like(tensor)
    for _ in range(5):
        weights(torch.randn(16, net.input[2], *net.input[:2]))
    return weights.eval()


def test_a_smaller_net_is_the_same_inside_and_alone():
    whole, x = trained(LARGE), torch.randn(16, 2, 12, 10)
    alone = whole.inherit(SMALL).train()
    torch.testing.assert_close(whole(x, SMALL), alone(x))


def test_the_middle_of_a_kernel_is_taken():
    whole = trained(LARGE)
    alone = whole.inherit(SMALL)
    one = alone.filters["a/filter"].weight
    assert torch.equal(one, whole.filters["a/filter"].weight[:8, :, 2:5, 2:3])


def test_a_trained_net_answers_for_each_item_alone():
    alone, x = trained(SMALL), torch.randn(4, 2, 12, 10)
    torch.testing.assert_close(alone(x)[:1], alone(x[:1]))


def test_an_input_of_another_size_is_brought_to_the_nets():
    assert trained(SMALL)(torch.randn(3, 2, 24, 20)).shape == (3, 5)


def test_gradients_reach_what_a_smaller_net_uses_and_nothing_else():
    whole = trained(LARGE).train()
    whole(torch.randn(4, 2, 12, 10), SMALL).sum().backward()
    gradient = whole.filters["b/project"].weight.grad
    assert gradient[:12, :24].abs().sum() > 0
    assert gradient[12:].abs().sum() == 0 and gradient[:, 24:].abs().sum() == 0


@pytest.mark.parametrize("net", [LARGE, SMALL])
def test_folded_weights_answer_as_the_net_does(net):
    alone, x = trained(net), torch.randn(3, 2, 12, 10)
    expected = alone(x).detach().numpy()
    found = evaluated(net, alone.folded(), x.permute(0, 2, 3, 1).numpy())
    np.testing.assert_allclose(found, expected, atol=1e-4, rtol=1e-4)


def evaluated(net, folded, x):
    """A net by its definition, in numpy."""
    values = {-1: x.astype(np.float64)}
    for number, layer in enumerate(net.layers):
        values[number] = one(layer, folded.get(layer.name), *(values[i] for i in layer.inputs))
    return values[number].reshape(len(x), -1)


def one(layer, held, x, other=None):
    if layer.kind == "add":
        return x + other
    if layer.kind == "mean":
        return x.mean((1, 2), keepdims=True)
    kernel, bias = held
    if layer.kind == "dense":
        return x @ kernel[0, 0] + bias
    (k_h, k_w), (rows, columns) = layer.kernel, layer.stride
    x = np.pad(x, ((0, 0), (k_h // 2,) * 2, (k_w // 2,) * 2, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(x, layer.kernel, (1, 2))
    windows = windows[:, ::rows, ::columns]
    sums = "nhwcij,ijc->nhwc" if layer.kind == "depthwise" else "nhwcij,ijco->nhwo"
    y = np.einsum(sums, windows, kernel) + bias
    assert y.shape[1:] == layer.shape
    return np.clip(y, 0, 6) if layer.relu6 else y
