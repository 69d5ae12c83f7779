# SPDX-License-Identifier: MIT
"""The processors that can be simulated: what runs on them, and where their registers are."""
from dataclasses import dataclass

from unicorn import arm_const as arm
from unicorn import riscv_const as riscv
from unicorn import unicorn_const as uc

ARM_MODE = uc.UC_MODE_THUMB | uc.UC_MODE_MCLASS
NO_MATTER, MULTIPLE, EVERY = range(3)       # which accesses fault unless aligned; as in hooks.c


@dataclass(frozen=True)
class Core:
    """`arch` is the native module's; the registers are of a function's arguments, then others."""

    name: str
    arch: str
    family: int
    mode: int
    cpu: int | None
    must_align: int
    arguments: tuple[int, ...]
    link: int
    stack: int
    counter: int
    flags: int                  # 0: has none
    kept: tuple[int, ...]       # registers that a function leaves as they were

    @property
    def thumb(self) -> int:
        """1 in the addresses of functions that are Thumb code."""
        return int(self.family == uc.UC_ARCH_ARM)


def _cortex(name, arch, cpu, must_align=MULTIPLE):
    return Core(name, arch, uc.UC_ARCH_ARM, ARM_MODE, cpu, must_align,
                tuple(arm.UC_ARM_REG_R0 + i for i in range(4)), arm.UC_ARM_REG_LR,
                arm.UC_ARM_REG_SP, arm.UC_ARM_REG_PC, arm.UC_ARM_REG_XPSR,
                (arm.UC_ARM_REG_SP, *(arm.UC_ARM_REG_R4 + i for i in range(8))))


CORES = {core.name: core for core in (
    _cortex("m0", "armv6m", arm.UC_CPU_ARM_CORTEX_M0, EVERY),
    _cortex("m3", "armv7m", arm.UC_CPU_ARM_CORTEX_M3),
    _cortex("m4", "armv7emsp", arm.UC_CPU_ARM_CORTEX_M4),
    _cortex("m7", "armv7emdp", arm.UC_CPU_ARM_CORTEX_M7),
    _cortex("m33", "armv7emsp", arm.UC_CPU_ARM_CORTEX_M33),
    Core("rv32", "rv32imc", uc.UC_ARCH_RISCV, uc.UC_MODE_RISCV32, None, EVERY,
         tuple(riscv.UC_RISCV_REG_A0 + i for i in range(8)), riscv.UC_RISCV_REG_RA,
         riscv.UC_RISCV_REG_SP, riscv.UC_RISCV_REG_PC, 0,
         (riscv.UC_RISCV_REG_SP, riscv.UC_RISCV_REG_S0, riscv.UC_RISCV_REG_S1,
          *(riscv.UC_RISCV_REG_S2 + i for i in range(10)))),
)}
