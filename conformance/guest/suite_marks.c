/*
 * What harvest and the harvest of unmap leave behind once they are synced: marks come
 * again with the next access, and what is gone is gone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/user.h>
#include "suites.h"

#define RWU	(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)

static struct pv_space space;
static pv_paddr frame;
static pv_vaddr va;

static struct {
	unsigned calls, flags;
} marks;

static void
note(void *arg, pv_vaddr at, unsigned flags)
{
	(void)arg;
	(void)at;
	marks.calls++;
	marks.flags = flags;
}

/* A page that was written. */
static bool
begin(void)
{
	pv_vaddr end;

	pv_space_user_range(&va, &end);
	va.v = (va.v + 5 * PV_LARGE_SIZE) & ~(uintptr_t)(PV_LARGE_SIZE - 1);
	marks.calls = marks.flags = 0;
	frame = suite_page();
	if (pv_space_create(&space) != PV_OK || pv_space_map(&space, va, frame, PV_PAGE_SIZE, RWU) != PV_OK) {
		suite_fail(__FILE__, __LINE__, "no space");
		return false;
	}
	pv_space_activate(&space);
	(void)pv_store32(va.v, 1);
	return true;
}

static void
end(void)
{
	pv_space_activate(NULL);
	(void)pv_space_destroy(&space);
	suite_page_free(frame);
}

/* What a harvest finds now. */
static unsigned
harvested(void)
{
	marks.calls = marks.flags = 0;
	(void)pv_space_harvest(&space, va, PV_PAGE_SIZE, note, NULL);
	pv_space_sync(&space);
	return marks.flags & (PV_MAP_REFERENCED | PV_MAP_MODIFIED);
}

static void
marks_come_again(void)
{
	unsigned first, read, written, none;
	uint32_t v;

	if (!begin())
		return;
	first = harvested();
	(void)pv_fetch32(&v, va.v);
	read = harvested();
	(void)pv_store32(va.v, 2);
	written = harvested();
	none = harvested();
	end();
	CHECK((first & PV_MAP_MODIFIED) != 0);
	CHECK_EQ(read, PV_MAP_REFERENCED);
	CHECK((written & PV_MAP_MODIFIED) != 0);
	CHECK_EQ(none, 0);
}

static void
unmapped_and_harvested_is_gone(void)
{
	pv_status s, gone;
	uint32_t v;

	if (!begin())
		return;
	s = pv_space_unmap_harvest(&space, va, PV_PAGE_SIZE, note, NULL);
	pv_space_sync(&space);
	gone = pv_fetch32(&v, va.v);
	end();
	CHECK_OK(s);
	CHECK_EQ(marks.calls, 1);
	CHECK_STATUS(gone, PV_E_FAULT);
}

static const struct suite_case cases[] = {
	{ "marks_come_again", marks_come_again, "mmu.harvest mmu.sync pv_space_harvest", 0 },
	{ "unmapped_and_harvested_is_gone", unmapped_and_harvested_is_gone,
	    "mmu.unmap mmu.sync pv_space_unmap_harvest", 0 },
};
SUITE(suite_marks, "marks", cases);
