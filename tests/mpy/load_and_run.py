# SPDX-License-Identifier: MIT
# A real model: its own vectors, then a picture of an ankle boot.
import tinyml

m = tinyml.load("larger.tml")
print(m.info["name"], m.info["file_bytes"], m.info["arena_bytes"])
print(m.input_shape, m.input_dtype, m.input_zero_point, len(m.input))
print(m.output_shape, m.output_dtype, m.output_zero_point, len(m.output))
print("%.6f %.6f" % (m.input_scale[0], m.output_scale[0]))
print("selftest", m.selftest())

with open("boot.bin", "rb") as file:
    picture = file.read()
y = m.run(picture)
print(bytes(y), sum(y))
for label, value in m.top(3):
    print(label, "%.4f" % value)

m.input[:] = picture
print("in place", bytes(m.run()) == bytes(y), m.run(bytearray(picture)) is y)

copy = tinyml.Model(bytearray(open("larger.tml", "rb").read()), bytearray(16000))
print("from RAM", bytes(copy.run(memoryview(picture))) == bytes(y))

m = tinyml.load("feedback.tml")     # its output overlaps its input in the arena
x = bytes(range(len(m.input)))
once = bytes(m.run(x))
twice = bytes(m.run(once))
m.run(x)
print("of its own output", bytes(m.run(m.output)) == twice != once)
