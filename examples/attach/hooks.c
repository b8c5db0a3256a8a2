/*
 * What libpv gets from this kernel: pages, windows on frames, addresses and their
 * mappings, a log and a last word. See <pv/hooks.h> for what each must do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define WINDOWS		4u
#define ARENA_START	(KVA_START + WINDOWS * PV_PAGE_SIZE)
#define ARENA_END	(KVA_START + KVA_SIZE)

unsigned windows_opened;
static unsigned windows_open;
static uintptr_t arena = ARENA_START;

/* -- windows: the last one opened is the first one closed -- */

static void *
window(pv_paddr frame, uint64_t flags)
{
	uintptr_t va = KVA_START + windows_open * PV_PAGE_SIZE;

	if (windows_open == WINDOWS)
		return NULL;
	windows_open++;
	/* Before this kernel's own tables are in force, those of start.S, or Xen's, show what there is. */
	if (!pmap_ready)
		return direct(frame);
	windows_opened++;
	pv_pte_set(recursive(va, 1), pv_pte_make(frame, PV_PTE_P | PV_PTE_A | flags | nx));
	return (void *)va;
}

void *
map_frame(void *context, pv_paddr frame)
{
	(void)context;
	return window(frame, PV_PTE_W | PV_PTE_D);
}

/* A table that the layer below checks is writable nowhere. */
void *
map_table(pv_paddr table)
{
	return window(table, pv_has(PV_CAP_DIRECT_TABLES) ? 0 : PV_PTE_W | PV_PTE_D);
}

void
unmap_frame(void *context, void *va)
{
	(void)context;
	windows_open--;
	if (!pmap_ready)
		return;
	if ((uintptr_t)va != KVA_START + windows_open * PV_PAGE_SIZE)
		pv_panic("attach: window %p was not the last one opened", va);
	pv_pte_clear(recursive((uintptr_t)va, 1));
	pv_flush_page(pv_va_of(va));
}

/* -- translation -- */

static void *
phys_to_virt(void *context, pv_paddr pa)
{
	(void)context;
	return direct(pa);
}

static pv_status
virt_to_phys(void *context, const volatile void *va, pv_paddr *pa)
{
	uintptr_t v = (uintptr_t)va;
	struct space now;
	unsigned level;
	pv_pte e;

	(void)context;
	if (v >= (uintptr_t)image_start && v < (uintptr_t)image_end) {
		*pa = pv_pa(v - KERNBASE);
		return PV_OK;
	}
	if (v >= direct_base && v - direct_base < direct_size) {
		*pa = pv_pa(v - direct_base);
		return PV_OK;
	}
	if (!pmap_ready)
		return PV_E_NOENT;
	/* By recursion each space has its own tables. */
	now.root = pv_pa(pv_cr3_read() & PV_PTE_FRAME);
	e = pmap_lookup(&now, v, &level, DIRECT_MAP);
	if ((e.v & PV_PTE_P) == 0)
		return PV_E_NOENT;
	*pa = pv_pa_add(pv_pte_frame(e), v & (pv_table_span(level) - 1));
	return PV_OK;
}

/* -- addresses for libpv -- */

static pv_status
va_alloc(void *context, uintptr_t size, pv_vaddr *va)
{
	(void)context;
	if (size == 0 || size > ARENA_END - arena)
		return PV_E_NOMEM;
	*va = pv_va(arena);
	arena += size;
	return PV_OK;
}

static void
va_free(void *context, pv_vaddr va, uintptr_t size)
{
	(void)context;
	/* Good enough for a kernel that lives for seconds: only the last one can be used again. */
	if (va.v + size == arena)
		arena = va.v;
}

static uint64_t
cache_bits(unsigned flags)
{
	switch (flags & PV_MAP_CACHE_MASK) {
	case PV_MAP_WT:
		return PV_PTE_WT;
	case PV_MAP_WC:
		return PV_PTE_WC;
	case PV_MAP_UC:
		return PV_PTE_UC;
	default:
		return PV_PTE_WB;
	}
}

static void
va_unmap(void *context, pv_vaddr va, uintptr_t size)
{
	(void)context;
	for (uintptr_t at = va.v; at - va.v < size; at += PV_PAGE_SIZE)
		(void)pmap_remove(&kernel_space, at, RECURSION);
	pv_flush_range(va, size);
}

static pv_status
va_map(void *context, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	uint64_t bits = PV_PTE_P | cache_bits(flags);

	(void)context;
	bits |= (flags & PV_PROT_WRITE) != 0 ? PV_PTE_W : 0;
	bits |= (flags & PV_PROT_EXEC) != 0 ? 0 : nx;
	bits |= (flags & PV_MAP_GLOBAL) != 0 && pv_has(PV_CAP_GLOBAL_PAGES) ? PV_PTE_G : 0;
	for (uintptr_t at = 0; at < size; at += PV_PAGE_SIZE) {
		if (!pmap_enter(&kernel_space, va.v + at, pv_pa_add(pa, at), bits, RECURSION)) {
			va_unmap(context, va, at);
			return PV_E_NOMEM;
		}
	}
	return PV_OK;
}

/* -- words -- */

static void
log(void *context, const char *line)
{
	(void)context;
	pv_printf("# log: %s\n", line);
}

static void
panic(void *context, const char *message)
{
	(void)context;
	ok("attach.panic", false, "%s", message);
	finish();
}

struct pv_hooks hooks = {
	.size = sizeof(hooks),
	.page_alloc = page_alloc,
	.page_free = page_free,
	.pages_alloc = pages_alloc,
	.pages_free = pages_free,
	.map_frame = map_frame,
	.unmap_frame = unmap_frame,
	.phys_to_virt = phys_to_virt,
	.virt_to_phys = virt_to_phys,
	.va_alloc = va_alloc,
	.va_free = va_free,
	.va_map = va_map,
	.va_unmap = va_unmap,
	.log = log,
	.panic = panic,
};

/* without=NAME,...: what a port looks like that forgot something. */
void
hooks_take_away(void)
{
#define HOOK(member)	do {							\
	if (listed("without", #member))						\
		hooks.member = NULL;						\
} while (0)
	HOOK(page_alloc);
	HOOK(page_free);
	HOOK(pages_alloc);
	HOOK(pages_free);
	HOOK(map_frame);
	HOOK(unmap_frame);
	HOOK(phys_to_virt);
	HOOK(virt_to_phys);
	HOOK(va_alloc);
	HOOK(va_free);
	HOOK(va_map);
	HOOK(va_unmap);
	HOOK(log);
	HOOK(panic);
#undef HOOK
}
