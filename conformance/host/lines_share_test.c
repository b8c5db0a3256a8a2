/*
 * Interrupt lines on a model machine: sharing a source, claiming, storms, work that
 * ends LATER, routing, messages.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lines_probe.h"

/* -- sharing, claiming, storms -- */

START_TEST(all_that_share_are_asked_in_order)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED }, .answer = PV_LINE_NOT_MINE };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED } };

	bind(&a);
	bind(&b);
	edge(4);
	ck_assert_str_eq(order, "ab");
	ck_assert_uint_eq(pv_line_spurious(), 0);
	b.answer = PV_LINE_NOT_MINE;
	edge(4);
	ck_assert_uint_eq(pv_line_spurious(), 1);
}
END_TEST

START_TEST(masking_one_masks_the_source)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED } };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED } };

	bind(&a);
	bind(&b);
	pv_line_mask(&a.line);
	edge(4);
	ck_assert_str_eq(order, "");
	pv_line_unmask(&a.line);
	ck_assert_str_eq(order, "ab");
}
END_TEST

START_TEST(storm_is_stopped_after_1000_with_one_message)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL, .name = "screamer" },
	    .answer = PV_LINE_NOT_MINE, .keeps_up = true };
	struct probe other = { .line = { .source = 5 } };

	bind(&p);
	bind(&other);
	level(4, true);
	ck_assert_uint_eq(p.runs, 1000);
	ck_assert(in[4].masked);
	ck_assert_uint_eq(said_lines, 1);
	ck_assert_ptr_nonnull(strstr(said, "screamer"));
	ck_assert_ptr_nonnull(strstr(said, "source 4 "));
	ck_assert_uint_eq(pv_line_spurious(), 1000);
	edge(5);
	ck_assert_uint_eq(other.runs, 1);
	/* Mask and unmask do not end it; unbinding does. */
	pv_line_mask(&p.line);
	pv_line_unmask(&p.line);
	poll();
	ck_assert_uint_eq(p.runs, 1000);
	pv_line_unbind(&p.line);
	p.answer = PV_LINE_MINE;
	p.keeps_up = false;
	ck_assert_int_eq(bind(&p), PV_OK);
	poll();
	ck_assert_uint_eq(p.runs, 1001);
}
END_TEST

static void
claim_the_999th(struct probe *p)
{
	p->answer = p->runs % 1000 == 999 ? PV_LINE_MINE : PV_LINE_NOT_MINE;
	p->keeps_up = p->runs < 5000;
}

START_TEST(claiming_now_and_then_is_no_storm)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL }, .inside = claim_the_999th };

	bind(&p);
	level(4, true);
	ck_assert_uint_eq(p.runs, 5000);
	ck_assert(!in[4].masked);
	ck_assert_uint_eq(said_lines, 0);
}
END_TEST

START_TEST(another_line_that_shares_ends_the_storm)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_LEVEL | PV_LINE_SHARED },
	    .answer = PV_LINE_NOT_MINE, .keeps_up = true };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_LEVEL | PV_LINE_SHARED } };

	bind(&a);
	level(4, true);
	ck_assert(in[4].masked);
	ck_assert_int_eq(bind(&b), PV_OK);
	poll();
	ck_assert_uint_eq(b.runs, 1);
	ck_assert(!in[4].masked);
}
END_TEST

#define MS		1000000ull
#define FREE		8u		/* runs without work before the first wait */
#define LONGEST		(82 * MS)	/* and the longest */

/* An edge every so many nanoseconds for a while; how often the handler ran. */
static unsigned
edges(struct probe *p, uint64_t every, uint64_t ns)
{
	unsigned before = p->runs;

	for (uint64_t i = 0; i < ns; i += every) {
		edge(4);
		pass(every);
	}
	return p->runs - before;
}

/* P4: 101,000 edges without work in ten seconds, and the handler runs some hundred times. */
START_TEST(edges_without_work_are_slowed)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };
	struct probe other = { .line = { .source = 5 } };
	unsigned runs;

	bind(&p);
	bind(&other);
	for (unsigned i = 1; i <= FREE; i++) {
		edge(4);
		ck_assert_uint_eq(p.runs, i);
	}
	/* 10 us, and twice as long each time. */
	ck_assert_uint_le(edges(&p, 1000, MS), 9);
	ck_assert_uint_le(edges(&p, 100000, 99 * MS), 7);
	runs = edges(&p, 100000, 9900 * MS);
	ck_assert_uint_le(runs, 9900 * MS / LONGEST + 2);
	ck_assert_uint_ge(runs, 9900 * MS / (LONGEST + 2 * MS) - 1);
	ck_assert_uint_eq(pv_line_spurious(), p.runs);
	ck_assert_uint_eq(said_lines, 0);
	/* Nobody else waits. */
	ck_assert(in[4].masked);
	for (unsigned i = 1; i <= 100; i++) {
		edge(5);
		ck_assert_uint_eq(other.runs, i);
	}
	pv_lines_spurious();
	ck_assert_uint_eq(pv_line_spurious(), p.runs + 1);
}
END_TEST

/* The one that had work comes late, but it comes, and with it the patience. */
START_TEST(work_ends_the_wait)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };
	unsigned runs;

	bind(&p);
	(void)edges(&p, 100000, 300 * MS);
	/* What was remembered runs once more, and has its wait. */
	pass(LONGEST);
	pass(LONGEST);
	runs = p.runs;
	edge(4);			/* the last one without */
	ck_assert_uint_eq(p.runs, runs + 1);
	p.answer = PV_LINE_MINE;
	edge(4);
	edge(4);
	ck_assert_uint_eq(p.runs, runs + 1);
	pass(LONGEST);
	ck_assert_uint_eq(p.runs, runs + 2);
	ck_assert(!in[4].masked);
	for (unsigned i = 0; i < 50; i++) {
		p.answer = i % FREE != 0 ? PV_LINE_NOT_MINE : PV_LINE_MINE;
		edge(4);
		ck_assert_uint_eq(p.runs, runs + 3 + i);
	}
}
END_TEST

/* One now and then is no storm, and a storm that ended is forgotten. */
START_TEST(slow_edges_are_not_held)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };
	unsigned runs;

	bind(&p);
	for (unsigned i = 1; i <= 100; i++) {
		edge(4);
		edge(4);
		ck_assert_uint_eq(p.runs, i * 2);
		pass(PV_NS_PER_SEC + MS);
	}
	(void)edges(&p, 1000, 300 * MS);
	/* What was remembered runs once more, and has its wait. */
	pass(LONGEST);
	pass(LONGEST);
	pass(PV_NS_PER_SEC + MS);
	runs = p.runs;
	for (unsigned i = 1; i <= FREE; i++) {
		edge(4);
		ck_assert_uint_eq(p.runs, runs + i);
	}
	edge(4);
	edge(4);
	ck_assert_uint_eq(p.runs, runs + FREE + 1);
}
END_TEST

/* Two at once, one timer; each when its own wait is over. */
START_TEST(two_wait_each_for_itself)
{
	struct probe a = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };
	struct probe b = { .line = { .source = 6 }, .answer = PV_LINE_NOT_MINE };

	bind(&a);
	bind(&b);
	(void)edges(&a, 1000, MS);
	for (unsigned i = 0; i <= FREE; i++)
		edge(6);
	ck_assert_uint_eq(b.runs, FREE + 1);
	edge(6);
	edge(4);
	pass(10000);
	ck_assert_uint_eq(b.runs, FREE + 2);
	pass(MS);
	ck_assert(!in[4].masked && !in[6].masked);
	/* On another CPU by then. */
	edge(6);
	ck_assert_int_eq(pv_line_route(&b.line, 1), PV_OK);
	pass(MS);
	be_cpu(1);
	edge(6);
	ck_assert_uint_eq(b.on_cpu, 1);
}
END_TEST

START_TEST(unbound_while_it_waits)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };
	unsigned runs;

	bind(&p);
	(void)edges(&p, 1000, MS);
	edge(4);
	runs = p.runs;
	ck_assert_int_eq(pv_line_unbind(&p.line), PV_OK);
	pass(LONGEST);
	ck_assert_uint_eq(p.runs, runs);
	/* The next one begins anew. */
	ck_assert_int_eq(bind(&p), PV_OK);
	for (unsigned i = 1; i <= FREE; i++) {
		edge(4);
		ck_assert_uint_eq(p.runs, runs + i);
	}
}
END_TEST

/* A kernel that keeps its timers. */
START_TEST(without_timers_nobody_waits)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };

	timer_says = PV_E_ABSENT;
	bind(&p);
	ck_assert_uint_eq(edges(&p, 1000, 2 * MS), 2000);
	ck_assert_uint_eq(pv_line_spurious(), 2000);
}
END_TEST

/* -- LATER -- */

START_TEST(later_holds_a_level_line_until_end)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL },
	    .answer = PV_LINE_LATER, .keeps_up = true };

	bind(&p);
	level(4, true);
	ck_assert_uint_eq(p.runs, 1);
	ck_assert(in[4].masked && !in[4].in_service);
	pv_line_mask(&p.line);
	pv_line_unmask(&p.line);
	ck_assert(in[4].masked);
	in[4].raised = false;
	pv_line_end(&p.line);
	poll();
	ck_assert(!in[4].masked);
	ck_assert_uint_eq(p.runs, 1);
	level(4, true);
	pv_line_end(&p.line);		/* not quiet after all: it comes again */
	poll();
	ck_assert_uint_eq(p.runs, 3);
}
END_TEST

START_TEST(edge_while_the_thread_works_is_remembered)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_LATER };

	bind(&p);
	edge(4);
	edge(4);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
	pv_line_end(&p.line);
	ck_assert_uint_eq(p.runs, 2);
	pv_line_end(&p.line);
	ck_assert_uint_eq(p.runs, 2);
	edge(4);
	ck_assert_uint_eq(p.runs, 3);
}
END_TEST

static void
end_self(struct probe *p)
{
	in[4].raised = false;
	pv_line_end(&p->line);
}

START_TEST(end_may_overtake_the_handler)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL },
	    .answer = PV_LINE_LATER, .inside = end_self };

	bind(&p);
	level(4, true);
	ck_assert(!in[4].masked);
	level(4, true);
	ck_assert_uint_eq(p.runs, 2);
	/* It counts for this run only. */
	p.inside = NULL;
	p.keeps_up = true;
	level(4, true);
	ck_assert_uint_eq(p.runs, 3);
	ck_assert(in[4].masked);
}
END_TEST

START_TEST(end_without_later_does_nothing)
{
	struct probe p = { .line = { .source = 4 } };

	bind(&p);
	pv_line_end(&p.line);
	pv_line_mask(&p.line);
	pv_line_end(&p.line);
	edge(4);
	ck_assert_uint_eq(p.runs, 0);
}
END_TEST

/* -- routing, messages, names -- */

START_TEST(routed_line_runs_on_the_other_cpu)
{
	struct probe p = { .line = { .source = 4 } };

	bind(&p);
	ck_assert_int_eq(pv_line_route(&p.line, 1), PV_OK);
	ck_assert_uint_eq(p.line.cpu, 1);
	edge(4);
	ck_assert_uint_eq(p.runs, 0);
	be_cpu(1);
	poll();
	ck_assert_uint_eq(p.runs, 1);
	ck_assert_uint_eq(p.on_cpu, 1);
}
END_TEST

START_TEST(remembered_edge_comes_on_the_lines_cpu)
{
	struct probe p = { .line = { .source = 4, .cpu = 1 } };

	bind(&p);
	be_cpu(1);
	pv_line_mask(&p.line);
	edge(4);
	be_cpu(0);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 0);
	p.answer = PV_LINE_LATER;
	be_cpu(1);
	poll();
	ck_assert_uint_eq(p.runs, 1);
	edge(4);
	be_cpu(0);
	pv_line_end(&p.line);
	ck_assert_uint_eq(p.runs, 1);
	be_cpu(1);
	poll();
	ck_assert_uint_eq(p.runs, 2);
	ck_assert_uint_eq(p.on_cpu, 1);
}
END_TEST

START_TEST(line_that_joins_goes_where_the_source_goes)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED, .cpu = 2 } };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED, .cpu = 1 } };

	bind(&a);
	bind(&b);
	ck_assert_uint_eq(in[4].cpu, 2);
	ck_assert_uint_eq(b.line.cpu, 2);
	pv_line_route(&b.line, 1);
	ck_assert_uint_eq(a.line.cpu, 1);
}
END_TEST

START_TEST(remembered_edge_moves_along)
{
	struct probe p = { .line = { .source = 4 } };

	bind(&p);
	pv_line_mask(&p.line);
	edge(4);
	ck_assert_int_eq(pv_line_route(&p.line, 1), PV_OK);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 0);
	be_cpu(1);
	poll();
	ck_assert_uint_eq(p.runs, 1);
	ck_assert_uint_eq(p.on_cpu, 1);
}
END_TEST

START_TEST(route_checks_and_fails_cleanly)
{
	struct probe p = { .line = { .source = 4 } }, s = { .line = { .source = PV_LINE_SOFT } };

	ck_assert_int_eq(pv_line_route(&p.line, 1), PV_E_INVAL);
	bind(&p);
	bind(&s);
	ck_assert_int_eq(pv_line_route(&p.line, PV_MAX_CPUS), PV_E_RANGE);
	ck_assert_int_eq(pv_line_route(&s.line, 1), PV_E_INVAL);
	route_says = PV_E_RANGE;
	ck_assert_int_eq(pv_line_route(&p.line, 1), PV_E_RANGE);
	ck_assert_uint_eq(p.line.cpu, 0);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(each_message_has_an_input_of_its_own)
{
	struct probe a = { .line = { .source = PV_LINE_MSI } }, b = { .line = { .source = PV_LINE_MSI } };
	struct probe p = { .line = { .source = 4 } };
	uint32_t da, db;
	uint64_t address;

	ck_assert_int_eq(pv_line_msi(&a.line, &address, &da), PV_E_INVAL);
	bind(&a);
	bind(&b);
	bind(&p);
	ck_assert_int_eq(pv_line_msi(&a.line, &address, &da), PV_OK);
	ck_assert_int_eq(pv_line_msi(&b.line, &address, &db), PV_OK);
	ck_assert_uint_ne(da, db);
	ck_assert_int_eq(pv_line_msi(&p.line, &address, &da), PV_E_INVAL);
	edge(db);
	ck_assert_uint_eq(b.runs, 1);
	ck_assert_uint_eq(a.runs, 0);
	pv_line_route(&b.line, 2);
	ck_assert_int_eq(pv_line_msi(&b.line, &address, &db), PV_OK);
	ck_assert_uint_eq(address, 0xfee02000u);
}
END_TEST

START_TEST(isa_numbers_and_the_controllers_name)
{
	ck_assert_uint_eq(pv_line_isa(0), 2);
	ck_assert_uint_eq(pv_line_isa(15), 15);
	ck_assert_uint_eq(pv_line_isa(16), ~0u);
	ck_assert_str_eq(pv_line_controller(), "model");
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&all_that_share_are_asked_in_order, &masking_one_masks_the_source,
		&storm_is_stopped_after_1000_with_one_message, &claiming_now_and_then_is_no_storm,
		&another_line_that_shares_ends_the_storm, &edges_without_work_are_slowed, &work_ends_the_wait,
		&slow_edges_are_not_held,
		&two_wait_each_for_itself, &unbound_while_it_waits, &without_timers_nobody_waits,
		&later_holds_a_level_line_until_end, &edge_while_the_thread_works_is_remembered,
		&end_may_overtake_the_handler, &end_without_later_does_nothing,
		&routed_line_runs_on_the_other_cpu, &remembered_edge_comes_on_the_lines_cpu,
		&line_that_joins_goes_where_the_source_goes, &remembered_edge_moves_along,
		&route_checks_and_fails_cleanly, &each_message_has_an_input_of_its_own,
		&isa_numbers_and_the_controllers_name,
	};

	return run_cases("lines that share, end later, move", NULL, cases, sizeof(cases) / sizeof(cases[0]));
}
