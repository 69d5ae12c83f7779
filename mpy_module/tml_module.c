/* SPDX-License-Identifier: MIT */
/* MicroPython's view of the core: the module `_tinyml`, native (.mpy) or part of a firmware. */
#if MICROPY_ENABLE_DYNRUNTIME
#include "py/dynruntime.h"
#else
#include "py/runtime.h"
#endif
#include <string.h>
#include "tml.h"

/* An opened schedule. The objects are kept so that the collector keeps their buffers. */
typedef struct {
    mp_obj_base_t base;
    mp_obj_t schedule;
    mp_obj_t arena;
    mp_obj_t fed;
    tml_model_t model;
} machine_obj_t;

#ifdef TML_CORE
enum { METHODS = 5 };
#define OPENER(n_args) tml_open
#else
enum { METHODS = 7 };
#define OPENER(n_args) ((n_args) == 2 ? tml_open : tml_open_head)
#endif

/* Machine(schedule, arena): ValueError with the number of the status if it is refused. With any third
   argument the schedule is a head, whose data comes in pages; not in core builds. */
static mp_obj_t machine_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
                                 const mp_obj_t *args)
{
    mp_arg_check_num(n_args, n_kw, 2, METHODS == 7 ? 3 : 2, false);
    mp_buffer_info_t schedule, arena;
    mp_get_buffer_raise(args[0], &schedule, MP_BUFFER_READ);
    mp_get_buffer_raise(args[1], &arena, MP_BUFFER_WRITE);
    machine_obj_t *self = mp_obj_malloc(machine_obj_t, type);
    self->schedule = args[0];
    self->arena = args[1];
    self->fed = mp_const_none;
    tml_status_t status = OPENER(n_args)(&self->model, schedule.buf, schedule.len,
                                         arena.buf, arena.len);
    if (status != TML_OK) {
        mp_raise_type_arg(&mp_type_ValueError, MP_OBJ_NEW_SMALL_INT(status));
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t machine_start(mp_obj_t self_in)
{
    machine_obj_t *self = MP_OBJ_TO_PTR(self_in);
    tml_start(&self->model);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_start_obj, machine_start);

static mp_obj_t machine_offer(mp_obj_t self_in, mp_obj_t pixels_in)
{
    machine_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t pixels;
    mp_get_buffer_raise(pixels_in, &pixels, MP_BUFFER_READ);
    self->fed = pixels_in;
    tml_offer(&self->model, pixels.buf, pixels.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(machine_offer_obj, machine_offer);

/* step(), run() and infer(), which starts and runs, return a tml_state_t. */
static mp_obj_t machine_step(mp_obj_t self_in)
{
    machine_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(tml_step(&self->model));
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_step_obj, machine_step);

static mp_obj_t machine_run(mp_obj_t self_in)
{
    machine_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(tml_run(&self->model));
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_run_obj, machine_run);

static mp_obj_t machine_infer(mp_obj_t self_in)
{
    machine_start(self_in);
    return machine_run(self_in);
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_infer_obj, machine_infer);

#ifndef TML_CORE
/* tell() -> where in the steps the page is that the run waits for, or None; update() -> status of the
   page that was read. Both names are in every firmware. */
static mp_obj_t machine_page(mp_obj_t self_in)
{
    machine_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const void *page = tml_wanted_page(&self->model);
    return page == NULL ? mp_const_none
                        : MP_OBJ_NEW_SMALL_INT((const uint8_t *)page - self->model.steps);
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_page_obj, machine_page);

static mp_obj_t machine_turn(mp_obj_t self_in)
{
    machine_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(tml_turn_page(&self->model));
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_turn_obj, machine_turn);
#endif

/* copy(target, source) -> bytes of source; copies only if the target has as many. */
static mp_obj_t copy(mp_obj_t target_in, mp_obj_t source_in)
{
    mp_buffer_info_t target, source;
    mp_get_buffer_raise(target_in, &target, MP_BUFFER_WRITE);
    mp_get_buffer_raise(source_in, &source, MP_BUFFER_READ);
    if (target.len == source.len) {
        memmove(target.buf, source.buf, source.len);    /* an output as input may overlap it */
    }
    return mp_obj_new_int_from_uint(source.len);
}
static MP_DEFINE_CONST_FUN_OBJ_2(copy_obj, copy);

/* noise(seed, buffer) -> seed to go on with */
static mp_obj_t noise(mp_obj_t seed, mp_obj_t buffer_in)
{
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(buffer_in, &buffer, MP_BUFFER_WRITE);
    uint32_t state = mp_obj_get_int_truncated(seed);
    return mp_obj_new_int_from_uint(tml_noise(state, buffer.buf, buffer.len));
}
static MP_DEFINE_CONST_FUN_OBJ_2(noise_obj, noise);

#if MICROPY_ENABLE_DYNRUNTIME
/* Written when the module is loaded, so plain globals. */
mp_obj_full_type_t machine_type;
mp_map_elem_t machine_locals_table[METHODS];
static MP_DEFINE_CONST_DICT(machine_locals, machine_locals_table);

mp_obj_t mpy_init(mp_obj_fun_bc_t *self, size_t n_args, size_t n_kw, mp_obj_t *args)
{
    MP_DYNRUNTIME_INIT_ENTRY
    machine_type.base.type = (void *)&mp_type_type;
    machine_type.flags = MP_TYPE_FLAG_NONE;
    machine_type.name = MP_QSTR_Machine;
    MP_OBJ_TYPE_SET_SLOT(&machine_type, make_new, machine_make_new, 0);
    machine_locals_table[0] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_start),
                                               MP_OBJ_FROM_PTR(&machine_start_obj) };
    machine_locals_table[1] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_step),
                                               MP_OBJ_FROM_PTR(&machine_step_obj) };
    machine_locals_table[2] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_run),
                                               MP_OBJ_FROM_PTR(&machine_run_obj) };
    machine_locals_table[3] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_offer),
                                               MP_OBJ_FROM_PTR(&machine_offer_obj) };
    machine_locals_table[4] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_infer),
                                               MP_OBJ_FROM_PTR(&machine_infer_obj) };
#ifndef TML_CORE
    machine_locals_table[5] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_tell),
                                               MP_OBJ_FROM_PTR(&machine_page_obj) };
    machine_locals_table[6] = (mp_map_elem_t){ MP_OBJ_NEW_QSTR(MP_QSTR_update),
                                               MP_OBJ_FROM_PTR(&machine_turn_obj) };
#endif
    MP_OBJ_TYPE_SET_SLOT(&machine_type, locals_dict, (void *)&machine_locals, 1);
    mp_store_global(MP_QSTR_Machine, MP_OBJ_FROM_PTR(&machine_type));
    mp_store_global(MP_QSTR_copy, MP_OBJ_FROM_PTR(&copy_obj));
    mp_store_global(MP_QSTR_noise, MP_OBJ_FROM_PTR(&noise_obj));
    MP_DYNRUNTIME_INIT_EXIT
}

#else
static const mp_rom_map_elem_t machine_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&machine_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_step), MP_ROM_PTR(&machine_step_obj) },
    { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&machine_run_obj) },
    { MP_ROM_QSTR(MP_QSTR_offer), MP_ROM_PTR(&machine_offer_obj) },
    { MP_ROM_QSTR(MP_QSTR_infer), MP_ROM_PTR(&machine_infer_obj) },
#ifndef TML_CORE
    { MP_ROM_QSTR(MP_QSTR_tell), MP_ROM_PTR(&machine_page_obj) },
    { MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&machine_turn_obj) },
#endif
};
static MP_DEFINE_CONST_DICT(machine_locals, machine_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(machine_type, MP_QSTR_Machine, MP_TYPE_FLAG_NONE,
    make_new, machine_make_new, locals_dict, &machine_locals);

static const mp_rom_map_elem_t tinyml_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__tinyml) },
    { MP_ROM_QSTR(MP_QSTR_Machine), MP_ROM_PTR(&machine_type) },
    { MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&copy_obj) },
    { MP_ROM_QSTR(MP_QSTR_noise), MP_ROM_PTR(&noise_obj) },
};
static MP_DEFINE_CONST_DICT(tinyml_globals, tinyml_globals_table);
const mp_obj_module_t tinyml_module = {
    .base = { &mp_type_module }, .globals = (mp_obj_dict_t *)&tinyml_globals
};
MP_REGISTER_MODULE(MP_QSTR__tinyml, tinyml_module);
#endif
