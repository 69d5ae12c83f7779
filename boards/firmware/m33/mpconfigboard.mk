QEMU_ARCH = arm
QEMU_MACHINE = mps2-an505
CPU = -mthumb -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M33"'
CFLAGS += -DEMU_UART=0x50200000 -DEMU_DUALTIMER=0x50002000 -DEMU_TIMER_HZ=20000000
MPY_CROSS_FLAGS += -march=armv7emsp
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
FLASH_ADDRESS = 0x10000000
RAM_ADDRESS = 0x38000000
PSRAM_ADDRESS = 0x80000000
include $(BOARD_DIR)/../common.mk
