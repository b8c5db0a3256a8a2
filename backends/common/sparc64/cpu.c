/*
 * CPU ops that are the same instructions on every sparc64 machine: making code
 * visible, and what a switch of threads sets.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sparc64.h"
#include "../../../hooks/sparc64/uframe.h"

#define PSTATE_PEF	0x10ul

/* Words of struct pv_cpu that entry code and this file share (asm.h). */
#define SCRATCH_PEF	0
#define SCRATCH_TLS	1
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_cpu, kernel_sp) == 16, "CPU_KERNEL_SP in asm.h");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_cpu, scratch[SCRATCH_PEF]) == 24, "CPU_PEF in asm.h");

extern char pv_sparc64_stack_top[];

void
pv_sparc64_cpu_begin(struct pv_cpu *cpu, uint32_t id)
{
	pv_cpu_init(cpu, id);
	if (id == 0)
		cpu->kernel_sp = (uintptr_t)pv_sparc64_stack_top;
}

/*
 * These CPUs keep their instruction caches coherent and do not look at the address of FLUSH: it throws
 * away what was fetched already. But its address may be translated (V9 A.20 allows it a trap), and a
 * caller's may be that of a program, which the kernel does not map: so one of the image.
 */
void
pv_sparc64_code_sync(const void *start, size_t size)
{
	(void)start;
	(void)size;
	__asm__ volatile("membar #StoreStore\n\tflush %0" : : "r" ((uintptr_t)pv_sparc64_stack_top & ~7ul) : "memory");
}

void
pv_sparc64_halt(void)
{
	pv_irq_disable();
	for (;;)
		pv_cpu_relax();
}

pv_status
pv_sparc64_trap_init(void)
{
	return PV_OK;
}

/*
 * The frame that windows of user mode go to is found by the kernel stack, so all of them are there
 * before the stack is another thread's.
 */
void
pv_sparc64_switch_begin(void)
{
	pv_windows_flush();
}

void
pv_sparc64_switch_kernel_sp(uintptr_t top)
{
	pv_cpu()->kernel_sp = top;
}

void
pv_sparc64_switch_tls(uintptr_t base)
{
	pv_cpu()->scratch[SCRATCH_TLS] = base;
}

uintptr_t
pv_sparc64_tls(void)
{
	return pv_cpu()->scratch[SCRATCH_TLS];
}

/* PSTATE.PEF: for what runs now, and for what entry code goes to and back to. FPRS.FEF is not ours to use. */
void
pv_sparc64_switch_fpu(bool owned)
{
	uint64_t pstate;

	pv_cpu()->scratch[SCRATCH_PEF] = owned ? PSTATE_PEF : 0;
	__asm__ volatile("rdpr %%pstate, %0" : "=r" (pstate));
	pstate = owned ? pstate | PSTATE_PEF : pstate & ~PSTATE_PEF;
	__asm__ volatile("wrpr %0, 0, %%pstate" : : "r" (pstate) : "memory");
}

void
pv_sparc64_switch_end(void)
{
}
