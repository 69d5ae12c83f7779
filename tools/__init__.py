# SPDX-License-Identifier: MIT
"""What tasks.py is made of: standard library only, one idea per module."""
