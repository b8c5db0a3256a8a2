/*
 * Calls that may be refused, and what becomes of a refusal: a record, and for those
 * who cannot go on, a panic that prints it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refuse.h"

static bool looking;
static unsigned more;

/* A record may wait to be read while reasons of others are looked for: its own is in a place of its own. */
void
pv_xen_record(struct pv_refusal *r, const char *reason)
{
	static char kept[192];

	if (reason != NULL && pv_refusal_wanted()) {
		(void)pv_snprintf(kept, sizeof(kept), "%s", reason);
		r->hint = kept;
	}
	pv_refuse(r);
}

void
pv_xen_refused(const struct pv_xen_refused *r)
{
	struct pv_refusal out = { .op = r->op, .call = r->call, .nr_args = r->nr_args, .index = r->index,
	    .code = r->code, .code_name = pv_xen_error_name(r->code) };
	pv_irq_state gate = pv_irq_save();
	const char *reason = NULL;

	if (out.call == NULL)
		out.call = pv_xen_call_name(r->nr, r->nr == XEN_MMUEXT_OP ? r->cmd : r->arg[0]);
	memcpy(out.arg, r->arg, sizeof(out.arg));
	/* To look for a reason takes calls, too. One that is refused follows from this one: it is counted. */
	if (looking) {
		more++;
	} else {
		looking = true;
		if (pv_refusal_wanted())
			reason = pv_xen_why(r);
		looking = false;
		for (more++; more > 0; more--)
			pv_xen_record(&out, reason);
	}
	pv_irq_restore(gate);
}

pv_status
pv_xen_try(const char *op, const char *call, unsigned nr, unsigned long a, unsigned long b, unsigned long c,
    unsigned long d)
{
	long code = pv_xen_call(nr, a, b, c, d);
	struct pv_xen_refused r = { .op = op, .call = call, .nr = nr, .index = -1, .nr_args = 4,
	    .arg = { a, b, c, d }, .code = code };

	if (code >= 0)
		return PV_OK;
	pv_xen_refused(&r);
	return PV_E_REFUSED;
}

void
pv_xen_must(const char *op, const char *call, unsigned nr, unsigned long a, unsigned long b, unsigned long c,
    unsigned long d)
{
	if (pv_xen_try(op, call, nr, a, b, c, d) != PV_OK)
		pv_panic("Xen refused %s, and %s cannot do without", call != NULL ? call :
		    pv_xen_call_name(nr, a), op);
}
