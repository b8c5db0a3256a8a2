/*
 * The page-table service of bare metal: the radix tree as it is, after the control
 * bits that it relies on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/radix/radix.h"
#include "../../common/x86/kernel_map.h"
#include PV_BACKEND_ISA(swap.h)

#define MSR_PAT		0x277u
#define MSR_EFER	0xc0000080u
#define EFER_NXE	0x800u

/*
 * As Xen has it, so that entries mean the same everywhere (<pv/x86/pte.h>): WB WT UC- UC WC WP UC
 * UC. It differs from the state after reset only in entries 4 and up, which no mapping uses yet:
 * a flush of the TLB is enough.
 */
#define PAT_VALUE	0x0000050100070406ull

/* This CPU. Needs CPUID and nothing else; again does no harm. */
void
pv_native_mmu_setup(void)
{
	uintptr_t cr0 = pv_native_cr0_read(), cr4 = pv_x86_cr4_read();

	if (pv_native_has(PV_CAP_NX))
		pv_native_wrmsr(MSR_EFER, pv_native_rdmsr(MSR_EFER) | EFER_NXE);
	if (pv_native_cpu_feature(1, 3, 16))
		pv_native_wrmsr(MSR_PAT, PAT_VALUE);
	if (pv_native_has(PV_CAP_GLOBAL_PAGES) && (cr4 & PV_CR4_PGE) == 0)
		__asm__ volatile("mov %0, %%cr4" : : "r" (cr4 | PV_CR4_PGE) : "memory");
	/* The kernel, too, does not write what is read-only. */
	if ((cr0 & PV_CR0_WP) == 0)
		__asm__ volatile("mov %0, %%cr0" : : "r" (cr0 | PV_CR0_WP) : "memory");
	pv_native_flush_all(true);
}

#define WINDOW_BITS	(PV_PTE_P | PV_PTE_W | PV_PTE_A | PV_PTE_D)

static void
window(uint64_t *entry, uintptr_t va, pv_paddr frame, uintptr_t size)
{
	(void)pv_native_swap64(entry, size != 0 ? (frame.v & PV_PTE_FRAME) | WINDOW_BITS | pv_radix.nx : 0);
	__asm__ volatile("invlpg (%0)" : : "r" (va) : "memory");
}

pv_status
pv_native_own_memory(const struct pv_boot *boot)
{
	pv_status s = pv_hooks_set(pv_hooks_freestanding(boot));

	if (s != PV_OK)
		return s;
	pv_native_mmu_setup();
	s = pv_kernel_map_make(boot, window);
	if (s != PV_OK)
		return s;
	pv_root_set(pv_space_kernel()->root, pv_space_kernel()->root);
	pv_native_flush_all(true);
	pv_kernel_map_use();
	return PV_OK;
}

static pv_status
init(struct pv_space *kernel)
{
	pv_native_mmu_setup();
	return kernel != NULL ? pv_radix_init(kernel) : PV_OK;
}

const struct pv_mmu_ops pv_native_mmu_ops = {
	.init = init,
	.map = pv_radix_map,
	.unmap = pv_radix_remove,
	.sync = pv_radix_sync,
};
