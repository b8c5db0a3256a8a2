/*
 * A line whose handler records what happened to it, for the tests of lines.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef LINES_PROBE_H
#define LINES_PROBE_H

#include "lines_model.h"
#include "run.h"

struct probe {
	struct pv_line line;
	enum pv_line_result answer;
	bool keeps_up;			/* does not lower its level input */
	void (*inside)(struct probe *p);
	struct probe *other;

	unsigned runs, on_cpu, at_level;
	pv_status status;
	char mark;
};

static char order[64];			/* who ran: 'a' is the first that was bound */
static char next_mark;

static enum pv_line_result
probe_handler(struct pv_line *line, void *arg)
{
	struct probe *p = arg;
	size_t n = strlen(order);

	ck_assert_ptr_eq(line, &p->line);
	ck_assert_msg(!gate_open[me], "a handler runs with the gate open");
	ck_assert_msg(cpu_data[me].depth == 1, "a handler runs outside of an interrupt, or inside another");
	if (n + 1 < sizeof(order))
		order[n] = p->mark;
	p->runs++;
	p->on_cpu = me;
	p->at_level = cpu_data[me].level;
	if (p->inside != NULL)
		p->inside(p);
	if (!p->keeps_up && line->source < NR_INPUTS)
		in[line->source].raised = false;
	return p->answer;
}

static inline pv_status
bind(struct probe *p)
{
	p->line.handler = probe_handler;
	p->line.arg = p;
	if (p->mark == '\0')
		p->mark = next_mark++;
	return pv_line_bind(&p->line);
}

static inline void
stage_lines(void)
{
	power_on();
	memset(order, 0, sizeof(order));
	next_mark = 'a';
	pv_lines_reset();
}

static inline int
run_cases(const char *name, TCase *also, const TTest *const *const cases[], size_t nr)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);

	if (also != NULL)
		suite_add_tcase(suite, also);
	tcase_add_checked_fixture(tcase, stage_lines, NULL);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < nr; i++)
		tcase_add_test(tcase, *cases[i]);
	suite_add_tcase(suite, tcase);
	return run_all(srunner_create(suite));
}

#endif
