/*
 * Control and debug registers by the ROM. Its calls report no faults: what would
 * fault is refused before, as on bare metal, and a bit that the ROM kept as it was is
 * a refusal, too. What may fault unforeseen, MSRs and performance counters, stays
 * with the instruction while ring 0 is the kernel's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

#define parent	pv_native_control_ops

#define CR0_NW	0x20000000u
#define CR0_CD	0x40000000u

/* Bits that are what was written, on every processor (SDM volume 3, 17.2). */
#define DR6_KEPT	0x0000e00fu
#define DR7_KEPT	0xffff23ffu
#define DR7_GD		0x2000u

/* Not done, which shows in nothing but what the register holds. */
static bool
refused(const char *op, const char *call, uint32_t first, uint32_t second, int nr_args)
{
	const struct pv_refusal r = {
		.op = op, .call = call, .arg = { first, second }, .nr_args = nr_args, .index = -1,
		.code_name = "no result", .hint = "the ROM left the register as it was"
	};

	pv_refuse(&r);
	return false;
}

static uintptr_t
cr0_read(void)
{
	return pv_vmi_has(VMI_GetCR0) ? pv_vmi_rom_GetCR0() : parent.cr0_read();
}

/* One step for who may interrupt: another thread's CR0 differs in TS. */
static bool
cr0_by_rom(uintptr_t value)
{
	pv_irq_state gate = pv_irq_save();
	uintptr_t now;

	pv_vmi_rom_SetCR0(value);
	now = cr0_read();
	pv_vmi_cr0_ts = (uint32_t)now | PV_CR0_TS;
	pv_irq_restore(gate);
	/* Of reserved bits the CPU keeps nothing. */
	return ((now ^ value) & (PV_CR0_MP | PV_CR0_EM | PV_CR0_TS | PV_CR0_NE | PV_CR0_WP | PV_CR0_AM)) == 0 ||
	    refused("isa.cr0_write", "SetCR0", value, 0, 1);
}

static pv_status
cr0_write(uintptr_t value)
{
	if (!pv_vmi_has(VMI_SetCR0))
		return parent.cr0_write(value);
	/* Paging and protection are what we stand on; write-through needs a cache that is off. */
	if ((value & PV_CR0_PE) == 0 || ((cr0_read() ^ value) & PV_CR0_PG) != 0 ||
	    (value & (CR0_NW | CR0_CD)) == CR0_NW)
		return PV_E_REFUSED;
	return cr0_by_rom(value) ? PV_OK : PV_E_REFUSED;
}

static void
cr2_write(uintptr_t value)
{
	if (pv_vmi_has(VMI_SetCR2))
		pv_vmi_rom_SetCR2(value);
	else
		parent.cr2_write(value);
}

static uintptr_t
cr4_read(void)
{
	return pv_vmi_has(VMI_GetCR4) ? pv_vmi_rom_GetCR4() : parent.cr4_read();
}

static bool
cr4_by_rom(uintptr_t value)
{
	pv_vmi_rom_SetCR4(value);
	return cr4_read() == value || refused("isa.cr4_write", "SetCR4", value, 0, 1);
}

static pv_status
cr4_write(uintptr_t value)
{
	return pv_vmi_has(VMI_SetCR4) ? pv_native_cr4_set(value, cr4_by_rom) : parent.cr4_write(value);
}

static pv_status
dr_read(unsigned n, uintptr_t *value)
{
	if (n > 7 || n == 4 || n == 5)
		return PV_E_INVAL;
	if (!pv_vmi_has(VMI_GetDR))
		return parent.dr_read(n, value);
	*value = pv_vmi_rom_GetDR(n);
	return PV_OK;
}

static pv_status
dr_write(unsigned n, uintptr_t value)
{
	uintptr_t now = 0, kept = n == 6 ? DR6_KEPT : n == 7 ? DR7_KEPT : ~(uintptr_t)0;
	pv_irq_state gate;

	if (n > 7 || n == 4 || n == 5)
		return PV_E_INVAL;
	if (!pv_vmi_has(VMI_SetDR))
		return parent.dr_write(n, value);
	gate = pv_irq_save();
	pv_vmi_rom_SetDR(n, value);
	/* The next access to a debug register is to trap, if the caller wants it: not ours. */
	if (n == 7 && (value & DR7_GD) != 0)
		now = value;
	else
		(void)dr_read(n, &now);
	pv_irq_restore(gate);
	return ((now ^ value) & kept) == 0 || refused("isa.dr_write", "SetDR", n, value, 2) ? PV_OK : PV_E_REFUSED;
}

/* Of an XCR0 that nobody can set nothing is said. */
static pv_status
xcr0_read(uint64_t *value)
{
	return pv_vmi_ring == 0 ? parent.xcr0_read(value) : PV_E_ABSENT;
}

static pv_status
xcr0_write(uint64_t value)
{
	return pv_vmi_ring == 0 ? parent.xcr0_write(value) : PV_E_ABSENT;
}

static pv_status
rdpmc(uint32_t counter, uint64_t *value)
{
	if (pv_vmi_ring == 0)
		return parent.rdpmc(counter, value);
	*value = 0;
	return PV_E_ABSENT;	/* a counter that is not there would be a fault within the ROM */
}

static void
wbinvd(void)
{
	if (pv_vmi_has(VMI_WBINVD))
		pv_vmi_rom_WBINVD();
	else
		parent.wbinvd();
}

const struct pv_isa_ops pv_vmi_control_ops = {
	.cr0_read = cr0_read,
	.cr0_write = cr0_write,
	.cr2_write = cr2_write,
	.cr4_read = cr4_read,
	.cr4_write = cr4_write,
	.dr_read = dr_read,
	.dr_write = dr_write,
	.msr_read = pv_vmi_msr_read,
	.xcr0_read = xcr0_read,
	.xcr0_write = xcr0_write,
	.msr_write = pv_vmi_msr_write,
	.rdpmc = rdpmc,
	.wbinvd = wbinvd,
	.base_set = pv_vmi_base_set,
	.base_get = pv_vmi_base_get,
};
