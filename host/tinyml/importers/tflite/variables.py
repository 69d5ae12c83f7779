# SPDX-License-Identifier: MIT
"""VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, CALL_ONCE: what a model remembers from run to run.

While the file is read, a variable stands for the tensor that it holds at that place: its state, or
what was assigned last. Assignments are ops at the end of the graph.
"""
from dataclasses import dataclass

import numpy as np
import tflite

from tinyml.errors import ModelError
from tinyml.ir import Op, State, Tensor
from tinyml.ops.assign_variable import AssignVariable

KINDS = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE")


@dataclass
class Variable:
    """`fill`: what all its bytes are at first; None: the zero point. `state`: the tensor before the
    run; None if nobody reads it."""

    fill: int | None = None
    state: Tensor | None = None
    holds: Tensor | None = None


class Variables:
    """Of one subgraph. `once(number)` gives the operators of a subgraph that is called once."""

    def __init__(self, once):
        self._once = once
        self._by_name: dict[bytes, Variable] = {}
        self._by_handle: dict[int, Variable] = {}

    def read(self, op) -> dict[Tensor, Tensor]:
        """Takes an operator of KINDS; returns what tensors of the file are from now on."""
        if op.kind == "CALL_ONCE":
            number = op.options(tflite.CallOnceOptions).InitSubgraphIndex()
            first = Variables(self._once)
            for operator in self._once(number):
                if operator.kind not in KINDS or operator.kind == "CALL_ONCE":
                    raise ModelError(f"{operator.kind} `{operator.name}` computes the first value "
                                     "of a variable: only constants are supported")
                first.read(operator)
            self._by_name.update({name: Variable(_fill(name, variable.holds))
                                  for name, variable in first._by_name.items()})
        elif op.kind == "VAR_HANDLE":
            name = op.options(tflite.VarHandleOptions).SharedName()
            self._by_handle[id(op.outputs[0])] = self._by_name.setdefault(name, Variable())
        elif op.kind == "ASSIGN_VARIABLE":
            self._of(op).holds = op.input(1)
        else:
            variable = self._of(op)
            if variable.holds is None:
                variable.state = variable.holds = op.outputs[0]
            return {op.outputs[0]: variable.holds}
        return {}

    def _of(self, op) -> Variable:
        variable = self._by_handle.get(id(op.input(0)))
        if variable is None:
            raise ModelError(f"{op.kind} `{op.name}`: its variable has no handle")
        return variable

    def states(self) -> tuple[State, ...]:
        """What is remembered."""
        return tuple(State(v.state, _zero(v.state) if v.fill is None else v.fill)
                     for v in self._read())

    def assignments(self) -> list[Op]:
        """Ops that remember it. Raises ModelError if one would overwrite what another needs."""
        changed = [v for v in self._read() if v.holds is not v.state]
        states = {id(variable.state) for variable in changed}
        for variable in changed:
            if id(variable.holds) in states:
                raise ModelError(f"variable `{variable.state.name}` takes the value of another: "
                                 "only computed values are supported")
        return [AssignVariable(f"{v.state.name}/assign", v.state, v.holds) for v in changed]

    def _read(self) -> list[Variable]:
        return [variable for variable in self._by_name.values() if variable.state is not None]


def _zero(tensor: Tensor) -> int:
    return tensor.quant.zero_point if tensor.quant else 0


def _fill(name: bytes, value: Tensor | None) -> int:
    """The one byte of a constant."""
    bytes = np.unique(value.data) if value is not None and value.data is not None else ()
    if len(bytes) != 1:
        raise ModelError(f"variable `{name.decode()}` does not begin with one byte everywhere: "
                         "only that is supported")
    return int(bytes[0])
