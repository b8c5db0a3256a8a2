/*
 * sparc64 has no I/O ports of its own: these reach the I/O space of the PCI bus.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_PORT_H
#define PV_SPARC64_PORT_H

#include <pv/types.h>

PV_BEGIN_DECLS

uint8_t pv_in8(uint16_t port);
uint16_t pv_in16(uint16_t port);
uint32_t pv_in32(uint16_t port);
void pv_out8(uint16_t port, uint8_t value);
void pv_out16(uint16_t port, uint16_t value);
void pv_out32(uint16_t port, uint32_t value);

PV_END_DECLS
#endif
