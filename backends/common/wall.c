/*
 * The wall clock, and the page that lets user space tell the time: over what a
 * backend gives in pv_ops.time, linked by kernels that ask for either.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/hooks_internal.h"

PV_NEED(wall);

static union {
	struct pv_clock_page page;
	uint8_t bytes[1 << PV_PAGE_SHIFT];
} clock_page __attribute__((aligned(1 << PV_PAGE_SHIFT)));
static bool clock_page_used;

/* Bring the page up to date; readers retry while the version is odd or changes. */
static pv_status
clock_page_fill(void)
{
	struct pv_clock_page *page = &clock_page.page, fresh;
	pv_irq_state gate;
	pv_status s;

	memset(&fresh, 0, sizeof(fresh));
	s = pv_ops.time.clock_page(&fresh);
	if (s != PV_OK)
		return s;
	gate = pv_irq_save();
	fresh.version = page->version + 1;
	PV_WRITE_SHARED(page->version, fresh.version);
	pv_wmb();
	*page = fresh;
	pv_wmb();
	PV_WRITE_SHARED(page->version, fresh.version + 1);
	pv_irq_restore(gate);
	return PV_OK;
}

pv_status
pv_clock_page(pv_paddr *frame)
{
	pv_status s;

	if (!pv_time_up)
		return PV_E_STAGE;
	s = clock_page_fill();
	if (s == PV_OK)
		s = pv_virt_to_phys(&clock_page, frame);
	if (s == PV_OK)
		clock_page_used = true;
	return s;
}

pv_status
pv_wall_get(uint64_t *ns)
{
	return pv_time_up ? pv_ops.time.wall_get(ns) : PV_E_STAGE;
}

pv_status
pv_wall_set(uint64_t ns)
{
	pv_status s = pv_time_up ? pv_ops.time.wall_set(ns) : PV_E_STAGE;

	if (s == PV_OK && clock_page_used)
		s = clock_page_fill();
	return s;
}
