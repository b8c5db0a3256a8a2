/*
 * One access of just the width that is asked for, to a register of a device in memory
 * or at a port: devices tell the difference. For backend code that learns place and
 * width from tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

void
pv_native_mmio(volatile void *p, unsigned width, uint32_t *value, bool write)
{
	if (width == 1 && write)
		*(volatile uint8_t *)p = (uint8_t)*value;
	else if (width == 1)
		*value = *(volatile uint8_t *)p;
	else if (width == 2 && write)
		*(volatile uint16_t *)p = (uint16_t)*value;
	else if (width == 2)
		*value = *(volatile uint16_t *)p;
	else if (write)
		*(volatile uint32_t *)p = *value;
	else
		*value = *(volatile uint32_t *)p;
}

void
pv_native_port(uint16_t port, unsigned width, uint32_t *value, bool write)
{
	static void (*const leaves[2][3])(void) = {
		{ pv_native_in8, pv_native_in16, pv_native_in32 }, { pv_native_out8, pv_native_out16, pv_native_out32 },
	};
	uint32_t v = write ? *value : 0;

	__asm__ volatile("call *%2" : "+a" (v) : "d" (port), "r" (leaves[write][width >> 1]) : "cc", "memory");
	*value = v;
}
