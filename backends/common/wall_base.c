/*
 * The date when the clock was 0, for backends that read a date once and then count
 * on. In one piece for each reader, also where 64 bits take two loads.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/irq.h>
#include "latch.h"
#include "wall_base.h"

static struct {
	uint32_t latch;
	bool known;
	uint64_t ns;
} base;

void
pv_wall_base_set(uint64_t base_ns)
{
	pv_irq_state gate = pv_irq_save();

	pv_latch_take(&base.latch);
	base.ns = base_ns;
	base.known = true;
	pv_latch_drop(&base.latch);
	pv_irq_restore(gate);
}

uint64_t
pv_wall_base(void)
{
	pv_irq_state gate = pv_irq_save();
	uint64_t ns;

	pv_latch_take(&base.latch);
	ns = base.ns;
	pv_latch_drop(&base.latch);
	pv_irq_restore(gate);
	return ns;
}

bool
pv_wall_base_known(void)
{
	return base.known;
}
