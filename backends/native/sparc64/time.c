/*
 * The counter of an UltraSPARC I or II: %tick with %tick_cmpr, which follow the
 * CPU's clock.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define TOP_BIT			(1ul << 63)	/* of the counter: not for users */
#define HZ_LEAST		1000000u	/* what 32 bits hold is never too much */

/* The top bit was cleared by pv_native_time_setup(). */
uint64_t
pv_native_counter(void)
{
	uint64_t v;

	__asm__ volatile("rdpr %%tick, %0" : "=r" (v));
	return v;
}

/*
 * UltraSPARC II erratum 54: a write can be lost unless the register is read back at once,
 * with both instructions in one cache line.
 */
void
pv_native_compare(uint64_t when)
{
	__asm__ volatile("ba,pt %%xcc, 1f\n\tnop\n\t.balign 64\n"
	    "1:\twr %0, 0, %%tick_cmpr\n\trd %%tick_cmpr, %%g0" : : "r" (when) : "memory");
}

const struct pv_template pv_native_templates[] = {
	{ .op = __builtin_offsetof(struct pv_ops, isa.counter), .size = 4,
	  .bytes = { PV_SPARC64_CODE(0x91510000u) } },			/* rdpr %tick, %o0 */
	{ .op = __builtin_offsetof(struct pv_ops, isa.context_set), .size = 12,
	  .bytes = { PV_SPARC64_CODE(0x92102010u),			/* mov 0x10, %o1 */
	    PV_SPARC64_CODE(0xd0f24b00u),				/* stxa %o0, [%o1]ASI_DMMU */
	    PV_SPARC64_CODE(0x8143e040u) } },				/* membar #Sync */
	{ .size = 0 }
};

/* A counter is of use only with its rate. */
pv_status
pv_native_time_setup(void)
{
	uint64_t tick;
	uint32_t hz = 0;

	__asm__ volatile("rdpr %%tick, %0" : "=r" (tick));
	__asm__ volatile("wrpr %0, 0, %%tick" : : "r" (tick & ~TOP_BIT));
	if (!pv_native_of_get_u32(pv_native_of_cpu(), "clock-frequency", &hz) || hz < HZ_LEAST) {
		pv_log("the device tree gives its CPU a clock-frequency of %lu Hz, which cannot be: there is no clock "
		    "without it", (unsigned long)hz);
		return PV_E_ABSENT;
	}
	pv_sparc64_time_set(hz, "tick", "firmware");
	return PV_OK;
}
