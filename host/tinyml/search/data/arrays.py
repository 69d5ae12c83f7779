# SPDX-License-Identifier: MIT
"""Arrays of items in files: .npz, and folders of IDX files as MNIST has them."""
import gzip
import re
from pathlib import Path

import numpy as np

from tinyml.data import DATA_KEYS, LABEL_KEYS
from tinyml.errors import ModelError
from tinyml.inputs import read_archive
from tinyml.search.data.found import PARTS, Found
from tinyml.search.data.items import IMAGES, MOTION

GROUP_KEYS = ("group", "groups", "person", "persons", "session", "sessions", "subject", "subjects",
              "user", "users")
IDX = re.compile(r"(\w+?)-(images|labels)[-.]idx[13]-ubyte(\.gz)?$")
BYTES = 8                       # IDX's code of unsigned bytes


def read_npz(path: Path) -> Found:
    """`x` and `y`, or `x_train`, `y_train`, `x_test`, `y_test`; a `person`, `session` or `group` of each
    item if there is one."""
    arrays = read_archive(path)
    parts = [(key, PARTS[key]) for key in PARTS if _key(arrays, DATA_KEYS, f"_{key}")] or [(None, "")]
    found = []
    for key, part in parts:
        suffix = f"_{key}" if key else ""
        x, y = (arrays.get(_key(arrays, keys, suffix)) for keys in (DATA_KEYS, LABEL_KEYS))
        if x is None or y is None or x.shape[:1] != (y.size,) or not y.size:
            raise ModelError(f"`{path}` needs `x{suffix}` and `y{suffix}`, an item and its class for each; it "
                             f"has {', '.join(f'`{name}`' for name in arrays) or 'nothing'}")
        groups = arrays.get(_key(arrays, GROUP_KEYS, suffix))
        if groups is not None and groups.size != y.size:
            raise ModelError(f"`{path}` has {groups.size} groups for {y.size} items")
        found.append((x, y.reshape(-1), part, groups))
    return _joined(found, path)


def _key(arrays: dict, keys, suffix: str) -> str | None:
    return next((key + suffix for key in keys if key + suffix in arrays), None)


def _joined(found: list, path: Path, names: tuple[str, ...] = ()) -> Found:
    """All parts in one array."""
    shapes = {x.shape[1:] for x, *_ in found}
    if len(shapes) > 1:
        raise ModelError(f"`{path}`: its parts have items of several shapes")
    x = np.concatenate([x for x, *_ in found])
    groups = [groups for *_, groups in found]
    kind, x = _shaped(x, path)
    return Found(kind, x, tuple(str(word) for _, y, *_ in found for word in y.tolist()),
                 tuple(part for _, y, part, _ in found for _ in range(len(y))),
                 None if any(one is None for one in groups) else tuple(
                     str(group) for one in groups for group in one.reshape(-1).tolist()), names=names)


def _shaped(x: np.ndarray, path: Path) -> tuple[str, np.ndarray]:
    """Bytes are pictures, other numbers rows of readings."""
    if x.dtype.kind not in "biuf" or x.ndim not in (3, 4):
        raise ModelError(f"`{path}`: items are {x.dtype} of {x.ndim - 1} axes; pictures are height, width "
                         "(and channels), readings are time and channels")
    if x.dtype == np.uint8:
        x = x if x.ndim == 4 else x[..., None]
        if x.shape[3] not in (1, 3):
            raise ModelError(f"`{path}`: its pictures have {x.shape[3]} channels; they may have 1 or 3")
        return IMAGES, x
    x = x.astype(np.float32)
    if x.ndim == 4 and x.shape[2] > 1:
        return IMAGES, x
    return MOTION, x.reshape(*x.shape[:2], 1, x.shape[-1])


def read_idx_folder(folder: Path) -> Found | None:
    """The pictures of MNIST and of those that look like it; None if there are none."""
    files = {(match[1], match[2]): path for path in sorted(folder.iterdir())
             if (match := IDX.match(path.name))}
    parts = [part for part, what in files if what == "images" and (part, "labels") in files]
    if not parts:
        return None
    return _joined([(_idx(files[part, "images"], 3), _idx(files[part, "labels"], 1),
                     PARTS.get(part, ""), None) for part in parts], folder)


def _idx(path: Path, axes: int) -> np.ndarray:
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
        if raw[:4] != bytes((0, 0, BYTES, axes)):
            raise ValueError(f"it begins with {raw[:4].hex()}")
        shape = np.frombuffer(raw, ">u4", axes, 4)
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, ValueError) as error:
        raise ModelError(f"`{path}` is no IDX file of bytes: {error}") from None
