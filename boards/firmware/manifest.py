# SPDX-License-Identifier: MIT
freeze("$(BOARD_DIR)/..", "_boot.py")
include("$(MPY_DIR)/extmod/asyncio")
