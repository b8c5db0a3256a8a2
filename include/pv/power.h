/*
 * The machine as a whole: off, again, crash.
 *
 * Suspend, resume and migration belong here and are declared with the first
 * backend that implements them.
 *
 * Context: any CPU, gate open or closed, from stage EARLY on. Does not return
 * unless the machine has no such service, or it did nothing: then a status says
 * so and the caller can fall back to pv_cpu_halt().
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_POWER_H
#define PV_POWER_H

#include <pv/status.h>

PV_BEGIN_DECLS

/* Part of the op table. */
struct pv_power_ops {
	/* Power off: ACPI S5, hypercall, firmware. PV_E_ABSENT, PV_E_REFUSED on return. */
	pv_status (*off)(void);

	/* Start again. */
	pv_status (*reboot)(void);

	/* Tell the layer below that this guest is broken; on bare metal stop all and wait. */
	pv_status (*crash)(void);
};

pv_status pv_power_off(void);
pv_status pv_power_reboot(void);
pv_status pv_power_crash(void);

PV_END_DECLS
#endif
