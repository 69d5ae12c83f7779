# SPDX-License-Identifier: MIT
"""Compilers and emulators from the system's packages: Debian and Ubuntu."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from .steps import call, timed

PACKAGES = (
    "make gcc libc6-dev xz-utils "
    "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm "
    "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc"
).split()

ELSEWHERE = """\
  This is not Debian or Ubuntu: install by your system's means what you need of
    - a C compiler (without it nothing works);
    - arm-none-eabi-gcc and riscv64-unknown-elf-gcc: native modules and firmware for boards;
    - qemu-system-arm and qemu-system-riscv32: emulated boards.
  The host simulator needs the C compiler only; `unix-new`, a MicroPython on this machine, comes
  from PyPI. The rest of the tests is skipped."""


def install_packages(*more: str):
    """Install what dpkg does not list, and `more`; without the rights to, say what to type."""
    if not shutil.which("dpkg-query"):
        print(ELSEWHERE)
        return
    missing = [name for name in [*PACKAGES, *python_packages(), *more] if not is_installed(name)]
    if not missing:
        return
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if become_root and not can_sudo():
        print(f"  Missing packages; type:\n    sudo apt-get install {' '.join(missing)}")
        return
    quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    install = [*become_root, "apt-get", "install", "-y", "--no-install-recommends", *missing]

    def install_missing():
        call("apt-update", [*become_root, "apt-get", "update"], **quiet)
        call("apt-install", install, **quiet)

    timed(f"{len(missing)} packages", install_missing)


def is_installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${Status}", package]
    done = subprocess.run(query, capture_output=True, text=True)
    return done.stdout.endswith("ok installed")


def python_packages() -> list[str]:
    """Debian splits Python: venv and the C headers are packages of their own."""
    out = []
    if importlib.util.find_spec("ensurepip") is None:
        out.append("python3-venv")
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        out.append("python3-dev")
    return out if sys.base_prefix == "/usr" else []


def can_sudo() -> bool:
    """Without asking for a password."""
    test = ["sudo", "-n", "true"]
    return bool(shutil.which("sudo")) and subprocess.run(test, capture_output=True).returncode == 0


def download_source(package: str, version: str, suite: str, folder: Path):
    """Fetch a Debian source package into `folder`, from the mirror this machine already uses.

    The apt configuration of the machine is left alone: lists and cache go into `folder` as well.
    """
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI) $(RELEASE)",
         "Identifier: Packages"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = [line.split() for line in listing.stdout.splitlines()]
    mirrors = [row[1] for row in rows if row[0] == "Debian" and "-" not in row[2]]
    if not mirrors:
        raise LookupError("no Debian mirror in the configuration of apt")
    for name in ("lists/partial", "cache"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
    sources = folder / "sources.list"
    sources.write_text(f"deb-src [signed-by={keys}] {mirrors[0]} {suite} main\n")
    options = [
        f"-oDir::Etc::SourceList={sources}", "-oDir::Etc::SourceParts=/dev/null",
        f"-oDir::State::Lists={folder}/lists", f"-oDir::Cache={folder}/cache",
    ]  # fmt: skip
    if os.geteuid() == 0:  # else apt's own user could not write into this folder
        options.append("-oAPT::Sandbox::User=root")
    call("source-update", ["apt-get", *options, "update"])
    fetch = ["apt-get", *options, "source", "--download-only", f"{package}={version}"]
    call("source", fetch, cwd=folder)
