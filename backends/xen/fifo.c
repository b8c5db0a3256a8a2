/*
 * Event channels in sixteen queues (Xen: event_channel.h, the FIFO ABI). A port has
 * a word in an array of ours: pending, masked, linked, and the port behind it in its
 * queue. Xen links at the tail, this CPU takes from the head; a control block of each
 * CPU says which queues are not empty and where each begins.
 *
 * The race is proven in conformance/models/upcall_fifo.pml, which names the functions
 * of this file. Words are Xen's and ours at once: every change is an exchange that
 * is tried again, and a link that leads nowhere ends its queue.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "events.h"
#include "refuse.h"

#define PENDING		(1u << XEN_EVTCHN_FIFO_PENDING)
#define MASKED		(1u << XEN_EVTCHN_FIFO_MASKED)
#define LINKED		(1u << XEN_EVTCHN_FIFO_LINKED)
#define BUSY		(1u << XEN_EVTCHN_FIFO_BUSY)
#define QUEUES		XEN_EVTCHN_FIFO_MAX_QUEUES
#define ALL_QUEUES	((1u << QUEUES) - 1)

#define PAGE_WORDS	1024u
#define NR_PAGES	(PV_XEN_PORTS / PAGE_WORDS)

/* Words looked at in one go that had nothing to take: queues hold each port once. */
#define LOOKS_MOST	PV_XEN_PORTS

static uint32_t words[PV_XEN_PORTS] __attribute__((aligned(4096)));
static uint32_t nr_words;			/* that Xen knows of */

/* Within a page each, and on a boundary of 8 bytes. */
static struct {
	struct xen_fifo_control block;
	uint8_t pad[128 - sizeof(struct xen_fifo_control)];
} controls[PV_MAX_CPUS] __attribute__((aligned(128)));

/* How far each CPU is: written by that CPU, gate closed. */
static struct {
	uint32_t ready;				/* queues that are not empty */
	uint32_t head[QUEUES];			/* 0: where the control block says */
	bool started;
} queues[PV_MAX_CPUS];

/* A refusal is kept. PV_E_ABSENT: this Xen has no such calls, which is an answer. */
static pv_status
ask(unsigned op, const void *arg, uint64_t frame)
{
	struct pv_xen_refused r = { .op = "line.setup", .nr = XEN_EVENT_CHANNEL_OP, .index = -1, .nr_args = 2,
	    .arg = { op, frame } };

	r.code = pv_xen_call(XEN_EVENT_CHANNEL_OP, op, (unsigned long)arg, 0, 0);
	if (r.code >= 0)
		return PV_OK;
	if (r.code == -XEN_ENOSYS || r.code == -XEN_EOPNOTSUPP)
		return PV_E_ABSENT;
	pv_xen_refused(&r);
	return r.code == -XEN_ENOSPC ? PV_E_FULL : PV_E_REFUSED;
}

static pv_status
start_cpu(uint32_t cpu)
{
	struct xen_fifo_control *block = &controls[cpu].block;
	struct xen_init_control init = {
		.control_gfn = pv_xen_mfn_of(block), .offset = (uint32_t)((uintptr_t)block & PV_PAGE_MASK),
		.vcpu = cpu,
	};
	pv_status s = PV_OK;

	if (!queues[cpu].started)
		s = ask(XEN_EVTCHNOP_INIT_CONTROL, &init, init.control_gfn);
	queues[cpu].started = s == PV_OK;
	return s;
}

/* Words for a port; all of a new page are masked. */
static pv_status
expand(uint32_t port)
{
	while (port >= nr_words) {
		struct xen_expand_array more = { .array_gfn = pv_xen_mfn_of(&words[nr_words]) };
		pv_status s;

		for (uint32_t i = 0; i < PAGE_WORDS; i++)
			words[nr_words + i] = MASKED;
		s = ask(XEN_EVTCHNOP_EXPAND_ARRAY, &more, more.array_gfn);
		if (s != PV_OK)
			return s;
		nr_words += PAGE_WORDS;
	}
	return PV_OK;
}

static void
mask(uint32_t port)
{
	__atomic_fetch_or(&words[port], MASKED, __ATOMIC_SEQ_CST);
}

static void
clear(uint32_t port)
{
	__atomic_fetch_and(&words[port], ~PENDING, __ATOMIC_SEQ_CST);
}

/*
 * What is pending already must be linked, which only Xen can; and while it links something behind
 * this port (busy) the word has to stay as it is.
 */
static bool
unmask(uint32_t port, bool local)
{
	uint32_t old = __atomic_load_n(&words[port], __ATOMIC_SEQ_CST);

	(void)local;
	do {
		if ((old & MASKED) == 0)
			return true;
		if ((old & (PENDING | BUSY)) != 0)
			return false;
	} while (!__atomic_compare_exchange_n(&words[port], &old, old & ~MASKED, false, __ATOMIC_SEQ_CST,
	    __ATOMIC_SEQ_CST));
	return true;
}

/* Out of its queue: the port behind it, 0 for none. Xen may link one meanwhile: then once more. */
static uint32_t
unlink_head(uint32_t port)
{
	uint32_t old = __atomic_load_n(&words[port], __ATOMIC_SEQ_CST);

	while (!__atomic_compare_exchange_n(&words[port], &old, old & ~(LINKED | XEN_EVTCHN_FIFO_LINK_MASK), false,
	    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		continue;
	return old & XEN_EVTCHN_FIFO_LINK_MASK;
}

/* Is its event to be taken? Then it is not pending any more, before its handler runs. */
static bool
take(uint32_t port)
{
	if ((__atomic_load_n(&words[port], __ATOMIC_SEQ_CST) & (PENDING | MASKED)) != PENDING)
		return false;
	return (__atomic_fetch_and(&words[port], ~PENDING, __ATOMIC_SEQ_CST) & PENDING) != 0;
}

/* The head of a queue, unlinked; 0: the queue was given up, what it said cannot be. */
static uint32_t
dequeue(uint32_t cpu, unsigned queue)
{
	uint32_t port = queues[cpu].head[queue], link = 0;

	if (port == 0)
		port = PV_READ_SHARED(controls[cpu].block.head[queue]);
	if (port == 0 || port >= nr_words) {
		pv_lines_spurious();
		port = 0;
	} else {
		link = unlink_head(port);
	}
	queues[cpu].head[queue] = link;
	if (link == 0)
		queues[cpu].ready &= ~(1u << queue);
	return port;
}

static uint32_t
next(struct pv_cpu *cpu)
{
	uint32_t id = cpu->id, *ready = &controls[id].block.ready;

	for (unsigned looks = 0; looks < LOOKS_MOST; looks++) {
		uint32_t port;

		/* Cleared before the queues are looked at, as the upcall bit before. */
		if (__atomic_load_n(ready, __ATOMIC_RELAXED) != 0)
			queues[id].ready |= __atomic_exchange_n(ready, 0, __ATOMIC_SEQ_CST) & ALL_QUEUES;
		if (queues[id].ready == 0)
			return PV_XEN_PORTS;
		port = dequeue(id, (unsigned)__builtin_ctz(queues[id].ready));
		if (port == 0 || !take(port))
			continue;
		if (queues[id].ready != 0)
			pv_xen_more_events();
		return port;
	}
	pv_xen_more_events();
	return PV_XEN_PORTS;
}

static const struct pv_xen_port_form form = {
	.name = "event channels (FIFO)",
	.expand = expand,
	.mask = mask,
	.unmask = unmask,
	.clear = clear,
	.next = next,
};

const struct pv_xen_port_form *
pv_xen_fifo_start(void)
{
	/* There is no way back from the first of these: without words nothing could be delivered. */
	if (start_cpu(pv_cpu_nr()) != PV_OK)
		return NULL;
	if (expand(0) != PV_OK)
		pv_panic("Xen refused a page for the words of its event channels: start with pv=nofifo");
	return &form;
}
