/*
 * Page tables by the ROM: pages that are tables, entries, roots, flushes, batches.
 *
 * Entries mean what they mean to the CPU. What the ROM wants is to know of each page
 * that becomes a table or is one no more, and of each entry of such a page: by
 * SetPxELong, or by UpdatePxELong behind a store of our own. The latter is what
 * happens in a batch, where reads must see the last write while the ROM collects what
 * it was told. A page that is no table yet is filled by plain stores.
 *
 * Which pages are tables, and of which level, is kept in two bits for each frame of the
 * memory that appears in one piece. Of others it is not known: they count as leaf
 * tables, which is a hint for the ROM and no more.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../common/radix/radix.h"

/* Beyond this many pages one flush of everything is cheaper than one for each. */
#define FLUSH_PAGES	64u

/* Of a new window: the ROM knows no frames of devices, and nobody harvests windows. */
#define WINDOW_BITS	(PV_PTE_P | PV_PTE_W | PV_PTE_A | PV_PTE_D)

uint8_t pv_vmi_mode;

/* -- which pages are tables ---------------------------------------------------------- */

/* Memory as it appears in one piece, and the levels of its frames, four in a byte; 0: no table. */
static struct {
	uintptr_t base;
	uint32_t frames;
	uint8_t *levels;
} linear;

static unsigned
level_of_frame(uint64_t frame)
{
	if (linear.levels == NULL || frame >= linear.frames)
		return 1;
	return linear.levels[frame / 4] >> frame % 4 * 2 & 3;
}

static void
level_set(uint64_t frame, unsigned level)
{
	unsigned shift = frame % 4 * 2;
	uint8_t *byte;

	if (linear.levels == NULL || frame >= linear.frames)
		return;
	byte = &linear.levels[frame / 4];
	*byte = (uint8_t)((*byte & ~(3u << shift)) | level << shift);
}

/*
 * The level of the table that an entry is in. If it is seen elsewhere, by a window or a recursive slot,
 * the tables that run tell where, and *where becomes the address at which the ROM knows it.
 */
static unsigned
level_at(uint64_t **where)
{
	uintptr_t va = (uintptr_t)*where, frame = (va - linear.base) >> PV_PAGE_SHIFT;
	uint64_t entry;

	if (va >= linear.base && frame < linear.frames)
		return level_of_frame(frame);
	if (linear.levels == NULL)
		return 1;
	entry = pv_cr3_read() & pv_radix_geometry.root_mask;
	for (unsigned level = pv_radix_geometry.top; level > 0; level--) {
		if (entry >> PV_PAGE_SHIFT >= linear.frames)
			return 1;
		entry = ((const uint64_t *)(linear.base + (uintptr_t)entry))[pv_radix_index(va, level)];
		if ((entry & PV_PTE_P) == 0 || (level > 1 && (entry & PV_PTE_PS) != 0))
			return 1;
		entry &= PV_PTE_FRAME;
	}
	if (entry >> PV_PAGE_SHIFT < linear.frames)
		*where = (uint64_t *)(linear.base + (uintptr_t)entry + (va & PV_PAGE_MASK));
	return level_of_frame(entry >> PV_PAGE_SHIFT);
}

/* What the ROM is told a table of this level is. */
static uint32_t
level_flags(unsigned level)
{
	static const uint8_t flags[] = { 0, VMI_PAGE_PT, VMI_PAGE_PD, VMI_PAGE_PDP };

	return flags[level];
}

/* -- entries ----------------------------------------------------------------------- */

/* The present bit is in the low word: it goes in last and out first. */
static void
store(uint64_t *where, uint32_t low, uint32_t high)
{
	volatile uint32_t *word = (volatile uint32_t *)where;

	if ((low & PV_PTE_P) == 0)
		word[0] = low;
	word[1] = high;
	word[0] = low;
}

/*
 * What carries out all that the ROM collected is counted: that is when a hypervisor would be entered. The gate is
 * closed, lest who interrupts finds the ROM in another mode than it is said to be in.
 */
static void
mode_set(unsigned to)
{
	pv_irq_state gate;

	if (pv_vmi_mode == to)
		return;
	gate = pv_irq_save();
	if (pv_vmi_mode != to) {
		if (to == VMI_LAZY_OFF && pv_vmi_has(VMI_SetLazyMode))
			pv_hypercalls++;
		pv_vmi_rom_SetLazyMode(to);
		pv_vmi_mode = (uint8_t)to;
	}
	pv_irq_restore(gate);
}

/*
 * Are we in a batch, as the library's record of this CPU has it? Interrupts and other threads are in
 * none, or in one of their own: the ROM's mode follows when there is something to tell. Who comes in between
 * leaves mode 0 behind, or the mode as it was.
 */
static bool
collecting(void)
{
	bool on = pv_cpu()->batch.begun && pv_vmi_has(VMI_SetLazyMode) && pv_vmi_has(VMI_UpdatePxELong) &&
	    pv_vmi_mode != VMI_LAZY_CPU;

	if (on || pv_vmi_mode == VMI_LAZY_MMU)
		mode_set(on ? VMI_LAZY_MMU : VMI_LAZY_OFF);
	return on;
}

/*
 * The ROM learns of an entry that was stored. Without a call for that it asks for no more than the store. If who came
 * in between has ended the mode, it begins anew, so that the end of the batch is one for this entry, too.
 */
static void
stored(uint64_t *where, unsigned level, bool later)
{
	if (level == 0 || !pv_vmi_has(VMI_UpdatePxELong))
		return;
	pv_vmi_rom_UpdatePxELong(where, level_flags(level) | (later ? VMI_PTE_DEFER : 0));
	if (later)
		(void)collecting();
}

VMI_FN void
pv_vmi_pte_write(uint64_t *where, uint32_t low, uint32_t high)
{
	unsigned level = level_at(&where);
	bool later = collecting();

	if (level != 0 && !later && pv_vmi_has(VMI_SetPxELong)) {
		pv_vmi_rom_SetPxELong((uint64_t)high << 32 | low, where, level_flags(level));
	} else {
		store(where, low, high);
		stored(where, level, later);
	}
}

/* In one step: nothing that the CPU sets in between is lost. */
static uint64_t
swap(uint64_t *where, uint64_t value)
{
	uint64_t old;

	do
		old = *(volatile uint64_t *)where;
	while (!__sync_bool_compare_and_swap(where, old, value));
	return old;
}

/* SetPxELong is for entries that the CPU does not change meanwhile; nor does anybody else, the gate being closed. */
static uint64_t
exchange_by_set(uint64_t *where, uint64_t entry, unsigned level)
{
	pv_irq_state gate = pv_irq_save();
	uint64_t old = *(volatile uint64_t *)where;

	if ((old & PV_PTE_P) == 0)
		pv_vmi_rom_SetPxELong(entry, where, level_flags(level));
	else
		old = swap(where, entry);
	pv_irq_restore(gate);
	return old;
}

uint64_t
pv_vmi_pte_exchange(uint64_t *where, uint64_t entry)
{
	unsigned level = level_at(&where);
	bool later = collecting();
	uint64_t old;

	if (level != 0 && pv_vmi_answers[VMI_UpdatePxELong].kind == VMI_KIND_NONE)
		return exchange_by_set(where, entry, level);
	old = swap(where, entry);
	stored(where, level, later);
	return old;
}

uint64_t
pv_vmi_pte_protect_begin(uint64_t *where)
{
	return pv_vmi_pte_exchange(where, 0);
}

void
pv_vmi_pte_protect_commit(uint64_t *where, uint64_t entry)
{
	(void)pv_vmi_pte_exchange(where, entry);
}

void
pv_vmi_window(uint64_t *entry, uintptr_t va, pv_paddr frame, uintptr_t size)
{
	if (size != 0)
		pv_pte_set_raw(entry, (frame.v & PV_PTE_FRAME) | WINDOW_BITS | pv_radix.nx);
	else
		pv_pte_clear_raw(entry);
	pv_invlpg(va);
}

/* -- pages that are tables --------------------------------------------------------- */

/* Roots of 32 bytes may share a page; those are not told of. */
static bool
is_page(pv_paddr table)
{
	return (table.v & PV_PAGE_MASK) == 0;
}

pv_status
pv_vmi_table_claim(pv_paddr table, unsigned level)
{
	pv_status s = pv_native_table_check(table, level);
	uint64_t frame = table.v >> PV_PAGE_SHIFT;

	if (s != PV_OK)
		return s;
	level_set(frame, level);
	if (is_page(table))
		pv_vmi_rom_AllocatePage((uint32_t)frame, level_flags(level) | VMI_PAGE_PAE, 0, 0, 0);
	return PV_OK;
}

pv_status
pv_vmi_table_release(pv_paddr table, unsigned level)
{
	pv_status s = pv_native_table_check(table, level);
	uint64_t frame = table.v >> PV_PAGE_SHIFT;

	if (s != PV_OK || !is_page(table))
		return s;
	pv_vmi_rom_ReleasePage((uint32_t)frame, level_flags(level) | VMI_PAGE_PAE);
	level_set(frame, 0);
	return PV_OK;
}

/* A table that runs already, and those below it. */
static void
tell(pv_paddr table, unsigned level)
{
	unsigned nr = level == pv_radix_geometry.top ? pv_radix_geometry.root_entries : 512;
	struct pv_radix_place at;

	/* Some tables appear at two places. */
	if (linear.levels != NULL && level_of_frame(table.v >> PV_PAGE_SHIFT) == level)
		return;
	(void)pv_vmi_table_claim(table, level);
	if (level == 1)
		return;
	pv_radix_open(&at, table, level, 0);
	for (unsigned i = 0; i < nr; i++) {
		at.entry = pv_pte_get(at.where + i);
		if (pv_radix_leads_on(&at))
			tell(pv_pte_frame(at.entry), level - 1);
	}
	pv_radix_close(&at);
}

/* How the ROM finds the entry behind an address: as far as physical memory appears in one piece. */
static void
tell_mapping(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t end = pv_started.attach ? 0 : pv_direct_map.size;
	uintptr_t base = pv_started.attach ? 0 : pv_direct_map.base;
	pv_paddr levels;

	for (uint32_t i = 0; pv_started.attach && h->phys_to_virt != NULL && i < pv_boot_data.nr_ranges; i++) {
		const struct pv_boot_range *r = &pv_boot_data.range[i];
		uint64_t last = r->base.v + r->size - PV_PAGE_SIZE;

		base = (uintptr_t)h->phys_to_virt(h->context, pv_pa(0));
		if (base != 0 && r->kind == PV_MEM_RAM && r->size >= PV_PAGE_SIZE && last > end && last >> 32 == 0 &&
		    (uintptr_t)h->phys_to_virt(h->context, pv_pa(last)) == base + (uintptr_t)last)
			end = last + PV_PAGE_SIZE;
	}
	if (end != 0)
		pv_vmi_rom_SetLinearMapping(0, base, (uint32_t)(end >> PV_PAGE_SHIFT), 0);
	linear.levels = NULL;
	linear.base = base;
	linear.frames = (uint32_t)(end >> PV_PAGE_SHIFT);
	if (end != 0 && h->pages_alloc != NULL &&
	    h->pages_alloc(h->context, (linear.frames / 4 >> PV_PAGE_SHIFT) + 1, end, &levels) == PV_OK)
		linear.levels = (uint8_t *)(base + (uintptr_t)levels.v);
	else
		pv_log("vmi: %s to remember which pages are tables: all count as leaf tables",
		    end != 0 ? "no memory" :
		    pv_started.attach && h->phys_to_virt == NULL ? "no hook phys_to_virt" :
		    "no memory that appears in one piece");
}

void
pv_vmi_tables_tell(void)
{
	tell_mapping();
	tell(pv_pa(pv_cr3_read() & pv_radix_geometry.root_mask), pv_radix_geometry.top);
}

/* -- roots and flushes --------------------------------------------------------------- */

/* A root with updates outstanding would be used without them. In a switch it is part of that. */
VMI_FN void
pv_vmi_root_write(uint32_t root)
{
	if (pv_vmi_mode == VMI_LAZY_MMU)
		mode_set(VMI_LAZY_OFF);
	pv_vmi_rom_SetCR3(root);
}

void
pv_vmi_root_set(pv_paddr kernel, pv_paddr user)
{
	(void)user;
	pv_vmi_root_write((uint32_t)kernel.v);
}

void
pv_vmi_flush_all(bool global)
{
	pv_hypercalls++;
	pv_vmi_rom_FlushTLB(VMI_FLUSH_TLB | (global ? VMI_FLUSH_GLOBAL : 0));
}

void
pv_vmi_flush_range(uintptr_t start, uintptr_t end)
{
	uintptr_t page = start & ~PV_PAGE_MASK;
	/* `end` is 0 for a range up to the last address. Pages that it covers in part count. */
	uintptr_t pages = start != end ? ((end - 1 - page) >> PV_PAGE_SHIFT) + 1 : 0;

	if (pages > FLUSH_PAGES) {
		/* A kernel with tables of its own may have global pages anywhere. */
		pv_flush_all(pv_hooks_get()->va_map != NULL || end - 1 >= PV_KERNEL_START);
		return;
	}
	pv_hypercalls += pages;
	for (; pages > 0; pages--, page += PV_PAGE_SIZE)
		pv_vmi_rom_InvalPage(page);
}

/* -- batches -------------------------------------------------------------------------- */

/* A thread switch begins or ends; gate closed. Modes do not overlap: that of a batch ends before. */
void
pv_vmi_lazy(unsigned to)
{
	if (pv_vmi_mode != to)
		mode_set(VMI_LAZY_OFF);
	mode_set(to);
}

/* The mode is set with the first change. */
void
pv_vmi_batch_begin(void)
{
}

/* The record says already that this was the end. */
pv_status
pv_vmi_batch_end(void)
{
	(void)collecting();
	return PV_OK;
}
