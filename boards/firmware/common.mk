# What all emulated boards share; included at the end of each mpconfigboard.mk.
# Board files say: CPU, FLASH_ADDRESS, RAM_ADDRESS, PSRAM_ADDRESS, and -D options for emulated/.

FIRMWARE_DIR := $(abspath $(BOARD_DIR)/..)

CFLAGS += $(CPU) -I$(FIRMWARE_DIR) -DMP_CONFIGFILE='"mpconfig_emulated.h"'
AFLAGS += $(CPU)
LDSCRIPT = $(FIRMWARE_DIR)/board.ld
LDFLAGS += $(CPU) -Wl,--defsym=FLASH_ADDRESS=$(FLASH_ADDRESS)
LDFLAGS += -Wl,--defsym=RAM_ADDRESS=$(RAM_ADDRESS) -Wl,--defsym=PSRAM_ADDRESS=$(PSRAM_ADDRESS)

# The heap's place and size are settled at start by emulated/heap.c, not by this array.
LDFLAGS += -Wl,--wrap=gc_init
MICROPY_HEAP_SIZE = 16

USER_C_MODULES = $(FIRMWARE_DIR)
FROZEN_MANIFEST = $(FIRMWARE_DIR)/manifest.py
MICROPY_VFS_LFS2 = 1
MICROPY_VFS_FAT = 1
SRC_BOARD_O += shared/timeutils/timeutils.o  # for the dates of FAT

# The build wants a folder of Python libraries, known by its README.md; none is used from it.
MPY_LIB_DIR = $(FIRMWARE_DIR)
