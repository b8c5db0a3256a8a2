/*
 * TLB ops of a sun4v guest for kernels that keep their own record
 * (<pv/sparc64/tlb.h>): calls, but for the context register, which is the guest's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v.h"
#include "../../common/sparc64/permanent.h"
#include "../../common/tsb/tsb.h"

#define TTE_X		0x080u
#define SIZES		(1u << PV_TTE_8K | 1u << PV_TTE_64K | 1u << PV_TTE_4M)

static uint64_t
tte_make(uint64_t pa, unsigned size, unsigned flags)
{
	return pv_sun4v_tte_bits(flags & ~PV_MAP_LARGE) | size | (pa & ~(uint64_t)(pv_sparc64_page_bytes(size) - 1));
}

/*
 * MMU_MAP_ADDR has a trap instruction of its own. The instruction TLB of a T1 does not look at the execute
 * bit, so what has none is not for it.
 */
static void
tlb_load(uintptr_t va, unsigned context, uint64_t entry, unsigned which)
{
	register uint64_t o0 __asm__("o0") = va & ~PV_PAGE_MASK;
	register uint64_t o1 __asm__("o1") = context;
	register uint64_t o2 __asm__("o2") = entry;
	register uint64_t o3 __asm__("o3") = (entry & TTE_X) != 0 ? which : which & ~PV_TLB_CODE;

	if (o3 == 0)
		return;
	__asm__ volatile("ta %4" : "+r" (o0), "+r" (o1), "+r" (o2), "+r" (o3) : "i" (PV_SUN4V_MAP_ADDR_TRAP)
	    : "o4", "o5", "cc", "memory");
	pv_hypercalls++;
	if (o0 != PV_SUN4V_EOK)
		(void)pv_sun4v_refused("isa.tlb_load", "MMU_MAP_ADDR", va, (int64_t)o0);
}

/* -- permanent translations -------------------------------------------------------- */

static pv_status
perm_map(uintptr_t va, uint64_t pa, unsigned size, unsigned flags)
{
	uint64_t tte = tte_make(pa, size, flags);
	struct pv_sparc64_permanent *p;
	pv_status s = pv_sparc64_permanent_new(va, pa, size, flags, &p);
	int64_t status;

	if (s != PV_OK)
		return s;
	/* Two entries must not match one address. */
	pv_sun4v_demap_context(0);
	p->which = (tte & TTE_X) != 0 ? PV_TLB_DATA | PV_TLB_CODE : PV_TLB_DATA;
	status = pv_sun4v_fast5(PV_SUN4V_MMU_MAP_PERM_ADDR, va, 0, tte, p->which, 0, NULL);
	if (status != PV_SUN4V_EOK)
		return pv_sun4v_refused("isa.perm_map", "MMU_MAP_PERM_ADDR", va, status);
	p->va = va;
	p->pa = pa;
	p->size = pv_sparc64_page_bytes(size);
	return PV_OK;
}

static pv_status
perm_unmap(uintptr_t va)
{
	struct pv_sparc64_permanent *p = pv_sparc64_permanent_find(va, 1);
	int64_t status;

	if (p == NULL || p->va != va)
		return PV_E_NOENT;
	status = pv_sun4v_fast5(PV_SUN4V_MMU_UNMAP_PERM_ADDR, va, 0, p->which, 0, 0, NULL);
	if (status != PV_SUN4V_EOK)
		return pv_sun4v_refused("isa.perm_unmap", "MMU_UNMAP_PERM_ADDR", va, status);
	p->size = 0;
	pv_sun4v_demap_page(va, 0);
	return PV_OK;
}

/* -- buffer ---------------------------------------------------------------------------- */

/* The kernel's own misses stay with libpv's buffers; the hypervisor looks at it by real address. */
static pv_status
tsb_set(volatile struct pv_tsb_entry *buffer, unsigned entries)
{
	volatile void *base = buffer != NULL ? (volatile void *)buffer : (volatile void *)pv_tsb_buffer;
	struct pv_sparc64_permanent *p = pv_sparc64_permanent_find((uintptr_t)base, 1);
	pv_status s = PV_OK;
	pv_paddr pa;

	if (buffer == NULL)
		entries = PV_TSB_ENTRIES;
	else if (!pv_sparc64_buffer_good(buffer, entries))
		return PV_E_INVAL;
	/* Permanent translations are in no record that could be asked. */
	if (p != NULL)
		pa = pv_pa(p->pa + ((uintptr_t)base - p->va));
	else
		s = pv_virt_to_phys(base, &pa);
	return s == PV_OK ? pv_sun4v_buffer_set("isa.tsb_set", pa, entries, SIZES) : s;
}

const struct pv_isa_ops pv_sun4v_tlb_ops = {
	.tte_make = tte_make,
	.tsb_set = tsb_set,
	.tlb_load = tlb_load,
	.tlb_demap_page = pv_sun4v_demap_page,
	.tlb_demap_context = pv_sun4v_demap_context,
	.tlb_demap_all = pv_sun4v_demap_all,
	.context_set = pv_sun4v_context_set,
	.perm_map = perm_map,
	.perm_unmap = perm_unmap,
};
