# SPDX-License-Identifier: MIT
"""Random problems for the planner, by hypothesis: chains, residuals, branches, fed inputs."""
from hypothesis import strategies as st

from tinyml.plan import POINT, Problem, Task, Window

SIDES = st.integers(1, 7)
CHANNELS = st.integers(1, 6)


class Maker:
    """Adds tasks one by one; `shapes` go by tensor."""

    def __init__(self, draw, fed: bool):
        self.draw, self.tasks = draw, []
        self.shapes = [draw(st.tuples(SIDES, SIDES, CHANNELS))]
        self.inputs = () if fed else (0,)
        if fed:
            self.tasks.append(Task("take", (), 0, self.shapes[0]))

    def add(self, name, reads, shape, **more) -> int:
        """A task that writes a tensor; the tensor."""
        self.shapes.append(shape)
        self.tasks.append(Task(name, reads, len(self.shapes) - 1, shape, **more))
        return len(self.shapes) - 1

    def products(self) -> int:
        return self.draw(st.integers(0, 500))

    def slide(self, x: int, channels=None, depthwise=False) -> int:
        """A window over a tensor, inside it or beyond any of its borders."""
        height, width, known = self.shapes[x]
        k_h, k_w = self.draw(st.integers(1, 4)), self.draw(st.integers(1, 4))
        window = Window(k_h, k_w, self.draw(st.integers(1, 3)), self.draw(st.integers(1, 3)),
                        self.draw(st.integers(0, k_h - 1)), self.draw(st.integers(0, k_w - 1)))
        rows = 1 + (height + window.pad_top - 1) // window.stride_h
        columns = 1 + (width + window.pad_left - 1) // window.stride_w
        most = self.draw(st.sampled_from([65535, 65535, 1, 2]))
        return self.add("slide", (x,), (self.draw(st.integers(1, rows)),
                                        self.draw(st.integers(1, columns)), channels or known),
                        window=window, products=self.products(), depthwise=depthwise,
                        most_block=most)

    def pointwise(self, x: int, channels: int) -> int:
        height, width, _ = self.shapes[x]
        return self.add("pointwise", (x,), (height, width, channels), pointwise=True,
                        products=height * width * channels * self.shapes[x][2])

    def pad(self, x: int) -> int:
        height, width, channels = self.shapes[x]
        top, left, bottom, right = (self.draw(st.integers(0, 2)) for _ in range(4))
        return self.add("pad", (x,), (height + top + bottom, width + left + right, channels),
                        window=Window(pad_top=top, pad_left=left))

    def total(self, x: int) -> int:
        """Sums over all pixels, then one pixel of them."""
        height, width, channels = self.shapes[x]
        sums = self.add("sum", (x,), (height, width, 4 * channels), accumulates=True)
        last = Window(pad_top=1 - height, pad_left=1 - width)
        return self.add("mean", (sums,), (1, 1, channels), window=last)

    def all(self, x: int) -> int:
        """Reads all of a tensor for every output."""
        return self.add("dense", (x,), self.draw(st.tuples(SIDES, SIDES, CHANNELS)), window=None,
                        products=self.products())

    def over(self, x: int) -> int:
        return self.add("lookup", (x,), self.shapes[x], in_place=(x,))

    def inverted(self, x: int) -> int:
        """Wide, depthwise, and mostly narrow again: what can be stacked."""
        y = self.pointwise(x, self.draw(st.integers(2, 9)))
        y = self.slide(y, depthwise=True)
        return self.pointwise(y, self.draw(CHANNELS)) if self.draw(st.booleans()) else y

    def sum_of(self, x: int) -> int:
        """Adds two tensors of the same shape, in the place of either."""
        sums = {task.writes for task in self.tasks if task.accumulates}
        twins = [t for t in range(len(self.shapes))
                 if self.shapes[t] == self.shapes[x] and t not in sums]
        other = self.draw(st.sampled_from(twins))
        return self.add("add", (x, other), self.shapes[x], window=POINT, in_place=(x, other))

    def residual(self, x: int) -> int:
        height, width, channels = self.shapes[x]
        y = self.add("same", (x,), (height, width, channels), window=Window(3, 3, 1, 1, 1, 1),
                     products=self.products())
        return self.add("add", (x, y), self.shapes[x], in_place=(x, y))

    def parts(self, x: int) -> int:
        """Two parts of a tensor, and what reads both of them whole."""
        read = tuple(self.pad(x) for _ in range(2))
        return self.add("join", read, self.draw(st.tuples(SIDES, SIDES, CHANNELS)), window=None)


KINDS = (Maker.slide, Maker.slide, Maker.inverted, Maker.residual, Maker.sum_of, Maker.over,
         Maker.pad, Maker.total, Maker.all, Maker.parts)


@st.composite
def problems(draw, most=6, kinds=KINDS, fed=st.booleans()):
    """A problem of at most so many parts, each of one task or a few."""
    m = Maker(draw, draw(fed))
    x = 0
    for _ in range(draw(st.integers(1, most))):
        known = len(m.shapes)
        source = x if draw(st.integers(0, 3)) else draw(st.integers(max(0, known - 4), known - 1))
        while any(task.accumulates and task.writes == source for task in m.tasks):
            source -= 1
        x = draw(st.sampled_from(kinds))(m, source)
    read = {tensor for task in m.tasks for tensor in task.reads}
    outputs = [task.writes for task in m.tasks if task.writes not in read]
    if len(m.tasks) > 1 and draw(st.integers(0, 3)) == 0:
        some = draw(st.sampled_from(m.tasks))
        outputs += [] if some.accumulates or some.writes in outputs else [some.writes]
    return Problem(tuple(m.tasks), tuple(m.shapes), m.inputs, tuple(outputs),
                   tuple(f"tensor {i}" for i in range(len(m.shapes))))
