/*
 * The account of the kernel's permanent translations: see permanent.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "permanent.h"
#include "../tsb/numbers.h"

#define ENTRIES_LEAST	512u
#define ENTRIES_MOST	65536u

/* Each takes a place in a TLB of 64 (sun4u), or one of the eight that a T1's hypervisor has. */
static struct pv_sparc64_permanent permanent[PV_PERM_MOST];

struct pv_sparc64_permanent *
pv_sparc64_permanent_find(uintptr_t va, uintptr_t size)
{
	for (struct pv_sparc64_permanent *p = permanent; p < permanent + PV_PERM_MOST; p++)
		if (p->size != 0 && (va - p->va < p->size || p->va - va < size))
			return p;
	return NULL;
}

pv_status
pv_sparc64_permanent_new(uintptr_t va, uint64_t pa, unsigned size, unsigned flags,
    struct pv_sparc64_permanent **out)
{
	uintptr_t bytes;

	if ((size != PV_TTE_8K && size != PV_TTE_64K && size != PV_TTE_4M) || (flags & PV_PROT_USER) != 0)
		return PV_E_INVAL;
	bytes = pv_sparc64_page_bytes(size);
	if (((va | pa) & (bytes - 1)) != 0 || va >> PV_TSB_VA_BITS != 0)
		return PV_E_INVAL;
	if (pv_sparc64_permanent_find(va, bytes) != NULL ||
	    (va < PV_SPARC64_IMAGE + PV_SPARC64_IMAGE_SIZE && va + bytes > PV_SPARC64_IMAGE))
		return PV_E_EXIST;
	for (struct pv_sparc64_permanent *p = permanent; p < permanent + PV_PERM_MOST; p++) {
		if (p->size == 0) {
			*out = p;
			return PV_OK;
		}
	}
	return PV_E_FULL;
}

bool
pv_sparc64_buffer_good(const volatile struct pv_tsb_entry *buffer, unsigned entries)
{
	uintptr_t va = (uintptr_t)buffer, size = (uintptr_t)entries * sizeof(*buffer);
	struct pv_sparc64_permanent *p;

	if (entries < ENTRIES_LEAST || entries > ENTRIES_MOST || (entries & (entries - 1)) != 0 ||
	    (va & (size - 1)) != 0)
		return false;
	if (va - PV_SPARC64_DATA < PV_SPARC64_PAGE)
		return va - PV_SPARC64_DATA + size <= PV_SPARC64_PAGE;
	p = pv_sparc64_permanent_find(va, 1);
	return p != NULL && va - p->va + size <= p->size;
}
