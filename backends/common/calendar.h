/*
 * Dates and seconds since 1970, for clock chips that keep a date. Proleptic
 * Gregorian, UTC; a leap second counts as the one after it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_CALENDAR_H
#define PV_COMMON_CALENDAR_H

#include "../../hooks/arith.h"

#define PV_CALENDAR_FIRST	1970u
#define PV_CALENDAR_DAY		86400u	/* seconds */

static inline bool
pv_calendar_is_leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static inline uint32_t
pv_calendar_days_of_month(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && pv_calendar_is_leap(year) ? 29 : days[month - 1];
}

static inline uint32_t
pv_calendar_days_of_year(uint32_t year)
{
	return pv_calendar_is_leap(year) ? 366 : 365;
}

/* month 1 to 12; `second` of the day. False: before 1970, or no such day. */
static inline bool
pv_calendar_join(uint32_t year, uint32_t month, uint32_t day, uint32_t second, uint64_t *seconds)
{
	uint32_t days = 0;

	if (year < PV_CALENDAR_FIRST || day < 1 || day > pv_calendar_days_of_month(year, month))
		return false;
	while (--month >= 1)
		days += pv_calendar_days_of_month(year, month);
	while (--year >= PV_CALENDAR_FIRST)
		days += pv_calendar_days_of_year(year);
	days += day - 1;
	*seconds = (uint64_t)days * PV_CALENDAR_DAY + second;
	return true;
}

/* False: far beyond any chip, which keeps the search for the year short. */
static inline bool
pv_calendar_split(uint64_t seconds, uint32_t *year, uint32_t *month, uint32_t *day, uint32_t *second)
{
	uint32_t days, y = PV_CALENDAR_FIRST, m = 1;
	uint64_t rest;

	if (seconds >> 40 != 0)
		return false;
	days = (uint32_t)pv_udiv64(seconds, PV_CALENDAR_DAY, &rest);
	for (; days >= pv_calendar_days_of_year(y); y++)
		days -= pv_calendar_days_of_year(y);
	for (; days >= pv_calendar_days_of_month(y, m); m++)
		days -= pv_calendar_days_of_month(y, m);
	*year = y;
	*month = m;
	*day = days + 1;
	*second = (uint32_t)rest;
	return true;
}

#endif
