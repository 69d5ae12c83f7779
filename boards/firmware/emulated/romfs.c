// SPDX-License-Identifier: MIT
// The ROMFS partition: RAM that QEMU fills at start, or `mpremote romfs deploy` later.
#include <string.h>

#include "extmod/vfs.h"
#include "py/mperrno.h"
#include "py/objarray.h"
#include "py/runtime.h"

extern uint8_t _romfs_start[], _romfs_end[];

static mp_obj_array_t partition = {{&mp_type_memoryview}, 'B', 0, 0, _romfs_start};

static mp_obj_t write(size_t offset, mp_obj_t data) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(data, &bytes, MP_BUFFER_READ);
    if (offset > partition.len || bytes.len > partition.len - offset) {
        return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
    memcpy(_romfs_start + offset, bytes.buf, bytes.len);
    return MP_OBJ_NEW_SMALL_INT(0);
}

mp_obj_t mp_vfs_rom_ioctl(size_t n_args, const mp_obj_t *args) {
    partition.len = _romfs_end - _romfs_start;
    mp_int_t request = mp_obj_get_int(args[0]);
    if (request == MP_VFS_ROM_IOCTL_GET_NUMBER_OF_SEGMENTS) {
        return MP_OBJ_NEW_SMALL_INT(1);
    }
    if (n_args < 2 || mp_obj_get_int(args[1]) != 0) {
        return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
    }
    if (request == MP_VFS_ROM_IOCTL_GET_SEGMENT) {
        return MP_OBJ_FROM_PTR(&partition);
    }
    if (request == MP_VFS_ROM_IOCTL_WRITE_PREPARE) {
        memset(_romfs_start, 0xff, partition.len);
        return MP_OBJ_NEW_SMALL_INT(4);  // bytes, the smallest write
    }
    if (request == MP_VFS_ROM_IOCTL_WRITE && n_args == 4) {
        return write(mp_obj_get_int(args[2]), args[3]);
    }
    if (request == MP_VFS_ROM_IOCTL_WRITE_COMPLETE) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    return MP_OBJ_NEW_SMALL_INT(-MP_EINVAL);
}
