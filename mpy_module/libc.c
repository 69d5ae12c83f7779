/* SPDX-License-Identifier: MIT */
/* What GCC calls unasked, and memmove: a native module has no libc, MicroPython lends its own. */
#include "py/dynruntime.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
    return mp_fun_table.memmove_(to, from, bytes);
}

/* GCC would fold it with memcpy, whose body is the same, and then copy forwards only. */
__attribute__((no_icf)) void *memmove(void *to, const void *from, size_t bytes)
{
    return mp_fun_table.memmove_(to, from, bytes);
}

void *memset(void *to, int value, size_t bytes)
{
    return mp_fun_table.memset_(to, value, bytes);
}
