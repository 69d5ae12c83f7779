# SPDX-License-Identifier: MIT
"""Runs the main.py of an example on an emulated board, with files in the place of its sensors.

    python3 tasks.py example gesture
    python3 tasks.py example person_detection --model person_detect.tflite --on m0

What lies in `emulated/` of its folder takes the place of files of the same name.
"""
import argparse
from importlib.util import find_spec
from pathlib import Path

from tinyml.board import load_board
from tinyml.device import open_place
from tinyml.errors import TinymlError
from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import PYTHON_PARTS, built, choose_build, module_path

EXAMPLES = Path(__file__).parent
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/main.py"))
SOUND = {"keywords", "wake_word"}         # these take the files of examples/sound, too
ROW_FED = {"gesture", "person_detection"}
PACKAGES = {"wake_word": ("pymicro_wakeword", "models/okay_nabu.tflite")}
ON_BOARD = (".csv", ".pgm", ".py", ".wav")
SECONDS = 300
IN_ROM = "import os\nos.chdir('/rom')\n"


def find_model(name: str) -> Path | None:
    """The model of an example: beside it, or in a package from PyPI."""
    if name in PACKAGES:
        package, path = PACKAGES[name]
        spec = find_spec(package)
        return spec and Path(spec.submodule_search_locations[0]) / path
    return next((EXAMPLES / name).glob("*.tflite"), None)


def board_files(name: str, model: Path) -> dict[str, bytes]:
    """What `deploy` and mpremote bring to a real board, and `emulated/` over it."""
    folders = [EXAMPLES / "sound"] if name in SOUND else []
    folders.append(EXAMPLES / name)
    labels = EXAMPLES / name / "labels.txt"
    packed = pack(model, labels if labels.exists() else None, Options(feed_rows=name in ROW_FED))
    files = {f"{model.stem}.tml": packed.file}
    for place in (*folders, *(folder / "emulated" for folder in folders)):
        files |= {path.name: path.read_bytes() for path in place.iterdir()
                  if path.suffix in ON_BOARD and path.name != "train.py"}
    return files


def run_example(name: str, model: Path, on: str) -> str:
    """What the example prints on an emulated board."""
    files = board_files(name, model)
    build = choose_build(files[f"{model.stem}.tml"])
    modules = (*PYTHON_PARTS, module_path(load_board(on).arch, build))
    files |= {Path(module).name: built(module) for module in modules}
    with open_place(on, rom=files) as place:
        return place.run(IN_ROM + files["main.py"].decode(), SECONDS)


def main():
    """The command line."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("name", choices=NAMES)
    arguments.add_argument("--model", type=Path, help="a .tflite, where none comes with the example")
    arguments.add_argument("--on", default="m4f", help="an emulated board")
    given = arguments.parse_args()
    model = given.model or find_model(given.name)
    if model is None:
        arguments.error(f"examples/{given.name}/README.md says where its model is; give it as --model")
    try:
        print(run_example(given.name, model, given.on), end="")
    except TinymlError as error:
        arguments.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
