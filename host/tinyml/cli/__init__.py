# SPDX-License-Identifier: MIT
"""The command line: arguments in, exit status out (0 done, 1 our error in one line, 2 usage).

    check     what is unsupported or risky in a model
    pack      a model file into a .tml schedule
    quantize  a float model, on data, into a .tml schedule
    show      what a schedule holds
    report    a model on a page to look at: memory, ops, boards
    deploy    a model to a board: copied, tested and timed there
    install   our modules to a board
    run       a model here, on an emulated board or on a real one
    eval      how often a model is right, on labelled data
    diff      our output against another implementation's, op by op
    bench     instructions of a run, and of each op, on an emulated board
    profile   where the time of a run goes, anywhere
    selftest  the golden vectors of a .tml, anywhere
    search    the best network for data and a board
    train     a network that was found or published, on your data
    fit       whether a model fits a board, and if not the ways out
    boards    what is known of them
    plan-study  what published networks would need
"""
import sys

import typer

from tinyml.cli.deploying import deploy, install
from tinyml.cli.fitting import boards, fit
from tinyml.cli.judging import check, diff, evaluate
from tinyml.cli.packing import pack, quantize, show
from tinyml.cli.reporting import report
from tinyml.cli.running import bench, profile, run, selftest
from tinyml.cli.searching import search, train
from tinyml.cli.studying import plan_study

COMMANDS = {"check": check, "pack": pack, "quantize": quantize, "show": show, "report": report,
            "deploy": deploy, "install": install, "run": run, "eval": evaluate, "diff": diff,
            "bench": bench, "profile": profile, "selftest": selftest, "search": search,
            "train": train, "fit": fit, "boards": boards, "plan-study": plan_study}

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  help="Neural networks on microcontrollers, from Python.")
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """The console script `tinyml`."""
    try:
        app(standalone_mode=True)
    except Exception as error:
        from tinyml.errors import TinymlError
        if not isinstance(error, TinymlError):
            raise
        print(f"tinyml: {error}", file=sys.stderr)
        sys.exit(1)
