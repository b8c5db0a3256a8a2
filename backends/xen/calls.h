/*
 * Hypercalls whose arguments are of 64 bits, whatever the width of a word.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_CALLS_H
#define PV_XEN_CALLS_H

/* Map a page at an address of the current space; entry in machine terms. */
static inline long
pv_xen_va_mapping(uintptr_t va, uint64_t entry, unsigned long flags)
{
	unsigned long args[4] = { va };
	unsigned n = pv_xen_arg64(args, 1, entry);

	args[n] = flags;
	return pv_xen_call(XEN_UPDATE_VA_MAPPING, args[0], args[1], args[2], args[3]);
}

#endif
