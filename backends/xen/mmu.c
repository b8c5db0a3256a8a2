/*
 * Address spaces of a PV guest: the radix tree of backends/common, each operation with
 * what it has to say to Xen collected and said at once.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "batch.h"
#include "mmu.h"
#include "p2m.h"
#include "../common/radix/radix.h"
#include "../common/x86/kernel_map.h"

/* What began with pv_xen_batch_begin() ends; what came of it, and of carrying it out. */
static pv_status
ended(pv_status s)
{
	pv_status carried = pv_xen_batch_end();

	return s != PV_OK ? s : carried;
}

static pv_status
settle(void)
{
	pv_xen_batch_flush();
	return pv_xen_batch_status();
}

static bool
is_table(pv_paddr page, unsigned level)
{
	return pv_xen_p2m.mark == NULL || pv_xen_table_level(page) == level;
}

void
pv_xen_radix_setup(void)
{
	static const struct pv_radix_below below = {
		.merge = pv_xen_pte_merge, .take = pv_xen_pte_take, .settle = settle,
		.ordinary = pv_xen_is_ordinary, .table = is_table, .linked = pv_xen_made_at,
	};
	struct xen_platform_parameters p = { .virt_start = XEN_HOLE_START };

	if (PV_XEN_HOLE_MOVES)
		(void)pv_xen_call(XEN_XEN_VERSION, XEN_VER_PLATFORM_PARAMETERS, (unsigned long)&p, 0, 0);
	pv_radix_direct(p.virt_start, PV_XEN_HOLE_END - p.virt_start, &below);
}

static pv_status
init(struct pv_space *kernel)
{
	pv_status s = PV_OK;

	pv_xen_radix_setup();
	if (kernel == NULL)
		return PV_OK;
	pv_xen_batch_begin();
	s = pv_radix_init(kernel);
	/* Physical addresses of machine memory are beyond those of all machines. */
	pv_radix.last_pa_high = (uint32_t)((PV_PTE_FRAME | PV_PAGE_MASK) >> 32);
	return ended(s);
}

static pv_status
create(struct pv_space *space)
{
	pv_xen_batch_begin();
	return ended(pv_radix_create(space));
}

static pv_status
destroy(struct pv_space *space)
{
	pv_xen_batch_begin();
	return ended(pv_radix_destroy(space));
}

static void
sync(struct pv_space *space)
{
	pv_xen_batch_begin();
	pv_radix_sync(space);
	(void)pv_xen_batch_end();
}

/* This guest's memory; devices are at addresses of the machine, of which the same numbers may be memory's. */
static pv_status
check_memory(pv_paddr *pa, uintptr_t size, unsigned flags)
{
	if (((pa->v | (pa->v + (size - 1))) & PV_XEN_MACHINE) == 0 && (flags & PV_MAP_DEVICE) == 0)
		return (pa->v + (size - 1)) >> PV_PAGE_SHIFT < pv_xen_p2m.nr ? PV_OK : PV_E_RANGE;
	pa->v |= PV_XEN_MACHINE;
	return ((pa->v + (size - 1)) & PV_XEN_MACHINE) != 0 ? PV_OK : PV_E_RANGE;
}

static pv_status
map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	pv_status s = check_memory(&pa, size, flags), carried;
	uint32_t batch;

	if (s != PV_OK)
		return s;
	pv_xen_batch_begin();
	batch = pv_cpu()->batch.serial;
	pv_xen_made_for(space);
	s = pv_radix_map(space, va, pa, size, flags);
	pv_xen_made_for(NULL);
	carried = pv_xen_batch_end();
	if (carried == PV_OK && !pv_xen_batch_open())
		pv_xen_made_well(batch);
	if (carried == PV_OK)
		return s;
	/* Nothing of it was mapped before, so nothing of it is to be left. */
	if (s == PV_OK) {
		pv_xen_batch_begin();
		(void)pv_radix_remove(space, va, size, NULL, NULL);
		pv_radix_sync(space);
		(void)pv_xen_batch_end();
	}
	pv_xen_made_undo(batch);
	return s != PV_OK ? s : carried;
}

static pv_status
unmap(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	pv_xen_batch_begin();
	return ended(pv_radix_unmap(space, va, size, fn, arg));
}

static pv_status
remove(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	pv_xen_batch_begin();
	return ended(pv_radix_remove(space, va, size, fn, arg));
}

static pv_status
protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	pv_xen_batch_begin();
	return ended(pv_radix_protect(space, va, size, flags));
}

static pv_status
harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	pv_xen_batch_begin();
	return ended(pv_radix_harvest(space, va, size, fn, arg));
}

static pv_status
reserved(unsigned index, struct pv_reserved_range *out)
{
	if (index != 0)
		return pv_kernel_map_reserved(index - 1, out);
	out->start = pv_va(pv_radix.hole_start != 0 ? pv_radix.hole_start : XEN_HOLE_START);
	out->size = PV_XEN_HOLE_END - out->start.v;
	out->what = "Xen";
	return PV_OK;
}

static void
begin(void)
{
	pv_xen_batch_begin();
}

/* What was refused in between is as it was before, page by page; tables made for it in vain are given back. */
static pv_status
end(void)
{
	uint32_t batch = pv_cpu()->batch.serial;
	pv_status s = pv_xen_batch_end();

	if (s != PV_OK)
		pv_xen_made_undo(batch);
	else
		pv_xen_made_well(batch);
	return s;
}

const struct pv_mmu_ops pv_xen_mmu_ops = {
	.init = init,
	.map = map,
	.unmap = remove,
	.sync = sync,
};

const struct pv_mmu_ops pv_xen_space_ops = {
	.create = create,
	.destroy = destroy,
	.activate = pv_radix_activate,
	.unmap = unmap,
	.protect = protect,
	.query = pv_radix_query,
	.harvest = harvest,
	.begin = begin,
	.end = end,
	.reserved = reserved,
};
