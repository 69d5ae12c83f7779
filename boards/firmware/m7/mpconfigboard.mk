QEMU_ARCH = arm
QEMU_MACHINE = mps2-an500
CPU = -mthumb -mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M7"'
CFLAGS += -DQEMU_SOC_MPS2 -DEMU_DUALTIMER=0x40002000 -DEMU_TIMER_HZ=25000000 -DEMU_DOUBLE
MPY_CROSS_FLAGS += -march=armv7emdp
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
FLASH_ADDRESS = 0x00000000
RAM_ADDRESS = 0x20000000
PSRAM_ADDRESS = 0x60000000
include $(BOARD_DIR)/../common.mk
LIB_SRC_C += $(SRC_LIB_LIBM_DBL_C) $(SRC_LIB_LIBM_DBL_SQRT_SW_C)
