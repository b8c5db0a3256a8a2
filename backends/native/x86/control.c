/*
 * Control and debug registers on bare metal. Values that
 * would fault or take the ground from under the kernel are refused; accesses whose
 * fault cannot be foreseen are caught.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../../hooks/x86/uframe.h"

static pv_status
rdpmc(uint32_t counter, uint64_t *value)
{
	uint32_t lo = 0, hi = 0, failed = 1;

	__asm__ volatile("1: rdpmc\n\txor %2, %2\n2:\n\t" PV_X86_CATCH
	    : "+a" (lo), "+d" (hi), "+r" (failed) : "c" (counter) : "cc", "memory");
	*value = (uint64_t)hi << 32 | lo;
	return failed == 0 ? PV_OK : PV_E_ABSENT;
}

static uintptr_t
cr0_read(void)
{
	return pv_native_cr0_read();
}

static pv_status
cr0_write(uintptr_t value)
{
	uintptr_t now = pv_native_cr0_read();
	uint32_t failed = 1;

	/* Paging and protection are what we stand on. */
	if ((value & PV_CR0_PE) == 0 || ((now ^ value) & PV_CR0_PG) != 0)
		return PV_E_REFUSED;
	__asm__ volatile("1: mov %1, %%cr0\n\txor %0, %0\n2:\n\t" PV_X86_CATCH
	    : "+r" (failed) : "r" (value) : "cc", "memory");
	return failed == 0 ? PV_OK : PV_E_REFUSED;
}

static void
cr2_write(uintptr_t value)
{
	__asm__ volatile("mov %0, %%cr2" : : "r" (value) : "memory");
}

/*
 * Only bits that this CPU has: setting another one faults, and there are emulators that hang instead
 * (docs/limits.md), so it is not tried.
 */
pv_status
pv_native_cr4_set(uintptr_t value, bool (*write)(uintptr_t value))
{
	uintptr_t refused = ~pv_native_cr4_known();

	/* With it user mode could make its GS base look like the kernel's: see x86_64/trap.S. */
	if ((pv_families() & PV_FAMILY_TRAPS) != 0)
		refused |= PV_CR4_FSGSBASE;
	if ((value & PV_CR4_PAE) == 0 || (value & refused) != 0)
		return PV_E_REFUSED;
	if (!write(value))
		return PV_E_REFUSED;
	pv_x86_smap = (value & PV_CR4_SMAP) != 0;
	return PV_OK;
}

static pv_status
cr4_write(uintptr_t value)
{
	return pv_native_cr4_set(value, pv_x86_cr4_write);
}

static pv_status
dr_read(unsigned n, uintptr_t *value)
{
	switch (n) {
	case 0: __asm__ volatile("mov %%dr0, %0" : "=r" (*value)); break;
	case 1: __asm__ volatile("mov %%dr1, %0" : "=r" (*value)); break;
	case 2: __asm__ volatile("mov %%dr2, %0" : "=r" (*value)); break;
	case 3: __asm__ volatile("mov %%dr3, %0" : "=r" (*value)); break;
	case 6: __asm__ volatile("mov %%dr6, %0" : "=r" (*value)); break;
	case 7: __asm__ volatile("mov %%dr7, %0" : "=r" (*value)); break;
	default: return PV_E_INVAL;
	}
	return PV_OK;
}

static pv_status
dr_write(unsigned n, uintptr_t value)
{
	/* The upper halves of DR6 and DR7 must be zero in long mode; setting them faults. */
	if ((n == 6 || n == 7) && (uint64_t)value >> 32 != 0)
		return PV_E_INVAL;
	switch (n) {
	case 0: __asm__ volatile("mov %0, %%dr0" : : "r" (value)); break;
	case 1: __asm__ volatile("mov %0, %%dr1" : : "r" (value)); break;
	case 2: __asm__ volatile("mov %0, %%dr2" : : "r" (value)); break;
	case 3: __asm__ volatile("mov %0, %%dr3" : : "r" (value)); break;
	case 6: __asm__ volatile("mov %0, %%dr6" : : "r" (value)); break;
	case 7: __asm__ volatile("mov %0, %%dr7" : : "r" (value)); break;
	default: return PV_E_INVAL;
	}
	return PV_OK;
}

static void
wbinvd(void)
{
	__asm__ volatile("wbinvd" ::: "memory");
}

const struct pv_isa_ops pv_native_control_ops = {
	.cr0_read = cr0_read,
	.cr0_write = cr0_write,
	.cr2_write = cr2_write,
	.cr4_read = pv_x86_cr4_read,
	.cr4_write = cr4_write,
	.xcr0_read = pv_x86_xcr0_read,
	.xcr0_write = pv_x86_xcr0_write,
	.dr_read = dr_read,
	.dr_write = dr_write,
	.msr_read = pv_x86_msr_read,
	.msr_write = pv_x86_msr_write,
	.rdpmc = rdpmc,
	.wbinvd = wbinvd,
	.base_set = pv_native_base_set,
	.base_get = pv_native_base_get,
};
