/*
 * Call sites: walking the records, and rewriting all of them. What the bytes are
 * is the ISA's business (hooks/<isa>/patch.c).
 *
 * One CPU runs while sites are rewritten, with the gate closed; the patcher itself
 * contains no site that it could run through half-written.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "sites.h"

pv_status
pv_patch(bool on, struct pv_patch_result *result)
{
	struct pv_patch_result r;
	pv_irq_state gate;
	pv_status s = PV_OK;

	if (pv_backend_now() == NULL || pv_hooks_get()->map_frame == NULL)
		return PV_E_STAGE;
	/* The gate's own site may be among those rewritten: it is whole before and after. */
	gate = pv_irq_save();
	/* All or none: whether the text is as it was linked is known before the first byte is written. */
	for (int write = 0; write < 2; write++) {
		r = (struct pv_patch_result){ .sites = pv_isa_sites() };
		for (unsigned i = 0; i < r.sites && s == PV_OK; i++)
			s = pv_isa_site_patch(i, on, write, &r);
	}
	pv_irq_restore(gate);
	if (result != NULL)
		*result = r;
	return s;
}

pv_status
pv_site_get(unsigned n, struct pv_site_info *out)
{
	if (n >= pv_isa_sites())
		return PV_E_NOENT;
	pv_isa_site_info(n, out);
	return PV_OK;
}
