/*
 * The model's event channels, both kinds.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdlib.h>
#include <string.h>

#include "xen_model.h"

#define BUCKET		64u		/* ports come into being by so many */
#define BITS		64u

static bool
take_bit(unsigned long *map, unsigned n)
{
	bool was = (map[n / BITS] >> n % BITS & 1) != 0;

	map[n / BITS] |= 1ul << n % BITS;
	return was;
}

static bool
has_bit(const unsigned long *map, unsigned n)
{
	return (map[n / BITS] >> n % BITS & 1) != 0;
}

static void
wake(void)
{
	xm.info->pending = 1;
	if (xm.info->mask == 0)
		xm.blocked = false;
}

/* -- two levels ---------------------------------------------------------------------- */

static void
raise_2l(unsigned port)
{
	if (take_bit(xm_shared->evtchn_pending, port))
		return;
	if (!has_bit(xm_shared->evtchn_mask, port) && !take_bit(&xm.info->pending_sel, port / BITS))
		wake();
}

static void
unmask_2l(unsigned port)
{
	bool masked = has_bit(xm_shared->evtchn_mask, port);

	xm_shared->evtchn_mask[port / BITS] &= ~(1ul << port % BITS);
	if (masked && has_bit(xm_shared->evtchn_pending, port) && !take_bit(&xm.info->pending_sel, port / BITS))
		wake();
}

/* -- FIFO ------------------------------------------------------------------------------ */

#define PENDING		(1u << XEN_EVTCHN_FIFO_PENDING)
#define MASKED		(1u << XEN_EVTCHN_FIFO_MASKED)
#define LINKED		(1u << XEN_EVTCHN_FIFO_LINKED)

static uint32_t *
word_of(unsigned port)
{
	return port / 1024 < xm.array_pages ? &xm.array[port / 1024][port % 1024] : NULL;
}

static void
link_fifo(unsigned port, uint32_t *word)
{
	unsigned queue = xm.port[port].priority, tail = xm.fifo_tail[queue];
	uint32_t *last = tail != 0 ? word_of(tail) : NULL;

	*word |= LINKED;
	xm.fifo_tail[queue] = port;
	if (last != NULL && tail != port && (*last & LINKED) != 0) {
		*last = (*last & ~XEN_EVTCHN_FIFO_LINK_MASK) | port;
		return;
	}
	xm.control->head[queue] = port;
	if ((xm.control->ready >> queue & 1) == 0) {
		xm.control->ready |= 1u << queue;
		wake();
	}
}

static void
raise_fifo(unsigned port)
{
	uint32_t *word = word_of(port);

	if (word == NULL) {
		xm.port[port].pending = true;
		return;
	}
	*word |= PENDING;
	if ((*word & (MASKED | LINKED)) == 0)
		link_fifo(port, word);
}

static void
unmask_fifo(unsigned port)
{
	uint32_t *word = word_of(port);

	if (word == NULL)
		return;
	*word &= ~MASKED;
	if ((*word & PENDING) != 0 && (*word & LINKED) == 0)
		link_fifo(port, word);
}

void
xm_port_raise(unsigned port)
{
	if (port == 0 || port >= xm.valid_ports)
		return;
	if (xm.control != NULL)
		raise_fifo(port);
	else
		raise_2l(port);
}

void
xm_raise_virq(unsigned virq)
{
	xm_port_raise(xm.virq[virq]);
}

void
xm_raise_pirq(unsigned pirq)
{
	if (!xm.pirq_masked[pirq])
		xm_port_raise(xm.pirq[pirq]);
}

void
xm_deliver(void)
{
	while (xm.info->pending != 0 && xm.info->mask == 0 && xm.upcall != NULL) {
		xm.info->mask = 1;
		xm.upcall();
		xm.info->mask = 0;
	}
}

/* -- ports ------------------------------------------------------------------------------- */

static struct xm_port *
port_get(uint32_t n)
{
	return n < xm.valid_ports ? &xm.port[n] : NULL;
}

/* The first that is free; none of it is left from before. */
static long
port_new(uint8_t state, unsigned which, uint32_t *port)
{
	unsigned n;

	for (n = 1; n < xm.valid_ports && xm.port[n].state != XEN_EVTCHNSTAT_CLOSED; n++)
		continue;
	if (n == XM_PORTS)
		return -XEN_ENOSPC;
	if (n == xm.valid_ports)
		xm.valid_ports += BUCKET;
	xm.port[n] = (struct xm_port){ .state = state, .which = which,
		.priority = XEN_EVTCHN_FIFO_PRIORITY_DEFAULT };
	*port = n;
	return 0;
}

static long
port_close(uint32_t n)
{
	struct xm_port *p = port_get(n);

	if (p == NULL || p->state == XEN_EVTCHNSTAT_CLOSED)
		return -XEN_EINVAL;
	if (p->state == XEN_EVTCHNSTAT_VIRQ)
		xm.virq[p->which] = 0;
	if (p->state == XEN_EVTCHNSTAT_PIRQ)
		xm.pirq[p->which] = 0;
	if (p->state == XEN_EVTCHNSTAT_INTERDOMAIN)
		xm.port[p->which].state = XEN_EVTCHNSTAT_UNBOUND;
	p->state = XEN_EVTCHNSTAT_CLOSED;
	p->which = 0;
	if (xm.control == NULL)
		xm_shared->evtchn_pending[n / BITS] &= ~(1ul << n % BITS);
	else if (word_of(n) != NULL)
		*word_of(n) &= ~PENDING;
	return 0;
}

static long
port_send(uint32_t n)
{
	struct xm_port *p = port_get(n);

	if (p == NULL)
		return -XEN_EINVAL;
	switch (p->state) {
	case XEN_EVTCHNSTAT_INTERDOMAIN:
		xm_port_raise(p->which);
		return 0;
	case XEN_EVTCHNSTAT_IPI:
		xm_port_raise(n);
		return 0;
	case XEN_EVTCHNSTAT_UNBOUND:
		return 0;
	default:
		return -XEN_EINVAL;
	}
}

static bool
virq_is_global(uint32_t virq)
{
	return virq != XEN_VIRQ_TIMER && virq != XEN_VIRQ_DEBUG && virq != XEN_VIRQ_XENOPROF &&
	    virq != XEN_VIRQ_XENPMU;
}

static long
bind_virq(struct xen_bind_virq *bind)
{
	long result;

	if (bind->virq >= XEN_NR_VIRQS || (virq_is_global(bind->virq) && bind->vcpu != 0))
		return -XEN_EINVAL;
	if (bind->vcpu != 0)
		return -XEN_ENOENT;
	if (xm.virq[bind->virq] != 0)
		return -XEN_EEXIST;
	result = port_new(XEN_EVTCHNSTAT_VIRQ, bind->virq, &bind->port);
	if (result == 0)
		xm.virq[bind->virq] = bind->port;
	return result;
}

static long
bind_pirq(struct xen_bind_pirq *bind)
{
	long result;

	if (bind->pirq >= XM_PIRQS)
		return -XEN_EINVAL;
	if (xm.pirq[bind->pirq] != 0)
		return -XEN_EEXIST;
	if (!xm.pirq_mapped[bind->pirq])
		return -XEN_EINVAL;
	result = port_new(XEN_EVTCHNSTAT_PIRQ, bind->pirq, &bind->port);
	if (result == 0)
		xm.pirq[bind->pirq] = bind->port;
	return result;
}

static bool
domain_known(uint16_t domain)
{
	return domain == 0 || domain == XEN_DOMID_SELF;
}

static long
bind_interdomain(struct xen_bind_interdomain *bind)
{
	const struct xm_port *p = port_get(bind->remote_port);
	long result;

	if (!domain_known(bind->remote_dom))
		return -XEN_ESRCH;
	if (p == NULL || p->state != XEN_EVTCHNSTAT_UNBOUND)
		return -XEN_EINVAL;
	result = port_new(XEN_EVTCHNSTAT_INTERDOMAIN, bind->remote_port, &bind->local_port);
	if (result != 0)
		return result;
	xm.port[bind->remote_port].state = XEN_EVTCHNSTAT_INTERDOMAIN;
	xm.port[bind->remote_port].which = bind->local_port;
	xm_port_raise(bind->local_port);
	return 0;
}

static long
status(struct xen_evtchn_status *s)
{
	const struct xm_port *p = port_get(s->port);

	if (!domain_known(s->dom))
		return -XEN_ESRCH;
	if (p == NULL)
		return -XEN_EINVAL;
	s->status = p->state;
	s->vcpu = 0;
	if (p->state == XEN_EVTCHNSTAT_VIRQ || p->state == XEN_EVTCHNSTAT_PIRQ)
		s->virq = p->which;
	if (p->state == XEN_EVTCHNSTAT_INTERDOMAIN)
		s->remote_port = p->which;
	if (p->state == XEN_EVTCHNSTAT_INTERDOMAIN || p->state == XEN_EVTCHNSTAT_UNBOUND)
		s->remote_dom = 0;
	return 0;
}

static long
bind_vcpu(const struct xen_bind_vcpu *bind)
{
	const struct xm_port *p = port_get(bind->port);

	if (bind->vcpu != 0)
		return -XEN_ENOENT;
	if (p == NULL || p->state == XEN_EVTCHNSTAT_CLOSED || p->state == XEN_EVTCHNSTAT_IPI)
		return -XEN_EINVAL;
	return p->state == XEN_EVTCHNSTAT_VIRQ && !virq_is_global(p->which) ? -XEN_EINVAL : 0;
}

static long
unmask(uint32_t port)
{
	if (port_get(port) == NULL)
		return -XEN_EINVAL;
	if (xm.control != NULL)
		unmask_fifo(port);
	else
		unmask_2l(port);
	return 0;
}

/* Ports that were bound before keep what was pending for when their words are there. */
static long
init_control(struct xen_init_control *init)
{
	init->link_bits = XEN_EVTCHN_FIFO_LINK_BITS;
	if (init->vcpu != 0)
		return -XEN_ENOENT;
	if (init->offset > 4096 - sizeof(struct xen_fifo_control) || (init->offset & 7) != 0)
		return -XEN_EINVAL;
	if (xm.control != NULL || xm_get_typed((unsigned long)init->control_gfn, XM_WRITABLE) == NULL)
		return -XEN_EINVAL;
	xm.control = (struct xen_fifo_control *)((char *)xm_at((unsigned long)init->control_gfn) + init->offset);
	for (unsigned n = 1; n < xm.valid_ports; n++)
		xm.port[n].pending = has_bit(xm_shared->evtchn_pending, n);
	return 0;
}

static long
expand_array(const struct xen_expand_array *expand)
{
	unsigned first = xm.array_pages * 1024;

	if (xm.control == NULL)
		return -XEN_EOPNOTSUPP;
	if (xm.array_pages == sizeof(xm.array) / sizeof(xm.array[0]))
		return -XEN_ENOSPC;
	if (xm_get_typed((unsigned long)expand->array_gfn, XM_WRITABLE) == NULL)
		return -XEN_EINVAL;
	xm.array[xm.array_pages++] = xm_at((unsigned long)expand->array_gfn);
	for (unsigned n = first; n < first + 1024 && n < xm.valid_ports; n++)
		if (xm.port[n].pending)
			xm_port_raise(n);
	return 0;
}

static long
set_priority(const struct xen_set_priority *set)
{
	struct xm_port *p = port_get(set->port);

	if (p == NULL)
		return -XEN_EINVAL;
	if (xm.control == NULL)
		return -XEN_ENOSYS;
	if (set->priority > XEN_EVTCHN_FIFO_PRIORITY_MIN)
		return -XEN_EINVAL;
	p->priority = set->priority;
	return 0;
}

static long
alloc_unbound(struct xen_alloc_unbound *alloc)
{
	return domain_known(alloc->dom) ? port_new(XEN_EVTCHNSTAT_UNBOUND, 0, &alloc->port) : -XEN_ESRCH;
}

static long
reset(const struct xen_evtchn_reset *arg)
{
	if (!domain_known(arg->dom))
		return -XEN_ESRCH;
	for (unsigned n = 1; n < xm.valid_ports; n++)
		(void)port_close(n);
	if (xm.control != NULL) {
		xm_put_typed(&xm.frame[((char *)xm.control - (char *)xm_at(0)) / 4096]);
		while (xm.array_pages-- > 0)
			xm_put_typed(&xm.frame[((char *)xm.array[xm.array_pages] - (char *)xm_at(0)) / 4096]);
		xm.array_pages = 0;
	}
	xm.control = NULL;
	memset(xm.fifo_tail, 0, sizeof(xm.fifo_tail));
	return 0;
}

static long
bind_ipi(struct xen_bind_ipi *bind)
{
	return bind->vcpu != 0 ? -XEN_ENOENT : port_new(XEN_EVTCHNSTAT_IPI, 0, &bind->port);
}

long
xm_event_op(unsigned long cmd, unsigned long arg, unsigned long c, unsigned long d)
{
	(void)c;
	(void)d;
	if (cmd > XEN_EVTCHNOP_SET_PRIORITY)
		return -XEN_ENOSYS;
	if (xm_bad((const void *)arg))
		return -XEN_EFAULT;
	switch (cmd) {
	case XEN_EVTCHNOP_BIND_INTERDOMAIN:
		return bind_interdomain((struct xen_bind_interdomain *)arg);
	case XEN_EVTCHNOP_BIND_VIRQ:
		return bind_virq((struct xen_bind_virq *)arg);
	case XEN_EVTCHNOP_BIND_PIRQ:
		return bind_pirq((struct xen_bind_pirq *)arg);
	case XEN_EVTCHNOP_CLOSE:
		return port_close(((const struct xen_evtchn_port *)arg)->port);
	case XEN_EVTCHNOP_SEND:
		return port_send(((const struct xen_evtchn_port *)arg)->port);
	case XEN_EVTCHNOP_STATUS:
		return status((struct xen_evtchn_status *)arg);
	case XEN_EVTCHNOP_ALLOC_UNBOUND:
		return alloc_unbound((struct xen_alloc_unbound *)arg);
	case XEN_EVTCHNOP_BIND_IPI:
		return bind_ipi((struct xen_bind_ipi *)arg);
	case XEN_EVTCHNOP_BIND_VCPU:
		return bind_vcpu((const struct xen_bind_vcpu *)arg);
	case XEN_EVTCHNOP_UNMASK:
		return unmask(((const struct xen_evtchn_port *)arg)->port);
	case XEN_EVTCHNOP_RESET:
		return reset((const struct xen_evtchn_reset *)arg);
	case XEN_EVTCHNOP_INIT_CONTROL:
		return init_control((struct xen_init_control *)arg);
	case XEN_EVTCHNOP_EXPAND_ARRAY:
		return expand_array((const struct xen_expand_array *)arg);
	default:
		return set_priority((const struct xen_set_priority *)arg);
	}
}
