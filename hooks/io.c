/*
 * Ports, PCI and bus addresses: the public functions over the op table.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

PV_NEED(io);

/* -- ports -------------------------------------------------------------------- */

void
pv_in8_string(uint16_t port, void *to, size_t count)
{
	pv_ops.io.in_string(port, to, count, 1);
}

void
pv_in16_string(uint16_t port, void *to, size_t count)
{
	pv_ops.io.in_string(port, to, count, 2);
}

void
pv_in32_string(uint16_t port, void *to, size_t count)
{
	pv_ops.io.in_string(port, to, count, 4);
}

void
pv_out8_string(uint16_t port, const void *from, size_t count)
{
	pv_ops.io.out_string(port, from, count, 1);
}

void
pv_out16_string(uint16_t port, const void *from, size_t count)
{
	pv_ops.io.out_string(port, from, count, 2);
}

void
pv_out32_string(uint16_t port, const void *from, size_t count)
{
	pv_ops.io.out_string(port, from, count, 4);
}

void
pv_port_delay(void)
{
	pv_ops.io.port_delay();
}

pv_status
pv_port_permit(uint16_t first, uint32_t count, bool allow)
{
	if (count == 0 || count > 0x10000u - first)
		return PV_E_INVAL;
	return pv_ops.io.port_permit(first, count, allow);
}

/* -- PCI ------------------------------------------------------------------------- */

static bool
pci_valid(struct pv_pci_address where, unsigned reg, unsigned width)
{
	return (width == 1 || width == 2 || width == 4) && where.device < 32 && where.function < 8 &&
	    reg < 256 && (reg & (width - 1)) == 0;
}

pv_status
pv_pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value)
{
	if (!pci_valid(where, reg, width) || value == NULL)
		return PV_E_INVAL;
	return pv_ops.io.pci_read(where, reg, width, value);
}

pv_status
pv_pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value)
{
	if (!pci_valid(where, reg, width))
		return PV_E_INVAL;
	return pv_ops.io.pci_write(where, reg, width, value);
}

/* -- bus addresses ----------------------------------------------------------------- */

pv_status
pv_bus_address(pv_paddr pa, uint64_t size, pv_maddr *out)
{
	if (out == NULL || size == 0 || pa.v + (size - 1) < pa.v)
		return PV_E_INVAL;
	return pv_ops.io.bus_address(pa, size, out);
}

pv_status
pv_bus_alloc(size_t nr_pages, uint64_t limit, pv_paddr *pa, pv_maddr *bus)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t bytes = (uint64_t)nr_pages << PV_PAGE_SHIFT;
	pv_status s;

	if (nr_pages == 0 || pa == NULL || bus == NULL || bytes >> PV_PAGE_SHIFT != nr_pages)
		return PV_E_INVAL;
	if (h->pages_alloc == NULL)
		return PV_E_NOMEM;
	s = h->pages_alloc(h->context, nr_pages, limit, pa);
	if (s != PV_OK)
		return s;
	s = pv_bus_address(*pa, bytes, bus);
	/* The hook knows physical addresses; the limit is the device's. */
	if (s == PV_OK && limit != 0 && (bytes > limit || bus->v > limit - bytes))
		s = PV_E_NOMEM;
	if (s != PV_OK)
		h->pages_free(h->context, *pa, nr_pages);
	return s;
}

void
pv_bus_free(pv_paddr pa, size_t nr_pages)
{
	const struct pv_hooks *h = pv_hooks_get();

	h->pages_free(h->context, pa, nr_pages);
}
