/*
 * Control and debug registers, MSRs and bases of a Xen PV guest. What a guest may
 * change goes to Xen by calls where there are some, else by the instruction, which
 * Xen emulates; what it may not is refused before it is tried.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "control.h"
#include "trap.h"

/* Bits of CR4 that Xen leaves to a guest, but for FSGSBASE. Xen: arch/x86 PV_CR4_GUEST_MASK */
#define CR4_OURS	(PV_CR4_TSD | PV_CR4_DE | PV_CR4_OSXSAVE)

/* All of CR0 but TS stays as Xen has set it up. */
static uintptr_t
cr0_read(void)
{
	static uintptr_t fixed;

	if (fixed == 0) {
		__asm__ volatile("mov %%cr0, %0" : "=r" (fixed) : : "memory");
		fixed &= ~(uintptr_t)PV_CR0_TS;
	}
	return fixed | (pv_xen_fpu_off() ? PV_CR0_TS : 0);
}

static pv_status
cr0_write(uintptr_t value)
{
	if (((value ^ cr0_read()) & ~(uintptr_t)PV_CR0_TS) != 0)
		return PV_E_REFUSED;
	if ((value & PV_CR0_TS) != 0)
		pv_xen_fpu_set();
	else
		pv_xen_fpu_clear();
	return PV_OK;
}

static void
cr2_write(uintptr_t value)
{
	pv_xen_vcpu()->cr2 = value;
}

static pv_status
cr4_write(uintptr_t value)
{
	uintptr_t changes = value ^ pv_x86_cr4_read();

	if ((changes & ~(uintptr_t)CR4_OURS) != 0)
		return PV_E_REFUSED;
	if (changes == 0)
		return PV_OK;
	/* Xen drops what its policy does not have, without a word. */
	return pv_x86_cr4_write(value) && pv_x86_cr4_read() == value ? PV_OK : PV_E_REFUSED;
}

static bool
is_debug_register(unsigned n)
{
	return n <= 7 && n != 4 && n != 5;
}

static pv_status
dr_read(unsigned n, uintptr_t *value)
{
	if (!is_debug_register(n))
		return PV_E_INVAL;
	*value = (uintptr_t)pv_xen_call(XEN_GET_DEBUGREG, n, 0, 0, 0);
	return PV_OK;
}

static pv_status
dr_write(unsigned n, uintptr_t value)
{
	if (!is_debug_register(n) || (n >= 6 && (uint64_t)value >> 32 != 0))
		return PV_E_INVAL;
	return pv_xen_try("isa.dr_write", NULL, XEN_SET_DEBUGREG, n, value, 0, 0);
}

/* Counters are the hypervisor's. */
static pv_status
rdpmc(uint32_t counter, uint64_t *value)
{
	(void)counter;
	*value = 0;
	return PV_E_ABSENT;
}

/* A guest without devices has nothing to write back for, and is refused. */
static void
wbinvd(void)
{
	struct xen_mmuext_op flush = { .cmd = XEN_MMUEXT_FLUSH_CACHE };

	(void)pv_xen_call(XEN_MMUEXT_OP, (unsigned long)&flush, 1, 0, XEN_DOMID_SELF);
}

const struct pv_isa_ops pv_xen_control_ops = {
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
	.base_set = pv_xen_base_set,
	.base_get = pv_xen_base_get,
};
