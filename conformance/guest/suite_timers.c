/*
 * Several timers, and handlers that change them; what setting one refuses.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "suites.h"
#include "timer_world.h"

/* -- several ----------------------------------------------------------------------------- */

/* Set in any order, overdue together: earliest first; equal ones as they were set. */
static void
fire_in_order(void)
{
	static const uint8_t order[] = { 5, 2, 7, 0, 3, 3, 6, 1, 4, 3 };
	uint64_t base;

	timers_fresh();
	pv_irq_disable();
	base = pv_time_ns();
	for (unsigned i = 0; i < sizeof(order); i++)
		(void)timer_real(i, base + order[i] * 100 * US, 0);
	pv_delay_ns(MS);
	pv_irq_enable();
	CHECK(suite_wait(&fired, sizeof(order)));
	for (unsigned i = 1; i < sizeof(order); i++) {
		unsigned a = order[notes[i - 1].timer - timers], b = order[notes[i].timer - timers];

		CHECK(a <= b);
		CHECK(a != b || notes[i - 1].timer < notes[i].timer);
	}
}

static void
both_clocks_together(void)
{
	uint64_t real, sched;

	timers_fresh();
	real = pv_time_ns() + 2 * MS;
	sched = pv_time_sched_ns() + 2 * MS;
	for (unsigned i = 0; i < 4; i++) {
		CHECK_OK(timer_real(i, real + i * MS, 0));
		CHECK_OK(pv_timer_set(&timers[4 + i], PV_TIMER_VIRTUAL, sched + i * MS, 0));
	}
	CHECK(suite_wait(&fired, 8));
	for (unsigned i = 0; i < 8; i++) {
		unsigned n = (unsigned)(notes[i].timer - timers);

		CHECK(n < 4 ? notes[i].now >= real + n * MS : notes[i].sched >= sched + (n - 4) * MS);
	}
}

/* More than one interrupt serves: the rest comes with the next. */
static void
forty_at_once(void)
{
	timers_fresh();
	pv_irq_disable();
	for (unsigned i = 0; i < NR_TIMERS; i++)
		(void)timer_real(i, 1 + i, 0);
	pv_irq_enable();
	CHECK(suite_wait(&fired, NR_TIMERS));
	suite_settle();
	CHECK_EQ(fired, NR_TIMERS);
	for (unsigned i = 0; i < NR_TIMERS; i++)
		CHECK_EQ(timers[i].count, 1);
}

/* -- handlers that change timers -------------------------------------------------------------- */

static uint64_t chain_when[6];
static unsigned chain;

static void
set_next(struct pv_timer *timer)
{
	if (++chain >= 5)
		return;
	chain_when[chain] = pv_time_ns() + 300 * US;
	(void)pv_timer_set(timer, PV_TIMER_REAL, chain_when[chain], 0);
}

static void
handler_sets_itself(void)
{
	timers_fresh();
	chain = 0;
	timer_action = set_next;
	chain_when[0] = pv_time_ns() + MS;
	CHECK_OK(timer_real(0, chain_when[0], 0));
	CHECK(suite_wait(&fired, 5));
	suite_settle();
	CHECK_EQ(fired, 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK(notes[i].now >= chain_when[i]);
	CHECK_EQ(timers[0].count, 5);
}

static void
set_past(struct pv_timer *timer)
{
	if (++chain < 100)
		(void)pv_timer_set(timer, PV_TIMER_REAL, 0, 0);
}

/* For ever due: served again and again, but not from inside itself. */
static void
handler_sets_itself_into_the_past(void)
{
	timers_fresh();
	chain = 0;
	timer_action = set_past;
	CHECK_OK(timer_real(0, 0, 0));
	CHECK(suite_wait(&fired, 100));
	suite_settle();
	CHECK_EQ(fired, 100);
	for (unsigned i = 0; i < 100; i++)
		CHECK(!notes[i].nested);
}

static void
cancel_at_third(struct pv_timer *timer)
{
	if (timer->count == 3)
		chain += pv_timer_cancel(timer);
}

static void
handler_cancels_itself(void)
{
	timers_fresh();
	chain = 0;
	timer_action = cancel_at_third;
	CHECK_OK(timer_real(0, pv_time_ns(), MS));
	CHECK(suite_wait(&fired, 3));
	pv_delay_ns(3 * MS);
	CHECK_EQ(fired, 3);
	CHECK_EQ(chain, 1);
	CHECK(!timers[0].set);
}

static void
cancel_all(struct pv_timer *timer)
{
	(void)timer;
	for (unsigned i = 0; i < NR_TIMERS; i++)
		chain += pv_timer_cancel(&timers[i]);
}

/* Four are overdue; the first cancels the others. */
static void
handler_cancels_others(void)
{
	timers_fresh();
	chain = 0;
	timer_action = cancel_all;
	pv_irq_disable();
	for (unsigned i = 0; i < 4; i++)
		(void)timer_real(i, pv_time_ns(), 0);
	pv_delay_ns(MS);
	pv_irq_enable();
	CHECK(suite_wait(&fired, 1));
	suite_settle();
	CHECK_EQ(fired, 1);
	CHECK_EQ(chain, 3);
	CHECK(notes[0].timer == &timers[0]);
}

static void
set_second(struct pv_timer *timer)
{
	if (timer == &timers[0])
		(void)timer_real(1, pv_time_ns() + MS, 0);
}

static void
handler_sets_another(void)
{
	timers_fresh();
	timer_action = set_second;
	CHECK_OK(timer_real(0, pv_time_ns(), 0));
	CHECK(suite_wait(&fired, 2));
	CHECK(notes[1].timer == &timers[1]);
	CHECK(notes[1].now - notes[0].now >= MS);
}

/* -- refused ------------------------------------------------------------------------------------ */

static void
refuses(void)
{
	timers_fresh();
	timers[0].handler = NULL;
	CHECK_STATUS(timer_real(0, 0, 0), PV_E_INVAL);
	CHECK_STATUS(timer_real(1, 0, 1), PV_E_INVAL);
	CHECK_STATUS(timer_real(1, 0, 999), PV_E_INVAL);
	CHECK_STATUS(pv_timer_set(&timers[1], (enum pv_timer_kind)2, 0, 0), PV_E_INVAL);
	suite_settle();
	CHECK_EQ(fired, 0);
	/* A refusal leaves a set timer as it was. */
	CHECK_OK(timer_real(1, pv_time_ns() + 5 * MS, 0));
	CHECK_STATUS(timer_real(1, 0, 999), PV_E_INVAL);
	CHECK(suite_wait(&fired, 1));
	CHECK_EQ(timers[1].count, 1);
	/* The shortest period there is; it may leave time for nothing else, so its handler ends it. */
	timer_action = cancel_at_third;
	CHECK_OK(timer_real(2, pv_time_ns() + MS, US));
	CHECK(suite_wait(&fired, 4));
	CHECK_EQ(timers[2].count, 3);
}

#define SETS	"pv_timer_set time.alarm time.init"

/* -- windows in an interrupt that comes while others are open -- */

struct both {
	pv_paddr page[2];
	uint32_t word;
};
static struct both in_interrupt = { .word = 0xc0de0000 };
static volatile unsigned rounds, strange;

/* What is seen through two windows is what was written there. */
static void
two_windows(const struct both *b)
{
	const struct pv_hooks *h = pv_hooks_get();
	volatile uint32_t *window[2];

	for (uint32_t i = 0; i < 2; i++) {
		window[i] = h->map_frame(h->context, b->page[i]);
		if (window[i] == NULL) {
			strange++;
			return;
		}
		*window[i] = b->word + i;
	}
	for (uint32_t i = 2; i-- > 0;) {
		strange += *window[i] != b->word + i;
		h->unmap_frame(h->context, (void *)(uintptr_t)window[i]);
	}
}

static void
window_tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	two_windows(&in_interrupt);
	rounds++;
}

static void
windows_within_an_interrupt(void)
{
	static struct pv_timer timer = PV_TIMER_INIT(window_tick, NULL);
	struct both here = { .word = 0xf00d0000 };
	uint64_t start, end, period = 100 * PV_NS_PER_US;

	for (unsigned i = 0; i < 2; i++) {
		here.page[i] = suite_page();
		in_interrupt.page[i] = suite_page();
	}
	rounds = strange = 0;
	/* Between two interrupts there must be time for others, also where a layer below has a part in windows. */
	start = pv_time_ns();
	two_windows(&here);
	end = pv_time_ns();
	while (period < 8 * (end - start))
		period *= 2;
	start = pv_time_ns();
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, start, period));
	/* The host may be away for all of the time that is meant for many. */
	end = start + PATIENCE_MS * MS;
	while (pv_time_ns() < (rounds != 0 ? start + 300 * MS : end) && rounds < 500)
		two_windows(&here);
	pv_timer_cancel(&timer);
	for (unsigned i = 0; i < 2; i++) {
		suite_page_free(here.page[i]);
		suite_page_free(in_interrupt.page[i]);
	}
	CHECK_EQ(strange, 0);
	CHECK(rounds > 0);
}

static const struct suite_case cases[] = {
	{ "fire_in_order", fire_in_order, SETS, 0 },
	{ "both_clocks_together", both_clocks_together, SETS, 0 },
	{ "forty_at_once", forty_at_once, SETS, 0 },
	{ "handler_sets_itself", handler_sets_itself, SETS, 0 },
	{ "handler_sets_itself_into_the_past", handler_sets_itself_into_the_past, SETS, 0 },
	{ "handler_cancels_itself", handler_cancels_itself, "pv_timer_cancel", 0 },
	{ "handler_cancels_others", handler_cancels_others, "pv_timer_cancel", 0 },
	{ "handler_sets_another", handler_sets_another, SETS, 0 },
	{ "refuses", refuses, "pv_timer_set", 0 },
	{ "windows_within_an_interrupt", windows_within_an_interrupt, "pv_hooks_freestanding", 0 },
};
SUITE(suite_timers, "timers", cases);
