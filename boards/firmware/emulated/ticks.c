// SPDX-License-Identifier: MIT
// Time. Under `-icount shift=3` an instruction takes 8 ns: microseconds * 125 = instructions.
#include "py/mphal.h"

#define REG(address) (*(volatile uint32_t *)(address))

void emu_ticks_init(void);

// Each board has one free running 32-bit counter of EMU_TIMER_HZ.
#if defined(EMU_DUALTIMER)  // CMSDK dual timer, counts down
static void counter_init(void) {
    REG(EMU_DUALTIMER + 8) = 0;
    REG(EMU_DUALTIMER) = 0xffffffff;
    REG(EMU_DUALTIMER + 8) = 0x82;  // enabled, 32 bits, wrapping
}
static uint32_t counter(void) {
    return ~REG(EMU_DUALTIMER + 4);
}
#elif defined(EMU_NRF_TIMER)  // nRF51 TIMER0
static void counter_init(void) {
    REG(EMU_NRF_TIMER + 0x508) = 3;  // 32 bits
    REG(EMU_NRF_TIMER + 0x510) = 0;  // no prescaler
    REG(EMU_NRF_TIMER) = 1;
}
static uint32_t counter(void) {
    REG(EMU_NRF_TIMER + 0x40) = 1;  // capture
    return REG(EMU_NRF_TIMER + 0x540);
}
#elif defined(__riscv)  // CLINT mtime, low word
static void counter_init(void) {
}
static uint32_t counter(void) {
    return REG(0x0200bff8);
}
#endif

// Widened in software, so it must be read at least once per wrap (171 s at 25 MHz): what takes
// longer cannot be measured.
static uint64_t counter64(void) {
    static uint64_t high;
    static uint32_t last;
    uint32_t now = counter();
    if (now < last) {
        high += 1ull << 32;
    }
    last = now;
    return high | now;
}

void emu_ticks_init(void) {
    counter_init();
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)(counter64() * 1000 / (EMU_TIMER_HZ / 1000));
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(counter64() / (EMU_TIMER_HZ / 1000));
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return counter();
}

uint64_t mp_hal_time_ns(void) {
    return counter64() * (1000000000 / EMU_TIMER_HZ);
}

void mp_hal_delay_us(mp_uint_t us) {
    uint64_t end = counter64() + (uint64_t)us * (EMU_TIMER_HZ / 1000) / 1000;
    while (counter64() < end) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    mp_hal_delay_us(ms * 1000);
}
