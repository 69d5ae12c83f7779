# SPDX-License-Identifier: MIT
"""Models judged: check, diff, eval."""
from pathlib import Path
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import (AnyFile, Json, Labels, ModelFile, Place, Shape, print_result,
                               shapes_of, watched)


def check(model: ModelFile, shape: Shape = None, as_json: Json = False):
    """List what is unsupported or risky in a model, all at once, with a way out of each.

    The status is 0 if the model packs, 1 if it does not; warnings don't change it.
    """
    from tinyml.check import check_file
    from tinyml.terminal import check_table

    found = check_file(model, shapes_of(shape))
    figures = found.figures()
    print_result(figures if as_json else check_table(figures), as_json)
    raise typer.Exit(0 if found.packs else 1)


def diff(model: ModelFile,
         input: Annotated[Path, typer.Option(help="A .npy array (of a batch the first is taken), or "
                                             "a picture.")],
         reference: Annotated[Optional[str], typer.Option(
             help="tflm or onnx, or a float model that this one was made from. Default: what belongs "
                  "to the file.")] = None,
         shape: Shape = None, as_json: Json = False):
    """Compare the output of each op with another implementation's.

    The status is 1 if a byte differs from TensorFlow Lite Micro's. Other references round otherwise.
    """
    from tinyml.diff import diff_file
    from tinyml.terminal import diff_table

    found = diff_file(model, input, reference, shapes_of(shape))
    figures = found.figures()
    print_result(figures if as_json else diff_table(figures), as_json)
    raise typer.Exit(1 if found.is_wrong else 0)


def evaluate(file: AnyFile,
             data: Annotated[Path, typer.Argument(help="A folder with one of pictures for each "
                                                  "class, an .npz with x and y, or a .csv with the "
                                                  "class in the last column.")],
             on: Place = "host", labels: Labels = None,
             limit: Annotated[Optional[int], typer.Option(min=1, help="Items at most, evenly "
                                                          "spread.")] = None,
             engine: Annotated[Optional[str], typer.Option(
                 help="Share the items: local, among processes of this machine; ray or "
                      "ray://HOST:PORT, among machines that all see the data.")] = None,
             as_json: Json = False):
    """Count how often a model is right: accuracy, and of each class precision and recall."""
    from tinyml.evaluate import evaluate as evaluate_file
    from tinyml.terminal import evaluation_table

    if engine:
        if on != "host":
            raise typer.BadParameter("--engine is for --on host")
        from tinyml.search.executor import make_executor
        from tinyml.search.shares import evaluate_shared

        with make_executor(engine) as executor:
            counted = evaluate_shared(executor, file, data, labels, limit, watched)
    else:
        counted = evaluate_file(file, data, on, labels, limit, watched)
    figures = counted.figures()
    print_result(figures if as_json else evaluation_table(figures), as_json)
