/*
 * The console of a Xen guest: of a first domain Xen's own, by hypercall; of others a
 * ring that a daemon in the first domain reads (ring.c).
 *
 * Whoever reads the ring may be slow, or gone. A write waits for room about a
 * second, once; from then on text that finds no room is dropped and counted until
 * there is room again, and the console says how much is missing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../common/latch.h"
#include "console.h"

#define WAIT_TICKS	(1ull << 31)	/* of the time stamp counter: about a second */
#define WAIT_TURNS	(1u << 22)	/* of yielding, should that counter stand still */
#define LATCH_SPINS	(1u << 20)
#define NOTE_ROOM	80u

static enum {
	UNKNOWN = 0,
	CALLS,
	RING
} way;

static struct {
	struct pv_xen_ring ring;
	uint32_t port;
	uint32_t latch;
	uint32_t dropped;		/* characters, since the last note */
	bool stalled;			/* somebody has waited in vain since there was room */
	bool said_out, said_in;		/* that this direction was stopped */
} con;

void
pv_xen_console_calls(void)
{
	way = CALLS;
}

void
pv_xen_console_ring(struct xen_console_ring *page, uint32_t port)
{
	if (way == RING)
		con.ring.page = page;
	else
		pv_xen_ring_open(&con.ring, page);
	con.port = port;
	way = RING;
}

bool
pv_xen_console_chosen(void)
{
	return way != UNKNOWN;
}

/* A PV guest finds out at the first character. */
static void
choose(void)
{
	const struct xen_start_info *si = pv_xen_start_info;
	void *page;

	if (way != UNKNOWN || si == NULL)
		return;
	page = (si->flags & XEN_SIF_INITDOMAIN) == 0 ? pv_xen_va_of_mfn(si->console_mfn) : NULL;
	if (page != NULL)
		pv_xen_console_ring(page, si->console_evtchn);
	else
		pv_xen_console_calls();
}

/* -- the hypercall -- */

static void
call_write(const char *text, size_t size)
{
	(void)pv_xen_call(XEN_CONSOLE_IO, XEN_CONSOLEIO_WRITE, size, (unsigned long)text, 0);
}

static int
call_get(void)
{
	char c;

	return pv_xen_call(XEN_CONSOLE_IO, XEN_CONSOLEIO_READ, 1, (unsigned long)&c, 0) == 1 ? (unsigned char)c : -1;
}

/* -- the ring -- */

/*
 * Alone on the ring: gate closed, and not in the middle of another one's turn (an NMI may come
 * there). False: it is not to be had. Before stage EARLY the gate is closed, and its ops are not
 * there yet.
 */
static bool
enter(pv_irq_state *gate)
{
	unsigned spins = 0;

	*gate = 0;
	if (pv_stage_now() >= PV_STAGE_EARLY)
		*gate = pv_irq_save();
	while (__atomic_exchange_n(&con.latch, 1, __ATOMIC_ACQUIRE) != 0) {
		if (spins++ == LATCH_SPINS) {
			if (pv_stage_now() >= PV_STAGE_EARLY)
				pv_irq_restore(*gate);
			return false;
		}
		pv_cpu_relax();
	}
	return true;
}

static void
leave(pv_irq_state gate)
{
	pv_latch_drop(&con.latch);
	if (pv_stage_now() >= PV_STAGE_EARLY)
		pv_irq_restore(gate);
}

static void
tell(void)
{
	uint32_t port = con.port;

	(void)pv_xen_call(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_SEND, (unsigned long)&port, 0, 0);
}

static uint64_t
ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

/* Until there is room for a line's end. False: whoever reads has not, and is not waited for again. */
static bool
wait_for_room(void)
{
	uint64_t start = ticks();

	tell();
	for (unsigned i = 0; i < WAIT_TURNS && ticks() - start < WAIT_TICKS && !con.ring.out_stopped; i++) {
		if (pv_xen_ring_room(&con.ring) >= 2)
			return true;
		(void)pv_xen_call(XEN_SCHED_OP, XEN_SCHEDOP_YIELD, 0, 0, 0);
	}
	return false;
}

/* The console cannot say it: the record of refusals does, and a Xen that prints for guests. */
static void
say_out_stopped(void)
{
	struct pv_refusal r = {
		.op = "console.write", .call = "console ring", .arg = { con.ring.out_prod, con.ring.out_wrong },
		.nr_args = 2, .index = -1, .code = -XEN_EINVAL, .code_name = "EINVAL",
		.hint = "the other side says that it has read what was never written: output is stopped",
	};
	char line[120];
	int n = pv_snprintf(line, sizeof(line), "xen: console ring: %u written, and the other side says it has "
	    "read up to %u: output is stopped\n", (unsigned)con.ring.out_prod, (unsigned)con.ring.out_wrong);

	con.said_out = true;
	if (pv_stage_now() >= PV_STAGE_EARLY)
		pv_refuse(&r);
	call_write(line, (size_t)n);
}

/* What is missing is said where it is missing. */
static void
note_dropped(void)
{
	char line[NOTE_ROOM];
	int n;

	if (con.dropped == 0 || pv_xen_ring_room(&con.ring) < NOTE_ROOM)
		return;
	n = pv_snprintf(line, sizeof(line), "\n[xen: console ring was full: %u characters are missing]\n",
	    (unsigned)con.dropped);
	con.dropped = 0;
	(void)pv_xen_ring_put(&con.ring, line, (size_t)n);
}

static void
ring_write(const char *text, size_t size)
{
	pv_irq_state gate;

	if (!enter(&gate)) {
		__atomic_fetch_add(&con.dropped, (uint32_t)size, __ATOMIC_RELAXED);
		return;
	}
	note_dropped();
	while (size != 0) {
		size_t n = pv_xen_ring_put(&con.ring, text, size);

		if (n != 0)
			con.stalled = false;
		else if (con.stalled || !wait_for_room())
			break;
		text += n;
		size -= n;
	}
	if (size != 0) {
		con.stalled = true;
		__atomic_fetch_add(&con.dropped, (uint32_t)size, __ATOMIC_RELAXED);
	}
	if (con.ring.out_stopped && !con.said_out)
		say_out_stopped();
	tell();
	leave(gate);
}

static int
ring_get(void)
{
	pv_irq_state gate;
	bool say;
	int c;

	if (!enter(&gate))
		return -1;
	c = pv_xen_ring_get(&con.ring);
	say = con.ring.in_stopped && !con.said_in;
	con.said_in = con.ring.in_stopped;
	if (c >= 0)
		tell();
	leave(gate);
	if (say)
		pv_printf("xen: console ring: %u read, and the other side says it has written up to %u: input is "
		    "stopped\n", (unsigned)con.ring.in_cons, (unsigned)con.ring.in_wrong);
	return c;
}

/* -- either -- */

static void
write(const char *text, size_t size)
{
	choose();
	if (way == RING)
		ring_write(text, size);
	else if (way == CALLS)
		call_write(text, size);
}

static int
get(void)
{
	choose();
	if (way == RING)
		return ring_get();
	return way == CALLS ? call_get() : -1;
}

static const char *
name(void)
{
	static const char *const names[] = { "none", "xen console_io", "xen ring" };

	choose();
	return names[way];
}

const struct pv_console_ops pv_xen_console_ops = {
	.write = write,
	.get = get,
	.name = name,
};
