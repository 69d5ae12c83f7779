QEMU_ARCH = arm
QEMU_MACHINE = mps2-an386
CPU = -mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M4F"'
CFLAGS += -DQEMU_SOC_MPS2 -DEMU_DUALTIMER=0x40002000 -DEMU_TIMER_HZ=25000000
MPY_CROSS_FLAGS += -march=armv7emsp
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
FLASH_ADDRESS = 0x00000000
RAM_ADDRESS = 0x20000000
PSRAM_ADDRESS = 0x21000000
include $(BOARD_DIR)/../common.mk
