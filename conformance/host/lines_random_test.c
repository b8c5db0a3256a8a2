/*
 * Interrupt lines under random treatment by three CPUs of a model machine, and by two
 * real threads.
 *
 * What must hold whatever happens: a handler runs only when nothing forbids it, and
 * once nothing does any more, every edge has been seen and every level served. A
 * failing seed is printed by the loop number of its case.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pthread.h>
#include <sched.h>

#include "../../backends/common/lines.h"
#include "lines_probe.h"
#include "run.h"

#define SEEDS	60
#define STEPS	3000u

/* Two that share an edge input, two that share a level input, one alone of each, own lines. */
#define NR_LINES	9u
static const struct pv_line kinds[NR_LINES] = {
	{ .source = 4, .flags = PV_LINE_SHARED, .level = 3 },
	{ .source = 4, .flags = PV_LINE_SHARED, .level = 7 },
	{ .source = 5, .flags = PV_LINE_LEVEL | PV_LINE_SHARED, .level = 5 },
	{ .source = 5, .flags = PV_LINE_LEVEL | PV_LINE_SHARED, .level = 11 },
	{ .source = 6, .level = 9 }, { .source = 7, .flags = PV_LINE_LEVEL, .level = 2 },
	{ .source = PV_LINE_SOFT + 1, .level = 4 }, { .source = PV_LINE_SOFT + 2, .level = 12 },
	{ .source = PV_LINE_CROSS + 1, .level = 14 },
};

static struct pv_line lines[NR_LINES];
static bool bound[NR_LINES], later[NR_LINES];
static unsigned masks[NR_LINES], asked[NR_LINES], next_asked;
static bool wanted[16][NR_CPUS];	/* by source; own lines, per CPU, behind the inputs */
static uint64_t random_state;

static unsigned
draw(unsigned below)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(random_state >> 33) % below;
}

static bool
is_own(unsigned n)
{
	return kinds[n].source >= PV_LINE_SOFT;
}

static bool
same_source(unsigned a, unsigned b)
{
	return kinds[a].source == kinds[b].source;
}

static enum pv_line_result
handler(struct pv_line *line, void *arg)
{
	unsigned n = (unsigned)(line - lines);
	bool last = true;

	(void)arg;
	ck_assert(bound[n] && !gate_open[me]);
	ck_assert_uint_eq(cpu_data[me].level, kinds[n].level);
	for (unsigned i = 0; i < NR_LINES; i++) {
		if (!same_source(i, n) || !bound[i])
			continue;
		ck_assert_msg(masks[i] == 0, "line %u runs while line %u is masked", n, i);
		/* A line that shares may just have said so in this very round. */
		ck_assert_msg(!later[i] || asked[i] < asked[n], "line %u runs while line %u works", n, i);
		last = last && asked[i] <= asked[n];
	}
	if (is_own(n))
		wanted[n + 2][me] = false;
	else if (last)
		for (unsigned c = 0; c < NR_CPUS; c++)
			wanted[kinds[n].source][c] = false;
	if (kinds[n].flags & PV_LINE_LEVEL && last)
		in[kinds[n].source].raised = false;
	if (draw(4) == 0 && bound[6]) {
		wanted[8][me] = true;
		pv_line_raise(1);
	}
	if (draw(8) == 0) {
		later[n] = true;
		return PV_LINE_LATER;
	}
	return draw(8) == 0 ? PV_LINE_NOT_MINE : PV_LINE_MINE;
}

static void
step_bind(unsigned n)
{
	if (!bound[n]) {
		lines[n] = kinds[n];
		lines[n].handler = handler;
		lines[n].cpu = draw(NR_CPUS);
		bound[n] = true;
		asked[n] = ++next_asked;
		ck_assert_int_eq(pv_line_bind(&lines[n]), PV_OK);
	} else if (draw(6) == 0) {
		bool others = false;

		bound[n] = later[n] = false;
		masks[n] = 0;
		ck_assert_int_eq(pv_line_unbind(&lines[n]), PV_OK);
		for (unsigned i = 0; i < NR_LINES; i++)
			others = others || (same_source(i, n) && bound[i]);
		for (unsigned c = 0; c < NR_CPUS && !others; c++)
			wanted[is_own(n) ? n + 2 : kinds[n].source][c] = false;
	}
}

static void
step_mask(unsigned n)
{
	if (!bound[n])
		return;
	if (masks[n] < 3 && draw(2) == 0) {
		masks[n]++;
		pv_line_mask(&lines[n]);
	} else if (masks[n] > 0) {
		masks[n]--;
		pv_line_unmask(&lines[n]);
	} else if (later[n]) {
		later[n] = false;
		pv_line_end(&lines[n]);
	} else if (!is_own(n)) {
		ck_assert_int_eq(pv_line_route(&lines[n], draw(NR_CPUS)), PV_OK);
	}
}

static void
step_fire(unsigned n)
{
	uint32_t source = kinds[n].source;

	if (!bound[n])
		return;
	if (source >= PV_LINE_CROSS) {
		unsigned to = draw(NR_CPUS);

		wanted[n + 2][to] = true;
		pv_line_send(1, to);
	} else if (is_own(n)) {
		wanted[n + 2][me] = true;
		pv_line_raise(source - PV_LINE_SOFT);
	} else if ((kinds[n].flags & PV_LINE_LEVEL) != 0) {
		level(source, true);
	} else {
		wanted[source][0] = true;
		edge(source);
	}
}

static void
step_cpu(void)
{
	switch (draw(4)) {
	case 0:
		be_cpu(draw(NR_CPUS));
		poll();
		break;
	case 1:
		pv_irq_raise((uint8_t)draw(16));
		break;
	case 2:
		pv_irq_lower((uint8_t)draw(16));
		break;
	default:
		if (gate_open[me])
			pv_irq_disable();
		else
			pv_irq_enable();
	}
}

/* Take everything away that forbids a handler, again and again: handlers say LATER. */
static void
calm(void)
{
	for (unsigned round = 0; round < 200; round++) {
		for (unsigned n = 0; n < NR_LINES; n++) {
			while (masks[n] > 0) {
				masks[n]--;
				pv_line_unmask(&lines[n]);
			}
			if (later[n]) {
				later[n] = false;
				pv_line_end(&lines[n]);
			}
		}
		for (unsigned c = 0; c < NR_CPUS; c++) {
			be_cpu(c);
			pv_irq_lower(0);
			pv_irq_enable();
		}
	}
}

START_TEST(whatever_happens_nothing_is_lost)
{
	random_state = (uint64_t)_i + 1;
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned n = draw(NR_LINES);

		switch (draw(5)) {
		case 0:
			step_bind(n);
			break;
		case 1:
			step_mask(n);
			break;
		case 2:
			step_cpu();
			break;
		default:
			step_fire(n);
		}
	}
	calm();
	for (unsigned i = 0; i < 16; i++)
		for (unsigned c = 0; c < NR_CPUS; c++)
			ck_assert_msg(!wanted[i][c], "an edge of source or line %u was lost on CPU %u", i, c);
	for (unsigned i = 0; i < 8; i++) {
		ck_assert_msg(!in[i].connected || !in[i].masked, "input %u stays masked", i);
		ck_assert_msg(!in[i].connected || !in[i].raised, "input %u is not served", i);
	}
	ck_assert_uint_eq(pv_lines_listed, 0);
}
END_TEST

START_TEST(unbound_while_it_waits_is_off_the_list)
{
	struct probe p = { .line = { .source = 4 } };

	ck_assert_int_eq(bind(&p), PV_OK);
	pv_irq_raise(15);
	edge(4);
	ck_assert_uint_eq(pv_lines_listed, 1);
	ck_assert_int_eq(pv_line_unbind(&p.line), PV_OK);
	ck_assert_uint_eq(pv_lines_listed, 0);
	pv_irq_lower(0);
	ck_assert_uint_eq(p.runs, 0);
}
END_TEST

/* -- two real CPUs -- */

static uint32_t handler_holds, in_handler, fired, seen, soft_for[2];
static struct pv_line tested;

static enum pv_line_result
slow_handler(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	__atomic_store_n(&in_handler, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&handler_holds, __ATOMIC_SEQ_CST) != 0)
		usleep(100);
	usleep(20000);
	__atomic_store_n(&in_handler, 0, __ATOMIC_SEQ_CST);
	return PV_LINE_MINE;
}

static void *
deliver_on_cpu_1(void *arg)
{
	(void)arg;
	be_cpu(1);
	gate_open[1] = false;
	in[4].in_service = true;
	pv_lines_deliver(4);
	return NULL;
}

START_TEST(unbind_waits_for_the_handler_elsewhere)
{
	pthread_t thread;

	tested = (struct pv_line){ .source = 4, .handler = slow_handler };
	ck_assert_int_eq(pv_line_bind(&tested), PV_OK);
	handler_holds = (uint32_t)_i;
	ck_assert_int_eq(pthread_create(&thread, NULL, deliver_on_cpu_1, NULL), 0);
	while (__atomic_load_n(&in_handler, __ATOMIC_SEQ_CST) == 0)
		usleep(100);
	if (_i != 0) {
		/* It does not return in time; asked again, it does. */
		ck_assert_int_eq(pv_line_unbind(&tested), PV_E_TIMEOUT);
		ck_assert_uint_eq(said_lines, 1);
		__atomic_store_n(&handler_holds, 0, __ATOMIC_SEQ_CST);
		ck_assert_int_eq(pv_line_unbind(&tested), PV_E_NOENT);
	} else {
		ck_assert_int_eq(pv_line_unbind(&tested), PV_OK);
	}
	ck_assert_uint_eq(__atomic_load_n(&in_handler, __ATOMIC_SEQ_CST), 0);
	pthread_join(thread, NULL);
}
END_TEST

static enum pv_line_result
counting_handler(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	ck_assert_uint_eq(__atomic_fetch_add(&in_handler, 1, __ATOMIC_SEQ_CST), 0);
	__atomic_store_n(&seen, __atomic_load_n(&fired, __ATOMIC_SEQ_CST), __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&in_handler, 1, __ATOMIC_SEQ_CST);
	return PV_LINE_MINE;
}

static pv_status
send_to_thread(uint32_t n, uint32_t cpu)
{
	ck_assert_uint_eq(n, PV_LINE_SOFT);
	__atomic_store_n(&soft_for[cpu], 1, __ATOMIC_SEQ_CST);
	return PV_OK;
}

static void
ignore(uint32_t input)
{
	(void)input;
}

static void
take_soft(void)
{
	gate_open[me] = false;
	if (__atomic_exchange_n(&soft_for[me], 0, __ATOMIC_SEQ_CST) != 0)
		pv_lines_deliver_soft();
	gate_open[me] = true;
}

static void *
fire_on_cpu_1(void *arg)
{
	(void)arg;
	be_cpu(1);
	for (unsigned i = 0; i < 200000; i++) {
		__atomic_fetch_add(&fired, 1, __ATOMIC_SEQ_CST);
		gate_open[1] = false;
		pv_lines_deliver(4);
		gate_open[1] = true;
		take_soft();
	}
	return NULL;
}

START_TEST(two_cpus_lose_nothing)
{
	pthread_t thread;

	pv_ops.line.send = send_to_thread;
	pv_ops.line.end = pv_ops.line.mask = pv_ops.line.unmask = ignore;
	tested = (struct pv_line){ .source = 4, .handler = counting_handler };
	ck_assert_int_eq(pv_line_bind(&tested), PV_OK);
	ck_assert_int_eq(pthread_create(&thread, NULL, fire_on_cpu_1, NULL), 0);
	while (__atomic_load_n(&fired, __ATOMIC_SEQ_CST) < 200000) {
		pv_line_mask(&tested);
		pv_line_route(&tested, (uint32_t)draw(2));
		pv_line_unmask(&tested);
		take_soft();
	}
	pthread_join(thread, NULL);
	take_soft();
	be_cpu(1);
	take_soft();
	ck_assert_uint_eq(seen, fired);
}
END_TEST

static void
start(void)
{
	stage_lines();
	random_state = 1;
}

int
main(void)
{
	Suite *suite = suite_create("lines at random");
	TCase *tcase = tcase_create("lines at random");

	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, whatever_happens_nothing_is_lost, 0, SEEDS);
	tcase_add_test(tcase, unbound_while_it_waits_is_off_the_list);
	tcase_add_loop_test(tcase, unbind_waits_for_the_handler_elsewhere, 0, 2);
	tcase_add_test(tcase, two_cpus_lose_nothing);
	suite_add_tcase(suite, tcase);
	return run_all(srunner_create(suite));
}
