/*
 * FPU state on x86: XSAVE with all that XCR0 has on, FXSAVE, or FNSAVE, the first
 * that the CPU offers. Who owns the FPU and when is the kernel's business.
 *
 * Layouts: AMD64 architecture, volume 2, section 11.4.4; XSAVE area: section 11.5.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "uframe.h"
#include PV_HOOKS_ISA(fpu_words.h)

PV_NEED(user);		/* which turns XSAVE on */

#define FNSAVE_SIZE	108u
#define FXSAVE_SIZE	512u
#define XSAVE_HEADER	512u		/* its offset: XSTATE_BV, XCOMP_BV, zeroes */
#define XSAVE_HEADER_SIZE 64u
#define FXSAVE_MXCSR	24u
#define FCW_DEFAULT	0x037fu		/* all exceptions masked, extended precision */
#define MXCSR_DEFAULT	0x1f80u		/* all exceptions masked */
#define XCR0_SSE	0x2u

enum way {
	WAY_UNKNOWN = 0,
	WAY_FNSAVE,
	WAY_FXSAVE,
	WAY_XSAVE
};

static enum way way;
static size_t size;

/* XSAVE is of use only when it covers SSE, which works without being switched on in XCR0. */
static bool
xsave_usable(void)
{
	uint64_t xcr0;
	uint32_t r[4];

	pv_cpuid(1, 0, r);
	return (r[2] >> 27 & 1) != 0 && pv_xcr0_read(&xcr0) == PV_OK && (xcr0 & XCR0_SSE) != 0;
}

/* Settled once: XCR0 does not change after stage TRAPS. */
static void
find_way(void)
{
	uint32_t r[4];

	if (way != WAY_UNKNOWN)
		return;
	pv_cpuid(1, 0, r);
	if (xsave_usable()) {
		pv_cpuid(0xd, 0, r);
		size = r[1];
		way = WAY_XSAVE;
	} else if ((r[3] >> 24 & 1) != 0) {
		size = FXSAVE_SIZE;
		way = WAY_FXSAVE;
	} else {
		size = FNSAVE_SIZE;
		way = WAY_FNSAVE;
	}
}

size_t
pv_fpu_size(void)
{
	find_way();
	return (size + 63) & ~(size_t)63;
}

static void
put32(void *state, unsigned at, uint32_t value)
{
	memcpy((char *)state + at, &value, sizeof(value));
}

void
pv_fpu_init(void *state)
{
	find_way();
	memset(state, 0, pv_fpu_size());
	if (way == WAY_FNSAVE) {
		put32(state, 0, 0xffff0000u | FCW_DEFAULT);
		put32(state, 4, 0xffff0000u);
		put32(state, 8, 0xffffffffu);		/* all registers empty */
		return;
	}
	/* An XSAVE header of zeroes means "everything as after reset", but for MXCSR. */
	put32(state, 0, FCW_DEFAULT);
	put32(state, FXSAVE_MXCSR, MXCSR_DEFAULT);
}

void
pv_fpu_save(void *state)
{
	find_way();
	if (way == WAY_XSAVE) {
		/* The instruction writes 8 bytes of the header, and loading wants zeroes in the rest. */
		memset((char *)state + XSAVE_HEADER, 0, XSAVE_HEADER_SIZE);
		__asm__ volatile(PV_XSAVE " (%0)" : : "r" (state), "a" (~0u), "d" (~0u) : "memory");
	} else if (way == WAY_FXSAVE) {
		__asm__ volatile(PV_FXSAVE " (%0)" : : "r" (state) : "memory");
	} else {
		/* FNSAVE also clears the FPU; "owned" means it keeps its contents. */
		__asm__ volatile("fnsave (%0)\n\tfrstor (%0)" : : "r" (state) : "memory");
	}
}

/*
 * AMD CPUs restore the last instruction and data address only with an exception pending, so they
 * would show those of another thread: overwrite them with addresses of ours.
 */
static void
forget_pointers(void)
{
	static const uint32_t zero;

	__asm__ volatile("fnclex\n\temms\n\tfildl %0" : : "m" (zero));
}

#define CATCH							\
	"\n\txor %0, %0\n2:\n"				\
	".Lcatch%=: .pushsection pv_extable, \"ao\", @progbits, .Lcatch%=\n\t"	\
	".balign 4\n\t"						\
	".long 1b - .\n\t"					\
	".long 2b - .\n\t"					\
	".popsection"

static bool
load(const void *state)
{
	uint32_t failed = 1;

	if (way == WAY_XSAVE)
		__asm__ volatile("1: " PV_XRSTOR " (%1)" CATCH
		    : "+r" (failed) : "r" (state), "a" (~0u), "d" (~0u) : "cc", "memory");
	else if (way == WAY_FXSAVE)
		__asm__ volatile("1: " PV_FXRSTOR " (%1)" CATCH
		    : "+r" (failed) : "r" (state) : "cc", "memory");
	else
		__asm__ volatile("1: frstor (%1)" CATCH : "+r" (failed) : "r" (state) : "cc", "memory");
	return failed == 0;
}

void
pv_fpu_restore(const void *state)
{
	find_way();
	if (way != WAY_FNSAVE)
		forget_pointers();
	if (!load(state))
		pv_panic("pv_fpu_restore(): the CPU refuses what is at 0x%lx: give it what pv_fpu_init() or "
		    "pv_fpu_save() made, 64-aligned", (unsigned long)(uintptr_t)state);
}
