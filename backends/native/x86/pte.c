/*
 * Page-table entries and translations on bare metal: what is not hot enough for a
 * site. Entries are as the hardware reads them, so claiming a table is no more
 * than a look at its address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/radix/radix.h"
#include PV_BACKEND_ISA(swap.h)

/* Beyond this many pages one flush of everything is cheaper than one for each. */
#define FLUSH_PAGES	64u

uint64_t
pv_native_pte_exchange(uint64_t *where, uint64_t entry)
{
	return pv_native_swap64(where, entry);
}

/* Not present, the entry cannot collect A and D any more. */
uint64_t
pv_native_pte_protect_begin(uint64_t *where)
{
	return pv_native_swap64(where, 0);
}

/* Never half an entry, also when the old one is in use: SDM volume 3A, 4.8. */
void
pv_native_pte_protect_commit(uint64_t *where, uint64_t entry)
{
	(void)pv_native_swap64(where, entry);
}

/* Both claim and release: an address that may be a table's. */
pv_status
pv_native_table_check(pv_paddr table, unsigned level)
{
	uint64_t mask = level == pv_radix_geometry.top ? pv_radix_geometry.root_mask : PV_PTE_FRAME;

	if (level == 0 || level > pv_radix_geometry.top)
		return PV_E_INVAL;
	return (table.v & ~mask) == 0 ? PV_OK : PV_E_INVAL;
}

void
pv_native_root_set(pv_paddr kernel, pv_paddr user)
{
	(void)user;
	__asm__ volatile("mov %0, %%cr3" : : "r" ((uintptr_t)kernel.v) : "memory");
}

void
pv_native_flush_all(bool global)
{
	uintptr_t cr4 = pv_x86_cr4_read(), cr3;

	/* A change of CR4.PGE flushes all, global ones too: SDM volume 3A, 4.10.4.1. */
	if (global && (cr4 & PV_CR4_PGE) != 0) {
		__asm__ volatile("mov %0, %%cr4" : : "r" (cr4 & ~(uintptr_t)PV_CR4_PGE) : "memory");
		__asm__ volatile("mov %0, %%cr4" : : "r" (cr4) : "memory");
		return;
	}
	__asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=&r" (cr3) : : "memory");
}

void
pv_native_flush_range(uintptr_t start, uintptr_t end)
{
	uintptr_t page = start & ~PV_PAGE_MASK;
	/* `end` is 0 for a range up to the last address. Pages that it covers in part count. */
	uintptr_t pages = start != end ? ((end - 1 - page) >> PV_PAGE_SHIFT) + 1 : 0;

	if (pages > FLUSH_PAGES) {
		/* A kernel with tables of its own may have its half, and global pages, anywhere. */
		bool own = pv_hooks_get()->va_map != NULL || (pv_families() & PV_FAMILY_MMU) == 0;

		pv_native_flush_all(own || end - 1 >= PV_KERNEL_START);
		return;
	}
	for (; pages > 0; pages--, page += PV_PAGE_SIZE)
		__asm__ volatile("invlpg (%0)" : : "r" (page) : "memory");
}
