/*
 * What larger things cost: a switch between threads of two spaces, and 1,000 pages
 * mapped, unmapped and given back with their space. Instructions and calls into the
 * layer below, each for one of the thing; a batch is begun and ended around the pages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/pv.h>
#include "bench.h"

#define PAGES		1000u
#define SWITCHES	1000u
#define USER_PAGE	(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)

static uint64_t from_count, from_calls;

static void
begin(void)
{
	from_calls = pv_hypercall_count();
	from_count = bench_stamp();
}

static void
say(const char *what, unsigned times)
{
	uint64_t count = bench_stamp() - from_count, calls = pv_hypercall_count() - from_calls;

	pv_printf("BENCH %s patched %u %u\n", what, (unsigned)count / times, (unsigned)calls / times);
}

static void
must(pv_status s, const char *what)
{
	if (s != PV_OK)
		pv_panic("bench: %s: %s", what, pv_status_name(s));
}

/* -- pages -- */

static void
bench_pages(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space space;
	pv_vaddr from, end;
	pv_paddr run;

	pv_space_user_range(&from, &end);
	from.v = (from.v + 0x400000) & ~(uintptr_t)0x3fffff;
	must(h->pages_alloc(h->context, PAGES, 0, &run), "pages");
	must(pv_space_create(&space), "a space");
	/* Its tables are there afterwards. */
	must(pv_space_map(&space, from, run, PAGES * PV_PAGE_SIZE, USER_PAGE), "map");
	must(pv_space_unmap(&space, from, PAGES * PV_PAGE_SIZE), "unmap");
	begin();
	pv_mmu_begin();
	for (unsigned i = 0; i < PAGES; i++)
		must(pv_space_map(&space, pv_va(from.v + i * PV_PAGE_SIZE), pv_pa_add(run, i * PV_PAGE_SIZE),
		    PV_PAGE_SIZE, USER_PAGE), "map");
	must(pv_mmu_end(), "a batch");
	say("pages.map_1000", 1);
	begin();
	pv_mmu_begin();
	for (unsigned i = 0; i < PAGES; i++)
		must(pv_space_unmap(&space, pv_va(from.v + i * PV_PAGE_SIZE), PV_PAGE_SIZE), "unmap");
	must(pv_mmu_end(), "a batch");
	say("pages.unmap_1000", 1);
	must(pv_space_map(&space, from, run, PAGES * PV_PAGE_SIZE, USER_PAGE), "map");
	begin();
	must(pv_space_destroy(&space), "destroy");
	say("pages.clear_1000", 1);
	h->pages_free(h->context, run, PAGES);
}

/* -- threads -- */

static uint8_t stack[16384] __attribute__((aligned(64)));
static struct pv_thread here, there;

static void
goes_back(void *arg)
{
	(void)arg;
	for (;;)
		pv_thread_switch(&there, &here);
}

static void
bench_threads(void)
{
	struct pv_space a, b;

	must(pv_space_create(&a), "a space");
	must(pv_space_create(&b), "a space");
	pv_thread_adopt(&here, NULL, 0);
	must(pv_thread_init(&there, stack, sizeof(stack), goes_back, NULL), "a thread");
	here.space = &a;
	there.space = &b;
	pv_thread_switch(&here, &there);
	begin();
	for (unsigned i = 0; i < SWITCHES / 2; i++)
		pv_thread_switch(&here, &there);
	say("thread.switch", SWITCHES);
	pv_space_activate(NULL);
	must(pv_space_destroy(&a), "destroy");
	must(pv_space_destroy(&b), "destroy");
}

unsigned
bench_work(void)
{
	bench_threads();
	bench_pages();
	return 4;
}
