# SPDX-License-Identifier: MIT
"""What the page shows, as plain data."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One op of a plan. `kept`: pixels of its output that are in RAM, of `pixels`; `again`: whether
    it computes rows again; `bytes`: of RAM for what is kept; `weights`: bytes of its constants;
    `measured`: what it costs, in the unit of the report, if it was."""

    number: int
    kind: str
    name: str
    shape: tuple[int, int, int]
    products: int
    cycles: int
    firings: int
    weights: int
    kept: int
    bytes: int
    again: bool
    measured: float | None

    @property
    def pixels(self) -> int:
        return self.shape[0] * self.shape[1]


@dataclass(frozen=True)
class Group:
    """Ops that take turns, or (`block` is 0) that run one after the other."""

    first: int
    last: int
    block: int


@dataclass(frozen=True)
class Sheet:
    """A tensor as a sheet of paper: where it is made, its size, what is kept of it. `first` and
    `last`: the ops of all stages in which it is in RAM at some time."""

    tensor: int
    op: int                     # that writes it; -1: none
    kind: str                   # of that op, or input, or state
    first: int
    last: int
    name: str
    shape: tuple[int, int, int]
    kept: int                   # pixels
    bytes: int


@dataclass(frozen=True)
class Moment:
    """The run after some firing: the op that fired, how much of the predicted time is over, the
    bytes that are still wanted, and of which tensor which part from the top: (tensor, from, to)."""

    op: int
    time: float
    bytes: int
    held: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Place:
    """A block of the memory map: steps and bytes, what it says when it is pointed at."""

    kind: str
    first: int
    last: int
    offset: int
    size: int
    label: str
    tip: str


@dataclass(frozen=True)
class PlanView:
    """One plan. `key` is its letter on the page, `options` are those of `tinyml pack`; `measured`
    is a whole run, if it was, and `culprit` a sentence on it."""

    key: str
    title: str
    options: str
    arena_bytes: int
    file_bytes: int
    products: int
    cycles: int
    measured: float | None
    culprit: str
    peak: str
    peak_ops: tuple[int, int]
    places: tuple[Place, ...]
    rows: tuple[Row, ...]
    groups: tuple[Group, ...]
    sheets: tuple[Sheet, ...]
    moments: tuple[Moment, ...]

    @property
    def stages(self) -> int:
        """Times that ops take turns."""
        return sum(group.block > 0 for group in self.groups)

    @property
    def firings(self) -> int:
        return sum(row.firings for row in self.rows)


@dataclass(frozen=True)
class Plain:
    """The same model op by op, to compare with."""

    arena_bytes: int
    products: int
    cycles: int
    firings: int


@dataclass(frozen=True)
class Histogram:
    """The int8 weights of an op. `bins`: how many of each 4 values in a row; `at_limits`: how many
    are -127 or less, or 127, beyond one for each scale; shares are of all."""

    op: str
    name: str
    shape: tuple[int, ...]
    low: int
    high: int
    zeros: float
    at_limits: float
    bins: tuple[int, ...]


@dataclass(frozen=True)
class PortFacts:
    kind: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


@dataclass(frozen=True)
class FileFacts:
    """The packed file of a plan: its sums, and golden vectors as (seed, CRC-32 of the outputs)."""

    version: int
    head_bytes: int
    head_crc: int
    data_bytes: int
    data_crc: int
    sha256: str
    vectors: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Filled:
    """What a plan needs of a board's RAM or flash, all counted."""

    needs: int
    has: int

    @property
    def share(self) -> float:
        return self.needs / max(self.has, 1)


@dataclass(frozen=True)
class Verdict:
    """Whether a plan fits a board. `why`: what is missing; `seconds`: predicted. There are no
    numbers where there is no module for the board."""

    fits: bool
    ram: Filled | None
    flash: Filled | None
    why: str
    seconds: float | None


@dataclass(frozen=True)
class BoardRow:
    """`facts`: where a board's numbers are from."""

    name: str
    description: str
    facts: str
    verdicts: tuple[Verdict, ...]       # one for each plan


@dataclass(frozen=True)
class Report:
    """The whole page: of one plan, or of two that are compared. `unit`: of what was measured `on` a
    place, if anything was."""

    name: str
    on: str
    unit: str
    macs: int                   # of the model as it came
    ports: tuple[PortFacts, ...]
    labels: tuple[str, ...]
    plans: tuple[PlanView, ...]
    plain: Plain
    boards: tuple[BoardRow, ...]
    histograms: tuple[Histogram, ...]
    removed: tuple[str, ...]
    files: tuple[FileFacts, ...]
