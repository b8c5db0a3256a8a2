/*
 * Where things of this guest are in machine memory: what is behind a kernel address,
 * which entry maps it, and at which addresses a page is mapped.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "p2m.h"
#include "../common/radix/radix.h"
#include "../common/x86/kernel_map.h"

static uint64_t
at_page(uint64_t pa, uintptr_t va)
{
	unsigned long frame = pv_xen_frame_of(pv_pa(pa));

	return frame == PV_XEN_NO_FRAME ? PV_XEN_NOWHERE :
	    (uint64_t)frame << PV_PAGE_SHIFT | (va & PV_PAGE_MASK);
}

static bool
in_image(uintptr_t va)
{
	const struct pv_boot *boot = &pv_boot_data;

	return va - pv_xen_virt_base - (uintptr_t)boot->kernel_base.v < (uintptr_t)boot->kernel_size;
}

uint64_t
pv_xen_machine_of(const volatile void *p)
{
	uintptr_t va = (uintptr_t)p;
	const struct pv_direct_map *d = &pv_direct_map;
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr pa;
	uint64_t raw;

	if (d->base != 0 && va - d->base < d->size)
		return at_page(va - d->base, va);
	if (in_image(va))
		return at_page(va - pv_xen_virt_base, va);
	/* A kernel that keeps its own tables knows its addresses; to walk for one may take another. */
	if (d->base == 0 && h->virt_to_phys != NULL)
		return h->virt_to_phys(h->context, p, &pa) == PV_OK ? at_page(pa.v, va) : PV_XEN_NOWHERE;
	if (pv_xen_leaf_of(va, &raw) == PV_XEN_NOWHERE)
		return PV_XEN_NOWHERE;
	return (raw & PV_PTE_FRAME) | (va & PV_PAGE_MASK);
}

/* Where the direct map has a page, also before there are hooks; 0: nowhere. */
static uintptr_t
direct_of(pv_paddr page)
{
	const struct pv_direct_map *d = &pv_direct_map;

	if (d->base == 0 || page.v >= d->size || (d->covers != NULL && !d->covers(page)))
		return 0;
	return d->base + (uintptr_t)page.v;
}

/* Entry `index` of the table in this page, as it is in memory. */
static bool
read_entry(pv_paddr table, unsigned index, uint64_t *raw)
{
	const uint64_t *window = (const uint64_t *)direct_of(table);

	if (window != NULL) {
		*raw = PV_READ_SHARED(window[index]);
		return true;
	}
	window = pv_window_open(table);
	/* Before an attached kernel has given its hooks the builder's tables are in force, which it shows. */
	if (window == NULL && pv_hooks_get()->map_frame == NULL) {
		*raw = PV_READ_SHARED(((const uint64_t *)(pv_xen_virt_base + (uintptr_t)table.v))[index]);
		return true;
	}
	if (window == NULL)
		return false;
	*raw = PV_READ_SHARED(window[index]);
	pv_window_close((void *)(uintptr_t)window);
	return true;
}

uint64_t
pv_xen_leaf_of(uintptr_t va, uint64_t *raw)
{
	const uint64_t *window = pv_kernel_map_window(va);
	pv_paddr table = pv_xen_root;

	/* Those that walk may need windows: do not walk for one. */
	if (window != NULL) {
		*raw = PV_READ_SHARED(*window);
		return (*raw & PV_PTE_P) != 0 ? pv_xen_machine_of(window) : PV_XEN_NOWHERE;
	}
	for (unsigned level = pv_radix_geometry.top;; level--) {
		unsigned index = pv_radix_index(va, level);

		if (!read_entry(table, index, raw) || (*raw & PV_PTE_P) == 0)
			return PV_XEN_NOWHERE;
		if (level == 1)
			return at_page(table.v, index * sizeof(uint64_t));
		table = pv_xen_physical((unsigned long)((*raw & PV_PTE_FRAME) >> PV_PAGE_SHIFT));
		if ((table.v & PV_XEN_MACHINE) != 0)
			return PV_XEN_NOWHERE;
	}
}

unsigned
pv_xen_aliases(pv_paddr page, uintptr_t alias[2])
{
	const struct pv_hooks *h = pv_hooks_get();
	const struct pv_boot *boot = &pv_boot_data;
	uintptr_t image = (uintptr_t)page.v + pv_xen_virt_base;
	unsigned nr = 0;

	if (direct_of(page) != 0) {
		alias[nr++] = direct_of(page);
	} else if (h->phys_to_virt != NULL) {
		void *p = h->phys_to_virt(h->context, page);

		if (p != NULL)
			alias[nr++] = (uintptr_t)p;
	}
	if (page.v - boot->kernel_base.v < boot->kernel_size && in_image(image) && (nr == 0 || alias[0] != image))
		alias[nr++] = image;
	return nr;
}
