# SPDX-License-Identifier: MIT
"""Model: a packed network, the same class on a board and on a computer.

This file runs under MicroPython as the module `tinyml`, over the native module `_tinyml`, and
under CPython as `tinyml.model`, over the same C. Floats are handled here and never cross into C.
"""
import struct
import sys

if sys.implementation.name == "micropython":
    import os
    from gc import collect
    from time import ticks_us

    try:
        from _tinyml import Machine, copy, noise
    except ValueError:
        raise ImportError("_tinyml.mpy is for another processor or MicroPython: "
                          "install the one for this board")
else:
    from tinyml.native import Machine, copy, noise, ticks_us

    def collect():
        """CPython finds room without: among many objects, collecting takes longer than a run."""

# What this file knows of the layout of a schedule; tests compare it with format.py.
_HEADER = "<IIHHIIIIHHHHI"
_HEADER_BYTES, _RING_BYTES, _PORT_BYTES, _NOTE_BYTES = 40, 16, 24, 8
_DTYPES = ("int8", "uint8", "float32")
_INPUT, _OUTPUT, _FED, _STATE = 0, 1, 2, 3     # kinds of ports
_DONE, _MORE, _HUNGRY = 0, 1, 2         # states of a run
_TRUNCATED = 2                          # a status
_NOTHING = bytearray(0)
_RUNS = {}                              # of arenas that were given, which models may share
_LISTS = (list, tuple)          # a name, since making the tuple for each run would allocate
_BYTES = (bytearray, bytes, memoryview)         # what is never taken for real numbers
_isinstance, _str = isinstance, str     # MicroPython searches all builtins for their names


class Port:
    """An input or output: `.buffer` is a memoryview of its bytes in the arena; None if it is fed
    in rows and never held."""

    def __init__(self, file, arena, at, rings):
        (ring, self.kind, dtype, scale, self.zero_point, rank, self.channels_first, _,
         *dims) = struct.unpack_from("<HBBIiBBH4H", file, at)
        offset, pixels, height, width, channels = struct.unpack_from("<IIHHH", file,
                                                                     rings + ring * _RING_BYTES)
        self.row_bytes = width * channels
        self.bytes = height * self.row_bytes
        self.fed = self.kind == _FED
        self.buffer = None if self.fed else memoryview(arena)[offset:offset + pixels * channels]
        self.row = bytearray(self.row_bytes) if self.fed else None
        self.real = False               # whether what was counted last is to be quantised
        self.dtype = _DTYPES[dtype]
        self.scale = struct.unpack("<f", struct.pack("<I", scale))[0]   # exact in any float
        self.shape = tuple(dims[:rank])

    def count(self, x):
        """How many numbers `x` has. For a float32 input they may be real: a list, a tuple, items
        of 4 bytes, or as many bytes as only float32s of the whole input have."""
        if self.dtype != "float32":
            return _size(x, False)
        self.real = isinstance(x, _LISTS)
        if self.real:
            return len(x)
        size = _size(x, True)
        self.real = (size == 4 * self.bytes or getattr(x, "itemsize", 0) == 4
                     or size == 4 * len(x) > 0)
        return size // 4 if self.real else size

    def quantize(self, index, real):
        """Writes a real number as TensorFlow Lite does: float32 division, half away from zero."""
        ratio = _float32(_float32(real) / self.scale)
        size = min(abs(ratio), 512.0)
        whole = int(size)
        whole += size - whole >= 0.5
        q = (whole if ratio >= 0 else -whole) + self.zero_point
        low = 0 if self.dtype == "uint8" else -128
        (self.row if self.fed else self.buffer)[index] = max(low, min(low + 255, q)) & 255

    def quantize_all(self, reals, first=0):
        """Writes real numbers, from the one of that index on: to the input, or to the row."""
        for index in range(self.row_bytes if self.fed else self.bytes):
            self.quantize(index, reals[first + index] if isinstance(reals, _LISTS) else
                          struct.unpack_from("<f", reals, 4 * (first + index))[0])

    def dequantize(self, index):
        """The real number that a byte stands for; the plain integer if the tensor has no scale."""
        q = self.buffer[index]
        if self.dtype != "uint8" and q > 127:
            q -= 256
        return self.scale * (q - self.zero_point) if self.scale else q


class Model:
    """A schedule, bound to an arena.

    `schedule` is bytes-like and used in place; `arena` a bytearray of at least
    `info["arena_bytes"]`, made here if there is none. Raises ValueError with the reason if the
    schedule is refused, MemoryError if there is no room for the arena.
    """

    weights = "in place"

    def __init__(self, schedule, arena=None, machine=Machine):
        if isinstance(schedule, str):
            raise TypeError("a schedule is bytes-like: use tinyml.load() for a path")
        if len(schedule) < _HEADER_BYTES:
            raise _refused(_TRUNCATED)
        (_, _, _, _, head, data, _, arena_bytes, rings, ports, _, _,
         steps) = struct.unpack_from(_HEADER, schedule, 0)
        self._arena = _new_arena(schedule, arena_bytes) if arena is None else arena
        # How many runs began in this arena, or were ended by writing to it; which of them is ours.
        self._runs, self._run = [0] if arena is None else _RUNS.setdefault(id(arena), [0]), 0
        self._runs[0] += 1
        status = 0
        try:
            self._machine = machine(schedule, self._arena)
        except ValueError as error:
            status = error.args[0]
        if status:
            raise _refused(status)
        at = _HEADER_BYTES + rings * _RING_BYTES
        ports = [Port(schedule, self._arena, at + i * _PORT_BYTES, _HEADER_BYTES)
                 for i in range(ports)]
        self._inputs = [port for port in ports if port.kind in (_INPUT, _FED)]
        self._outputs = [port for port in ports if port.kind == _OUTPUT]
        self._states = [port for port in ports if port.kind == _STATE]
        port = self._inputs[0]
        plain = () if port.dtype == "float32" else _BYTES       # those never are real numbers
        self._held, self._fed = ((), plain) if port.fed else (plain, ())
        if arena is not None:
            self._held = ()             # the short way counts no run
        self._image, self._row = port.bytes, port.row_bytes
        self._left = port.bytes         # of the image that is fed; all: a new run begins
        self._reals, self._given, self._end = None, 0, 0    # numbers to quantise, row by row
        self.inputs = tuple(port.buffer for port in self._inputs)
        self.outputs = tuple(port.buffer for port in self._outputs)
        self.input, self.output = self.inputs[0], self.outputs[0]
        for what in ("shape", "dtype", "scale", "zero_point"):
            setattr(self, "input_" + what, tuple(getattr(p, what) for p in self._inputs))
            setattr(self, "output_" + what, tuple(getattr(p, what) for p in self._outputs))
        self._name, self.labels, self._vectors = "", (), []
        self._read_notes(schedule, at + len(ports) * _PORT_BYTES + steps, head)
        self._arena_bytes, self._file_bytes = arena_bytes, head + data
        self.reset()

    @property
    def info(self):
        """What the file says of itself, as a dict that is made when it is asked for."""
        return {"name": self._name, "labels": self.labels, "arena_bytes": self._arena_bytes,
                "file_bytes": self._file_bytes, "vectors": len(self._vectors),
                "inputs": _descriptions(self._inputs), "outputs": _descriptions(self._outputs),
                "state_bytes": sum(port.bytes for port in self._states),
                "weights": self.weights}

    def ports(self, kind):
        """The inputs (0) or outputs (1), with shape, dtype, scale, zero_point and buffer."""
        return self._outputs if kind else self._inputs

    def run(self, x=None):
        """Runs the model; returns a memoryview of the first output, valid until the next run.

        `x` is the first input: as many bytes as it has, or real numbers (a list, or float32s) that
        are quantised. Without `x` the input is what was written to `.input`; a run may overwrite
        it. Allocates nothing when `x` is bytes or None.
        """
        if self._held and (x is None or _isinstance(x, self._held)
                           and copy(self._inputs[0].buffer, x) == self._image):
            self._machine.infer()       # the short way
        else:
            self._begin(x)
            self._go()
        return self.output

    def reset(self):
        """Forgets what runs before have left: for a model that keeps a state, as those do that
        listen to a stream. A new Model has nothing to forget."""
        self._opened()
        if self._run != self._runs[0]:
            self._runs[0] += 1
        for port in self._states:
            buffer, fill = port.buffer, port.zero_point & 255
            for index in range(port.bytes):
                buffer[index] = fill

    def steps(self, x=None, us=0):
        """Runs in bounded pieces: `for _ in m.steps(): ...` does something else in between. With
        `us` it goes on, piece by piece, until that many microseconds have gone."""
        begun = ticks_us()
        self._begin(x)
        while True:
            state = self._machine.step()
            if state == _MORE:
                if us and ((ticks_us() - begun) & 0x3fffffff) < us:     # ticks wrap
                    continue
                yield
                if us:
                    begun = ticks_us()
                if self._run != self._runs[0]:
                    raise self._lost()
            elif state == _DONE or not self._give_row():
                return

    def feed(self, rows):
        """Gives the next rows of an image, any whole number of them, to a model that was packed
        with `--feed rows`. Returns True when the output is ready; the next row begins a new run.

        `rows` is bytes-like, in the model's own numbers; or, for a model of float32, real numbers:
        a list or array of them. Raises ValueError if it is no whole number of rows or more than
        the image has left. Allocates nothing when `rows` is bytes.
        """
        machine, left, port = self._machine, self._left, None
        if _isinstance(rows, self._fed):        # the short way
            count = copy(_NOTHING, rows)
        else:
            port = self._fed_port()
            count = port.count(rows)
        if count % self._row or count > left:
            raise ValueError("feed whole rows of %d %s, %d are left; got %d" % (
                self._row, "numbers" if port and port.real else "bytes", left // self._row, count))
        if left == self._image:
            self._start()
        elif self._run != self._runs[0]:
            raise self._lost()
        self._left = left - count or self._image
        if port and port.real:
            self._offer(rows, count)
            return self._go() == _DONE
        machine.offer(rows)
        return machine.run() == _DONE

    def values(self, output=0):
        """An output as real numbers."""
        self._opened()
        port = self._outputs[output]
        return [port.dequantize(index) for index in range(len(port.buffer))]

    def top(self, count=1, output=0):
        """The highest values of an output as [(label, value), ...]; the index if no labels."""
        values = self.values(output)
        order = sorted(range(len(values)), key=lambda index: (-values[index], index))[:count]
        return [(self.labels[i] if i < len(self.labels) else i, values[i]) for i in order]

    def selftest(self):
        """Runs the golden vectors of the file; returns (how many were exact, how many it has).
        A state is reset before each, and at the end."""
        self._opened()
        exact = 0
        for seed, expected in self._vectors:
            self.run_noise(seed)
            at, same = 0, True
            for out in self.outputs:    # in place: a large output has no room for a copy
                end = at + len(out)
                same, at = same and out == expected[at:end], end
            exact += same and at == len(expected)
        self.reset()
        return exact, len(self._vectors)

    def run_noise(self, seed):
        """Runs with the input that a seed stands for, from a state that was reset."""
        self.reset()
        machine = self._opened()
        self._start()
        for port in self._inputs:
            if not port.fed:
                seed = noise(seed, port.buffer)
                continue
            for _ in range(port.bytes // port.row_bytes):
                seed = noise(seed, port.row)
                machine.offer(port.row)
                machine.run()
        machine.run()

    def close(self):
        """Lets go of arena and schedule. The model can't be used any more."""
        self._machine = self._arena = self._reals = self.input = self.output = None
        self.inputs = self.outputs = self._inputs = self._outputs = self._states = ()
        self._vectors = self._held = self._fed = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _opened(self):
        if self._machine is None:
            raise ValueError("the model is closed")
        return self._machine

    def _fed_port(self):
        self._opened()
        port = self._inputs[0]
        if not port.fed:
            raise ValueError("this model holds its input: write to .input or run(x), or pack it "
                             "with --feed rows")
        return port

    def _start(self):
        self._machine.start()
        self._left = self._image
        self._runs[0] += 1
        self._run = self._runs[0]

    def _lost(self):
        """Why this run can't go on: another model has written over it."""
        self._left = self._image
        return ValueError("another model ran in this arena: begin again")

    def _begin(self, x):
        """Starts a run with an input."""
        self._opened()
        port = self._inputs[0]
        if x is not None and port.count(x) != port.bytes:
            raise _wrong_size(port, x)
        if x is None and port.fed:
            raise ValueError("this model is fed rows: run(x), or feed(rows)")
        self._start()
        if port.fed:
            self._offer(x, port.bytes)
        elif port.real and x is not None:
            port.quantize_all(x)
        elif x is not None:
            copy(port.buffer, x)

    def _offer(self, x, count):
        """Gives numbers to the run: at once, or if they are real row by row."""
        self._reals, self._given, self._end = None, 0, 0
        if self._inputs[0].real:
            self._reals, self._end = x, count
        else:
            self._machine.offer(x)

    def _give_row(self):
        """Quantises and offers the next row; False if none is left."""
        if self._given == self._end:
            self._reals = None
            return False
        port = self._inputs[0]
        port.quantize_all(self._reals, self._given)
        self._machine.offer(port.row)
        self._given += port.row_bytes
        return True

    def _go(self):
        """Runs on until the output is ready or no row is left."""
        state = self._machine.run()
        while state == _HUNGRY and self._give_row():
            state = self._machine.run()
        return state

    def _read_notes(self, file, at, end):
        while at + _NOTE_BYTES <= end:
            kind, _, length = struct.unpack_from("<HHI", file, at)
            at += _NOTE_BYTES
            content = memoryview(file)[at:at + length]
            if kind == 1:
                self._name = bytes(content).decode()
            elif kind == 2:
                self.labels = tuple(bytes(content).decode().split("\n"))
            elif kind == 3:
                self._vectors.append((struct.unpack_from("<I", file, at)[0], content[4:]))
            at += (length + 3) // 4 * 4


def load(source, arena=None, paged=None):
    """The Model of a path or of bytes. A file on a ROM file system is used where it is, any other
    is read into RAM; or if there is no room and it was packed with `--paged`, its weights are read
    while it runs. `paged` says that this is wanted, or not. Raises OSError if there is no such
    file; else as Model does."""
    if not isinstance(source, str):
        return Model(source, arena)
    schedule = None
    try:
        if paged:
            raise MemoryError
        with open(source, "rb") as file:
            if sys.implementation.name == "micropython":
                try:
                    schedule = memoryview(file)
                except TypeError:
                    schedule = _bytes("schedule", os.stat(source)[6])
                    file.readinto(schedule)
            else:
                schedule = file.read()
        model = Model(schedule, arena)
        if not _isinstance(schedule, memoryview):
            model.weights = "in RAM"
        return model
    except MemoryError as error:
        schedule = None             # its bytes are room for what comes now
        if paged is False:
            raise
        try:
            if sys.implementation.name == "micropython":
                from tinyml_paging import load
            else:
                from tinyml.paging import load
        except ImportError:
            if paged:
                raise
            raise error
        return load(source, arena, Model, None if paged else error)


def _refused(status):
    """Why a schedule was refused. Boards have the words in a file that is loaded only for this."""
    try:
        if sys.implementation.name == "micropython":
            from tinyml_statuses import words
        else:
            from tinyml.statuses import words
        return ValueError(words(status))
    except (ImportError, MemoryError):
        return ValueError("refused: status %d of docs/FORMAT.md" % status)


def _size(x, real):
    """Bytes of something bytes-like; `real` if it could have been numbers too."""
    if not _isinstance(x, _str):        # MicroPython would take its bytes
        try:
            return copy(_NOTHING, x)
        except TypeError:
            pass
    raise TypeError("input must be bytes-like (bytes, bytearray, memoryview, array)"
                    + (" or a list of numbers" if real else ""))


def _wrong_size(port, x):
    real = port.dtype == "float32"
    if real and isinstance(x, _LISTS):
        return ValueError("input needs %d numbers, got %d" % (port.bytes, len(x)))
    return ValueError("input needs %d bytes (%s %s), got %d" % (
        4 * port.bytes if real else port.bytes, "x".join(str(n) for n in port.shape), port.dtype,
        _size(x, real)))


def _float32(real):
    """Rounded to float32, also where MicroPython's or CPython's floats are wider."""
    return struct.unpack("f", struct.pack("f", real))[0]


def _new_arena(schedule, size):
    if bytes(schedule[:4]) != b"TML\0" or size >> 30:
        size = 4                # not ours, or damaged: let the machine say so, ask for no memory
    return _bytes("arena", size)


def _bytes(what, size):
    collect()
    try:
        return bytearray(size)
    except MemoryError:
        raise MemoryError("no room for the %s: %d bytes in one piece are needed; "
                          "pack the model with less --ram, or free memory first" % (what, size))


def _descriptions(ports):
    return [{"shape": port.shape, "dtype": port.dtype, "scale": port.scale,
             "zero_point": port.zero_point} for port in ports]
