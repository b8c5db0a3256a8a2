/*
 * The ready-made hooks for a kernel with nothing: see pv_hooks_freestanding().
 *
 * Needs pv_direct_map, which the backend's start code fills in.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "freestanding.h"

/* Who maps memory elsewhere than here has it: without it only registers of devices are. */
#pragma weak pv_space_query

struct pv_direct_map pv_direct_map;

/*
 * Kernel address ranges to be had; none touches another one. The last is what nobody had yet, and
 * those that came back are before it: they are looked at first.
 */
#define NR_SPARE	17
static struct {
	uintptr_t at, size;
} spare[NR_SPARE];

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

/* The image, or the second address of it. */
static bool
in_image(uintptr_t v, pv_paddr *pa)
{
	const struct pv_boot *boot = &pv_boot_data;

	v -= pv_direct_map.image_offset;
	if (pv_direct_map.image_alias != 0 && v - (uintptr_t)boot->kernel_base.v >= pv_direct_map.image_alias)
		v -= pv_direct_map.image_alias;
	*pa = pv_pa(v);
	return v - (uintptr_t)boot->kernel_base.v < (uintptr_t)boot->kernel_size;
}

static pv_status
virt_to_phys(void *context, const volatile void *va, pv_paddr *pa)
{
	uintptr_t v = (uintptr_t)va;
	unsigned flags;

	(void)context;
	if (in_image(v, pa))
		return PV_OK;
	if (v >= pv_direct_map.base && v - pv_direct_map.base < pv_direct_map.size) {
		*pa = pv_pa(v - pv_direct_map.base);
		return PV_OK;
	}
	/* A query may need windows: do not ask for one because of a window. */
	if (pv_stage_now() < PV_STAGE_MMU || v - pv_direct_map.va_end < pv_direct_map.windows_size)
		return PV_E_NOENT;
	return pv_space_query != NULL ? pv_space_query(pv_space_kernel(), pv_va(v), pa, &flags) : PV_E_NOENT;
}

static pv_status
va_alloc(void *context, uintptr_t size, pv_vaddr *va)
{
	static bool begun;
	pv_irq_state gate = pv_irq_save();
	unsigned i = 0;

	(void)context;
	if (!begun) {
		begun = true;
		spare[NR_SPARE - 1].at = pv_direct_map.va_start;
		spare[NR_SPARE - 1].size = pv_direct_map.va_end - pv_direct_map.va_start;
	}
	size = (uintptr_t)pv_page_up(size);
	if (size == 0)
		i = NR_SPARE;
	while (i < NR_SPARE && spare[i].size < size)
		i++;
	if (i < NR_SPARE) {
		*va = pv_va(spare[i].at);
		spare[i].at += size;
		spare[i].size -= size;
	}
	pv_irq_restore(gate);
	return i < NR_SPARE ? PV_OK : PV_E_NOMEM;
}

static void
va_free(void *context, pv_vaddr va, uintptr_t size)
{
	uintptr_t at = va.v;
	pv_irq_state gate = pv_irq_save();
	unsigned place = NR_SPARE;

	(void)context;
	size = (uintptr_t)pv_page_up(size);
	/* One with what it touches, so that there are no more spare ranges than ranges in use. */
	for (unsigned i = 0; i < NR_SPARE; i++) {
		if (spare[i].at + spare[i].size == at || at + size == spare[i].at) {
			at = spare[i].at < at ? spare[i].at : at;
			size += spare[i].size;
			spare[i].size = 0;
		}
		if (spare[i].size == 0)
			place = i;
	}
	if (place < NR_SPARE) {
		spare[place].at = at;
		spare[place].size = size;
	}
	pv_irq_restore(gate);
	if (place == NR_SPARE)
		pv_log("freestanding hooks: %lu bytes of kernel addresses at 0x%lx are lost: too many freed "
		    "ranges", (unsigned long)size, (unsigned long)at);
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
