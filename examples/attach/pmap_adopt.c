/*
 * The kernel's tables where a layer below checks every one: those that it started
 * us on are kept and grown, because a second tree would want all of them read-only
 * while it is being built. Order: tables first, from one run of pages; then the
 * direct map, which shows that run and the layer's tables without W; then nothing
 * but the image and the layer's own pages is left where it was shown at first, so
 * that each page has one writable address, which hook phys_to_virt knows.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define TABLES_MORE	64u		/* beyond one leaf table per 2 MiB: levels above, range at KVA_START */
#define SPAN		((uint64_t)512 * PV_PAGE_SIZE)

static pv_paddr run;
static uint64_t run_left, run_end;

/* From the run while there is one: what is made then is in no direct map that could be changed. */
pv_status
table_page(pv_paddr *table)
{
	if (!pv_has(PV_CAP_DIRECT_TABLES) || pmap_ready)
		return page_alloc(NULL, table);
	if (run_left == 0)
		return PV_E_NOMEM;
	run_left--;
	*table = run;
	run.v += PV_PAGE_SIZE;
	return PV_OK;
}

bool
below_us(uintptr_t va)
{
	struct pv_reserved_range r;

	return pv_has(PV_CAP_DIRECT_TABLES) && pv_space_reserved(0, &r) == PV_OK && va - r.start.v < r.size;
}

/* What the loader left: the layer's own list, and the tables. */
static bool
loaders(uint64_t pa)
{
	for (uint32_t i = 0; i < boot.nr_ranges; i++)
		if ((boot.range[i].kind == PV_MEM_BOOT || boot.range[i].kind == PV_MEM_NVS) &&
		    pa >= boot.range[i].base.v &&
		    pa - boot.range[i].base.v < boot.range[i].size)
			return true;
	return false;
}

static bool
in_image(uint64_t pa)
{
	return pa + KERNBASE >= (uintptr_t)image_start && pa + KERNBASE < (uintptr_t)image_end;
}

/* In one step: this code and its data are in such pages. */
static void
change(uintptr_t va, uint64_t clear, uint64_t set)
{
	struct place p;

	if (!place_open(&kernel_space, va, 1, DIRECT_MAP, false, &p))
		return;
	(void)pv_pte_exchange(p.at, pv_pte_of((pv_pte_get(p.at).v & ~clear) | set));
	place_close(&p);
	pv_flush_page(pv_va(va));
}

/* Where pages were shown at first: the image gets its protection, what the layer uses stays, not executable. */
static void
settle(uint64_t pa)
{
	uintptr_t va = KERNBASE + (uintptr_t)pa;
	unsigned level;

	/* A page that is read-only already is libpv's, with descriptors that are loaded. */
	if (in_image(pa) && (pmap_lookup(&kernel_space, va, &level, DIRECT_MAP).v & PV_PTE_W) != 0)
		change(va, PV_PTE_W | PV_PTE_NX, protection(pa, true));
	else if (in_image(pa))
		change(va, 0, nx);
	else if (loaders(pa) || DIRECT == KERNBASE)
		change(va, 0, nx);
	else
		(void)pmap_remove(&kernel_space, va, DIRECT_MAP);
}

/* Tables, and the image, which is writable where it is linked. */
static void
map_direct(uint64_t end, uint64_t shown)
{
	uint64_t first = run.v;

	for (uint64_t pa = 0; pa < end; pa += PV_PAGE_SIZE) {
		bool closed = (pa >= first && pa < run_end) || loaders(pa) || in_image(pa);

		if (DIRECT != KERNBASE || pa >= shown)
			kernel_enter(DIRECT + (uintptr_t)pa, pa, 1, closed ? PV_PTE_P | nx : protection(pa, false));
	}
}

void
pmap_adopt(uint64_t end)
{
	uint64_t shown = direct_size, nr = (end + SPAN - 1) / SPAN + TABLES_MORE;

	if (pages_alloc(NULL, nr, 0, &run) != PV_OK)
		pv_panic("attach: no run of %u pages for tables", (unsigned)nr);
	run_left = nr;
	run_end = run.v + nr * PV_PAGE_SIZE;
	kernel_space.root = pv_pa(pv_cr3_read() & PV_PTE_FRAME);
	space_adopt();
	map_direct(end, shown);
	make_kva_tables();
	for (uint64_t pa = 0; pa < shown; pa += PV_PAGE_SIZE)
		settle(pa);
	pv_flush_all(true);
	direct_base = DIRECT;
	direct_size = DIRECT_SIZE < end ? DIRECT_SIZE : end;
	pmap_ready = true;
}
