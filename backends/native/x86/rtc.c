/*
 * The clock chip (MC146818 and its heirs) behind ports 0x70 and 0x71: reading it
 * while it is not changing, in whichever of its four notations it was set up with.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/calendar.h"
#include "clock.h"
#include "native.h"

#define RTC_INDEX		0x70
#define RTC_DATA		0x71

#define REG_STATUS_A		0x0a
#define STATUS_A_UPDATING	0x80
#define REG_STATUS_B		0x0b
#define STATUS_B_24H		0x02
#define STATUS_B_BINARY		0x04
#define STATUS_B_SET		0x80	/* holds the chip still while values are written */
#define HOUR_PM			0x80

enum {
	SECOND,
	MINUTE,
	HOUR,
	DAY,
	MONTH,
	YEAR,
	CENTURY
};

/* An update takes 2 ms at most, and a port access a good part of a microsecond at least. */
#define UPDATE_POLLS		50000u
#define READ_TRIES		8u

static const uint8_t value_register[CENTURY] = { 0, 2, 4, 7, 8, 9 };

/* -- notation ------------------------------------------------------------------ */

/* 0xff for what is no number. */
static uint32_t
number(uint8_t value, uint8_t mode)
{
	if ((mode & STATUS_B_BINARY) != 0)
		return value;
	return (value & 0x0f) > 9 || value > 0x99 ? 0xff : (value >> 4) * 10u + (value & 0x0f);
}

static uint8_t
notation(uint32_t n, uint8_t mode)
{
	return (uint8_t)((mode & STATUS_B_BINARY) != 0 ? n : n / 10 << 4 | n % 10);
}

static uint32_t
hour_of(uint8_t value, uint8_t mode)
{
	uint32_t hour;

	if ((mode & STATUS_B_24H) != 0)
		return number(value, mode);
	hour = number(value & (uint8_t)~HOUR_PM, mode);
	if (hour < 1 || hour > 12)
		return 0xff;
	return hour % 12 + ((value & HOUR_PM) != 0 ? 12 : 0);
}

bool
pv_native_rtc_decode(const uint8_t value[PV_RTC_VALUES], uint8_t mode, uint64_t *seconds)
{
	uint32_t second = number(value[SECOND], mode), minute = number(value[MINUTE], mode);
	uint32_t hour = hour_of(value[HOUR], mode), day = number(value[DAY], mode);
	uint32_t month = number(value[MONTH], mode), year = number(value[YEAR], mode);
	uint32_t century = number(value[CENTURY], mode);

	if (second > 60 || minute > 59 || hour > 23 || month < 1 || month > 12 || year > 99)
		return false;
	/* Without a century that makes sense two digits mean 1970 to 2069. */
	if (century < 19 || century > 99)
		century = year < PV_CALENDAR_FIRST % 100 ? 20 : 19;
	year += century * 100;
	return pv_calendar_join(year, month, day, hour * 3600 + minute * 60 + second, seconds);
}

bool
pv_native_rtc_encode(uint64_t seconds, uint8_t mode, bool century, uint8_t value[PV_RTC_VALUES])
{
	uint32_t day, second, hour, month, year;

	if (!pv_calendar_split(seconds, &year, &month, &day, &second))
		return false;
	if (year > (century ? 9999u : PV_CALENDAR_FIRST + 99))
		return false;
	hour = second / 3600;
	value[SECOND] = notation(second % 60, mode);
	value[MINUTE] = notation(second / 60 % 60, mode);
	if ((mode & STATUS_B_24H) != 0)
		value[HOUR] = notation(hour, mode);
	else
		value[HOUR] = (uint8_t)(notation((hour + 11) % 12 + 1, mode) | (hour >= 12 ? HOUR_PM : 0));
	value[DAY] = notation(day, mode);
	value[MONTH] = notation(month, mode);
	value[YEAR] = notation(year % 100, mode);
	value[CENTURY] = century ? notation(year / 100, mode) : 0;
	return true;
}

/* -- the chip -------------------------------------------------------------------- */

static uint8_t
get(uint8_t reg)
{
	pv_native_outb(RTC_INDEX, reg);
	return pv_native_inb(RTC_DATA);
}

static void
put(uint8_t reg, uint8_t value)
{
	pv_native_outb(RTC_INDEX, reg);
	pv_native_outb(RTC_DATA, value);
}

/* False: an update does not end, so there is no chip (all ones), or a broken one. */
static bool
quiet(void)
{
	for (unsigned i = 0; i < UPDATE_POLLS; i++)
		if ((get(REG_STATUS_A) & STATUS_A_UPDATING) == 0)
			return true;
	return false;
}

static void
get_values(uint8_t century, uint8_t value[PV_RTC_VALUES])
{
	for (unsigned i = 0; i < CENTURY; i++)
		value[i] = get(value_register[i]);
	value[CENTURY] = century != 0 ? get(century) : 0;
}

pv_status
pv_native_rtc_get(uint8_t century, uint64_t *seconds)
{
	uint8_t value[PV_RTC_VALUES], again[PV_RTC_VALUES];
	pv_status s = PV_E_ABSENT;
	pv_irq_state gate = pv_irq_save();

	/* An update may begin right after the look at the status: two equal readings had none between. */
	for (unsigned i = 0; i < READ_TRIES && quiet(); i++) {
		get_values(century, value);
		get_values(century, again);
		if (memcmp(value, again, sizeof(value)) == 0) {
			if (pv_native_rtc_decode(value, get(REG_STATUS_B), seconds))
				s = PV_OK;
			break;
		}
	}
	pv_irq_restore(gate);
	return s;
}

pv_status
pv_native_rtc_set(uint8_t century, uint64_t seconds)
{
	uint8_t value[PV_RTC_VALUES], mode;
	uint64_t old;
	pv_irq_state gate;

	if (pv_native_rtc_get(century, &old) != PV_OK)
		return PV_E_ABSENT;
	gate = pv_irq_save();
	mode = get(REG_STATUS_B);
	if (!pv_native_rtc_encode(seconds, mode, century != 0, value)) {
		pv_irq_restore(gate);
		return PV_E_RANGE;
	}
	put(REG_STATUS_B, mode | STATUS_B_SET);
	for (unsigned i = 0; i < CENTURY; i++)
		put(value_register[i], value[i]);
	if (century != 0)
		put(century, value[CENTURY]);
	put(REG_STATUS_B, mode & (uint8_t)~STATUS_B_SET);
	pv_irq_restore(gate);
	return PV_OK;
}
