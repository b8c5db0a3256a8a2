/*
 * Wrong address-space ops.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "mutants.h"

typedef pv_status (*space_fn)(struct pv_space *space);
typedef pv_status (*map_fn)(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags);
typedef pv_status (*unmap_fn)(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
typedef pv_status (*query_fn)(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags);

static pv_status
init_refuses(struct pv_space *kernel)
{
	(void)kernel;
	return PV_E_REFUSED;
}

static pv_status
create_refuses(struct pv_space *space)
{
	(void)space;
	return PV_E_NOMEM;
}

static pv_status
destroy_leaks(struct pv_space *space)
{
	space->root = pv_pa(0);
	return PV_OK;
}

static void
activate_nothing(struct pv_space *space)
{
	(void)space;
}

static pv_status
map_off_by_one(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	return RIGHT(map_fn)(space, va, pv_pa_add(pa, PV_PAGE_SIZE), size, flags);
}

static pv_status
map_drops_soft(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	return RIGHT(map_fn)(space, va, pa, size, flags & ~PV_MAP_SOFT1);
}

static pv_status
unmap_nothing(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	(void)fn;
	(void)arg;
	(void)space;
	(void)va;
	(void)size;
	return PV_OK;
}

static pv_status
unmap_first_page(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	(void)size;
	return RIGHT(unmap_fn)(space, va, PV_PAGE_SIZE, fn, arg);
}

static pv_status
unmap_tells_nobody(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	(void)fn;
	(void)arg;
	return RIGHT(unmap_fn)(space, va, size, NULL, NULL);
}

static pv_status
protect_nothing(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags)
{
	(void)space;
	(void)va;
	(void)size;
	(void)flags;
	return PV_OK;
}

static pv_status
query_no_offset(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	pv_status s = RIGHT(query_fn)(space, va, pa, flags);

	pa->v = pv_page_down(pa->v);
	return s;
}

static pv_status
harvest_nothing(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg)
{
	(void)space;
	(void)va;
	(void)size;
	(void)fn;
	(void)arg;
	return PV_OK;
}

static void
sync_nothing(struct pv_space *space)
{
	(void)space;
}

static pv_status
end_refuses(void)
{
	return PV_E_REFUSED;
}

static void
begin_twice(void)
{
	RIGHT(void (*)(void))();
	pv_panic("a batch was begun twice");
}

static pv_status
reserved_for_ever(unsigned index, struct pv_reserved_range *out)
{
	(void)index;
	out->start = pv_va(0);
	out->size = PV_PAGE_SIZE;
	out->what = "nothing";
	return PV_OK;
}

const struct mutant mutants_mmu[] = {
	MUTANT_FATAL("mmu.init", "refuses", init_refuses),
	MUTANT("mmu.create", "refuses", create_refuses),
	MUTANT("mmu.destroy", "leaks tables", destroy_leaks),
	MUTANT("mmu.activate", "does nothing", activate_nothing),
	MUTANT_FATAL("mmu.map", "is a page off", map_off_by_one),
	MUTANT("mmu.map", "drops a software bit", map_drops_soft),
	MUTANT("mmu.unmap", "does nothing", unmap_nothing),
	MUTANT("mmu.unmap", "takes the first page", unmap_first_page),
	MUTANT("mmu.unmap", "keeps what was modified to itself", unmap_tells_nobody),
	MUTANT_FATAL("mmu.protect", "does nothing", protect_nothing),
	MUTANT("mmu.query", "loses the offset", query_no_offset),
	MUTANT("mmu.harvest", "finds nothing", harvest_nothing),
	MUTANT("mmu.sync", "does nothing", sync_nothing),
	MUTANT_FATAL("mmu.begin", "is not nested", begin_twice),
	MUTANT("mmu.end", "refuses", end_refuses),
	MUTANT("mmu.reserved", "never ends", reserved_for_ever),
	{ 0 }
};
