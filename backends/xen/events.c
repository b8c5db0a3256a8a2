/*
 * Event channels, two-level form: the upcall, and lines over it. This thread has
 * the timer's channel and software lines; physical interrupts follow.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "xen.h"

#define NR_PORTS	XEN_LONG_BITS		/* first word of the bitmaps: all that is bound so far */

static uint8_t shared_page[4096] __attribute__((aligned(4096)));
struct xen_shared_info *pv_xen_shared;
static void (*handlers[NR_PORTS])(void);

static void
map_shared(void)
{
	/* The frame is not ours: it is shown where a page of the image was. */
	long result = pv_xen_va_mapping((uintptr_t)shared_page, pv_xen_start_info->shared_info | 3,
	    XEN_FLUSH_INVLPG_LOCAL);

	if (result < 0)
		pv_panic("Xen does not let its shared page be mapped (%ld)", result);
	pv_xen_shared = (struct xen_shared_info *)shared_page;
}

pv_status
pv_xen_events_init(void)
{
	struct xen_callback_register event = { XEN_CALLBACK_EVENT, XEN_CALLBACK_MASK_EVENTS,
	    XEN_CALLBACK_AT(pv_xen_event_entry) };

	if (pv_xen_shared != NULL)
		return PV_OK;
	map_shared();
	for (unsigned i = 0; i < XEN_LONG_BITS; i++)
		__atomic_store_n(&pv_xen_shared->evtchn_mask[i], ~0ul, __ATOMIC_RELAXED);
	pv_xen_must("line.init", "CALLBACKOP_register", XEN_CALLBACK_OP, 0, (unsigned long)&event, 0, 0);
	return PV_OK;
}

uint32_t
pv_xen_bind_virq(uint32_t virq, void (*handler)(void))
{
	struct xen_bind_virq bind = { .virq = virq };

	pv_xen_must("line.setup", "EVTCHNOP_bind_virq", XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_BIND_VIRQ,
	    (unsigned long)&bind, 0, 0);
	if (bind.port >= NR_PORTS)
		pv_panic("Xen gave port %u to VIRQ %u: this backend looks at the first %u", (unsigned)bind.port,
		    (unsigned)virq, (unsigned)NR_PORTS);
	handlers[bind.port] = handler;
	(void)pv_xen_call(XEN_EVENT_CHANNEL_OP, XEN_EVTCHNOP_UNMASK, (unsigned long)&(uint32_t){ bind.port }, 0, 0);
	return bind.port;
}

static void
scan(void)
{
	unsigned long bits = __atomic_load_n(&pv_xen_shared->evtchn_pending[0], __ATOMIC_ACQUIRE) &
	    ~__atomic_load_n(&pv_xen_shared->evtchn_mask[0], __ATOMIC_RELAXED);

	while (bits != 0) {
		unsigned port = (unsigned)__builtin_ctzl(bits);

		bits &= bits - 1;
		__atomic_fetch_and(&pv_xen_shared->evtchn_pending[0], ~(1ul << port), __ATOMIC_ACQ_REL);
		if (handlers[port] != NULL)
			handlers[port]();
		else
			pv_lines_spurious();
	}
}

void
pv_xen_upcall(void)
{
	struct xen_vcpu_info *v = pv_xen_vcpu();
	struct pv_cpu *cpu = pv_cpu();

	cpu->depth++;
	/* Clear before looking: what is set in between is seen by the next round (P5). */
	while (__atomic_exchange_n(&v->pending, 0, __ATOMIC_ACQ_REL) != 0)
		if (__atomic_exchange_n(&v->pending_sel, 0, __ATOMIC_ACQ_REL) != 0)
			scan();
	cpu->depth--;
}

static pv_status
find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	(void)source;
	(void)input;
	(void)flags;
	return PV_E_NOENT;
}

static uint32_t
isa(uint32_t n)
{
	(void)n;
	return ~0u;
}

static pv_status
setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	(void)input;
	(void)flags;
	(void)cpu;
	return PV_E_ABSENT;
}

static pv_status
route(uint32_t input, uint32_t cpu)
{
	(void)input;
	(void)cpu;
	return PV_E_ABSENT;
}

static void
nothing(uint32_t input)
{
	(void)input;
}

static pv_status
send(uint32_t n, uint32_t cpu)
{
	(void)n;
	(void)cpu;
	return PV_E_ABSENT;
}

static pv_status
msi(uint32_t input, uint64_t *address, uint32_t *data)
{
	(void)input;
	(void)address;
	(void)data;
	return PV_E_INVAL;
}

static const char *
name(void)
{
	return "event channels";
}

const struct pv_line_ops pv_xen_line_ops = {
	.init = pv_xen_events_init,
	.find = find,
	.isa = isa,
	.setup = setup,
	.route = route,
	.remove = nothing,
	.mask = nothing,
	.unmask = nothing,
	.end = nothing,
	.send = send,
	.msi = msi,
	.name = name,
};
