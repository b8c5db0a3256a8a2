/*
 * TLB ops of a sun4u machine for kernels that keep their own record
 * (<pv/sparc64/tlb.h>; UltraSPARC I and II User's Manual, chapter 6).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "mmu.h"
#include "../../common/sparc64/permanent.h"
#include "../../common/tsb/tsb.h"

#define TTE_SIZE(size)	((uint64_t)(size) << 61)

static uint64_t
tte_make(uint64_t pa, unsigned size, unsigned flags)
{
	uint64_t page = pa & ~(uint64_t)(pv_sparc64_page_bytes(size) - 1);

	return pv_native_tte_bits(flags & ~PV_MAP_LARGE) | TTE_SIZE(size) | page;
}

static void
tlb_load(uintptr_t va, unsigned context, uint64_t entry, unsigned which)
{
	if ((entry & TTE_EXEC) == 0)
		which &= ~PV_TLB_CODE;
	if ((entry & PV_TTE_VALID) != 0)
		pv_native_tlb_load((va & ~PV_PAGE_MASK) | context, entry, which);
}

static void
demap_all(void)
{
	pv_native_demap_context(0);
	pv_native_demap_all();
}

/* -- permanent translations ------------------------------------------------------ */

bool
pv_native_is_permanent(uintptr_t va)
{
	return pv_sparc64_permanent_find(va, 1) != NULL;
}

static pv_status
perm_map(uintptr_t va, uint64_t pa, unsigned size, unsigned flags)
{
	struct pv_sparc64_permanent *p;
	pv_status s = pv_sparc64_permanent_new(va, pa, size, flags, &p);

	if (s != PV_OK)
		return s;
	if (pa >= PV_SPARC64_DIRECT_SIZE)
		return PV_E_INVAL;
	/* Two entries must not match one address. */
	pv_native_demap_context(0);
	p->va = va;
	p->size = pv_sparc64_page_bytes(size);
	tlb_load(va, 0, tte_make(pa, size, flags) | TTE_L, PV_TLB_DATA | PV_TLB_CODE);
	return PV_OK;
}

static pv_status
perm_unmap(uintptr_t va)
{
	struct pv_sparc64_permanent *p = pv_sparc64_permanent_find(va, 1);

	if (p == NULL || p->va != va)
		return PV_E_NOENT;
	p->size = 0;
	pv_native_demap_page(va, 0);
	return PV_OK;
}

/* -- buffer ------------------------------------------------------------------------- */

static void
use(volatile struct pv_tsb_pair *buffer, unsigned entries)
{
	uint64_t reg = (uintptr_t)buffer;

	for (unsigned n = 512; n < entries; n *= 2)
		reg++;
	__asm__ volatile("stxa %0, [%1] 0x58\n\tstxa %0, [%1] 0x50\n\tmembar #Sync"
	    : : "r" (reg), "r" (TSB_BASE) : "memory");
	pv_tsb_current.buffer = buffer;
	pv_tsb_current.entries = entries;
}

/* A miss on the buffer itself, in the trap that looks at it, would be the end. */
static pv_status
tsb_set(volatile struct pv_tsb_entry *buffer, unsigned entries)
{
	if (buffer == NULL) {
		pv_tsb_wipe();
		use(pv_tsb_buffer, PV_TSB_ENTRIES);
		return PV_OK;
	}
	if (!pv_sparc64_buffer_good(buffer, entries))
		return PV_E_INVAL;
	use((volatile struct pv_tsb_pair *)(uintptr_t)buffer, entries);
	return PV_OK;
}

const struct pv_isa_ops pv_native_tlb_ops = {
	.tte_make = tte_make,
	.tsb_set = tsb_set,
	.tlb_load = tlb_load,
	.tlb_demap_page = pv_native_demap_page,
	.tlb_demap_context = pv_native_demap_context,
	.tlb_demap_all = demap_all,
	.context_set = pv_native_context_set,
	.perm_map = perm_map,
	.perm_unmap = perm_unmap,
};
