/*
 * Ports on sparc64: the I/O space of the PCI bus, by physical address. ASI 0x1d is
 * little-endian with side effects.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"
#include "port.h"

uint64_t pv_sparc64_ports;

static uint64_t
place(uint16_t port, const char *op)
{
	if (pv_sparc64_ports == 0)
		pv_panic("%s 0x%x: this machine has no I/O ports: ask pv_has(PV_CAP_PORTS) first", op,
		    (unsigned)port);
	return pv_sparc64_ports + port;
}

uint32_t
pv_sparc64_bus_read(uint64_t pa, unsigned width)
{
	uint64_t v;

	if (width == 1)
		__asm__ volatile("lduba [%1] 0x1d, %0" : "=r" (v) : "r" (pa) : "memory");
	else if (width == 2)
		__asm__ volatile("lduha [%1] 0x1d, %0" : "=r" (v) : "r" (pa) : "memory");
	else
		__asm__ volatile("lduwa [%1] 0x1d, %0" : "=r" (v) : "r" (pa) : "memory");
	return (uint32_t)v;
}

void
pv_sparc64_bus_write(uint64_t pa, unsigned width, uint32_t value)
{
	if (width == 1)
		__asm__ volatile("stba %0, [%1] 0x1d" : : "r" (value), "r" (pa) : "memory");
	else if (width == 2)
		__asm__ volatile("stha %0, [%1] 0x1d" : : "r" (value), "r" (pa) : "memory");
	else
		__asm__ volatile("stwa %0, [%1] 0x1d" : : "r" (value), "r" (pa) : "memory");
}

uint8_t
pv_in8(uint16_t port)
{
	return (uint8_t)pv_sparc64_bus_read(place(port, "pv_in8"), 1);
}

uint16_t
pv_in16(uint16_t port)
{
	return (uint16_t)pv_sparc64_bus_read(place(port, "pv_in16"), 2);
}

uint32_t
pv_in32(uint16_t port)
{
	return pv_sparc64_bus_read(place(port, "pv_in32"), 4);
}

void
pv_out8(uint16_t port, uint8_t value)
{
	pv_sparc64_bus_write(place(port, "pv_out8"), 1, value);
}

void
pv_out16(uint16_t port, uint16_t value)
{
	pv_sparc64_bus_write(place(port, "pv_out16"), 2, value);
}

void
pv_out32(uint16_t port, uint32_t value)
{
	pv_sparc64_bus_write(place(port, "pv_out32"), 4, value);
}

/*
 * In the order of the bus the first byte is the one at the lowest address, as on x86; the caller's
 * memory may be at any address, hence bytes.
 */
void
pv_sparc64_in_string(uint16_t port, void *to, size_t count, unsigned width)
{
	uint64_t pa = place(port, "pv_in_string");
	uint8_t *out = to;

	for (; count > 0; count--) {
		uint32_t v = pv_sparc64_bus_read(pa, width);

		for (unsigned i = 0; i < width; i++)
			*out++ = (uint8_t)(v >> (8 * i));
	}
}

void
pv_sparc64_out_string(uint16_t port, const void *from, size_t count, unsigned width)
{
	uint64_t pa = place(port, "pv_out_string");
	const uint8_t *in = from;

	for (; count > 0; count--) {
		uint32_t v = 0;

		for (unsigned i = 0; i < width; i++)
			v |= (uint32_t)*in++ << (8 * i);
		pv_sparc64_bus_write(pa, width, v);
	}
}
