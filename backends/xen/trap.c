/*
 * Traps of a Xen PV guest: from Xen's table to the portable cause. There is no task
 * state and there are no stacks for single vectors: what interrupts the kernel goes
 * on on the same stack.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "desc.h"
#include "trap.h"
#include "../../hooks/user_isa.h"

#define VECTOR_NMI	2
#define VECTOR_NM	7
#define VECTOR_PF	14
#define PF_PRESENT	0x01u
#define PF_WRITE	0x02u
#define PF_FETCH	0x10u
#define NR_EXCEPTIONS	32u

/* AMD64 architecture, volume 2, table 8-1. Double faults end in Xen. */
static const uint8_t causes[NR_EXCEPTIONS] = {
	[0] = PV_CAUSE_DIVIDE, [1] = PV_CAUSE_STEP, [3] = PV_CAUSE_BREAKPOINT, [4] = PV_CAUSE_OVERFLOW,
	[5] = PV_CAUSE_OVERFLOW, [6] = PV_CAUSE_ILLEGAL, [7] = PV_CAUSE_FPU_OFF, [8] = PV_CAUSE_DOUBLE_FAULT,
	[10] = PV_CAUSE_SEGMENT, [11] = PV_CAUSE_SEGMENT, [12] = PV_CAUSE_SEGMENT, [13] = PV_CAUSE_PROTECTION,
	[14] = PV_CAUSE_PAGE_FAULT, [16] = PV_CAUSE_FPU_ERROR, [17] = PV_CAUSE_ALIGNMENT,
	[18] = PV_CAUSE_MACHINE_CHECK, [19] = PV_CAUSE_FPU_ERROR,
};

/* Part of user mode: without it there is nobody to go back to. */
#pragma weak pv_before_user

/* Above the selector Xen keeps the event mask that was; the way back takes it from the flags. */
static bool
from_user(struct pv_frame *f)
{
	f->cs &= 0xffff;
	return (f->cs & 3) == 3;
}

static void
back_to(bool user)
{
	if (user && pv_before_user != NULL)
		pv_before_user();
}

static void
fault_details(struct pv_trap *t, uintptr_t cr2)
{
	t->address = cr2;
	if ((t->code & PF_FETCH) != 0)
		t->access |= PV_ACCESS_EXEC;
	else
		t->access |= (t->code & PF_WRITE) != 0 ? PV_ACCESS_WRITE : PV_ACCESS_READ;
	if ((t->code & PF_PRESENT) != 0)
		t->access |= PV_ACCESS_PRESENT;
}

static void
exception(struct pv_frame *f, bool user, uintptr_t cr2)
{
	struct pv_trap t = {
		.cause = (enum pv_cause)causes[f->vector],
		.access = user ? PV_ACCESS_USER : 0,
		.pc = f->PV_FRAME_PC,
		.sp = pv_frame_sp(f),
		.code = (uint64_t)f->vector << 32 | (uint32_t)f->code,
		.frame = f,
	};

	if (f->vector == VECTOR_PF)
		fault_details(&t, cr2);
	(void)pv_trap_deliver(&t);
}

static void
nmi(struct pv_frame *f)
{
	if (!pv_nmi_deliver())
		pv_log("NMI at 0x%lx, and no handler took it", (unsigned long)f->PV_FRAME_PC);
}

struct pv_frame *
pv_xen_trap(struct pv_frame *f)
{
	/* First of all: the next fault overwrites it. */
	uintptr_t cr2 = f->vector == VECTOR_PF ? pv_xen_vcpu()->cr2 : 0;
	bool user = from_user(f);

	if (f->vector == VECTOR_NMI) {
		nmi(f);
		return f;
	}
	if (!user && pv_xen_edge != NULL) {
		struct pv_frame *edge = pv_xen_edge(f);

		/* A kernel frame: only go on. A user frame: the fault is that of user mode. */
		if (edge != NULL && (edge->cs & 3) != 3)
			return edge;
		user = edge != NULL;
		f = user ? edge : f;
	}
	if (f->vector == VECTOR_NM)
		pv_xen_fpu_trapped();
	exception(f, user, cr2);
	if (f->vector == VECTOR_NM)
		pv_xen_fpu_again();
	back_to(user);
	return f;
}

void
pv_xen_event(struct pv_frame *f)
{
	const struct pv_hooks *h = pv_hooks_get();
	bool user = from_user(f);

	pv_xen_upcall();
	/* On the way to user mode it is before_user's turn. */
	if (!user && pv_cpu()->depth == 0 && h->after_interrupt != NULL)
		h->after_interrupt(h->context);
	back_to(user);
}

/*
 * Selectors of user mode that are no longer good. The kernel itself needs none of them; a program
 * is told, as if it had loaded them just now.
 */
void
pv_xen_failsafe(struct pv_frame *f)
{
	bool user = from_user(f);

	if (user)
		exception(f, true, 0);
	back_to(user);
}

pv_status
pv_xen_trap_gate(const char *op, unsigned vector, const void *address, unsigned dpl)
{
	struct xen_trap_info table[2] = {
		{ .vector = (uint8_t)vector, .flags = pv_xen_trap_flags(vector, dpl), .cs = XEN_KERNEL_CS,
		  .address = (uintptr_t)address },
	};

	return pv_xen_try(op, NULL, XEN_SET_TRAP_TABLE, (unsigned long)table, 0, 0, 0);
}

pv_status
pv_xen_callback(const char *op, unsigned type, const void *entry)
{
	struct xen_callback_register r = { (uint16_t)type, XEN_CALLBACK_MASK_EVENTS, XEN_CALLBACK_AT(entry) };

	return pv_xen_try(op, NULL, XEN_CALLBACK_OP, XEN_CALLBACK_REGISTER, (unsigned long)&r, 0, 0);
}

static pv_status
init(void)
{
	struct xen_trap_info table[NR_EXCEPTIONS + 1];

	memset(table, 0, sizeof(table));
	for (unsigned v = 0; v < NR_EXCEPTIONS; v++)
		table[v] = (struct xen_trap_info){ .vector = (uint8_t)v,
		    .flags = pv_xen_trap_flags(v, v == 3 || v == 4 ? 3 : 0), .cs = XEN_KERNEL_CS,
		    .address = (uintptr_t)pv_xen_trap_entries + v * PV_XEN_TRAP_SIZE };
	pv_xen_must("trap.init", NULL, XEN_SET_TRAP_TABLE, (unsigned long)table, 0, 0, 0);
	if (pv_xen_gdt_begin != NULL && pv_xen_gdt_begin() != PV_OK)
		return PV_E_REFUSED;
	return pv_xen_callback("trap.init", XEN_CALLBACK_FAILSAFE, pv_xen_failsafe_entry);
}

/* Besides the table: Xen reports again what it could not report before. */
static pv_status
nmi_enable(void)
{
	return pv_xen_callback("trap.nmi_enable", XEN_CALLBACK_NMI, pv_xen_trap_entries +
	    VECTOR_NMI * PV_XEN_TRAP_SIZE);
}

const struct pv_trap_ops pv_xen_trap_ops = {
	.init = init,
	.nmi_enable = nmi_enable,
};
