# SPDX-License-Identifier: MIT
"""Labelled data to train on: pictures, sounds or motion, in three parts."""
from tinyml.search.data.items import Dataset, Items
from tinyml.search.data.read import read_dataset

__all__ = ["Dataset", "Items", "read_dataset"]
