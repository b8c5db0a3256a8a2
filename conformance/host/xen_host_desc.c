/*
 * See xen_host_desc.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "xen_host_desc.h"
#include "../../backends/xen/desc.h"
#include "../../backends/xen/p2m.h"
#include "../../backends/xen/trap.h"
#include "../../hooks/x86/uframe.h"

uint64_t *xh_idt;
uintptr_t xh_elsewhere;

/* -- what the backend's code calls and nobody needs here ---------------------------- */

struct pv_x86_user pv_x86_user;

bool
pv_trap_deliver(struct pv_trap *trap)
{
	(void)trap;
	return false;
}

bool
pv_nmi_deliver(void)
{
	return false;
}

void
pv_syscall_deliver(struct pv_uframe *frame)
{
	(void)frame;
}

void
pv_before_user(void)
{
}

void
pv_xen_upcall(void)
{
}

void
pv_lines_spurious(void)
{
}

void
pv_xen_fpu_setup(void)
{
}

/* -- the view ------------------------------------------------------------------------------ */

bool
xh_writable(uintptr_t va)
{
	return (xm_walk(xm.root, va) & XM_W) != 0;
}

void
xh_look(struct xh_view *v)
{
	memset(v, 0, sizeof(*v));
	pv_xen_desc_ops.gdt_read(&v->gdt, &v->gdt_limit);
	v->ldt = pv_xen_desc_ops.ldt_read();
	memcpy(v->frame, xm.gdt, (xm.gdt_entries + 511) / 512 * sizeof(xm.gdt[0]));
	v->entries = xm.gdt_entries;
	v->ldt_base = xm.ldt_base;
	v->ldt_entries = xm.ldt_entries;
	for (unsigned i = 0; i < NR_TABLES * 2; i++) {
		v->writable[i] = xh_writable((uintptr_t)xh_table(0) + i * 4096ul);
		v->mark[i] = pv_xen_mark_of(xh_page(i));
	}
	for (unsigned i = 0; xh_elsewhere != 0 && i < 2; i++)
		v->elsewhere[i] = xh_writable(xh_elsewhere + i * 4096ul);
	for (unsigned i = 0; i < 3; i++)
		memcpy(v->descriptor[i], xh_table(i), sizeof(v->descriptor[i]));
	v->idt = (uintptr_t)xh_idt;
	if (xh_idt != NULL) {
		unsigned limit;

		pv_xen_idt_read(&v->idt, &limit);
		memcpy(v->gate, (const void *)v->idt, sizeof(v->gate));
	}
	memcpy(v->trap, xm.trap, sizeof(v->trap));
	for (unsigned i = 0; i < 256; i++)
		if (xm.trap[i].address - (uintptr_t)pv_xen_gate_stubs < 256 * PV_XEN_TRAP_SIZE)
			v->handler[i] = pv_xen_gate_handlers[i];
	memcpy(v->callback, xm.callback, sizeof(v->callback));
	memcpy(v->base, xm.segment_base, sizeof(v->base));
	v->sp = xm.kernel_sp;
	v->fpu_off = xm.task_switched;
	v->fpu_wanted = pv_xen_fpu_off();
}
