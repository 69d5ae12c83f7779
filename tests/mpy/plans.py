# SPDX-License-Identifier: MIT
# One model by every kind of plan: other arenas, other orders, the same bytes; also where weights
# stay in the file.
import tinyml

KINDS = ("single", "rings", "recompute", "patches", "rows")
models = {kind: tinyml.load("plan_" + kind + ".tml") for kind in KINDS}
x = bytes(i * i + 3 * i & 255 for i in range(12 * 10 * 4))
wanted = bytes(models["single"].run(x))
arena = models["single"].info["arena_bytes"]
for kind in KINDS:
    m = models[kind]
    m.run(x)
    same = [bytes(m.output) == wanted]
    pieces = sum(1 for _ in m.steps(x))
    same.append(bytes(m.output) == wanted)
    print(kind, same, pieces > 5, m.selftest(),
          m.info["arena_bytes"] < arena or kind == "single")

for kind in KINDS:
    m = tinyml.load("paged_" + kind + ".tml", paged=True)
    m.run(x)
    same = [bytes(m.output) == wanted]
    pieces = sum(1 for _ in m.steps(x))
    same.append(bytes(m.output) == wanted)
    print(kind, m.info["weights"], same, pieces > 5, m.selftest())
    m.close()
