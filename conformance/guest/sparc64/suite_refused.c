/*
 * Refused calls of address spaces, programs' memory, and of kernels that keep their own
 * record: see refused.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/tlb.h>
#include <pv/user.h>
#include "../catch.h"
#include "../user/world.h"
#include "look.h"
#include "refused.h"

#define USER_VA		0x12345678000ul
#define KERNEL_VA	0x1e000000000ul		/* below the hole, in nobody's mappings */
#define CONTEXT		77u
#define ENTRIES		512u
#define RW		(PV_PROT_READ | PV_PROT_WRITE)
#define RWU		(RW | PV_PROT_USER)
#define MANY		20u		/* pages that are forgotten with their context */

/* -- what operations work on ---------------------------------------------------------- */

static struct pv_space space;
static pv_paddr frame;
static uintptr_t pages;

/* A space with `pages` pages of one frame, all of them in the caches. */
static bool
space_open(void)
{
	bool good = pv_space_create(&space) == PV_OK;

	frame = suite_page();
	direct(frame)[0] = 0x77;
	for (uintptr_t i = 0; i < pages; i++)
		good = good && pv_space_map(&space, pv_va(USER_VA + i * PV_PAGE_SIZE), frame,
		    PV_PAGE_SIZE, RWU) == PV_OK;
	pv_space_activate(&space);
	for (uintptr_t i = 0; i < pages; i++)
		good = good && seen(USER_VA + i * PV_PAGE_SIZE) == 0x77;
	return good;
}

static bool
one_page(void)
{
	pages = 1;
	return space_open();
}

static bool
many_pages(void)
{
	pages = MANY;
	return space_open();
}

static bool
page_written(void)
{
	return one_page() && pv_store32(USER_VA + 8, 1) == PV_OK;
}

static bool
space_close(bool done)
{
	bool good;

	(void)done;
	pv_space_activate(NULL);
	good = pv_space_destroy(&space) == PV_OK;
	suite_page_free(frame);
	return good;
}

/* -- spaces ------------------------------------------------------------------------------ */

static pv_status
unmap_all(void)
{
	pv_status s = pv_space_unmap(&space, pv_va(USER_VA), pages * PV_PAGE_SIZE);

	pv_space_sync(&space);
	return s;
}

static bool
none_seen(void)
{
	for (uintptr_t i = 0; i < pages; i++)
		if (seen(USER_VA + i * PV_PAGE_SIZE) != ~0u)
			return false;
	return true;
}

static void
unmap_of_a_page(void)
{
	EACH("unmap of a page", { "+mmu.sync MMU_DEMAP_PAGE" }, one_page, unmap_all, none_seen,
	    space_close, 0);
}

static void
unmap_of_many(void)
{
	EACH("unmap of many", { "+mmu.sync MMU_DEMAP_CTX" }, many_pages, unmap_all, none_seen,
	    space_close, 0);
}

static bool
three_pages(void)
{
	pages = 3;
	return space_open();
}

static void
unmap_page_by_page(void)
{
	EACH("unmap of three", { "+mmu.sync MMU_DEMAP_PAGE", "+mmu.sync MMU_DEMAP_PAGE",
	    "+mmu.sync MMU_DEMAP_PAGE" }, three_pages, unmap_all, none_seen,
	    space_close, 0);
}

static pv_status
make_read_only(void)
{
	pv_status s = pv_space_protect(&space, pv_va(USER_VA), PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER);

	pv_space_sync(&space);
	return s;
}

static bool
is_read_only(void)
{
	return pv_store32(USER_VA, 2) == PV_E_FAULT && seen(USER_VA) == 0x77;
}

static void
protect_of_a_page(void)
{
	EACH("protect", { "+mmu.sync MMU_DEMAP_PAGE" }, page_written, make_read_only, is_read_only,
	    space_close, 0);
}

static void
note(void *arg, pv_vaddr va, unsigned flags)
{
	(void)va;
	*(unsigned *)arg |= flags;
}

static unsigned
marks(void)
{
	unsigned flags = 0;

	if (pv_space_harvest(&space, pv_va(USER_VA), PV_PAGE_SIZE, note, &flags) != PV_OK)
		return ~0u;
	return flags & PV_MAP_MODIFIED;
}

static pv_status
take_marks(void)
{
	unsigned flags = marks();

	pv_space_sync(&space);
	return flags == PV_MAP_MODIFIED ? PV_OK : PV_E_INVAL;
}

/* What is written from now on shows again. */
static bool
marks_come_again(void)
{
	return marks() == 0 && pv_store32(USER_VA + 8, 3) == PV_OK && marks() == PV_MAP_MODIFIED;
}

static void
harvest_of_a_page(void)
{
	EACH("harvest", { "+mmu.sync MMU_DEMAP_PAGE" }, page_written, take_marks, marks_come_again,
	    space_close, 0);
}

static pv_status
first_store(void)
{
	return pv_store32(USER_VA, 5);
}

static bool
is_stored(void)
{
	return direct(frame)[0] == 5 && seen(USER_VA) == 5 && marks() == PV_MAP_MODIFIED;
}

static void
store_of_the_kernel(void)
{
	EACH("first store", { "+mmu.miss MMU_UNMAP_ADDR" }, one_page, first_store, is_stored, space_close,
	    0);
}

static pv_status
map_and_switch(void)
{
	pv_status s = pv_space_map(&space, pv_va(USER_VA + PV_PAGE_SIZE), frame, PV_PAGE_SIZE, RWU);

	pv_space_activate(NULL);
	pv_space_activate(&space);
	return s;
}

static bool
is_mapped(void)
{
	return seen(USER_VA + PV_PAGE_SIZE) == 0x77;
}

static void
map_and_switch_call_nobody(void)
{
	EACH("map and switch", { NULL }, one_page, map_and_switch, is_mapped, space_close, 0);
}

/* -- programs ----------------------------------------------------------------------------- */

static enum user_end user_ended;

static bool
hole_open(void)
{
	direct(frame)[0] = 0x77;
	user_set(W_ADDRESS, USER_HOLE);
	user_set(W_VALUE, 0x99);
	return pv_space_map(&user.space, pv_va(USER_HOLE), frame, PV_PAGE_SIZE,
	    RWU) == PV_OK && seen(USER_HOLE) == 0x77 &&
	    user_start(user_exit) == USER_EXITED && pv_store32(USER_DATA + PV_PAGE_SIZE - 8, 1) == PV_OK;
}

static pv_status
program_stores(void)
{
	user_ended = user_start(user_write);
	return user_ended == USER_EXITED ? PV_OK : PV_E_FAULT;
}

static bool
program_stored(void)
{
	return direct(frame)[0] == 0x99;
}

static bool
hole_close(bool done)
{
	bool good = pv_space_unmap(&user.space, pv_va(USER_HOLE), PV_PAGE_SIZE) == PV_OK;

	(void)done;
	pv_space_sync(&user.space);
	return good;
}

/* The store of the program, and the first to its stack that the kernel makes for it, are begun again. */
USER_CASE(store_of_a_program)
{
	frame = suite_page();
	EACH("a program's first store", { "+mmu.miss MMU_UNMAP_ADDR" }, hole_open, program_stores,
	    program_stored, hole_close, 0);
	suite_page_free(frame);
}

/* -- the kernel's own record ---------------------------------------------------------------- */

static volatile struct pv_tsb_entry buffer[ENTRIES] __attribute__((aligned(ENTRIES * 16)));

static bool
permanent_open(void)
{
	frame = suite_page();
	direct(frame)[0] = 0x77;
	return true;
}

static bool
permanent_made(void)
{
	return permanent_open() && pv_perm_map(pv_va(KERNEL_VA), frame, PV_TTE_8K, RW) == PV_OK;
}

static void
touch(void *arg)
{
	(void)*(volatile uint32_t *)arg;
}

static bool
is_permanent(void)
{
	struct pv_trap trap;

	return !suite_catch(touch, (void *)KERNEL_VA, &trap) && *(volatile uint32_t *)KERNEL_VA == 0x77;
}

static bool
is_not_permanent(void)
{
	return !is_permanent();
}

static pv_status
perm_map(void)
{
	return pv_perm_map(pv_va(KERNEL_VA), frame, PV_TTE_8K, RW);
}

static pv_status
perm_unmap(void)
{
	return pv_perm_unmap(pv_va(KERNEL_VA));
}

static bool
permanent_close(bool mapped)
{
	bool good = pv_perm_unmap(pv_va(KERNEL_VA)) == (mapped ? PV_OK : PV_E_NOENT);

	suite_page_free(frame);
	return good;
}

static bool
permanent_gone(bool unmapped)
{
	return permanent_close(!unmapped);
}

static void
permanent_translation(void)
{
	EACH("perm_map", { "+mmu.sync MMU_DEMAP_CTX", "isa.perm_map MMU_MAP_PERM_ADDR" }, permanent_open,
	    perm_map,
	    is_permanent, permanent_close, 0);
}

static void
permanent_translation_ends(void)
{
	EACH("perm_unmap", { "isa.perm_unmap MMU_UNMAP_PERM_ADDR", "+mmu.sync MMU_DEMAP_PAGE" },
	    permanent_made, perm_unmap, is_not_permanent, permanent_gone, 0);
}

static bool
buffer_open(void)
{
	frame = suite_page();
	direct(frame)[0] = 0x77;
	for (unsigned i = 0; i < ENTRIES; i++)
		buffer[i].tag = PV_TSB_TAG_NONE;
	pv_tsb_write(&buffer[pv_tsb_slot(USER_VA, ENTRIES)], USER_VA, CONTEXT, pv_tte_make(frame,
	    PV_TTE_8K, RWU));
	pv_context_set(CONTEXT);
	return seen(USER_VA) == ~0u;
}

static bool
buffer_used(void)
{
	return buffer_open() && pv_tsb_set(buffer, ENTRIES) == PV_OK;
}

static pv_status
buffer_set(void)
{
	return pv_tsb_set(buffer, ENTRIES);
}

static pv_status
buffer_leave(void)
{
	return pv_tsb_set(NULL, 0);
}

static bool
is_looked_at(void)
{
	return seen(USER_VA) == 0x77;
}

static bool
is_not_looked_at(void)
{
	return !is_looked_at();
}

static bool
buffer_close(bool done)
{
	(void)done;
	pv_context_set(0);
	pv_tlb_demap_context(CONTEXT);
	suite_page_free(frame);
	return pv_tsb_set(NULL, 0) == PV_OK;
}

static void
buffer_of_the_kernels(void)
{
	EACH("tsb_set", { "isa.tsb_set MMU_TSB_CTXNON0" }, buffer_open, buffer_set, is_looked_at,
	    buffer_close, 0);
	EACH("tsb_set of none", { "isa.tsb_set MMU_TSB_CTXNON0" }, buffer_used, buffer_leave,
	    is_not_looked_at, buffer_close, 0);
}

static pv_status
load(void)
{
	pv_tlb_load(USER_VA, CONTEXT, pv_tte_make(frame, PV_TTE_8K, RWU), PV_TLB_DATA);
	return PV_OK;
}

static void
entry_loaded(void)
{
	EACH("tlb_load", { "-isa.tlb_load MMU_MAP_ADDR" }, buffer_open, load, is_looked_at, buffer_close,
	    0);
}

static bool
loaded(void)
{
	return buffer_open() && load() == PV_OK && is_looked_at();
}

static pv_status
demap_page(void)
{
	pv_tlb_demap_page(USER_VA, CONTEXT);
	return PV_OK;
}

static pv_status
demap_context(void)
{
	pv_tlb_demap_context(CONTEXT);
	return PV_OK;
}

static void
entry_forgotten(void)
{
	EACH("tlb_demap_page", { "+mmu.sync MMU_DEMAP_PAGE" }, loaded, demap_page, is_not_looked_at,
	    buffer_close, 0);
	EACH("tlb_demap_context", { "+mmu.sync MMU_DEMAP_CTX" }, loaded, demap_context, is_not_looked_at,
	    buffer_close, 0);
}

static const struct suite_case cases[] = {
	{ "unmap_of_a_page", unmap_of_a_page, "mmu.unmap mmu.sync pv_refusal_get", CASE_ONCE },
	{ "unmap_page_by_page", unmap_page_by_page, "mmu.unmap mmu.sync pv_refusal_get", CASE_ONCE },
	{ "unmap_of_many", unmap_of_many, "mmu.unmap mmu.sync pv_refusal_get", CASE_ONCE },
	{ "protect_of_a_page", protect_of_a_page, "mmu.protect mmu.sync pv_refusal_get", CASE_ONCE },
	{ "harvest_of_a_page", harvest_of_a_page, "mmu.harvest mmu.sync pv_refusal_get", CASE_ONCE },
	{ "store_of_the_kernel", store_of_the_kernel, "mmu.map pv_refusal_get", CASE_ONCE },
	{ "store_of_a_program", store_of_a_program, "mmu.map user.enter pv_refusal_get", CASE_ONCE },
	{ "map_and_switch_call_nobody", map_and_switch_call_nobody, "mmu.map mmu.activate", CASE_ONCE },
	{ "permanent_translation", permanent_translation, "isa.perm_map pv_refusal_get", CASE_ONCE },
	{ "permanent_translation_ends", permanent_translation_ends, "isa.perm_unmap pv_refusal_get",
	    CASE_ONCE },
	{ "buffer_of_the_kernels", buffer_of_the_kernels, "isa.tsb_set pv_refusal_get", CASE_ONCE },
	{ "entry_loaded", entry_loaded, "isa.tlb_load pv_refusal_get", CASE_ONCE },
	{ "entry_forgotten", entry_forgotten, "isa.tlb_demap_page isa.tlb_demap_context pv_refusal_get",
	    CASE_ONCE },
};
SUITE_WHERE(suite_refused_memory, "refused", cases, refused_applies);
