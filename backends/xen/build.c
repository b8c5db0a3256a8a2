/*
 * The kernel's own address space of a PV guest with our entry code.
 *
 * Xen's domain builder leaves a mapping of the first megabytes. It is extended by as
 * many pages as the tables of all memory need; in them the tree is built by ordinary
 * stores, its tables are made read-only in the builder's mapping, the root is pinned,
 * and that is where the CPU goes. What this takes is proportional to the memory: an
 * entry and a look into the p2m array per page, and a call to Xen for some hundred
 * tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "batch.h"
#include "console.h"
#include "mmu.h"
#include "p2m.h"
#include "refuse.h"
#include "../common/radix/radix.h"
#include "../common/x86/kernel_map.h"
#include "../common/x86/layout.h"

#define CHUNK		0x200000u		/* one leaf table */
#define OTHERS		64u			/* pages: upper tables, the image's, what drivers take early */
#define RW		(PV_PTE_P | PV_PTE_W | PV_PTE_A | PV_PTE_D)
#define WINDOW_BITS	(RW | PV_PTE_NX)

/* Memory that the builder has mapped, and what of it tables of ours for more of it take, at its end. */
static uint64_t mapped;
static unsigned extensions;

static unsigned long
direct_pages(void)
{
	uint64_t limit = (uint64_t)PV_DIRECT_LIMIT >> PV_PAGE_SHIFT;

	return pv_xen_start_info->nr_pages < limit ? pv_xen_start_info->nr_pages : (unsigned long)limit;
}

/* Leaf tables and those above them; a bit and a byte for each page. */
static uint64_t
needed(void)
{
	uint64_t direct = direct_pages(), all = pv_xen_start_info->nr_pages;

	return direct / 512 + direct / (512 * 512) + all / (8 * PV_PAGE_SIZE) + all / PV_PAGE_SIZE + OTHERS;
}

uint64_t
pv_xen_builder_reach(uint64_t used, uint64_t until)
{
	uint64_t room = (until - used) >> PV_PAGE_SHIFT, all = (uint64_t)pv_xen_start_info->nr_pages << PV_PAGE_SHIFT;
	uint64_t end = used + needed() * PV_PAGE_SIZE;

	mapped = until;
	extensions = 0;
	while (mapped + (uint64_t)extensions * CHUNK < end + extensions * PV_PAGE_SIZE &&
	    mapped + (uint64_t)extensions * CHUNK < all && extensions + OTHERS / 2 < room)
		extensions++;
	return extensions * PV_PAGE_SIZE;
}

/* -- extending the builder's mapping ------------------------------------------------ */

/* Machine address of the entry of `level` for va in the tables in use. */
static uint64_t
entry_of(uintptr_t va, unsigned level)
{
	uint64_t table = pv_xen_root.v, raw;

	for (unsigned now = pv_radix_geometry.top; now > level; now--) {
		raw = *((const uint64_t *)(pv_direct_map.base + (uintptr_t)table) + pv_radix_index(va, now));
		table = pv_xen_physical((unsigned long)((raw & PV_PTE_FRAME) >> PV_PAGE_SHIFT)).v;
	}
	return pv_xen_machine_of((const uint64_t *)(pv_direct_map.base + (uintptr_t)table) +
	    pv_radix_index(va, level));
}

/* A leaf table in this page for the chunk of memory that begins at `start`. */
static void
extend_by(uint64_t page, uint64_t start)
{
	uintptr_t table_va = pv_direct_map.base + (uintptr_t)page;
	uint64_t *table = (uint64_t *)table_va, frame;

	for (unsigned i = 0; i < 512; i++) {
		uint64_t pa = start + i * PV_PAGE_SIZE;

		table[i] = pa >> PV_PAGE_SHIFT < pv_xen_p2m.nr ? pv_xen_pte_out(pa | WINDOW_BITS) : 0;
	}
	frame = pv_xen_pte_out(page | PV_PTE_P);
	(void)pv_xen_queue_update("mmu.own_memory", entry_of(table_va, 1), frame | PV_PTE_A | PV_PTE_NX,
	    XEN_DOMID_SELF);
	(void)pv_xen_queue_update("mmu.own_memory", entry_of(pv_direct_map.base + (uintptr_t)start, 2),
	    frame | RW, XEN_DOMID_SELF);
}

static void
extend(void)
{
	uint64_t all = (uint64_t)pv_xen_p2m.nr << PV_PAGE_SHIFT, reach = mapped + (uint64_t)extensions * CHUNK;

	/* The first chunk may be one that the builder has begun. */
	pv_xen_batch_begin_must();
	for (unsigned i = 0; i < extensions; i++)
		extend_by(mapped - (i + 1) * PV_PAGE_SIZE, mapped + (uint64_t)i * CHUNK);
	pv_xen_batch_end_must();
	pv_direct_map.size = reach < all ? reach : all;
}

/* -- from the builder's tables to ours ------------------------------------------------ */

static void
window_set(uint64_t *entry, uintptr_t va, pv_paddr frame, uintptr_t size)
{
	uint64_t raw = size != 0 ? pv_xen_pte_out(frame.v | WINDOW_BITS) : 0;
	long code;

	(void)entry;
	if (pv_xen_mark_of(frame) != 0)
		raw &= ~PV_PTE_W;
	code = pv_xen_va_mapping(va, raw, XEN_UVMF_INVLPG | XEN_UVMF_LOCAL);
	/* At once, past the queue: a page that was released there may be a table still. */
	if (code < 0 && pv_xen_mark_leaving(frame))
		code = pv_xen_va_mapping(va, raw & ~PV_PTE_W, XEN_UVMF_INVLPG | XEN_UVMF_LOCAL);
	if (code < 0) {
		struct pv_xen_refused r = { .op = "hooks.map_frame", .nr = XEN_UPDATE_VA_MAPPING, .index = -1,
		    .nr_args = 3, .arg = { va, raw, XEN_UVMF_INVLPG }, .code = code };

		pv_xen_refused(&r);
		pv_panic("Xen refused a window on the page at 0x%llx", (unsigned long long)frame.v);
	}
}

/* Pages of the builder's that are tables: its own, and those that extended them. */
static void
mark_builder(unsigned mark)
{
	uintptr_t base = (uintptr_t)pv_xen_start_info->pt_base - PV_XEN_KERNEL_OFFSET;

	for (unsigned i = 0; i < pv_xen_start_info->nr_pt_frames; i++)
		pv_xen_p2m.mark[(base >> PV_PAGE_SHIFT) + i] = (uint8_t)mark;
	for (unsigned i = 0; i < extensions; i++)
		pv_xen_p2m.mark[(mapped >> PV_PAGE_SHIFT) - 1 - i] = (uint8_t)mark;
}

/* The entry of va in the tree that is built. */
static uint64_t *
built_entry(uintptr_t va, uint64_t *raw)
{
	uint64_t ma = pv_xen_leaf_of(va, raw);

	if (ma == PV_XEN_NOWHERE)
		return NULL;
	return (uint64_t *)(pv_direct_map.base + (uintptr_t)(pv_xen_physical((unsigned long)(ma >> PV_PAGE_SHIFT)).v |
	    (ma & PV_PAGE_MASK)));
}

/*
 * What is not the image's own memory at its addresses, like pages that Xen shares, stays there; and
 * what is read-only where the builder made all writable is Xen's, too.
 */
static void
keep_mapping(pv_paddr ours, pv_paddr theirs, pv_paddr page)
{
	uintptr_t va = PV_KERNEL_OFFSET + (uintptr_t)page.v;
	uint64_t raw, was, *entry;

	pv_xen_root = theirs;
	if (pv_xen_leaf_of(va, &was) == PV_XEN_NOWHERE)
		return;
	pv_xen_root = ours;
	if ((was & PV_PTE_W) == 0) {
		pv_xen_mark_set(page, PV_XEN_DESCRIPTORS);
		entry = built_entry(va, &raw);
		if (entry != NULL)
			*entry = raw & ~PV_PTE_W;
	}
	entry = built_entry(va, &raw);
	if (entry != NULL && ((raw ^ was) & PV_PTE_FRAME) != 0)
		*entry = (raw & ~PV_PTE_FRAME) | (was & PV_PTE_FRAME);
}

/* Tables are read-only in the tree, too. */
static void
finish_tree(pv_paddr ours, pv_paddr theirs, const struct pv_boot *boot)
{
	uint64_t raw;

	for (uint64_t at = 0; at < boot->kernel_size; at += PV_PAGE_SIZE)
		keep_mapping(ours, theirs, pv_pa_add(boot->kernel_base, at));
	pv_xen_root = ours;
	for (uint64_t pa = 0; pa < pv_direct_map.size; pa += PV_PAGE_SIZE) {
		uint64_t *entry;

		if (pv_xen_mark_of(pv_pa(pa)) == 0)
			continue;
		entry = built_entry(PV_DIRECT_BASE + (uintptr_t)pa, &raw);
		if (entry != NULL)
			*entry = raw & ~PV_PTE_W;
	}
	pv_xen_root = theirs;
}

/* Make the tables that were built Xen's, and go there. */
static void
enter_tree(pv_paddr ours)
{
	pv_xen_batch_begin_must();
	for (uint64_t pa = 0; pa < pv_direct_map.size; pa += PV_PAGE_SIZE) {
		uint64_t raw, ma;

		if (pv_xen_mark_of(pv_pa(pa)) == 0)
			continue;
		ma = pv_xen_leaf_of(pv_direct_map.base + (uintptr_t)pa, &raw);
		if ((raw & PV_PTE_W) != 0)
			(void)pv_xen_queue_update("mmu.own_memory", ma, raw & ~PV_PTE_W, XEN_DOMID_SELF);
	}
	(void)pv_xen_queue_ext("mmu.own_memory", XEN_MMUEXT_PIN_L1_TABLE + pv_radix_geometry.top - 1,
	    pv_xen_frame_of(ours), 0);
	(void)pv_xen_queue_ext("mmu.own_memory", XEN_MMUEXT_NEW_BASEPTR, pv_xen_frame_of(ours), 0);
	pv_xen_batch_end_must();
	pv_xen_root = ours;
}

#define MOVED(p)	((__typeof__(p))((uintptr_t)(p) - PV_XEN_KERNEL_OFFSET + PV_DIRECT_BASE))

/* The builder's tables become ordinary memory. If Xen does not let go of them, they stay as they are. */
static void
leave_builder(pv_paddr theirs)
{
	uint64_t base = (uint64_t)(pv_xen_start_info->pt_base - PV_XEN_KERNEL_OFFSET);
	uint64_t last = base + (uint64_t)pv_xen_start_info->nr_pt_frames * PV_PAGE_SIZE;

	pv_xen_batch_begin();
	(void)pv_xen_queue_ext("mmu.own_memory", XEN_MMUEXT_UNPIN_TABLE, pv_xen_frame_of(theirs), 0);
	for (; base < last; base += PV_PAGE_SIZE)
		pv_xen_page_writable("mmu.own_memory", pv_pa(base));
	for (unsigned i = 0; i < extensions; i++)
		pv_xen_page_writable("mmu.own_memory", pv_pa(mapped - (i + 1) * PV_PAGE_SIZE));
	if (pv_xen_batch_end() == PV_OK)
		mark_builder(0);
	else
		pv_log("Xen keeps the page tables that it made for this domain: %u pages are lost",
		    (unsigned)pv_xen_start_info->nr_pt_frames + extensions);
}

/* The console of other domains than the first is in a page that was found at its old address. */
static void
move_console(void)
{
	const struct xen_start_info *si = pv_xen_start_info;

	if ((si->flags & XEN_SIF_INITDOMAIN) == 0 && pv_xen_console_chosen())
		pv_xen_console_ring(pv_xen_va_of_mfn(si->console_mfn), si->console_evtchn);
}

pv_status
pv_xen_own_memory(const struct pv_boot *boot)
{
	pv_paddr theirs = pv_xen_root, marks;
	const struct pv_hooks *h;
	pv_status s;

	pv_xen_radix_setup();
	extend();
	s = pv_hooks_set(pv_hooks_freestanding(boot));
	if (s != PV_OK)
		return s;
	h = pv_hooks_get();
	s = h->pages_alloc(h->context, (pv_xen_p2m.nr + PV_PAGE_MASK) >> PV_PAGE_SHIFT, 0, &marks);
	if (s != PV_OK)
		return s;
	pv_xen_p2m.mark = (uint8_t *)(pv_direct_map.base + (uintptr_t)marks.v);
	mark_builder(1);
	pv_xen_building = true;
	s = pv_kernel_map_make(boot, window_set);
	if (s == PV_OK) {
		pv_paddr ours = pv_space_kernel()->root;

		pv_xen_p2m.mark[ours.v >> PV_PAGE_SHIFT] = (uint8_t)(pv_radix_geometry.top | PV_XEN_PINNED);
		finish_tree(ours, theirs, boot);
		pv_xen_building = false;
		enter_tree(ours);
		pv_kernel_map_use();
		pv_xen_start_info = MOVED(pv_xen_start_info);
		pv_xen_p2m.list = MOVED(pv_xen_p2m.list);
		((struct xen_start_info *)(uintptr_t)pv_xen_start_info)->mfn_list = (unsigned long)pv_xen_p2m.list;
		pv_xen_p2m.mark = MOVED(pv_xen_p2m.mark);
		move_console();
		leave_builder(theirs);
	}
	pv_xen_building = false;
	return s;
}
