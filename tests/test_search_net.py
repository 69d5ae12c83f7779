# SPDX-License-Identifier: MIT
"""A net without weights is to the planner what the compiled one is, and with weights a graph that
computes what the layers say."""
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.search_nets import nets, random_weights
from tinyml.options import Options
from tinyml.passes import run_passes
from tinyml.pipeline import lower_graph
from tinyml.plan import Problem, make_plan
from tinyml.quantize.assign import assign
from tinyml.search.graph import float_graph
from tinyml.search.net import Layer, Net
from tinyml.search.problem import problem_of

thorough = settings(deadline=None, suppress_health_check=list(HealthCheck))


def quantised(net: Net, seed: int = 0):
    """The graph of bytes, by ranges that nobody measured."""
    graph = run_passes(float_graph(net, random_weights(net, seed), "net"))
    tensors = [port.tensor for port in graph.inputs] + [op.output for op in graph.ops]
    return assign(graph, {id(tensor): (-3.0, 6.0) for tensor in tensors}).graph


def without_names(problem: Problem) -> Problem:
    """Sums are commutative: their operands go by number."""
    tasks = tuple(replace(task, reads=tuple(sorted(task.reads)), in_place=tuple(sorted(task.in_place)))
                  for task in problem.tasks)
    return replace(problem, tasks=tasks, names=())


@settings(thorough, max_examples=60)
@given(net=nets(), fed=st.booleans())
def test_a_net_is_the_problem_of_its_compiled_graph(net, fed):
    lowered = lower_graph(quantised(net), Options(feed_rows=fed))
    assume(not lowered.removed)         # constant channels: not known without weights
    problem = problem_of(net, fed)
    assert without_names(problem) == without_names(lowered.problem)
    assert sum(task.products for task in problem.tasks) <= net.products


@settings(thorough, max_examples=10)
@given(net=nets(most=2), fed=st.booleans())
def test_and_has_the_same_plan(net, fed):
    options = Options(goal="smallest", feed_rows=fed)
    lowered = lower_graph(quantised(net), options)
    assume(not lowered.removed)
    compiled = make_plan(lowered.problem, options)
    plan = make_plan(problem_of(net, fed), options)
    assert (plan.arena_bytes, plan.cycles, plan.products) == (
        compiled.arena_bytes, compiled.cycles, compiled.products)


def evaluated(net: Net, weights: dict, image: np.ndarray) -> np.ndarray:
    """What the layers say, in plain numpy."""
    values = {-1: np.float64(image)}
    for number, layer in enumerate(net.layers):
        x = [values[i] for i in layer.inputs]
        if layer.kind == "add":
            made = x[0] + x[1]
        elif layer.kind == "mean":
            made = x[0].mean(axis=(0, 1), keepdims=True)
        else:
            kernel, bias = weights[layer.name]
            made = slid(layer, x[0], kernel) + bias
        values[number] = np.clip(made, 0, 6) if layer.relu6 else made
        assert values[number].shape == layer.shape
    return values[number].reshape(-1)


def slid(layer: Layer, x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    edges = [(k // 2, k // 2) for k in layer.kernel]
    padded, made = np.pad(x, (*edges, (0, 0))), np.zeros(layer.shape)
    for y in range(layer.shape[0]):
        for z in range(layer.shape[1]):
            top, left = y * layer.stride[0], z * layer.stride[1]
            under = padded[top:top + layer.kernel[0], left:left + layer.kernel[1]]
            made[y, z] = ((under * kernel).sum((0, 1)) if layer.kind == "depthwise"
                          else np.tensordot(under, kernel, 3))
    return made


@settings(thorough, max_examples=25)
@given(net=nets(most=3), seed=st.integers(0, 99), softmax=st.booleans())
def test_the_graph_computes_what_the_layers_say(net, seed, softmax):
    executor = pytest.importorskip("tinyml.quantize.executor")
    weights, rng = random_weights(net, seed), np.random.default_rng(seed)
    image = np.float32(rng.normal(0, 1, net.input))
    graph = float_graph(net, weights, "net", softmax)
    found = executor.Executor(graph).run([image])[id(graph.outputs[0].tensor)].reshape(-1)
    wanted = evaluated(net, weights, image)
    if softmax:
        wanted = np.exp(wanted - wanted.max())
        wanted /= wanted.sum()
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4)
