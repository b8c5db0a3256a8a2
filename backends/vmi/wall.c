/*
 * The wall clock by the ROM. It has no call that sets it: what the kernel sets goes to
 * the clock chip, and is added here. Linked by kernels that use it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/arith.h"
#include "../common/latch.h"
#include "vmi.h"

static struct {
	uint32_t latch;
	bool known;
	uint64_t base;			/* wall clock at time 0 */
} wall;

/* Zero is no time: the ROM found no clock, and the chip is asked. */
static pv_status
ask(void)
{
	uint64_t ns = pv_vmi_rom_GetWallclockTime(), seconds;

	if (ns == 0 && pv_native_rtc_get(0, &seconds) == PV_OK)
		ns = seconds * PV_NS_PER_SEC;
	wall.known = ns != 0;
	wall.base = ns - pv_time_ns();
	return wall.known ? PV_OK : PV_E_ABSENT;
}

static pv_status
wall_get(uint64_t *ns)
{
	pv_irq_state gate = pv_irq_save();
	pv_status s = PV_OK;

	pv_latch_take(&wall.latch);
	if (pv_vmi_rom_WallclockUpdated() != 0 || !wall.known)
		s = ask();
	*ns = wall.base + pv_time_ns();
	pv_latch_drop(&wall.latch);
	pv_irq_restore(gate);
	return s;
}

static pv_status
wall_set(uint64_t ns)
{
	pv_status s = pv_native_rtc_set(0, pv_udiv64(ns, PV_NS_PER_SEC, NULL));
	pv_irq_state gate;

	if (s != PV_OK)
		return s;
	gate = pv_irq_save();
	pv_latch_take(&wall.latch);
	/* That the chip moved is no news. */
	(void)pv_vmi_rom_WallclockUpdated();
	wall.known = true;
	wall.base = ns - pv_time_ns();
	pv_latch_drop(&wall.latch);
	pv_irq_restore(gate);
	return PV_OK;
}

/* Programs cannot call the ROM, and its counter need not be the CPU's. */
static pv_status
clock_page(struct pv_clock_page *page)
{
	(void)page;
	return PV_E_ABSENT;
}

const struct pv_time_ops pv_vmi_wall_ops = {
	.wall_get = wall_get,
	.wall_set = wall_set,
	.clock_page = clock_page,
};
