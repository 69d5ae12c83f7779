QEMU_ARCH = arm
QEMU_MACHINE = mps2-an385
CPU = -mthumb -mcpu=cortex-m3 -mfloat-abi=soft
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M3"'
CFLAGS += -DQEMU_SOC_MPS2 -DEMU_DUALTIMER=0x40002000 -DEMU_TIMER_HZ=25000000
MPY_CROSS_FLAGS += -march=armv7m
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
FLASH_ADDRESS = 0x00000000
RAM_ADDRESS = 0x20000000
PSRAM_ADDRESS = 0x21000000
include $(BOARD_DIR)/../common.mk
