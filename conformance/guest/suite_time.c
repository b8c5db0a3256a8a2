/*
 * Clocks: monotonic, scheduler, stolen time, delays. The wall clock is suite_wall.c's,
 * timers are suite_timer.c's; what the clock is compared with is the machine's own.
 *
 * Hosts are noisy and emulators slow: what is checked exactly is order and "not
 * before"; an upper bound is the least of several tries, and generous.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "suites.h"
#include "wait.h"

#define GENEROUS	(500 * PV_NS_PER_MS)
#define TRIES		3u

/* -- clocks ------------------------------------------------------------------- */

static void
never_goes_back(void)
{
	uint64_t last = pv_time_ns(), op_last = pv_ops.time.now(), now, op_now;
	unsigned jumps = 0;

	for (unsigned i = 0; i < 5000; i++) {
		now = pv_time_ns();
		op_now = pv_ops.time.now();
		CHECK(now >= last);
		CHECK(op_now >= op_last);
		jumps += now - last > PV_NS_PER_SEC / 2;
		last = now;
		op_last = op_now;
	}
	/* The machine may be held up, but not again and again. */
	CHECK(jumps <= 2);
}

static void
moves(void)
{
	uint64_t first = pv_time_ns();
	unsigned polls = 0;

	while (pv_time_ns() == first && ++polls < 100000)
		pv_cpu_relax();
	CHECK(pv_time_ns() > first);
}

/* 2^50 ns are thirteen days: no machine has been up for that long when this runs. */
static void
begins_at_start(void)
{
	CHECK(pv_time_ns() > 0);
	CHECK(pv_time_ns() < 1ull << 50);
}

static void
nothing_is_stolen(void)
{
	if (pv_has(PV_CAP_STOLEN_TIME))
		return;		/* what stolen_time_is_told looks at */
	CHECK_EQ(pv_time_stolen_ns(), 0);
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(pv_time_stolen_ns(), 0);
}

/* Where it is known it never shrinks, and is a part of the time that passed; sleep is not stolen. */
static void
stolen_time_is_told(void)
{
	uint64_t start = pv_time_ns(), last = pv_time_stolen_ns(), now, first = last;

	if (!pv_has(PV_CAP_STOLEN_TIME))
		return;		/* what nothing_is_stolen looks at */
	CHECK(first <= pv_time_ns());
	for (unsigned i = 0; i < 1000; i++) {
		now = pv_time_stolen_ns();
		CHECK(now >= last);
		last = now;
	}
	CHECK(last - first <= pv_time_ns() - start);
	CHECK(pv_time_sched_ns() <= pv_time_ns());
}

/* real = sched + stolen, with all three read one after the other. */
static void
sched_is_what_is_not_stolen(void)
{
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t stolen_before = pv_time_stolen_ns(), before = pv_time_ns();
		uint64_t sched = pv_time_sched_ns();
		uint64_t after = pv_time_ns(), stolen_after = pv_time_stolen_ns();

		CHECK(sched <= after - stolen_before);
		CHECK(sched >= before - stolen_after);
	}
}

static void
sched_never_goes_back(void)
{
	uint64_t last = pv_time_sched_ns(), first = last, now;

	for (unsigned i = 0; i < 5000; i++) {
		now = pv_time_sched_ns();
		CHECK(now >= last);
		last = now;
	}
	pv_delay_ns(PV_NS_PER_MS);
	CHECK(pv_time_sched_ns() > first);
}

static void
source_is_plausible(void)
{
	struct pv_time_source s;

	memset(&s, 0, sizeof(s));
	pv_time_source(&s);
	CHECK(s.clock != NULL && s.clock[0] != '\0');
	CHECK(s.found_by != NULL && s.found_by[0] != '\0');
	CHECK(s.timer != NULL && s.timer[0] != '\0');
	/* The PIT is the slowest clock there is. */
	CHECK(s.hz >= 1000000 && s.hz <= 32000000000ull);
}

/* -- delays -------------------------------------------------------------------- */

/* Not shorter than asked for, ever; the shortest of a few not much longer. */
static bool
delay_of(uint64_t ns, const char *name)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < TRIES && least > ns + GENEROUS; i++) {
		uint64_t start = pv_time_ns(), took;

		pv_delay_ns(ns);
		took = pv_time_ns() - start;
		if (took < ns) {
			suite_fail(__FILE__, __LINE__, "waiting for %s took %llu ns", name, (unsigned long long)took);
			return false;
		}
		least = took < least ? took : least;
	}
	if (least <= ns + GENEROUS)
		return true;
	suite_fail(__FILE__, __LINE__, "waiting for %s took at least %llu ns", name, (unsigned long long)least);
	return false;
}

static void
delay_is_not_short(void)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} list[] = {
		{ 0, "nothing" }, { 1, "1 ns" }, { 1000, "1 us" }, { 12345, "12345 ns" }, { 999999, "almost 1 ms" },
		{ 10 * PV_NS_PER_MS, "10 ms" },
	};

	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (!delay_of(list[i].ns, list[i].name))
			return;
}

static void
delay_with_gate_closed(void)
{
	pv_irq_state gate = pv_irq_save();
	bool good = delay_of(2 * PV_NS_PER_MS, "2 ms");

	pv_irq_restore(gate);
	CHECK(good);
}

/* More than a second is a mistake: told, and cut to one. */
static void
delay_is_cut_to_a_second(void)
{
	uint64_t start = pv_time_ns(), took;

	pv_delay_ns(1000 * PV_NS_PER_SEC);
	took = pv_time_ns() - start;
	CHECK(took >= PV_NS_PER_SEC);
	CHECK(took < 100 * PV_NS_PER_SEC);
}

static const struct suite_case cases[] = {
	{ "never_goes_back", never_goes_back, "pv_time_ns time.now", 0 },
	{ "moves", moves, "pv_time_ns time.now time.init", 0 },
	{ "begins_at_start", begins_at_start, "pv_time_ns time.now", 0 },
	{ "nothing_is_stolen", nothing_is_stolen, "pv_time_stolen_ns time.stolen", 0 },
	{ "stolen_time_is_told", stolen_time_is_told, "pv_time_stolen_ns time.stolen", 0 },
	{ "sched_is_what_is_not_stolen", sched_is_what_is_not_stolen,
	    "pv_time_sched_ns pv_time_stolen_ns time.stolen", 0 },
	{ "sched_never_goes_back", sched_never_goes_back, "pv_time_sched_ns", 0 },
	{ "source_is_plausible", source_is_plausible, "pv_time_source time.source time.init", 0 },
	{ "delay_is_not_short", delay_is_not_short, "pv_delay_ns time.delay", 0 },
	{ "delay_with_gate_closed", delay_with_gate_closed, "pv_delay_ns time.delay", 0 },
	{ "delay_is_cut_to_a_second", delay_is_cut_to_a_second, "pv_delay_ns", CASE_ONCE },
};
SUITE(suite_time, "time", cases);
