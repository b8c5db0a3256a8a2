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
#include "refuse.h"
#include "../common/x86/registers.h"

#define PER_PAGE	(PV_PAGE_SIZE / 8)
#define MAX_GDT		(XEN_FIRST_RESERVED_GDT_PAGE * PER_PAGE)
#define MAX_LDT		8192u

static struct pv_xen_descriptors ldt_now;

/* -- pages of tables: read-only at all their addresses while a table is in force ---- */

/* PV_E_INVAL: no memory of this guest's is mapped there. PV_E_EXIST: it is a page table. */
static pv_status
page_of(const uint64_t *page, pv_paddr *pa)
{
	uint64_t ma = pv_xen_machine_of(page);

	if (ma == PV_XEN_NOWHERE)
		return PV_E_INVAL;
	*pa = pv_xen_physical((unsigned long)(ma >> PV_PAGE_SHIFT));
	if ((pa->v & PV_XEN_MACHINE) != 0)
		return PV_E_INVAL;
	return (pv_xen_mark_of(*pa) & ~PV_XEN_DESCRIPTORS) != 0 ? PV_E_EXIST : PV_OK;
}

static pv_status
check_pages(const struct pv_xen_descriptors *d)
{
	pv_status s = PV_OK;
	pv_paddr pa;

	for (unsigned at = 0; s == PV_OK && at < d->entries; at += PER_PAGE)
		s = page_of(d->table + at, &pa);
	return s;
}

/* The page of memory, at whatever address. */
static bool
has(const struct pv_xen_descriptors *d, pv_paddr page)
{
	pv_paddr pa;

	for (unsigned at = 0; at < d->entries; at += PER_PAGE)
		if (page_of(d->table + at, &pa) == PV_OK && pa.v == page.v)
			return true;
	return false;
}

/* Those at which all memory is, and the table's own. */
static unsigned
addresses_of(const uint64_t *page, pv_paddr pa, uintptr_t address[3])
{
	unsigned nr = pv_xen_aliases(pa, address);

	for (unsigned i = 0; i < nr; i++)
		if (address[i] == (uintptr_t)page)
			return nr;
	address[nr] = (uintptr_t)page;
	return nr + 1;
}

/* In the queue. */
static void
page_set(const char *op, const uint64_t *page, bool writable)
{
	uintptr_t address[3];
	unsigned nr;
	pv_paddr pa;

	if (page_of(page, &pa) != PV_OK)
		return;
	nr = addresses_of(page, pa, address);
	while (nr-- > 0) {
		uint64_t raw, at = pv_xen_leaf_of(address[nr], &raw);

		if (at != PV_XEN_NOWHERE && ((raw & PV_PTE_W) != 0) != writable)
			(void)pv_xen_queue_update(op, at, raw ^ PV_PTE_W, XEN_DOMID_SELF);
	}
}

/* What became of it. */
static pv_status
page_settle(const uint64_t *page, bool writable)
{
	uintptr_t address[3];
	unsigned nr;
	pv_paddr pa;

	if (page_of(page, &pa) != PV_OK)
		return PV_E_REFUSED;
	nr = addresses_of(page, pa, address);
	while (nr-- > 0) {
		uint64_t raw;

		if (pv_xen_leaf_of(address[nr], &raw) != PV_XEN_NOWHERE && ((raw & PV_PTE_W) != 0) != writable)
			return PV_E_REFUSED;
	}
	pv_xen_mark_set(pa, writable ? 0 : PV_XEN_DESCRIPTORS);
	return PV_OK;
}

/* Of what is in force nothing is. */
static bool
may_be_writable(const uint64_t *page)
{
	pv_paddr pa;

	return page_of(page, &pa) != PV_OK || (!has(&pv_xen_gdt_now, pa) && !has(&ldt_now, pa));
}

/* The pages of a table. What Xen is asked next is about them, so nothing waits for the end of a batch. */
static pv_status
pages_set(const char *op, const struct pv_xen_descriptors *d, bool writable)
{
	pv_status s = PV_OK;

	pv_xen_batch_begin();
	for (unsigned at = 0; at < d->entries; at += PER_PAGE)
		if (!writable || may_be_writable(d->table + at))
			page_set(op, d->table + at, writable);
	/* A store right after it must not find an address as it was. */
	if (writable)
		(void)pv_xen_queue_flush(op);
	pv_xen_batch_flush();
	(void)pv_xen_batch_end();
	for (unsigned at = 0; s == PV_OK && at < d->entries; at += PER_PAGE)
		if (!writable || may_be_writable(d->table + at))
			s = page_settle(d->table + at, writable);
	return s;
}

/* -- loads ----------------------------------------------------------------------------- */

/*
 * A table in place of the one that is in force; all of it or nothing. Where the way back is refused, too, the
 * new one is in force, and the pages of the old one stay read-only until it is loaded again.
 */
static pv_status
load(const char *op, struct pv_xen_descriptors *now, struct pv_xen_descriptors *table,
    pv_status (*put)(const char *op, const struct pv_xen_descriptors *table))
{
	struct pv_xen_descriptors before = *now;
	pv_status s;

	/* A batch may have mapped the table, or written to it. */
	pv_xen_batch_flush();
	s = check_pages(table);
	if (s != PV_OK)
		return s;
	table->machine = pv_xen_machine_of(table->table);
	s = pages_set(op, table, false);
	if (s == PV_OK)
		s = put(op, table);
	if (s == PV_OK) {
		*now = *table;
		s = pages_set(op, &before, true);
		if (s == PV_OK)
			return PV_OK;
		if (pages_set(op, &before, false) != PV_OK || put(op, &before) != PV_OK)
			return s;
		*now = before;
	}
	(void)pages_set(op, table, true);
	return s;
}

static bool
good_pages(const void *table)
{
	return table != NULL && ((uintptr_t)table & PV_PAGE_MASK) == 0;
}

static pv_status
gdt_put(const char *op, const struct pv_xen_descriptors *d)
{
	unsigned long frames[XEN_FIRST_RESERVED_GDT_PAGE];

	for (unsigned at = 0; at < d->entries; at += PER_PAGE)
		frames[at / PER_PAGE] = (unsigned long)(pv_xen_machine_of(d->table + at) >> PV_PAGE_SHIFT);
	return pv_xen_try(op, NULL, XEN_SET_GDT, (unsigned long)frames, d->entries, 0, 0);
}

static pv_status
gdt_load(void *table, unsigned limit)
{
	struct pv_xen_descriptors gdt = { table, limit / 8 + 1 };

	if (!good_pages(table) || (limit & 7) != 7 || gdt.entries > MAX_GDT)
		return PV_E_INVAL;
	return load("isa.gdt_load", &pv_xen_gdt_now, &gdt, gdt_put);
}

/* Made at once: a batch would tell too late. Xen lets go of the pages of the old one. */
static pv_status
ldt_put(const char *op, const struct pv_xen_descriptors *d)
{
	struct xen_mmuext_op x = { .cmd = XEN_MMUEXT_SET_LDT, .arg1 = (uintptr_t)d->table, .arg2 = d->entries };
	struct pv_xen_refused r = { .op = op, .nr = XEN_MMUEXT_OP, .cmd = XEN_MMUEXT_SET_LDT, .index = -1,
	    .nr_args = 2, .arg = { x.arg1, x.arg2 } };

	r.code = pv_xen_call(XEN_MMUEXT_OP, (unsigned long)&x, 1, 0, XEN_DOMID_SELF);
	if (r.code >= 0)
		return PV_OK;
	pv_xen_refused(&r);
	return PV_E_REFUSED;
}

static pv_status
ldt_load(void *table, unsigned nr)
{
	struct pv_xen_descriptors ldt = { nr != 0 ? table : NULL, nr };

	if (nr != 0 && (!good_pages(table) || nr > MAX_LDT))
		return PV_E_INVAL;
	return load("isa.ldt_load", &ldt_now, &ldt, ldt_put);
}

static void
gdt_read(uintptr_t *table, unsigned *limit)
{
	*table = (uintptr_t)pv_xen_gdt_now.table;
	*limit = pv_xen_gdt_now.entries * 8 - 1;
}

/* -- entries ---------------------------------------------------------------------------- */

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

/* The slot that an LDT has with us; Xen's own selector of it is of no use to anybody. */
static unsigned
ldt_read(void)
{
	return ldt_now.table != NULL ? PV_GDT_LDT * 8 : 0;
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
	.iopl_set = pv_x86_iopl_set,
};
