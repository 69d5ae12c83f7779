# SPDX-License-Identifier: MIT
"""Model: a packed network, the same class on a board and on a computer.

This file runs under MicroPython as the module `tinyml`, over the native module `_tinyml`, and
under CPython as `tinyml.model`, over the same C. Floats are handled here and never cross into C.
"""
import gc
import struct
import sys

if sys.implementation.name == "micropython":
    import os

    try:
        from _tinyml import Machine, copy, noise
    except ValueError:
        raise ImportError("_tinyml.mpy is for another processor or MicroPython: "
                          "install the one for this board")
    BufferError = TypeError     # MicroPython has only the one
else:
    from tinyml.native import Machine, copy, noise

# What this file knows of the layout of a schedule; tests compare it with format.py.
_HEADER = "<IIHHIIIIHHHHI"
_HEADER_BYTES, _RING_BYTES, _PORT_BYTES, _NOTE_BYTES = 40, 16, 24, 8
_DTYPES = ("int8", "uint8", "float32")
_INPUT, _OUTPUT, _FED = 0, 1, 2         # kinds of ports
_DONE, _MORE, _HUNGRY = 0, 1, 2         # states of a run
_WRONG_SIZE = "input needs %d bytes (%s %s), got %d"
_NOTHING = bytearray(0)
_LISTS = (list, tuple)          # a name, since making the tuple for each run would allocate


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
        self.buffer = None if self.kind == _FED else \
            memoryview(arena)[offset:offset + pixels * channels]
        self.dtype = _DTYPES[dtype]
        self.scale = struct.unpack("<f", struct.pack("<I", scale))[0]   # exact in any float
        self.shape = tuple(dims[:rank])

    def quantize(self, index, real):
        """Writes a real number as TensorFlow Lite does: float32 division, half away from zero."""
        ratio = _float32(_float32(real) / self.scale)
        size = min(abs(ratio), 512.0)
        whole = int(size)
        whole += size - whole >= 0.5
        q = (whole if ratio >= 0 else -whole) + self.zero_point
        low = 0 if self.dtype == "uint8" else -128
        self.buffer[index] = max(low, min(low + 255, q)) & 255

    def quantize_all(self, reals):
        """Writes real numbers: a list, an array, or the bytes of float32."""
        count = len(self.buffer)
        if isinstance(reals, _LISTS):
            if len(reals) != count:
                raise ValueError("input needs %d numbers, got %d" % (count, len(reals)))
            for index in range(count):
                self.quantize(index, reals[index])
        else:
            for index in range(count):
                self.quantize(index, struct.unpack_from("<f", reals, 4 * index)[0])

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

    def __init__(self, schedule, arena=None):
        if isinstance(schedule, str):
            raise TypeError("a schedule is bytes-like: use tinyml.load() for a path")
        if len(schedule) < _HEADER_BYTES:
            raise ValueError("the schedule ends too early: copy the file again")
        (_, _, _, _, head, data, _, arena_bytes, rings, ports, _, _,
         steps) = struct.unpack_from(_HEADER, schedule, 0)
        self._arena = _new_arena(schedule, arena_bytes) if arena is None else arena
        self._machine = Machine(schedule, self._arena)
        at = _HEADER_BYTES + rings * _RING_BYTES
        ports = [Port(schedule, self._arena, at + i * _PORT_BYTES, _HEADER_BYTES)
                 for i in range(ports)]
        self._inputs = [port for port in ports if port.kind != _OUTPUT]
        self._outputs = [port for port in ports if port.kind == _OUTPUT]
        self._to_feed = 0               # bytes of the image that the run still waits for
        self.inputs = tuple(port.buffer for port in self._inputs)
        self.outputs = tuple(port.buffer for port in self._outputs)
        self.input, self.output = self.inputs[0], self.outputs[0]
        self._name, self.labels, self._vectors = "", (), []
        self._read_notes(schedule, at + len(ports) * _PORT_BYTES + steps, head)
        self.info = {
            "name": self._name, "labels": self.labels, "arena_bytes": arena_bytes,
            "file_bytes": head + data, "vectors": len(self._vectors),
            "inputs": _descriptions(self._inputs), "outputs": _descriptions(self._outputs)}

    def ports(self, kind):
        """The inputs (0) or outputs (1), with shape, dtype, scale, zero_point and buffer."""
        return self._outputs if kind else self._inputs

    def run(self, x=None):
        """Runs the model; returns a memoryview of the first output, valid until the next run.

        `x` is the first input: as many bytes as it has, or real numbers (a list, or float32s) that
        are quantised. Without `x` the input is what was written to `.input`; a run may overwrite
        it. Allocates nothing when `x` is bytes or None.
        """
        self._begin(x)
        self._machine.run()
        return self.output

    def steps(self, x=None):
        """Runs in bounded pieces: `for _ in m.steps(): ...` does something else in between."""
        self._begin(x)
        while self._machine.step() == _MORE:
            yield

    def feed(self, rows):
        """Gives the next rows of an image, any whole number of them, to a model that was packed
        with `--feed rows`. Returns True when the output is ready; the next row begins a new run.

        `rows` is bytes-like, in the model's own numbers. Raises ValueError if it is no whole number
        of rows or more than the image has left.
        """
        machine = self._opened()
        port = self._fed()
        if not self._to_feed:
            machine.start()
            self._to_feed = port.bytes
        size = _size(rows)
        if size % port.row_bytes or size > self._to_feed:
            raise ValueError("rows of %d bytes are needed, %d are left; got %d bytes" % (
                port.row_bytes, self._to_feed // port.row_bytes, size))
        machine.offer(rows)
        self._to_feed -= size
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
        """Runs the golden vectors of the file; returns (how many were exact, how many it has)."""
        exact = 0
        for seed, expected in self._vectors:
            self.run_noise(seed)
            at, same = 0, True
            for out in self.outputs:    # in place: a large output has no room for a copy
                end = at + len(out)
                same, at = same and out == expected[at:end], end
            exact += same and at == len(expected)
        return exact, len(self._vectors)

    def run_noise(self, seed):
        """Runs with the input that a seed stands for."""
        machine = self._opened()
        machine.start()
        for port in self._inputs:
            if port.buffer is not None:
                seed = noise(seed, port.buffer)
                continue
            row = bytearray(port.row_bytes)
            for _ in range(port.bytes // port.row_bytes):
                seed = noise(seed, row)
                machine.offer(row)
                machine.run()
        machine.run()

    def close(self):
        """Lets go of arena and schedule. The model can't be used any more."""
        self._machine = self._arena = self.input = self.output = None
        self.inputs = self.outputs = self._inputs = self._outputs = ()
        self._vectors = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def input_shape(self):
        return tuple(port.shape for port in self._inputs)

    @property
    def input_dtype(self):
        return tuple(port.dtype for port in self._inputs)

    @property
    def input_scale(self):
        return tuple(port.scale for port in self._inputs)

    @property
    def input_zero_point(self):
        return tuple(port.zero_point for port in self._inputs)

    @property
    def output_shape(self):
        return tuple(port.shape for port in self._outputs)

    @property
    def output_dtype(self):
        return tuple(port.dtype for port in self._outputs)

    @property
    def output_scale(self):
        return tuple(port.scale for port in self._outputs)

    @property
    def output_zero_point(self):
        return tuple(port.zero_point for port in self._outputs)

    def _opened(self):
        if self._machine is None:
            raise ValueError("the model is closed")
        return self._machine

    def _fed(self):
        """The input that is fed in rows."""
        if self._inputs[0].buffer is not None:
            raise ValueError("this model holds its input: write to .input or run(x), or pack it "
                             "with --feed rows")
        return self._inputs[0]

    def _begin(self, x):
        """Starts a run with an input."""
        machine, port = self._opened(), self._inputs[0]
        if port.buffer is not None:
            if x is not None:
                self._write(port, x)
            machine.start()
            return
        if x is None:
            raise ValueError("this model is fed rows: run(x), or feed(rows)")
        if _size(x) != port.bytes:
            raise ValueError(_WRONG_SIZE % (port.bytes, _shape(port), port.dtype, _size(x)))
        self._to_feed = 0
        machine.start()
        machine.offer(x)

    def _write(self, port, x):
        real = port.dtype == "float32"
        if real and isinstance(x, _LISTS):
            port.quantize_all(x)
            return
        try:
            if isinstance(x, str):      # MicroPython would take its bytes
                raise TypeError
            size = copy(port.buffer, x)
        except (TypeError, BufferError):
            raise TypeError("input must be bytes-like (bytes, bytearray, memoryview, array)"
                            + (" or a list of numbers" if real else ""))
        wanted = len(port.buffer)
        if real and size == 4 * wanted:
            port.quantize_all(x)
        elif size != wanted:
            raise ValueError(_WRONG_SIZE % (4 * wanted if real else wanted, _shape(port),
                                            port.dtype, size))

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


def load(source, arena=None):
    """The Model of a path or of bytes. A file on a ROM file system is used where it is, any other
    is read into RAM. Raises OSError if there is no such file; else as Model does."""
    if not isinstance(source, str):
        return Model(source, arena)
    with open(source, "rb") as file:
        if sys.implementation.name == "micropython":
            try:
                schedule = memoryview(file)
            except TypeError:
                schedule = _bytes("schedule", os.stat(source)[6])
                file.readinto(schedule)
        else:
            schedule = file.read()
    return Model(schedule, arena)


def _size(x):
    """Bytes of something bytes-like."""
    if not isinstance(x, str):          # MicroPython would take its bytes
        try:
            return copy(_NOTHING, x)
        except (TypeError, BufferError):
            pass
    raise TypeError("rows must be bytes-like (bytes, bytearray, memoryview, array)")


def _shape(port):
    return "x".join(str(n) for n in port.shape)


def _float32(real):
    """Rounded to float32, also where MicroPython's or CPython's floats are wider."""
    return struct.unpack("f", struct.pack("f", real))[0]


def _new_arena(schedule, size):
    if bytes(schedule[:4]) != b"TML\0" or size >> 30:
        size = 4                # not ours, or damaged: let the machine say so, ask for no memory
    return _bytes("arena", size)


def _bytes(what, size):
    gc.collect()
    try:
        return bytearray(size)
    except MemoryError:
        raise MemoryError("no room for the %s: %d bytes in one piece are needed; "
                          "pack the model with less --ram, or free memory first" % (what, size))


def _descriptions(ports):
    return [{"shape": port.shape, "dtype": port.dtype, "scale": port.scale,
             "zero_point": port.zero_point} for port in ports]
