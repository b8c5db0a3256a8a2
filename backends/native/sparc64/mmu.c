/*
 * The MMU of a sun4u CPU as backends/common/tsb needs it: what a TLB entry looks
 * like, and how the TLBs forget (UltraSPARC I and II User's Manual 6.7, 6.10).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "mmu.h"
#include "../../common/tsb/tsb.h"

#define TTE_VALID	(1ull << 63)
#define TTE_SIZE_4M	(3ull << 61)
#define TLB_ENTRIES	64u
#define TAG_CONTEXT	0x1fffu

uint64_t
pv_native_tte_bits(unsigned flags)
{
	/* The data cache is written through always: what write-through adds is to keep out of it. */
	static const uint8_t cache[] = { TTE_CP | TTE_CV, TTE_CP, 0, TTE_E };
	uint64_t tte = TTE_VALID | cache[(flags & PV_MAP_CACHE_MASK) / PV_MAP_WT];

	if ((flags & PV_MAP_LARGE) != 0)
		tte |= TTE_SIZE_4M;
	if ((flags & PV_PROT_USER) == 0)
		tte |= TTE_P;
	if ((flags & PV_PROT_WRITE) != 0)
		tte |= TTE_W;
	return tte | ((flags & PV_PROT_EXEC) != 0 ? TTE_EXEC : 0);
}

void
pv_native_demap_page(uintptr_t va, unsigned context)
{
	pv_native_demap((va & ~PV_PAGE_MASK) | DEMAP_PRIMARY, context);
}

/*
 * The tags of one entry of both TLBs. UltraSPARC I and II erratum 32: they may be wrong unless the primary context
 * register was written right before, with a FLUSH; interrupts off, vectors too.
 */
static void
tags(unsigned entry, uint64_t *data, uint64_t *code)
{
	uint64_t context, pstate;

	__asm__ volatile("rdpr %%pstate, %3\n\t"
	    "andn %3, 2, %0\n\t"
	    "wrpr %0, 0, %%pstate\n\t"
	    "ldxa [%5] 0x58, %2\n\t"
	    "stxa %2, [%5] 0x58\n\t"
	    "flush %6\n\t"
	    "ldxa [%4] 0x5e, %0\n\t"
	    "stxa %2, [%5] 0x58\n\t"
	    "flush %6\n\t"
	    "ldxa [%4] 0x56, %1\n\t"
	    "wrpr %3, 0, %%pstate"
	    : "=&r" (*data), "=&r" (*code), "=&r" (context), "=&r" (pstate)
	    : "r" ((uint64_t)entry << 3), "r" (PRIMARY_CONTEXT), "r" (PV_SPARC64_TEXT) : "memory");
}

static bool
is_kernels(uint64_t tag)
{
	uint64_t va = tag & ~(uint64_t)TAG_CONTEXT;

	return (tag & TAG_CONTEXT) == 0 && va >> PV_TSB_VA_BITS == 0 &&
	    va - PV_SPARC64_IMAGE >= PV_SPARC64_IMAGE_SIZE &&
	    va - PV_NATIVE_FIRMWARE >= PV_NATIVE_FIRMWARE_SIZE &&
	    (pv_native_is_permanent == NULL || !pv_native_is_permanent(va));
}

/*
 * A demap of the kernel's context would take the permanent entries, and the firmware's: what it has goes
 * one by one.
 */
static void
demap_kernel(void)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++) {
		uint64_t data, code;

		tags(i, &data, &code);
		if (is_kernels(data))
			pv_native_demap_page(data, 0);
		if (is_kernels(code))
			pv_native_demap_page(code, 0);
	}
}

void
pv_native_demap_context(unsigned context)
{
	if (context == 0)
		demap_kernel();
	else
		pv_native_demap(DEMAP_CONTEXT | DEMAP_PRIMARY, context);
}

/* All contexts but the kernel's, whose translations stay right. Once in some thousand new spaces. */
void
pv_native_demap_all(void)
{
	for (unsigned context = 1; context < PV_TSB_CONTEXTS; context++)
		pv_native_demap_context(context);
}

/* The kernel reaches user memory through the secondary context; user mode gets it as its primary one. */
void
pv_native_context_set(unsigned context)
{
	__asm__ volatile("stxa %0, [%1] 0x58\n\tmembar #Sync"
	    : : "r" ((uint64_t)context), "r" (SECONDARY_CONTEXT) : "memory");
}

static const struct pv_tsb_machine machine = {
	.last_pa = PV_SPARC64_DIRECT_SIZE - 1,
	.own_start = PV_SPARC64_IMAGE,
	.own_end = PV_SPARC64_IMAGE + PV_SPARC64_IMAGE_SIZE,
	.bits = pv_native_tte_bits,
	.demap_page = pv_native_demap_page,
	.demap_context = pv_native_demap_context,
	.demap_all = pv_native_demap_all,
	.context_set = pv_native_context_set,
};

/*
 * What OpenFirmware had in the kernel's context, below its own range, is nobody's: it
 * goes before anything is mapped.
 */
static pv_status
init(struct pv_space *kernel)
{
	demap_kernel();
	return pv_tsb_init(kernel, &machine);
}

const struct pv_mmu_ops pv_native_mmu_ops = {
	.init = init,
	.map = pv_tsb_map,
	.unmap = pv_tsb_remove,
	.sync = pv_tsb_sync,
};
