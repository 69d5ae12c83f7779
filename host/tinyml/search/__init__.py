# SPDX-License-Identifier: MIT
"""The best network for a board and data: architecture and schedule searched together. Training needs
the extra `search`."""
