# SPDX-License-Identifier: MIT
"""Random whole graphs give the bytes of TensorFlow Lite Micro."""
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.random_nets import random_nets
from tinyml import Model
from tinyml.inputs import read_item, to_reals
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

pytest.importorskip("tflite_micro")
from tests import tflm  # noqa: E402  only where the other implementation is installed

ARENA = 1 << 21                 # of the other implementation, for the largest of these


def outputs_of(net):
    """All outputs of the compiled net, in the types of its own file."""
    with Model(encode(compile_model(net.model, "net").schedule)) as model:
        port, (array,) = model.ports(0)[0], net.inputs
        if port.channels_first:
            array = array.transpose(0, 2, 3, 1)
        model.run(read_item(array, port))
        return [to_reals(out, bytes(raw))
                for out, raw in zip(model.ports(1), model.outputs, strict=True)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(net=random_nets())
def test_random_nets_give_the_bytes_of_tflm(net):
    wanted = tflm.run(net.model, net.inputs, ARENA)
    for got, right in zip(outputs_of(net), wanted, strict=True):
        np.testing.assert_array_equal(got, right, strict=True)
