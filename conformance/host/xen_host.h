/*
 * A guest for the model hypervisor: the hooks of a kernel, its CPU's record and the op
 * table, as far as the Xen backend's code asks for them. The gate and the ops on entries
 * are the backend's own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef XEN_HOST_H
#define XEN_HOST_H

#include <setjmp.h>

#include "xen_model.h"
#include "../../hooks/hooks_internal.h"

/* A fresh machine, and a guest on it whose gate is open. */
void xh_start(void);
void xh_start_mmu(void);	/* stage MMU */

struct xh {
	unsigned pages_used;		/* taken from the hooks and not given back */
	unsigned fail_page;		/* the n-th from now on is not there; 0: none */
	char said[4096];
	char panic[256];
	jmp_buf panicked;		/* valid while expect_panic is set */
	bool expect_panic;
};
extern struct xh xh;

/* Page n of the guest's, for data: below those that the hooks give. */
#define XH_DATA		2u
#define XH_DATA_PAGES	1200u
static inline pv_paddr
xh_page(unsigned n)
{
	return pv_pa((uint64_t)(XH_DATA + n) * 4096);
}

/* Where the guest sees the leaf entry for va below a root. */
uint64_t *xh_entry(pv_paddr root, uintptr_t va);

/* User mode sees in a space what the kernel sees; if not, it is a failure. */
void xh_check_halves(const struct pv_space *space, uintptr_t va, uintptr_t step, unsigned nr);

/* Run it with the n-th request from now on refused. True if there was one; *panicked: it did not return. */
bool xh_refused(pv_status (*run)(void), unsigned n, pv_status *s, bool *panicked);
/* The record says what the model refused; it is taken away. */
void xh_check_record(const char *what, unsigned n);

/* What has no business to be seen: a reference too many, a record of a refusal that nobody reads. */
void xh_check(const char *when);

#endif
