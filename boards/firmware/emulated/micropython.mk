SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/, start.c heap.c uart.c ticks.c romfs.c emulated.c)
