/*
 * Address spaces of sparc64 beyond what <pv/mmu.h> promises everywhere: contexts that
 * run out, ranges by page and by context, pieces of large pages, and what misses and
 * switches cost.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/user.h>
#include "../catch.h"
#include "../suites.h"
#include "look.h"

#define RW		(PV_PROT_READ | PV_PROT_WRITE)
#define RWU		(RW | PV_PROT_USER)
#define BASE		0x20000000ul
#define CONTEXTS	8191u		/* that spaces can have at a time */
#define BUFFER		4096u		/* pages that have places of their own in libpv's buffer */
#define CROSSOVER	16u		/* pages from which on sync() lets a whole context be forgotten */
#define HIT_MOST	12u		/* instructions of a hit in the buffer */
#define SWITCH_MOST	2u		/* hypercalls of a switch */
#define RETRY		0x83f00000u
#define RETL		0x81c3e008u
#define NOP		0x01000000u
#define VECTOR(table, tt)	((const uint32_t *)((table) + (tt) * 32))

static pv_status
map(struct pv_space *space, uintptr_t page, pv_paddr frame)
{
	return pv_space_map(space, pv_va(BASE + page * PV_PAGE_SIZE), frame, PV_PAGE_SIZE, RWU);
}

/* Spaces that take all contexts but the one that was given last: the next one gets that. */
static bool
use_up_contexts(void)
{
	for (unsigned i = 0; i < CONTEXTS - 1; i++) {
		struct pv_space s;

		if (pv_space_create(&s) != PV_OK)
			return false;
		pv_space_activate(&s);
		pv_space_activate(NULL);
		if (pv_space_destroy(&s) != PV_OK)
			return false;
	}
	return true;
}

/* A context that comes again must bring nothing of who had it before, and who had it still has its own. */
static void
contexts_run_out(void)
{
	struct pv_space first, later[3];
	pv_paddr a = suite_page(), b = suite_page();
	uint32_t before, wrong = 0, after;

	direct(a)[0] = 0xa;
	direct(b)[0] = 0xb;
	CHECK_OK(pv_space_create(&first));
	CHECK_OK(map(&first, 0, a));
	pv_space_activate(&first);
	before = seen(BASE);
	CHECK(use_up_contexts());
	for (unsigned i = 0; i < 3; i++) {
		CHECK_OK(pv_space_create(&later[i]));
		CHECK_OK(map(&later[i], 1, b));
		pv_space_activate(&later[i]);
		wrong += seen(BASE) != ~0u || seen(BASE + PV_PAGE_SIZE) != 0xb;
	}
	pv_space_activate(&first);
	after = seen(BASE);
	wrong += seen(BASE + PV_PAGE_SIZE) != ~0u;
	pv_space_activate(NULL);
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(pv_space_destroy(&later[i]));
	CHECK_OK(pv_space_destroy(&first));
	suite_page_free(a);
	suite_page_free(b);
	CHECK_EQ(before, 0xa);
	CHECK_EQ(after, 0xa);
	CHECK_EQ(wrong, 0);
}

/*
 * Pages on both sides and at both ends of a range: those in it go, by page or by context, those beside
 * stay. The hypercalls of the sync.
 */
static uint64_t
range_goes(uintptr_t pages, unsigned *wrong)
{
	const uintptr_t at[4] = { 99, 100, 100 + pages - 1, 100 + pages };
	struct pv_space s;
	pv_paddr frame = suite_page();
	uint64_t calls;

	direct(frame)[0] = 0x77;
	*wrong = pv_space_create(&s) != PV_OK;
	for (unsigned i = 0; i < 4; i++)
		if (pages > 1 || i != 2)
			*wrong += map(&s, at[i], frame) != PV_OK;
	pv_space_activate(&s);
	for (unsigned i = 0; i < 4; i++)
		*wrong += seen(BASE + at[i] * PV_PAGE_SIZE) != 0x77;
	*wrong += pv_space_unmap(&s, pv_va(BASE + 100 * PV_PAGE_SIZE), pages * PV_PAGE_SIZE) != PV_OK;
	calls = pv_hypercall_count();
	pv_space_sync(&s);
	calls = pv_hypercall_count() - calls;
	for (unsigned i = 0; i < 4; i++)
		*wrong += seen(BASE + at[i] * PV_PAGE_SIZE) != (i == 0 || i == 3 ? 0x77 : ~0u);
	pv_space_activate(NULL);
	*wrong += pv_space_destroy(&s) != PV_OK;
	suite_page_free(frame);
	return calls;
}

static void
ranges_by_page_or_context(void)
{
	static const uintptr_t sizes[] = {
		1, 2, CROSSOVER - 1, CROSSOVER, CROSSOVER + 1, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER,
	};

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t wanted = sizes[i] < CROSSOVER ? sizes[i] : 1, calls;
		unsigned wrong;

		calls = range_goes(sizes[i], &wrong);
		CHECK_EQ(wrong, 0);
		if (pv_has(PV_CAP_PARAVIRT))
			CHECK_EQ(calls, wanted);
	}
}

static uint8_t stack[2 * PV_STACK_MIN] __attribute__((aligned(64)));
static struct pv_thread mine, other;

static void
goes_back(void *arg)
{
	(void)arg;
	for (;;)
		pv_thread_switch(&other, &mine);
}

/* There and back, which is two switches; the first time everything is new. */
static uint64_t
two_switches(struct pv_space *a, struct pv_space *b)
{
	struct pv_cpu was = *pv_cpu();
	pv_irq_state gate = pv_irq_save();
	uint64_t calls;

	pv_thread_adopt(&mine, NULL, 0);
	mine.space = a;
	other.space = b;
	pv_thread_switch(&mine, &other);
	calls = pv_hypercall_count();
	pv_thread_switch(&mine, &other);
	calls = pv_hypercall_count() - calls;
	pv_space_activate(NULL);
	pv_cpu()->thread = was.thread;
	pv_cpu()->kernel_sp = was.kernel_sp;
	pv_irq_restore(gate);
	return calls;
}

static void
switch_takes_few_calls(void)
{
	struct pv_space s[2];
	uint64_t calls;

	if (!pv_has(PV_CAP_PARAVIRT))
		SKIP("no hypervisor: nobody is called");
	CHECK_OK(pv_space_create(&s[0]));
	CHECK_OK(pv_space_create(&s[1]));
	CHECK_OK(pv_thread_init(&other, stack, sizeof(stack), goes_back, NULL));
	calls = two_switches(&s[0], &s[1]);
	CHECK_OK(pv_space_destroy(&s[0]));
	CHECK_OK(pv_space_destroy(&s[1]));
	CHECK(calls <= 2 * SWITCH_MOST);
}

/* The first store to a page takes away the entry that allows none: the one call that a miss makes. */
static void
first_store_is_counted(void)
{
	uint64_t read, first, second;
	struct pv_space s;
	pv_paddr frame = suite_page();

	if (!pv_has(PV_CAP_PARAVIRT))
		SKIP("no hypervisor: nobody is called");
	CHECK_OK(pv_space_create(&s));
	CHECK_OK(map(&s, 0, frame));
	pv_space_activate(&s);
	read = pv_hypercall_count();
	(void)seen(BASE);
	first = pv_hypercall_count();
	CHECK_OK(pv_store32(BASE, 1));
	second = pv_hypercall_count();
	CHECK_OK(pv_store32(BASE, 2));
	CHECK_EQ(pv_hypercall_count(), second);
	pv_space_activate(NULL);
	CHECK_OK(pv_space_destroy(&s));
	suite_page_free(frame);
	CHECK_EQ(first, read);
	CHECK_EQ(second, first + 1);
}

/* Without a hypervisor that looks for itself: from the vector on. */
static void
hit_is_few_instructions(void)
{
	static const unsigned vectors[] = { 0x64, 0x68 };
	uintptr_t table;

	if (pv_has(PV_CAP_PARAVIRT))
		SKIP("the hypervisor looks into the buffer: none of the guest's instructions");
	__asm__("rdpr %%tba, %0" : "=r" (table));
	for (unsigned half = 0; half < 2; half++) {
		for (unsigned i = 0; i < 2; i++) {
			const uint32_t *word = VECTOR(table + half * 0x4000, vectors[i]);
			unsigned n = 0;

			while (n < 32 && word[n] != RETRY)
				n++;
			CHECK(n + 1 <= HIT_MOST);
		}
	}
}

/* What is left of an old translation goes before a new one comes, whether the kernel has synced or not. */
static void
new_takes_the_place_of_stale(void)
{
	pv_paddr a = suite_page(), b = suite_page();
	struct pv_space s;
	uint32_t old, new;

	direct(a)[0] = 0xa;
	direct(b)[0] = 0xb;
	CHECK_OK(pv_space_create(&s));
	CHECK_OK(map(&s, 0, a));
	pv_space_activate(&s);
	old = seen(BASE);
	CHECK_OK(pv_space_unmap(&s, pv_va(BASE), PV_PAGE_SIZE));
	CHECK_OK(map(&s, 0, b));
	new = seen(BASE);
	pv_space_activate(NULL);
	CHECK_OK(pv_space_destroy(&s));
	suite_page_free(a);
	suite_page_free(b);
	CHECK_EQ(old, 0xa);
	CHECK_EQ(new, 0xb);
}

/* -- large pages --------------------------------------------------------------------- */

struct marks {
	unsigned calls, flags;
	uintptr_t at;
};

static void
note(void *arg, pv_vaddr va, unsigned flags)
{
	struct marks *m = arg;

	*m = (struct marks){ m->calls + 1, flags, va.v };
}

/* What the hardware has in two pieces is one page, with one pair of marks. */
static void
large_page_is_one(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	const uintptr_t pages = 2 * PV_LARGE_SIZE / PV_PAGE_SIZE, half = PV_LARGE_SIZE / 2, hole = 0x3000 * 2;
	struct marks all = { 0 }, none = { 0 }, part = { 0 };
	pv_vaddr va = pv_va(4 * PV_LARGE_SIZE);
	struct pv_space s;
	pv_paddr run, pa;
	uint32_t lower, upper, gone, stays;

	CHECK_OK(h->pages_alloc(h->context, pages, 0, &run));
	pa = pv_pa((run.v + PV_LARGE_SIZE - 1) & ~(uint64_t)(PV_LARGE_SIZE - 1));
	direct(pv_pa(pa.v + hole))[0] = 0x10;
	direct(pv_pa(pa.v + half + hole))[0] = 0x20;
	CHECK_OK(pv_space_create(&s));
	CHECK_OK(pv_space_map(&s, va, pa, PV_LARGE_SIZE, RWU | PV_MAP_LARGE));
	pv_space_activate(&s);
	lower = seen(va.v + hole);
	upper = seen(va.v + half + hole);
	CHECK_OK(pv_store32(va.v + half, 1));
	CHECK_OK(pv_store32(va.v + 8, 1));
	CHECK_OK(pv_space_harvest(&s, pv_va(va.v + half), PV_PAGE_SIZE, note, &all));
	pv_space_sync(&s);
	CHECK_OK(pv_store32(va.v + 8, 1));
	CHECK_OK(pv_space_harvest(&s, va, PV_LARGE_SIZE, note, &part));
	CHECK_OK(pv_space_harvest(&s, va, PV_LARGE_SIZE, note, &none));
	pv_space_sync(&s);
	(void)seen(va.v + half + hole);
	CHECK_OK(pv_space_unmap(&s, pv_va(va.v + half), PV_PAGE_SIZE));
	pv_space_sync(&s);
	/* In this order: an entry that is left of the whole would bring the page that is gone back. */
	stays = seen(va.v + half + hole);
	gone = seen(va.v + half);
	pv_space_activate(NULL);
	CHECK_OK(pv_space_destroy(&s));
	h->pages_free(h->context, run, pages);
	CHECK_EQ(lower, 0x10);
	CHECK_EQ(upper, 0x20);
	CHECK_EQ(all.calls, 1);
	CHECK_EQ(all.at, va.v);
	CHECK_EQ(all.flags & (PV_MAP_LARGE | PV_MAP_MODIFIED), PV_MAP_LARGE | PV_MAP_MODIFIED);
	CHECK_EQ(none.calls, 0);
	CHECK_EQ(part.calls, 1);
	CHECK_EQ(gone, ~0u);
	CHECK_EQ(stays, 0x20);
}

/* -- the kernel's own ----------------------------------------------------------------- */

static void
image_is_left_alone(void)
{
	pv_vaddr here = pv_va(pv_page_down((uintptr_t)suites));
	pv_paddr frame = suite_page();

	CHECK_STATUS(pv_space_map(pv_space_kernel(), here, frame, PV_PAGE_SIZE, RW), PV_E_EXIST);
	CHECK_STATUS(pv_space_unmap(pv_space_kernel(), here, PV_PAGE_SIZE), PV_E_RANGE);
	CHECK_STATUS(pv_space_protect(pv_space_kernel(), here, PV_PAGE_SIZE, RW), PV_E_RANGE);
	CHECK_STATUS(pv_space_harvest(pv_space_kernel(), here, PV_PAGE_SIZE, note, &(struct marks){ 0 }), PV_E_RANGE);
	suite_page_free(frame);
}

static void
call_there(void *arg)
{
	((void (*)(void))(uintptr_t)arg)();
}

static void
store_there(void *arg)
{
	*(volatile uint32_t *)arg = 0x77;
}

static void
kernel_rights_hold(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr frame = suite_page();
	struct pv_trap trap;
	bool ran, refused, kept;
	pv_vaddr va;

	direct(frame)[0] = RETL;
	direct(frame)[1] = NOP;
	pv_mb();
	CHECK_OK(h->va_alloc(h->context, PV_PAGE_SIZE, &va));
	CHECK_OK(pv_space_map(pv_space_kernel(), va, frame, PV_PAGE_SIZE, PV_PROT_EXEC));
	ran = !suite_catch(call_there, (void *)va.v, &trap);
	kept = suite_catch(store_there, (void *)va.v, &trap);
	CHECK_OK(pv_space_protect(pv_space_kernel(), va, PV_PAGE_SIZE, RW));
	pv_space_sync(pv_space_kernel());
	refused = suite_catch(call_there, (void *)va.v, &trap);
	store_there((void *)va.v);
	CHECK_OK(pv_space_unmap(pv_space_kernel(), va, PV_PAGE_SIZE));
	pv_space_sync(pv_space_kernel());
	h->va_free(h->context, va, PV_PAGE_SIZE);
	CHECK_EQ(direct(frame)[0], 0x77);
	suite_page_free(frame);
	CHECK(ran && kept && refused);
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK((trap.access & PV_ACCESS_EXEC) != 0);
}

#define IMAGE_START	0x400000ul
#define IMAGE_END	0xc00000ul
#define FIRMWARE_START	0xf0000000ul	/* OpenFirmware's, which is called still */
#define FIRMWARE_END	0x100000000ul
#define LOADED_AT	0x40004000ul	/* where OpenBIOS has had the image before it put it in its place */

/* Entry of a TLB of sun4u by tag and data: it is one of the kernel's context, and nobody's. */
static bool
is_stray(uint64_t tag, uint64_t data)
{
	uintptr_t va = tag & ~(uint64_t)0x1fff;
	pv_paddr pa;
	unsigned flags;

	if (data >> 63 == 0 || (tag & 0x1fff) != 0 || va >> 43 != 0)
		return false;
	if ((va >= IMAGE_START && va < IMAGE_END) || (va >= FIRMWARE_START && va < FIRMWARE_END))
		return false;
	return pv_space_query(pv_space_kernel(), pv_va(va), &pa, &flags) != PV_OK;
}

static unsigned
strays(void)
{
	uint64_t tag, data;
	unsigned n = 0;

	for (uint64_t entry = 0; entry < 64 * 8; entry += 8) {
		__asm__ volatile("ldxa [%2] 0x56, %0\n\tldxa [%2] 0x55, %1" : "=&r" (tag), "=r" (data) : "r" (entry));
		n += is_stray(tag, data);
		__asm__ volatile("ldxa [%2] 0x5e, %0\n\tldxa [%2] 0x5d, %1" : "=&r" (tag), "=r" (data) : "r" (entry));
		n += is_stray(tag, data);
	}
	return n;
}

/* Whoever had the MMU before has nothing in the kernel's context still, least of all where the kernel maps. */
static void
nothing_is_left_over(void)
{
	pv_paddr frame = suite_page();
	unsigned left = pv_has(PV_CAP_PARAVIRT) ? 0 : strays(), got;

	direct(frame)[0] = 0x81c3e008;	/* retl */
	direct(frame)[1] = 0x9010202a;	/* mov 42, %o0 */
	pv_mb();
	CHECK_EQ(left, 0);
	CHECK_OK(pv_space_map(pv_space_kernel(), pv_va(LOADED_AT), frame, PV_PAGE_SIZE, PV_PROT_EXEC));
	got = ((unsigned (*)(void))LOADED_AT)();
	CHECK_OK(pv_space_unmap(pv_space_kernel(), pv_va(LOADED_AT), PV_PAGE_SIZE));
	pv_space_sync(pv_space_kernel());
	suite_page_free(frame);
	CHECK_EQ(got, 42);
}

static void
read_there(void *arg)
{
	(void)*(volatile uint32_t *)arg;
}

/* As long as a context would be forgotten as a whole, which for the kernel must leave its own translations. */
static void
kernel_range_goes(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	const uintptr_t pages = 2 * CROSSOVER;
	pv_paddr frame = suite_page();
	unsigned there = 0, left = 0;
	struct pv_trap trap;
	pv_vaddr va;

	direct(frame)[0] = RETL;
	direct(frame)[1] = NOP;
	pv_mb();
	CHECK_OK(h->va_alloc(h->context, pages * PV_PAGE_SIZE, &va));
	for (uintptr_t i = 0; i < pages; i++) {
		pv_vaddr page = pv_va(va.v + i * PV_PAGE_SIZE);

		CHECK_OK(pv_space_map(pv_space_kernel(), page, frame, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_EXEC));
		/* In one kind of TLB each. */
		if (i % 2 == 0)
			call_there((void *)page.v);
		else
			there += *(volatile uint32_t *)page.v == RETL;
	}
	CHECK_OK(pv_space_unmap(pv_space_kernel(), va, pages * PV_PAGE_SIZE));
	pv_space_sync(pv_space_kernel());
	for (uintptr_t i = 0; i < pages; i++)
		left += !suite_catch(i % 2 == 0 ? call_there : read_there, (void *)(va.v + i * PV_PAGE_SIZE), &trap);
	h->va_free(h->context, va, pages * PV_PAGE_SIZE);
	suite_page_free(frame);
	CHECK_EQ(there, pages / 2);
	CHECK_EQ(left, 0);
}

static const struct suite_case cases[] = {
	{ "nothing_is_left_over", nothing_is_left_over, "mmu.init mmu.map", CASE_ONCE },
	{ "contexts_run_out", contexts_run_out, "mmu.activate mmu.create mmu.destroy", CASE_ONCE },
	{ "ranges_by_page_or_context", ranges_by_page_or_context, "mmu.sync mmu.unmap", 0 },
	{ "switch_takes_few_calls", switch_takes_few_calls, "pv_thread_switch mmu.activate", 0 },
	{ "first_store_is_counted", first_store_is_counted, "mmu.map", 0 },
	{ "hit_is_few_instructions", hit_is_few_instructions, "mmu.map", CASE_ONCE },
	{ "new_takes_the_place_of_stale", new_takes_the_place_of_stale, "mmu.map mmu.unmap", CASE_ONCE },
	{ "large_page_is_one", large_page_is_one, "mmu.map mmu.harvest mmu.unmap", CASE_ONCE },
	{ "image_is_left_alone", image_is_left_alone, "mmu.map mmu.unmap mmu.protect mmu.harvest", CASE_ONCE },
	{ "kernel_range_goes", kernel_range_goes, "mmu.map mmu.unmap mmu.sync", CASE_ONCE },
	{ "kernel_rights_hold", kernel_rights_hold, "mmu.map mmu.protect", CASE_ONCE },
};
SUITE(suite_record, "record", cases);
