/*
 * Control and debug registers, MSRs and segment bases on bare metal. Values that
 * would fault or take the ground from under the kernel are refused; accesses whose
 * fault cannot be foreseen are caught.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define MSR_FS_BASE	0xc0000100u
#define MSR_GS_BASE	0xc0000101u
#define MSR_USER_GS	0xc0000102u

/* fault: the label 1; on a fault go on at 2 with the flag register still 1. */
#define CATCH							\
	".Lcatch%=: .pushsection pv_extable, \"ao\", @progbits, .Lcatch%=\n\t"	\
	".balign 4\n\t"						\
	".long 1b - .\n\t"					\
	".long 2b - .\n\t"					\
	".popsection"

bool
pv_native_msr_read_safe(uint32_t nr, uint64_t *value)
{
	uint32_t lo = 0, hi = 0, failed = 1;

	__asm__ volatile("1: rdmsr\n\txor %2, %2\n2:\n\t" CATCH
	    : "+a" (lo), "+d" (hi), "+r" (failed) : "c" (nr) : "cc", "memory");
	*value = (uint64_t)hi << 32 | lo;
	return failed == 0;
}

bool
pv_native_msr_write_safe(uint32_t nr, uint64_t value)
{
	uint32_t failed = 1;

	__asm__ volatile("1: wrmsr\n\txor %0, %0\n2:\n\t" CATCH
	    : "+r" (failed) : "c" (nr), "a" ((uint32_t)value), "d" ((uint32_t)(value >> 32)) : "cc", "memory");
	return failed == 0;
}

pv_status
pv_native_msr_read(uint32_t nr, uint64_t *value)
{
	return pv_native_msr_read_safe(nr, value) ? PV_OK : PV_E_ABSENT;
}

pv_status
pv_native_msr_write(uint32_t nr, uint64_t value)
{
	return pv_native_msr_write_safe(nr, value) ? PV_OK : PV_E_ABSENT;
}

pv_status
pv_native_rdpmc(uint32_t counter, uint64_t *value)
{
	uint32_t lo = 0, hi = 0, failed = 1;

	__asm__ volatile("1: rdpmc\n\txor %2, %2\n2:\n\t" CATCH
	    : "+a" (lo), "+d" (hi), "+r" (failed) : "c" (counter) : "cc", "memory");
	*value = (uint64_t)hi << 32 | lo;
	return failed == 0 ? PV_OK : PV_E_ABSENT;
}

uintptr_t
pv_native_cr0_read(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr0, %0" : "=r" (v) : : "memory");
	return v;
}

pv_status
pv_native_cr0_write(uintptr_t value)
{
	uintptr_t now = pv_native_cr0_read();
	uint32_t failed = 1;

	/* Paging and protection are what we stand on. */
	if ((value & PV_CR0_PE) == 0 || ((now ^ value) & PV_CR0_PG) != 0)
		return PV_E_REFUSED;
	__asm__ volatile("1: mov %1, %%cr0\n\txor %0, %0\n2:\n\t" CATCH : "+r" (failed) : "r" (value) : "cc", "memory");
	return failed == 0 ? PV_OK : PV_E_REFUSED;
}

void
pv_native_cr2_write(uintptr_t value)
{
	__asm__ volatile("mov %0, %%cr2" : : "r" (value) : "memory");
}

uintptr_t
pv_native_cr4_read(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r" (v) : : "memory");
	return v;
}

/* Which CPUID bit allows which bit of CR4 (AMD64 volume 2, section 3.1.3). */
static const struct {
	uint8_t cr4_bit, leaf, reg, bit;
} cr4_features[] = {
	{ 0, 1, 3, 1 }, { 1, 1, 3, 1 }, { 2, 1, 3, 4 }, { 3, 1, 3, 2 }, { 4, 1, 3, 3 }, { 5, 1, 3, 6 },
	{ 6, 1, 3, 7 }, { 7, 1, 3, 13 }, { 8, 1, 3, 5 }, { 9, 1, 3, 24 }, { 10, 1, 3, 25 }, { 11, 7, 2, 2 },
	{ 16, 7, 1, 0 }, { 17, 1, 2, 17 }, { 18, 1, 2, 26 }, { 20, 7, 1, 7 }, { 21, 7, 1, 20 }, { 22, 7, 2, 3 },
};

/*
 * Bits that this CPU has. Setting another one faults, and there are emulators that hang instead
 * (docs/limits.md), so it is not tried. Bits of paging modes that libpv does not use are not there.
 */
static uintptr_t
cr4_allowed(void)
{
	uintptr_t mask = 0;

	for (unsigned i = 0; i < sizeof(cr4_features) / sizeof(cr4_features[0]); i++)
		if (pv_native_cpu_feature(cr4_features[i].leaf, cr4_features[i].reg, cr4_features[i].bit))
			mask |= (uintptr_t)1 << cr4_features[i].cr4_bit;
	/* With it user mode could make its GS base look like the kernel's: see x86_64/trap.S. */
	if ((pv_families() & PV_FAMILY_TRAPS) != 0)
		mask &= ~(uintptr_t)PV_CR4_FSGSBASE;
	return mask;
}

pv_status
pv_native_cr4_write(uintptr_t value)
{
	uint32_t failed = 1;

	if ((value & PV_CR4_PAE) == 0 || (value & ~cr4_allowed()) != 0)
		return PV_E_REFUSED;
	__asm__ volatile("1: mov %1, %%cr4\n\txor %0, %0\n2:\n\t" CATCH : "+r" (failed) : "r" (value) : "cc", "memory");
	if (failed != 0)
		return PV_E_REFUSED;
	pv_native_protect_follow();
	return PV_OK;
}

static bool
xsave_on(void)
{
	return (pv_native_cr4_read() & PV_CR4_OSXSAVE) != 0;
}

pv_status
pv_native_xcr0_read(uint64_t *value)
{
	uint32_t lo, hi;

	if (!xsave_on())
		return PV_E_ABSENT;
	__asm__ volatile("xgetbv" : "=a" (lo), "=d" (hi) : "c" (0));
	*value = (uint64_t)hi << 32 | lo;
	return PV_OK;
}

pv_status
pv_native_xcr0_write(uint64_t value)
{
	uint32_t failed = 1;

	if (!xsave_on())
		return PV_E_ABSENT;
	__asm__ volatile("1: xsetbv\n\txor %0, %0\n2:\n\t" CATCH
	    : "+r" (failed) : "c" (0), "a" ((uint32_t)value), "d" ((uint32_t)(value >> 32)) : "cc", "memory");
	return failed == 0 ? PV_OK : PV_E_REFUSED;
}

pv_status
pv_native_dr_read(unsigned n, uintptr_t *value)
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

pv_status
pv_native_dr_write(unsigned n, uintptr_t value)
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

void
pv_native_wbinvd(void)
{
	__asm__ volatile("wbinvd" ::: "memory");
}
