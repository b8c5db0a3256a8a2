/*
 * Event channels over memory in which anything may stand: bitmaps, queues, links and
 * bits that no Xen would write, and events that never end. Every upcall comes to an end,
 * handlers run for ports that have one and are not masked, and nothing else is touched
 * (the address sanitizer looks).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../backends/xen/events.h"
#include "../../backends/xen/refuse.h"
#include "cases.h"

#define OWNED		64u		/* ports that have an owner: every n-th of the first page */
#define STRIDE		13u

static struct pv_cpu cpu __attribute__((aligned(64)));
static struct xen_shared_info shared;
static struct xen_fifo_control *control;
static uint32_t *array[4];
static unsigned nr_pages;
static bool no_fifo, masked[PV_XEN_PORTS], again;
static unsigned runs[PV_XEN_PORTS], spurious, handled, calls_most, entries;
static void (*in_handler)(uint32_t port);
static uint32_t next_port;

struct pv_ops pv_ops;
struct xen_shared_info *pv_xen_shared = &shared;
const struct xen_start_info *pv_xen_start_info;

/* -- the rest of the library, and a Xen that does what it is asked ------------------------ */

static pv_status
shared_map(void)
{
	return PV_OK;
}
pv_status (*pv_xen_shared_map)(void) = shared_map;

bool
pv_wanted(const char *word)
{
	return strcmp(word, "nofifo") == 0 && no_fifo;
}

unsigned long
pv_xen_mfn_of(const volatile void *va)
{
	return (unsigned long)(uintptr_t)va >> 12;
}

static void *
at(uint64_t gfn, uint32_t offset)
{
	return (void *)(uintptr_t)((gfn << 12) + offset);
}

long
pv_xen_call(unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	struct xen_init_control *init = (struct xen_init_control *)b;
	struct xen_expand_array *expand = (struct xen_expand_array *)b;
	struct xen_bind_virq *bind = (struct xen_bind_virq *)b;

	(void)c;
	(void)d;
	/* Asked for nothing but to look: a guest with interrupts of its own, as this one is. */
	if (nr == XEN_XEN_VERSION) {
		ck_assert_uint_eq(((struct xen_vcpu_info *)cpu.hv_area)->pending, 1);
		entries++;
		return 0;
	}
	ck_assert_uint_eq(nr, XEN_EVENT_CHANNEL_OP);
	if (a == XEN_EVTCHNOP_INIT_CONTROL) {
		ck_assert_uint_le(init->offset + sizeof(*control), 4096);
		control = at(init->control_gfn, init->offset);
	} else if (a == XEN_EVTCHNOP_EXPAND_ARRAY) {
		ck_assert_uint_lt(nr_pages, 4);
		array[nr_pages++] = at(expand->array_gfn, 0);
	} else if (a == XEN_EVTCHNOP_BIND_VIRQ) {
		bind->port = next_port;
	}
	return 0;
}

void
pv_xen_refused(const struct pv_xen_refused *r)
{
	ck_abort_msg("refused: %ld", r->code);
}

pv_status
pv_xen_try(const char *op, const char *call, unsigned nr, unsigned long a, unsigned long b, unsigned long c,
    unsigned long d)
{
	(void)nr, (void)a, (void)b, (void)c, (void)d;
	ck_abort_msg("%s, %s: nothing here asks for it", op, call);
}

void
pv_panic(const char *format, ...)
{
	ck_abort_msg("panic: %s", format);
}

void
pv_lines_spurious(void)
{
	spurious++;
}

void
pv_timers_run(void)
{
}

void
pv_xen_lines_event(uint32_t port, uint16_t owner)
{
	ck_assert_uint_lt(port, PV_XEN_PORTS);
	ck_assert_uint_eq(owner, PV_XEN_PORT_INPUT + port % 100);
	ck_assert(!masked[port]);
	runs[port]++;
	handled++;
	if (in_handler != NULL)
		in_handler(port);
}

static void
open_port(uint32_t number)
{
	uint32_t port;

	next_port = number;
	ck_assert_int_eq(pv_xen_port_virq(1, 0, (uint16_t)(PV_XEN_PORT_INPUT + number % 100), &port), PV_OK);
	ck_assert_uint_eq(port, number);
	pv_xen_port_unmask(port);
	masked[port] = false;
}

static void
begin(bool fifo)
{
	cpu.self = &cpu;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu), 0);
	no_fifo = !fifo;
	memset(masked, true, sizeof(masked));
	ck_assert_int_eq(pv_xen_line_ops.init(), PV_OK);
	ck_assert_ptr_nonnull(strstr(pv_xen_line_ops.name(), fifo ? "FIFO" : "2-level"));
	for (unsigned i = 1; i <= OWNED; i++)
		open_port(i * STRIDE);
	calls_most = 0;
}

static void
upcall(void)
{
	unsigned before = handled + spurious;

	((struct xen_vcpu_info *)cpu.hv_area)->pending = 1;
	pv_xen_events_take();
	if (handled + spurious - before > calls_most)
		calls_most = handled + spurious - before;
}

static uint32_t *
word(uint32_t port)
{
	ck_assert_uint_lt(port / 1024, nr_pages);
	return &array[port / 1024][port % 1024];
}

static void
link_up(uint32_t port, uint32_t to)
{
	*word(port) = 1u << XEN_EVTCHN_FIFO_PENDING | 1u << XEN_EVTCHN_FIFO_LINKED | to;
}

/* -- all masked until wanted ------------------------------------------------------------------ */

START_TEST(closed_until_wanted)
{
	begin(_i != 0);
	for (uint32_t port = 1; port < 1024; port++) {
		bool shut = _i != 0 ? (*word(port) >> XEN_EVTCHN_FIFO_MASKED & 1) != 0 :
		    (shared.evtchn_mask[port / 64] >> port % 64 & 1) != 0;

		ck_assert_int_eq(shut, masked[port]);
	}
}
END_TEST

/* -- anything in the bitmaps ------------------------------------------------------------------- */

START_TEST(any_bitmaps)
{
	struct xen_vcpu_info *v = (struct xen_vcpu_info *)cpu.hv_area;

	begin(false);
	for (unsigned i = 0; i < 3000; i++) {
		v->pending_sel = draw();
		for (unsigned w = 0; w < 64; w++)
			shared.evtchn_pending[w] = draw() & draw();
		/* Ports that have no owner lose their mask: they are told as spurious, and masked again. */
		if (i % 3 == 0)
			shared.evtchn_mask[draw_below(64)] &= draw() | ~0ull << 32;
		upcall();
		ck_assert_uint_le(calls_most, 300);
	}
	ck_assert_uint_gt(handled, 1000);
}
END_TEST

/* Every port at once: each that is wanted is handled, over as many upcalls as it takes. */
START_TEST(all_at_once)
{
	struct xen_vcpu_info *v = (struct xen_vcpu_info *)cpu.hv_area;

	begin(false);
	memset(shared.evtchn_pending, 0xff, sizeof(shared.evtchn_pending));
	v->pending_sel = ~0ul;
	upcall();
	ck_assert_uint_eq(v->pending, 0);
	for (unsigned i = 1; i <= OWNED; i++)
		ck_assert_uint_eq(runs[i * STRIDE], 1);
	ck_assert_uint_eq(handled, OWNED);
	ck_assert_uint_eq(spurious, 0);
}
END_TEST

/* While events wait behind the one that is taken Xen must know, but once is enough. */
START_TEST(many_wait_and_xen_is_entered_once)
{
	struct xen_vcpu_info *v = (struct xen_vcpu_info *)cpu.hv_area;

	begin(_i != 0);
	for (unsigned i = 1; i <= OWNED; i++) {
		if (_i == 0)
			shared.evtchn_pending[i * STRIDE / 64] |= 1ul << i * STRIDE % 64;
		else
			link_up(i * STRIDE, i < OWNED ? (i + 1) * STRIDE : 0);
	}
	v->pending_sel = ~0ul;
	if (_i != 0) {
		control->head[7] = STRIDE;
		control->ready = 1u << 7;
	}
	entries = 0;
	upcall();
	ck_assert_uint_eq(handled, OWNED);
	ck_assert_uint_eq(entries, 1);
	/* One alone does without. */
	if (_i == 0) {
		shared.evtchn_pending[0] = 1ul << STRIDE;
		v->pending_sel = 1;
	} else {
		link_up(STRIDE, 0);
		control->head[7] = STRIDE;
		control->ready = 1u << 7;
	}
	upcall();
	ck_assert_uint_eq(handled, OWNED + 1);
	ck_assert_uint_eq(entries, 1);
}
END_TEST

/* -- anything in the queues --------------------------------------------------------------------- */

static void
any_word(uint32_t port)
{
	uint32_t w = (uint32_t)draw();

	/* Links of all sizes, also beyond what there is. */
	if (draw_below(3) == 0)
		w = (w & ~XEN_EVTCHN_FIFO_LINK_MASK) | draw_below(1024);
	if (masked[port])
		w |= 1u << XEN_EVTCHN_FIFO_MASKED;
	else
		w &= ~(1u << XEN_EVTCHN_FIFO_MASKED);
	*word(port) = w;
}

START_TEST(any_queues)
{
	begin(true);
	for (unsigned i = 0; i < 3000; i++) {
		for (unsigned n = 0; n < 200; n++)
			any_word(draw_below(1024));
		for (unsigned q = 0; q < XEN_EVTCHN_FIFO_MAX_QUEUES; q++)
			control->head[q] = draw_below(4) != 0 ? draw_below(1024) : (uint32_t)draw();
		control->ready = (uint32_t)draw();
		upcall();
		ck_assert_uint_le(calls_most, 300);
	}
	ck_assert_uint_gt(handled, 300);
	ck_assert_uint_gt(spurious, 0);
}
END_TEST

/* A queue whose end is its beginning. */
START_TEST(queue_in_a_circle)
{
	begin(true);
	link_up(STRIDE, 2 * STRIDE);
	link_up(2 * STRIDE, 3 * STRIDE);
	link_up(3 * STRIDE, STRIDE);
	control->head[7] = STRIDE;
	control->ready = 1u << 7;
	upcall();
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_uint_eq(runs[i * STRIDE], 1);
	ck_assert_uint_eq(handled, 3);
}
END_TEST

static const uint32_t nowhere[] = { 0, 1024, 4096, 131071, 0x20000, 0x7fffffff, 0xffffffff };

START_TEST(queue_begins_nowhere)
{
	begin(true);
	control->head[3] = nowhere[_i];
	control->ready = 1u << 3 | 1u << 7;
	link_up(STRIDE, 0);
	control->head[7] = STRIDE;
	upcall();
	ck_assert_uint_eq(spurious, 1);
	ck_assert_uint_eq(runs[STRIDE], 1);
	/* And the queue is usable again. */
	link_up(2 * STRIDE, 0);
	control->head[3] = 2 * STRIDE;
	control->ready = 1u << 3;
	upcall();
	ck_assert_uint_eq(runs[2 * STRIDE], 1);
}
END_TEST

static uint32_t came[3];

static void
note(uint32_t port)
{
	if (handled <= 3)
		came[handled - 1] = port;
}

/* The queue of the lowest number first. */
START_TEST(queues_have_an_order)
{
	static const unsigned queue[] = { 6, 4, 5 };

	begin(true);
	in_handler = note;
	for (unsigned i = 0; i < 3; i++) {
		link_up((i + 1) * STRIDE, 0);
		control->head[queue[i]] = (i + 1) * STRIDE;
		control->ready |= 1u << queue[i];
	}
	upcall();
	ck_assert_uint_eq(handled, 3);
	ck_assert_uint_eq(came[0], 2 * STRIDE);
	ck_assert_uint_eq(came[1], 3 * STRIDE);
	ck_assert_uint_eq(came[2], STRIDE);
}
END_TEST

/* Ports that Xen does not serve, or this backend does not: refused, closed, and nothing is left. */
START_TEST(port_too_far)
{
	uint32_t port = 0;

	begin(_i != 0);
	next_port = PV_XEN_PORTS;
	ck_assert_int_eq(pv_xen_port_virq(1, 0, PV_XEN_PORT_INPUT, &port), PV_E_FULL);
	next_port = PV_XEN_PORTS - 1;
	ck_assert_int_eq(pv_xen_port_virq(1, 0, PV_XEN_PORT_INPUT, &port), PV_OK);
	ck_assert_uint_eq(nr_pages, _i != 0 ? 4 : 0);
	ck_assert_int_eq(pv_xen_port_adopt(PV_XEN_PORTS - 1, 0, PV_XEN_PORT_INPUT), PV_E_BUSY);
}
END_TEST

/* -- events without end -------------------------------------------------------------------------- */

static void
send_again(uint32_t port)
{
	struct xen_vcpu_info *v = (struct xen_vcpu_info *)cpu.hv_area;

	if (!again)
		return;
	if (no_fifo) {
		shared.evtchn_pending[port / 64] |= 1ul << port % 64;
		v->pending_sel |= 1ul << port / 64;
	} else {
		link_up(port, 0);
		control->head[7] = port;
		control->ready |= 1u << 7;
	}
	v->pending = 1;
}

/* An upcall ends although there is always one more; the next one goes on where it was left. */
START_TEST(storm_is_cut)
{
	struct xen_vcpu_info *v = (struct xen_vcpu_info *)cpu.hv_area;

	begin(_i != 0);
	in_handler = send_again;
	again = true;
	send_again(STRIDE);
	upcall();
	ck_assert_uint_ge(runs[STRIDE], 100);
	ck_assert_uint_le(runs[STRIDE], 300);
	ck_assert_uint_eq(v->pending, 1);
	again = false;
	upcall();
	ck_assert_uint_eq(v->pending, 0);
}
END_TEST

/* One port that is always pending does not keep others of its form waiting. */
START_TEST(storm_leaves_others_their_turn)
{
	begin(false);
	in_handler = send_again;
	again = true;
	for (unsigned i = 1; i <= OWNED; i++) {
		shared.evtchn_pending[i * STRIDE / 64] |= 1ul << i * STRIDE % 64;
		((struct xen_vcpu_info *)cpu.hv_area)->pending_sel |= 1ul << i * STRIDE / 64;
	}
	upcall();
	upcall();
	for (unsigned i = 1; i <= OWNED; i++)
		ck_assert_uint_ge(runs[i * STRIDE], 2);
}
END_TEST

static void
start(void)
{
}

int
main(void)
{
	const struct host_case cases[] = {
		{ closed_until_wanted, 2 }, { any_bitmaps, 0 }, { all_at_once, 0 },
		{ many_wait_and_xen_is_entered_once, 2 }, { any_queues, 0 }, { queue_in_a_circle, 0 },
		{ queue_begins_nowhere, sizeof(nowhere) / sizeof(nowhere[0]) },
		{ queues_have_an_order, 0 }, { port_too_far, 2 }, { storm_is_cut, 2 },
		{ storm_leaves_others_their_turn, 0 },
	};

	return RUN_CASES("xen_hostile", start, cases);
}
