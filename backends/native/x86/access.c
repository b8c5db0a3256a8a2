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
	uint32_t v = write ? *value : 0;

	if (width == 1 && write)
		__asm__ volatile("outb %b0, %1" : : "a" (v), "d" (port) : "memory");
	else if (width == 1)
		__asm__ volatile("inb %1, %b0" : "+a" (v) : "d" (port) : "memory");
	else if (width == 2 && write)
		__asm__ volatile("outw %w0, %1" : : "a" (v), "d" (port) : "memory");
	else if (width == 2)
		__asm__ volatile("inw %1, %w0" : "+a" (v) : "d" (port) : "memory");
	else if (write)
		__asm__ volatile("outl %0, %1" : : "a" (v), "d" (port) : "memory");
	else
		__asm__ volatile("inl %1, %0" : "+a" (v) : "d" (port) : "memory");
	*value = v;
}
