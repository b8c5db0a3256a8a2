/*
 * Descriptor tables of a Xen PV guest. Xen has the real ones: a GDT or LDT is handed
 * over as whole pages that are read-only from then on, and written entry by entry by
 * Xen, which puts descriptors of ring 0 into the ring that the kernel runs in. There
 * is no task register; gates are in idt.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/desc.h>
#include "batch.h"
#include "desc.h"
#include "mmu.h"
#include "p2m.h"
#include "mmu.h"
#include "p2m.h"
#include "../../hooks/x86/uframe.h"
#include "../common/x86/frame.h"

#define PER_PAGE	(PV_PAGE_SIZE / 8)
#define MAX_GDT		(XEN_FIRST_RESERVED_GDT_PAGE * PER_PAGE)
#define MAX_LDT		8192u

/* What is in force; one CPU's. */
static struct {
	uint64_t *table;
	unsigned entries;
} ldt;

static bool
good_pages(const void *table)
{
	return table != NULL && ((uintptr_t)table & PV_PAGE_MASK) == 0;
}

/* An address of its own that a page has beside those at which all memory is. */
static void
here_set(const char *op, uintptr_t va, bool writable)
{
	uint64_t raw, at = pv_xen_leaf_of(va, &raw);

	if (at != PV_XEN_NOWHERE && ((raw & PV_PTE_W) != 0) != writable)
		(void)pv_xen_queue_update(op, at, raw ^ PV_PTE_W, XEN_DOMID_SELF);
}

/* In the queue. PV_E_INVAL: nothing is mapped there. */
static pv_status
page_set(const char *op, void *page, bool writable)
{
	uint64_t ma = pv_xen_machine_of(page);
	pv_paddr pa;
	uintptr_t alias[2];
	unsigned nr;

	if (ma == PV_XEN_NOWHERE)
		return PV_E_INVAL;
	pa = pv_xen_physical((unsigned long)(ma >> PV_PAGE_SHIFT));
	nr = pv_xen_aliases(pa, alias);
	if (writable)
		pv_xen_page_writable(op, pa);
	else
		pv_xen_page_readonly(op, pa);
	if ((nr == 0 || alias[0] != (uintptr_t)page) && (nr < 2 || alias[1] != (uintptr_t)page))
		here_set(op, (uintptr_t)page, writable);
	return PV_OK;
}

/* The pages of a table: read-only while it is in force. */
static pv_status
pages_set(const char *op, uint64_t *table, unsigned entries, bool writable)
{
	pv_status s = PV_OK, done;

	pv_xen_batch_begin();
	for (unsigned at = 0; s == PV_OK && at < entries; at += PER_PAGE)
		s = page_set(op, table + at, writable);
	done = pv_xen_batch_end();
	return s != PV_OK ? s : done;
}

static pv_status
gdt_set(uint64_t *table, unsigned entries)
{
	unsigned long frames[XEN_FIRST_RESERVED_GDT_PAGE];

	for (unsigned at = 0; at < entries; at += PER_PAGE)
		frames[at / PER_PAGE] = (unsigned long)(pv_xen_machine_of(table + at) >> PV_PAGE_SHIFT);
	return pv_xen_try("isa.gdt_load", NULL, XEN_SET_GDT, (unsigned long)frames, entries, 0, 0);
}

static pv_status
gdt_load(void *table, unsigned limit)
{
	unsigned entries = limit / 8 + 1;
	pv_status s;

	if (!good_pages(table) || (limit & 7) != 7 || entries > MAX_GDT)
		return PV_E_INVAL;
	s = pages_set("isa.gdt_load", table, entries, false);
	if (s == PV_OK)
		s = gdt_set(table, entries);
	if (s != PV_OK) {
		if (table != pv_xen_gdt_now.table)
			(void)pages_set("isa.gdt_load", table, entries, true);
		return s;
	}
	if (table != pv_xen_gdt_now.table)
		(void)pages_set("isa.gdt_load", pv_xen_gdt_now.table, pv_xen_gdt_now.entries, true);
	pv_xen_gdt_now.table = table;
	pv_xen_gdt_now.entries = entries;
	return PV_OK;
}

static void
gdt_read(uintptr_t *table, unsigned *limit)
{
	*table = (uintptr_t)pv_xen_gdt_now.table;
	*limit = pv_xen_gdt_now.entries * 8 - 1;
}

/* Xen writes it, in a table that is in force as in one that will be. */
static pv_status
desc_write(const char *op, void *table, unsigned index, uint64_t descriptor)
{
	uint64_t *slot = (uint64_t *)table + index;
	unsigned long args[4] = { 0 };
	uint64_t where;

	if (table == NULL || ((uintptr_t)table & 7) != 0 || index >= MAX_LDT)
		return PV_E_INVAL;
	where = pv_xen_machine_of(slot);
	if (where == PV_XEN_NOWHERE)
		return PV_E_INVAL;
	(void)pv_xen_arg64(args, pv_xen_arg64(args, 0, where), descriptor);
	return pv_xen_queue(op, XEN_UPDATE_DESCRIPTOR, args[0], args[1], args[2], args[3]);
}

static pv_status
gdt_write(void *table, unsigned index, uint64_t descriptor)
{
	return desc_write("isa.gdt_write", table, index, descriptor);
}

static pv_status
ldt_write(void *table, unsigned index, uint64_t descriptor)
{
	return desc_write("isa.ldt_write", table, index, descriptor);
}

static pv_status
tls_write(unsigned slot, uint64_t descriptor)
{
	uint32_t high = (uint32_t)(descriptor >> 32);

	/* Empty, or a present data segment of ring 3: anything else would let user mode climb. */
	if (slot > 2 || (descriptor != 0 && (high & (0xf8u << 8 | 1u << 21)) != 0xf0u << 8))
		return PV_E_INVAL;
	if (PV_GDT_TLS + slot >= pv_xen_gdt_now.entries)
		return PV_E_RANGE;
	return desc_write("isa.tls_write", pv_xen_gdt_now.table, PV_GDT_TLS + slot, descriptor);
}

static pv_status
ldt_set(uint64_t *table, unsigned nr)
{
	return pv_xen_queue_ext("isa.ldt_load", XEN_MMUEXT_SET_LDT, (uintptr_t)table, nr);
}

static pv_status
ldt_load(void *table, unsigned nr)
{
	pv_status s;

	if (nr != 0 && (!good_pages(table) || nr > MAX_LDT))
		return PV_E_INVAL;
	/* Without one for a moment: Xen lets go of the pages of the old one. */
	s = ldt_set(NULL, 0);
	if (s == PV_OK && ldt.table != NULL)
		s = pages_set("isa.ldt_load", ldt.table, ldt.entries, true);
	if (s != PV_OK)
		return s;
	ldt.table = NULL;
	ldt.entries = 0;
	if (nr == 0)
		return PV_OK;
	s = pages_set("isa.ldt_load", table, nr, false);
	if (s == PV_OK)
		s = ldt_set(table, nr);
	if (s != PV_OK) {
		(void)pages_set("isa.ldt_load", table, nr, true);
		return s;
	}
	ldt.table = table;
	ldt.entries = nr;
	return PV_OK;
}

/* The slot that an LDT has with us; Xen's own selector of it is of no use to anybody. */
static unsigned
ldt_read(void)
{
	return ldt.table != NULL ? PV_GDT_LDT * 8 : 0;
}

static pv_status
tr_load(unsigned selector)
{
	(void)selector;
	return PV_E_ABSENT;
}

static unsigned
tr_read(void)
{
	return 0;
}

static pv_status
ist_set(unsigned n, uintptr_t top)
{
	(void)n;
	(void)top;
	return PV_E_ABSENT;
}

/* Xen takes the level from the flags by which it goes to user mode; see ports.c. */
static pv_status
iopl_set(unsigned level)
{
	const struct pv_thread *t = pv_cpu()->thread;
	struct pv_uframe *f;

	if (level != 0 && level != 3)
		return PV_E_INVAL;
	if (t == NULL)
		return PV_E_STAGE;
	/* As pv_thread_uframe() has it, without the part that user mode is. */
	f = (struct pv_uframe *)(t->stack_base + t->stack_size) - 1;
	f->r.PV_FRAME_FLAGS = (f->r.PV_FRAME_FLAGS & ~(uintptr_t)PV_FLAGS_IOPL) | level << 12;
	return PV_OK;
}

const struct pv_isa_ops pv_xen_desc_ops = {
	.gdt_load = gdt_load,
	.idt_load = pv_xen_idt_load,
	.ldt_load = ldt_load,
	.tr_load = tr_load,
	.gdt_write = gdt_write,
	.ldt_write = ldt_write,
	.idt_write = pv_xen_idt_write,
	.gdt_read = gdt_read,
	.idt_read = pv_xen_idt_read,
	.ldt_read = ldt_read,
	.tr_read = tr_read,
	.tls_write = tls_write,
	.ist_set = ist_set,
	.vector_deliver = pv_xen_vector_deliver,
	.iopl_set = iopl_set,
};
