/*
 * The kernel's handler of non-maskable interrupts. How they reach the CPU, and the
 * message when nobody claims one, are the backend's, which knows where it came.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/hooks_internal.h"

static pv_nmi_handler handler;
static void *argument;

pv_status
pv_nmi_set(pv_nmi_handler new_handler, void *arg)
{
	pv_status s;

	/* An NMI can come between any two stores: it sees no handler before it sees the wrong pair. */
	__atomic_store_n(&handler, (pv_nmi_handler)NULL, __ATOMIC_SEQ_CST);
	__atomic_store_n(&argument, arg, __ATOMIC_SEQ_CST);
	if (new_handler == NULL)
		return PV_OK;
	s = pv_ops.trap.nmi_enable();
	if (s == PV_OK)
		__atomic_store_n(&handler, new_handler, __ATOMIC_SEQ_CST);
	return s;
}

bool
pv_nmi_deliver(void)
{
	pv_nmi_handler h = __atomic_load_n(&handler, __ATOMIC_SEQ_CST);
	void *arg = __atomic_load_n(&argument, __ATOMIC_SEQ_CST);

	return h != NULL && h == __atomic_load_n(&handler, __ATOMIC_SEQ_CST) && h(arg);
}
