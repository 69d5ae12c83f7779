// SPDX-License-Identifier: MIT
// The serial line of boards that MicroPython's qemu port does not know: a CMSDK UART at EMU_UART.
#ifdef EMU_UART
#include <stddef.h>
#include <stdint.h>

#include "uart.h"

#define DATA (*(volatile uint32_t *)(EMU_UART + 0))
#define STATE (*(volatile uint32_t *)(EMU_UART + 4))
#define CONTROL (*(volatile uint32_t *)(EMU_UART + 8))
#define DIVIDER (*(volatile uint32_t *)(EMU_UART + 16))
#define TX_FULL 1
#define RX_FULL 2
#define TX_RX_ENABLE 3

void uart_init(void) {
    DIVIDER = 16;
    CONTROL = TX_RX_ENABLE;
}

int uart_rx_chr(void) {
    return (STATE & RX_FULL) ? (int)DATA : UART_RX_NO_CHAR;
}

void uart_tx_strn(const char *buf, size_t len) {
    for (size_t i = 0; i < len; ++i) {
        while (STATE & TX_FULL) {
        }
        DATA = buf[i];
    }
}
#endif
