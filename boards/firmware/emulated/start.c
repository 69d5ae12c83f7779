// SPDX-License-Identifier: MIT
// Start and faults on Cortex-M: our own vectors, so that a fault is told and ends the emulation.
#if defined(__ARM_ARCH_ISA_THUMB)
#include <stdint.h>

#include "py/mpprint.h"

extern uint32_t _estack;
extern void Reset_Handler(void), NMI_Handler(void), SVC_Handler(void), DebugMon_Handler(void);
extern void PendSV_Handler(void), SysTick_Handler(void), exit(int);
void emu_reset(void);
void emu_fault(void);
void emu_report(const uint32_t *frame, uint32_t exception);

// Switches the FPU on, then goes on in MicroPython.
__attribute__((naked, used)) void emu_reset(void) {
    #if defined(__ARM_FP)
    __asm volatile (
        "ldr r0, =0xE000ED88    \n"  // CPACR
        "ldr r1, [r0]           \n"
        "orr r1, r1, #(0xf << 20)\n"  // full access to CP10 and CP11
        "str r1, [r0]           \n"
        "dsb                    \n"
        "isb                    \n");
    #endif
    __asm volatile ("ldr r0, =Reset_Handler\n bx r0\n");
}

// On the serial line, where the host is listening. frame: r0 r1 r2 r3 r12 lr pc xpsr.
__attribute__((used)) void emu_report(const uint32_t *frame, uint32_t exception) {
    mp_printf(&mp_plat_print, "\r\nCPU fault %u: pc=0x%08x lr=0x%08x r0=0x%08x\r\n",
        (unsigned)exception & 0x1ff, (unsigned)frame[6], (unsigned)frame[5], (unsigned)frame[0]);
    exit(1);
}

__attribute__((naked, used)) void emu_fault(void) {
    __asm volatile ("mrs r0, msp\n mrs r1, ipsr\n ldr r2, =emu_report\n bx r2\n");
}

#define HANDLER(function) ((uint32_t)&function)

__attribute__((used, section(".vectors"))) const uint32_t emu_vectors[] = {
    HANDLER(_estack), HANDLER(emu_reset), HANDLER(NMI_Handler),
    HANDLER(emu_fault), HANDLER(emu_fault), HANDLER(emu_fault), HANDLER(emu_fault),
    0, 0, 0, 0,
    HANDLER(SVC_Handler), HANDLER(DebugMon_Handler), 0,
    HANDLER(PendSV_Handler), HANDLER(SysTick_Handler),
};
#endif
