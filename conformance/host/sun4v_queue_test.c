/*
 * Queues of a sun4v strand, from the hypervisor's store to the handler of a line: the
 * image's own trap code, inputs and lines, on the model of sun4v_model.h. None may be
 * lost, or be two, of:
 *   - a mondo between any two instructions of a segment; of a wait, the first 2500;
 *   - two at accesses to memory or registers: the first at every eighth of a segment's
 *     first 40 (PV_SOAK: at each), the second at each of the 250 behind it;
 *   - three in trap code and inputs: the second at the first 60 accesses there, the third
 *     at the 60 behind it (PV_SOAK: at any two).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdlib.h>

#include "sun4v_model.h"
#include "cases.h"

#define MOST		20000000u
#define BLOCK		{ .ra = 0x2000400000, .size = 12 * 0x100000ull }
#define COOKIE		0x10000u
#define SEGMENTS	6u
#define MASKED		2u
#define RAISED		3u
#define REBIND		4u
#define IDLES		5u
#define WAITING		2500u		/* instructions, after which a strand that idles is in its wait */
#define LATER		2u		/* the source whose handler says so */
#define UNBOUND		7u
#define CROSS		2040u

static struct strand *const cpu = &model.strand[0];
static unsigned now;		/* segment */
static uint64_t hits, cross, checks, segment, spurious;

/* To where the guest is ready; the state is kept. */
static void
prepare(unsigned bits, unsigned n)
{
	const struct block block = BLOCK;

	model_queue_bits = bits;
	model_start(&block, 1, "lines");
	ck_assert_msg(model_run(cpu, MOST) && model.point == 1, "not ready\n%s", model.said);
	hits = model_symbol("modelled_hits");
	cross = model_symbol("modelled_cross");
	checks = model_symbol("modelled_checks");
	segment = model_symbol("modelled_segment");
	spurious = model_symbol("modelled_spurious");
	model_word_set(segment, n);
	now = n;
	for (unsigned i = 1; i < 4; i++)
		model.source[i].level = true;
	model.strand[1].running = true;
	model_keep();
}

static void
start(void)
{
}

static unsigned
hits_of(unsigned source)
{
	return (unsigned)model_word(hits + 8 * source);
}

/* -- the order of things: a source is idle again only after its handler ran --------------------- */

static void
look_at_order(unsigned source)
{
	struct source *v = &model.source[source];

	if (v->state == DELIVERED && hits_of(source) > v->queued)
		model_broken("source %u: %u handlers for %u mondos", source, hits_of(source), v->queued);
}

/* Run on to where nothing is left to do. */
static void
settle(void)
{
	for (unsigned i = 0; i < 100; i++) {
		bool quiet = cpu->softint == 0;

		ck_assert_msg(model_run(cpu, MOST), "on and on at 0x%lx\n%s", cpu->pc, model.said);
		ck_assert_msg(!model.ended, "it ended\n%s", model.said);
		for (unsigned n = 0; n < QUEUES; n++)
			quiet = quiet && cpu->queue[n].head == cpu->queue[n].tail;
		for (unsigned n = 0; n < model.nr_sources; n++)
			quiet = quiet && (n == UNBOUND ||
			    (!model.source[n].pending && model.source[n].state == IDLE));
		if (quiet && model.point == 3)
			return;
	}
	ck_abort_msg("something is left: %s", model.said);
}

/* Edges that come while the line is held are one; so is a level that is still there. */
static bool
merges(unsigned source)
{
	return model.source[source].level || now == REBIND || now == MASKED || now == RAISED;
}

/* What was raised has been handled: each mondo once, and nothing else. */
static void
all_handled(const unsigned *before_last)
{
	for (unsigned n = 0; n < model.nr_sources; n++) {
		struct source *v = &model.source[n];

		if (n == UNBOUND)
			continue;
		look_at_order(n);
		ck_assert_msg(hits_of(n) == v->queued || (merges(n) && hits_of(n) < v->queued),
		    "source %u: %u mondos, %u handlers", n, v->queued, hits_of(n));
		/* What comes to a line that is not bound is nobody's. */
		if (v->raised == 0 || (now == REBIND && n == 0))
			continue;
		ck_assert_msg(v->queued > 0, "source %u: lost", n);
		ck_assert_msg(v->level || v->queued <= v->raised, "source %u: %u for %u", n, v->queued, v->raised);
		if (before_last != NULL)
			ck_assert_msg(hits_of(n) > before_last[n], "source %u: the last one is lost", n);
	}
	if (now != REBIND)
		ck_assert_uint_eq(model_word(spurious), 0);
}

/* Afterwards each is as it was: one more, and one more handler. */
static void
goes_on(void)
{
	for (unsigned n = 0; n < UNBOUND; n++) {
		unsigned before = hits_of(n);

		model_raise(n);
		settle();
		ck_assert_msg(hits_of(n) == before + 1, "source %u is stuck", n);
	}
}

/* -- one mondo, anywhere -------------------------------------------------------------------------- */

/* Instructions from the first point to the second when nothing comes. */
static unsigned
length(void)
{
	uint64_t from = cpu->instructions;

	ck_assert(model_run(cpu, MOST) && model.point == 2);
	return (unsigned)(cpu->instructions - from);
}

static void
steps(unsigned n)
{
	while (n-- > 0)
		model_step(cpu);
}

START_TEST(one_mondo_between_any_two_instructions)
{
	unsigned most;

	prepare(7, (unsigned)_i);
	most = length();
	ck_assert_uint_gt(most, 100);
	/* The wait is the same again and again; of the others the end is reached. */
	if (now == IDLES)
		most = most < WAITING ? most : WAITING;
	ck_assert_uint_lt(most, 10000);
	for (unsigned at = 0; at < most; at++)
		for (unsigned source = 0; source < 3; source++) {
			model_back();
			steps(at);
			model_raise(source);
			settle();
			all_handled(NULL);
			if (at % 16 == 0)
				goes_on();
		}
}
END_TEST

/* -- two and three, at accesses ---------------------------------------------------------------------- */

/* What comes at which access, counted from the first point on. */
static struct {
	unsigned at[3], source[3], nr, next, accesses, before_last[NR_SOURCES];
	bool in_handler;		/* count those of trap code and inputs only */
} plan;
static uint64_t code[8];

static bool
counted(const struct strand *s)
{
	if (!plan.in_handler)
		return true;
	for (unsigned i = 0; i < 8; i += 2)
		if (s->pc >= code[i] && s->pc < code[i + 1])
			return true;
	return false;
}

static void
as_planned(struct strand *s)
{
	if (s->id != 0 || !counted(s))
		return;
	while (plan.next < plan.nr && plan.at[plan.next] == plan.accesses) {
		unsigned source = plan.source[plan.next++];

		plan.before_last[source] = hits_of(source);
		model_raise(source);
	}
	plan.accesses++;
}

/* How many accesses there are until all is handled. */
static unsigned
run_plan(void)
{
	model_back();
	plan.next = plan.accesses = 0;
	memset(plan.before_last, 0, sizeof(plan.before_last));
	order.after_access = as_planned;
	settle();
	order.after_access = NULL;
	if (plan.next == plan.nr)
		all_handled(plan.before_last);
	return plan.accesses;
}

/* The full figures, which take minutes. */
static bool
soaks(void)
{
	return getenv("PV_SOAK") != NULL;
}

/* Places for the second behind each place for the first. */
START_TEST(two_mondos_at_any_two_accesses)
{
	static const unsigned pairs[][2] = { { 0, 0 }, { 0, 1 }, { 1, 1 }, { LATER, LATER }, { 1, LATER } };
	const unsigned *pair = pairs[_i % 5], n = (unsigned)_i / 5;
	unsigned stride = soaks() ? 1 : 8, offset = stride == 1 ? 0 : (unsigned)_i % 8;
	unsigned most, runs = 0;

	prepare(_i % 2 == 0 ? 7 : 1, n);
	plan.source[0] = pair[0];
	plan.source[1] = pair[1];
	plan.nr = 0;
	most = run_plan();
	plan.nr = 2;
	/* In the segment alone; what the first one adds is the second's as well. */
	for (plan.at[0] = offset; plan.at[0] < most && plan.at[0] < 40; plan.at[0] += stride) {
		unsigned accesses = plan.at[0] + 1;

		for (plan.at[1] = plan.at[0]; plan.at[1] < accesses && plan.at[1] < plan.at[0] + 250; plan.at[1]++) {
			accesses = run_plan();
			runs++;
		}
	}
	ck_assert_uint_gt(runs, 100);
}
END_TEST

static void
within(unsigned i, const char *first, uint64_t end)
{
	code[i] = model_symbol(first);
	code[i + 1] = end;
	ck_assert_msg(end > code[i], "%s ends before it begins", first);
}

/* The second and the third at accesses of what the first one sets going: from the trap to its end. */
START_TEST(three_mondos_in_trap_code_and_inputs)
{
	static const unsigned triples[][3] = { { 0, 0, 0 }, { 0, 1, 0 }, { 1, 0, LATER } };
	unsigned most = 1, reach = soaks() ? MOST : 60;

	prepare(_i % 2 == 0 ? 7 : 1, 0);
	/* Queues; what is noted and given to lines; the calls. */
	within(0, "queue", model_symbol("slow_d"));
	within(2, "pv_sparc64_inputs_deliver", model_symbol_end("pv_sparc64_inputs_deliver"));
	within(4, "pv_sun4v_fast5", model_symbol_end("pv_sun4v_fast5"));
	within(6, "pv_sparc64_input_end", model_symbol_end("pv_sparc64_input_end"));
	plan.in_handler = true;
	plan.nr = 3;
	memcpy(plan.source, triples[_i / 2], sizeof(plan.source));
	for (plan.at[1] = 0; plan.at[1] < most && plan.at[1] < reach; plan.at[1]++)
		for (plan.at[2] = plan.at[1]; plan.at[2] < plan.at[1] + reach && plan.at[2] <= most; plan.at[2]++) {
			model_back();
			plan.next = 1;
			plan.accesses = 0;
			memset(plan.before_last, 0, sizeof(plan.before_last));
			model_raise(plan.source[0]);
			order.after_access = as_planned;
			settle();
			order.after_access = NULL;
			most = plan.accesses > most ? plan.accesses : most;
			if (plan.next == 3)
				all_handled(plan.before_last);
		}
	plan.in_handler = false;
	ck_assert_uint_gt(most, 20);
}
END_TEST

/* -- full, round and round ------------------------------------------------------------------------------ */

/* All of them again and again, as soon as they are idle; queues of 2 to 128 entries. */
static unsigned storm_left;

static void
storm(struct strand *s)
{
	unsigned source = draw_below(UNBOUND);

	(void)s;
	if (storm_left == 0)
		return;
	storm_left--;
	plan.before_last[source] = hits_of(source);
	model_raise(source);
}

START_TEST(storms)
{
	static const unsigned bits[] = { 1, 2, 3, 7 };

	prepare(bits[_i % 4], (unsigned)_i / 4);
	for (unsigned round = 0; round < 8; round++) {
		model_back();
		memset(plan.before_last, 0, sizeof(plan.before_last));
		storm_left = 4000;
		order.after_access = storm;
		while (storm_left > 0)
			model_step(cpu);
		order.after_access = NULL;
		settle();
		all_handled(plan.before_last);
		for (unsigned n = 0; n < UNBOUND; n++)
			ck_assert_uint_gt(model.source[n].queued, 1);
		goes_on();
	}
}
END_TEST

/* All at once, in a queue that has room for one. */
START_TEST(what_finds_no_room_waits)
{
	prepare((unsigned)_i + 1, 1);
	for (unsigned n = 0; n < UNBOUND; n++)
		model_raise(n);
	settle();
	all_handled(NULL);
	for (unsigned n = 0; n < UNBOUND; n++)
		ck_assert_uint_eq(hits_of(n), 1);
}
END_TEST

/* The ring from every place, with every number of entries. */
START_TEST(every_place_of_the_ring)
{
	uint64_t words[8] = { COOKIE | CROSS };
	unsigned size = 1u << (_i + 1);

	prepare((unsigned)_i + 1, 0);
	for (unsigned place = 0; place < size; place++)
		for (unsigned n = 1; n < size; n++) {
			model_back();
			cpu->queue[CPU_MONDO].head = cpu->queue[CPU_MONDO].tail = 64 * place;
			for (unsigned i = 0; i < n; i++) {
				words[0] = COOKIE | (CROSS + i % 4);
				ck_assert(model_enqueue(cpu, CPU_MONDO, words));
			}
			if (n == size - 1)
				ck_assert(!model_enqueue(cpu, CPU_MONDO, words));
			settle();
			ck_assert_uint_eq(cpu->queue[CPU_MONDO].head, 64 * ((place + n) % size));
			for (unsigned i = 0; i < 4; i++)
				ck_assert_uint_eq(model_word(cross + 8 * i), i < n);
		}
}
END_TEST

/* -- what should not be ------------------------------------------------------------------------------------ */

/* The handler ends, reads nothing that is no entry, and what comes afterwards is delivered. */
START_TEST(tails_that_cannot_be)
{
	static const uint64_t tails[] = {
		1, 0x20, 63, 65, 0x1001, 0x2000, 0x2040, 0x10000, 1ull << 32, 1ull << 63, ~0ull, ~63ull,
	};
	uint64_t from;

	prepare(_i % 2 == 0 ? 7 : 1, 0);
	order.bad_tail = true;
	order.tail = tails[_i / 2];
	from = cpu->instructions;
	while (model.point != 3 && cpu->instructions - from < 100000)
		model_step(cpu);
	ck_assert_msg(model.point == 3, "tail 0x%llx: the handler does not end", (unsigned long long)order.tail);
	order.bad_tail = false;
	/* A hypervisor that gives such a tail begins again. */
	for (unsigned n = 0; n < 3; n++)
		cpu->queue[n].head = cpu->queue[n].tail;
	settle();
	model_raise(0);
	settle();
	ck_assert_uint_eq(hits_of(0), 1);
}
END_TEST

/* Words that are no cookie of ours, and cookies that nobody has bound: told of as spurious, and nobody is called. */
START_TEST(words_that_mean_nothing)
{
	static const uint64_t strange[] = {
		0, 1, 0x7ff, 0xffff, COOKIE | UNBOUND, COOKIE | 100, COOKIE | 2039, COOKIE | 2047, 0x10800, 0x20000,
		0x8000000000010000, 0x100010000, ~0ull, 0x400000,
	};
	uint64_t words[8] = { strange[_i / 2] };

	prepare(7, 0);
	ck_assert(model_enqueue(cpu, _i % 2 == 0 ? DEVICE_MONDO : CPU_MONDO, words));
	settle();
	ck_assert_uint_eq(model_word(spurious), 1);
	for (unsigned n = 0; n < NR_SOURCES; n++)
		ck_assert_uint_eq(hits_of(n), 0);
	for (unsigned n = 0; n < 4; n++)
		ck_assert_uint_eq(model_word(cross + 8 * n), 0);
	ck_assert_uint_eq(model_word(checks), 0);
}
END_TEST

/* -- errors --------------------------------------------------------------------------------------------------- */

START_TEST(reports_of_errors)
{
	const uint64_t words[8] = { COOKIE, 5, 1ull << 32 };
	unsigned n = 0;

	prepare(2, 0);
	while (model_enqueue(cpu, RESUMABLE, words))
		n++;
	ck_assert_uint_eq(n, 3);
	settle();
	ck_assert(strstr(model.said, "reports an error that it could mend") != NULL);
	ck_assert_uint_eq(model_word(spurious), 0);
	ck_assert_uint_eq(hits_of(0), 0);
	ck_assert_uint_eq(model_word(checks), 0);
}
END_TEST

/* One trap each, out of their queue, round and round. PSTATE.IE does not hold them back. */
START_TEST(errors_that_nobody_resumes_from)
{
	const uint64_t words[8] = { COOKIE, 5, 2ull << 32 };

	prepare(1, 0);
	for (unsigned n = 1; n <= 5; n++) {
		ck_assert(model_enqueue(cpu, NONRESUMABLE, words));
		model_trap(cpu, 0x7f);
		settle();
		ck_assert_uint_eq(model_word(checks), n);
		ck_assert_uint_eq(cpu->queue[NONRESUMABLE].head, cpu->queue[NONRESUMABLE].tail);
	}
	ck_assert_uint_eq(model_word(spurious), 0);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ one_mondo_between_any_two_instructions, SEGMENTS },
		{ two_mondos_at_any_two_accesses, 5 * SEGMENTS }, { three_mondos_in_trap_code_and_inputs, 6 },
		{ storms, 4 * SEGMENTS }, { what_finds_no_room_waits, 4 },
		{ every_place_of_the_ring, 4 }, { tails_that_cannot_be, 24 }, { words_that_mean_nothing, 28 },
		{ reports_of_errors, 0 }, { errors_that_nobody_resumes_from, 0 },
	};

	return RUN_CASES("sun4v_queue", start, cases);
}
