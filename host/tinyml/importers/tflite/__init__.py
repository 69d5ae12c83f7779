# SPDX-License-Identifier: MIT
"""TensorFlow Lite flatbuffers (schema 3)."""
