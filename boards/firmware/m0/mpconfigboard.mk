QEMU_ARCH = arm
QEMU_MACHINE = microbit
CPU = -mthumb -mcpu=cortex-m0 -mfloat-abi=soft
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M0"'
CFLAGS += -DQEMU_SOC_NRF51 -DEMU_NRF_TIMER=0x40008000 -DEMU_TIMER_HZ=16000000
MPY_CROSS_FLAGS += -march=armv6m
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb1.o
FLASH_ADDRESS = 0x00000000
RAM_ADDRESS = 0x20000000
PSRAM_ADDRESS = 0x20400000
include $(BOARD_DIR)/../common.mk
