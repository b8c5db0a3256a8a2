/*
 * The ready-made hooks for a kernel with nothing: see pv_hooks_freestanding().
 *
 * Needs pv_direct_map, which the backend's start code fills in.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "freestanding.h"

struct pv_direct_map pv_direct_map;

/* Kernel address ranges that came back; none touches another one or va_next. */
#define NR_SPARE	16
static struct {
	uintptr_t at, size;
} spare[NR_SPARE];
static uintptr_t va_next;

static pv_status
page_alloc(void *context, pv_paddr *frame)
{
	return pv_freestanding_pages_alloc(context, 1, 0, frame);
}

static void
page_free(void *context, pv_paddr frame)
{
	pv_freestanding_pages_free(context, frame, 1);
}

static void *
phys_to_virt(void *context, pv_paddr pa)
{
	(void)context;
	if (pa.v >= pv_direct_map.size || (pv_direct_map.covers != NULL && !pv_direct_map.covers(pa)))
		return NULL;
	return (void *)(pv_direct_map.base + (uintptr_t)pa.v);
}

static void *
map_frame(void *context, pv_paddr frame)
{
	if (pv_direct_map.window != NULL)
		return pv_direct_map.window(frame);
	return phys_to_virt(context, frame);
}

static void
unmap_frame(void *context, void *va)
{
	(void)context;
	if (pv_direct_map.window != NULL)
		pv_direct_map.window_close(va);
}

static pv_status
virt_to_phys(void *context, const volatile void *va, pv_paddr *pa)
{
	const struct pv_boot *boot = &pv_boot_data;
	uintptr_t v = (uintptr_t)va;
	unsigned flags;

	(void)context;
	if (v - pv_direct_map.image_offset - (uintptr_t)boot->kernel_base.v < (uintptr_t)boot->kernel_size) {
		*pa = pv_pa(v - pv_direct_map.image_offset);
		return PV_OK;
	}
	if (v >= pv_direct_map.base && v - pv_direct_map.base < pv_direct_map.size) {
		*pa = pv_pa(v - pv_direct_map.base);
		return PV_OK;
	}
	/* A query may need windows: do not ask for one because of a window. */
	if (pv_stage_now() < PV_STAGE_MMU || v - pv_direct_map.va_end < pv_direct_map.windows_size)
		return PV_E_NOENT;
	return pv_space_query(pv_space_kernel(), pv_va(v), pa, &flags);
}

/* Gate closed. */
static pv_status
va_take(uintptr_t size, pv_vaddr *va)
{
	for (unsigned i = 0; i < NR_SPARE; i++) {
		if (spare[i].size >= size && size != 0) {
			*va = pv_va(spare[i].at);
			spare[i].at += size;
			spare[i].size -= size;
			return PV_OK;
		}
	}
	if (va_next == 0)
		va_next = pv_direct_map.va_start;
	if (size == 0 || size > pv_direct_map.va_end - va_next)
		return PV_E_NOMEM;
	*va = pv_va(va_next);
	va_next += size;
	return PV_OK;
}

static pv_status
va_alloc(void *context, uintptr_t size, pv_vaddr *va)
{
	pv_irq_state gate = pv_irq_save();
	pv_status s = va_take((uintptr_t)pv_page_up(size), va);

	(void)context;
	pv_irq_restore(gate);
	return s;
}

/* Gate closed. False: there is no place to keep it. */
static bool
va_put(uintptr_t at, uintptr_t size)
{
	/* One with what it touches, so that there are no more spare ranges than ranges in use. */
	for (unsigned i = 0; i < NR_SPARE; i++) {
		bool below = spare[i].at + spare[i].size == at, above = at + size == spare[i].at;

		if (spare[i].size == 0 || (!below && !above))
			continue;
		at = below ? spare[i].at : at;
		size += spare[i].size;
		spare[i].size = 0;
	}
	if (at + size == va_next) {
		va_next = at;
		return true;
	}
	for (unsigned i = 0; i < NR_SPARE; i++) {
		if (spare[i].size == 0) {
			spare[i].at = at;
			spare[i].size = size;
			return true;
		}
	}
	return false;
}

static void
va_free(void *context, pv_vaddr va, uintptr_t size)
{
	pv_irq_state gate = pv_irq_save();
	bool kept = va_put(va.v, (uintptr_t)pv_page_up(size));

	(void)context;
	pv_irq_restore(gate);
	if (!kept)
		pv_log("freestanding hooks: %lu bytes of kernel addresses at 0x%lx are lost: too many freed "
		    "ranges", (unsigned long)size, (unsigned long)va.v);
}

static const struct pv_hooks freestanding = {
	.size = sizeof(struct pv_hooks),
	.page_alloc = page_alloc,
	.page_free = page_free,
	.pages_alloc = pv_freestanding_pages_alloc,
	.pages_free = pv_freestanding_pages_free,
	.map_frame = map_frame,
	.unmap_frame = unmap_frame,
	.phys_to_virt = phys_to_virt,
	.virt_to_phys = virt_to_phys,
	.va_alloc = va_alloc,
	.va_free = va_free,
};

const struct pv_hooks *
pv_hooks_freestanding(const struct pv_boot *boot)
{
	static bool ready;

	if (!ready && pv_freestanding_pages_init(boot) != PV_OK)
		pv_panic("the boot memory map has no usable RAM: nothing to make pages from");
	ready = true;
	return &freestanding;
}
