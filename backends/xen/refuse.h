/*
 * Refusals by Xen, made into the record of <pv/status.h>: the call and the error by
 * name, the arguments, and the likely reason.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_REFUSE_H
#define PV_XEN_REFUSE_H

#include "xen.h"

struct pv_xen_refused {
	const char *op;			/* libpv's operation */
	const char *call;		/* Xen's, or NULL: from the next two */
	unsigned nr;			/* of the hypercall */
	unsigned cmd;			/* mmuext_op: of the entry */
	int index;			/* in the batch, or -1 */
	int nr_args;
	uint64_t arg[6];		/* of the call, or of the entry of mmu_update and mmuext_op */
	long code;			/* negative error */
};

/* Put it into this CPU's record, if that is empty; the reason is looked for only then. */
void pv_xen_refused(const struct pv_xen_refused *r);
/* The same for a record that is complete but for the reason, which is copied. */
void pv_xen_record(struct pv_refusal *r, const char *reason);

/* names.c: "MMUEXT_PIN_L4_TABLE", "EINVAL"; "?" for what has no name here. */
const char *pv_xen_call_name(unsigned nr, uint64_t cmd);
const char *pv_xen_error_name(long code);

/* why.c: a sentence, in a buffer that the next call uses again, or NULL: nothing is known that would explain it. */
const char *pv_xen_why(const struct pv_xen_refused *r);

#endif
