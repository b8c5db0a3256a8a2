/*
 * Page-table entries and roots, as a kernel with a pmap of its own uses them: on a
 * scratch tree of claimed tables, and on one live window in the kernel's space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/pte.h>
#include "../suites.h"

#define ENTRIES		512u
#define RW		(PV_PTE_P | PV_PTE_W | PV_PTE_A | PV_PTE_D)

/* A claimed leaf table that no root reaches. */
struct scratch {
	pv_paddr frame;
	pv_pte *table;
};

static pv_pte *
direct(pv_paddr frame)
{
	const struct pv_hooks *h = pv_hooks_get();

	return h->phys_to_virt(h->context, frame);
}

static bool
scratch_make(struct scratch *s)
{
	s->frame = suite_page();
	s->table = direct(s->frame);
	return s->table != NULL && pv_table_claim(s->frame, 1) == PV_OK;
}

static bool
scratch_end(struct scratch *s)
{
	bool ok;

	for (unsigned i = 0; i < ENTRIES; i++)
		pv_pte_clear(&s->table[i]);
	ok = pv_table_release(s->frame, 1) == PV_OK;
	suite_page_free(s->frame);
	return ok;
}

static void
claim_release(void)
{
	struct scratch s;

	CHECK(scratch_make(&s));
	CHECK(scratch_end(&s));
}

static void
claim_refuses_nonsense(void)
{
	CHECK_STATUS(pv_table_claim(pv_pa(0x1234), 1), PV_E_INVAL);
	CHECK_STATUS(pv_table_claim(pv_pa(0x1000), 0), PV_E_INVAL);
	CHECK_STATUS(pv_table_claim(pv_pa(0x1000), 6), PV_E_INVAL);
}

static void
release_refuses_nonsense(void)
{
	CHECK_STATUS(pv_table_release(pv_pa(0x1234), 1), PV_E_INVAL);
	CHECK_STATUS(pv_table_release(pv_pa(0x1000), 0), PV_E_INVAL);
}

static void
set_then_get(void)
{
	struct scratch s;
	pv_paddr data = suite_page();
	uint64_t wanted = pv_pte_make(data, RW | PV_PTE_NX).v, got;

	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[3], pv_pte_of(wanted));
	got = pv_pte_get(&s.table[3]).v;
	CHECK(scratch_end(&s));
	suite_page_free(data);
	CHECK_EQ(got & PV_PTE_KEPT, wanted & PV_PTE_KEPT);
}

static void
each_kept_bit(void)
{
	static const uint64_t bits[] = { PV_PTE_W, PV_PTE_U, PV_PTE_PWT, PV_PTE_PCD, PV_PTE_PAT, PV_PTE_SOFT1,
	    PV_PTE_SOFT2, PV_PTE_SOFT3, PV_PTE_NX };
	struct scratch s;
	pv_paddr data = suite_page();
	uint64_t lost = 0, gained = 0;

	CHECK(scratch_make(&s));
	for (unsigned i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		uint64_t plain = pv_pte_make(data, PV_PTE_P).v, with = plain | bits[i], seen;

		pv_pte_set(&s.table[i], pv_pte_of(with));
		seen = pv_pte_get(&s.table[i]).v;
		lost |= bits[i] & ~seen;
		pv_pte_clear(&s.table[i]);
		pv_pte_set(&s.table[i], pv_pte_of(plain));
		seen = pv_pte_get(&s.table[i]).v;
		/* U may come back set where kernel and user share a ring. */
		gained |= seen & bits[i] & ~PV_PTE_U;
	}
	CHECK(scratch_end(&s));
	suite_page_free(data);
	CHECK_EQ(lost, 0);
	CHECK_EQ(gained, 0);
}

static void
set_touches_one_entry(void)
{
	struct scratch s;
	pv_paddr data = suite_page();
	uint64_t before, after;

	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[100], pv_pte_make(data, PV_PTE_P));
	before = pv_pte_get(&s.table[99]).v;
	after = pv_pte_get(&s.table[101]).v;
	CHECK(scratch_end(&s));
	suite_page_free(data);
	CHECK_EQ(before, 0);
	CHECK_EQ(after, 0);
}

static void
high_frame_bits(void)
{
	struct pv_cpu_id id;
	struct scratch s;
	uint64_t frame, got;

	pv_cpu_identify(&id);
	if (pv_has(PV_CAP_DIRECT_TABLES))
		SKIP("a frame that is not this guest's may not be entered");
	frame = (1ull << (id.phys_bits - 1)) | 0x3000;
	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[511], pv_pte_make(pv_pa(frame), PV_PTE_P));
	got = pv_pte_frame(pv_pte_get(&s.table[511])).v;
	CHECK(scratch_end(&s));
	CHECK_EQ(got, frame);
}

static void
clear_is_zero(void)
{
	struct scratch s;
	pv_paddr data = suite_page();
	uint64_t got, neighbour;

	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[8], pv_pte_make(data, RW));
	pv_pte_set(&s.table[9], pv_pte_make(data, RW | PV_PTE_NX));
	pv_pte_clear(&s.table[8]);
	got = pv_pte_get(&s.table[8]).v;
	neighbour = pv_pte_get(&s.table[9]).v;
	CHECK(scratch_end(&s));
	suite_page_free(data);
	CHECK_EQ(got, 0);
	CHECK_EQ(neighbour & PV_PTE_KEPT, pv_pte_make(data, RW | PV_PTE_NX).v & PV_PTE_KEPT);
}

static void
exchange_gives_and_clears(void)
{
	struct scratch s;
	pv_paddr data = suite_page();
	uint64_t old, left;

	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[5], pv_pte_make(data, RW | PV_PTE_NX));
	old = pv_pte_exchange(&s.table[5], pv_pte_of(0)).v;
	left = pv_pte_get(&s.table[5]).v;
	CHECK(scratch_end(&s));
	suite_page_free(data);
	CHECK_EQ(old & (PV_PTE_KEPT | PV_PTE_A | PV_PTE_D), pv_pte_make(data, RW | PV_PTE_NX).v);
	CHECK_EQ(left, 0);
}

static void
exchange_puts_the_new_one(void)
{
	struct scratch s;
	pv_paddr data = suite_page(), other = suite_page();
	uint64_t old, now;

	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[5], pv_pte_make(data, RW | PV_PTE_NX));
	old = pv_pte_exchange(&s.table[5], pv_pte_make(other, RW | PV_PTE_SOFT1)).v;
	now = pv_pte_get(&s.table[5]).v;
	CHECK(scratch_end(&s));
	suite_page_free(other);
	suite_page_free(data);
	CHECK_EQ(old & PV_PTE_KEPT, pv_pte_make(data, RW | PV_PTE_NX).v & PV_PTE_KEPT);
	CHECK_EQ(now & PV_PTE_KEPT, pv_pte_make(other, RW | PV_PTE_SOFT1).v & PV_PTE_KEPT);
}

static void
protect_two_phases(void)
{
	struct scratch s;
	pv_paddr data = suite_page();
	uint64_t old, between, after;

	CHECK(scratch_make(&s));
	pv_pte_set(&s.table[6], pv_pte_make(data, RW));
	old = pv_pte_protect_begin(&s.table[6]).v;
	between = *(volatile uint64_t *)&s.table[6].v;
	pv_pte_protect_commit(&s.table[6], pv_pte_of(old & ~PV_PTE_W));
	after = pv_pte_get(&s.table[6]).v;
	CHECK(scratch_end(&s));
	suite_page_free(data);
	CHECK_EQ(old & PV_PTE_D, PV_PTE_D);
	CHECK_EQ(between & PV_PTE_P, 0);
	CHECK_EQ(after & (PV_PTE_KEPT | PV_PTE_D), pv_pte_make(data, RW & ~(PV_PTE_W | PV_PTE_A)).v);
}

/* -- a live window: one page of kernel addresses whose leaf entry we find and change -- */

struct window {
	pv_vaddr va;
	pv_pte *entry;
	pv_paddr a, b;		/* two pages with different contents */
};

static pv_pte *
entry_of(uintptr_t va)
{
	uint64_t root = pv_cr3_read() & PV_PTE_FRAME;
	unsigned levels = sizeof(void *) == 8 ? 4 : 3;
	pv_pte *table;

	/* The PAE top table is 32 bytes, at any multiple of that. */
	if (levels == 3) {
		table = direct(pv_pa((pv_cr3_read() & ~(uintptr_t)31) & ~(uint64_t)0xfff));
		table = (pv_pte *)((uintptr_t)table + (pv_cr3_read() & 0xfe0));
		root = pv_pte_get(&table[va >> 30]).v & PV_PTE_FRAME;
		levels = 2;
	}
	for (table = direct(pv_pa(root)); levels > 1; levels--) {
		unsigned shift = 12 + 9 * (levels - 1);
		uint64_t e = pv_pte_get(&table[va >> shift & 511]).v;

		if ((e & PV_PTE_P) == 0 || (e & PV_PTE_PS) != 0)
			return NULL;
		table = direct(pv_pa(e & PV_PTE_FRAME));
	}
	return &table[va >> 12 & 511];
}

static bool
window_make(struct window *w)
{
	const struct pv_hooks *h = pv_hooks_get();

	w->a = suite_page();
	w->b = suite_page();
	*(volatile uint32_t *)direct(w->a) = 0xaaaa;
	*(volatile uint32_t *)direct(w->b) = 0xbbbb;
	if (h->va_alloc(h->context, PV_PAGE_SIZE, &w->va) != PV_OK)
		return false;
	if (pv_space_map(pv_space_kernel(), w->va, w->a, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_WRITE) != PV_OK)
		return false;
	w->entry = entry_of(w->va.v);
	return w->entry != NULL;
}

static void
window_end(struct window *w)
{
	const struct pv_hooks *h = pv_hooks_get();

	(void)pv_space_unmap(pv_space_kernel(), w->va, PV_PAGE_SIZE);
	pv_space_sync(pv_space_kernel());
	h->va_free(h->context, w->va, PV_PAGE_SIZE);
	suite_page_free(w->a);
	suite_page_free(w->b);
}

static uint32_t
window_read(const struct window *w)
{
	return *(volatile uint32_t *)w->va.v;
}

/* Point the live entry at b by two phases; what flushes is the caller's. */
static void
window_to_b(const struct window *w)
{
	uint64_t old = pv_pte_protect_begin(w->entry).v;

	pv_pte_protect_commit(w->entry, pv_pte_of((old & ~PV_PTE_FRAME) | w->b.v));
}

#define FLUSH_CASE(name, flush)							\
static void									\
name(void)									\
{										\
	struct window w;							\
	uint32_t before, after;							\
	pv_irq_state gate;							\
										\
	CHECK(window_make(&w));							\
	gate = pv_irq_save();							\
	before = window_read(&w);						\
	window_to_b(&w);							\
	flush;									\
	after = window_read(&w);						\
	pv_irq_restore(gate);							\
	window_end(&w);								\
	CHECK_EQ(before, 0xaaaa);						\
	CHECK_EQ(after, 0xbbbb);						\
}

FLUSH_CASE(flush_page_forgets, pv_flush_page(w.va))
FLUSH_CASE(flush_range_forgets, pv_flush_range(w.va, PV_PAGE_SIZE))
FLUSH_CASE(flush_range_covers_its_end, pv_flush_range(pv_va(w.va.v - 3 * PV_PAGE_SIZE), 4 * PV_PAGE_SIZE))
FLUSH_CASE(flush_range_takes_pages_in_part, pv_flush_range(pv_va(w.va.v - 8), 16))
FLUSH_CASE(flush_large_range_forgets, pv_flush_range(pv_va(w.va.v - 200 * PV_PAGE_SIZE), 201 * PV_PAGE_SIZE))

/* The entry made global or not, a look through it, another page in it, a flush, another look. */
static void
flush_all_case(uint64_t global, bool flush_global)
{
	struct window w;
	uint32_t before, after;
	pv_irq_state gate;
	uint64_t e;

	CHECK(window_make(&w));
	gate = pv_irq_save();
	e = pv_pte_protect_begin(w.entry).v;
	pv_pte_protect_commit(w.entry, pv_pte_of((e & ~PV_PTE_G) | global));
	pv_flush_all(true);
	before = window_read(&w);
	window_to_b(&w);
	pv_flush_all(flush_global);
	after = window_read(&w);
	pv_irq_restore(gate);
	window_end(&w);
	CHECK_EQ(before, 0xaaaa);
	CHECK_EQ(after, 0xbbbb);
}

static void
flush_all_forgets_global(void)
{
	flush_all_case(pv_has(PV_CAP_GLOBAL_PAGES) ? PV_PTE_G : 0, true);
}

static void
flush_all_forgets_local(void)
{
	flush_all_case(0, false);
}

static void
root_write_forgets(void)
{
	struct window w;
	uint32_t before, after;
	pv_irq_state gate;
	uint64_t e;

	CHECK(window_make(&w));
	gate = pv_irq_save();
	e = pv_pte_protect_begin(w.entry).v;
	pv_pte_protect_commit(w.entry, pv_pte_of(e & ~PV_PTE_G));
	pv_flush_all(true);
	before = window_read(&w);
	window_to_b(&w);
	pv_cr3_write(pv_cr3_read());
	after = window_read(&w);
	pv_irq_restore(gate);
	window_end(&w);
	CHECK_EQ(before, 0xaaaa);
	CHECK_EQ(after, 0xbbbb);
}

/* What the emulator of this machine shows: without a flush the old page is still read. */
static void
no_flush_is_seen(void)
{
	struct window w;
	uint32_t after;
	pv_irq_state gate;

	CHECK(window_make(&w));
	gate = pv_irq_save();
	(void)window_read(&w);
	window_to_b(&w);
	after = window_read(&w);
	pv_irq_restore(gate);
	window_end(&w);
	/* Either is correct hardware; other cases rely on stale entries being possible. */
	CHECK(after == 0xaaaa || after == 0xbbbb);
}

static void
hardware_sets_accessed_dirty(void)
{
	struct window w;
	uint64_t read_only, written;
	pv_irq_state gate;
	uint64_t e;

	CHECK(window_make(&w));
	gate = pv_irq_save();
	e = pv_pte_protect_begin(w.entry).v;
	pv_pte_protect_commit(w.entry, pv_pte_of(e & ~(PV_PTE_A | PV_PTE_D)));
	pv_flush_page(w.va);
	(void)window_read(&w);
	read_only = pv_pte_get(w.entry).v;
	*(volatile uint32_t *)w.va.v = 1;
	written = pv_pte_get(w.entry).v;
	pv_irq_restore(gate);
	window_end(&w);
	CHECK_EQ(read_only & (PV_PTE_A | PV_PTE_D), PV_PTE_A);
	CHECK_EQ(written & (PV_PTE_A | PV_PTE_D), PV_PTE_A | PV_PTE_D);
}

static void
exchange_takes_dirty_along(void)
{
	struct window w;
	uint64_t old;
	pv_irq_state gate;

	CHECK(window_make(&w));
	gate = pv_irq_save();
	*(volatile uint32_t *)w.va.v = 1;
	old = pv_pte_exchange(w.entry, pv_pte_of(0)).v;
	pv_flush_page(w.va);
	pv_pte_set(w.entry, pv_pte_of(old));
	pv_irq_restore(gate);
	window_end(&w);
	CHECK((old & PV_PTE_D) != 0);
}

static void
touch(void *arg)
{
	*(volatile uint32_t *)arg = 1;
}

static void
read_only_entry_faults(void)
{
	struct window w;
	struct pv_trap trap;
	bool came;
	uint64_t e;

	CHECK(window_make(&w));
	e = pv_pte_protect_begin(w.entry).v;
	pv_pte_protect_commit(w.entry, pv_pte_of(e & ~PV_PTE_W));
	pv_flush_page(w.va);
	came = suite_catch(touch, pv_va_ptr(w.va), &trap);
	window_end(&w);
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(trap.address & ~(uintptr_t)0xfff, w.va.v);
	CHECK_EQ(trap.access & (PV_ACCESS_WRITE | PV_ACCESS_PRESENT), PV_ACCESS_WRITE | PV_ACCESS_PRESENT);
}

static void
absent_entry_faults(void)
{
	struct window w;
	struct pv_trap trap;
	bool came;
	uint64_t e;

	CHECK(window_make(&w));
	e = pv_pte_exchange(w.entry, pv_pte_of(0)).v;
	pv_flush_page(w.va);
	came = suite_catch(touch, pv_va_ptr(w.va), &trap);
	pv_pte_set(w.entry, pv_pte_of(e));
	window_end(&w);
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(trap.access & PV_ACCESS_PRESENT, 0);
}

static void
jump(void *arg)
{
	((void (*)(void))arg)();
}

static void
nx_entry_does_not_execute(void)
{
	struct window w;
	struct pv_trap trap;
	bool came;

	if (!pv_has(PV_CAP_NX))
		SKIP("this CPU has no NX");
	CHECK(window_make(&w));
	*(volatile uint8_t *)w.va.v = 0xc3;	/* ret */
	came = suite_catch(jump, pv_va_ptr(w.va), &trap);
	window_end(&w);
	CHECK(came);
	CHECK((trap.access & PV_ACCESS_EXEC) != 0);
}

static void
root_set_switches(void)
{
	uintptr_t root = pv_cr3_read();
	struct pv_space other;
	pv_irq_state gate;
	uintptr_t seen, wanted;

	CHECK_OK(pv_space_create(&other));
	wanted = (uintptr_t)other.root.v;
	gate = pv_irq_save();
	pv_root_set(other.root, other.root);
	seen = pv_cr3_read();
	pv_root_set(pv_pa(root), pv_pa(root));
	pv_irq_restore(gate);
	CHECK_OK(pv_space_destroy(&other));
	CHECK_EQ(seen & ~(uintptr_t)31, wanted & ~(uintptr_t)31);
	CHECK_EQ(pv_cr3_read() & ~(uintptr_t)31, root & ~(uintptr_t)31);
}

static void
other_space_entries(void)
{
	/* A tree that is not current is written through the direct map like any other. */
	struct pv_space other;
	pv_paddr data = suite_page(), seen;
	unsigned flags;
	pv_vaddr start, end;

	pv_space_user_range(&start, &end);
	start.v = (start.v + 0x400000) & ~(uintptr_t)0x3fffff;
	CHECK_OK(pv_space_create(&other));
	CHECK_OK(pv_space_map(&other, start, data, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_OK(pv_space_query(&other, start, &seen, &flags));
	CHECK_OK(pv_space_destroy(&other));
	suite_page_free(data);
	CHECK_EQ(seen.v, data.v);
	CHECK_EQ(flags & (PV_PROT_WRITE | PV_PROT_USER), PV_PROT_USER);
}

static const struct suite_case cases[] = {
	{ "claim_release", claim_release, "isa.table_claim isa.table_release", 0 },
	{ "claim_refuses_nonsense", claim_refuses_nonsense, "isa.table_claim", 0 },
	{ "release_refuses_nonsense", release_refuses_nonsense, "isa.table_release", 0 },
	{ "set_then_get", set_then_get, "isa.pte_set isa.pte_get", 0 },
	{ "each_kept_bit", each_kept_bit, "isa.pte_set isa.pte_get", 0 },
	{ "set_touches_one_entry", set_touches_one_entry, "isa.pte_set", 0 },
	{ "high_frame_bits", high_frame_bits, "isa.pte_set isa.pte_get", 0 },
	{ "clear_is_zero", clear_is_zero, "isa.pte_clear", 0 },
	{ "exchange_gives_and_clears", exchange_gives_and_clears, "isa.pte_exchange", 0 },
	{ "exchange_puts_the_new_one", exchange_puts_the_new_one, "isa.pte_exchange", 0 },
	{ "protect_two_phases", protect_two_phases, "isa.pte_protect_begin isa.pte_protect_commit", 0 },
	{ "flush_page_forgets", flush_page_forgets, "isa.invlpg", 0 },
	{ "flush_range_forgets", flush_range_forgets, "isa.flush_range", 0 },
	{ "flush_range_covers_its_end", flush_range_covers_its_end, "isa.flush_range", 0 },
	{ "flush_range_takes_pages_in_part", flush_range_takes_pages_in_part, "isa.flush_range", 0 },
	{ "flush_large_range_forgets", flush_large_range_forgets, "isa.flush_range", 0 },
	{ "flush_all_forgets_global", flush_all_forgets_global, "isa.flush_all", 0 },
	{ "flush_all_forgets_local", flush_all_forgets_local, "isa.flush_all", 0 },
	{ "root_write_forgets", root_write_forgets, "isa.cr3_write", 0 },
	{ "no_flush_is_seen", no_flush_is_seen, "isa.pte_protect_commit", 0 },
	{ "hardware_sets_accessed_dirty", hardware_sets_accessed_dirty, "isa.pte_get isa.pte_protect_commit", 0 },
	{ "exchange_takes_dirty_along", exchange_takes_dirty_along, "isa.pte_exchange", 0 },
	{ "read_only_entry_faults", read_only_entry_faults, "isa.pte_protect_commit isa.invlpg", 0 },
	{ "absent_entry_faults", absent_entry_faults, "isa.pte_exchange isa.invlpg", 0 },
	{ "nx_entry_does_not_execute", nx_entry_does_not_execute, "isa.pte_set", 0 },
	{ "root_set_switches", root_set_switches, "isa.root_set", 0 },
	{ "other_space_entries", other_space_entries, "mmu.map mmu.query", 0 },
};
SUITE(suite_pte, "pte", cases);
