/*
 * ACPI on bare metal: where the root pointer is, and how its tables are reached
 * through the kernel's hooks. Reading them is backends/common/acpi's.
 *
 * `pv=noacpi` on the command line makes the machine one without ACPI.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/acpi/acpi.h"
#include "native.h"

static struct pv_acpi acpi;

static bool
find(void)
{
	pv_paddr rsdp = pv_boot_get()->acpi_rsdp;

	if (pv_wanted("noacpi"))
		return false;
	/* What the loader gave may be stale; the BIOS's own pointer is then as good. */
	if (rsdp.v != 0 && pv_acpi_read(&acpi, rsdp) == PV_OK)
		return true;
	return pv_acpi_find_rsdp(&rsdp) == PV_OK && pv_acpi_read(&acpi, rsdp) == PV_OK;
}

const struct pv_acpi *
pv_native_acpi(void)
{
	static bool asked, present;

	/* Before there are hooks nothing can be read: the question stays open. */
	if (!asked && pv_stage_now() >= PV_STAGE_MMU) {
		asked = true;
		present = find();
		if (present && acpi.oddities != 0)
			pv_log("acpi: %u malformed tables or entries were left out", (unsigned)acpi.oddities);
	}
	return present ? &acpi : NULL;
}
