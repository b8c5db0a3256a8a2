/*
 * CPUID as Xen's policy for this guest has it, and the capabilities that follow. The
 * plain instruction shows the machine's; with the prefix Xen answers (Xen:
 * arch-x86/xen.h, XEN_EMULATE_PREFIX). What Xen lets through although a PV guest
 * cannot use it is taken away here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "control.h"
#include "ports.h"

/*
 * ecx of leaf 1: MONITOR, VMX, PCID, x2APIC; edx: VME, PSE, APIC, MTRR, PGE, PSE36, thermal.
 * ebx of leaf 7: SMEP, INVPCID, SMAP; ecx: UMIP, PKU, LA57. Leaf 80000001: SVM; 1 GiB pages.
 */
static const struct {
	uint32_t leaf;
	uint32_t reg, bits;
} useless[] = {
	{ 1, 2, 1u << 3 | 1u << 5 | 1u << 17 | 1u << 21 },
	{ 1, 3, 1u << 1 | 1u << 3 | 1u << 9 | 1u << 12 | 1u << 13 | 1u << 17 | 1u << 22 },
	{ 7, 1, 1u << 7 | 1u << 10 | 1u << 20 },
	{ 7, 2, 1u << 2 | 1u << 3 | 1u << 16 },
	{ 0x80000001, 2, 1u << 2 },
	{ 0x80000001, 3, 1u << 26 },
};

void
pv_xen_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile(".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e; cpuid"
	    : "=a" (out[0]), "=b" (out[1]), "=c" (out[2]), "=d" (out[3]) : "a" (leaf), "c" (subleaf));
	for (unsigned i = 0; i < sizeof(useless) / sizeof(useless[0]); i++)
		if (leaf == useless[i].leaf && subleaf == 0)
			out[useless[i].reg] &= ~useless[i].bits;
}

bool
pv_xen_cpu_feature(uint32_t leaf, unsigned reg, unsigned bit)
{
	uint32_t out[4];

	pv_xen_cpuid(leaf & 0x80000000u, 0, out);
	if (out[0] < leaf)
		return false;
	pv_xen_cpuid(leaf, 0, out);
	return (out[reg] >> bit & 1) != 0;
}

/* By CPUID: settled once. 32-bit guests have SYSENTER or SYSCALL by grace of the CPU's maker; see <isa>/ways.h. */
static uint32_t
by_cpuid(void)
{
	static uint32_t caps;

	if (caps != 0)
		return caps;
	caps = 1u << PV_CAP_PARAVIRT | 1u << PV_CAP_DIRECT_TABLES | 1u << PV_CAP_WALL_CLOCK |
	    1u << PV_CAP_STOLEN_TIME;
	caps |= sizeof(void *) == 8 ? 1u << PV_CAP_SPLIT_ROOTS : 0;
	caps |= sizeof(void *) == 8 || pv_xen_cpu_feature(1, 3, 11) ? 1u << PV_CAP_FAST_SYSCALL : 0;
	caps |= pv_xen_cpu_feature(0x80000001, 3, 20) ? 1u << PV_CAP_NX : 0;
	caps |= pv_xen_cpu_feature(0x80000007, 3, 8) ? 1u << PV_CAP_STABLE_COUNTER : 0;
	return caps;
}

bool
pv_xen_has(enum pv_cap cap)
{
	if (cap == PV_CAP_NMI)
		return (pv_families() & PV_FAMILY_TRAPS) != 0;
	if (cap == PV_CAP_PORTS)
		return pv_xen_ports_allowed();
	return cap < PV_CAP_COUNT && (by_cpuid() >> cap & 1) != 0;
}
