# SPDX-License-Identifier: MIT
"""Published networks, planned: plan-study."""
from dataclasses import asdict
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import Json, print_result, watched


def plan_study(names: Annotated[Optional[list[str]], typer.Argument(
                   help="Of networks: mobilenet-v2, mobilenet-v2-rd, mcunet-5fps, ... Default: some "
                        "of each kind; a wrong name is answered with all.")] = None,
               as_json: Json = False):
    """Plan published networks, of which only the shapes are known, in every way: op by op, in patches,
    in rings, with rows that are computed again, with the picture held and fed. It takes about 20 seconds
    for each."""
    from rich.console import Console

    from tinyml.search.study import USUAL, WIDTH, study, study_table

    found = [study(name) for name in watched(names or list(USUAL))]
    if as_json:
        print_result([asdict(one) for one in found], as_json)
    else:
        Console(width=WIDTH).print(study_table(found))
