/*
 * The library's count of the calls into Xen, between two calls that nothing else makes:
 * what watches the hypervisor finds both in its trace, and counts what lies between.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/time.h>
#include "../suites.h"
#include "../xen/refusals.h"

#define FENCE		27u	/* xsm_op with no arguments: refused, and of no effect */
#define ROUNDS		16u
#define PAGES		64u

static unsigned nr_fired;

static void
fired(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	nr_fired++;
}

/* Alarms, ticks of them, lines on the console: calls from everywhere in the library. */
static void
talk(void)
{
	struct pv_timer timer = PV_TIMER_INIT(fired, NULL);

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t limit = pv_time_ns() + 1000000000u;

		CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + 1000000u, 0));
		while (nr_fired <= i && pv_time_ns() < limit) {
			pv_irq_disable();
			if (nr_fired <= i)
				pv_cpu_idle();
			pv_irq_enable();
		}
		pv_printf("# alarm %u\n", i);
	}
	CHECK_EQ(nr_fired, ROUNDS);
}

/* Tables made, filled one by one and in a batch, and taken down. */
static void
map(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space space;
	pv_vaddr from, end;
	pv_paddr run;

	pv_space_user_range(&from, &end);
	CHECK_OK(h->pages_alloc(h->context, PAGES, 0, &run));
	CHECK_OK(pv_space_create(&space));
	for (unsigned i = 0; i < PAGES; i++)
		CHECK_OK(pv_space_map(&space, pv_va(from.v + i * PV_PAGE_SIZE), pv_pa_add(run, i * PV_PAGE_SIZE),
		    PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_OK(pv_space_unmap(&space, from, PAGES * PV_PAGE_SIZE));
	CHECK_OK(pv_space_map(&space, from, run, PAGES * PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_OK(pv_space_destroy(&space));
	h->pages_free(h->context, run, PAGES);
}

static void
between_fences(void)
{
	uint64_t calls;

	nr_fired = 0;
	(void)refusal_call(FENCE, 0, 0, 0, 0);
	calls = pv_hypercall_count();
	talk();
	map();
	calls = pv_hypercall_count() - calls;
	(void)refusal_call(FENCE, 0, 0, 0, 0);
	CHECK(calls > ROUNDS);
	pv_printf("# %u calls between the fences\n", (unsigned)calls);
}

static const struct suite_case cases[] = {
	{ "between_fences", between_fences, "pv_hypercall_count", CASE_ONCE, NULL },
};
SUITE_WHERE(suite_calls, "calls", cases, refusal_applies);
