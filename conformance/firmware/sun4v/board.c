/*
 * The two machines: where their devices are, and how to speak to those.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define PCI_IO		0x1fe02000000ul
#define FW_CFG		(PCI_IO + 0x510)
#define NVRAM		(PCI_IO + 0x2000)
#define POWER		(PCI_IO + 0x7240)
#define IO_LIMIT	0x1fe0100091dul	/* PCI bridge A: which I/O ports it forwards */
#define RESET		0x1fe0000f020ul
#define NIAGARA_TOD	0xfff0c1fff8ul

/* 16550, a byte per register. */
#define UART_IER	1
#define UART_LSR	5
#define UART_SCRATCH	7
#define LSR_DATA	1
#define LSR_BREAK	0x10
#define LSR_EMPTY	0x20
#define PUT_MOST	1000000		/* polls, some milliseconds */

#define LOW_BASE	0x400000ul
#define LOW_END		0x2000000ul
#define FW_CFG_MOST	0x10000u

extern const char prom_base[];

static const struct board boards[2] = {
	{ "sun4v", PCI_IO + 0x3f8, PCI_IO + 0x2f8, 0x4000000, true },
	{ "niagara", 0x1f10000000, 0, 0x80000000, false },
};

const struct board *board;
struct memory memory[2];
static struct board present;

static uint8_t
in8(uint64_t address)
{
	return *(volatile uint8_t *)address;
}

static void
out8(uint64_t address, uint8_t value)
{
	*(volatile uint8_t *)address = value;
}

static bool
uart_there(uint64_t uart)
{
	out8(uart + UART_SCRATCH, 0x5a);
	if (in8(uart + UART_SCRATCH) != 0x5a)
		return false;
	out8(uart + UART_SCRATCH, 0xa5);
	return in8(uart + UART_SCRATCH) == 0xa5;
}

/* RAM: bytes, as QEMU tells at reset; on niagara those of the partition. */
void
board_init(uint64_t ram)
{
	present = boards[(uintptr_t)prom_base == 0xfff0000000ul];
	if (present.log_uart && !uart_there(present.log_uart))
		present.log_uart = 0;
	board = &present;
	memory[0].base = LOW_BASE;
	memory[0].size = (board->pci && ram < LOW_END ? ram : LOW_END) - LOW_BASE;
	memory[1].base = board->high;
	if (board->pci)
		memory[1].size = ram > board->high ? ram - board->high : 0;
	else
		memory[1].size = ram;
	if (board->pci)
		out8(IO_LIMIT, 0xf1);	/* NVRAM and power lie above what reset lets through */
}

void
board_fw_cfg(unsigned key, void *to, uint32_t size)
{
	uint8_t *bytes = to;

	*(volatile uint16_t *)FW_CFG = (uint16_t)(key << 8 | key >> 8);
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = in8(FW_CFG + 1);
}

/* Numbers come least significant byte first. */
uint64_t
board_number(unsigned key, uint32_t size)
{
	uint8_t bytes[8];
	uint64_t value = 0;

	if (!board->pci)
		return 0;
	board_fw_cfg(key, bytes, size);
	while (size-- > 0)
		value = value << 8 | bytes[size];
	return value;
}

/* False if the port stays full. */
bool
board_put(uint64_t uart, uint8_t c)
{
	for (int i = 0; i < PUT_MOST; i++)
		if (in8(uart + UART_LSR) & LSR_EMPTY) {
			out8(uart, c);
			return true;
		}
	return false;
}

/* A character, or GOT_NOTHING, or GOT_BREAK. */
int
board_get(void)
{
	uint8_t lsr = in8(board->uart + UART_LSR), c;

	if (!(lsr & LSR_DATA))
		return GOT_NOTHING;
	c = in8(board->uart);
	return lsr & LSR_BREAK ? GOT_BREAK : c;
}

static uint32_t
bcd(unsigned reg, uint8_t mask)
{
	uint8_t v = in8(NVRAM + 0x1ff8 + reg) & mask;

	return v / 16 * 10u + v % 16;
}

/* Days since 1970 of a date in the Gregorian calendar. */
static uint64_t
days(uint32_t year, uint32_t month, uint32_t day)
{
	/* Years begin in March: the leap day is the last. */
	if (month < 3) {
		year--;
		month += 12;
	}
	return 365ul * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719469;
}

/* Seconds since 1970. The chip's year counts from 1968 as this machine has it. */
uint64_t
board_time(void)
{
	uint64_t now;

	if (!board->pci)
		return *(volatile uint64_t *)NIAGARA_TOD;
	out8(NVRAM + 0x1ff8, 0x40);	/* hold the registers still */
	now = days(1968 + bcd(7, 0xff), bcd(6, 0x1f), bcd(5, 0x3f)) * 86400 + bcd(3, 0x3f) * 3600 +
	    bcd(2, 0x7f) * 60 + bcd(1, 0x7f);
	out8(NVRAM + 0x1ff8, 0);
	return now;
}

void
board_off(void)
{
	if (board->pci)
		*(volatile uint32_t *)POWER = 0x01000000;
	say("end");
	for (;;)
		;
}

void
board_reset(void)
{
	if (board->pci)
		*(volatile uint64_t *)RESET = 0x40000000;
	say("end");
	for (;;)
		;
}
