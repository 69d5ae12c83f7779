# SPDX-License-Identifier: MIT
"""Files of a user as the bytes of a model's input: `.npy` arrays and images."""
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from tinyml.errors import ModelError

PICTURES = {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".webp"}
PIXEL_ZERO = 128                # pixel 0..255 -> int8: nearly every model's own input scaling


def read_input(path: Path, port) -> list[bytes]:
    """One item of bytes for each input in the file. `port` is that of a `tinyml.Model`.

    An array has the port's shape, or a batch of it as its first axis. Raises ModelError if the file
    can't be read or does not fit.
    """
    if path.suffix == ".npy":
        return [read_item(item, port, path) for item in items_of(read_array(path), port, path)]
    return [pixel_bytes(picture_pixels(path, port), port)]


def to_reals(port, raw: bytes) -> np.ndarray:
    """An output's bytes as the model's own type and shape; float32 if the model says so."""
    held = np.frombuffer(raw, np.uint8 if port.dtype == "uint8" else np.int8).reshape(port.shape)
    if port.dtype != "float32":
        return held
    return (port.scale * (held.astype(np.float64) - port.zero_point)).astype(np.float32)


def read_array(path: Path) -> np.ndarray:
    """The array of a .npy file. Raises ModelError if it can't be read."""
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise ModelError(f"`{path}` is not a readable .npy array: {error}") from None


def read_archive(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz file. Raises ModelError if it can't be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, BadZipFile, MemoryError) as error:
        raise ModelError(f"`{path}` is not a readable .npz: {error}") from None


def items_of(array: np.ndarray, port, source="the input"):
    """The items of a batch, each in the order of the port: height, width, channels."""
    shape = port.shape
    if port.channels_first:
        moved = shape[-1:] + shape[1:-1]
        if array.shape[1:] == moved != shape[1:]:
            array = np.moveaxis(array, 1, -1)
    if array.shape[1:] == shape[1:] and len(array):
        return array
    if array.shape == shape[1:]:
        return array[np.newaxis]
    wanted = "x".join(map(str, shape))
    raise ModelError(f"`{source}` has shape {'x'.join(map(str, array.shape))}, the model's input is "
                     f"{wanted} (or a batch of it)")


def read_item(item: np.ndarray, port, source="the input") -> bytes:
    """The bytes of one item that has the port's shape; floats are quantised."""
    if item.dtype == np.dtype(port.dtype) and port.dtype != "float32":
        return np.ascontiguousarray(item).tobytes()
    if item.dtype.kind == "f" or port.dtype == "float32":
        return _quantise(item.astype(np.float32), port).tobytes()
    raise ModelError(f"`{source}` is {item.dtype}, the model's input is {port.dtype}: convert it "
                     "(pixels of 0..255 become int8 by subtracting 128), or give float32")


def _quantise(reals: np.ndarray, port) -> np.ndarray:
    """TensorFlow Lite's rounding: float32 division, half away from zero."""
    ratio = reals / np.float32(port.scale or 1)
    rounded = np.copysign(np.floor(np.abs(ratio) + 0.5), ratio) + port.zero_point
    low = 0 if port.dtype == "uint8" else -128
    return np.clip(rounded, low, low + 255).astype(np.uint8 if low == 0 else np.int8)


def pixel_bytes(pixels: np.ndarray, port) -> bytes:
    """The bytes of a picture in the input's shape: 256 levels spread over the input's range."""
    if port.dtype == "uint8":
        return pixels.tobytes()
    return (pixels.astype(np.int16) - PIXEL_ZERO).astype(np.int8).tobytes()


def picture_pixels(path: Path, port) -> np.ndarray:
    """A picture, resized to an input: uint8, in the shape of the input."""
    from PIL import Image, UnidentifiedImageError

    height, width, channels = ((1, 1) + port.shape)[-3:]
    if channels not in (1, 3):
        raise ModelError(f"`{path}`: the model's input has {channels} channels, a picture has "
                         "1 or 3; give a .npy array")
    try:
        with Image.open(path) as picture:
            sized = picture.convert("L" if channels == 1 else "RGB").resize(
                (width, height), Image.Resampling.BILINEAR)
    except FileNotFoundError:
        raise ModelError(f"`{path}` does not exist") from None
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise ModelError(f"`{path}` is neither .npy nor a picture that can be read: {error}"
                         ) from None
    return np.asarray(sized, np.uint8).reshape(port.shape[1:])
