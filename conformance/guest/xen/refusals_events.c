/*
 * Refused: event channels.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refusals.h"

#define FAR_PORT	0x1fff0u	/* no bitmap or array has it in use */
#define NO_CPU		31u
#define NO_DOMAIN	0x1234u

static long
event_op(unsigned cmd, void *arg)
{
	return XEN(XEN_EVENT_CHANNEL_OP, cmd, arg, 0, 0);
}

static long
on_port(unsigned cmd, uint32_t port)
{
	struct xen_evtchn_port arg = { .port = port };

	return event_op(cmd, &arg);
}

/* What a port of this domain is, XEN_EVTCHNSTAT_*. */
static long
status_of(uint32_t port)
{
	struct xen_evtchn_status s = { .dom = XEN_DOMID_SELF, .port = port };
	long result = event_op(XEN_EVTCHNOP_STATUS, &s);

	return result < 0 ? result : (long)s.status;
}

/* A port of the software kind, for this CPU. */
static uint32_t
port_make(void)
{
	struct xen_bind_ipi bind = { .vcpu = 0 };
	long result = event_op(XEN_EVTCHNOP_BIND_IPI, &bind);

	if (result != 0)
		refusal_wrong(__FILE__, __LINE__, "a new port", result, 0);
	return bind.port;
}

static void
port_free(uint32_t port)
{
	GIVES(status_of(port), XEN_EVTCHNSTAT_IPI);
	GIVES(on_port(XEN_EVTCHNOP_CLOSE, port), 0);
	GIVES(status_of(port), XEN_EVTCHNSTAT_CLOSED);
}

static void
port_out_of_range(void)
{
	GIVES(on_port(XEN_EVTCHNOP_SEND, FAR_PORT), -XEN_EINVAL);
	GIVES(on_port(XEN_EVTCHNOP_CLOSE, FAR_PORT), -XEN_EINVAL);
	GIVES(on_port(XEN_EVTCHNOP_UNMASK, FAR_PORT), -XEN_EINVAL);
	GIVES(status_of(FAR_PORT), -XEN_EINVAL);
	GIVES(on_port(XEN_EVTCHNOP_SEND, 0xffffffffu), -XEN_EINVAL);
}

static void
port_that_is_not_bound(void)
{
	uint32_t port = port_make();

	port_free(port);
	GIVES(on_port(XEN_EVTCHNOP_SEND, port), -XEN_EINVAL);
	GIVES(status_of(port), XEN_EVTCHNSTAT_CLOSED);
}

/* Ports may be had as before; from the shim never again, so that this comes last. */
static void
port_closed_twice(void)
{
	struct xen_bind_ipi bind = { .vcpu = 0 };
	uint32_t port = port_make();

	GIVES(on_port(XEN_EVTCHNOP_CLOSE, port), 0);
	GIVES(on_port(XEN_EVTCHNOP_CLOSE, port), -XEN_EINVAL);
	GIVES(status_of(port), XEN_EVTCHNSTAT_CLOSED);
	GIVES(event_op(XEN_EVTCHNOP_BIND_IPI, &bind), unless_shim(SHIM_PORT_LOST, 0));
	if (bind.port != 0)
		port_free(bind.port);
}

static void
virq_out_of_range(void)
{
	struct xen_bind_virq bind = { .virq = XEN_NR_VIRQS, .vcpu = 0, .port = 99 };

	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &bind), -XEN_EINVAL);
	bind.virq = 0xffffffffu;
	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &bind), -XEN_EINVAL);
	GIVES((long)bind.port, 99);
}

static void
virq_bound_twice(void)
{
	struct xen_bind_virq bind = { .virq = XEN_VIRQ_XENOPROF, .vcpu = 0 }, again = bind;

	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &bind), 0);
	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &again), -XEN_EEXIST);
	GIVES((long)again.port, 0);
	GIVES(status_of(bind.port), XEN_EVTCHNSTAT_VIRQ);
	GIVES(on_port(XEN_EVTCHNOP_CLOSE, bind.port), 0);
	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &again), 0);
	GIVES(on_port(XEN_EVTCHNOP_CLOSE, again.port), 0);
}

static void
virq_of_a_cpu_that_is_none(void)
{
	struct xen_bind_virq bind = { .virq = XEN_VIRQ_XENOPROF, .vcpu = NO_CPU };

	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &bind), -XEN_ENOENT);
}

/* What is for the whole domain goes to the first CPU. */
static void
virq_of_the_domain_on_another_cpu(void)
{
	struct xen_bind_virq bind = { .virq = XEN_VIRQ_ARGO, .vcpu = 1 };

	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &bind), -XEN_EINVAL);
}

/* Nobody but the hypervisor sends it. */
static void
virq_sent(void)
{
	struct xen_bind_virq bind = { .virq = XEN_VIRQ_XENOPROF, .vcpu = 0 };

	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, &bind), 0);
	GIVES(on_port(XEN_EVTCHNOP_SEND, bind.port), unless_shim(SHIM_VIRQ_SENT, -XEN_EINVAL));
	GIVES(on_port(XEN_EVTCHNOP_CLOSE, bind.port), 0);
}

static void
ipi_to_a_cpu_that_is_none(void)
{
	struct xen_bind_ipi bind = { .vcpu = NO_CPU };

	GIVES(event_op(XEN_EVTCHNOP_BIND_IPI, &bind), -XEN_ENOENT);
}

static void
port_moved_to_a_cpu_that_is_none(void)
{
	uint32_t port = port_make();
	struct xen_bind_vcpu bind = { .port = port, .vcpu = NO_CPU };

	GIVES(event_op(XEN_EVTCHNOP_BIND_VCPU, &bind), -XEN_ENOENT);
	port_free(port);
}

static void
port_that_does_not_move(void)
{
	uint32_t port = port_make();
	struct xen_bind_vcpu bind = { .port = port, .vcpu = 0 };

	GIVES(event_op(XEN_EVTCHNOP_BIND_VCPU, &bind), -XEN_EINVAL);
	bind.port = FAR_PORT;
	GIVES(event_op(XEN_EVTCHNOP_BIND_VCPU, &bind), -XEN_EINVAL);
	port_free(port);
}

static void
interdomain_with_nobody(void)
{
	struct xen_bind_interdomain bind = { .remote_dom = NO_DOMAIN, .remote_port = 1 };

	GIVES(event_op(XEN_EVTCHNOP_BIND_INTERDOMAIN, &bind), -XEN_ESRCH);
	bind.remote_dom = XEN_DOMID_SELF;
	bind.remote_port = FAR_PORT;
	GIVES(event_op(XEN_EVTCHNOP_BIND_INTERDOMAIN, &bind), -XEN_EINVAL);
}

/* It is no port that waits for somebody. */
static void
interdomain_with_a_bound_port(void)
{
	uint32_t port = port_make();
	struct xen_bind_interdomain bind = { .remote_dom = XEN_DOMID_SELF, .remote_port = port };

	GIVES(event_op(XEN_EVTCHNOP_BIND_INTERDOMAIN, &bind), -XEN_EINVAL);
	port_free(port);
}

static void
unbound_of_nobody(void)
{
	struct xen_alloc_unbound alloc = { .dom = NO_DOMAIN, .remote_dom = XEN_DOMID_SELF, .port = 99 };

	GIVES(event_op(XEN_EVTCHNOP_ALLOC_UNBOUND, &alloc), -XEN_ESRCH);
	GIVES((long)alloc.port, 99);
}

static void
status_of_nobody(void)
{
	struct xen_evtchn_status s = { .dom = NO_DOMAIN, .port = 1 };

	GIVES(event_op(XEN_EVTCHNOP_STATUS, &s), -XEN_ESRCH);
}

static void
interrupt_out_of_range(void)
{
	struct xen_bind_pirq bind = { .pirq = 0xfffff };

	GIVES(event_op(XEN_EVTCHNOP_BIND_PIRQ, &bind), unless_shim(SHIM_EVENT_OP, -XEN_EINVAL));
}

static void
control_block_off_its_place(void)
{
	struct refusal_page p = refusal_page();
	struct xen_init_control init = { .control_gfn = p.mfn, .offset = 4, .vcpu = 0 };

	GIVES(event_op(XEN_EVTCHNOP_INIT_CONTROL, &init), unless_shim(SHIM_EVENT_OP, -XEN_EINVAL));
	init.offset = 4096 - 64;
	GIVES(event_op(XEN_EVTCHNOP_INIT_CONTROL, &init), unless_shim(SHIM_EVENT_OP, -XEN_EINVAL));
	init.offset = 0;
	init.vcpu = NO_CPU;
	GIVES(event_op(XEN_EVTCHNOP_INIT_CONTROL, &init), unless_shim(SHIM_EVENT_OP, -XEN_ENOENT));
	refusal_page_free(p);
}

static void
event_op_that_nobody_knows(void)
{
	struct xen_evtchn_port arg = { .port = 1 };

	GIVES(event_op(99, &arg), unless_shim(SHIM_EVENT_OP, -XEN_ENOSYS));
}

static void
event_op_from_nowhere(void)
{
	GIVES(event_op(XEN_EVTCHNOP_SEND, NOT_OURS), -XEN_EFAULT);
	GIVES(event_op(XEN_EVTCHNOP_BIND_VIRQ, NOT_OURS), -XEN_EFAULT);
}

static const struct suite_case cases[] = {
	REFUSAL(port_out_of_range, 0, NULL),
	REFUSAL(port_that_is_not_bound, 0, NULL),
	REFUSAL(port_closed_twice, CASE_LAST, NULL),
	REFUSAL(virq_out_of_range, 0, NULL),
	REFUSAL(virq_bound_twice, 0, "EVTCHNOP failure: error -17"),
	REFUSAL(virq_of_a_cpu_that_is_none, 0, NULL),
	REFUSAL(virq_of_the_domain_on_another_cpu, 0, NULL),
	REFUSAL(virq_sent, 0, NULL),
	REFUSAL(ipi_to_a_cpu_that_is_none, 0, NULL),
	REFUSAL(port_moved_to_a_cpu_that_is_none, 0, NULL),
	REFUSAL(port_that_does_not_move, 0, NULL),
	REFUSAL(interdomain_with_nobody, 0, "EVTCHNOP failure: domain .*, error -22"),
	REFUSAL(interdomain_with_a_bound_port, 0, "EVTCHNOP failure: domain .*, error -22"),
	REFUSAL(unbound_of_nobody, 0, NULL),
	REFUSAL(status_of_nobody, 0, NULL),
	REFUSAL(interrupt_out_of_range, 0, NULL),
	REFUSAL(control_block_off_its_place, 0, NULL),
	REFUSAL(event_op_that_nobody_knows, 0, NULL),
	REFUSAL(event_op_from_nowhere, 0, NULL),
};
SUITE_WHERE(suite_refused_events, "refusals", cases, refusal_applies);
