/*
 * What lines are bound to under Xen: physical interrupts of a first domain, virtual
 * interrupts, ports to other domains; and what CPUs send themselves and each other.
 * Linked by kernels that use lines. Which line is bound to what is kept in
 * backends/common/lines.c.
 *
 * Events are edges. A level-triggered physical interrupt is one that Xen sends again
 * after it was told of its end, while the level is up. So a masked one is not ended;
 * what was pending then is forgotten, and comes again if there is still a reason.
 *
 * There are no messages: Xen itself writes them into the device when it is told which
 * device that is (PHYSDEVOP_map_pirq), and a line of source PV_LINE_MSI does not say.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "events.h"

#define NR_INPUTS	PV_MAX_LINES
#define SENT_SOFT	0x10u		/* beside bits 0 to 3, the cross lines */

enum kind {
	PIRQ,
	VIRQ,
	PORT
};

static struct input {
	uint32_t source;
	uint32_t port;
	uint32_t pirq;
	uint32_t cpu;
	uint8_t kind;
	bool connected, level, masked;
} inputs[NR_INPUTS];

uint32_t pv_xen_input_base;

/* What was sent to each CPU and not yet seen there, and the port that tells it; 0: no such CPU. */
static uint32_t sent[PV_MAX_CPUS], sent_port[PV_MAX_CPUS];

/* -- sending -- */

static pv_status
send(uint32_t n, uint32_t cpu)
{
	uint32_t bit = n == PV_LINE_SOFT ? SENT_SOFT : 1u << n;
	pv_status s = PV_OK;

	if (cpu >= PV_MAX_CPUS || sent_port[cpu] == 0)
		return PV_E_RANGE;
	/* If there was something before, its event is on the way. */
	if (__atomic_fetch_or(&sent[cpu], bit, __ATOMIC_SEQ_CST) == 0)
		s = pv_xen_port_send(sent_port[cpu]);
	if (s != PV_OK && (__atomic_fetch_and(&sent[cpu], ~bit, __ATOMIC_SEQ_CST) & ~bit) != 0)
		pv_panic("lines: Xen refused CPU %u an event that others counted on", (unsigned)cpu);
	return s;
}

/* One of them at a time: its handler may open the gate for the others. */
static void
sent_taken(void)
{
	uint32_t cpu = pv_cpu_nr(), bits = __atomic_exchange_n(&sent[cpu], 0, __ATOMIC_SEQ_CST);
	uint32_t first = bits & -bits, rest = bits & ~first;

	if (rest != 0 && __atomic_fetch_or(&sent[cpu], rest, __ATOMIC_SEQ_CST) == 0 &&
	    pv_xen_port_send(sent_port[cpu]) != PV_OK)
		pv_panic("lines: Xen refused CPU %u an event to itself: what it holds back would be lost",
		    (unsigned)cpu);
	if (first == SENT_SOFT)
		pv_lines_deliver_soft();
	else if (first != 0)
		pv_lines_deliver_cross((uint32_t)__builtin_ctz(first));
}

void
pv_xen_lines_event(uint32_t port, uint16_t owner)
{
	if (owner == PV_XEN_PORT_SENT)
		sent_taken();
	else if (owner - PV_XEN_PORT_INPUT < NR_INPUTS && inputs[owner - PV_XEN_PORT_INPUT].port == port)
		pv_lines_deliver(pv_xen_input_base + owner - PV_XEN_PORT_INPUT);
	else
		pv_lines_spurious();
}

pv_status
pv_xen_lines_start(void)
{
	uint32_t cpu = pv_cpu_nr(), port;
	pv_status s;

	if (sent_port[cpu] != 0)
		return PV_OK;
	s = pv_xen_port_ipi(cpu, PV_XEN_PORT_SENT, &port);
	if (s != PV_OK)
		return s;
	sent_port[cpu] = port;
	pv_xen_port_unmask(port);
	/* Other guests have an interrupt controller for that. */
	if (pv_xen_start_info != NULL)
		pv_xen_pirq_start();
	return PV_OK;
}

/* -- which input -- */

/* What kind of source this is, and how it is wired. */
static pv_status
kind_of(uint32_t source, enum kind *kind, uint32_t *wired)
{
	*wired = PV_LINE_EDGE;
	if (source - PV_XEN_LINE_VIRQ < XEN_NR_VIRQS) {
		*kind = VIRQ;
		return source - PV_XEN_LINE_VIRQ == XEN_VIRQ_TIMER ? PV_E_BUSY : PV_OK;
	}
	if (source - PV_XEN_LINE_PORT < PV_XEN_PORTS) {
		*kind = PORT;
		return source == PV_XEN_LINE_PORT ? PV_E_NOENT : PV_OK;
	}
	*kind = PIRQ;
	return pv_xen_pirq_has(source, wired) ? PV_OK : PV_E_NOENT;
}

static pv_status
find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	uint32_t wired, unused = NR_INPUTS;
	enum kind kind;
	pv_status s = kind_of(source, &kind, &wired);

	if (s != PV_OK)
		return s;
	if ((*flags & PV_LINE_AS_WIRED) != 0)
		*flags = (*flags & ~(PV_LINE_LEVEL | PV_LINE_LOW)) | wired;
	if (kind != PIRQ && (*flags & (PV_LINE_LEVEL | PV_LINE_LOW)) != 0)
		return PV_E_ABSENT;
	for (uint32_t i = 0; i < NR_INPUTS; i++) {
		if (inputs[i].connected && inputs[i].source == source) {
			*input = i;
			return PV_OK;
		}
		if (!inputs[i].connected && unused == NR_INPUTS)
			unused = i;
	}
	if (unused == NR_INPUTS)
		return PV_E_FULL;
	inputs[unused].kind = (uint8_t)kind;
	inputs[unused].source = source;
	*input = unused;
	return PV_OK;
}

static uint32_t
isa(uint32_t n)
{
	return pv_xen_pirq_isa(n);
}

/* -- connecting -- */

static pv_status
setup_pirq(struct input *in, uint32_t flags, uint32_t cpu, uint16_t owner)
{
	pv_status s = pv_xen_pirq_map(in->source, flags, &in->pirq);

	return s == PV_OK ? pv_xen_port_pirq(in->pirq, cpu, owner, &in->port) : s;
}

static pv_status
setup_port(struct input *in, uint32_t cpu, uint16_t owner)
{
	pv_status s;

	in->port = in->source - PV_XEN_LINE_PORT;
	s = pv_xen_port_open(in->port);
	if (s == PV_OK)
		s = pv_xen_port_adopt(in->port, cpu, owner);
	if (s != PV_OK)
		return s;
	s = pv_xen_port_move(in->port, cpu);
	if (s != PV_OK)
		pv_xen_port_leave(in->port);
	return s;
}

static pv_status
setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	struct input *in = &inputs[input];
	uint16_t owner = (uint16_t)(PV_XEN_PORT_INPUT + input);
	pv_status s;

	in->level = (flags & PV_LINE_LEVEL) != 0;
	in->cpu = cpu;
	in->masked = true;
	if (in->kind == PIRQ)
		s = setup_pirq(in, flags, cpu, owner);
	else if (in->kind == VIRQ)
		s = pv_xen_port_virq(in->source - PV_XEN_LINE_VIRQ, cpu, owner, &in->port);
	else
		s = setup_port(in, cpu, owner);
	in->connected = s == PV_OK;
	return s;
}

static pv_status
route(uint32_t input, uint32_t cpu)
{
	struct input *in = &inputs[input];
	pv_status s = PV_OK;

	if (cpu == in->cpu)
		return PV_OK;
	/* A virtual interrupt is about the CPU that it was asked for. */
	s = in->kind == VIRQ ? PV_E_RANGE : pv_xen_port_move(in->port, cpu);
	if (s == PV_OK)
		in->cpu = cpu;
	return s;
}

static void
disconnect(uint32_t input)
{
	struct input *in = &inputs[input];

	if (in->kind == PORT)
		pv_xen_port_leave(in->port);
	else
		pv_xen_port_close(in->port);
	in->connected = false;
	in->port = 0;
}

/* Also what came again meanwhile, because Xen lost patience (after 1 ms): if it still stands it comes once more. */
static void
end_level(const struct input *in)
{
	pv_xen_port_clear(in->port);
	pv_xen_pirq_eoi(in->pirq);
}

static void
mask(uint32_t input)
{
	inputs[input].masked = true;
	pv_xen_port_mask(inputs[input].port);
}

static void
unmask(uint32_t input)
{
	struct input *in = &inputs[input];

	in->masked = false;
	if (in->level)
		end_level(in);
	pv_xen_port_unmask(in->port);
}

static void
end(uint32_t input)
{
	const struct input *in = &inputs[input];

	if (!in->connected || in->kind != PIRQ)
		return;
	if (!in->level)
		pv_xen_pirq_eoi(in->pirq);
	else if (!in->masked)
		end_level(in);		/* else when it is unmasked */
}

static pv_status
msi(uint32_t input, uint64_t *address, uint32_t *data)
{
	(void)input;
	(void)address;
	(void)data;
	return PV_E_INVAL;
}

const struct pv_line_ops pv_xen_input_ops = {
	.find = find,
	.isa = isa,
	.setup = setup,
	.route = route,
	.remove = disconnect,
	.mask = mask,
	.unmask = unmask,
	.end = end,
	.send = send,
	.msi = msi,
};
