/*
 * Priority levels, software and cross lines, and the NMI's handler, on a model
 * machine.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lines_probe.h"

/* -- levels -- */

START_TEST(raise_never_lowers_and_lower_puts_back)
{
	ck_assert_uint_eq(pv_irq_raise(5), 0);
	ck_assert_uint_eq(pv_irq_raise(3), 5);
	ck_assert_uint_eq(cpu_data[0].level, 5);
	ck_assert_uint_eq(pv_irq_raise(200), 5);
	ck_assert_uint_eq(cpu_data[0].level, 15);
	pv_irq_lower(0);
	ck_assert_uint_eq(cpu_data[0].level, 0);
	pv_irq_lower(200);
	ck_assert_uint_eq(cpu_data[0].level, 15);
	ck_assert(gate_open[0]);
}
END_TEST

START_TEST(level_at_or_above_holds_a_level_line_masked)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL, .level = 6 } };

	bind(&p);
	pv_irq_raise(6);
	level(4, true);
	ck_assert_uint_eq(p.runs, 0);
	ck_assert(in[4].masked && !in[4].in_service);
	pv_irq_lower(5);
	ck_assert_uint_eq(p.runs, 1);
	ck_assert(!in[4].masked);
	/* One below does not hold it. */
	level(4, true);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

START_TEST(level_line_that_went_quiet_meanwhile_does_not_run)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL, .level = 6 } };

	bind(&p);
	pv_irq_raise(6);
	level(4, true);
	level(4, false);
	pv_irq_lower(0);
	ck_assert_uint_eq(p.runs, 0);
	ck_assert(!in[4].masked);
	ck_assert_uint_eq(pv_line_spurious(), 0);
}
END_TEST

START_TEST(edge_at_a_level_is_remembered_once)
{
	struct probe p = { .line = { .source = 4, .level = 6 } };

	bind(&p);
	pv_irq_raise(15);
	edge(4);
	edge(4);
	pv_irq_lower(7);
	edge(4);
	pv_irq_lower(6);
	ck_assert_uint_eq(p.runs, 0);
	pv_irq_lower(5);
	ck_assert_uint_eq(p.runs, 1);
	ck_assert(!in[4].masked);
	edge(4);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

START_TEST(gate_is_above_all_levels)
{
	struct probe p = { .line = { .source = 4 } };
	pv_irq_state gate;

	bind(&p);
	pv_irq_raise(9);
	edge(4);
	gate = pv_irq_save();
	pv_irq_lower(0);
	ck_assert_uint_eq(p.runs, 0);
	pv_irq_restore(gate);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(level_0_means_8)
{
	struct probe p = { .line = { .source = 4 } };

	bind(&p);
	pv_irq_raise(7);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
	ck_assert_uint_eq(p.at_level, 8);
	pv_irq_raise(8);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(what_was_held_comes_highest_level_first)
{
	struct probe a = { .line = { .source = 4, .level = 2 } }, b = { .line = { .source = 5, .level = 9 } };
	struct probe c = { .line = { .source = 6, .level = 5, .flags = PV_LINE_LEVEL } };
	struct probe d = { .line = { .source = 7, .level = 12 } };

	bind(&a);
	bind(&b);
	bind(&c);
	bind(&d);
	pv_irq_raise(15);
	edge(4);
	edge(5);
	edge(7);
	pv_irq_lower(4);
	ck_assert_str_eq(order, "db");
	level(6, true);
	ck_assert_str_eq(order, "dbc");
	pv_irq_lower(0);
	ck_assert_str_eq(order, "dbca");
}
END_TEST

static void
nest(struct probe *p)
{
	uint8_t before = pv_irq_raise(13);

	pv_line_raise(3);
	edge(p->other->line.source);
	pv_irq_lower(before);
	ck_assert_uint_eq(cpu_data[me].level, 6);
	ck_assert_str_eq(order, "a");
}

START_TEST(handler_runs_at_its_level_and_may_nest_levels)
{
	struct probe a = { .line = { .source = 4, .level = 6 }, .inside = nest };
	struct probe b = { .line = { .source = 5, .level = 9 } };
	struct probe s = { .line = { .source = PV_LINE_SOFT + 3, .level = 1 } };

	a.other = &b;
	bind(&a);
	bind(&b);
	bind(&s);
	edge(4);
	ck_assert_uint_eq(a.at_level, 6);
	ck_assert_str_eq(order, "abc");
	ck_assert_uint_eq(cpu_data[0].level, 0);
	ck_assert_uint_eq(s.at_level, 1);
}
END_TEST

static void
unbind_other(struct probe *p)
{
	p->status = pv_line_unbind(&p->other->line);
}

/* As when it had opened the gate. */
static void
is_interrupted(struct probe *p)
{
	in[p->other->line.source].in_service = true;
	pv_lines_deliver(p->other->line.source);
}

START_TEST(handler_that_is_interrupted_still_runs)
{
	struct probe a = { .line = { .source = 4, .level = 6 }, .inside = is_interrupted };
	struct probe b = { .line = { .source = 5, .level = 9 }, .inside = unbind_other };

	a.other = &b;
	b.other = &a;
	bind(&a);
	bind(&b);
	edge(4);
	ck_assert_str_eq(order, "ab");
	ck_assert_int_eq(b.status, PV_E_BUSY);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	ck_assert_int_eq(pv_line_unbind(&b.line), PV_OK);
}
END_TEST

START_TEST(lines_that_share_wait_at_the_lowest_level)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED, .level = 9 } };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED, .level = 4 } };

	bind(&a);
	bind(&b);
	pv_irq_raise(5);
	edge(4);
	ck_assert_str_eq(order, "");
	pv_irq_lower(3);
	ck_assert_str_eq(order, "ab");
	pv_line_unbind(&b.line);
	pv_irq_raise(5);
	edge(4);
	ck_assert_str_eq(order, "aba");
}
END_TEST

START_TEST(line_that_joins_may_lower_what_is_waited_for)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED, .level = 9 } };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED, .level = 4 } };

	bind(&a);
	pv_irq_raise(9);
	edge(4);
	bind(&b);
	pv_irq_lower(6);
	ck_assert_str_eq(order, "");
	pv_irq_lower(0);
	ck_assert_str_eq(order, "ab");
}
END_TEST

START_TEST(mask_and_level_both_have_to_go)
{
	struct probe p = { .line = { .source = 4, .level = 6 } };

	bind(&p);
	pv_irq_raise(6);
	edge(4);
	pv_line_mask(&p.line);
	pv_irq_lower(0);
	ck_assert_uint_eq(p.runs, 0);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 1);
	pv_line_mask(&p.line);
	edge(4);
	pv_irq_raise(6);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 1);
	pv_irq_lower(0);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

START_TEST(held_level_line_moves_to_a_cpu_that_takes_it)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL, .level = 6 } };

	bind(&p);
	pv_irq_raise(6);
	level(4, true);
	ck_assert_int_eq(pv_line_route(&p.line, 1), PV_OK);
	ck_assert(!in[4].masked);
	be_cpu(1);
	poll();
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

static void
edge_on_another_cpu(struct probe *p)
{
	if (p->runs > 1)
		return;
	pv_line_route(&p->line, 1);
	be_cpu(1);
	in[4].latched = true;
	poll();
	ck_assert_uint_eq(p->runs, 1);
	be_cpu(0);
}

START_TEST(edge_that_meets_its_own_handler_elsewhere_is_not_lost)
{
	struct probe p = { .line = { .source = 4 }, .inside = edge_on_another_cpu };

	bind(&p);
	edge(4);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

/* -- software lines -- */

START_TEST(software_line_runs_at_once_or_when_the_gate_opens)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT + 31 } };
	pv_irq_state gate;

	ck_assert_int_eq(bind(&s), PV_OK);
	pv_line_raise(31);
	ck_assert_uint_eq(s.runs, 1);
	gate = pv_irq_save();
	pv_line_raise(31);
	pv_line_raise(31);
	ck_assert_uint_eq(s.runs, 1);
	ck_assert_uint_ne(cpu_data[0].soft_pending, 0);
	pv_irq_restore(gate);
	ck_assert_uint_eq(s.runs, 2);
	ck_assert_uint_eq(cpu_data[0].soft_pending, 0);
}
END_TEST

START_TEST(software_lines_obey_levels_highest_first)
{
	struct probe a = { .line = { .source = PV_LINE_SOFT + 1, .level = 2 } };
	struct probe b = { .line = { .source = PV_LINE_SOFT + 2, .level = 9 } };
	struct probe c = { .line = { .source = PV_LINE_SOFT + 3, .level = 5 } };

	bind(&a);
	bind(&b);
	bind(&c);
	pv_irq_raise(12);
	pv_line_raise(1);
	pv_line_raise(2);
	pv_line_raise(3);
	pv_irq_lower(4);
	ck_assert_str_eq(order, "bc");
	pv_irq_lower(0);
	ck_assert_str_eq(order, "bca");
	ck_assert_uint_eq(pv_line_spurious(), 0);
}
END_TEST

START_TEST(software_line_without_a_handler_is_spurious)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT } };

	pv_line_raise(0);
	ck_assert_uint_eq(pv_line_spurious(), 1);
	ck_assert_uint_eq(cpu_data[0].soft_pending, 0);
	bind(&s);
	s.answer = PV_LINE_NOT_MINE;
	pv_line_raise(0);
	ck_assert_uint_eq(s.runs, 1);
	ck_assert_uint_eq(pv_line_spurious(), 2);
	pv_line_raise(32);
	ck_assert_uint_eq(said_lines, 1);
	ck_assert_uint_eq(cpu_data[0].soft_pending, 0);
}
END_TEST

START_TEST(own_lines_are_not_shared_and_have_no_flags)
{
	struct probe a = { .line = { .source = PV_LINE_SOFT } }, b = { .line = { .source = PV_LINE_SOFT } };

	a.line.flags = PV_LINE_LEVEL;
	ck_assert_int_eq(bind(&a), PV_E_INVAL);
	a.line.flags = PV_LINE_SHARED;
	ck_assert_int_eq(bind(&a), PV_E_INVAL);
	a.line.flags = 0;
	ck_assert_int_eq(bind(&a), PV_OK);
	ck_assert_int_eq(bind(&b), PV_E_BUSY);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	ck_assert_int_eq(bind(&b), PV_OK);
	pv_line_raise(0);
	ck_assert_str_eq(order, "b");
}
END_TEST

START_TEST(masked_software_line_stays_pending_on_its_cpus)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT + 5 } };

	bind(&s);
	pv_line_mask(&s.line);
	pv_line_raise(5);
	be_cpu(2);
	pv_line_raise(5);
	ck_assert_uint_eq(s.runs, 0);
	pv_line_unmask(&s.line);
	ck_assert_uint_eq(s.runs, 1);
	ck_assert_uint_eq(s.on_cpu, 2);
	be_cpu(0);
	poll();
	ck_assert_uint_eq(s.runs, 2);
	ck_assert_uint_eq(s.on_cpu, 0);
}
END_TEST

START_TEST(software_line_may_end_later)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT + 5 }, .answer = PV_LINE_LATER };

	bind(&s);
	pv_line_raise(5);
	pv_line_raise(5);
	ck_assert_uint_eq(s.runs, 1);
	pv_line_end(&s.line);
	ck_assert_uint_eq(s.runs, 2);
}
END_TEST

static void
raise_self(struct probe *p)
{
	if (p->runs < 3)
		pv_line_raise(5);
	ck_assert_uint_eq(strlen(order), p->runs);
}

START_TEST(software_line_raises_itself_without_recursion)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT + 5 }, .inside = raise_self };

	bind(&s);
	pv_line_raise(5);
	ck_assert_uint_eq(s.runs, 3);
	ck_assert_uint_eq(cpu_data[0].soft_pending, 0);
}
END_TEST

START_TEST(unbound_software_line_is_forgotten)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT + 5 } };
	struct probe t = { .line = { .source = PV_LINE_SOFT } };

	bind(&s);
	bind(&t);
	pv_line_mask(&s.line);
	pv_line_raise(5);
	pv_line_unbind(&s.line);
	bind(&s);
	pv_line_raise(0);
	ck_assert_uint_eq(t.runs, 1);
	ck_assert_uint_eq(s.runs, 0);
	pv_line_raise(5);
	ck_assert_uint_eq(s.runs, 1);
}
END_TEST

/* -- cross lines -- */

START_TEST(cross_line_runs_where_it_is_sent)
{
	struct probe c = { .line = { .source = PV_LINE_CROSS + 3 } };

	bind(&c);
	ck_assert_int_eq(pv_line_send(3, 1), PV_OK);
	ck_assert_uint_eq(c.runs, 0);
	ck_assert_int_eq(pv_line_send(3, 0), PV_OK);
	ck_assert_uint_eq(c.runs, 1);
	ck_assert_uint_eq(c.on_cpu, 0);
	be_cpu(1);
	poll();
	ck_assert_uint_eq(c.runs, 2);
	ck_assert_uint_eq(c.on_cpu, 1);
}
END_TEST

START_TEST(cross_line_waits_for_level_and_mask)
{
	struct probe c = { .line = { .source = PV_LINE_CROSS, .level = 14 } };

	bind(&c);
	pv_irq_raise(14);
	pv_line_send(0, 0);
	pv_line_send(0, 0);
	ck_assert_uint_eq(c.runs, 0);
	pv_irq_lower(13);
	ck_assert_uint_eq(c.runs, 1);
	pv_line_mask(&c.line);
	pv_line_send(0, 0);
	ck_assert_uint_eq(c.runs, 1);
	pv_line_unmask(&c.line);
	ck_assert_uint_eq(c.runs, 2);
}
END_TEST

START_TEST(cross_line_errors)
{
	ck_assert_int_eq(pv_line_send(4, 0), PV_E_INVAL);
	ck_assert_int_eq(pv_line_send(PV_LINE_SOFT, 0), PV_E_INVAL);
	ck_assert_int_eq(pv_line_send(0, NR_CPUS), PV_E_RANGE);
	ck_assert_int_eq(pv_line_send(0, 0), PV_OK);
	ck_assert_uint_eq(pv_line_spurious(), 1);
	pv_lines_deliver_cross(4);
}
END_TEST

START_TEST(cpu_that_cannot_be_interrupted_panics_by_name)
{
	struct probe s = { .line = { .source = PV_LINE_SOFT } };

	bind(&s);
	be_cpu(2);
	send_says = PV_E_TIMEOUT;
	if (setjmp(panicked) == 0) {
		pv_line_raise(0);
		ck_abort_msg("no panic");
	}
	ck_assert_ptr_nonnull(strstr(panic_text, "CPU 2"));
	ck_assert_ptr_nonnull(strstr(panic_text, "no answer in time"));
}
END_TEST

/* -- NMI -- */

static bool nmi_answer;
static unsigned nmi_runs;

static bool
nmi_handler(void *arg)
{
	ck_assert_ptr_eq(arg, &nmi_runs);
	nmi_runs++;
	return nmi_answer;
}

START_TEST(nmi_goes_to_its_handler_or_is_told)
{
	ck_assert(!pv_nmi_deliver());
	ck_assert_int_eq(pv_nmi_set(nmi_handler, &nmi_runs), PV_OK);
	nmi_answer = true;
	ck_assert(pv_nmi_deliver());
	nmi_answer = false;
	ck_assert(!pv_nmi_deliver());
	ck_assert_uint_eq(nmi_runs, 2);
	ck_assert_int_eq(pv_nmi_set(NULL, NULL), PV_OK);
	ck_assert(!pv_nmi_deliver());
	ck_assert_uint_eq(nmi_runs, 2);
	nmi_says = PV_E_ABSENT;
	ck_assert_int_eq(pv_nmi_set(nmi_handler, &nmi_runs), PV_E_ABSENT);
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&raise_never_lowers_and_lower_puts_back, &level_at_or_above_holds_a_level_line_masked,
		&level_line_that_went_quiet_meanwhile_does_not_run,
		&edge_at_a_level_is_remembered_once, &gate_is_above_all_levels, &level_0_means_8,
		&what_was_held_comes_highest_level_first,
		&handler_runs_at_its_level_and_may_nest_levels, &handler_that_is_interrupted_still_runs,
		&lines_that_share_wait_at_the_lowest_level, &line_that_joins_may_lower_what_is_waited_for,
		&mask_and_level_both_have_to_go,
		&held_level_line_moves_to_a_cpu_that_takes_it,
		&edge_that_meets_its_own_handler_elsewhere_is_not_lost,
		&software_line_runs_at_once_or_when_the_gate_opens,
		&software_lines_obey_levels_highest_first,
		&software_line_without_a_handler_is_spurious,
		&own_lines_are_not_shared_and_have_no_flags,
		&masked_software_line_stays_pending_on_its_cpus, &software_line_may_end_later,
		&software_line_raises_itself_without_recursion, &unbound_software_line_is_forgotten,
		&cross_line_runs_where_it_is_sent, &cross_line_waits_for_level_and_mask,
		&cross_line_errors, &cpu_that_cannot_be_interrupted_panics_by_name,
		&nmi_goes_to_its_handler_or_is_told,
	};

	return run_cases("levels, software and cross lines", NULL, cases, sizeof(cases) / sizeof(cases[0]));
}
