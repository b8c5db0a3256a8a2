/*
 * The IDT of a Xen PV guest: Xen dispatches by a table of its own, which is kept in
 * step with the kernel's, gate by gate. What arrives at a gate of the kernel's looks
 * as it does on bare metal. Stacks for single vectors do not exist.
 *
 * Lines and the timer are events and never come by a vector.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/desc.h>
#include "desc.h"
#include "trap.h"
#include "../../hooks/user_isa.h"

#define WORDS		(sizeof(uintptr_t) / 4)		/* 64-bit words of a gate */
#define GATE_BYTES	(8 * WORDS)
#define NR_VECTORS	256u
#define NR_EXCEPTIONS	32u
#define CHUNK		32u				/* entries in one call */

uintptr_t pv_xen_gate_handlers[NR_VECTORS];

/* The one that is in force when nobody has loaded one, and what is in force. One CPU's. */
static uint64_t first[NR_VECTORS * WORDS];
static struct {
	uint64_t *table;
	unsigned limit;
} now;

struct gate {
	uintptr_t handler;
	unsigned dpl;
	bool present, trap;
};

/* False: not an interrupt or trap gate, or one with a stack of its own. */
static bool
gate_read(const uint64_t *table, unsigned vector, struct gate *g)
{
	uint64_t low = table[vector * WORDS], type = low >> 40 & 0xf;

	g->present = (low >> 47 & 1) != 0;
	g->dpl = (unsigned)(low >> 45) & 3;
	g->trap = type == PV_GATE_TRAP;
	g->handler = (uintptr_t)((low & 0xffff) | (low >> 32 & 0xffff0000));
	if (WORDS == 2)
		g->handler |= (uintptr_t)(table[vector * WORDS + 1] << 32);
	return !g->present || (g->handler != 0 && (type == PV_GATE_TRAP || type == PV_GATE_INTERRUPT) &&
	    (WORDS == 1 || (low >> 32 & 7) == 0));
}

/* Ours, which know what Xen's frames look like. */
static bool
takes_xens_frame(uintptr_t handler)
{
	return handler - (uintptr_t)pv_xen_trap_entries < NR_EXCEPTIONS * PV_XEN_TRAP_SIZE ||
	    handler == (uintptr_t)pv_xen_int80_entry;
}

static struct xen_trap_info
entry_of(unsigned vector, const struct gate *g)
{
	bool direct = g->present && takes_xens_frame(g->handler);
	unsigned flags = pv_xen_trap_flags(vector, g->dpl);

	if (g->trap)
		flags &= ~PV_XEN_TRAP_MASK;
	pv_xen_gate_handlers[vector] = g->present ? g->handler : 0;
	return (struct xen_trap_info){ .vector = (uint8_t)vector, .flags = (uint8_t)flags, .cs = XEN_KERNEL_CS,
	    .address = direct ? g->handler : (uintptr_t)pv_xen_gate_stubs + vector * PV_XEN_TRAP_SIZE };
}

/* Let Xen have vectors [from, from + nr) as they are in a table. Gate closed. */
static pv_status
give(const char *op, const uint64_t *table, unsigned from, unsigned nr)
{
	struct xen_trap_info list[CHUNK + 1];
	struct gate g;

	memset(list, 0, sizeof(list));
	for (unsigned i = 0; i < nr; i++) {
		(void)gate_read(table, from + i, &g);
		list[i] = entry_of(from + i, &g);
	}
	return pv_xen_try(op, NULL, XEN_SET_TRAP_TABLE, (unsigned long)list, 0, 0, 0);
}

static void
first_gate(unsigned vector, const void *handler, unsigned dpl)
{
	uintptr_t at = (uintptr_t)handler;

	first[vector * WORDS] = pv_gate_low(at, XEN_KERNEL_CS, PV_GATE_INTERRUPT, dpl, 0);
	if (WORDS == 2)
		first[vector * WORDS + 1] = pv_gate_high(at);
}

static pv_status
give_all(const char *op, const uint64_t *table, unsigned from)
{
	pv_status s = PV_OK;

	for (unsigned v = from; s == PV_OK && v < NR_VECTORS; v += CHUNK)
		s = give(op, table, v, CHUNK);
	return s;
}

/* Xen has the first 32 vectors, and int 0x80 where there is user mode; the rest leads to nobody. */
static pv_status
begin(const char *op)
{
	pv_irq_state gate;
	pv_status s;

	if (now.table != NULL)
		return PV_OK;
	gate = pv_irq_save();
	for (unsigned v = 0; v < NR_VECTORS; v++)
		first_gate(v, v < NR_EXCEPTIONS ? pv_xen_trap_entries + v * PV_XEN_TRAP_SIZE : pv_xen_gate_nobody,
		    v == 3 || v == 4 ? 3 : 0);
	if (pv_xen_int80_entry != NULL)
		first_gate(0x80, pv_xen_int80_entry, 3);
	s = give_all(op, first, NR_EXCEPTIONS);
	if (s == PV_OK) {
		now.table = first;
		now.limit = sizeof(first) - 1;
	}
	pv_irq_restore(gate);
	return s;
}

static bool
good_table(const uint64_t *table, unsigned limit)
{
	struct gate g;

	if (table == NULL || limit != sizeof(first) - 1)
		return false;
	for (unsigned v = 0; v < NR_VECTORS; v++)
		if (!gate_read(table, v, &g))
			return false;
	return true;
}

pv_status
pv_xen_idt_load(void *table, unsigned limit)
{
	pv_status s = begin("isa.idt_load");
	pv_irq_state gate;

	if (s != PV_OK)
		return s;
	if (!good_table(table, limit))
		return PV_E_INVAL;
	gate = pv_irq_save();
	s = give_all("isa.idt_load", table, 0);
	if (s == PV_OK) {
		now.table = table;
		now.limit = limit;
	} else {
		(void)give_all("isa.idt_load", now.table, 0);
	}
	pv_irq_restore(gate);
	return s;
}

pv_status
pv_xen_idt_write(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	uint64_t words[2] = { low, high }, before[2], *slot;
	pv_status s = begin("isa.idt_write");
	pv_irq_state gate;
	struct gate g;

	if (s != PV_OK)
		return s;
	if (table == NULL || vector >= NR_VECTORS || (WORDS == 1 && high != 0) || !gate_read(words, 0, &g))
		return PV_E_INVAL;
	slot = (uint64_t *)table + vector * WORDS;
	gate = pv_irq_save();
	memcpy(before, slot, GATE_BYTES);
	memcpy(slot, words, GATE_BYTES);
	if (table == now.table)
		s = give("isa.idt_write", table, vector, 1);
	if (s != PV_OK) {
		memcpy(slot, before, GATE_BYTES);
		(void)give("isa.idt_write", table, vector, 1);
	}
	pv_irq_restore(gate);
	return s;
}

/* 0, and a record: Xen refused the table that there is without one of the kernel's. */
void
pv_xen_idt_read(uintptr_t *table, unsigned *limit)
{
	(void)begin("isa.idt_read");
	*table = (uintptr_t)now.table;
	*limit = now.limit;
}

pv_status
pv_xen_vector_deliver(unsigned vector)
{
	(void)vector;
	return PV_E_NOENT;
}
