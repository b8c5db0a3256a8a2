/*
 * Interrupt lines on a model machine: binding, unbinding, masking. Sharing, LATER
 * and storms are in lines_share_test.c, levels and software lines in lines_level_test.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lines_probe.h"

/* -- bind and unbind -- */

/* The header's business, but this is where a test can change CPUs. */
START_TEST(record_is_read_anew_after_a_move)
{
	const struct pv_cpu *before = pv_cpu();

	be_cpu(1);
	ck_assert_ptr_eq(before, &cpu_data[0]);
	ck_assert_ptr_eq(pv_cpu(), &cpu_data[1]);
}
END_TEST

START_TEST(bind_before_the_stage_is_refused)
{
	struct probe p = { .line = { .source = 4 } };

	ck_assert_int_eq(bind(&p), PV_E_STAGE);
	ck_assert_int_eq(pv_line_unbind(&p.line), PV_E_NOENT);
	pv_line_mask(&p.line);
	pv_line_unmask(&p.line);
	pv_line_end(&p.line);
	ck_assert(!in[4].connected);
	ck_assert_int_eq(pv_line_send(0, 0), PV_E_STAGE);
	pv_line_raise(3);
	ck_assert_uint_eq(pv_line_spurious(), 1);
	ck_assert_uint_eq(cpu_data[0].soft_pending, 0);
}
END_TEST

START_TEST(bound_line_is_open_and_counts)
{
	struct probe p = { .line = { .source = 4 } };

	ck_assert_int_eq(bind(&p), PV_OK);
	ck_assert(in[4].connected && !in[4].masked);
	ck_assert_uint_eq(in[4].unmasks, 1);
	edge(4);
	edge(4);
	ck_assert_uint_eq(p.runs, 2);
	ck_assert_uint_eq(p.line.count, 2);
	ck_assert_uint_eq(in[4].ends, 2);
	ck_assert_uint_eq(pv_line_spurious(), 0);
	ck_assert_uint_eq(in[4].masks, 0);
}
END_TEST

START_TEST(bind_checks_its_arguments)
{
	struct probe p = { .line = { .source = 4 } };

	p.line.level = 16;
	ck_assert_int_eq(bind(&p), PV_E_INVAL);
	p.line.level = 15;
	p.line.flags = 0x100;
	ck_assert_int_eq(bind(&p), PV_E_INVAL);
	p.line.flags = 0;
	p.line.cpu = PV_MAX_CPUS;
	ck_assert_int_eq(bind(&p), PV_E_RANGE);
	p.line.cpu = NR_CPUS;
	ck_assert_int_eq(bind(&p), PV_E_RANGE);
	p.line.cpu = 0;
	p.line.source = NR_INPUTS;
	ck_assert_int_eq(bind(&p), PV_E_NOENT);
	p.line.source = PV_LINE_SOFT + 32;
	ck_assert_int_eq(bind(&p), PV_E_NOENT);
	p.line.source = PV_LINE_CROSS + 4;
	ck_assert_int_eq(bind(&p), PV_E_NOENT);
	p.line.source = 4;
	p.line.handler = NULL;
	ck_assert_int_eq(pv_line_bind(&p.line), PV_E_INVAL);
	ck_assert(!in[4].connected);
	ck_assert_int_eq(bind(&p), PV_OK);
}
END_TEST

START_TEST(members_of_libpv_may_be_garbage_before)
{
	struct probe p;

	memset(&p.line, 0xa5, sizeof(p.line));
	p = (struct probe){ .line = { .source = 4, .count = 99, .next = (void *)8, .cookie = 7, .masks = 3,
	    .bound = 1, .later = 1 } };
	ck_assert_int_eq(bind(&p), PV_OK);
	ck_assert_uint_eq(p.line.count, 0);
	pv_line_end(&p.line);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(said_lines, 1);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(bind_twice_is_refused)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_SHARED } };

	ck_assert_int_eq(bind(&p), PV_OK);
	ck_assert_int_eq(bind(&p), PV_E_EXIST);
	p.line.source = 5;
	ck_assert_int_eq(bind(&p), PV_E_EXIST);
	p.line.source = PV_LINE_SOFT;
	ck_assert_int_eq(bind(&p), PV_E_EXIST);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(source_is_shared_only_if_both_say_so_alike)
{
	struct probe a = { .line = { .source = 4 } }, b = { .line = { .source = 4 } };

	ck_assert_int_eq(bind(&a), PV_OK);
	ck_assert_int_eq(bind(&b), PV_E_BUSY);
	b.line.flags = PV_LINE_SHARED;
	ck_assert_int_eq(bind(&b), PV_E_BUSY);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	a.line.flags = PV_LINE_SHARED | PV_LINE_LEVEL;
	ck_assert_int_eq(bind(&a), PV_OK);
	ck_assert_int_eq(bind(&b), PV_E_BUSY);
	b.line.flags = PV_LINE_SHARED | PV_LINE_LEVEL | PV_LINE_LOW;
	ck_assert_int_eq(bind(&b), PV_E_BUSY);
	b.line.flags = PV_LINE_SHARED | PV_LINE_LEVEL;
	ck_assert_int_eq(bind(&b), PV_OK);
}
END_TEST

START_TEST(as_wired_equals_what_it_stands_for)
{
	struct probe a = { .line = { .source = WIRED_LEVEL, .flags = PV_LINE_SHARED | PV_LINE_AS_WIRED } };
	struct probe b = { .line = { .source = WIRED_LEVEL,
	    .flags = PV_LINE_SHARED | PV_LINE_LEVEL | PV_LINE_LOW } };

	ck_assert_int_eq(bind(&a), PV_OK);
	ck_assert_uint_eq(in[WIRED_LEVEL].flags, PV_LINE_SHARED | PV_LINE_LEVEL | PV_LINE_LOW);
	ck_assert_int_eq(bind(&b), PV_OK);
}
END_TEST

START_TEST(refused_setup_leaves_nothing)
{
	struct probe p = { .line = { .source = 4 } };

	setup_says = PV_E_ABSENT;
	ck_assert_int_eq(bind(&p), PV_E_ABSENT);
	ck_assert_int_eq(pv_line_unbind(&p.line), PV_E_NOENT);
	setup_says = PV_OK;
	ck_assert_int_eq(bind(&p), PV_OK);
	edge(4);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(table_is_full_at_its_size_and_not_before)
{
	static struct probe p[PV_MAX_LINES + 1];

	/* Not in order, so that searches meet used and empty slots. */
	for (unsigned i = 0; i <= PV_MAX_LINES; i++) {
		p[i].line.source = i * 3;
		ck_assert_int_eq(bind(&p[i]), i < PV_MAX_LINES ? PV_OK : PV_E_FULL);
	}
	ck_assert_int_eq(pv_line_unbind(&p[77].line), PV_OK);
	ck_assert_int_eq(bind(&p[PV_MAX_LINES]), PV_OK);
	for (unsigned i = 0; i <= PV_MAX_LINES; i++) {
		edge(i * 3);
		ck_assert_uint_eq(p[i].runs, i == 77 ? 0 : 1);
	}
}
END_TEST

START_TEST(inputs_that_collide_in_the_table_stay_apart)
{
	struct probe a = { .line = { .source = 7 } }, b = { .line = { .source = 7 + PV_MAX_LINES } };
	struct probe c = { .line = { .source = 7 + 2 * PV_MAX_LINES } };

	ck_assert_int_eq(bind(&a), PV_OK);
	ck_assert_int_eq(bind(&b), PV_OK);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	ck_assert_int_eq(bind(&c), PV_OK);		/* in a's place, before b */
	edge(b.line.source);
	edge(c.line.source);
	ck_assert_int_eq(bind(&a), PV_OK);
	edge(a.line.source);
	ck_assert_str_eq(order, "bca");
}
END_TEST

START_TEST(unbound_line_is_masked_and_disconnected)
{
	struct probe p = { .line = { .source = 4 } };

	bind(&p);
	ck_assert_int_eq(pv_line_unbind(&p.line), PV_OK);
	ck_assert(!in[4].connected && in[4].masked);
	ck_assert_int_eq(pv_line_unbind(&p.line), PV_E_NOENT);
	/* Its last interrupt was already under way. */
	in[4].in_service = true;
	gate_open[0] = false;
	pv_lines_deliver(4);
	gate_open[0] = true;
	ck_assert(!in[4].in_service);
	ck_assert_uint_eq(p.runs, 0);
	ck_assert_uint_eq(pv_line_spurious(), 1);
}
END_TEST

START_TEST(unbinding_takes_its_masks_along)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED | PV_LINE_LEVEL } };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED | PV_LINE_LEVEL } };

	bind(&a);
	bind(&b);
	pv_line_mask(&a.line);
	pv_line_mask(&a.line);
	level(4, true);
	ck_assert_uint_eq(b.runs, 0);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	poll();
	ck_assert_uint_eq(b.runs, 1);
	ck_assert_int_eq(pv_line_unbind(&b.line), PV_OK);
	ck_assert_int_eq(bind(&a), PV_OK);
	level(4, true);
	ck_assert_uint_eq(a.runs, 1);
}
END_TEST

static void
unbind_self(struct probe *p)
{
	p->status = pv_line_unbind(&p->line);
}

START_TEST(handler_cannot_unbind_itself)
{
	struct probe p = { .line = { .source = 4 }, .inside = unbind_self };

	bind(&p);
	edge(4);
	ck_assert_int_eq(p.status, PV_E_BUSY);
	edge(4);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

static void
unbind_other(struct probe *p)
{
	if (p->runs == 1)
		p->status = pv_line_unbind(&p->other->line);
}

START_TEST(handler_unbinds_the_next_one)
{
	struct probe a = { .line = { .source = 4, .flags = PV_LINE_SHARED }, .inside = unbind_other };
	struct probe b = { .line = { .source = 4, .flags = PV_LINE_SHARED } };
	struct probe c = { .line = { .source = 4, .flags = PV_LINE_SHARED } };

	a.other = &b;
	bind(&a);
	bind(&b);
	bind(&c);
	edge(4);
	ck_assert_int_eq(a.status, PV_OK);
	ck_assert_str_eq(order, "ac");
	edge(4);
	ck_assert_str_eq(order, "acac");
}
END_TEST

/* -- masking -- */

START_TEST(masks_nest)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL } };

	bind(&p);
	pv_line_mask(&p.line);
	pv_line_mask(&p.line);
	ck_assert(in[4].masked);
	level(4, true);
	pv_line_unmask(&p.line);
	ck_assert(in[4].masked);
	ck_assert_uint_eq(p.runs, 0);
	pv_line_unmask(&p.line);
	poll();
	ck_assert_uint_eq(p.runs, 1);
	ck_assert(!in[4].masked);
}
END_TEST

START_TEST(edge_on_a_masked_line_is_remembered_once)
{
	struct probe p = { .line = { .source = 4 } };

	bind(&p);
	pv_line_mask(&p.line);
	ck_assert(!in[4].masked);	/* or the controller would forget it */
	edge(4);
	ck_assert(in[4].masked);	/* but one is enough */
	edge(4);
	edge(4);
	ck_assert_uint_eq(p.runs, 0);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 1);
	ck_assert(!in[4].masked);
	edge(4);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

static void
edge_meanwhile(struct probe *p)
{
	ck_assert_msg(!in[4].masked, "an edge would be lost now");
	if (p->runs == 1)
		edge(4);
}

START_TEST(edge_while_a_remembered_one_is_handled_is_not_lost)
{
	struct probe p = { .line = { .source = 4 }, .inside = edge_meanwhile };

	bind(&p);
	pv_line_mask(&p.line);
	edge(4);
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

START_TEST(unmask_with_the_gate_closed_waits_for_it)
{
	struct probe p = { .line = { .source = 4 } };
	pv_irq_state gate;

	bind(&p);
	pv_line_mask(&p.line);
	edge(4);
	gate = pv_irq_save();
	pv_line_unmask(&p.line);
	ck_assert_uint_eq(p.runs, 0);
	pv_irq_restore(gate);
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

START_TEST(unmask_too_often_is_told_and_ignored)
{
	struct probe p = { .line = { .source = 4, .name = "com1" } };

	bind(&p);
	pv_line_unmask(&p.line);
	ck_assert_ptr_nonnull(strstr(said, "com1"));
	pv_line_mask(&p.line);
	edge(4);
	ck_assert_uint_eq(p.runs, 0);
}
END_TEST

START_TEST(mask_without_end_panics)
{
	struct probe p = { .line = { .source = 4, .name = "com1" } };

	bind(&p);
	if (setjmp(panicked) == 0) {
		for (volatile unsigned i = 0; i < 70000; i++)
			pv_line_mask(&p.line);
		ck_abort_msg("no panic");
	}
	ck_assert_ptr_nonnull(strstr(panic_text, "com1"));
}
END_TEST

static void
mask_self(struct probe *p)
{
	pv_line_mask(&p->line);
}

START_TEST(handler_masks_its_own_line)
{
	struct probe p = { .line = { .source = 4, .flags = PV_LINE_LEVEL },
	    .inside = mask_self, .keeps_up = true };

	bind(&p);
	level(4, true);
	ck_assert_uint_eq(p.runs, 1);
	ck_assert(in[4].masked);
	p.keeps_up = false;
	pv_line_unmask(&p.line);
	poll();
	ck_assert_uint_eq(p.runs, 2);
}
END_TEST

int
main(void)
{
	const TTest *const *const cases[] = {
		&record_is_read_anew_after_a_move, &bound_line_is_open_and_counts, &bind_checks_its_arguments,
		&members_of_libpv_may_be_garbage_before, &bind_twice_is_refused,
		&source_is_shared_only_if_both_say_so_alike, &as_wired_equals_what_it_stands_for,
		&refused_setup_leaves_nothing, &table_is_full_at_its_size_and_not_before,
		&inputs_that_collide_in_the_table_stay_apart, &unbound_line_is_masked_and_disconnected,
		&unbinding_takes_its_masks_along, &handler_cannot_unbind_itself,
		&handler_unbinds_the_next_one, &masks_nest, &edge_on_a_masked_line_is_remembered_once,
		&edge_while_a_remembered_one_is_handled_is_not_lost,
		&unmask_with_the_gate_closed_waits_for_it, &unmask_too_often_is_told_and_ignored,
		&mask_without_end_panics, &handler_masks_its_own_line,
	};
	TCase *early = tcase_create("before the stage");

	tcase_add_checked_fixture(early, power_on, NULL);
	tcase_add_test(early, bind_before_the_stage_is_refused);
	return run_cases("lines", early, cases, sizeof(cases) / sizeof(cases[0]));
}
