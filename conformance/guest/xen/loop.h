/*
 * A channel of Xen's from this guest to itself: what is sent on one end comes in on the
 * other, where a line is bound. In the suites that look closely at how events come.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_LOOP_H
#define SUITE_LOOP_H

#include "refusals.h"

#define LOOP_SOURCE	0x50001000u	/* + port: a line of the Xen backend's, backends/xen/events.h */

struct loop {
	uint32_t in, out;		/* ports */
};

/* False: Xen has no more ports. */
static inline bool
loop_open(struct loop *l)
{
	struct xen_alloc_unbound alloc = { .dom = XEN_DOMID_SELF, .remote_dom = XEN_DOMID_SELF };
	struct xen_bind_interdomain bind = { .remote_dom = XEN_DOMID_SELF };

	if (XEN(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_ALLOC_UNBOUND, &alloc, 0, 0) != 0)
		return false;
	bind.remote_port = alloc.port;
	if (XEN(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_BIND_INTERDOMAIN, &bind, 0, 0) != 0) {
		(void)XEN(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_CLOSE, &(struct xen_evtchn_port){ alloc.port }, 0, 0);
		return false;
	}
	l->in = alloc.port;
	l->out = bind.local_port;
	return true;
}

static inline void
loop_close(const struct loop *l)
{
	struct xen_evtchn_port out = { l->out }, in = { l->in };

	(void)XEN(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_CLOSE, &out, 0, 0);
	(void)XEN(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_CLOSE, &in, 0, 0);
}

static inline bool
loop_send(const struct loop *l)
{
	struct xen_evtchn_port send = { l->out };

	return XEN(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_SEND, &send, 0, 0) == 0;
}

#endif
