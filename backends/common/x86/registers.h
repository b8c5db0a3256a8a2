/*
 * Registers of x86 that bare metal and a paravirtual guest read and write in the same
 * way, and what to do about an instruction that may fault.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_REGISTERS_H
#define PV_COMMON_REGISTERS_H

#include <pv/backend.h>

/* For an instruction at the label 1 that may fault: it goes on at 2. */
#define PV_X86_CATCH									\
	".Lcatch%=: .pushsection pv_extable, \"ao\", @progbits, .Lcatch%=\n\t"	\
	".balign 4\n\t"									\
	".long 1b - .\n\t"								\
	".long 2b - .\n\t"								\
	".popsection"

static inline uintptr_t
pv_x86_cr4_read(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r" (v) : : "memory");
	return v;
}

/* Both may fault in vain: false. */
static inline bool
pv_x86_cr4_write(uintptr_t value)
{
	uint32_t failed = 1;

	__asm__ volatile("1: mov %1, %%cr4\n\txor %0, %0\n2:\n\t" PV_X86_CATCH
	    : "+r" (failed) : "r" (value) : "cc", "memory");
	return failed == 0;
}

static inline bool
pv_x86_xsetbv(uint64_t value)
{
	uint32_t failed = 1;

	__asm__ volatile("1: xsetbv\n\txor %0, %0\n2:\n\t" PV_X86_CATCH
	    : "+r" (failed) : "c" (0), "a" ((uint32_t)value), "d" ((uint32_t)(value >> 32)) : "cc", "memory");
	return failed == 0;
}

/* Of the state that CPUID leaf 0xd lists, what programs use without asking the kernel. */
static inline uint32_t
pv_x86_xcr0_wanted(uint32_t listed)
{
	uint32_t avx = 0x04, avx512 = 0xe0, wanted = listed & (0x03 | avx | avx512);

	/* The 512-bit parts go together, and need AVX. */
	return (wanted & avx512) != avx512 || (wanted & avx) == 0 ? wanted & ~avx512 : wanted;
}

/* msr.c. PV_E_ABSENT: the access faulted. From stage TRAPS on. */
pv_status pv_x86_msr_read(uint32_t nr, uint64_t *value);
pv_status pv_x86_msr_write(uint32_t nr, uint64_t value);
/* How a backend that has lost ring 0 does it; NULL: the instructions. */
extern pv_status (*pv_x86_msr_reader)(uint32_t nr, uint64_t *value);
extern pv_status (*pv_x86_msr_writer)(uint32_t nr, uint64_t value);

/* xcr0.c: ops, PV_E_ABSENT while CR4 does not switch it on */
pv_status pv_x86_xcr0_read(uint64_t *value);
pv_status pv_x86_xcr0_write(uint64_t value);

/* iopl.c: an op */
pv_status pv_x86_iopl_set(unsigned level);

#endif
