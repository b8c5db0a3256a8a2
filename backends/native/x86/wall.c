/*
 * The wall clock of bare metal x86: the clock chip at start plus the clock. Linked
 * by kernels that use it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../hooks/arith.h"
#include "../../common/acpi/acpi.h"
#include "../../common/wall_base.h"
#include "clock.h"
#include "native.h"

static uint8_t
century_register(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();

	return acpi != NULL ? acpi->century_register : 0;
}

static pv_status
wall_get(uint64_t *ns)
{
	if (!pv_wall_base_known())
		return PV_E_ABSENT;
	*ns = pv_wall_base() + pv_native_time_ops.now();
	return PV_OK;
}

static pv_status
wall_set(uint64_t ns)
{
	pv_status s = pv_native_rtc_set(century_register(), pv_udiv64(ns, PV_NS_PER_SEC, NULL));

	if (s == PV_OK)
		pv_wall_base_set(ns - pv_native_time_ops.now());
	return s;
}

static pv_status
clock_page(struct pv_clock_page *page)
{
	page->wall_base_ns = pv_wall_base();
	return pv_native_clock_page(page) ? PV_OK : PV_E_ABSENT;
}

void
pv_native_wall_start(void)
{
	uint64_t seconds;

	if (pv_native_rtc_get(century_register(), &seconds) == PV_OK)
		pv_wall_base_set(seconds * PV_NS_PER_SEC - pv_native_time_ops.now());
}

const struct pv_time_ops pv_native_wall_ops = {
	.wall_get = wall_get,
	.wall_set = wall_set,
	.clock_page = clock_page,
};
