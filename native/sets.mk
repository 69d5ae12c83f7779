# SPDX-License-Identifier: MIT
# TINYML_KERNELS: the kernels of TINYML_ARCH, from the folders TINYML_SETS of TINYML_NATIVE/kernels. A file
# stands in for those of the same name in the sets behind its own.
TINYML_SETS_armv6m = armv6m ref
TINYML_SETS_armv7m = blocked ref
TINYML_SETS_armv7emsp = armv7em ref
TINYML_SETS_armv7emdp = armv7emdp armv7em ref
TINYML_SETS_rv32imc = rv32imc blocked ref
TINYML_SETS ?= $(or $(TINYML_SETS_$(TINYML_ARCH)),blocked ref)

TINYML_KERNELS :=
tinyml_stems = $(basename $(notdir $(1)))
tinyml_new = $(if $(filter $(call tinyml_stems,$(1)),$(call tinyml_stems,$(TINYML_KERNELS))),,$(1))
tinyml_set = $(wildcard $(TINYML_NATIVE)/kernels/$(1)/*.[cS])
$(foreach set,$(TINYML_SETS),$(eval TINYML_KERNELS += \
    $(foreach file,$(call tinyml_set,$(set)),$(call tinyml_new,$(file)))))

TINYML_INCLUDES = $(patsubst %,-I$(TINYML_NATIVE)/%,include core kernels $(addprefix kernels/,$(TINYML_SETS)))
