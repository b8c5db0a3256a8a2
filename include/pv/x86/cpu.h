/*
 * The x86 CPU without gloves: CPUID, control and debug registers, MSRs, bases.
 *
 * These are for kernels that know they run on x86. Reads give what this guest may
 * see, which under a hypervisor is not always what the machine has; writes that
 * the layer below will not allow are refused with a status, never with a fault.
 *
 * Context: from stage EARLY on, any CPU, also in handlers; cannot sleep. What may fault (MSRs,
 * rdpmc, writes of CR0, CR4 and XCR0) needs stage TRAPS, or a kernel whose own handlers go on at
 * pv_trap_recover().
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_CPU_H
#define PV_X86_CPU_H

#include <pv/cpu.h>
#include <pv/ops.h>
#include PV_ISA_HEADER(site.h)
#include PV_ISA_HEADER(hot.h)	/* pv_cr2_read, pv_cr3_read, pv_cr3_write, pv_fpu_clear, pv_fpu_set, pv_counter */

PV_BEGIN_DECLS

#define PV_CR0_PE	0x00000001u
#define PV_CR0_MP	0x00000002u
#define PV_CR0_EM	0x00000004u
#define PV_CR0_TS	0x00000008u
#define PV_CR0_NE	0x00000020u
#define PV_CR0_WP	0x00010000u
#define PV_CR0_AM	0x00040000u
#define PV_CR0_PG	0x80000000u

#define PV_CR4_TSD	0x00000004u
#define PV_CR4_DE	0x00000008u
#define PV_CR4_PSE	0x00000010u
#define PV_CR4_PAE	0x00000020u
#define PV_CR4_MCE	0x00000040u
#define PV_CR4_PGE	0x00000080u
#define PV_CR4_PCE	0x00000100u
#define PV_CR4_OSFXSR	0x00000200u
#define PV_CR4_OSXMMEX	0x00000400u
#define PV_CR4_FSGSBASE	0x00010000u
#define PV_CR4_OSXSAVE	0x00040000u
#define PV_CR4_SMEP	0x00100000u
#define PV_CR4_SMAP	0x00200000u

#define PV_BASE_FS	0u
#define PV_BASE_GS	1u	/* of the mode we are in */
#define PV_BASE_USER_GS	2u	/* the other one */

PV_INLINE void
pv_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	pv_ops.isa.cpuid(leaf, subleaf, out);
}

PV_INLINE uintptr_t
pv_cr0_read(void)
{
	PV_NEED(control);
	return pv_ops.isa.cr0_read();
}

PV_INLINE pv_status
pv_cr0_write(uintptr_t value)
{
	PV_NEED(control);
	return pv_ops.isa.cr0_write(value);
}

PV_INLINE void
pv_cr2_write(uintptr_t value)
{
	PV_NEED(control);
	pv_ops.isa.cr2_write(value);
}

PV_INLINE uintptr_t
pv_cr4_read(void)
{
	PV_NEED(control);
	return pv_ops.isa.cr4_read();
}

PV_INLINE pv_status
pv_cr4_write(uintptr_t value)
{
	PV_NEED(control);
	return pv_ops.isa.cr4_write(value);
}

PV_INLINE pv_status
pv_xcr0_read(uint64_t *value)
{
	PV_NEED(control);
	return pv_ops.isa.xcr0_read(value);
}

/* Before the first pv_fpu_size(): what that gave does not grow. */
PV_INLINE pv_status
pv_xcr0_write(uint64_t value)
{
	PV_NEED(control);
	return pv_ops.isa.xcr0_write(value);
}

PV_INLINE pv_status
pv_dr_read(unsigned n, uintptr_t *value)
{
	PV_NEED(control);
	return pv_ops.isa.dr_read(n, value);
}

PV_INLINE pv_status
pv_dr_write(unsigned n, uintptr_t value)
{
	PV_NEED(control);
	return pv_ops.isa.dr_write(n, value);
}

PV_INLINE pv_status
pv_msr_read(uint32_t nr, uint64_t *value)
{
	PV_NEED(control);
	return pv_ops.isa.msr_read(nr, value);
}

PV_INLINE pv_status
pv_msr_write(uint32_t nr, uint64_t value)
{
	PV_NEED(control);
	return pv_ops.isa.msr_write(nr, value);
}

PV_INLINE pv_status
pv_rdpmc(uint32_t counter, uint64_t *value)
{
	PV_NEED(control);
	return pv_ops.isa.rdpmc(counter, value);
}

PV_INLINE void
pv_wbinvd(void)
{
	PV_NEED(control);
	pv_ops.isa.wbinvd();
}

PV_INLINE void
pv_base_set(unsigned which, uintptr_t base)
{
	PV_NEED(control);
	pv_ops.isa.base_set(which, base);
}

PV_INLINE uintptr_t
pv_base_get(unsigned which)
{
	PV_NEED(control);
	return pv_ops.isa.base_get(which);
}

PV_END_DECLS
#endif
