# SPDX-License-Identifier: MIT
"""One page about a packed model, to look at in a browser: what `tinyml report` writes."""
from tinyml.page.gather import gather
from tinyml.page.render import render

__all__ = ["gather", "render"]
