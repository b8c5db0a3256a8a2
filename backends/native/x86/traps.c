/*
 * Traps on bare metal x86: from the vector to the exception (common/x86/exception.c),
 * or to whoever handles the interrupt.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../../hooks/user_isa.h"
#include "../../common/x86/exception.h"
#include "../../common/x86/frame.h"
#include PV_BACKEND_ISA(early.h)

/* Entry code names these two ops by number. */
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_isa_ops, iret) == 21 * sizeof(pv_slot), "SLOT_IRET in entry_words.h");
PV_STATIC_ASSERT(__builtin_offsetof(struct pv_isa_ops, swapgs) == 22 * sizeof(pv_slot), "SLOT_SWAPGS in entry_words.h");

/* Part of user mode: without it there is nobody to go back to. */
#pragma weak pv_before_user

static pv_native_vector_fn vectors[256];

void
pv_native_vector_set(unsigned vector, pv_native_vector_fn fn)
{
	if (vector >= 32 && vector < 256)
		vectors[vector] = fn;
}

/* The word order of frames differs; common/<isa>/frame_words.h has PV_FRAME_PC and friends. */
void
pv_frame_set_pc(struct pv_frame *frame, uintptr_t pc)
{
	frame->PV_FRAME_PC = pc;
}

static void
interrupt(struct pv_frame *f)
{
	struct pv_cpu *cpu = pv_cpu();
	const struct pv_hooks *h = pv_hooks_get();

	cpu->depth++;
	if (vectors[f->vector] != NULL)
		vectors[f->vector](f);
	else
		pv_lines_spurious();
	cpu->depth--;
	/* On the way to user mode it is before_user's turn. */
	if (cpu->depth == 0 && (f->cs & 3) != 3 && h->after_interrupt != NULL)
		h->after_interrupt(h->context);
}

struct pv_frame *
pv_native_trap(struct pv_frame *f)
{
	/* First of all: the next fault overwrites it. */
	uintptr_t cr2 = f->vector == VECTOR_PF ? pv_cr2_read() : 0;
	bool user = (f->cs & 3) == 3, begun = pv_cpu()->batch.begun;

	if (f->vector == VECTOR_NMI) {
		pv_x86_nmi(f);
		return f;
	}
	pv_native_early(f);
	if (!user && f->vector < 32 && pv_native_edge != NULL) {
		struct pv_frame *edge = pv_native_edge(f);

		/* A kernel frame: only go on. A user frame: the fault is that of user mode. */
		if (edge != NULL && (edge->cs & 3) != 3)
			return edge;
		user = edge != NULL;
		f = user ? edge : f;
	}
	/* A batch is whose it is; handlers, and threads that they go to, may have their own. */
	pv_cpu()->batch.begun = false;
	if (f->vector == PV_VECTOR_SYSCALL && user && vectors[PV_VECTOR_SYSCALL] != NULL)
		vectors[PV_VECTOR_SYSCALL](f);
	else if (f->vector >= 32)
		interrupt(f);
	else
		pv_x86_exception(f, user, cr2);
	if (pv_cpu()->batch.begun)
		pv_panic("a handler of a trap or an interrupt is through, and in a batch: pv_mmu_end() first");
	pv_cpu()->batch.begun = begun;
	if (user && pv_before_user != NULL)
		pv_before_user();
	return f;
}

pv_status
pv_native_vector_deliver(unsigned vector)
{
	struct pv_cpu *cpu = pv_cpu();
	struct pv_frame f;

	if (vector < 32 || vector > 255 || vectors[vector] == NULL)
		return PV_E_NOENT;
	/* Of a frame only this is looked at; the kernel's own looks as it likes. */
	memset(&f, 0, sizeof(f));
	f.vector = vector;
	cpu->depth++;
	vectors[vector](&f);
	cpu->depth--;
	return PV_OK;
}

static pv_status
init(void)
{
	pv_native_tables_traps();
	return PV_OK;
}

static pv_status
nmi_enable(void)
{
	/* The line controller opens LINT1; the CPU itself always takes NMIs, by whoever's IDT. */
	return (pv_families() & PV_FAMILY_TRAPS) != 0 ? PV_OK : PV_E_ABSENT;
}

const struct pv_trap_ops pv_native_trap_ops = {
	.init = init,
	.nmi_enable = nmi_enable,
};
