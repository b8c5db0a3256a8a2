/*
 * Traps of a Xen PV guest: from Xen's table to the exception. There is no task
 * state and there are no stacks for single vectors: what interrupts the kernel goes
 * on on the same stack.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "batch.h"
#include "desc.h"
#include "trap.h"
#include "../common/x86/exception.h"
#include "../../hooks/user_isa.h"

#define VECTOR_NM	7

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

struct pv_frame *
pv_xen_trap(struct pv_frame *f)
{
	/* First of all: the next fault overwrites it. */
	uintptr_t cr2 = f->vector == VECTOR_PF ? pv_xen_vcpu()->cr2 : 0;
	bool user = from_user(f);
	struct pv_batch outer;

	if (f->vector == VECTOR_NMI) {
		pv_x86_nmi(f);
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
	pv_xen_batch_park(&outer);
	pv_x86_exception(f, user, cr2);
	pv_xen_batch_resume(&outer);
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
	struct pv_batch outer;

	pv_xen_batch_park(&outer);
	pv_xen_upcall();
	/* On the way to user mode it is before_user's turn. */
	if (!user && pv_cpu()->depth == 0 && h->after_interrupt != NULL)
		h->after_interrupt(h->context);
	pv_xen_batch_resume(&outer);
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
		pv_x86_exception(f, true, 0);
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
	struct xen_trap_info table[PV_NR_EXCEPTIONS + 1];
	pv_status s;

	memset(table, 0, sizeof(table));
	for (unsigned v = 0; v < PV_NR_EXCEPTIONS; v++)
		table[v] = (struct xen_trap_info){ .vector = (uint8_t)v,
		    .flags = pv_xen_trap_flags(v, v == 3 || v == 4 ? 3 : 0), .cs = XEN_KERNEL_CS,
		    .address = (uintptr_t)pv_xen_trap_entries + v * PV_XEN_TRAP_SIZE };
	pv_xen_must("trap.init", NULL, XEN_SET_TRAP_TABLE, (unsigned long)table, 0, 0, 0);
	if (pv_xen_gdt_begin != NULL && pv_xen_gdt_begin() != PV_OK)
		return PV_E_REFUSED;
	/*
	 * Xen reports an event when it moves vcpu_info: without this entry a gate that is opened too early
	 * would be the end of the domain, and nobody would say why.
	 */
	s = pv_xen_callback("trap.init", XEN_CALLBACK_EVENT, pv_xen_event_entry);
	return s == PV_OK ? pv_xen_callback("trap.init", XEN_CALLBACK_FAILSAFE, pv_xen_failsafe_entry) : s;
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
