# SPDX-License-Identifier: MIT
"""Graph -> Graph, one idea each, in this order."""
from tinyml.ir import Graph, check_graph
from tinyml.passes.append_states import append_states
from tinyml.passes.divide_weights import divide_weights
from tinyml.passes.drop_identities import drop_identities
from tinyml.passes.drop_unread import drop_unread
from tinyml.passes.fold_batches import fold_batches
from tinyml.passes.fold_biases import fold_biases
from tinyml.passes.fold_pads import fold_pads
from tinyml.passes.fold_ports import fold_ports
from tinyml.passes.fold_shuffles import fold_shuffles
from tinyml.passes.fuse_activations import fuse_activations
from tinyml.passes.merge_quantizes import merge_quantizes
from tinyml.passes.remove_channels import remove_channels
from tinyml.passes.sign_bytes import sign_bytes
from tinyml.passes.sink_transposes import sink_transposes
from tinyml.passes.undo_dilations import undo_dilations
from tinyml.passes.undo_groups import undo_groups

PASSES = (
    drop_unread,            # first: shape arithmetic must not look like a reader
    sign_bytes,             # before all that take bytes for int8
    append_states,
    fold_batches,           # before all that take the batch to be 1
    fold_ports,
    sink_transposes,        # before the next: nothing may stand between two quantizes
    merge_quantizes,        # before the next: what two make may be an identity
    drop_identities,        # before the next two: nothing may stand between their two ops
    fold_biases,
    fold_pads,
    fuse_activations,
    undo_dilations,         # after those that put other bytes, or padding, into a convolution
    undo_groups,            # before the next: a filter reads all channels then
    fold_shuffles,
    divide_weights,         # after those that look for the ops around a convolution
    drop_identities,        # again: what became one
    remove_channels,        # last: with every op in its final place
)


def run_passes(graph: Graph) -> Graph:
    """All passes, with the invariants checked after each."""
    for run in PASSES:
        graph = check_graph(run(graph))
    return graph
