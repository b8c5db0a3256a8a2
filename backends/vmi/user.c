/*
 * User mode by the ROM: SYSENTER, whose way back is the ROM's SYSEXIT, and faults at
 * the ROM's IRET, which are the user's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

#define KERNEL_CS		0x08u
#define MSR_SYSENTER_ESP	0x175u
#define MSR_SYSENTER_EIP	0x176u
#define MSR_SYSENTER_CS		0x174u
#define FEATURE_SEP		(1u << 11)

extern const char pv_vmi_sysenter_entry[];
extern const char pv_vmi_fault_db[], pv_vmi_fault_np[], pv_vmi_fault_ss[], pv_vmi_fault_gp[];
/* user.S: where an instruction may be the ROM's IRET. */
uint32_t pv_vmi_text_start, pv_vmi_text_size;
uint32_t pv_vmi_fault_next[4];		/* where these gates led */

static void
fault_gates(void)
{
	static const struct {
		unsigned vector;
		const char *at;
	} faults[] = {
		{ 1, pv_vmi_fault_db }, { 11, pv_vmi_fault_np }, { 12, pv_vmi_fault_ss }, { 13, pv_vmi_fault_gp },
	};
	struct pv_vmi_pointer idt;

	pv_vmi_text_start = (uint32_t)(pv_vmi_low + pv_vmi_rom.at);
	pv_vmi_text_size = pv_vmi_rom.size;
	pv_vmi_top = pv_cpu()->kernel_sp;
	pv_vmi_idt_read(&idt);
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		volatile uint64_t *slot = (volatile uint64_t *)(uintptr_t)idt.base + faults[i].vector;
		uint64_t old = *slot, gate = pv_gate_low((uintptr_t)faults[i].at, KERNEL_CS | pv_vmi_ring,
		    PV_GATE_INTERRUPT, pv_vmi_ring, 0);

		pv_vmi_fault_next[i] = (uint32_t)(old & 0xffff) | (uint32_t)(old >> 32 & 0xffff0000);
		if (pv_vmi_has(VMI_WriteIDTEntry))
			pv_vmi_rom_WriteIDTEntry((void *)(uintptr_t)idt.base, faults[i].vector, (uint32_t)gate,
			    (uint32_t)(gate >> 32));
		else
			*slot = gate;
	}
}

void
pv_vmi_user_start(void)
{
	uint32_t r[4] = { 0, 0, 0, FEATURE_SEP };

	if ((pv_families() & PV_FAMILY_TRAPS) == 0)
		return;
	fault_gates();
	if (pv_vmi_has(VMI_CPUID))
		pv_vmi_cpuid(1, 0, r);
	/* From here on it is our entry, and our stack pointer. */
	pv_vmi_sysenter_on = pv_native_sysenter_on && (r[3] & FEATURE_SEP) != 0 &&
	    pv_vmi_msr_write(MSR_SYSENTER_EIP, (uintptr_t)pv_vmi_sysenter_entry) == PV_OK &&
	    pv_vmi_msr_write(MSR_SYSENTER_ESP, pv_cpu()->kernel_sp) == PV_OK;
	pv_native_sysenter_on = false;
	if (pv_vmi_sysenter_on)
		return;
	/* A program that tries has a protection fault. */
	(void)pv_vmi_msr_write(MSR_SYSENTER_CS, 0);
	pv_native_no_fast_syscall();
}

static const char *
ways(void)
{
	return pv_vmi_sysenter_on ? "sysenter int80" : "int80";
}

const struct pv_user_ops pv_vmi_user_ops = {
	.ways = ways,
};
