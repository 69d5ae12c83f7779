// SPDX-License-Identifier: MIT
// What the emulated boards change in the qemu port's configuration: time, asyncio, ROMFS, FAT.
#include "mpconfigport.h"

#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME                         (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (0)
#define MICROPY_PY_TIME_TIME_TIME_NS            (0)
#undef MICROPY_PY_ASYNCIO
#define MICROPY_PY_ASYNCIO                      (1)
#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT                       (1)
#undef MICROPY_VFS_ROM_IOCTL
#define MICROPY_VFS_ROM_IOCTL                   (1)

// As boards with USB storage have it.
#define MICROPY_FATFS_ENABLE_LFN                (1)
#define MICROPY_FATFS_RPATH                     (2)
#define MICROPY_FATFS_NORTC                     (1)

// The port loads native code on a Cortex-M0 only if its emitter is there as well.
#if defined(QEMU_SOC_NRF51)
#define MICROPY_EMIT_THUMB                      (1)
#define MICROPY_EMIT_THUMB_ARMV7M               (0)
#define MICROPY_EMIT_INLINE_THUMB               (1)
#define MICROPY_EMIT_INLINE_THUMB_FLOAT         (0)
#endif

#ifdef EMU_DOUBLE
#undef MICROPY_FLOAT_IMPL
#define MICROPY_FLOAT_IMPL                      (MICROPY_FLOAT_IMPL_DOUBLE)
#endif

extern void emu_init(void);
#define MICROPY_PORT_INIT_FUNC emu_init()
