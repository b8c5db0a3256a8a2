/*
 * The clock chip of a sun4u machine: an M48T59 on the ebus, whose last sixteen bytes
 * of NVRAM are a date in BCD. Two digits of the year count from 1968, as Sun's
 * firmware has them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/calendar.h"
#include "../../common/sparc64/wall.h"
#include "native.h"

/* ST M48T59 data sheet, table of registers; offsets from the end of the chip. */
#define FROM_END	8u
enum {
	CONTROL,
	SECONDS,
	MINUTES,
	HOURS,
	WEEKDAY,
	DAY,
	MONTH,
	YEAR,
	REGISTERS
};
#define CONTROL_WRITE	0x80u	/* both hold the registers still */
#define CONTROL_READ	0x40u
#define SECONDS_STOP	0x80u	/* the oscillator does not run */
#define WEEKDAY_NUMBER	0x07u	/* the other bits are no date */
#define YEAR_0		1968u
#define CHIP_LEAST	16u

static uint64_t registers;		/* physical address of the first; 0: no chip */

static uint8_t
get(unsigned reg)
{
	uint64_t v;

	__asm__ volatile("lduba [%1] 0x15, %0" : "=r" (v) : "r" (registers + reg) : "memory");
	return (uint8_t)v;
}

static void
put(unsigned reg, uint8_t v)
{
	__asm__ volatile("stba %0, [%1] 0x15" : : "r" (v), "r" (registers + reg) : "memory");
}

/* 0xff for what is no number. */
static uint32_t
number(uint8_t v)
{
	return (v & 0x0f) > 9 || v > 0x99 ? 0xff : (v >> 4) * 10u + (v & 0x0f);
}

static uint8_t
bcd(uint32_t n)
{
	return (uint8_t)(n / 10 << 4 | n % 10);
}

static pv_status
chip_get(uint64_t *seconds)
{
	pv_irq_state gate = pv_irq_save();
	uint8_t value[REGISTERS];
	uint32_t hour, minute, second, month;

	put(CONTROL, get(CONTROL) | CONTROL_READ);
	for (unsigned i = 0; i < REGISTERS; i++)
		value[i] = get(i);
	put(CONTROL, get(CONTROL) & (uint8_t)~CONTROL_READ);
	pv_irq_restore(gate);

	second = number(value[SECONDS] & (uint8_t)~SECONDS_STOP);
	minute = number(value[MINUTES] & 0x7f);
	hour = number(value[HOURS] & 0x3f);
	month = number(value[MONTH] & 0x1f);
	if (second > 60 || minute > 59 || hour > 23 || month < 1 || month > 12 || number(value[YEAR]) > 99)
		return PV_E_ABSENT;
	return pv_calendar_join(YEAR_0 + number(value[YEAR]), month, number(value[DAY] & 0x3f),
	    hour * 3600 + minute * 60 + second, seconds) ? PV_OK : PV_E_ABSENT;
}

static pv_status
chip_set(uint64_t seconds)
{
	uint32_t year, month, day, second, weekday;
	pv_irq_state gate;

	if (!pv_calendar_split(seconds, &year, &month, &day, &second) || year > YEAR_0 + 99)
		return PV_E_RANGE;
	/* 1 is Sunday; 1970 began with a Thursday. */
	weekday = (uint32_t)((seconds / PV_CALENDAR_DAY + 4) % 7) + 1;
	gate = pv_irq_save();
	put(CONTROL, get(CONTROL) | CONTROL_WRITE);
	put(SECONDS, bcd(second % 60));
	put(MINUTES, bcd(second / 60 % 60));
	put(HOURS, bcd(second / 3600));
	put(WEEKDAY, (uint8_t)((get(WEEKDAY) & (uint8_t)~WEEKDAY_NUMBER) | weekday));
	/* No date in between that no month has: an emulated chip takes each register at once, and would mend it. */
	put(DAY, 1);
	put(YEAR, bcd(year - YEAR_0));
	put(MONTH, bcd(month));
	put(DAY, bcd(day));
	put(CONTROL, get(CONTROL) & (uint8_t)~CONTROL_WRITE);
	pv_irq_restore(gate);
	return PV_OK;
}

static const struct pv_sparc64_chip chip = {
	.get = chip_get,
	.set = chip_set,
};

/* "mk48t59" is what Sun's tree calls it. */
void
pv_native_rtc_setup(void)
{
	uint32_t node = pv_native_of_search(pv_native_of_peer(0), "mk48t59");
	uint64_t size;
	pv_paddr pa;

	if (node == PV_OF_NONE || pv_native_of_reg(node, &pa, &size) != PV_OK || size < CHIP_LEAST)
		return;
	registers = pa.v + size - FROM_END;
	pv_sparc64_chip = &chip;
}
