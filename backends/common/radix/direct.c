/*
 * The radix tree where tables hold machine frames and the layer below checks each
 * one (Xen PV; xen/arch-x86/xen-x86_64.h, xen-x86_32.h).
 *
 * x86_64: kernel and user mode share a ring, so user mode runs on a root of its own
 * that has the user half alone. PAE: two roots may not share the directory of the
 * kernel's slot, because part of it is the layer's; each space has a copy, and what
 * all share begins a level lower.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix.h"
#include "../../../hooks/hooks_internal.h"

static void
shared(const struct pv_space *space, struct pv_radix_shared *sh)
{
	struct pv_radix_place at;

	if (!pv_radix_geometry.root_plain)
		return;
	pv_radix_open(&at, space->root, pv_radix_geometry.top, pv_radix_geometry.kernel_start);
	pv_radix_close(&at);
	sh->table = pv_pte_frame(at.entry);
	sh->level = pv_radix_geometry.top - 1;
	sh->first = 0;
	sh->count = 512;
}

/* A table that hangs in nothing else of the space's: the root of user mode. */
static pv_status
user_root_make(struct pv_space *space)
{
	pv_paddr root;
	pv_status s = pv_radix_table_new(space, pv_radix_geometry.top, &root);

	if (s == PV_OK)
		space->isa[PV_RADIX_EXTRA] = root.v;
	return s;
}

static pv_status
make(struct pv_space *space)
{
	uintptr_t va = pv_radix_geometry.kernel_start;
	struct pv_radix_place at;
	pv_status s;

	if (pv_radix.split)
		return user_root_make(space);
	if (!pv_radix_geometry.root_plain)
		return PV_OK;
	pv_radix_open(&at, space->root, pv_radix_geometry.top, va);
	s = pv_radix_table_make(space, &at, va);
	pv_radix_close(&at);
	if (s == PV_OK)
		space->isa[PV_RADIX_EXTRA] = pv_pte_frame(at.entry).v;
	return s;
}

static unsigned
level(void)
{
	return pv_radix_geometry.top - (pv_radix.split ? 0 : 1);
}

/* The root of user mode has the same user half, seen through its own entries. */
static void
mirror(struct pv_space *space, uintptr_t va, pv_pte entry)
{
	struct pv_radix_place at;

	if (!pv_radix.split || space->isa[PV_RADIX_EXTRA] == 0)
		return;
	pv_radix_open(&at, pv_pa(space->isa[PV_RADIX_EXTRA]), pv_radix_geometry.top, va);
	if (entry.v != 0)
		pv_pte_set(at.where, entry);
	else
		pv_pte_clear(at.where);
	pv_radix_close(&at);
}

void
pv_radix_direct(uintptr_t hole_start, uintptr_t hole_size, const struct pv_radix_below *below)
{
	static const struct pv_radix_extra extra = {
		.shared = shared,
		.make = make,
		.level = level,
		.mirror = mirror,
	};

	pv_radix.extra = &extra;
	pv_radix.below = below;
	pv_radix.split = pv_has(PV_CAP_SPLIT_ROOTS);
	pv_radix.hole_start = hole_start;
	pv_radix.hole_size = hole_size;
}
