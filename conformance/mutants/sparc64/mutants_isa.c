/*
 * Wrong ops of the sparc64 instruction set. Sites call C functions here, so these are
 * C functions, too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/tlb.h>
#include "../mutants.h"

extern const struct pv_backend pv_sun4v_backend;
const struct pv_backend *const mutant_below = &pv_sun4v_backend;

typedef uint64_t (*tte_fn)(uint64_t pa, unsigned size, unsigned flags);
typedef void (*load_fn)(uintptr_t va, unsigned context, uint64_t entry, unsigned which);
typedef void (*page_fn)(uintptr_t va, unsigned context);
typedef void (*context_fn)(unsigned context);
typedef pv_status (*perm_fn)(uintptr_t va, uint64_t pa, unsigned size, unsigned flags);

static uint64_t
counter_stands(void)
{
	return 1000;
}

static uint64_t
counter_has_its_top_bit(void)
{
	return RIGHT(uint64_t (*)(void))() | 1ull << 63;
}

static uint64_t
counter_is_half(void)
{
	return RIGHT(uint64_t (*)(void))() >> 1;
}

static void
compare_nothing(uint64_t when)
{
	(void)when;
}

static void
compare_at_once(uint64_t when)
{
	RIGHT(void (*)(uint64_t))(when == ~0ull ? when : pv_ops.isa.counter() + 100);
}

static uint64_t
tte_cannot_be_written(uint64_t pa, unsigned size, unsigned flags)
{
	return RIGHT(tte_fn)(pa, size, flags & ~PV_PROT_WRITE);
}

static uint64_t
tte_can_be_written(uint64_t pa, unsigned size, unsigned flags)
{
	return RIGHT(tte_fn)(pa, size, flags | PV_PROT_WRITE);
}

static uint64_t
tte_is_open_to_users(uint64_t pa, unsigned size, unsigned flags)
{
	return RIGHT(tte_fn)(pa, size, flags | PV_PROT_USER);
}

static uint64_t
tte_page_off(uint64_t pa, unsigned size, unsigned flags)
{
	return RIGHT(tte_fn)(pa + PV_PAGE_SIZE, size, flags);
}

static uint64_t
tte_always_small(uint64_t pa, unsigned size, unsigned flags)
{
	(void)size;
	return RIGHT(tte_fn)(pa, PV_TTE_8K, flags);
}

static pv_status
tsb_set_nothing(volatile struct pv_tsb_entry *buffer, unsigned entries)
{
	(void)buffer;
	(void)entries;
	return PV_OK;
}

static void
load_nothing(uintptr_t va, unsigned context, uint64_t entry, unsigned which)
{
	(void)va;
	(void)context;
	(void)entry;
	(void)which;
}

static void
load_other_context(uintptr_t va, unsigned context, uint64_t entry, unsigned which)
{
	RIGHT(load_fn)(va, context + 1, entry, which);
}

static void
load_data_only(uintptr_t va, unsigned context, uint64_t entry, unsigned which)
{
	(void)which;
	RIGHT(load_fn)(va, context, entry, PV_TLB_DATA);
}

static void
demap_page_nothing(uintptr_t va, unsigned context)
{
	(void)va;
	(void)context;
}

static void
demap_next_page(uintptr_t va, unsigned context)
{
	RIGHT(page_fn)(va + PV_PAGE_SIZE, context);
}

static void
context_ignored(unsigned context)
{
	(void)context;
}

static void
context_one_off(unsigned context)
{
	RIGHT(context_fn)(context + 1);
}

static void
nothing(void)
{
}

static pv_status
perm_map_nothing(uintptr_t va, uint64_t pa, unsigned size, unsigned flags)
{
	(void)va;
	(void)pa;
	(void)size;
	(void)flags;
	return PV_OK;
}

static pv_status
perm_map_page_off(uintptr_t va, uint64_t pa, unsigned size, unsigned flags)
{
	return RIGHT(perm_fn)(va, pa + PV_PAGE_SIZE, size, flags);
}

static pv_status
perm_unmap_nothing(uintptr_t va)
{
	(void)va;
	return PV_OK;
}

const struct mutant mutants_isa[] = {
	MUTANT_FATAL("isa.counter", "stands still", counter_stands),
	MUTANT_FATAL("isa.counter", "has its top bit", counter_has_its_top_bit),
	MUTANT("isa.counter", "goes at half the rate", counter_is_half),
	MUTANT_FATAL("isa.compare", "does nothing", compare_nothing),
	MUTANT("isa.compare", "is too early", compare_at_once),
	MUTANT("isa.tte_make", "drops the right to write", tte_cannot_be_written),
	MUTANT("isa.tte_make", "gives the right to write", tte_can_be_written),
	MUTANT("isa.tte_make", "opens to user mode", tte_is_open_to_users),
	MUTANT("isa.tte_make", "is a page off", tte_page_off),
	MUTANT("isa.tte_make", "is always small", tte_always_small),
	MUTANT("isa.tsb_set", "does nothing", tsb_set_nothing),
	MUTANT("isa.tlb_load", "does nothing", load_nothing),
	MUTANT("isa.tlb_load", "takes another context", load_other_context),
	MUTANT("isa.tlb_load", "leaves code out", load_data_only),
	MUTANT("isa.tlb_demap_page", "does nothing", demap_page_nothing),
	MUTANT("isa.tlb_demap_page", "takes the next page", demap_next_page),
	MUTANT("isa.tlb_demap_context", "does nothing", context_ignored),
	MUTANT("isa.tlb_demap_context", "takes another", context_one_off),
	MUTANT("isa.tlb_demap_all", "does nothing", nothing),
	MUTANT("isa.context_set", "does nothing", context_ignored),
	MUTANT("isa.context_set", "takes another", context_one_off),
	MUTANT_FATAL("isa.perm_map", "does nothing", perm_map_nothing),
	MUTANT("isa.perm_map", "is a page off", perm_map_page_off),
	MUTANT("isa.perm_unmap", "does nothing", perm_unmap_nothing),
	{ 0 }
};
