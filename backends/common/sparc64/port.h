/*
 * I/O space of a PCI bus, little-endian, at its physical address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_SPARC64_PORT_H
#define PV_COMMON_SPARC64_PORT_H

#include <pv/types.h>

/* Where it is; 0: there is none. Set by setup(), or before. */
extern uint64_t pv_sparc64_ports;

/* One access of 1, 2 or 4 bytes, little-endian, side effects, not cached. */
uint32_t pv_sparc64_bus_read(uint64_t pa, unsigned width);
void pv_sparc64_bus_write(uint64_t pa, unsigned width, uint32_t value);
/* The same read where nobody may be: false, and no value, if the bus says so. */
bool pv_sparc64_probe(uint64_t pa, unsigned width, uint32_t *value);
/* The same write: false if the bus says so. */
bool pv_sparc64_probe_write(uint64_t pa, unsigned width, uint32_t value);

/* io.in_string, io.out_string: memory gets the bytes in the order of the bus. */
void pv_sparc64_in_string(uint16_t port, void *to, size_t count, unsigned width);
void pv_sparc64_out_string(uint16_t port, const void *from, size_t count, unsigned width);

#endif
