/*
 * Devices on a PC: string forms of port access, the port permission bitmap. PCI
 * configuration is in pci.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

static void
in_string(uint16_t port, void *to, size_t count, unsigned width)
{
	if (width == 1)
		__asm__ volatile("cld; rep insb" : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory");
	else if (width == 2)
		__asm__ volatile("cld; rep insw" : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory");
	else
		__asm__ volatile("cld; rep insl" : "+D" (to), "+c" (count) : "d" (port) : "cc", "memory");
}

static void
out_string(uint16_t port, const void *from, size_t count, unsigned width)
{
	if (width == 1)
		__asm__ volatile("cld; rep outsb" : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory");
	else if (width == 2)
		__asm__ volatile("cld; rep outsw" : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory");
	else
		__asm__ volatile("cld; rep outsl" : "+S" (from), "+c" (count) : "d" (port) : "cc", "memory");
}

/* A write to the POST port takes a bus cycle and has no effect. */
static void
port_delay(void)
{
	pv_native_outb(0x80, 0);
}

static pv_status
port_permit(uint16_t first, uint32_t count, bool allow)
{
	uint8_t *bitmap = pv_native_iobitmap();

	if (bitmap == NULL)
		return PV_E_ABSENT;
	pv_ports_permit(bitmap, first, count, allow);
	return PV_OK;
}

/* No IOMMU is programmed here: devices see what the CPU sees. */
static pv_status
bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	(void)size;
	out->v = pa.v;
	return PV_OK;
}

const struct pv_io_ops pv_native_io_ops = {
	.in_string = in_string,
	.out_string = out_string,
	.port_delay = port_delay,
	.port_permit = port_permit,
	.pci_read = pv_native_pci_read,
	.pci_write = pv_native_pci_write,
	.bus_address = bus_address,
};
