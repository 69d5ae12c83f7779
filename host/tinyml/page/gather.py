# SPDX-License-Identifier: MIT
"""From a model and options to all that the page shows."""
import struct
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from tinyml import format as f
from tinyml.bench import names_of
from tinyml.importers import import_model
from tinyml.options import Options
from tinyml.pack import Packed, labels_of, name_of, pack_graph, read_file
from tinyml.page.boards import board_rows
from tinyml.page.facts import FileFacts, Plain, PortFacts, Report
from tinyml.page.histograms import histograms
from tinyml.page.plans import plan_view, task_cycles
from tinyml.page.words import options_words
from tinyml.pipeline import Compiled, compile_graph
from tinyml.profile import profile
from tinyml.run import require_place
from tinyml.schedule import Schedule, encode
from tinyml.turns import firing_order

KINDS = ("input", "output", "input, fed", "state")


def gather(model: Path, options: list[Options], labels: Path | None = None,
           on: str | None = None) -> Report:
    """A model planned in one way or in two, and measured somewhere if that is asked for. Raises as
    `pack` and `profile` do."""
    if on:
        require_place(on)
    graph = import_model(read_file(model), name_of(model))
    words = labels_of(labels, model)
    packs = [pack_graph(graph, words, some) for some in options]
    if all(packed.file == packs[0].file for packed in packs):
        packs = packs[:1]
    plain = compile_graph(graph, options=Options(stages="single",
                                                 feed_rows=options[0].feed_rows))
    profiles = [profile(packed.file, names_of(packed), on) if on else None for packed in packs]
    views = tuple(plan_view(key, *options_words(some), packed, measured)
                  for key, some, packed, measured in zip("ab", options, packs, profiles))
    first = packs[0].compiled
    files = [packed.file for packed in packs]
    return Report(first.schedule.name, on or "", profiles[0].unit if on else "", first.macs,
                  _ports(first.schedule), words, views, _plain(plain), board_rows(files),
                  histograms(first.graph), first.schedule.removed, tuple(map(_file, packs)))


def _plain(compiled: Compiled) -> Plain:
    plan = compiled.plan
    return Plain(plan.arena_bytes, plan.products, sum(task_cycles(plan)),
                 len(firing_order(encode(compiled.schedule), compiled.schedule)))


def _ports(schedule: Schedule) -> tuple[PortFacts, ...]:
    return tuple(PortFacts(KINDS[port["kind"]],
                           tuple(port[f"dim{i}"] for i in range(port["rank"])),
                           f.DTYPES[port["dtype"]],
                           struct.unpack("<f", struct.pack("<I", port["scale"]))[0],
                           port["zero_point"]) for port in schedule.ports)


def _file(packed: Packed) -> FileFacts:
    schedule, file = packed.compiled.schedule, packed.file
    names = [field.name for field in f.HEADER.fields]
    header = dict(zip(names, struct.unpack_from(f.HEADER.layout, file)))
    return FileFacts(header["version"], header["head_bytes"], header["crc"], header["data_bytes"],
                     header["data_crc"], sha256(file).hexdigest(),
                     tuple((seed, crc32(outputs)) for seed, outputs in schedule.vectors))
