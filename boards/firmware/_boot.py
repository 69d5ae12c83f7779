# SPDX-License-Identifier: MIT
"""Mount the RAM disk as the writable file system. Runs at every start and soft reset."""

import emulated
import vfs
from micropython import const

_BLOCK = const(4096)  # bytes; large, as every block costs a call into this file


class RamDisk:
    def __init__(self):
        self.memory = memoryview(emulated.ramdisk())

    def readblocks(self, block, buffer, offset=0):
        start = block * _BLOCK + offset
        buffer[:] = self.memory[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * _BLOCK + offset
        self.memory[start : start + len(buffer)] = buffer

    def ioctl(self, request, _):
        if request == 4:
            return len(self.memory) // _BLOCK
        if request == 5:
            return _BLOCK
        return 0  # sync and erase have nothing to do


def mount():
    disk = RamDisk()
    try:
        files = vfs.VfsLfs2(disk, readsize=64, progsize=64, lookahead=64)
    except OSError:  # the first start
        vfs.VfsLfs2.mkfs(disk, readsize=64, progsize=64, lookahead=64)
        files = vfs.VfsLfs2(disk, readsize=64, progsize=64, lookahead=64)
    vfs.mount(files, "/")


mount()
del RamDisk, mount, const, emulated, vfs  # this file runs in the globals of the user
