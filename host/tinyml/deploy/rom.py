# SPDX-License-Identifier: MIT
"""A ROMFS partition: read, and written so that half an image is no file system at all."""
from base64 import b64encode
from binascii import a2b_base64

from tinyml.deploy.files import Watch
from tinyml.device import Place
from tinyml.errors import DeviceError, FitError
from tinyml.probe import Probe
from tinyml.romfs import build_romfs
from tinyml.transfer import digests

ROM = "/rom/"
CHUNK = 1536
_LIST = """\
import os
def walk(folder):
    try:
        entries = list(os.ilistdir(folder))
    except OSError:
        return
    for entry in entries:
        path = folder + "/" + entry[0]
        if entry[1] & 0x4000:
            walk(path)
        else:
            print(path)
walk("/rom")
del walk
"""
_READ = """\
import binascii
with open({path!r}, "rb") as f:
    b = f.read({step})
    while b:
        print(binascii.b2a_base64(b).decode(), end="")
        b = f.read({step})
"""
_DIGEST = """\
import vfs, binascii
d = memoryview(vfs.rom_ioctl(2, 0))[:{size}]
try:
    import hashlib
    print("sha256:" + binascii.hexlify(hashlib.sha256(d).digest()).decode())
except (ImportError, AttributeError):
    print("crc32:%08x" % binascii.crc32(d))
"""
# Flash is erased from its beginning on, so what was there is no file system from then on.
_PREPARE = """\
import vfs
from binascii import a2b_base64 as _d
try:
    vfs.umount("/rom")
except OSError:
    pass
_v = vfs.rom_ioctl(2, 0)
if hasattr(_v, "ioctl"):
    _n = _v.ioctl(5, 0)
    for _i in range(({size} + _n - 1) // _n):
        _v.ioctl(6, _i)
    def _w(o, b):
        _v.writeblocks(o // _n, b, o % _n)
    print(min(_n, 4096))
else:
    def _w(o, b):
        r = vfs.rom_ioctl(4, 0, o, b)
        if r < 0:
            raise OSError(-r)
    _n = vfs.rom_ioctl(6, 0)
    if _n <= 0:
        _u = vfs.rom_ioctl(3, 0, {size})
    else:  # newer firmware erases block by block
        for _i in range(0, {size}, _n):
            _u = vfs.rom_ioctl(3, 0, _i, _n)
    print(_u)
"""
_FINISH = """\
if not hasattr(_v, "ioctl"):
    vfs.rom_ioctl(5, 0)
del _v, _w, _d
"""


def write_rom(place: Place, found: Probe, files: dict[str, bytes], watch: Watch) -> bool:
    """Makes the partition hold these files, and those that it had beside them. False if it holds
    all of them already. The board finds them when it is started anew. Raises DeviceError, FitError.
    """
    others = {path.removeprefix(ROM): _read(place, path) for path in _files_there(place)
              if path.removeprefix(ROM) not in files}
    image = build_romfs(others | files)
    if len(image) > found.romfs_bytes:
        raise FitError(f"`{found.place}`: an image of {len(image)} bytes, its ROMFS partition has "
                       f"{found.romfs_bytes}")
    if _holds(place, image):
        return False
    _write(place, image, watch("ROMFS", len(image)))
    if not _holds(place, image):
        raise DeviceError(f"`{found.place}`: ROMFS does not hold what was sent; try again")
    return True


def _write(place: Place, image: bytes, tell) -> None:
    """All but the beginning, and that last."""
    unit = int(place.run(_PREPARE.format(size=len(image)), timeout=300))
    if unit <= 0:
        raise DeviceError(f"`{place.name}`: its ROMFS partition can't be written ({unit})")
    chunk = max(CHUNK // unit * unit, unit)
    for start in [*range(chunk, len(image), chunk), 0]:
        piece = image[start:start + chunk]
        padded = piece + bytes(-len(piece) % unit)
        place.run(f"_w({start}, _d({b64encode(padded)}))")
        tell(len(piece))
    place.run(_FINISH)


def _holds(place: Place, image: bytes) -> bool:
    return place.run(_DIGEST.format(size=len(image)), timeout=120).strip() in digests(image)


def _files_there(place: Place) -> list[str]:
    return place.run(_LIST).splitlines()


def _read(place: Place, path: str) -> bytes:
    lines = place.run(_READ.format(path=path, step=384), timeout=600).splitlines()
    return b"".join(map(a2b_base64, lines))
