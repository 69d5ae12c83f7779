// SPDX-License-Identifier: MIT
// The heap's size is the word that QEMU leaves at _heap_setting: one firmware serves all sizes.
#include <stddef.h>
#include <stdint.h>

#define DEFAULT_BYTES (192 * 1024)  // about what a Pico leaves

extern const volatile uint32_t _heap_setting;
extern uint8_t _heap_start[], _heap_end[];

void __real_gc_init(void *start, void *end);
void __wrap_gc_init(void *start, void *end);

// The linker sends main()'s call of gc_init here (--wrap=gc_init).
void __wrap_gc_init(void *start, void *end) {
    (void)start;
    (void)end;
    size_t bytes = _heap_setting;
    if (bytes == 0 || bytes > (size_t)(_heap_end - _heap_start)) {
        bytes = DEFAULT_BYTES;
    }
    __real_gc_init(_heap_start, _heap_start + bytes);
}
