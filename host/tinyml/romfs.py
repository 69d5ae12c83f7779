# SPDX-License-Identifier: MIT
"""ROMFS images in which the data of every file is aligned, so a board can use it where it lies.

`mpremote romfs` packs files at odd offsets, and a Cortex-M0 faults on an unaligned word. Here all
data comes first, each file's at a multiple of `ALIGN` from the start of the image; the directory
tree follows and points at it. The partition itself must start at such an address.
"""

ALIGN = 16  # bytes

_MAGIC = b"\xd2\xcd\x31"
_PADDING, _DATA, _POINTER, _DIRECTORY, _FILE = range(1, 6)
_HEADER_BYTES = 8  # magic, and the length in five bytes: fixed, so offsets are known in advance


def build_romfs(files: dict[str, bytes]) -> bytes:
    """The image of `files`: path (`lib/x.mpy`) to contents."""
    data = bytearray()
    tree: dict = {}
    for path, content in sorted(files.items()):
        offset = _append_aligned(data, bytes(content))
        *folders, name = path.strip("/").split("/")
        node = tree
        for folder in folders:
            node = node.setdefault(folder, {})
        node[name] = (len(content), offset)
    payload = bytes(data) + _encode_tree(tree)
    if len(payload) % 2:  # the format wants an even size; the smallest padding is two bytes
        payload += _record(_PADDING, b"\0")
    return _MAGIC + _varuint(len(payload), _HEADER_BYTES - len(_MAGIC)) + payload


def _append_aligned(data: bytearray, content: bytes) -> int:
    """Add a data record; returns the offset of its content in the payload."""
    head = bytes([_DATA]) + _varuint(len(content))
    gap = -(_HEADER_BYTES + len(data) + len(head)) % ALIGN
    if gap == 1:
        gap += ALIGN  # no padding record is that small
    if gap:
        data += _record(_PADDING, bytes(gap - 2))
    data += head
    offset = len(data)
    data += content
    return offset


def _encode_tree(tree: dict) -> bytes:
    out = b""
    for name, node in sorted(tree.items()):
        text = name.encode()
        title = _varuint(len(text)) + text
        if isinstance(node, dict):
            out += _record(_DIRECTORY, title + _encode_tree(node))
        else:
            size, offset = node
            out += _record(_FILE, title + _record(_POINTER, _varuint(size) + _varuint(offset)))
    return out


def _record(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + _varuint(len(payload)) + payload


def _varuint(value: int, width: int = 1) -> bytes:
    """Seven bits a byte, most significant first; at least `width` bytes."""
    out = [value & 0x7F]
    while (value := value >> 7) or len(out) < width:
        out.insert(0, 0x80 | (value & 0x7F))
    return bytes(out)
