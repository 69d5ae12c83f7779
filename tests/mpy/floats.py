# SPDX-License-Identifier: MIT
# Models of float32 in and out: numbers in, numbers out, whatever precision Python has here.
from array import array
from struct import pack

import tinyml

numbers = [-0.5, 0.24, 0.25, 3]
m = tinyml.load("echo.tml")     # gives its input
print(m.input_dtype, m.output_dtype, m.input_shape, m.input_scale, m.input_zero_point)


def show(what, x):
    y = bytes(m.run(x))
    print(what, y, ["%.3f" % value for value in m.values()])


show("list", numbers)
show("tuple", tuple(numbers))
show("array", array("f", numbers))
show("bytes", pack("<4f", *numbers))
show("unaligned", memoryview(b"x" + pack("<4f", *numbers))[1:])
show("quantised", bytes([5, 0, 251, 127]))
show("out of range", [-1e9, 1e9, float("inf"), -float("inf")])

port = m.ports(0)[0]
port.quantize(2, -1.5)
print("one", m.input[2], "%.3f" % port.dequantize(2))

m = tinyml.load("floats.tml")   # adds neighbours
show("sums", numbers)
print("top", [(label, "%.3f" % value) for label, value in m.top(2)])

m = tinyml.load("pixels.tml")   # of uint8, gives its input
print(m.input_dtype)
show("pixels", bytes([0, 1, 128, 255]))
