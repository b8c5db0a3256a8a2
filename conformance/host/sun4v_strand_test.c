/*
 * Strands of a sun4v machine at the same time, on the model of sun4v_model.h: one runs
 * what the library does to a space, another one's miss handler loads a translation of
 * that very page, and they take turns at every access to what they share; mondos that
 * one sends to others.
 *
 * The library runs one CPU, so this is what is laid out for more: marks in records are
 * set and taken by compare and swap. What it takes beyond that is in the last cases, which
 * see it missing; docs/limits.md.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sun4v_model.h"
#include "../../backends/common/tsb/numbers.h"
#include "cases.h"

#define MOST		20000000u
#define BLOCK		{ .ra = 0x2000000000, .size = 16 * 0x100000ull }
#define COOKIE		0x10000u
#define CROSS		2040u
#define MARK_R		0x400u
#define MARK_M		0x800u
#define LEAF		(1ull << 63)
#define RA_MASK		0x00ffffffffffe000ull
#define TAG_INVALID	(1ull << 47)
#define TTE_W		0x040u
#define TTE_4M		3u

enum { PROTECT, UNMAP, UNMAP_HARVEST, HARVEST, CACHE, LARGE_CACHE, SPLIT, MISS };

static struct strand *const cpu = &model.strand[0], *const other = &model.strand[1];
static uint64_t buffer, miss_failed, done_at, va, root, context;
static unsigned job;

static void
start(void)
{
}

/* The other strand as the library would start it: the same tables, a record of its own. */
static void
begin_other(bool store)
{
	uint64_t fault_area = model_linked(model_symbol("pv_sun4v_fault_areas")) + PV_SUN4V_FAULT_AREA_SIZE;

	*other = *cpu;
	other->id = 1;
	memset(other->itlb, 0, sizeof(other->itlb));
	memset(other->dtlb, 0, sizeof(other->dtlb));
	memset(other->queue, 0, sizeof(other->queue));
	other->fetch_from = NULL;
	other->fault_area = fault_area;
	other->scratch[0] = model_word(model_symbol("modelled_other"));
	other->scratch[1] = fault_area;
	other->tl = other->gl = other->primary = 0;
	other->pstate = PRIV;
	other->secondary = (unsigned)context;
	other->softint = 0;
	other->compare = 1ull << 63;
	model_reg_set(other, 8, va);
	model_reg_set(other, 9, 0x5707ed5707edull);
	other->pc = model_word(model_symbol("modelled_entry") + (store ? 8 : 0));
	other->npc = other->pc + 4;
}

static void
prepare(unsigned n, bool store, bool touched)
{
	const struct block block = BLOCK;
	char args[] = { 's', (char)('0' + n), touched ? 't' : '\0', '\0' };

	job = n;
	model_start(&block, 1, args);
	ck_assert_msg(model_run(cpu, MOST) && model.point == 1, "not ready\n%s", model.said);
	buffer = model_linked(model_symbol("pv_tsb_buffer"));
	miss_failed = model_symbol("miss_failed");
	done_at = model_symbol("modelled_done");
	va = model_word(model_symbol("modelled_va"));
	context = model_word(model_symbol("modelled_context"));
	root = model_word(model_word(model_symbol("modelled_other")) + PV_TSB_CPU_ROOT);
	begin_other(store);
	model_keep();
}

static uint64_t
real_word(uint64_t ra)
{
	return model_get(model_real(ra, 8, false), 8);
}

/* -- turns -------------------------------------------------------------------------------------- */

static struct {
	unsigned first, second;		/* accesses of the library's after which the other goes on */
	unsigned some;			/* accesses that it makes at first; then all that are left */
	unsigned at, others;		/* so far */
	bool faulted, done;
} turn;

/* What both touch: the entries on the way to the page, as it is now, and its slot of the buffer. */
static bool
shared(const struct strand *s)
{
	uint64_t table = root, e = LEAF, at;

	if (s->touched_ra - (buffer + 16 * (va >> 13 & 4095)) < 16)
		return true;
	for (unsigned level = 3; level > 0; level--) {
		at = table + 8 * (va >> (13 + 10 * (level - 1)) & 1023);
		if (s->touched_ra == at)
			return true;
		e = real_word(at);
		if (e == 0 || (e & LEAF) != 0)
			return false;
		table = e;
	}
	return false;
}

static void
others_turn(unsigned most)
{
	for (unsigned n = 0; n < 10000 && turn.others < most && !turn.done; n++) {
		if (other->pc == miss_failed)
			turn.faulted = true;
		turn.done = turn.faulted || other->pc == done_at;
		if (turn.done)
			break;
		model_step(other);
		turn.others += other->touched && shared(other);
	}
}

static void
take_turns(struct strand *s)
{
	if (s->id != 0 || !shared(s))
		return;
	if (turn.at == turn.first)
		others_turn(turn.some);
	if (turn.at == turn.second)
		others_turn(~0u);
	turn.at++;
}

/* Gives how many shared accesses the library made. */
static unsigned
run_turns(unsigned first, unsigned some, unsigned second)
{
	model_back();
	memset(&turn, 0, sizeof(turn));
	turn.first = first;
	turn.some = some;
	turn.second = second;
	order.after_access = take_turns;
	ck_assert_msg(model_run(cpu, MOST) && model.point == 2, "%s", model.said);
	order.after_access = NULL;
	others_turn(~0u);
	ck_assert_msg(turn.done, "the other strand does not end, 0x%llx", (unsigned long long)other->pc);
	return turn.at;
}

/* -- what is left ------------------------------------------------------------------------------------ */

/* The leaf that an address has, 0: none. */
static uint64_t
leaf(uint64_t at)
{
	uint64_t table = root, e = 0;

	for (unsigned level = 3; level > 0; level--) {
		e = real_word(table + 8 * (at >> (13 + 10 * (level - 1)) & 1023));
		if (e == 0 || (e & LEAF) != 0)
			return e;
		table = e;
	}
	return e;
}

/* Has the other strand's access been noted: in the record, or in what was told of the page? */
static bool
noted(uint64_t marks)
{
	uint64_t told = model_word(model_symbol("modelled_told"));

	/* Whoever unmaps and does not ask is not told. */
	return turn.faulted || job == UNMAP || ((leaf(va) | told) & marks) == marks;
}

/* And what the library was asked for is what the record says. */
static bool
changed(void)
{
	uint64_t e = leaf(va);

	switch (job) {
	case PROTECT:
		return e != 0 && (e & PV_TSB_WRITE) == 0;
	case UNMAP:
	case UNMAP_HARVEST:
		return e == 0;
	case CACHE:
	case LARGE_CACHE:
		return (e >> PV_TSB_CACHE_SHIFT & 3) == 1;
	case SPLIT:
		return (e & PV_TSB_LARGE) == 0 && (leaf(va + PAGE) & PV_TSB_WRITE) == 0;
	default:
		return true;
	}
}

/* The buffer's entry of an address against the record: is there one, and does it say what that does not? */
static bool
stale(uint64_t at)
{
	uint64_t slot = buffer + 16 * (at >> 13 & 4095), tag = real_word(slot), tte = real_word(slot + 8);
	uint64_t e = leaf(at);
	uint64_t base = (tte & 15) == TTE_4M ? at & 0x400000 : 0;

	if ((tag & TAG_INVALID) != 0 || tag != (context << 48 | at >> 22))
		return false;
	return e == 0 || (tte & RA_MASK) != (e & RA_MASK) + base || ((tte & TTE_W) != 0 && (e & 0x802) != 0x802);
}

/* Every schedule of two turns. Gives how many left something stale in the buffer. */
static unsigned
schedules(uint64_t marks)
{
	unsigned accesses = run_turns(~0u, 0, ~0u), others, stales = 0, runs = 0;

	ck_assert_msg(noted(marks), "one after the other");
	(void)run_turns(0, ~0u, 0);
	ck_assert_msg(noted(marks) && !turn.faulted, "the other way round: leaf 0x%llx, %d, %u accesses",
	    (unsigned long long)leaf(va), turn.faulted, turn.others);
	others = turn.others;
	for (unsigned first = 0; first <= accesses; first++)
		for (unsigned some = 0; some <= others; some++)
			for (unsigned second = first; second <= accesses; second++) {
				runs++;
				(void)run_turns(first, some, second);
				ck_assert_msg(noted(marks), "job %u, turns %u %u %u: a mark is lost", job, first, some,
				    second);
				ck_assert_msg(changed(), "job %u, turns %u %u %u: a change is lost", job, first, some,
				    second);
				stales += stale(va);
			}
	ck_assert_uint_gt(runs, 10);
	return stales;
}

/* Whatever is done to a page: it is done, and a store of another strand that went through is known of. */
START_TEST(neither_mark_nor_change_is_lost)
{
	bool store = _i % 2 == 0;

	prepare((unsigned)_i / 4, store, (_i & 2) != 0);
	(void)schedules(store ? MARK_R | MARK_M : MARK_R);
}
END_TEST

/* -- mondos between strands ------------------------------------------------------------------------------ */

static uint64_t list, mondo;
static unsigned sends, refused;

/* Another strand's CPU_MONDO_SEND, again and again with the same list until all are sent. */
static bool
send(uint64_t n)
{
	unsigned status = model_mondo_send(&model.strand[1], n, list, mondo);

	ck_assert(status == 0 || status == 9);
	refused += status == 9;
	return status == 0;
}

static void
address(unsigned nr, const unsigned *cpus)
{
	for (unsigned i = 0; i < nr; i++)
		model_put(model_real(list + 2 * i, 2, true), 2, cpus[i]);
}

static unsigned
cross_of(unsigned n)
{
	return (unsigned)model_word(model_symbol("modelled_cross") + 8 * n);
}

/* The third strand never looks at its queue but when it is told to. */
static void
third_strand(void)
{
	struct strand *third = &model.strand[2];

	third->queue[CPU_MONDO] = (struct queue){ model_linked(model_symbol("pv_tsb_buffer")), 2, 0, 0 };
}

static void
prepare_mondos(unsigned bits)
{
	const struct block block = BLOCK;

	model_queue_bits = bits;
	model_start(&block, 1, "lines");
	ck_assert_msg(model_run(cpu, MOST) && model.point == 1, "not ready\n%s", model.said);
	list = model_linked(model_symbol("modelled_list"));
	mondo = model_linked(model_symbol("modelled_mondo"));
	third_strand();
	model_keep();
}

static void
mondo_is(uint64_t word)
{
	model_put(model_real(mondo, 8, true), 8, word);
}

/* A cross line of this strand, from another one, at every instruction of the other's choice. */
static unsigned send_at, send_seen, before_last[4];
static bool sending;

static void
send_now(struct strand *s)
{
	const unsigned here[] = { 0 };

	if (s->id != 0)
		return;
	if (!sending && send_seen++ % send_at == 0 && sends > 0) {
		sends--;
		address(1, here);
		mondo_is(COOKIE | (CROSS + sends % 4));
		before_last[sends % 4] = cross_of(sends % 4);
		sending = true;
	}
	if (sending && send(1))
		sending = false;
}

START_TEST(mondos_of_another_strand)
{
	prepare_mondos((unsigned)_i % 3 + 1);
	model.strand[0].pil = 0;
	for (send_at = 1; send_at < 40; send_at++) {
		model_back();
		sends = 40;
		send_seen = 0;
		order.after_access = send_now;
		while (sends > 0 || sending)
			model_step(cpu);
		order.after_access = NULL;
		for (unsigned i = 0; i < 10; i++)
			ck_assert(model_run(cpu, MOST));
		ck_assert(cpu->queue[CPU_MONDO].head == cpu->queue[CPU_MONDO].tail && cpu->softint == 0);
		for (unsigned n = 0; n < 4; n++) {
			ck_assert_uint_gt(cross_of(n), before_last[n]);
			ck_assert_uint_le(cross_of(n), 10);
		}
	}
	ck_assert(_i % 3 != 0 || refused > 0);
}
END_TEST

/* One of two has no room: the other has it once, however often the call is made again. */
START_TEST(a_list_is_sent_in_parts)
{
	const unsigned both[] = { 2, 0 };

	prepare_mondos(7);
	address(2, both);
	mondo_is(COOKIE | CROSS);
	ck_assert(send(2));
	address(2, both);
	for (unsigned n = 0; n < 5; n++) {
		ck_assert(!send(2));
		ck_assert_uint_eq(model_get(model_real(list, 2, false), 2), 2);
		ck_assert_uint_eq(model_get(model_real(list + 2, 2, false), 2), 0xffff);
	}
	ck_assert_uint_eq(cpu->queue[CPU_MONDO].tail, 2 * 64);
	model.strand[2].queue[CPU_MONDO].head = 64;
	ck_assert(send(2));
	ck_assert_uint_eq(cpu->queue[CPU_MONDO].tail, 2 * 64);
	for (unsigned i = 0; i < 10; i++)
		ck_assert(model_run(cpu, MOST));
	/* Two of one kind in one run of the queue are one. */
	ck_assert_uint_eq(cross_of(0), 1);
	ck_assert_uint_eq(cpu->queue[CPU_MONDO].head, 2 * 64);
}
END_TEST

/* -- what is missing for a second strand --------------------------------------------------------------- */

/* A walk that read the record before a change puts into the buffer what was there, after sync() has cleared it. */
START_TEST(a_walk_elsewhere_brings_back_what_was_cleared)
{
	prepare(UNMAP, true, false);
	ck_assert_uint_gt(schedules(MARK_R | MARK_M), 0);
}
END_TEST

/* Two misses of one slot: the one's tag with the other's translation. */
START_TEST(two_walks_mix_an_entry)
{
	unsigned accesses, others, mixed = 0;

	prepare(MISS, false, false);
	accesses = run_turns(~0u, 0, ~0u);
	others = turn.others;
	for (unsigned first = 0; first <= accesses; first++)
		for (unsigned some = 0; some <= others; some++)
			for (unsigned second = first; second <= accesses; second++) {
				(void)run_turns(first, some, second);
				mixed += stale(va) || stale(va + 4096 * PAGE);
			}
	ck_assert_uint_gt(mixed, 0);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ neither_mark_nor_change_is_lost, 4 * MISS },
		{ mondos_of_another_strand, 3 }, { a_list_is_sent_in_parts, 0 },
		{ a_walk_elsewhere_brings_back_what_was_cleared, 0 }, { two_walks_mix_an_entry, 0 },
	};

	return RUN_CASES("sun4v_strand", start, cases);
}
