# SPDX-License-Identifier: MIT
"""Drops ops whose output nobody reads. Shape arithmetic ends here: no op reads its results."""
from dataclasses import replace

from tinyml.ir import Graph


def drop_unread(graph: Graph) -> Graph:
    """The graph without ops that no output depends on."""
    wanted = {id(port.tensor) for port in graph.outputs}
    kept = []
    for op in reversed(graph.ops):
        if id(op.output) in wanted:
            kept.append(op)
            wanted.update(id(tensor) for tensor in op.inputs)
    return replace(graph, ops=tuple(reversed(kept)))
