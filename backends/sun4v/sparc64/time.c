/*
 * Time under sun4v: %stick and its compare register are the CPU's own, the date is
 * the hypervisor's, in seconds.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/sparc64/wall.h"
#include "sun4v.h"

/*
 * Counter rate where no machine description tells: that of QEMU's T1 and of no
 * other machine, so it is said aloud.
 */
#define ASSUMED_HZ	100000000u
#define COMPARE_OFF	(1ul << 63)
#define TOD_TRIES	100000u		/* calls that may say "not now": some tenths of a second */

uint64_t
pv_sun4v_counter(void)
{
	uint64_t v;

	__asm__ volatile("rd %%asr24, %0" : "=r" (v));
	return v & ~COMPARE_OFF;
}

void
pv_sun4v_compare(uint64_t when)
{
	__asm__ volatile("wr %0, 0, %%asr25" : : "r" (when) : "memory");
}

static int64_t
patiently(unsigned function, uint64_t arg, uint64_t *result)
{
	int64_t status = PV_SUN4V_EWOULDBLOCK;

	for (unsigned n = 0; n < TOD_TRIES && status == PV_SUN4V_EWOULDBLOCK; n++)
		status = pv_sun4v_fast(function, arg, 0, result);
	return status;
}

/* Once, at start. */
static pv_status
tod_get(uint64_t *seconds)
{
	int64_t status = patiently(PV_SUN4V_TOD_GET, 0, seconds);

	if (status == PV_SUN4V_EOK)
		return PV_OK;
	pv_log("sun4v: TOD_GET: the hypervisor says %s: there is no wall clock until it is set",
	    pv_sun4v_error_name(status));
	return pv_sun4v_refused("time.wall_get", "TOD_GET", 0, status);
}

static pv_status
tod_set(uint64_t seconds)
{
	int64_t status = patiently(PV_SUN4V_TOD_SET, seconds, NULL);

	/* Some hypervisors keep the date to themselves. */
	if (status == PV_SUN4V_ENOTSUPPORTED)
		return PV_E_ABSENT;
	return status == PV_SUN4V_EOK ? PV_OK : pv_sun4v_refused("time.wall_set", "TOD_SET", seconds, status);
}

static const struct pv_sparc64_chip tod = {
	.get = tod_get,
	.set = tod_set,
};

void
pv_sun4v_time_setup(void)
{
	uint64_t hz = pv_sun4v_machine.stick_hz;

	pv_sparc64_chip = &tod;
	pv_sparc64_time_set(hz != 0 ? hz : ASSUMED_HZ, "stick", hz != 0 ? "firmware" : "assumed");
}

static pv_status
init(void)
{
	pv_sun4v_say_refused();
	if (pv_sun4v_without_md()[0] != '\0')
		pv_log("sun4v: the machine description: %s", pv_sun4v_without_md());
	if (pv_sun4v_machine.stick_hz == 0 && pv_sun4v_machine.stick_said != 0)
		pv_log("sun4v: the machine description says that %%stick runs at %llu Hz, which cannot be: %u Hz are "
		    "assumed", (unsigned long long)pv_sun4v_machine.stick_said, ASSUMED_HZ);
	else if (pv_sun4v_machine.stick_hz == 0)
		pv_log("sun4v: nobody says how fast %%stick runs: %u Hz are assumed", ASSUMED_HZ);
	return pv_sparc64_time_init();
}

const struct pv_time_ops pv_sun4v_time_ops = {
	.init = init,
	.lines = pv_sparc64_time_lines,
	.now = pv_sparc64_time_now,
	.stolen = pv_sparc64_time_stolen,
	.wall_get = pv_sparc64_wall_get,
	.wall_set = pv_sparc64_wall_set,
	.clock_page = pv_sparc64_clock_page,
	.delay = pv_sparc64_time_delay,
	.alarm = pv_sparc64_time_alarm,
	.source = pv_sparc64_time_source,
};
