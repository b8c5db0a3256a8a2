/*
 * Ports and the counter for the backend's own drivers on x86_64: the instruction, in
 * line; nobody takes them away.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_PORT_H
#define PV_NATIVE_PORT_H

static inline void
pv_native_outb(uint16_t port, uint8_t v)
{
	pv_native_start_outb(port, v);
}

static inline uint8_t
pv_native_inb(uint16_t port)
{
	return pv_native_start_inb(port);
}

/* Old chips need about a microsecond between commands: a cycle to a port that nobody has. */
static inline void
pv_native_outb_pause(uint8_t port, uint8_t v)
{
	pv_native_outb(port, v);
	pv_native_outb(0x80, 0);
}

static inline uint64_t
pv_native_rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

#endif
