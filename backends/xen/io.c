/*
 * Devices of a Xen PV guest: string forms of port access, the port permission bitmap,
 * bus addresses. Instructions are bare metal's, for a domain that has ports; one that has
 * none has no PCI configuration by them either.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../common/x86/child.h"
#include "p2m.h"
#include "ports.h"

#define NR_PORTS	65536u

static void
in_string(uint16_t port, void *to, size_t count, unsigned width)
{
	if (pv_xen_ports_allowed())
		pv_native_io_ops.in_string(port, to, count, width);
	else
		memset(to, 0xff, count * width);
}

static void
out_string(uint16_t port, const void *from, size_t count, unsigned width)
{
	if (pv_xen_ports_allowed())
		pv_native_io_ops.out_string(port, from, count, width);
}

/* Without ports nothing is slow. */
static void
port_delay(void)
{
	if (pv_xen_ports_allowed())
		pv_native_io_ops.port_delay();
}

/* Xen reads the bitmap in our memory whenever user mode uses a port. */
static pv_status
port_permit(uint16_t first, uint32_t count, bool allow)
{
	static uint8_t bitmap[NR_PORTS / 8];
	static bool given;
	struct xen_physdev_set_iobitmap set = { (unsigned long)bitmap, NR_PORTS };

	if (!pv_xen_ports_allowed())
		return PV_E_ABSENT;
	if (!given) {
		memset(bitmap, 0xff, sizeof(bitmap));
		if (pv_xen_try("io.port_permit", NULL, XEN_PHYSDEV_OP, XEN_PHYSDEVOP_SET_IOBITMAP,
		    (unsigned long)&set, 0, 0) != PV_OK)
			return PV_E_REFUSED;
		given = true;
	}
	pv_ports_permit(bitmap, first, count, allow);
	return PV_OK;
}

/* Devices see machine memory; a run of pages is one there only if it happens to be. */
static pv_status
bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	uint64_t first = pa.v & ~(uint64_t)PV_PAGE_MASK, last = (pa.v + size - 1) & ~(uint64_t)PV_PAGE_MASK;
	unsigned long frame = pv_xen_frame_of(pv_pa(first));

	for (uint64_t at = first; at <= last; at += PV_PAGE_SIZE) {
		unsigned long here = pv_xen_frame_of(pv_pa(at));

		if (here == PV_XEN_NO_FRAME || here != frame + (unsigned long)((at - first) >> PV_PAGE_SHIFT))
			return PV_E_RANGE;
	}
	out->v = ((uint64_t)frame << PV_PAGE_SHIFT) | (pa.v & PV_PAGE_MASK);
	return PV_OK;
}

const struct pv_io_ops pv_xen_io_ops = {
	.in_string = in_string,
	.out_string = out_string,
	.port_delay = port_delay,
	.port_permit = port_permit,
	.pci_read = pv_xen_pci_read,
	.pci_write = pv_xen_pci_write,
	.bus_address = bus_address,
};
