/*
 * Calls that may be refused, and what becomes of a refusal: a record, and for those
 * who cannot go on, a panic that prints it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refuse.h"

static bool looking;
static unsigned more;

void
pv_xen_refused(const struct pv_xen_refused *r)
{
	struct pv_refusal out = { .op = r->op, .call = r->call, .nr_args = r->nr_args, .index = r->index,
	    .code = r->code, .code_name = pv_xen_error_name(r->code) };

	if (out.call == NULL)
		out.call = pv_xen_call_name(r->nr, r->nr == XEN_MMUEXT_OP ? r->cmd : r->arg[0]);
	memcpy(out.arg, r->arg, sizeof(out.arg));
	/* To look for a reason takes calls, too. One that is refused follows from this one: it is counted. */
	if (looking) {
		more++;
		return;
	}
	if (pv_refusal_wanted()) {
		looking = true;
		out.hint = pv_xen_why(r);
		looking = false;
	}
	pv_refuse(&out);
	for (; more > 0; more--)
		pv_refuse(&out);
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
