/*
 * The page-table service of a Xen PV guest, first thread: none. Every call says so;
 * docs/limits.md and README list it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "xen.h"

static pv_status
init(struct pv_space *kernel)
{
	if (kernel == NULL)
		return PV_OK;
	kernel->root = pv_pa(pv_xen_start_info->pt_base - PV_XEN_KERNEL_OFFSET);
	return PV_OK;
}

static pv_status
create(struct pv_space *space)
{
	(void)space;
	return PV_E_ABSENT;
}

static void
ignore(struct pv_space *space)
{
	(void)space;
}

static pv_status
map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	(void)space;
	(void)va;
	(void)pa;
	(void)size;
	(void)flags;
	return PV_E_ABSENT;
}

static pv_status
unmap(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	(void)space;
	(void)va;
	(void)size;
	(void)fn;
	(void)arg;
	return PV_E_ABSENT;
}

static pv_status
protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	(void)space;
	(void)va;
	(void)size;
	(void)flags;
	return PV_E_ABSENT;
}

static pv_status
query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	(void)space;
	(void)va;
	(void)pa;
	(void)flags;
	return PV_E_ABSENT;
}

static pv_status
harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	(void)space;
	(void)va;
	(void)size;
	(void)fn;
	(void)arg;
	return PV_E_ABSENT;
}

static void
begin(void)
{
}

static pv_status
end(void)
{
	return PV_OK;
}

/* Xen: arch-x86/xen-x86_64.h, HYPERVISOR_VIRT_START. */
static pv_status
reserved(unsigned index, struct pv_reserved_range *out)
{
	if (index != 0)
		return PV_E_NOENT;
	out->start = pv_va(XEN_HOLE_START);
	out->size = PV_XEN_HOLE_END - XEN_HOLE_START;
	out->what = "Xen";
	return PV_OK;
}

const struct pv_mmu_ops pv_xen_mmu_ops = {
	.init = init,
	.create = create,
	.destroy = create,
	.activate = ignore,
	.map = map,
	.unmap = unmap,
	.protect = protect,
	.query = query,
	.harvest = harvest,
	.sync = ignore,
	.begin = begin,
	.end = end,
	.reserved = reserved,
};
