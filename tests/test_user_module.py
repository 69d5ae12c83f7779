# SPDX-License-Identifier: MIT
"""`_tinyml` as a part of a firmware: MicroPython built with USER_C_MODULES. Minutes, so --all."""
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.test_mpy import IN_ROM, ROOT, built, by_name, expected
from tests.test_mpy import files as files
from tinyml.device import open_place
from tinyml.remote import PYTHON_PARTS
from tools.environment import with_tools
from tools.micropython import FIRMWARE, SOURCE, UNIX_OPTIONS, _mpy_cross

BUILTIN = "import _tinyml\nprint(_tinyml.__name__, hasattr(_tinyml, '__file__'))\n"


@pytest.fixture(scope="module", params=["unix", "m4f"])
def place(request, files, tmp_path_factory):
    """A place whose own MicroPython is replaced by one that holds `_tinyml`."""
    if not request.config.getoption("--all"):
        pytest.skip("it takes minutes: --all")
    if not (SOURCE / "py/mpconfig.h").exists():
        pytest.skip("python3 tasks.py setup")
    folder = tmp_path_factory.mktemp(request.param)
    rom = files | {name: built(name) for name in PYTHON_PARTS}
    with pytest.MonkeyPatch.context() as monkeypatch:
        if request.param == "unix":
            make("unix", folder, f"USER_C_MODULES={ROOT}", *UNIX_OPTIONS)
            monkeypatch.setattr("tinyml.unix_port.PROGRAM", folder / "micropython")
            rom |= {f"asyncio/{path.name}": path.read_bytes()
                    for path in (SOURCE / "extmod/asyncio").glob("[!m]*.py")}
        else:
            make("qemu", folder, f"USER_C_MODULES={modules(folder)}", f"BOARD={request.param}",
                 f"BOARD_DIR={FIRMWARE / request.param}")
            assert {path.stem for path in folder.rglob("armv7em/*.o")} >= {"gemm", "conv2d"}
            (folder / "firmware.elf").rename(folder / f"{request.param}.elf")
            monkeypatch.setattr("tinyml.emulator.FIRMWARE", folder)
        with open_place(request.param, rom=rom) as opened:
            yield opened


def modules(folder):
    """A folder with ours and what emulated boards need anyway."""
    modules = folder / "modules"
    modules.mkdir()
    for module in (ROOT / "mpy_module", FIRMWARE / "emulated"):
        (modules / module.name).symlink_to(module)
    return modules


def make(port, build, *options):
    done = subprocess.run(
        ["make", "-s", "-j2", "-C", SOURCE / "ports" / port, f"BUILD={build}", *options,
         *_mpy_cross()], env=with_tools(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_module_is_there_without_a_file(place):
    assert place.run(BUILTIN) == "_tinyml False\n"


@by_name
def test_scripts_print_what_they_do_elsewhere(script, place):
    assert place.run(IN_ROM + script.read_text()) == expected(script)


CMAKE = f"""
cmake_minimum_required(VERSION 3.13)
project(firmware C ASM)
add_library(usermod INTERFACE)
include({ROOT}/mpy_module/micropython.cmake)
get_target_property(sources usermod_tinyml INTERFACE_SOURCES)
file(WRITE sources.txt "${{sources}}")
"""


@pytest.mark.skipif(not shutil.which("cmake"), reason="needs cmake")
@pytest.mark.parametrize("option, arch", [
    ("PICO_PLATFORM=rp2040", "armv6m"), ("PICO_PLATFORM=rp2350-riscv", "rv32imc"),
    ("TINYML_ARCH=armv7emdp", "armv7emdp"), ("IDF_TARGET=esp32", "x64")])
def test_cmake_takes_the_kernels_of_the_module(option, arch, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(CMAKE)
    subprocess.run(["cmake", "-B", "build", f"-D{option}"], cwd=tmp_path, check=True,
                   capture_output=True)
    sources = map(Path, (tmp_path / "sources.txt").read_text().split(";"))
    makefile = "include $(TINYML_NATIVE)/sets.mk\nall:; @echo $(TINYML_KERNELS)\n"
    done = subprocess.run(["make", "-sf-", f"TINYML_NATIVE={ROOT}/native", f"TINYML_ARCH={arch}"],
                          input=makefile, text=True, capture_output=True, check=True)
    assert ({path.parent.name + "/" + path.name for path in sources if "kernels" in path.parts}
            == {"/".join(Path(name).parts[-2:]) for name in done.stdout.split()})
