/*
 * How operations of libpv fail.
 *
 * An operation that can fail returns a pv_status and gives results through
 * pointers. Hot operations cannot fail and return their value. A hypervisor's
 * own error number never comes back as a return value: it is kept, with the
 * call, its arguments and a likely reason, in the refusal record.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_STATUS_H
#define PV_STATUS_H

#include <pv/types.h>

PV_BEGIN_DECLS

typedef enum pv_status {
	PV_OK = 0,
	PV_E_INVAL,		/* an argument breaks the contract of the function */
	PV_E_RANGE,		/* address or size outside of what exists here */
	PV_E_ABSENT,		/* this machine or backend does not have it: ask pv_has() first */
	PV_E_REFUSED,		/* the layer below said no: see pv_refusal_get() */
	PV_E_NOMEM,		/* the kernel's page hook had nothing to give */
	PV_E_FULL,		/* a fixed table of libpv or of the platform is full */
	PV_E_BUSY,		/* somebody else holds it */
	PV_E_EXIST,		/* already there */
	PV_E_NOENT,		/* not there */
	PV_E_FAULT,		/* an address of the user's cannot be used */
	PV_E_FORMAT,		/* data from outside is malformed */
	PV_E_VERSION,		/* data from outside has a version that is not understood */
	PV_E_STAGE,		/* called before the stage that this needs */
	PV_E_TIMEOUT,		/* the hardware or the peer did not answer in time */
	PV_E_TOOLONG,		/* text longer than its buffer */
	PV_STATUS_COUNT
} pv_status;

/* "PV_E_INVAL" and so on; "PV_E_?" for a number that is none. Any time. */
const char *pv_status_name(pv_status s);
/* A sentence for people: "an argument breaks the contract of the function". Any time. */
const char *pv_status_text(pv_status s);

/*
 * The first refusal since it was last taken, one record per CPU. Text members
 * point to constants, but for `hint`. `index` is the entry of a batch, or -1.
 */
struct pv_refusal {
	const char *op;		/* libpv operation, "mmu.claim" */
	const char *call;	/* the layer's own call, "MMUEXT_PIN_L4_TABLE" */
	uint64_t arg[6];
	int nr_args;
	int index;
	long code;		/* as the layer returned it */
	const char *code_name;	/* "EINVAL", or "?" */
	const char *hint;	/* likely reason and what to do, or NULL; valid until this CPU's next refusal */
};

/* Take this CPU's record: copies it, clears it, true if there was one. Any time from stage EARLY on. */
bool pv_refusal_get(struct pv_refusal *out);
/* Refusals since boot, on all CPUs. Any time. */
uint64_t pv_refusal_count(void);
/* Entries into the layer below since boot: hypercalls, fast traps, ROM calls. 0 on bare metal. */
uint64_t pv_hypercall_count(void);
/*
 * Those of one number, as the layer numbers its calls: its name, a constant, and how many, modulo 2^32 on 32-bit
 * machines. False, and nothing is stored: no call has this number or a larger one, or they are not told apart.
 */
bool pv_hypercall_get(uint32_t nr, const char **name, uint64_t *count);

PV_END_DECLS
#endif
