# SPDX-License-Identifier: MIT
"""ROMFS images: data lies aligned; the reader here is written from the format, not our writer."""

import pytest

from tinyml.romfs import ALIGN, build_romfs

FILES = {f"f{n}": bytes([n]) * n for n in range(40)} | {
    "lib/deep/er.mpy": b"M" * 129,
    "lib/x.py": b"",
    "model.tml": bytes(range(256)) * 300,
}


def varuint(image, at):
    value = 0
    while True:
        byte = image[at]
        value, at = value << 7 | byte & 0x7F, at + 1
        if byte < 0x80:
            return value, at


def walk(image, at, end, base, folder=""):
    """Yield (path, address, size) of every file between two offsets of the image."""
    while at < end:
        kind, at = varuint(image, at)
        length, at = varuint(image, at)
        after = at + length
        if kind in (4, 5):
            size, at = varuint(image, at)
            path = folder + image[at : at + size].decode()
            if kind == 4:
                yield from walk(image, at + size, after, base, path + "/")
            else:
                assert image[at + size] == 3, "a file points at its data"
                _, at = varuint(image, at + size + 1)
                size, at = varuint(image, at)
                offset, at = varuint(image, at)
                yield path, base + offset, size
        at = after
    assert at == end


def files_of(image):
    assert image[:3] == b"\xd2\xcd\x31"
    length, base = varuint(image, 3)
    assert base + length == len(image)
    return list(walk(image, base, len(image), base))


def test_every_file_is_found_again():
    image = build_romfs(FILES)
    assert {path: image[at : at + size] for path, at, size in files_of(image)} == FILES


def test_data_of_every_file_is_aligned():
    assert [path for path, at, _ in files_of(build_romfs(FILES)) if at % ALIGN] == []


@pytest.mark.parametrize("size", range(34))
def test_size_is_even(size):
    assert len(build_romfs({"a": bytes(size)})) % 2 == 0


def test_an_empty_image_is_one():
    assert files_of(build_romfs({})) == []
