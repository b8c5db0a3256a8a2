/*
 * Off and again, by the ROM; if it comes back, or has no such call, as bare metal does
 * it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

#define REBOOT_HARD	1u

static pv_status
off(void)
{
	pv_irq_state gate = pv_irq_save();

	pv_vmi_rom_Shutdown();
	pv_irq_restore(gate);
	return pv_native_backend.power->off();
}

static pv_status
reboot(void)
{
	pv_irq_state gate = pv_irq_save();

	pv_vmi_rom_Reboot(REBOOT_HARD);
	pv_irq_restore(gate);
	return pv_native_backend.power->reboot();
}

const struct pv_power_ops pv_vmi_power_ops = {
	.off = off,
	.reboot = reboot,
};
