/*
 * Physical memory seen through the kernel's hooks.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

void *
pv_window_open(pv_paddr frame)
{
	const struct pv_hooks *h = pv_hooks_get();

	if (h->phys_to_virt != NULL) {
		void *p = h->phys_to_virt(h->context, frame);

		if (p != NULL)
			return p;
	}
	return h->map_frame != NULL ? h->map_frame(h->context, frame) : NULL;
}

void
pv_window_close(void *p)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr pa;

	/* What phys_to_virt gives permanently is not a window. */
	if (h->phys_to_virt != NULL && h->virt_to_phys(h->context, p, &pa) == PV_OK &&
	    h->phys_to_virt(h->context, pa) == p)
		return;
	h->unmap_frame(h->context, p);
}

pv_status
pv_phys_read(void *to, pv_paddr from, size_t size)
{
	char *out = to;

	while (size > 0) {
		size_t in_page = from.v & PV_PAGE_MASK;
		size_t n = PV_PAGE_SIZE - in_page < size ? PV_PAGE_SIZE - in_page : size;
		char *p = pv_window_open(pv_pa(pv_page_down(from.v)));

		if (p == NULL)
			return PV_E_RANGE;
		memcpy(out, p + in_page, n);
		pv_window_close(p);
		out += n;
		from.v += n;
		size -= n;
	}
	return PV_OK;
}

pv_status
pv_virt_to_phys(const volatile void *va, pv_paddr *pa)
{
	const struct pv_hooks *h = pv_hooks_get();

	return h->virt_to_phys(h->context, va, pa);
}
