/*
 * sparc64 has no recorded call sites yet: its gate is inline everywhere, and what
 * differs between sun4u and sun4v is not hot enough to be rewritten.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../sites.h"

unsigned
pv_isa_sites(void)
{
	return 0;
}

pv_status
pv_isa_site_patch(unsigned n, bool on, bool write, struct pv_patch_result *result)
{
	(void)n;
	(void)on;
	(void)write;
	(void)result;
	return PV_E_NOENT;
}

void
pv_isa_site_info(unsigned n, struct pv_site_info *out)
{
	(void)n;
	memset(out, 0, sizeof(*out));
}
