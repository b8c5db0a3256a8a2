/*
 * The CPU by the ROM: idling, what a thread switch sets, CPUID, MSRs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../common/x86/registers.h"

#define KERNEL_DS		0x10u
#define MSR_SYSENTER_ESP	0x175u

bool pv_vmi_sysenter_on;
uint32_t pv_vmi_top;
uint32_t pv_vmi_cr0_ts;

/* The sub-leaf counts, and all four registers are results: no C function. */
void
pv_vmi_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile("call pv_vmi_rom_CPUID" : "=a" (out[0]), "=b" (out[1]), "=c" (out[2]), "=d" (out[3])
	    : "a" (leaf), "c" (subleaf) : "cc", "memory");
}

/*
 * A register that there may not be: the instruction reports that by a fault, as long as ring 0 is the
 * kernel's; without it the call does (calls.S).
 */
pv_status
pv_vmi_msr_read(uint32_t nr, uint64_t *value)
{
	*value = 0;
	if (pv_vmi_ring == 0)
		return pv_x86_msr_read(nr, value);
	return pv_vmi_msr_try_read(nr, value) == 0 ? PV_OK : PV_E_ABSENT;
}

pv_status
pv_vmi_msr_write(uint32_t nr, uint64_t value)
{
	if (pv_vmi_ring == 0)
		return pv_x86_msr_write(nr, value);
	return pv_vmi_msr_try_write(nr, (uint32_t)value, (uint32_t)(value >> 32)) == 0 ? PV_OK : PV_E_ABSENT;
}

/* Opens the gate and waits, in one step: nothing that comes in between is lost. */
static void
idle(void)
{
	if (pv_vmi_has(VMI_Halt))
		pv_vmi_rom_Halt();
	else
		pv_native_backend.cpu->idle();
}

/* Who has no ring 0 has no halt that lasts: interrupts end that of the ROM. */
static void
halt(void)
{
	if (pv_vmi_ring == 0 || !pv_vmi_has(VMI_Shutdown))
		pv_native_backend.cpu->halt();
	for (;;)
		pv_vmi_rom_Shutdown();
}

/* CPUID serialises, the ROM's as well. */
static void
code_sync(const void *start, size_t size)
{
	uint32_t out[4];

	if (pv_vmi_has(VMI_CPUID))
		pv_vmi_cpuid(0, 0, out);
	else
		pv_native_backend.cpu->code_sync(start, size);
}

static void
switch_begin(void)
{
	pv_vmi_lazy(VMI_LAZY_CPU);
}

static void
switch_end(void)
{
	pv_vmi_lazy(VMI_LAZY_OFF);
}

/*
 * The task state has it before the ROM is told. The user mode that follows is the one whose frame
 * lies at the top of that stack.
 */
static void
switch_kernel_sp(uintptr_t top)
{
	pv_native_backend.cpu->switch_kernel_sp(top);
	pv_vmi_top = top;
	pv_vmi_rom_UpdateKernelStack(KERNEL_DS | pv_vmi_ring, top);
	if (pv_vmi_sysenter_on)
		(void)pv_vmi_msr_write(MSR_SYSENTER_ESP, top);
	pv_vmi_iopl_use(((const struct pv_frame *)top)[-1].eflags);
}

static void
switch_tls(uintptr_t base)
{
	pv_vmi_base_set(PV_BASE_USER_GS, base);
}

const struct pv_cpu_ops pv_vmi_cpu_ops = {
	.idle = idle,
	.halt = halt,
	.code_sync = code_sync,
	.switch_begin = switch_begin,
	.switch_kernel_sp = switch_kernel_sp,
	.switch_tls = switch_tls,
	.switch_end = switch_end,
};
