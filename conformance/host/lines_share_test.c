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

START_TEST(unclaimed_edges_are_counted_only)
{
	struct probe p = { .line = { .source = 4 }, .answer = PV_LINE_NOT_MINE };

	bind(&p);
	for (unsigned i = 0; i < 2000; i++)
		edge(4);
	ck_assert_uint_eq(p.runs, 2000);
	ck_assert_uint_eq(pv_line_spurious(), 2000);
	ck_assert_uint_eq(said_lines, 0);
	pv_lines_spurious();
	ck_assert_uint_eq(pv_line_spurious(), 2001);
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
		&another_line_that_shares_ends_the_storm, &unclaimed_edges_are_counted_only,
		&later_holds_a_level_line_until_end, &edge_while_the_thread_works_is_remembered,
		&end_may_overtake_the_handler, &end_without_later_does_nothing,
		&routed_line_runs_on_the_other_cpu, &remembered_edge_comes_on_the_lines_cpu,
		&line_that_joins_goes_where_the_source_goes, &remembered_edge_moves_along,
		&route_checks_and_fails_cleanly, &each_message_has_an_input_of_its_own,
		&isa_numbers_and_the_controllers_name,
	};

	return run_cases("lines that share, end later, move", NULL, cases, sizeof(cases) / sizeof(cases[0]));
}
