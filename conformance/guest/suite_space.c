/*
 * Address spaces, as a kernel uses them that leaves its page tables to libpv. User
 * addresses are reached through the user-copy functions, so the cases hold where
 * the kernel may not touch user pages directly.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/user.h>
#include "suites.h"

#define RW	(PV_PROT_READ | PV_PROT_WRITE)
#define RWU	(RW | PV_PROT_USER)
#define LARGE	PV_LARGE_SIZE

/* A space with a page or two of its own, and where they are mapped. */
struct place {
	struct pv_space space;
	pv_vaddr va;
	pv_paddr page[4];
	uint64_t free_before;
};

static uint64_t
free_pages(void)
{
	uint64_t free_now, total;

	pv_freestanding_pages(&free_now, &total);
	return free_now;
}

static bool
place_make(struct place *p)
{
	pv_vaddr end;

	p->free_before = free_pages();
	pv_space_user_range(&p->va, &end);
	p->va.v = (p->va.v + 5 * LARGE) & ~(uintptr_t)(LARGE - 1);
	for (unsigned i = 0; i < 4; i++)
		p->page[i] = suite_page();
	return pv_space_create(&p->space) == PV_OK;
}

/* True if every page is back: the account must balance. */
static bool
place_end(struct place *p)
{
	if (pv_space_destroy(&p->space) != PV_OK)
		return false;
	for (unsigned i = 0; i < 4; i++)
		suite_page_free(p->page[i]);
	return free_pages() == p->free_before;
}

static pv_vaddr
at(const struct place *p, unsigned page)
{
	return pv_va(p->va.v + page * PV_PAGE_SIZE);
}

static uint32_t *
direct(pv_paddr frame)
{
	const struct pv_hooks *h = pv_hooks_get();

	return h->phys_to_virt(h->context, frame);
}

static void
create_destroy(void)
{
	struct place p;

	CHECK(place_make(&p));
	CHECK(p.space.root.v != 0);
	CHECK(place_end(&p));
}

static void
map_then_query(void)
{
	struct place p;
	pv_paddr pa;
	unsigned flags;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU | PV_MAP_SOFT1));
	CHECK_STATUS(pv_space_query(&p.space, at(&p, 1), &pa, &flags), PV_E_NOENT);
	CHECK_OK(pv_space_query(&p.space, pv_va(at(&p, 0).v + 0x123), &pa, &flags));
	CHECK(place_end(&p));
	CHECK_EQ(pa.v, p.page[0].v + 0x123);
	/* Without no-execute every page that can be read can be executed, and query says so. */
	CHECK_EQ(flags & (RWU | (pv_has(PV_CAP_NX) ? PV_PROT_EXEC : 0) | PV_MAP_SOFT1 | PV_MAP_SOFT2),
	    RWU | PV_MAP_SOFT1);
}

static void
map_a_range(void)
{
	struct place p;
	pv_paddr base, pa;
	const struct pv_hooks *h = pv_hooks_get();
	unsigned flags, wrong = 0;

	CHECK(place_make(&p));
	CHECK_OK(h->pages_alloc(h->context, 40, 0, &base));
	CHECK_OK(pv_space_map(&p.space, at(&p, 500), base, 40 * PV_PAGE_SIZE, RWU));
	for (unsigned i = 0; i < 40; i++)
		wrong += pv_space_query(&p.space, at(&p, 500 + i), &pa, &flags) != PV_OK ||
		    pa.v != base.v + i * PV_PAGE_SIZE;
	h->pages_free(h->context, base, 40);
	CHECK(place_end(&p));
	CHECK_EQ(wrong, 0);
}

static void
map_refuses(void)
{
	struct place p;
	pv_vaddr start, end;

	CHECK(place_make(&p));
	pv_space_user_range(&start, &end);
	CHECK_STATUS(pv_space_map(&p.space, pv_va(p.va.v + 1), p.page[0], PV_PAGE_SIZE, RWU), PV_E_INVAL);
	CHECK_STATUS(pv_space_map(&p.space, p.va, pv_pa(p.page[0].v + 1), PV_PAGE_SIZE, RWU), PV_E_INVAL);
	CHECK_STATUS(pv_space_map(&p.space, p.va, p.page[0], 0, RWU), PV_E_INVAL);
	CHECK_STATUS(pv_space_map(&p.space, p.va, p.page[0], PV_PAGE_SIZE, RWU | 0x80000000u), PV_E_INVAL);
	CHECK_STATUS(pv_space_map(&p.space, end, p.page[0], PV_PAGE_SIZE, RWU), PV_E_RANGE);
	CHECK_STATUS(pv_space_map(&p.space, p.va, pv_pa(1ull << 62), PV_PAGE_SIZE, RWU), PV_E_RANGE);
	CHECK(place_end(&p));
}

static void
map_twice_exists(void)
{
	struct place p;
	pv_paddr pa;
	unsigned flags;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 1), p.page[0], PV_PAGE_SIZE, RWU));
	CHECK_STATUS(pv_space_map(&p.space, at(&p, 0), p.page[1], 2 * PV_PAGE_SIZE, RWU), PV_E_EXIST);
	/* The part in front of what exists must have been undone. */
	CHECK_STATUS(pv_space_query(&p.space, at(&p, 0), &pa, &flags), PV_E_NOENT);
	CHECK_OK(pv_space_query(&p.space, at(&p, 1), &pa, &flags));
	CHECK_EQ(pa.v, p.page[0].v);
	CHECK(place_end(&p));
}

static void
unmap_takes_away(void)
{
	struct place p;
	pv_paddr pa;
	unsigned flags;

	CHECK(place_make(&p));
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(pv_space_map(&p.space, at(&p, i), p.page[i], PV_PAGE_SIZE, RWU));
	CHECK_OK(pv_space_unmap(&p.space, at(&p, 1), PV_PAGE_SIZE));
	CHECK_OK(pv_space_query(&p.space, at(&p, 0), &pa, &flags));
	CHECK_STATUS(pv_space_query(&p.space, at(&p, 1), &pa, &flags), PV_E_NOENT);
	CHECK_OK(pv_space_query(&p.space, at(&p, 2), &pa, &flags));
	/* Holes are allowed. */
	CHECK_OK(pv_space_unmap(&p.space, at(&p, 0), 8 * PV_PAGE_SIZE));
	CHECK_STATUS(pv_space_query(&p.space, at(&p, 2), &pa, &flags), PV_E_NOENT);
	pv_space_sync(&p.space);
	CHECK(place_end(&p));
}

static void
protect_changes_rights(void)
{
	struct place p;
	pv_paddr pa;
	unsigned flags, other;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU | PV_MAP_SOFT2));
	CHECK_OK(pv_space_map(&p.space, at(&p, 1), p.page[1], PV_PAGE_SIZE, RWU));
	CHECK_OK(pv_space_protect(&p.space, at(&p, 0), PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_OK(pv_space_query(&p.space, at(&p, 0), &pa, &flags));
	CHECK_OK(pv_space_query(&p.space, at(&p, 1), &pa, &other));
	CHECK(place_end(&p));
	CHECK_EQ(flags & (RWU | PV_MAP_SOFT2), PV_PROT_READ | PV_PROT_USER | PV_MAP_SOFT2);
	CHECK_EQ(other & RWU, RWU);
}

static void
activate_shows_the_space(void)
{
	struct place p;
	uint32_t seen = 0;
	pv_status in, out;

	CHECK(place_make(&p));
	direct(p.page[0])[0] = 0x1234;
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	in = pv_copyin(&seen, at(&p, 0).v, sizeof(seen));
	out = pv_store32(at(&p, 0).v + 4, 0x5678);
	CHECK_STATUS(pv_space_destroy(&p.space), PV_E_BUSY);
	pv_space_activate(NULL);
	CHECK_EQ(direct(p.page[0])[1], 0x5678);
	CHECK(place_end(&p));
	CHECK_OK(in);
	CHECK_OK(out);
	CHECK_EQ(seen, 0x1234);
}

static void
two_spaces_differ(void)
{
	struct place a, b;
	uint32_t in_a = 0, in_b = 0;

	CHECK(place_make(&a));
	direct(a.page[0])[0] = 0xa;
	CHECK_OK(pv_space_map(&a.space, at(&a, 0), a.page[0], PV_PAGE_SIZE, RWU));
	CHECK(place_make(&b));
	direct(b.page[0])[0] = 0xb;
	CHECK_OK(pv_space_map(&b.space, at(&b, 0), b.page[0], PV_PAGE_SIZE, RWU));
	pv_space_activate(&a.space);
	(void)pv_fetch32(&in_a, at(&a, 0).v);
	pv_space_activate(&b.space);
	(void)pv_fetch32(&in_b, at(&b, 0).v);
	pv_space_activate(NULL);
	CHECK(place_end(&b));
	CHECK(place_end(&a));
	CHECK_EQ(in_a, 0xa);
	CHECK_EQ(in_b, 0xb);
}

/* Look, take away, sync, look again: the translation must be gone. */
static void
sync_forgets_unmapped(void)
{
	struct place p;
	uint32_t v;
	pv_status before, after;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	before = pv_fetch32(&v, at(&p, 0).v);
	CHECK_OK(pv_space_unmap(&p.space, at(&p, 0), PV_PAGE_SIZE));
	pv_space_sync(&p.space);
	after = pv_fetch32(&v, at(&p, 0).v);
	pv_space_activate(NULL);
	CHECK(place_end(&p));
	CHECK_OK(before);
	CHECK_STATUS(after, PV_E_FAULT);
}

static void
sync_forgets_rights(void)
{
	struct place p;
	pv_status before, after, read;
	uint32_t v;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	before = pv_store32(at(&p, 0).v, 1);
	CHECK_OK(pv_space_protect(&p.space, at(&p, 0), PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	pv_space_sync(&p.space);
	after = pv_store32(at(&p, 0).v, 2);
	read = pv_fetch32(&v, at(&p, 0).v);
	pv_space_activate(NULL);
	CHECK(place_end(&p));
	CHECK_OK(before);
	CHECK_STATUS(after, PV_E_FAULT);
	CHECK_OK(read);
	CHECK_EQ(v, 1);
}

static void
sync_covers_many(void)
{
	struct place p;
	uint32_t v;
	unsigned left = 0;

	CHECK(place_make(&p));
	for (unsigned i = 0; i < 4; i++)
		CHECK_OK(pv_space_map(&p.space, at(&p, 300 * i), p.page[i], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	for (unsigned i = 0; i < 4; i++)
		(void)pv_fetch32(&v, at(&p, 300 * i).v);
	for (unsigned i = 0; i < 4; i++)
		CHECK_OK(pv_space_unmap(&p.space, at(&p, 300 * i), PV_PAGE_SIZE));
	pv_space_sync(&p.space);
	for (unsigned i = 0; i < 4; i++)
		left += pv_fetch32(&v, at(&p, 300 * i).v) == PV_OK;
	pv_space_activate(NULL);
	CHECK(place_end(&p));
	CHECK_EQ(left, 0);
}

struct harvested {
	unsigned calls, flags;
	uintptr_t at;
};

static void
note_harvest(void *arg, pv_vaddr va, unsigned flags)
{
	struct harvested *h = arg;

	*h = (struct harvested){ h->calls + 1, flags, va.v };
}

static void
harvest_finds_and_forgets(void)
{
	struct place p;
	struct harvested first = { 0 }, read = { 0 }, written = { 0 }, nothing = { 0 };
	uint32_t v;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU));
	CHECK_OK(pv_space_map(&p.space, at(&p, 1), p.page[1], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	CHECK_OK(pv_space_harvest(&p.space, at(&p, 0), 2 * PV_PAGE_SIZE, note_harvest, &first));
	pv_space_sync(&p.space);
	(void)pv_fetch32(&v, at(&p, 0).v);
	CHECK_OK(pv_space_harvest(&p.space, at(&p, 0), 2 * PV_PAGE_SIZE, note_harvest, &read));
	pv_space_sync(&p.space);
	(void)pv_store32(at(&p, 1).v, 1);
	CHECK_OK(pv_space_harvest(&p.space, at(&p, 0), 2 * PV_PAGE_SIZE, note_harvest, &written));
	pv_space_sync(&p.space);
	CHECK_OK(pv_space_harvest(&p.space, at(&p, 0), 2 * PV_PAGE_SIZE, note_harvest, &nothing));
	pv_space_activate(NULL);
	pv_space_sync(&p.space);
	CHECK(place_end(&p));
	CHECK_EQ(read.calls, 1);
	CHECK_EQ(read.at, p.va.v);
	CHECK_EQ(read.flags & (PV_MAP_REFERENCED | PV_MAP_MODIFIED), PV_MAP_REFERENCED);
	CHECK_EQ(written.calls, 1);
	CHECK_EQ(written.at, p.va.v + PV_PAGE_SIZE);
	CHECK((written.flags & PV_MAP_MODIFIED) != 0);
	CHECK_EQ(nothing.calls, 0);
}

static void
unmap_gives_the_last_state(void)
{
	struct harvested h = { 0 }, again = { 0 };
	struct place p;

	CHECK(place_make(&p));
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(pv_space_map(&p.space, at(&p, i), p.page[i], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	(void)pv_store32(at(&p, 1).v, 1);
	CHECK_OK(pv_space_unmap_harvest(&p.space, at(&p, 0), 3 * PV_PAGE_SIZE, note_harvest, &h));
	CHECK_OK(pv_space_unmap_harvest(&p.space, at(&p, 0), 3 * PV_PAGE_SIZE, note_harvest, &again));
	pv_space_activate(NULL);
	pv_space_sync(&p.space);
	CHECK(place_end(&p));
	CHECK_EQ(h.calls, 1);
	CHECK_EQ(h.at, p.va.v + PV_PAGE_SIZE);
	CHECK((h.flags & PV_MAP_MODIFIED) != 0);
	CHECK_EQ(again.calls, 0);
}

static void
protect_keeps_modified(void)
{
	struct place p;
	pv_paddr pa;
	unsigned flags;

	CHECK(place_make(&p));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU));
	pv_space_activate(&p.space);
	(void)pv_store32(at(&p, 0).v, 1);
	CHECK_OK(pv_space_protect(&p.space, at(&p, 0), PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_OK(pv_space_query(&p.space, at(&p, 0), &pa, &flags));
	pv_space_activate(NULL);
	pv_space_sync(&p.space);
	CHECK(place_end(&p));
	CHECK((flags & PV_MAP_MODIFIED) != 0);
}

static void
large_pages_split(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct place p;
	pv_paddr run, base, pa;
	unsigned flags, wrong = 0;

	if (!pv_has(PV_CAP_LARGE_PAGES))
		SKIP("this backend has no large pages");
	CHECK(place_make(&p));
	CHECK_OK(h->pages_alloc(h->context, 2 * LARGE / PV_PAGE_SIZE, 0, &run));
	base = pv_pa((run.v + LARGE - 1) & ~(uint64_t)(LARGE - 1));
	CHECK_OK(pv_space_map(&p.space, p.va, base, LARGE, RWU | PV_MAP_LARGE));
	CHECK_OK(pv_space_query(&p.space, at(&p, 77), &pa, &flags));
	CHECK_EQ(pa.v, base.v + 77 * PV_PAGE_SIZE);
	CHECK((flags & PV_MAP_LARGE) != 0);
	CHECK_OK(pv_space_unmap(&p.space, at(&p, 100), PV_PAGE_SIZE));
	CHECK_STATUS(pv_space_query(&p.space, at(&p, 100), &pa, &flags), PV_E_NOENT);
	for (unsigned i = 99; i < 102; i += 2)
		wrong += pv_space_query(&p.space, at(&p, i), &pa, &flags) != PV_OK ||
		    pa.v != base.v + i * PV_PAGE_SIZE || (flags & RWU) != RWU;
	pv_space_sync(&p.space);
	CHECK_EQ(wrong, 0);
	CHECK_OK(pv_space_destroy(&p.space));
	h->pages_free(h->context, run, 2 * LARGE / PV_PAGE_SIZE);
	for (unsigned i = 0; i < 4; i++)
		suite_page_free(p.page[i]);
	CHECK_EQ(free_pages(), p.free_before);
}

static void
batch_reads_its_writes(void)
{
	struct place p;
	pv_paddr pa;
	unsigned flags;
	pv_status inside;

	CHECK(place_make(&p));
	pv_mmu_begin();
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[0], PV_PAGE_SIZE, RWU));
	inside = pv_space_query(&p.space, at(&p, 0), &pa, &flags);
	CHECK_OK(pv_space_unmap(&p.space, at(&p, 0), PV_PAGE_SIZE));
	CHECK_OK(pv_space_map(&p.space, at(&p, 0), p.page[1], PV_PAGE_SIZE, RWU));
	CHECK_OK(pv_mmu_end());
	CHECK_OK(pv_space_query(&p.space, at(&p, 0), &pa, &flags));
	pv_space_sync(&p.space);
	CHECK(place_end(&p));
	CHECK_OK(inside);
	CHECK_EQ(pa.v, p.page[1].v);
}

static void
kernel_half_is_shared(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct place p;
	pv_vaddr va;
	uint32_t seen;

	/* Tables of the kernel half stay: those that this takes are there before pages are counted. */
	CHECK_OK(h->va_alloc(h->context, PV_PAGE_SIZE, &va));
	CHECK_OK(pv_space_map(pv_space_kernel(), va, pv_pa(PV_PAGE_SIZE), PV_PAGE_SIZE, PV_PROT_READ));
	CHECK_OK(pv_space_unmap(pv_space_kernel(), va, PV_PAGE_SIZE));
	pv_space_sync(pv_space_kernel());
	CHECK(place_make(&p));
	pv_space_activate(&p.space);
	CHECK_OK(pv_space_map(pv_space_kernel(), va, p.page[2], PV_PAGE_SIZE, RW));
	direct(p.page[2])[0] = 0x77;
	seen = *(volatile uint32_t *)va.v;
	CHECK_OK(pv_space_unmap(pv_space_kernel(), va, PV_PAGE_SIZE));
	pv_space_activate(NULL);
	pv_space_sync(pv_space_kernel());
	h->va_free(h->context, va, PV_PAGE_SIZE);
	CHECK(place_end(&p));
	CHECK_EQ(seen, 0x77);
}

/* Where kernel and user may use the same addresses, these are two different things. */
static void
same_address_twice(struct place *p, pv_vaddr both)
{
	uint32_t in_user = 0, in_kernel;

	direct(p->page[0])[0] = 0xa, direct(p->page[1])[0] = 0xb;
	CHECK_OK(pv_space_map(&p->space, both, p->page[0], PV_PAGE_SIZE, RWU));
	CHECK_OK(pv_space_map(pv_space_kernel(), both, p->page[1], PV_PAGE_SIZE, RW));
	pv_space_activate(&p->space);
	(void)pv_fetch32(&in_user, both.v);
	in_kernel = *(volatile uint32_t *)both.v;
	pv_space_activate(NULL);
	CHECK_OK(pv_space_unmap(pv_space_kernel(), both, PV_PAGE_SIZE));
	pv_space_sync(pv_space_kernel());
	CHECK_EQ(in_user << 4 | in_kernel, 0xab);
}

static void
halves_are_kept_apart(void)
{
	struct place p;
	const struct pv_hooks *h = pv_hooks_get();
	pv_vaddr va;

	CHECK(place_make(&p));
	CHECK_OK(h->va_alloc(h->context, PV_PAGE_SIZE, &va));
	if (va.v - PV_USER_START < PV_USER_END - PV_USER_START) {
		same_address_twice(&p, va);
	} else {
		CHECK_STATUS(pv_space_map(&p.space, va, p.page[0], PV_PAGE_SIZE, RW), PV_E_RANGE);
		CHECK_STATUS(pv_space_map(pv_space_kernel(), p.va, p.page[0], PV_PAGE_SIZE, RW), PV_E_RANGE);
	}
	h->va_free(h->context, va, PV_PAGE_SIZE);
	CHECK(place_end(&p));
}

static void
reserved_ranges(void)
{
	struct pv_reserved_range r;
	unsigned n = 0;

	while (n < 100 && pv_space_reserved(n, &r) == PV_OK) {
		CHECK(r.size != 0 && r.what != NULL && r.what[0] != '\0');
		n++;
	}
	CHECK(n < 100);
	CHECK_STATUS(pv_space_reserved(1000, &r), PV_E_NOENT);
}

static void
frames_zero_copy(void)
{
	pv_paddr a = suite_page(), b = suite_page();
	uint32_t wrong = 0, zero = 0;
	unsigned end = PV_PAGE_SIZE / 4 - 1;

	for (unsigned i = 0; i <= end; i++)
		direct(a)[i] = i + 1;
	pv_frame_copy(b, a);
	for (unsigned i = 0; i <= end; i++)
		wrong += direct(b)[i] != i + 1;
	pv_frame_zero(b);
	for (unsigned i = 0; i <= end; i++)
		zero |= direct(b)[i];
	suite_page_free(a);
	suite_page_free(b);
	CHECK_EQ(wrong, 0);
	CHECK_EQ(zero, 0);
	CHECK(pv_frame_colours() >= 1);
}

static void
many_spaces_leak_nothing(void)
{
	uint64_t before = free_pages();
	unsigned failed = 0;

	for (unsigned i = 0; i < 200; i++) {
		struct place p;

		if (!place_make(&p)) {
			failed++;
			continue;
		}
		failed += pv_space_map(&p.space, at(&p, i * 7), p.page[i & 3], PV_PAGE_SIZE, RWU) != PV_OK;
		failed += !place_end(&p);
	}
	CHECK_EQ(failed, 0);
	CHECK_EQ(free_pages(), before);
}

/* struct pv_mmu_ops.init ran before any case; what it promises is seen here. */
static void
kernel_space_is_current(void)
{
	pv_paddr pa, seen;
	unsigned flags;
	const struct pv_hooks *h = pv_hooks_get();

	CHECK(pv_space_kernel()->root.v != 0);
	CHECK_OK(pv_space_query(pv_space_kernel(), pv_va_of(suites), &pa, &flags));
	CHECK_OK(h->virt_to_phys(h->context, suites, &seen));
	CHECK_EQ(pa.v, seen.v);
	CHECK_EQ(flags & (PV_PROT_WRITE | PV_PROT_USER), 0);
}

static const struct suite_case cases[] = {
	{ "kernel_space_is_current", kernel_space_is_current, "mmu.init mmu.query pv_space_kernel", 0 },
	{ "create_destroy", create_destroy, "mmu.create mmu.destroy pv_space_create pv_space_destroy", 0 },
	{ "map_then_query", map_then_query, "mmu.map mmu.query pv_space_map pv_space_query", 0 },
	{ "map_a_range", map_a_range, "mmu.map mmu.query", CASE_ONCE },
	{ "map_refuses", map_refuses, "mmu.map pv_space_user_range", CASE_ONCE },
	{ "map_twice_exists", map_twice_exists, "mmu.map", CASE_ONCE },
	{ "unmap_takes_away", unmap_takes_away, "mmu.unmap pv_space_unmap", 0 },
	{ "protect_changes_rights", protect_changes_rights, "mmu.protect pv_space_protect", 0 },
	{ "activate_shows_the_space", activate_shows_the_space, "mmu.activate mmu.destroy pv_space_activate", 0 },
	{ "two_spaces_differ", two_spaces_differ, "mmu.activate", 0 },
	{ "sync_forgets_unmapped", sync_forgets_unmapped, "mmu.sync mmu.unmap pv_space_sync", 0 },
	{ "sync_forgets_rights", sync_forgets_rights, "mmu.sync mmu.protect", 0 },
	{ "sync_covers_many", sync_covers_many, "mmu.sync", CASE_ONCE },
	{ "harvest_finds_and_forgets", harvest_finds_and_forgets, "mmu.harvest pv_space_harvest", 0 },
	{ "unmap_gives_the_last_state", unmap_gives_the_last_state, "mmu.unmap pv_space_unmap_harvest", 0 },
	{ "protect_keeps_modified", protect_keeps_modified, "mmu.protect", 0 },
	{ "large_pages_split", large_pages_split, "mmu.map mmu.unmap", CASE_ONCE },
	{ "batch_reads_its_writes", batch_reads_its_writes, "mmu.begin mmu.end pv_mmu_begin pv_mmu_end", 0 },
	{ "kernel_half_is_shared", kernel_half_is_shared, "mmu.map mmu.create", CASE_ONCE },
	{ "halves_are_kept_apart", halves_are_kept_apart, "mmu.map", CASE_ONCE },
	{ "reserved_ranges", reserved_ranges, "mmu.reserved pv_space_reserved", CASE_ONCE },
	{ "frames_zero_copy", frames_zero_copy, "pv_frame_zero pv_frame_copy pv_frame_colours", CASE_ONCE },
	{ "many_spaces_leak_nothing", many_spaces_leak_nothing, "mmu.create mmu.destroy mmu.map", CASE_ONCE },
};
SUITE(suite_space, "space", cases);
