/*
 * Page-table entries, the queue of the lazy modes, CR3 and flushes, linear mappings.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define PRESENT		0x01u

/* New or not present: high half first; present to present: clear, high, low; clearing: low first. */
static void
put_long(volatile uint32_t *entry, uint32_t low, uint32_t high)
{
	if (entry[0] & PRESENT)
		entry[0] = 0;
	if (!(low & PRESENT))
		entry[0] = low;
	entry[1] = high;
	entry[0] = low;
}

static void
store(struct frame *f, const struct waiting *w)
{
	bool pae = w->what == WAITS_PXE_LONG;
	volatile uint32_t *entry = (volatile uint32_t *)w->where;
	uint32_t frame, index = w->where % PAGE / (pae ? 8 : 4);
	uint32_t old[2] = { entry[0], pae ? entry[1] : 0 }, new[2] = { w->low, w->high };
	struct table *t = space_frame(w->where, &frame) ? pages_find(frame) : 0;

	if (t && (t->flags & VMI_PAGE_PD) && (w->low & PRESENT) && space_in_hole(frame, index)) {
		complain(f, "virtual_top claims what this maps (entry %x", w->where);
		new[0] = new[1] = 0;
	}
	(void)guard_user(f, t ? t->flags : w->flags, w->where, new, pae);
	if (guard_away(f, w->where, new, pae))
		return;
	if (t && t->state == TABLE_USED && WORDS->audit) {
		pages_entry_changed(t, index, old, new);
		tlb_entry_changed(t, w->where, old, new, w->flags);
	}
	if (pae)
		put_long(entry, new[0], new[1]);
	else
		entry[0] = new[0];
}

/* What is looked at of a space in which the client is going to run. False: it cannot. */
bool
mmu_space(struct frame *f, uint32_t cr3)
{
	if (WORDS->audit) {
		pages_audit_root(f, cr3);
		pages_check_some(f, cr3);
	}
	space_check_hole(f, cr3);
	return guard_root(f, cr3);
}

static void
load_cr3(struct frame *f, uint32_t cr3)
{
	if ((read_cr0() & CR0_PG) && !mmu_space(f, cr3))
		return;
	write_cr3(cr3);
	this_cpu()->cr3 = cr3;
	tlb_flushed(false);
}

static void
apply(struct frame *f, const struct waiting *w)
{
	switch (w->what) {
	case WAITS_PXE:
	case WAITS_PXE_LONG:
		store(f, w);
		break;
	case WAITS_UPDATE:	/* stored and looked at already: it is a hypervisor that may not know of it yet */
		break;
	case WAITS_CR3:
		load_cr3(f, w->low);
		break;
	default:
		desc_apply(f, w);
	}
}

void
mmu_flush_queue(struct frame *f)
{
	struct cpu *c = this_cpu();

	for (uint32_t i = 0; i < c->queued; i++)
		apply(f, &c->queue[i]);
	c->queued = 0;
}

bool
mmu_queue(struct frame *f, const struct waiting *w)
{
	struct cpu *c = this_cpu();
	bool entry = w->what == WAITS_PXE || w->what == WAITS_PXE_LONG || w->what == WAITS_UPDATE;

	if (entry ? c->mode != VMI_LAZY_MMU && !(w->flags & VMI_PTE_DEFER) : c->mode != VMI_LAZY_CPU)
		return false;
	if (c->queued == QUEUE)
		mmu_flush_queue(f);
	c->queue[c->queued++] = *w;
	return true;
}

/* What goes through is told even where nothing waits: the mode alone is wrong. */
static void
leave_kernel(struct frame *f)
{
	struct cpu *c = this_cpu();

	if (c->mode != VMI_LAZY_OFF)
		complain(f, "a lazy mode is on (mode %u", c->mode);
	else if (c->queued != 0)
		complain(f, "deferred updates were not flushed (%u wait", c->queued);
	mmu_flush_queue(f);
}

void
mmu_before_user(struct frame *f)
{
	leave_kernel(f);
	tlb_audit(f);
}

void
mmu_before_halt(struct frame *f)
{
	leave_kernel(f);
}

static void
set_entry(struct frame *f, const struct waiting *w)
{
	if (WORDS->top != 0 && (w->flags & VMI_PTE_CURRENT_AS) && (w->flags & ~(PAGE - 1)) >= WORDS->top) {
		complain(f, "virtual_top claims this address (address %x", w->flags & ~(PAGE - 1));
		return;
	}
	if (WORDS->audit)
		pages_audit_entry(f, w->where, w->low, w->high, w->flags);
	if (!mmu_queue(f, w)) {
		mmu_flush_queue(f);	/* one of the same entry, with DEFER, is older */
		store(f, w);
	}
}

static void
flush(bool global)
{
	uint32_t cr4 = read_cr4();

	if (global && (cr4 & CR4_PGE)) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
}

/* An older value of the entry waits, and will be stored over what the client has there. */
static void
audit_overtaken(struct frame *f)
{
	const struct cpu *c = this_cpu();

	for (uint32_t i = 0; i < c->queued; i++)
		if (c->queue[i].what <= WAITS_PXE_LONG && c->queue[i].where == f->eax) {
			complain(f, "an older value of the entry is still to be set (entry %x", f->eax);
			return;
		}
}

/* What would break a rule of the ROM's own memory or addresses is put right: VALUE. True: it was wrong. */
static bool
guard_stored(struct frame *f, const struct table *t, uint32_t *value, bool pae)
{
	uint32_t frame, page = f->edx & ~(PAGE - 1), index = f->eax % PAGE / (pae ? 8 : 4);
	bool wrong = false;

	if (WORDS->top != 0 && (f->edx & VMI_PTE_CURRENT_AS) && page >= WORDS->top)
		complain(f, "virtual_top claims this address (address %x", page);
	if (t && (t->flags & VMI_PAGE_PD) && (value[0] & PRESENT) && space_frame(f->eax, &frame) &&
	    space_in_hole(frame, index)) {
		complain(f, "virtual_top claims what this maps (entry %x", f->eax);
		value[0] = value[1] = 0;
		wrong = true;
	}
	wrong |= guard_user(f, t ? t->flags : f->edx, f->eax, value, pae);
	return wrong | guard_away(f, f->eax, value, pae);
}

/*
 * The client has stored the entry. It is looked at now, also where the update may wait: in the tables of a hypervisor
 * there would be the old one until the flush.
 */
static void
update_entry(struct frame *f)
{
	volatile uint32_t *entry = (volatile uint32_t *)f->eax;
	bool pae = f->call == VMI_UPDATE_PXE_LONG;
	uint32_t frame, index = f->eax % PAGE / (pae ? 8 : 4);
	struct table *t = space_frame(f->eax, &frame) ? pages_find(frame) : 0;
	struct waiting w = { .what = WAITS_UPDATE, .where = f->eax, .flags = f->edx };
	bool watched = WORDS->audit && t && t->state == TABLE_USED;
	uint32_t old[2], stored[2], value[2];
	bool known = watched && pages_told(f, t, index, old);

	audit_overtaken(f);
	if (!mmu_queue(f, &w))
		mmu_flush_queue(f);
	stored[0] = value[0] = entry[0];
	stored[1] = value[1] = pae ? entry[1] : 0;
	if (guard_stored(f, t, value, pae)) {
		if (pae)
			put_long(entry, value[0], value[1]);
		else
			entry[0] = value[0];
		if (watched)
			pages_entry_changed(t, index, stored, value);
		flush(true);
	} else if (known) {
		tlb_entry_changed(t, f->eax, old, value, f->edx);
	}
	if (WORDS->audit)
		pages_audit_entry(f, f->eax, value[0], value[1], f->edx);
}

static void
invalidate(struct frame *f)
{
	uint32_t frame, roots[4], count;

	mmu_flush_queue(f);
	__asm__ volatile("invlpg (%0)" : : "r"(f->eax) : "memory");
	tlb_page_flushed(f->eax & ~(PAGE - 1));
	if (!WORDS->audit || !(read_cr0() & CR0_PG))
		return;
	if (space_table_of(f->eax, &frame))
		pages_check(f, pages_find(frame));
	count = space_roots(read_cr3(), roots);
	if (count != 0)
		pages_check(f, pages_find(roots[count == 4 ? f->eax >> 30 : 0]));
}

static void
flush_tlb(struct frame *f)
{
	mmu_flush_queue(f);
	if (!(f->eax & VMI_FLUSH_TLB_BIT) || (f->eax & ~(VMI_FLUSH_TLB_BIT | VMI_FLUSH_GLOBAL)))
		complain(f, "flags that do not exist, or not bit 0 (flags %x", f->eax);
	if (WORDS->audit && (read_cr0() & CR0_PG))
		pages_check_some(f, read_cr3());
	if (read_cr0() & CR0_PG)
		space_check_hole(f, read_cr3());
	flush((f->eax & VMI_FLUSH_GLOBAL) != 0);
	tlb_flushed((f->eax & VMI_FLUSH_GLOBAL) != 0);
}

/* EAX slot, EDX start, ECX pages, then the first frame. */
static void
set_mapping(struct frame *f)
{
	if (f->eax >= SLOTS_OF_MAPPING || f->edx % PAGE != 0) {
		complain(f, "no such slot, or not page aligned (slot %u, start %x", f->eax, f->edx);
		return;
	}
	ram()->mapping[f->eax] = (struct mapping){ f->edx, f->ecx, f->stack[0] };
	if (read_cr0() & CR0_PG)
		(void)guard_root(f, read_cr3());	/* seen from now on */
}

static void
set_mode(struct frame *f)
{
	struct cpu *c = this_cpu();

	mmu_flush_queue(f);
	if (f->eax > VMI_LAZY_CPU) {
		complain(f, "there is no such mode (mode %u", f->eax);
		return;
	}
	if (c->mode != VMI_LAZY_OFF && f->eax != VMI_LAZY_OFF)
		complain(f, "modes do not nest (mode %u, now %u", f->eax, c->mode);
	c->mode = f->eax;
}

static void
set_cr3(struct frame *f)
{
	struct waiting w = { .what = WAITS_CR3, .low = f->eax };

	if (this_cpu()->mode == VMI_LAZY_MMU)
		complain(f, "lazy mode MMU is on (CR3 %x", f->eax);
	if (mmu_queue(f, &w))
		return;
	mmu_flush_queue(f);
	load_cr3(f, f->eax);
}

void
mmu_call(struct frame *f)
{
	struct waiting w = { .what = WAITS_PXE, .where = f->edx, .low = f->eax, .flags = f->ecx };

	switch (f->call) {
	case VMI_SET_CR3:
		set_cr3(f);
		break;
	case VMI_SET_PXE:
		set_entry(f, &w);
		break;
	case VMI_SET_PXE_LONG:
		w = (struct waiting){ .what = WAITS_PXE_LONG, .where = f->ecx, .low = f->eax, .high = f->edx,
		    .flags = f->stack[0] };
		set_entry(f, &w);
		break;
	case VMI_UPDATE_PXE:
	case VMI_UPDATE_PXE_LONG:
		update_entry(f);
		break;
	case VMI_ALLOCATE_PAGE:
		mmu_flush_queue(f);
		pages_allocate(f);
		break;
	case VMI_RELEASE_PAGE:
		mmu_flush_queue(f);
		pages_release(f);
		break;
	case VMI_INVAL_PAGE:
		invalidate(f);
		break;
	case VMI_FLUSH_TLB:
		flush_tlb(f);
		break;
	case VMI_SET_LINEAR_MAPPING:
		set_mapping(f);
		break;
	case VMI_SET_LAZY_MODE:
		set_mode(f);
		break;
	}
}
