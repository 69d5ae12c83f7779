# SPDX-License-Identifier: MIT
# For firmware builders: make USER_C_MODULES=<the folder above this one> TINYML_ARCH=armv7emsp: MicroPython takes
# every */micropython.mk in it. TINYML_ARCH chooses the kernels: armv6m, armv7m, armv7emsp (Cortex-M4, M33), armv7emdp
# (Cortex-M7), rv32imc; the port's -march if it is known by now, else portable C. What is left to install then is
# tinyml.mpy, tinyml_statuses.mpy and tinyml_paging.mpy.
TINYML_MODULE := $(USERMOD_DIR)
TINYML_NATIVE := $(TINYML_MODULE)/../native
TINYML_ARCH ?= $(patsubst -march=%,%,$(filter -march=%,$(MPY_CROSS_FLAGS)))
include $(TINYML_NATIVE)/sets.mk
SRC_USERMOD_C += $(TINYML_MODULE)/tml_module.c \
    $(wildcard $(TINYML_NATIVE)/core/*.c) $(filter %.c,$(TINYML_KERNELS))
SRC_USERMOD_LIB_ASM += $(filter %.S,$(TINYML_KERNELS))
CFLAGS_USERMOD += $(TINYML_INCLUDES)
