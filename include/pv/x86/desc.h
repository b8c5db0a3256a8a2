/*
 * Segments, gates, task state: the x86 descriptor tables.
 *
 * With libpv owning the traps (pv_start(PV_STAGE_TRAPS)) a kernel needs none of
 * this but the per-thread segment slots. A kernel that keeps its own tables writes
 * them through here, entry by entry, because a hypervisor may hold the real ones:
 * pages of a loaded GDT or LDT turn read-only under some backends, descriptors may
 * be changed in place (DPL 0 becomes the ring the kernel really runs in), and an
 * IDT may be a list that only the hypervisor reads. Where PV_CAP_DIRECT_TABLES says
 * so, tables begin at a page, and what else is in their last page are descriptors.
 *
 * PV_E_INVAL: a table, an index or a descriptor that cannot be; PV_E_RANGE: the GDT in force has no
 * such slot; PV_E_EXIST: a page of the table is a page table; PV_E_REFUSED: the layer below said no;
 * PV_E_ABSENT: there is no such register (Xen PV has no task register and no interrupt stacks).
 *
 * Context: stage TRAPS, this CPU, gate closed for loads.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_DESC_H
#define PV_X86_DESC_H

#include <pv/desc.h>
#include <pv/ops.h>

PV_BEGIN_DECLS

/*
 * Build descriptors, by halves: i386 has no shifts of 64 bits. `access` and `flags` are the bytes of the
 * architecture manual.
 */
PV_INLINE uint64_t
pv_segment(uint32_t base, uint32_t limit, unsigned access, unsigned flags)
{
	uint32_t high = (base & 0xff000000u) | (flags & 0xfu) << 20 | (limit & 0xf0000u) | (access & 0xffu) << 8 |
	    (base >> 16 & 0xffu);

	return (uint64_t)high << 32 | base << 16 | (limit & 0xffffu);
}

#define PV_GATE_INTERRUPT	0xeu
#define PV_GATE_TRAP		0xfu

/* Low half of a gate; on i386 the whole of it. */
PV_INLINE uint64_t
pv_gate_low(uintptr_t handler, unsigned selector, unsigned type, unsigned dpl, unsigned ist)
{
	uint32_t low = (uint32_t)handler, access = 0x80u | (dpl & 3u) << 5 | (type & 0xfu);
	uint32_t high = (low & 0xffff0000u) | access << 8 | (ist & 7u);

	return (uint64_t)high << 32 | (selector & 0xffffu) << 16 | (low & 0xffffu);
}

PV_INLINE uint64_t
pv_gate_high(uint64_t handler)
{
	return handler >> 32;
}

PV_INLINE pv_status
pv_gdt_load(void *table, unsigned limit)
{
	PV_NEED(desc);
	return pv_ops.isa.gdt_load(table, limit);
}

PV_INLINE pv_status
pv_idt_load(void *table, unsigned limit)
{
	PV_NEED(desc);
	return pv_ops.isa.idt_load(table, limit);
}

PV_INLINE pv_status
pv_ldt_load(void *table, unsigned nr)
{
	PV_NEED(desc);
	return pv_ops.isa.ldt_load(table, nr);
}

PV_INLINE pv_status
pv_tr_load(unsigned selector)
{
	PV_NEED(desc);
	return pv_ops.isa.tr_load(selector);
}

PV_INLINE pv_status
pv_gdt_write(void *table, unsigned index, uint64_t descriptor)
{
	PV_NEED(desc);
	return pv_ops.isa.gdt_write(table, index, descriptor);
}

PV_INLINE pv_status
pv_ldt_write(void *table, unsigned index, uint64_t descriptor)
{
	PV_NEED(desc);
	return pv_ops.isa.ldt_write(table, index, descriptor);
}

PV_INLINE pv_status
pv_idt_write(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	PV_NEED(desc);
	return pv_ops.isa.idt_write(table, vector, low, high);
}

PV_INLINE void
pv_gdt_read(uintptr_t *table, unsigned *limit)
{
	PV_NEED(desc);
	pv_ops.isa.gdt_read(table, limit);
}

PV_INLINE void
pv_idt_read(uintptr_t *table, unsigned *limit)
{
	PV_NEED(desc);
	pv_ops.isa.idt_read(table, limit);
}

PV_INLINE unsigned
pv_ldt_read(void)
{
	PV_NEED(desc);
	return pv_ops.isa.ldt_read();
}

PV_INLINE unsigned
pv_tr_read(void)
{
	PV_NEED(desc);
	return pv_ops.isa.tr_read();
}

/* Slot 0..2; PV_E_INVAL: not a data segment, present bit without DPL 3, long-mode bits. */
PV_INLINE pv_status
pv_tls_write(unsigned slot, uint64_t descriptor)
{
	PV_NEED(desc);
	return pv_ops.isa.tls_write(slot, descriptor);
}

/*
 * Slots that libpv uses in whatever GDT is loaded; a kernel with a GDT of its own has them, and
 * leaves them alone.
 */
#define PV_GDT_LDT		8u	/* for pv_ldt_load(); and the next one on x86_64 */
#define PV_GDT_TLS		10u	/* and the next two: for pv_tls_write(), pv_switch_tls() on i386 */

/* The selector by which user mode loads per-thread slot n. */
#define PV_TLS_SELECTOR(n)	((PV_GDT_TLS + (n)) << 3 | 3)

/*
 * Interrupt stack n (1-7) of the TSS that pv_tr_load() loaded; pv_switch_kernel_sp() and
 * pv_port_permit() write there, too. PV_E_STAGE: none is loaded; PV_E_ABSENT without PV_CAP_IST.
 */
PV_INLINE pv_status
pv_ist_set(unsigned n, uintptr_t top)
{
	PV_NEED(desc);
	return pv_ops.isa.ist_set(n, top);
}

/*
 * A kernel that keeps its own IDT (attached without PV_FAMILY_TRAPS) and leaves lines or time to
 * libpv points its vectors 0x20-0xff at stubs of its own and hands what arrives there to this
 * function, gate closed; it runs the handlers and ends the interrupt. PV_E_NOENT: not a vector
 * of libpv's, the kernel may use it for itself; 0x80 never is one in such a kernel. Faults of
 * the library's own instructions go on at pv_trap_recover().
 */
PV_INLINE pv_status
pv_vector_deliver(unsigned vector)
{
	PV_NEED(desc);
	return pv_ops.isa.vector_deliver(vector);
}

/*
 * I/O privilege of the current thread's user mode: 0, or 3, with which it may use all ports and
 * close the gate. It goes with the thread, and to its children by pv_uframe_clone().
 * pv_uframe_init() begins with 0. PV_E_INVAL: another level; PV_E_STAGE: no thread runs.
 */
PV_INLINE pv_status
pv_iopl_set(unsigned level)
{
	PV_NEED(desc);
	return pv_ops.isa.iopl_set(level);
}

PV_END_DECLS
#endif
