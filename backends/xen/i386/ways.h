/*
 * The fast ways into the kernel on i386: none yet. Included by user.c only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_WAYS_H
#define PV_XEN_WAYS_H

static pv_status
ways_init(void)
{
	return PV_OK;
}

static const char *
ways(void)
{
	return "int80";
}

/* The exit code loads selectors that user mode chose: not caught yet. */
struct pv_frame *
pv_xen_edge(struct pv_frame *f)
{
	(void)f;
	return NULL;
}

#endif
