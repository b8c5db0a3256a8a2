/*
 * The machine description of a sun4v guest: nodes with properties, and arcs, which
 * nobody here follows, in one piece of big-endian binary that the hypervisor wrote.
 * Nothing of it is trusted: every index and length is checked at each use, and what
 * does not hold is as if it were not there.
 *
 * Plain C without ISA or hypervisor behind it: host tests and a fuzzer run it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SUN4V_MD_H
#define PV_SUN4V_MD_H

#include <pv/status.h>

#define PV_SUN4V_MD_NONE	(~0u)

struct pv_sun4v_md {
	const uint8_t *elements, *names, *data;
	uint32_t nr_elements, names_size, data_size;
};

/* What is wrong with a description; a sentence for each by pv_sun4v_md_fault_text(). */
enum pv_sun4v_md_fault {
	PV_SUN4V_MD_GOOD = 0,
	PV_SUN4V_MD_SHORT,
	PV_SUN4V_MD_VERSION,
	PV_SUN4V_MD_SIZES,
	PV_SUN4V_MD_NO_ROOT,
	PV_SUN4V_MD_NO_END,
	PV_SUN4V_MD_FAULTS
};

const char *pv_sun4v_md_fault_text(enum pv_sun4v_md_fault fault);

/* Look at the head, and at the chain of nodes as a whole. */
enum pv_sun4v_md_fault pv_sun4v_md_open(struct pv_sun4v_md *md, const void *bytes, size_t size);

/*
 * The first node of that name behind `after`, in the order of the description; PV_SUN4V_MD_NONE as
 * `after`: of all; as the result: there is none. name NULL: any.
 */
uint32_t pv_sun4v_md_next(const struct pv_sun4v_md *md, uint32_t after, const char *name);

/* Properties of a node. False, or NULL: it has none of that name and kind, or it leaves its block. */
bool pv_sun4v_md_value(const struct pv_sun4v_md *md, uint32_t node, const char *name, uint64_t *value);
const char *pv_sun4v_md_string(const struct pv_sun4v_md *md, uint32_t node, const char *name);
const uint8_t *pv_sun4v_md_data(const struct pv_sun4v_md *md, uint32_t node, const char *name, uint32_t *size);

#endif
