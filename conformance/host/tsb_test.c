/*
 * Spaces by record (backends/common/tsb) on the machine of tsb_model.h: what can fail,
 * what may change in between, and long random runs against a plain table.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "tsb_model.h"

#include "cases.h"

#define RWU		(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)
#define TOUCHED		((unsigned)(PV_MAP_REFERENCED | PV_MAP_MODIFIED))
/* An address with room on both sides, where tables of two levels begin. */
#define U		(1ull << 33)
#define PA		0x10000000ull
#define KERNEL		0x10000000000ull

static struct pv_space space;

static void
start(void)
{
	model_reset();
	ck_assert_int_eq(pv_tsb_create(&space), PV_OK);
	pv_tsb_activate(&space);
	model_cpu.space = &space;
}

static pv_status
map(uint64_t va, uint64_t pa, uint64_t size, unsigned flags)
{
	return pv_tsb_map(&space, pv_va(va), pv_pa(pa), size, flags);
}

static pv_status
unmap(uint64_t va, uint64_t size)
{
	return pv_tsb_unmap(&space, pv_va(va), size, NULL, NULL);
}

static bool
access_at(uint64_t va, enum access how, uint64_t wanted)
{
	uint64_t pa = 0;

	if (!model_access(model.context, va, how, &pa))
		return false;
	ck_assert_uint_eq(pa, wanted);
	return true;
}

static void
sync_checked(void)
{
	pv_tsb_sync(&space);
	model_check(pv_tsb_context(&space), space.root.v);
}

static unsigned
flags_at(uint64_t va)
{
	unsigned flags;
	pv_paddr pa;

	return pv_tsb_query(&space, pv_va(va), &pa, &flags) == PV_OK ? flags : 0;
}

/* -- memory that fails -------------------------------------------------------------- */

/* Over a boundary of two levels: up to four tables, each of which may be the one that there is no page for. */
START_TEST(a_map_that_fails_leaves_nothing)
{
	unsigned before = model.pages_used;
	pv_status s;

	model.fail_page = (unsigned)_i + 1;
	s = map(U - 4 * PAGE, PA, 8 * PAGE, RWU);
	ck_assert_int_eq(s, _i < 4 ? PV_E_NOMEM : PV_OK);
	model.fail_page = 0;
	if (s == PV_OK)
		return;
	ck_assert_uint_eq(model.pages_used, before);
	for (unsigned i = 0; i < 8; i++)
		ck_assert(!access_at(U + i * PAGE - 4 * PAGE, READ, 0));
	ck_assert_int_eq(map(U - 4 * PAGE, PA, 8 * PAGE, RWU), PV_OK);
}
END_TEST

START_TEST(what_exists_stays)
{
	ck_assert_int_eq(map(U, PA, PAGE, RWU), PV_OK);
	ck_assert_int_eq(map(U - 2 * PAGE, PA, 4 * PAGE, RWU), PV_E_EXIST);
	ck_assert(!access_at(U - PAGE, READ, 0));
	ck_assert(access_at(U, WRITE, PA));
	ck_assert(!access_at(U + PAGE, READ, 0));
}
END_TEST

START_TEST(unmap_takes_no_memory)
{
	ck_assert_int_eq(map(U - 4 * PAGE, PA, 8 * PAGE, RWU), PV_OK);
	model.fail_all = true;
	ck_assert_int_eq(unmap(U - 4 * PAGE, 8 * PAGE), PV_OK);
	/* What waits for the sync is there for whoever maps again. */
	ck_assert_int_eq(map(U - 4 * PAGE, PA, 8 * PAGE, RWU), PV_OK);
	ck_assert(access_at(U, READ, PA + 4 * PAGE));
	sync_checked();
}
END_TEST

START_TEST(a_split_that_fails_changes_nothing)
{
	ck_assert_int_eq(map(U, LARGE, LARGE, RWU | PV_MAP_LARGE), PV_OK);
	ck_assert(access_at(U + PIECE, WRITE, LARGE + PIECE));
	model.fail_all = true;
	ck_assert_int_eq(unmap(U + PAGE, PAGE), PV_E_NOMEM);
	ck_assert_int_eq(pv_tsb_protect(&space, pv_va(U), LARGE - PAGE, PV_PROT_READ), PV_E_NOMEM);
	ck_assert_uint_eq(flags_at(U + PAGE) & (PV_MAP_LARGE | RWU), PV_MAP_LARGE | RWU);
	/* All of it needs nothing. */
	ck_assert_int_eq(unmap(U, LARGE), PV_OK);
	sync_checked();
	ck_assert(!access_at(U + PIECE, READ, 0));
}
END_TEST

START_TEST(destroy_gives_all_back)
{
	unsigned before = model.pages_used;
	struct pv_space s;

	ck_assert_int_eq(pv_tsb_create(&s), PV_OK);
	for (unsigned i = 0; i < 7; i++)
		ck_assert_int_eq(pv_tsb_map(&s, pv_va(i * 0x213456000ull), pv_pa(PA), 3 * PAGE, RWU), PV_OK);
	ck_assert_uint_eq(s.tables, model.pages_used - before);
	ck_assert_int_eq(pv_tsb_destroy(&s), PV_OK);
	ck_assert_uint_eq(model.pages_used, before);
	ck_assert_uint_eq(s.tables, 0);
	model.fail_page = 1;
	ck_assert_int_eq(pv_tsb_create(&s), PV_E_NOMEM);
}
END_TEST

/* -- what comes in between -------------------------------------------------------------- */

static unsigned strikes;

/* A store that hits between the look at a leaf and the change of it. */
static void
strike(uint64_t where)
{
	uint64_t e = pv_tsb_real_get(where);

	if (e >> 63 != 0 && (e & PV_MAP_MODIFIED) == 0 && strikes > 0) {
		strikes--;
		pv_tsb_real_set(where, e | TOUCHED);
	}
}

static unsigned told, told_flags;

static void
note(void *arg, pv_vaddr va, unsigned flags)
{
	(void)arg;
	(void)va;
	told++;
	told_flags = flags;
}

START_TEST(marks_set_meanwhile_are_kept)
{
	ck_assert_int_eq(map(U, LARGE, LARGE, RWU | PV_MAP_LARGE), PV_OK);
	ck_assert_int_eq(map(U + LARGE, PA, PAGE, RWU), PV_OK);
	ck_assert(access_at(U + LARGE, READ, PA));
	model.on_cas = strike;
	strikes = 1;
	told = told_flags = 0;
	switch (_i) {
	case 0:
		ck_assert_int_eq(pv_tsb_protect(&space, pv_va(U + LARGE), PAGE, PV_PROT_READ | PV_PROT_USER), PV_OK);
		told_flags = flags_at(U + LARGE);
		break;
	case 1:
		ck_assert_int_eq(pv_tsb_harvest(&space, pv_va(U + LARGE), PAGE, note, NULL), PV_OK);
		ck_assert_uint_eq(flags_at(U + LARGE) & TOUCHED, 0);
		break;
	case 2:
		ck_assert_int_eq(pv_tsb_unmap(&space, pv_va(U + LARGE), PAGE, note, NULL), PV_OK);
		ck_assert_uint_eq(told, 1);
		break;
	default:
		/* All pieces of it, since nobody can tell which. */
		ck_assert_int_eq(unmap(U + PAGE, PAGE), PV_OK);
		told_flags = flags_at(U) & flags_at(U + LARGE - PAGE);
	}
	ck_assert_uint_eq(told_flags & TOUCHED, TOUCHED);
	ck_assert_uint_eq(strikes, 0);
}
END_TEST

/* Small pages go, a large one comes, nobody has synced: the TLB may not be left with both. */
START_TEST(a_large_page_after_small_ones)
{
	ck_assert_int_eq(map(U, PA, 4 * PAGE, RWU), PV_OK);
	for (unsigned i = 0; i < 4; i++)
		ck_assert(access_at(U + i * PAGE, READ, PA + i * PAGE));
	ck_assert_int_eq(unmap(U, 4 * PAGE), PV_OK);
	ck_assert_int_eq(map(U, LARGE, LARGE, RWU | PV_MAP_LARGE), PV_OK);
	ck_assert(access_at(U + PIECE - PAGE, READ, LARGE + PIECE - PAGE));
	ck_assert(access_at(U, WRITE, LARGE));
	ck_assert(access_at(U + 2 * PAGE, WRITE, LARGE + 2 * PAGE));
	/* And back: a hole in what the TLB has as one. */
	ck_assert_int_eq(unmap(U + 2 * PAGE, PAGE), PV_OK);
	sync_checked();
	ck_assert(!access_at(U + 2 * PAGE, READ, 0));
	ck_assert(access_at(U, READ, LARGE));
}
END_TEST

/* So many other pages are used that no TLB has any of these still; the buffer has them. */
static void
evict(void)
{
	for (unsigned i = 0; i < 64; i++)
		ck_assert(access_at(U + 2 * LARGE + i * PAGE, READ, PA + i * PAGE));
}

/* A large page becomes small ones, and nobody has synced: neither TLB nor buffer may bring back what it had as one. */
START_TEST(small_pages_after_a_large_one)
{
	uint64_t pa = _i == 0 ? PA : LARGE;

	ck_assert_int_eq(map(U + 2 * LARGE, PA, 64 * PAGE, RWU), PV_OK);
	ck_assert_int_eq(map(U, LARGE, LARGE, RWU | PV_MAP_LARGE), PV_OK);
	ck_assert(access_at(U, WRITE, LARGE));
	evict();
	if (_i == 0) {
		ck_assert_int_eq(unmap(U, LARGE), PV_OK);
		ck_assert_int_eq(map(U, PA, 4 * PAGE, RWU), PV_OK);
	} else if (_i == 1) {
		ck_assert_int_eq(unmap(U + 3 * PAGE, PAGE), PV_OK);
	} else {
		ck_assert_int_eq(pv_tsb_protect(&space, pv_va(U + 3 * PAGE), PAGE, PV_PROT_READ | PV_PROT_USER), PV_OK);
	}
	/* A piece by the record; the first page, if by the buffer, as it was; and the piece is in both. */
	ck_assert(access_at(U + PAGE, READ, pa + PAGE));
	ck_assert(access_at(U, READ, pa));
	ck_assert(access_at(U + PAGE, READ, pa + PAGE));
	sync_checked();
	ck_assert_int_eq(access_at(U + 3 * PAGE, READ, pa + 3 * PAGE), _i != 1);
	ck_assert_int_eq(access_at(U + 3 * PAGE, WRITE, pa + 3 * PAGE), _i == 0);
}
END_TEST

/* -- what is forgotten, and how -------------------------------------------------------------- */

START_TEST(a_range_by_page_or_by_context)
{
	static const uint64_t sizes[] = { 1, MANY - 1, MANY, PV_TSB_ENTRIES - 1, PV_TSB_ENTRIES, PV_TSB_ENTRIES + 1 };
	uint64_t n = sizes[_i];

	ck_assert_int_eq(map(U - PAGE, PA, 2 * PAGE, RWU), PV_OK);
	if (n > 1)
		ck_assert_int_eq(map(U + (n - 1) * PAGE, PA + 2 * PAGE, PAGE, RWU), PV_OK);
	ck_assert(access_at(U - PAGE, READ, PA) && access_at(U, READ, PA + PAGE));
	ck_assert(n == 1 || access_at(U + (n - 1) * PAGE, READ, PA + 2 * PAGE));
	ck_assert_int_eq(unmap(U, n * PAGE), PV_OK);
	sync_checked();
	ck_assert_uint_eq(model.demap_pages, n < MANY ? n : 0);
	ck_assert_uint_eq(model.demap_contexts, n < MANY ? 0 : 1);
	ck_assert(!access_at(U, READ, 0) && !access_at(U + (n - 1) * PAGE, READ, 0));
	ck_assert(access_at(U - PAGE, READ, PA));
	/* Nothing is left to be forgotten. */
	pv_tsb_sync(&space);
	ck_assert_uint_eq(model.demap_pages + model.demap_contexts, n < MANY ? n : 1);
}
END_TEST

/* Another space is active: TLBs keep what they have of this one. */
START_TEST(a_space_that_is_not_active_is_synced)
{
	struct pv_space other;

	ck_assert_int_eq(map(U, PA, PAGE, RWU), PV_OK);
	ck_assert(access_at(U, WRITE, PA));
	ck_assert_int_eq(pv_tsb_create(&other), PV_OK);
	pv_tsb_activate(&other);
	ck_assert(!access_at(U, READ, 0));
	ck_assert_int_eq(unmap(U, PAGE), PV_OK);
	sync_checked();
	pv_tsb_activate(&space);
	ck_assert(!access_at(U, READ, 0));
}
END_TEST

START_TEST(contexts_run_out)
{
	struct pv_space s[3];

	ck_assert_int_eq(map(U, PA, PAGE, RWU), PV_OK);
	ck_assert(access_at(U, WRITE, PA));
	for (unsigned i = 0; i < PV_TSB_CONTEXTS + 5; i++) {
		uint64_t pa = PA + (i & 7) * PAGE;

		ck_assert_int_eq(pv_tsb_create(&s[0]), PV_OK);
		ck_assert_int_eq(pv_tsb_map(&s[0], pv_va(U + (i & 1) * PAGE), pv_pa(pa), PAGE, RWU), PV_OK);
		pv_tsb_activate(&s[0]);
		ck_assert(access_at(U + (i & 1) * PAGE, READ, pa));
		ck_assert(!access_at(U + (~i & 1) * PAGE, READ, 0));
		pv_tsb_activate(NULL);
		ck_assert_uint_eq(model.context, 0);
		ck_assert_int_eq(pv_tsb_destroy(&s[0]), PV_OK);
	}
	ck_assert_uint_eq(model.demap_alls, 1);
	pv_tsb_activate(&space);
	ck_assert(access_at(U, READ, PA));
	ck_assert(!access_at(U + PAGE, READ, 0));
}
END_TEST

START_TEST(the_kernels_own)
{
	struct pv_space *kernel = pv_space_kernel();

	ck_assert_int_eq(pv_tsb_map(kernel, pv_va(OWN), pv_pa(PA), PAGE, 0), PV_E_EXIST);
	ck_assert_int_eq(pv_tsb_map(kernel, pv_va(OWN - PAGE), pv_pa(PA), 2 * PAGE, 0), PV_E_EXIST);
	ck_assert_int_eq(pv_tsb_unmap(kernel, pv_va(2 * OWN - PAGE), 2 * PAGE, NULL, NULL), PV_E_RANGE);
	ck_assert_int_eq(pv_tsb_protect(kernel, pv_va(0), 2 * OWN, 0), PV_E_RANGE);
	ck_assert_int_eq(pv_tsb_map(&space, pv_va(OWN), pv_pa(PA), PAGE, RWU), PV_OK);
	ck_assert_int_eq(pv_tsb_map(kernel, pv_va(KERNEL), pv_pa(1ull << 41), PAGE, 0), PV_E_RANGE);
	ck_assert_int_eq(pv_tsb_map(kernel, pv_va(KERNEL), pv_pa(PA), PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(model_access(0, KERNEL, WRITE, &(uint64_t){ 0 }));
	ck_assert(!access_at(KERNEL, READ, 0));
	ck_assert_int_eq(pv_tsb_unmap(kernel, pv_va(KERNEL), PAGE, NULL, NULL), PV_OK);
	pv_tsb_sync(kernel);
	model_check(0, pv_tsb_kernel_root);
	ck_assert(!model_access(0, KERNEL, READ, &(uint64_t){ 0 }));
}
END_TEST

/* The model knows no frame in the data cache at two colours; the attribute is what was asked for. */
START_TEST(colours)
{
	static const unsigned attribute[] = { PV_MAP_WB, PV_MAP_WT, PV_MAP_WC, PV_MAP_UC };
	unsigned flags = RWU | attribute[_i / 2];
	uint64_t va = U + (_i & 1) * PAGE;

	ck_assert_int_eq(map(va, PA, PAGE, flags), PV_OK);
	ck_assert(access_at(va, WRITE, PA));
	ck_assert_int_eq(model_cached(model.context, va), attribute[_i / 2] == PV_MAP_WB && (_i & 1) == 0);
	ck_assert_uint_eq(flags_at(va) & PV_MAP_CACHE_MASK, attribute[_i / 2]);
}
END_TEST

/* Whichever of a large page's pages comes first decides for all: they are cached, or not. */
START_TEST(colours_of_a_large_page)
{
	uint64_t at = U + (_i >> 1 & 1) * PIECE + (_i & 1) * PAGE;

	ck_assert_int_eq(map(U, LARGE, LARGE, RWU | PV_MAP_LARGE), PV_OK);
	ck_assert(access_at(at, READ, LARGE + (at - U)));
	ck_assert(model_cached(model.context, at));
	ck_assert(access_at(at ^ PAGE, WRITE, LARGE + ((at ^ PAGE) - U)));
	ck_assert(model_cached(model.context, at));
}
END_TEST

/* -- random runs against a plain table -------------------------------------------------------- */

#define SPACES	3u
#define PAGES	48u

static struct plain {
	struct pv_space space;
	bool there;
	struct {
		bool mapped;
		uint64_t pa;
		unsigned flags, marks;
	} page[PAGES];
} plain[SPACES];
static struct plain *now;

static uint64_t
va_of(unsigned page)
{
	return U - PAGES / 2 * PAGE + page * PAGE;
}

static void
random_map(struct plain *p, unsigned first, unsigned nr)
{
	static const unsigned rights[] = {
		RWU, PV_PROT_READ | PV_PROT_USER, RWU | PV_PROT_EXEC, PV_PROT_EXEC | PV_PROT_USER, PV_PROT_WRITE,
	};
	unsigned flags = rights[draw_below(5)] | (draw_below(2) ? PV_MAP_SOFT1 : 0) | PV_PROT_READ;
	uint64_t pa = PA + draw_below(1000) * PAGE;
	bool exists = false;
	pv_status s;

	for (unsigned i = first; i < first + nr; i++)
		exists = exists || p->page[i].mapped;
	model.fail_page = draw_below(4) == 0 ? 1 + draw_below(3) : 0;
	s = pv_tsb_map(&p->space, pv_va(va_of(first)), pv_pa(pa), nr * PAGE, flags);
	model.fail_page = 0;
	ck_assert(s == PV_OK ? !exists : s == PV_E_NOMEM || (s == PV_E_EXIST && exists));
	for (unsigned i = 0; s == PV_OK && i < nr; i++) {
		p->page[first + i].mapped = true;
		p->page[first + i].pa = pa + i * PAGE;
		p->page[first + i].flags = flags;
		p->page[first + i].marks = 0;
	}
}

static struct plain *heard;

/* Each page with marks once, with those that it has. */
static void
hear(void *arg, pv_vaddr va, unsigned flags)
{
	unsigned i = (unsigned)((va.v - va_of(0)) / PAGE);

	ck_assert(i < PAGES && heard->page[i].mapped && heard->page[i].marks != 0);
	ck_assert_uint_eq(flags & TOUCHED, heard->page[i].marks);
	heard->page[i].marks = 0;
	++*(unsigned *)arg;
}

static void
random_change(struct plain *p, unsigned first, unsigned nr)
{
	unsigned calls = 0, wanted = 0, flags = draw_below(2) ? PV_PROT_READ | PV_PROT_USER : RWU, what = draw_below(4);
	pv_vaddr va = pv_va(va_of(first));

	heard = p;
	for (unsigned i = first; i < first + nr; i++)
		wanted += p->page[i].mapped && p->page[i].marks != 0;
	if (what == 0)
		ck_assert_int_eq(pv_tsb_unmap(&p->space, va, nr * PAGE, NULL, NULL), PV_OK);
	else if (what == 1)
		ck_assert_int_eq(pv_tsb_unmap(&p->space, va, nr * PAGE, hear, &calls), PV_OK);
	else if (what == 2)
		ck_assert_int_eq(pv_tsb_harvest(&p->space, va, nr * PAGE, hear, &calls), PV_OK);
	else
		ck_assert_int_eq(pv_tsb_protect(&p->space, va, nr * PAGE, flags), PV_OK);
	ck_assert_uint_eq(calls, what == 1 || what == 2 ? wanted : 0);
	for (unsigned i = first; i < first + nr; i++) {
		if (what < 2)
			p->page[i].mapped = false;
		if (what == 3)
			p->page[i].flags = (p->page[i].flags & PV_MAP_SOFT1) | flags;
	}
	pv_tsb_sync(&p->space);
	model_check(pv_tsb_context(&p->space), p->space.root.v);
}

static void
random_access(struct plain *p, unsigned i)
{
	enum access how = (enum access)draw_below(3);
	unsigned needs = how == WRITE ? PV_PROT_WRITE : how == EXEC ? PV_PROT_EXEC : PV_PROT_READ;
	bool user = (p->page[i].flags & PV_PROT_USER) != 0, may = p->page[i].mapped && (p->page[i].flags & needs) != 0;
	uint64_t pa = 0;

	ck_assert_int_eq(model_access(model.context, va_of(i), how, &pa), may && user);
	if (may && user) {
		ck_assert_uint_eq(pa, p->page[i].pa);
		p->page[i].marks |= PV_MAP_REFERENCED | (how == WRITE ? PV_MAP_MODIFIED : 0u);
	} else if (p->page[i].mapped) {
		/* A page that was looked at in vain may count as used. */
		unsigned flags;
		pv_paddr at;

		ck_assert_int_eq(pv_tsb_query(&p->space, pv_va(va_of(i)), &at, &flags), PV_OK);
		p->page[i].marks |= flags & TOUCHED;
	}
}

static void
compare(struct plain *p)
{
	for (unsigned i = 0; i < PAGES; i++) {
		unsigned flags;
		pv_paddr pa;
		pv_status s = pv_tsb_query(&p->space, pv_va(va_of(i) + 0x123), &pa, &flags);

		ck_assert_int_eq(s, p->page[i].mapped ? PV_OK : PV_E_NOENT);
		if (s != PV_OK)
			continue;
		ck_assert_uint_eq(pa.v, p->page[i].pa + 0x123);
		ck_assert_uint_eq(flags & ~TOUCHED, p->page[i].flags);
		ck_assert_uint_eq(flags & TOUCHED, p->page[i].marks);
	}
}

static void
random_switch(struct plain *p)
{
	if (!p->there) {
		memset(p, 0, sizeof(*p));
		ck_assert_int_eq(pv_tsb_create(&p->space), PV_OK);
		p->there = true;
	} else if (p != now && draw_below(4) == 0) {
		ck_assert_int_eq(pv_tsb_destroy(&p->space), PV_OK);
		p->there = false;
		return;
	}
	pv_tsb_activate(&p->space);
	now = p;
}

START_TEST(random_runs)
{
	memset(plain, 0, sizeof(plain));
	for (int i = 0; i < _i; i++)
		(void)draw();
	random_switch(&plain[0]);
	for (unsigned step = 0; step < 4000; step++) {
		struct plain *p = &plain[draw_below(SPACES)];
		unsigned first = draw_below(PAGES), nr = 1 + draw_below(PAGES - first);

		if (draw_below(20) == 0)
			random_switch(p);
		else if (draw_below(4) == 0 && p->there)
			random_map(p, first, 1 + nr / 8);
		else if (draw_below(6) == 0 && p->there)
			random_change(p, first, nr);
		else
			random_access(now, first);
		if (step % 16 == 0)
			compare(now);
	}
	pv_tsb_activate(NULL);
	for (unsigned i = 0; i < SPACES; i++)
		if (plain[i].there)
			ck_assert_int_eq(pv_tsb_destroy(&plain[i].space), PV_OK);
	ck_assert_int_eq(pv_tsb_destroy(&space), PV_OK);
	ck_assert_uint_eq(model.pages_used, 1);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ a_map_that_fails_leaves_nothing, 5 }, { what_exists_stays, 0 }, { unmap_takes_no_memory, 0 },
		{ a_split_that_fails_changes_nothing, 0 }, { destroy_gives_all_back, 0 },
		{ marks_set_meanwhile_are_kept, 4 },
		{ a_large_page_after_small_ones, 0 }, { small_pages_after_a_large_one, 3 },
		{ a_range_by_page_or_by_context, 6 },
		{ a_space_that_is_not_active_is_synced, 0 }, { contexts_run_out, 0 }, { the_kernels_own, 0 },
		{ colours, 8 }, { colours_of_a_large_page, 4 }, { random_runs, 20 },
	};

	return RUN_CASES("tsb", start, cases);
}
