/*
 * The pmap: page tables that this kernel makes, owns and walks, every entry read
 * and written through <pv/x86/pte.h>. A table is reached in three ways, which must
 * show the same: through the direct map, through the recursive slot of the current
 * root, through a window that is closed again.
 *
 * Where tables hold machine frames (PV_CAP_DIRECT_TABLES) a page that becomes a
 * table may be writable nowhere. libpv sees to it at the address that hook
 * phys_to_virt knows; so this kernel has no other, and what it maps over a table is
 * read-only. There it goes on with the tables that it was started on: pmap_adopt.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define LARGE		0x200000u
/* Option ROMs: libpv may call one. Executable, hence not writable. */
#define ROMS		0xc0000u
#define ROMS_END	0xe0000u
#define FIRST_LARGE	0x200000u	/* below, kinds of memory change within one large page */

struct space kernel_space;
bool pmap_ready;
uint64_t nx;
const char *const view_name[VIEWS] = { "direct", "recursive", "window" };

/* The tables of a root with a recursive slot are a big array of entries of level 1, and so is that array. */
pv_pte *
recursive(uintptr_t va, unsigned level)
{
	for (; level > 0; level--)
		va = RECURSIVE + ((va & VA_MASK) >> PV_PAGE_SHIFT) * sizeof(pv_pte);
	return (pv_pte *)va;
}

static void
reach(struct space *s, pv_paddr table, uintptr_t va, unsigned level, enum view view, struct place *p)
{
	unsigned index = pv_table_index(pv_va(va), level);

	p->window = NULL;
	if (view == RECURSION && level <= RECURSIVE_TOP) {
		if ((pv_cr3_read() & PV_PTE_FRAME) != s->root.v && va < USER_END)
			pv_panic("attach: recursion shows the current space only");
		p->at = recursive(va, level);
	} else if (view == WINDOW) {
		p->window = map_table(table);
		p->at = (pv_pte *)p->window + index;
	} else {
		p->at = (pv_pte *)direct(table) + index;
	}
}

void
place_close(struct place *p)
{
	if (p->window != NULL)
		unmap_frame(NULL, p->window);
	p->window = NULL;
}

/* A new table below *at, which is an entry of `level`. */
static bool
make_table(pv_pte *at, uintptr_t va, unsigned level)
{
	pv_paddr table;

	if (table_page(&table) != PV_OK)
		return false;
	if (pv_table_claim(table, level - 1) != PV_OK) {
		page_free(NULL, table);
		return false;
	}
	pv_pte_set(at, pv_pte_make(table, pv_table_flags(level, va < USER_END)));
	return true;
}

bool
place_open(struct space *s, uintptr_t va, unsigned level, enum view view, bool make, struct place *p)
{
	pv_paddr table = s->root;

	for (unsigned l = PV_TABLE_LEVELS;; l--) {
		pv_pte e;

		reach(s, table, va, l, view, p);
		if (l == level)
			return true;
		e = pv_pte_get(p->at);
		if ((e.v & PV_PTE_P) == 0 && make && make_table(p->at, va, l))
			e = pv_pte_get(p->at);
		place_close(p);
		if ((e.v & PV_PTE_P) == 0 || (l < PV_TABLE_LEVELS && (e.v & PV_PTE_PS) != 0))
			return false;
		table = pv_pte_frame(e);
	}
}

/* -- single translations -- */

bool
pmap_enter(struct space *s, uintptr_t va, pv_paddr pa, uint64_t flags, enum view view)
{
	struct place p;

	if (!place_open(s, va, 1, view, true, &p))
		return false;
	pv_pte_set(p.at, pv_pte_make(pa, flags));
	place_close(&p);
	return true;
}

pv_pte
pmap_lookup(struct space *s, uintptr_t va, unsigned *level, enum view view)
{
	pv_pte e = pv_pte_of(0);

	for (unsigned l = PV_TABLE_LEVELS; l > 0; l--) {
		struct place p;

		*level = l;
		if (!place_open(s, va, l, view, false, &p))
			return pv_pte_of(0);
		e = pv_pte_get(p.at);
		place_close(&p);
		if ((e.v & PV_PTE_P) == 0 || (l < PV_TABLE_LEVELS && (e.v & PV_PTE_PS) != 0))
			break;
	}
	return e;
}

pv_pte
pmap_remove(struct space *s, uintptr_t va, enum view view)
{
	pv_pte old = pv_pte_of(0);
	struct place p;

	if (place_open(s, va, 1, view, false, &p)) {
		old = pv_pte_exchange(p.at, pv_pte_of(0));
		place_close(&p);
		pv_flush_page(pv_va(va));
	}
	return old;
}

void
pmap_change(struct space *s, uintptr_t va, uint64_t clear, uint64_t set, enum view view)
{
	struct place p;
	pv_pte e;

	if (!place_open(s, va, 1, view, false, &p))
		return;
	e = pv_pte_protect_begin(p.at);
	e.v = (e.v & ~clear) | set;
	pv_pte_protect_commit(p.at, e);
	place_close(&p);
	pv_flush_page(pv_va(va));
}

/* -- spaces -- */

void
space_create(struct space *s)
{
	if (page_alloc(NULL, &s->root) != PV_OK)
		pv_panic("attach: no page for a root");
	space_make(s);
}

static void
free_tables(pv_paddr table, unsigned level, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		pv_pte *at = (pv_pte *)direct(table) + i, e = pv_pte_get(at);

		if ((e.v & PV_PTE_P) == 0)
			continue;
		pv_pte_clear(at);
		if (level == 1)
			continue;
		free_tables(pv_pte_frame(e), level - 1, 512);
		if (pv_table_release(pv_pte_frame(e), level - 1) != PV_OK)
			pv_panic("attach: a table was not released");
		page_free(NULL, pv_pte_frame(e));
	}
}

void
space_destroy(struct space *s)
{
	/* The root first: tables that lead to each other by recursive slots are held by it. */
	if (pv_table_release(s->root, PV_TABLE_LEVELS) != PV_OK)
		pv_panic("attach: a root was not released");
	free_tables(s->root, PV_TABLE_LEVELS, USER_ROOTS);
	space_unmake(s);
	page_free(NULL, s->root);
}

void
space_activate(struct space *s)
{
	pv_root_set(s->root, s->root);
}

/* -- the kernel's own -- */

/* Text is never writable, nothing else can be executed; `here`: at the addresses it is linked for. */
uint64_t
protection(uint64_t pa, bool here)
{
	uintptr_t v = (uintptr_t)pa + KERNBASE;

	if (pa < DIRECT_SIZE && v >= (uintptr_t)text_start && v < (uintptr_t)text_end)
		return here ? PV_PTE_P : PV_PTE_P | nx;
	if (pa < DIRECT_SIZE && v >= (uintptr_t)rodata_start && v < (uintptr_t)rodata_end)
		return PV_PTE_P | nx;
	return PV_PTE_P | PV_PTE_W | nx;
}

void
kernel_enter(uintptr_t va, uint64_t pa, unsigned level, uint64_t flags)
{
	struct place p;

	if (!place_open(&kernel_space, va, level, DIRECT_MAP, true, &p))
		pv_panic("attach: no page for a table of the kernel");
	pv_pte_set(p.at, pv_pte_make(pv_pa(pa), flags));
	place_close(&p);
}

static void
map_direct(uint64_t end)
{
	uint64_t first = ((uintptr_t)image_start - KERNBASE) & ~(uint64_t)(LARGE - 1);
	uint64_t last = (uintptr_t)image_end - KERNBASE;

	for (uint64_t pa = 0; pa < end; pa += LARGE) {
		if (pa >= FIRST_LARGE && (pa < first || pa >= last)) {
			kernel_enter(DIRECT + (uintptr_t)pa, pa, 2, PV_PTE_P | PV_PTE_W | PV_PTE_PS | nx);
			continue;
		}
		for (uint64_t at = pa; at < pa + LARGE; at += PV_PAGE_SIZE)
			kernel_enter(DIRECT + (uintptr_t)at, at, 1, at >= ROMS && at < ROMS_END ? PV_PTE_P :
			    protection(at, DIRECT == KERNBASE));
	}
}

static uint64_t
end_of_memory(void)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < boot.nr_ranges; i++) {
		const struct pv_boot_range *r = &boot.range[i];

		if (r->kind != PV_MEM_RESERVED && r->base.v + r->size > end)
			end = r->base.v + r->size;
	}
	return end < DIRECT_SIZE ? end : DIRECT_SIZE;
}

/* All tables of the range are made now, so that every space has the same ones. */
void
make_kva_tables(void)
{
	struct place p;

	for (uintptr_t va = KVA_START; va - KVA_START < KVA_SIZE; va += LARGE) {
		if (!place_open(&kernel_space, va, 1, DIRECT_MAP, true, &p))
			pv_panic("attach: no page for the tables of windows");
		place_close(&p);
	}
}

void
pmap_bootstrap(void)
{
	uintptr_t image = (uintptr_t)image_start;

	nx = pv_has(PV_CAP_NX) ? PV_PTE_NX : 0;
	if (pv_has(PV_CAP_DIRECT_TABLES)) {
		pmap_adopt(end_of_memory());
		return;
	}
	space_create(&kernel_space);
	map_direct(end_of_memory());
	for (; DIRECT != KERNBASE && image < (uintptr_t)image_end; image += PV_PAGE_SIZE)
		kernel_enter(image, image - KERNBASE, 1, protection(image - KERNBASE, true));
	make_kva_tables();
	space_activate(&kernel_space);
	pv_flush_all(true);
	pmap_ready = true;
}
