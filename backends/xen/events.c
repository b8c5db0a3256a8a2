/*
 * Event channels: the upcall, the two-level form of their state, and who owns which
 * port. How the race of set-pending, mask, scan, enable and return is won is proven
 * in conformance/models/upcall_2l.pml, which names the functions of this file.
 *
 * Handlers may open the gate. What an upcall has seen and not yet taken is therefore
 * given back before each of them runs, as if it came just now: the order is
 * pending word, selector, upcall bit, and that of looking is the reverse (Xen:
 * event_channel.h).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "events.h"
#include "refuse.h"

/* Events of one upcall; then the interrupt returns, and kernels that preempt there have their turn. */
#define EVENTS_MOST	256u

#define WORD_BITS	((unsigned)XEN_LONG_BITS)
#define BIT(n)		(1ul << (n))

static struct {
	uint16_t owner;
	uint16_t cpu;
} ports[PV_XEN_PORTS];

static const struct pv_xen_port_form nothing_yet;
static const struct pv_xen_port_form *form = &nothing_yet;
/* Where each CPU looks first: behind the port that it took last, so that none waits for ever. */
static uint32_t next_port[PV_MAX_CPUS];

pv_status
pv_xen_vcpu_info_move(uint64_t frame)
{
	struct xen_register_vcpu_info info = {
		.mfn = frame, .offset = (uint32_t)((uintptr_t)pv_cpu()->hv_area & PV_PAGE_MASK),
	};

	return pv_xen_try("cpu.setup", NULL, XEN_VCPU_OP, XEN_VCPUOP_REGISTER_INFO, pv_cpu_nr(),
	    (unsigned long)&info, 0);
}

/* -- the two-level form -- */

static void
two_level_mask(uint32_t port)
{
	__atomic_fetch_or(&pv_xen_shared->evtchn_mask[port / WORD_BITS], BIT(port % WORD_BITS), __ATOMIC_SEQ_CST);
}

static void
two_level_clear(uint32_t port)
{
	__atomic_fetch_and(&pv_xen_shared->evtchn_pending[port / WORD_BITS], ~BIT(port % WORD_BITS), __ATOMIC_SEQ_CST);
}

/*
 * A PV guest looks at the bit when it opens its gate. For others Xen does, whenever it is left: then it
 * sees to it that it is told of an open gate, for as long as the bit stands. So the first to set it enters
 * Xen once, and who finds it set, by whomever, does not.
 */
void
pv_xen_more_events(void)
{
	if (__atomic_exchange_n(&pv_xen_vcpu()->pending, 1, __ATOMIC_SEQ_CST) == 0 && pv_xen_start_info == NULL)
		(void)pv_xen_call(XEN_XEN_VERSION, XEN_VER_VERSION, 0, 0, 0);
}

/* Words of the selector that have something again. */
static void
give_back(struct xen_vcpu_info *v, unsigned long words)
{
	if (words == 0)
		return;
	__atomic_fetch_or(&v->pending_sel, words, __ATOMIC_SEQ_CST);
	pv_xen_more_events();
}

/* What came while a port was masked has told nobody: look once more after unmasking. */
static bool
two_level_unmask(uint32_t port, bool local)
{
	unsigned word = port / WORD_BITS;

	/* The selector of another CPU is Xen's to change. */
	if (!local)
		return false;
	__atomic_fetch_and(&pv_xen_shared->evtchn_mask[word], ~BIT(port % WORD_BITS), __ATOMIC_SEQ_CST);
	if ((__atomic_load_n(&pv_xen_shared->evtchn_pending[word], __ATOMIC_SEQ_CST) & BIT(port % WORD_BITS)) != 0)
		give_back(pv_xen_vcpu(), BIT(word));
	return true;
}

/* The first set bit at `from` or above, else the first of all. */
static unsigned
bit_from(unsigned long bits, unsigned from)
{
	unsigned long above = bits & ~0ul << from;

	return (unsigned)__builtin_ctzl(above != 0 ? above : bits);
}

/* What of a word is pending and not masked. */
static unsigned long
wanted(unsigned word)
{
	return __atomic_load_n(&pv_xen_shared->evtchn_pending[word], __ATOMIC_SEQ_CST) &
	    ~__atomic_load_n(&pv_xen_shared->evtchn_mask[word], __ATOMIC_SEQ_CST);
}

/* The first wanted port from `from` on, and around; words that have none are taken out. */
static uint32_t
wanted_from(unsigned long *words, uint32_t from)
{
	unsigned first = from / WORD_BITS;
	unsigned long bits = (*words & BIT(first)) != 0 ? wanted(first) & ~0ul << from % WORD_BITS : 0;

	if (bits != 0)
		return first * WORD_BITS + (unsigned)__builtin_ctzl(bits);
	while (*words != 0) {
		unsigned word = bit_from(*words, (first + 1) % WORD_BITS);

		bits = wanted(word);
		if (bits != 0)
			return word * WORD_BITS + (unsigned)__builtin_ctzl(bits);
		*words &= ~BIT(word);
	}
	return PV_XEN_PORTS;
}

static uint32_t
two_level_next(struct pv_cpu *cpu)
{
	struct xen_vcpu_info *v = pv_xen_vcpu();
	unsigned long words = 0;
	uint32_t port;

	if (__atomic_load_n(&v->pending_sel, __ATOMIC_RELAXED) != 0)
		words = __atomic_exchange_n(&v->pending_sel, 0, __ATOMIC_SEQ_CST);
	port = wanted_from(&words, next_port[cpu->id]);
	if (port >= PV_XEN_PORTS)
		return port;
	/* Before the handler, or what comes while it runs is lost. */
	two_level_clear(port);
	if (wanted(port / WORD_BITS) == 0)
		words &= ~BIT(port / WORD_BITS);
	give_back(v, words);
	next_port[cpu->id] = (port + 1) % (WORD_BITS * WORD_BITS);
	return port;
}

static pv_status
two_level_expand(uint32_t port)
{
	return port < WORD_BITS * WORD_BITS ? PV_OK : PV_E_FULL;
}

static const struct pv_xen_port_form two_level = {
	.name = "event channels (2-level)",
	.expand = two_level_expand,
	.mask = two_level_mask,
	.unmask = two_level_unmask,
	.clear = two_level_clear,
	.next = two_level_next,
};

static uint32_t
too_early(struct pv_cpu *cpu)
{
	(void)cpu;
	pv_panic("an event came before the channels were set up: call pv_start(PV_STAGE_LINES), then open the gate "
	    "or go to user mode");
}

static const struct pv_xen_port_form nothing_yet = {
	.name = "none",
	.next = too_early,
};

/* -- the upcall -- */

static void
take(uint32_t port)
{
	uint16_t owner = ports[port].owner;

	if (owner == PV_XEN_PORT_TIMER) {
		pv_timers_run();
	} else if (owner != PV_XEN_PORT_FREE && pv_xen_lines_event != NULL) {
		pv_xen_lines_event(port, owner);
	} else {
		/* Closed while it was under way, or somebody's who tells us what is not ours. */
		form->mask(port);
		pv_lines_spurious();
	}
}

void
pv_xen_events_take(void)
{
	struct xen_vcpu_info *v = pv_xen_vcpu();
	struct pv_cpu *cpu = pv_cpu();
	unsigned left = EVENTS_MOST;

	/* Clear before looking: what is set in between is seen by the next round (P5). */
	while (__atomic_exchange_n(&v->pending, 0, __ATOMIC_SEQ_CST) != 0) {
		uint32_t port;

		do {
			if (left-- == 0) {
				pv_xen_more_events();
				return;
			}
			port = form->next(cpu);
			if (port < PV_XEN_PORTS)
				take(port);
		} while (port < PV_XEN_PORTS);
	}
}

void
pv_xen_upcall(void)
{
	struct pv_cpu *cpu = pv_cpu();

	cpu->depth++;
	pv_xen_events_take();
	cpu->depth--;
}

/* -- ports -- */

pv_status
pv_xen_events_init(void)
{
	pv_status s;

	if (form != &nothing_yet)
		return PV_OK;
	s = pv_xen_shared_map();
	if (s != PV_OK)
		return s;
	/* For a first domain all are open at start. */
	for (unsigned i = 0; i < WORD_BITS; i++)
		__atomic_store_n(&pv_xen_shared->evtchn_mask[i], ~0ul, __ATOMIC_SEQ_CST);
	form = &two_level;
	if (pv_xen_fifo_start != NULL && !pv_wanted("nofifo")) {
		const struct pv_xen_port_form *fifo = pv_xen_fifo_start();

		form = fifo != NULL ? fifo : form;
	}
	return PV_OK;
}

/* A refusal is kept, with the two words of the argument that say most. */
static pv_status
ask(unsigned op, const void *arg, uint64_t what, uint64_t cpu)
{
	struct pv_xen_refused r = { .op = op == XEN_EVTCHNOP_SEND ? "line.send" : "line.setup",
	    .nr = XEN_EVENT_CHANNEL_OP, .index = -1, .nr_args = 3, .arg = { op, what, cpu } };

	r.code = pv_xen_call(XEN_EVENT_CHANNEL_OP, op, (unsigned long)arg, 0, 0);
	if (r.code >= 0)
		return PV_OK;
	/* Asked what a port is, Xen knows none of this number. */
	if (op == XEN_EVTCHNOP_STATUS && r.code == -XEN_EINVAL)
		return PV_E_NOENT;
	pv_xen_refused(&r);
	switch (-r.code) {
	case XEN_EBUSY:
	case XEN_EEXIST:
		return PV_E_BUSY;
	case XEN_ENOSPC:
		return PV_E_FULL;
	case XEN_ENOENT:
		return PV_E_RANGE;	/* no such CPU */
	default:
		return PV_E_REFUSED;
	}
}

pv_status
pv_xen_port_adopt(uint32_t port, uint32_t cpu, uint16_t owner)
{
	pv_status s = port < PV_XEN_PORTS ? form->expand(port) : PV_E_FULL;

	if (s != PV_OK)
		return s;
	if (ports[port].owner != PV_XEN_PORT_FREE)
		return PV_E_BUSY;
	form->mask(port);
	ports[port].cpu = (uint16_t)cpu;
	ports[port].owner = owner;
	return PV_OK;
}

/* A port that Xen just opened. */
static pv_status
own(uint32_t given, uint32_t cpu, uint16_t owner, uint32_t *port)
{
	struct xen_evtchn_port close = { given };
	pv_status s = pv_xen_port_adopt(given, cpu, owner);

	*port = given;
	if (s != PV_OK)
		(void)ask(XEN_EVTCHNOP_CLOSE, &close, given, 0);
	return s;
}

pv_status
pv_xen_port_virq(uint32_t virq, uint32_t cpu, uint16_t owner, uint32_t *port)
{
	struct xen_bind_virq bind = { .virq = virq, .vcpu = cpu };
	pv_status s = ask(XEN_EVTCHNOP_BIND_VIRQ, &bind, virq, cpu);

	return s == PV_OK ? own(bind.port, cpu, owner, port) : s;
}

pv_status
pv_xen_port_ipi(uint32_t cpu, uint16_t owner, uint32_t *port)
{
	struct xen_bind_ipi bind = { .vcpu = cpu };
	pv_status s = ask(XEN_EVTCHNOP_BIND_IPI, &bind, 0, cpu);

	return s == PV_OK ? own(bind.port, cpu, owner, port) : s;
}

pv_status
pv_xen_port_pirq(uint32_t pirq, uint32_t cpu, uint16_t owner, uint32_t *port)
{
	struct xen_bind_pirq bind = { .pirq = pirq, .flags = XEN_BIND_PIRQ_WILL_SHARE };
	pv_status s = ask(XEN_EVTCHNOP_BIND_PIRQ, &bind, pirq, cpu);

	if (s == PV_OK)
		s = own(bind.port, 0, owner, port);
	if (s == PV_OK && cpu != 0) {
		s = pv_xen_port_move(bind.port, cpu);
		if (s != PV_OK)
			pv_xen_port_close(bind.port);
	}
	return s;
}

void
pv_xen_port_leave(uint32_t port)
{
	form->mask(port);
	ports[port].owner = PV_XEN_PORT_FREE;
	form->clear(port);
}

pv_status
pv_xen_port_open(uint32_t port)
{
	struct xen_evtchn_status is = { .dom = XEN_DOMID_SELF, .port = port };
	pv_status s = ask(XEN_EVTCHNOP_STATUS, &is, port, 0);

	return s == PV_OK && is.status == XEN_EVTCHNSTAT_CLOSED ? PV_E_NOENT : s;
}

void
pv_xen_port_close(uint32_t port)
{
	struct xen_evtchn_port close = { port };

	pv_xen_port_leave(port);
	(void)ask(XEN_EVTCHNOP_CLOSE, &close, port, 0);
}

void
pv_xen_port_mask(uint32_t port)
{
	form->mask(port);
}

void
pv_xen_port_unmask(uint32_t port)
{
	struct xen_evtchn_port unmask = { port };

	if (!form->unmask(port, ports[port].cpu == pv_cpu_nr()))
		(void)ask(XEN_EVTCHNOP_UNMASK, &unmask, port, 0);
}

void
pv_xen_port_clear(uint32_t port)
{
	form->clear(port);
}

pv_status
pv_xen_port_send(uint32_t port)
{
	struct xen_evtchn_port send = { port };

	return ask(XEN_EVTCHNOP_SEND, &send, port, 0);
}

pv_status
pv_xen_port_move(uint32_t port, uint32_t cpu)
{
	struct xen_bind_vcpu bind = { .port = port, .vcpu = cpu };
	pv_status s = ask(XEN_EVTCHNOP_BIND_VCPU, &bind, port, cpu);

	if (s == PV_OK)
		ports[port].cpu = (uint16_t)cpu;
	return s;
}

void
pv_xen_port_priority(uint32_t port, uint32_t priority)
{
	struct xen_set_priority set = { .port = port, .priority = priority };

	/* Nothing depends on it. */
	if (form != &two_level)
		(void)ask(XEN_EVTCHNOP_SET_PRIORITY, &set, port, priority);
}

/* -- the controller -- */

static pv_status
init(void)
{
	pv_status s = pv_xen_events_init();

	return s == PV_OK && pv_xen_lines_start != NULL ? pv_xen_lines_start() : s;
}

static const char *
name(void)
{
	return form->name;
}

const struct pv_line_ops pv_xen_line_ops = {
	.init = init,
	.name = name,
};
