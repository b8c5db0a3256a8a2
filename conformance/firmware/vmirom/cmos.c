/*
 * The CMOS clock in seconds since 1970, taken to run on UTC.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define INDEX		0x70
#define DATA		0x71
#define STATUS_A	0x0a
#define STATUS_A_UPDATE	0x80
#define STATUS_B	0x0b
#define STATUS_B_24	0x02
#define STATUS_B_BINARY	0x04
#define CENTURY		0x32
#define PM		0x80
#define WAITS		1000000u	/* an update takes two milliseconds */

enum { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, HUNDRED, FIELDS };

static uint8_t
cmos(uint8_t at)
{
	outb(INDEX, at);
	return inb(DATA);
}

static void
read_fields(uint8_t field[FIELDS])
{
	static const uint8_t at[FIELDS] = { 0, 2, 4, 7, 8, 9, CENTURY };
	uint32_t waits = 0;

	while ((cmos(STATUS_A) & STATUS_A_UPDATE) && ++waits < WAITS)
		;
	for (uint32_t i = 0; i < FIELDS; i++)
		field[i] = cmos(at[i]);
}

static uint32_t
binary(uint8_t value, bool is_binary)
{
	return is_binary ? value : (uint32_t)(value >> 4) * 10 + (value & 15);
}

/* Days from 1970-01-01 to the first of March of that year, and on from there. */
static uint32_t
days(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t leaps;

	if (month < 3) {
		month += 12;
		year--;
	}
	leaps = year / 4 - year / 100 + year / 400;
	return year * 365 + leaps + (month * 306 - 914) / 10 + day - 1 - 719468;
}

uint32_t
cmos_seconds(void)
{
	uint8_t field[FIELDS], again[FIELDS], status = cmos(STATUS_B);
	bool is_binary = (status & STATUS_B_BINARY) != 0;
	uint32_t hour, year;

	do {
		read_fields(field);
		read_fields(again);
	} while (field[SECOND] != again[SECOND]);
	hour = binary(field[HOUR] & (uint8_t)~PM, is_binary);
	if (!(status & STATUS_B_24))
		hour = hour % 12 + ((field[HOUR] & PM) ? 12 : 0);
	year = binary(field[HUNDRED], is_binary) * 100 + binary(field[YEAR], is_binary);
	return days(year, binary(field[MONTH], is_binary), binary(field[DAY], is_binary)) * 86400 + hour * 3600 +
	    binary(field[MINUTE], is_binary) * 60 + binary(field[SECOND], is_binary);
}
