# SPDX-License-Identifier: MIT
"""The readers of all operators, by their names: from each family's file of this folder."""
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

HELPERS = ("channels", "load", "node", "qoperator", "reader", "readers", "recognise", "scales",
           "shapes", "widths", "windows")
FILES = {file.name: import_module(f"{__package__}.{file.name}").READS
         for file in iter_modules([str(Path(__file__).parent)]) if file.name not in HELPERS}
READERS = {kind: make for reads in FILES.values() for kind, make in reads.items()}
