/*
 * Registers of devices in memory: the kernel's mappings of them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mmu.h"

/* Not pv_space_map() and pv_space_unmap(), which are of a part for kernels. */
static pv_status
map(pv_vaddr va, pv_paddr pa, uintptr_t bytes, unsigned flags)
{
	pv_status s = pv_kernel_range(va, bytes);

	return s == PV_OK ? pv_ops.mmu.map(pv_space_kernel(), va, pa, bytes, flags | PV_MAP_DEVICE) : s;
}

pv_status
pv_io_map(pv_paddr base, size_t size, unsigned flags, volatile void **out)
{
	const struct pv_hooks *h = pv_hooks_get();
	uintptr_t offset = (uintptr_t)(base.v & PV_PAGE_MASK);
	uintptr_t bytes = (uintptr_t)pv_page_up((uint64_t)size + offset);
	pv_paddr start = pv_pa(pv_page_down(base.v));
	pv_vaddr va;
	pv_status s;

	if (out == NULL || size == 0 || bytes < size || (flags & ~PV_MAP_CACHE_MASK) != 0 ||
	    base.v + (size - 1) < base.v)
		return PV_E_INVAL;
	if (h->va_alloc == NULL)
		return PV_E_STAGE;
	s = h->va_alloc(h->context, bytes, &va);
	if (s != PV_OK)
		return s;
	flags |= PV_PROT_READ | PV_PROT_WRITE | PV_MAP_GLOBAL;
	if (h->va_map != NULL)
		s = h->va_map(h->context, va, start, bytes, flags);
	else
		s = map(va, start, bytes, flags);
	if (s != PV_OK) {
		h->va_free(h->context, va, bytes);
		return s;
	}
	*out = (volatile char *)pv_va_ptr(va) + offset;
	return PV_OK;
}

void
pv_io_unmap(volatile void *p, size_t size)
{
	const struct pv_hooks *h = pv_hooks_get();
	uintptr_t offset = (uintptr_t)p & PV_PAGE_MASK;
	uintptr_t bytes = (uintptr_t)pv_page_up((uint64_t)size + offset);
	pv_vaddr va = pv_va((uintptr_t)p - offset);

	if (h->va_map != NULL) {
		h->va_unmap(h->context, va, bytes);
	} else {
		pv_status s = pv_kernel_range(va, bytes);

		if (s == PV_OK)
			s = pv_ops.mmu.unmap(pv_space_kernel(), va, bytes, NULL, NULL);
		if (s != PV_OK)
			pv_panic("pv_io_unmap: 0x%lx, %lu bytes: %s", (unsigned long)va.v,
			    (unsigned long)bytes, pv_status_text(s));
		pv_space_sync(pv_space_kernel());
	}
	h->va_free(h->context, va, bytes);
}
