/*
 * Lines over event channels on the model hypervisor, in both forms: bound, masked, ended;
 * with an event between any two requests, and with any request refused.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "xen_host_events.h"
#include "../../backends/xen/events.h"
#include "../../backends/xen/refuse.h"
#include "run.h"

#define EDGE_PIN	4u
#define LEVEL_PIN	17u

/* -- the rest of the library --------------------------------------------------------- */

static unsigned upcalls;

static pv_status
nmi_enable(void)
{
	return PV_OK;
}

/* -- lines that count ------------------------------------------------------------------ */

static struct probe {
	struct pv_line line;
	enum pv_line_result answer;
	unsigned runs;
} a, b;

static enum pv_line_result
handler(struct pv_line *line, void *arg)
{
	struct probe *p = arg;

	(void)line;
	p->runs++;
	return p->answer;
}

static pv_status
bind(struct probe *p, uint32_t source, uint32_t flags)
{
	memset(p, 0, sizeof(*p));
	p->line = (struct pv_line)PV_LINE_INIT(source, handler, p, "probe");
	p->line.flags = flags;
	return pv_line_bind(&p->line);
}

/* A port that somebody else opened: whatever is sent to its other end comes in. */
static void
pair(uint32_t *mine, uint32_t *other)
{
	struct xen_alloc_unbound alloc = { .dom = XEN_DOMID_SELF, .remote_dom = XEN_DOMID_SELF };
	struct xen_bind_interdomain both = { .remote_dom = XEN_DOMID_SELF };

	ck_assert_int_eq(pv_xen_call(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_ALLOC_UNBOUND, (unsigned long)&alloc, 0, 0), 0);
	both.remote_port = alloc.port;
	ck_assert_int_eq(pv_xen_call(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_BIND_INTERDOMAIN, (unsigned long)&both, 0, 0),
	    0);
	*mine = alloc.port;
	*other = both.local_port;
}

static bool
sent(uint32_t port)
{
	struct xen_evtchn_port send = { port };

	return pv_xen_call(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_SEND, (unsigned long)&send, 0, 0) == 0;
}

static void
upcall(void)
{
	upcalls++;
	pv_xen_upcall();
}

static void
start(bool fifo)
{
	xh_start();
	xh_no_fifo = !fifo;
	xh_first_domain = true;
	pv_ops.line = pv_xen_input_ops;
	pv_ops.line.init = pv_xen_line_ops.init;
	pv_ops.line.name = pv_xen_line_ops.name;
	pv_ops.trap.nmi_enable = nmi_enable;
	pv_ops.time = pv_xen_time_ops;
	xm.upcall = upcall;
	ck_assert_int_eq(pv_ops.time.init(), PV_OK);
	pv_timers_init();
	ck_assert_int_eq(pv_ops.line.init(), PV_OK);
	pv_lines_reset();
	ck_assert(strstr(pv_ops.line.name(), fifo ? "FIFO" : "2-level") != NULL);
	ck_assert((xm.control != NULL) == fifo);
}

static void
start_2l(void)
{
	start(false);
}

static void
start_fifo(void)
{
	start(true);
}

/* -- all goes well ---------------------------------------------------------------------- */

START_TEST(virq_is_a_line)
{
	ck_assert_int_eq(bind(&a, PV_XEN_LINE_VIRQ + XEN_VIRQ_DEBUG, PV_LINE_EDGE), PV_OK);
	xm_raise_virq(XEN_VIRQ_DEBUG);
	xm_deliver();
	ck_assert_uint_eq(a.runs, 1);
	pv_line_mask(&a.line);
	xm_raise_virq(XEN_VIRQ_DEBUG);
	xm_deliver();
	ck_assert_uint_eq(a.runs, 1);
	pv_line_unmask(&a.line);
	xm_deliver();
	ck_assert_uint_eq(a.runs, 2);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	ck_assert_uint_eq(xm.virq[XEN_VIRQ_DEBUG], 0);
	xh_check("unbound");
}
END_TEST

/* Below the lines: what came while a port was masked has told nobody. */
START_TEST(port_is_looked_at_when_unmasked)
{
	pv_irq_state gate;
	uint32_t port;

	ck_assert_int_eq(bind(&a, PV_XEN_LINE_VIRQ + XEN_VIRQ_DEBUG, PV_LINE_EDGE), PV_OK);
	port = xm.virq[XEN_VIRQ_DEBUG];
	for (unsigned i = 1; i <= 3; i++) {
		gate = pv_irq_save();
		pv_xen_port_mask(port);
		xm_raise_virq(XEN_VIRQ_DEBUG);
		pv_irq_restore(gate);
		ck_assert_uint_eq(a.runs, i - 1);
		gate = pv_irq_save();
		pv_xen_port_unmask(port);
		pv_irq_restore(gate);
		ck_assert_uint_eq(a.runs, i);
		/* Forgotten when somebody says so. */
		gate = pv_irq_save();
		pv_xen_port_mask(port);
		xm_raise_virq(XEN_VIRQ_DEBUG);
		pv_xen_port_clear(port);
		pv_xen_port_unmask(port);
		pv_irq_restore(gate);
		ck_assert_uint_eq(a.runs, i);
	}
}
END_TEST

START_TEST(closed_gate_keeps_it)
{
	pv_irq_state gate;

	ck_assert_int_eq(bind(&a, PV_XEN_LINE_VIRQ + XEN_VIRQ_DEBUG, PV_LINE_EDGE), PV_OK);
	gate = pv_irq_save();
	xm_raise_virq(XEN_VIRQ_DEBUG);
	xm_deliver();
	ck_assert_uint_eq(a.runs, 0);
	pv_irq_restore(gate);
	ck_assert_uint_eq(a.runs, 1);
}
END_TEST

START_TEST(physical_interrupt_is_ended)
{
	ck_assert_int_eq(bind(&a, EDGE_PIN, PV_LINE_AS_WIRED), PV_OK);
	ck_assert_int_eq(bind(&b, LEVEL_PIN, PV_LINE_AS_WIRED), PV_OK);
	ck_assert_uint_eq(xm.pin[LEVEL_PIN] & 0xa000, 0xa000);
	for (unsigned i = 1; i <= 3; i++) {
		xm_raise_pirq(EDGE_PIN);
		xm.pirq_masked[LEVEL_PIN] = false;
		xm_raise_pirq(LEVEL_PIN);
		/* Xen sends a level once, and again after its end. */
		xm.pirq_masked[LEVEL_PIN] = true;
		xm_deliver();
		ck_assert_uint_eq(a.runs, i);
		ck_assert_uint_eq(b.runs, i);
		ck_assert_msg(!xm.pirq_masked[LEVEL_PIN], "the level was not ended");
	}
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	ck_assert_int_eq(pv_line_unbind(&b.line), PV_OK);
}
END_TEST

START_TEST(software_lines_come)
{
	ck_assert_int_eq(bind(&a, PV_LINE_SOFT + 3, PV_LINE_EDGE), PV_OK);
	ck_assert_int_eq(bind(&b, PV_LINE_CROSS + 1, PV_LINE_EDGE), PV_OK);
	pv_line_raise(3);
	ck_assert_uint_eq(a.runs, 1);
	ck_assert_int_eq(pv_line_send(1, 0), PV_OK);
	ck_assert_uint_eq(b.runs, 1);
}
END_TEST

/* All of a bucket, sent in any order: each comes once. */
START_TEST(many_ports_come_once_each)
{
	static struct probe many[40];
	uint32_t mine, other[40];

	for (unsigned i = 0; i < 40; i++) {
		pair(&mine, &other[i]);
		ck_assert_int_eq(bind(&many[i], PV_XEN_LINE_PORT + mine, PV_LINE_EDGE), PV_OK);
		many[i].runs = 0;
	}
	for (unsigned round = 1; round <= 3; round++) {
		pv_irq_state gate = pv_irq_save();

		for (unsigned i = 0; i < 40; i++)
			ck_assert(sent(other[(i * 7 + round) % 40]));
		pv_irq_restore(gate);
		for (unsigned i = 0; i < 40; i++)
			ck_assert_uint_eq(many[i].runs, round);
	}
}
END_TEST

/* -- events without work (P4) ----------------------------------------------------------- */

#define STORM		20000u
#define EVERY		50000u		/* ns */
#define WAIT_MOST	82000000u	/* ns between two calls of a handler that has no work again and again */
#define CALLS_MOST	(8u + 14u + STORM / (WAIT_MOST / EVERY) + 1u)

START_TEST(storm_without_work_is_slowed)
{
	uint32_t mine, from_a, from_b;
	unsigned calls;

	pair(&mine, &from_a);
	ck_assert_int_eq(bind(&a, PV_XEN_LINE_PORT + mine, PV_LINE_EDGE), PV_OK);
	pair(&mine, &from_b);
	ck_assert_int_eq(bind(&b, PV_XEN_LINE_PORT + mine, PV_LINE_EDGE), PV_OK);
	a.answer = PV_LINE_NOT_MINE;
	upcalls = 0;
	for (unsigned i = 1; i <= STORM; i++) {
		ck_assert(sent(from_a));
		if (i % 100 == 0) {
			/* The other one is handled when the call that sent it returns. */
			ck_assert(sent(from_b));
			ck_assert_uint_eq(b.runs, i / 100);
		}
		xm_advance(EVERY);
		xm_deliver();
	}
	ck_assert_uint_le(a.runs, CALLS_MOST);
	ck_assert_uint_ge(a.runs, STORM / (WAIT_MOST / EVERY));
	/* For each: the event, the timer, what was held back, and one that finds it masked. */
	ck_assert_uint_le(upcalls, 4 * CALLS_MOST + STORM / 100);
	/* What came last is not lost, and work brings the patience back. */
	a.answer = PV_LINE_MINE;
	calls = a.runs;
	ck_assert(sent(from_a));
	for (unsigned i = 0; i < 2; i++) {
		xm_advance(WAIT_MOST);
		xm_deliver();
	}
	/* What the line remembered, and what came when its port was masked at last. */
	ck_assert(a.runs == calls + 1 || a.runs == calls + 2);
	calls = a.runs;
	for (unsigned i = 1; i <= 100; i++) {
		ck_assert(sent(from_a));
		ck_assert_uint_eq(a.runs, calls + i);
	}
	xh_check("after a storm");
}
END_TEST

/* -- an event between any two requests ----------------------------------------------------- */

static unsigned at, count;
static uint32_t from;

static void
send_now(void)
{
	if (++count != at)
		return;
	xm_port_raise(xm.port[from].which);
	xm_deliver();
}

/* What a kernel does with lines, while events come in on one of them: none is lost, none comes twice. */
static unsigned
busy(void)
{
	struct probe c;

	pv_line_mask(&a.line);
	ck_assert_int_eq(bind(&c, PV_XEN_LINE_VIRQ + XEN_VIRQ_XENOPROF, PV_LINE_EDGE), PV_OK);
	pv_line_unmask(&a.line);
	ck_assert_int_eq(pv_line_send(1, 0), PV_OK);
	pv_line_raise(3);
	ck_assert_int_eq(pv_line_unbind(&c.line), PV_OK);
	return c.runs;
}

START_TEST(event_between_any_two_requests)
{
	uint32_t mine;
	struct probe soft, cross;

	pair(&mine, &from);
	ck_assert_int_eq(bind(&a, PV_XEN_LINE_PORT + mine, PV_LINE_EDGE), PV_OK);
	ck_assert_int_eq(bind(&soft, PV_LINE_SOFT + 3, PV_LINE_EDGE), PV_OK);
	ck_assert_int_eq(bind(&cross, PV_LINE_CROSS + 1, PV_LINE_EDGE), PV_OK);
	for (at = 1;; at++) {
		a.runs = soft.runs = cross.runs = count = 0;
		xm.between = send_now;
		ck_assert_uint_eq(busy(), 0);
		xm.between = NULL;
		if (count < at)
			break;
		ck_assert_msg(a.runs == 1, "event before request %u: %u calls of its handler", at, a.runs);
		ck_assert_uint_eq(soft.runs, 1);
		ck_assert_uint_eq(cross.runs, 1);
	}
	ck_assert_uint_ge(at, 4);
}
END_TEST

/* -- any request refused --------------------------------------------------------------------- */

static uint32_t known_port;

static pv_status
bind_virq(void)
{
	return bind(&a, PV_XEN_LINE_VIRQ + XEN_VIRQ_DEBUG, PV_LINE_EDGE);
}

static pv_status
bind_edge(void)
{
	return bind(&a, EDGE_PIN, PV_LINE_AS_WIRED);
}

static pv_status
bind_level(void)
{
	return bind(&a, LEVEL_PIN, PV_LINE_AS_WIRED);
}

static pv_status
bind_port(void)
{
	return bind(&a, PV_XEN_LINE_PORT + known_port, PV_LINE_EDGE);
}

static const struct operation {
	const char *name;
	pv_status (*run)(void);
} operations[] = {
	{ "bind a virtual interrupt", bind_virq }, { "bind an edge", bind_edge }, { "bind a level", bind_level },
	{ "bind a port", bind_port },
};

static void
refuse(unsigned n)
{
	struct pv_refusal r;

	while (pv_refusal_get(&r))
		continue;
	xm.refused.ordered = false;
	xm.refuse_with = -XEN_ENOMEM;
	xm.refuse_at = n;
}

/* True: what was ordered was refused, and the first record names it. */
static bool
was_refused(const char *what)
{
	struct pv_refusal r;

	xm.refuse_at = 0;
	if (!xm.refused.ordered)
		return false;
	ck_assert_msg(pv_refusal_get(&r), "%s: %s was refused, and there is no record", what,
	    pv_xen_call_name(xm.refused.nr, xm.refused.arg[0]));
	ck_assert_str_eq(r.call, pv_xen_call_name(xm.refused.nr, xm.refused.arg[0]));
	ck_assert_str_eq(r.code_name, "ENOMEM");
	return true;
}

/* Whatever is refused: the line is bound and works, or it is not, and can be once more. */
START_TEST(binding_is_refused_anywhere)
{
	const struct operation *o = &operations[_i];
	uint32_t other;
	uint64_t hash;
	unsigned n;

	pair(&known_port, &other);
	ck_assert_int_eq(o->run(), PV_OK);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	hash = xm_hash();
	for (n = 1;; n++) {
		pv_status s;

		refuse(n);
		s = o->run();
		if (!was_refused(o->name))
			break;
		ck_assert_int_eq(pv_line_unbind(&a.line), s == PV_OK ? PV_OK : PV_E_NOENT);
		ck_assert_msg(xm_hash() == hash, "%s, request %u refused: something is left", o->name, n);
		ck_assert_int_eq(o->run(), PV_OK);
		ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	}
	ck_assert_uint_ge(n, 2);
}
END_TEST

/* A port beyond the words that there are: all of it is there afterwards, or as before. */
START_TEST(words_are_refused_anywhere)
{
	struct probe p;
	uint32_t other;
	unsigned n;

	do
		pair(&known_port, &other);
	while (known_port < 1024);
	for (n = 1;; n++) {
		unsigned pages = xm.array_pages;
		pv_status s;

		refuse(n);
		s = bind(&p, PV_XEN_LINE_PORT + known_port, PV_LINE_EDGE);
		if (!was_refused("bind a port far away"))
			break;
		ck_assert_int_ne(s, PV_OK);
		ck_assert_int_eq(pv_line_unbind(&p.line), PV_E_NOENT);
		ck_assert_uint_le(xm.array_pages - pages, 1);
		xh_check("refused");
	}
	ck_assert_uint_ge(n, xm.control != NULL ? 4 : 3);
	ck_assert(sent(other));
	ck_assert_uint_eq(p.runs, 1);
}
END_TEST

/* What is sent comes, or it is said that it does not; then the next one does. */
START_TEST(sending_is_refused)
{
	ck_assert_int_eq(bind(&a, PV_LINE_CROSS + 1, PV_LINE_EDGE), PV_OK);
	ck_assert_int_eq(bind(&b, PV_LINE_SOFT + 3, PV_LINE_EDGE), PV_OK);
	refuse(1);
	ck_assert_int_eq(pv_line_send(1, 0), PV_E_REFUSED);
	ck_assert(was_refused("send"));
	ck_assert_uint_eq(a.runs, 0);
	ck_assert_int_eq(pv_line_send(1, 0), PV_OK);
	ck_assert_uint_eq(a.runs, 1);
	/* Nobody is there to be told. */
	refuse(1);
	xh.expect_panic = true;
	if (setjmp(xh.panicked) == 0) {
		pv_line_raise(3);
		ck_abort_msg("what was raised is lost, and nobody said so");
	}
	ck_assert(was_refused("raise"));
	ck_assert_uint_eq(b.runs, 0);
}
END_TEST

/* The second sender was told that its event is on the way, when there was none. */
static void
send_other(void)
{
	xm.between = NULL;
	ck_assert_int_eq(pv_line_send(2, 0), PV_OK);
}

START_TEST(sending_is_refused_for_two)
{
	refuse(1);
	xm.between = send_other;
	xh.expect_panic = true;
	if (setjmp(xh.panicked) == 0) {
		(void)pv_line_send(1, 0);
		ck_abort_msg("an event is lost, and nobody said so");
	}
	ck_assert(was_refused("send"));
}
END_TEST

/* Whatever stays open at the other side: nothing comes in by it. */
START_TEST(closing_is_refused)
{
	uint32_t port;

	ck_assert_int_eq(bind_virq(), PV_OK);
	port = xm.virq[XEN_VIRQ_DEBUG];
	refuse(1);
	ck_assert_int_eq(pv_line_unbind(&a.line), PV_OK);
	ck_assert(was_refused("close"));
	ck_assert_uint_eq(xm.virq[XEN_VIRQ_DEBUG], port);
	xm_raise_virq(XEN_VIRQ_DEBUG);
	xm_deliver();
	ck_assert_uint_eq(a.runs, 0);
	ck_assert_int_eq(bind_virq(), PV_E_BUSY);
}
END_TEST

START_TEST(end_is_refused)
{
	ck_assert_int_eq(bind_level(), PV_OK);
	xm_raise_pirq(LEVEL_PIN);
	xm.pirq_masked[LEVEL_PIN] = true;
	refuse(1);
	xm_deliver();
	ck_assert(was_refused("end"));
	ck_assert_uint_eq(a.runs, 1);
	ck_assert(xm.pirq_masked[LEVEL_PIN]);
}
END_TEST

int
main(void)
{
	static void (*const starts[])(void) = { start_2l, start_fifo };
	Suite *suite = suite_create("xen_lines");

	for (unsigned i = 0; i < 2; i++) {
		TCase *tcase = tcase_create(i == 0 ? "two levels" : "queues");

		tcase_add_checked_fixture(tcase, starts[i], NULL);
		tcase_set_timeout(tcase, 60);
		tcase_add_test(tcase, virq_is_a_line);
		tcase_add_test(tcase, port_is_looked_at_when_unmasked);
		tcase_add_test(tcase, closed_gate_keeps_it);
		tcase_add_test(tcase, physical_interrupt_is_ended);
		tcase_add_test(tcase, software_lines_come);
		tcase_add_test(tcase, many_ports_come_once_each);
		tcase_add_test(tcase, storm_without_work_is_slowed);
		tcase_add_test(tcase, event_between_any_two_requests);
		tcase_add_loop_test(tcase, binding_is_refused_anywhere, 0, sizeof(operations) / sizeof(operations[0]));
		tcase_add_test(tcase, words_are_refused_anywhere);
		tcase_add_test(tcase, sending_is_refused);
		tcase_add_test(tcase, sending_is_refused_for_two);
		tcase_add_test(tcase, closing_is_refused);
		tcase_add_test(tcase, end_is_refused);
		suite_add_tcase(suite, tcase);
	}
	return run_all(srunner_create(suite));
}
