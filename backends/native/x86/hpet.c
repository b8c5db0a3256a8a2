/*
 * The high precision event timer: its main counter only, found through ACPI. Its
 * comparators stay unused, so no routing and no shared interrupt to care for.
 * IA-PC HPET specification 1.0a, section 2.3.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../hooks/arith.h"
#include "../../common/acpi/acpi.h"
#include "clock.h"
#include "native.h"

#define HPET_CAPABILITIES	0x000u
#define HPET_PERIOD		0x004u	/* upper half of the above: femtoseconds per tick */
#define HPET_CONFIG		0x010u
#define HPET_COUNTER		0x0f0u
#define HPET_SIZE		0x400u

#define CAPABILITY_64BIT	0x2000u
#define CONFIG_ENABLE		0x1u
#define CONFIG_LEGACY		0x2u	/* takes over the interrupts of PIT and RTC */

#define FS_PER_SEC		1000000000000000ull
#define PERIOD_LEAST		100000u		/* 10 GHz */
#define PERIOD_MOST		100000000u	/* 10 MHz, the slowest allowed (2.2) */
#define STILL_MOST		10000u

static volatile uint8_t *regs;
static bool tried;

static uint32_t
get(unsigned reg)
{
	return pv_mmio_read32(regs + reg);
}

static uint64_t
read_narrow(void)
{
	return get(HPET_COUNTER);
}

static uint64_t
read_wide(void)
{
	uint32_t high, low, again = get(HPET_COUNTER + 4);
	unsigned tries = 0;

	/* Two halves on all machines: not every chip set gives 64 bits in one access. */
	do {
		high = again;
		low = get(HPET_COUNTER);
		again = get(HPET_COUNTER + 4);
	} while (high != again && ++tries < 1000);
	return (uint64_t)high << 32 | low;
}

static struct pv_native_meter meter;

static void
sample(struct pv_native_sample *s)
{
	s->before = pv_native_rdtsc();
	s->reference = meter.read();
	s->after = pv_native_rdtsc();
}

static struct pv_native_meter meter = { sample, 0, UINT32_MAX, read_narrow, "hpet" };

/* Registers of a device that is not there read as all ones. */
static bool
start(void)
{
	uint32_t period = get(HPET_PERIOD), first;

	if (period - PERIOD_LEAST > PERIOD_MOST - PERIOD_LEAST)
		return false;
	meter.reference_hz = pv_udiv64(FS_PER_SEC + period / 2, period, NULL);
	if ((get(HPET_CAPABILITIES) & CAPABILITY_64BIT) != 0) {
		meter.reference_mask = UINT64_MAX;
		meter.read = read_wide;
	}
	pv_mmio_write32(regs + HPET_CONFIG, (get(HPET_CONFIG) & ~CONFIG_LEGACY) | CONFIG_ENABLE);
	first = get(HPET_COUNTER);
	for (unsigned i = 0; i < STILL_MOST; i++)
		if (get(HPET_COUNTER) != first)
			return true;
	return false;
}

const struct pv_native_meter *
pv_native_hpet_start(void)
{
	const struct pv_acpi *acpi = pv_native_acpi();
	volatile void *p;

	if (!tried && acpi != NULL && acpi->has_hpet &&
	    pv_io_map(acpi->hpet_base, HPET_SIZE, PV_MAP_UC, &p) == PV_OK) {
		regs = p;
		if (!start()) {
			pv_log("hpet at 0x%llx does not count: not used", (unsigned long long)acpi->hpet_base.v);
			pv_io_unmap(p, HPET_SIZE);
			regs = NULL;
		}
	}
	tried = true;
	return regs != NULL ? &meter : NULL;
}
