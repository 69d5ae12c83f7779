# SPDX-License-Identifier: MIT
# For firmware builders: make USER_C_MODULES=<the folder above this one>, since MicroPython looks for
# */micropython.mk in it. Then only tinyml.mpy (or model.py, frozen as tinyml) is needed beside it.
TINYML_MODULE := $(USERMOD_DIR)
TINYML_NATIVE := $(TINYML_MODULE)/../native
SRC_USERMOD_C += $(TINYML_MODULE)/tml_module.c \
    $(wildcard $(TINYML_NATIVE)/core/*.c) $(wildcard $(TINYML_NATIVE)/kernels/ref/*.c)
CFLAGS_USERMOD += -I$(TINYML_NATIVE)/include -I$(TINYML_NATIVE)/core -I$(TINYML_NATIVE)/kernels
