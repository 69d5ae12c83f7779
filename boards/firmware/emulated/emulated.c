// SPDX-License-Identifier: MIT
// Module `emulated`: the RAM disk's memory, the largest free block; and what runs at every start.
#include "py/gc.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

extern uint8_t _ramdisk_start[], _ramdisk_end[];
void emu_init(void);
void emu_ticks_init(void);

void emu_init(void) {
    emu_ticks_init();
    pyexec_frozen_module("_boot.py", false);
    pyexec_file_if_exists("boot.py");
}

static mp_obj_t ramdisk(void) {
    return mp_obj_new_bytearray_by_ref(_ramdisk_end - _ramdisk_start, _ramdisk_start);
}
static MP_DEFINE_CONST_FUN_OBJ_0(ramdisk_obj, ramdisk);

static mp_obj_t largest_free(void) {
    gc_info_t info;
    gc_info(&info);
    return mp_obj_new_int(info.max_free * MICROPY_BYTES_PER_GC_BLOCK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(largest_free_obj, largest_free);

static const mp_rom_map_elem_t table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_emulated)},
    {MP_ROM_QSTR(MP_QSTR_ramdisk), MP_ROM_PTR(&ramdisk_obj)},
    {MP_ROM_QSTR(MP_QSTR_largest_free), MP_ROM_PTR(&largest_free_obj)},
};
static MP_DEFINE_CONST_DICT(globals, table);

const mp_obj_module_t emulated_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_emulated, emulated_module);
