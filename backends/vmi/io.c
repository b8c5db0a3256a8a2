/*
 * Ports in strings, by the ROM. Single ports are sites.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

#define parent	pv_native_io_ops

#define IN(call)	__asm__ volatile("cld; call pv_vmi_rom_" call	\
	    : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory")
#define OUT(call)	__asm__ volatile("cld; call pv_vmi_rom_" call	\
	    : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory")

static void
in_string(uint16_t port, void *to, size_t count, unsigned width)
{
	if (!pv_vmi_has(width == 1 ? VMI_INSB : width == 2 ? VMI_INSW : VMI_INSL))
		parent.in_string(port, to, count, width);
	else if (width == 1)
		IN("INSB");
	else if (width == 2)
		IN("INSW");
	else
		IN("INSL");
}

static void
out_string(uint16_t port, const void *from, size_t count, unsigned width)
{
	if (!pv_vmi_has(width == 1 ? VMI_OUTSB : width == 2 ? VMI_OUTSW : VMI_OUTSL))
		parent.out_string(port, from, count, width);
	else if (width == 1)
		OUT("OUTSB");
	else if (width == 2)
		OUT("OUTSW");
	else
		OUT("OUTSL");
}

const struct pv_io_ops pv_vmi_io_ops = {
	.in_string = in_string,
	.out_string = out_string,
};
