/*
 * Ports and the counter for the backend's own drivers on i386: by the leaves of
 * gate.S, because a kernel may lose its rights to them after the start. Who takes them
 * has these leaves lead elsewhere (backends/vmi/start.c); the flags stay as they are.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_PORT_H
#define PV_NATIVE_PORT_H

#include <pv/types.h>

/* For constant ports below 256, which most are, half of the register is fewer bytes. */
#define PV_NATIVE_LOW(port)	(__builtin_constant_p(port) && (port) < 0x100)

static inline void
pv_native_outb(uint16_t port, uint8_t v)
{
	if (PV_NATIVE_LOW(port))
		__asm__ volatile("call pv_native_low_out8" : : "a" (v), "d" ((uint8_t)port) : "cc", "memory");
	else
		__asm__ volatile("call pv_native_out8" : : "a" (v), "d" (port) : "cc", "memory");
}

static inline uint8_t
pv_native_inb(uint16_t port)
{
	uint8_t v;

	if (PV_NATIVE_LOW(port))
		__asm__ volatile("call pv_native_low_in8" : "=a" (v) : "d" ((uint8_t)port) : "cc", "memory");
	else
		__asm__ volatile("call pv_native_in8" : "=a" (v) : "d" (port) : "cc", "memory");
	return v;
}

/* Old chips need about a microsecond between commands: a cycle to a port that nobody has. */
static inline void
pv_native_outb_pause(uint8_t port, uint8_t v)
{
	__asm__ volatile("call pv_native_low_pause" : : "a" (v), "d" (port) : "cc", "memory");
}

/* Elsewhere it is a C function, which may use ecx. */
static inline uint64_t
pv_native_rdtsc(void)
{
	uint64_t v;

	__asm__ volatile("call pv_native_counter" : "=A" (v) : : "ecx", "cc");
	return v;
}

#endif
