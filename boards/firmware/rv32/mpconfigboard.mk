QEMU_ARCH = riscv32
QEMU_MACHINE = virt
# GCC 12 has no libraries for rv32imac_zicsr: the older ISA specification includes Zicsr.
RV32_ARCH = rv32imac -misa-spec=2.2
CFLAGS += -DMICROPY_HW_MCU_NAME='"RV32IMAC"' -DQEMU_SOC_VIRT -DEMU_TIMER_HZ=10000000
MPY_CROSS_FLAGS += -march=rv32imc
SRC_BOARD_O += shared/runtime/gchelper_native.o shared/runtime/gchelper_rv32i.o
FLASH_ADDRESS = 0x80000000
RAM_ADDRESS = 0x80400000
PSRAM_ADDRESS = 0x81000000
include $(BOARD_DIR)/../common.mk
