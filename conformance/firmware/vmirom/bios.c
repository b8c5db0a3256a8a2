/*
 * The BIOS entry, in flat protected mode and with the image still writable: takes the
 * private memory from the top of base memory, reads the words, edits the header.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define BDA_BASE_MEMORY		0x413u	/* KiB */

_Static_assert(sizeof(struct ram) <= RAM_KB * 1024 - 8 * PAGE, "pages for the window and for starting CPUs");

/* QEMU's firmware configuration. */
#define FW_SELECT	0x510
#define FW_DATA		0x511
#define FW_SIGNATURE	0x0000
#define FW_DIRECTORY	0x0019
#define FW_NAME		56
#define FW_FILES	512u		/* more is not believed */

static const char words_name[] = "opt/org.libpv.vmi";

static uint32_t
fw_big(uint32_t bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | inb(FW_DATA);
	return value;
}

/* Size and selector of the words' file; false if there is none. */
static bool
fw_find(uint32_t *size, uint32_t *select)
{
	uint32_t files;

	outw(FW_SELECT, FW_SIGNATURE);
	if (fw_big(4) != 0x51454d55)		/* "QEMU" */
		return false;
	outw(FW_SELECT, FW_DIRECTORY);
	files = fw_big(4);
	while (files != 0 && files-- <= FW_FILES) {
		char name[FW_NAME];

		*size = fw_big(4);
		*select = fw_big(2);
		fw_big(2);
		for (uint32_t i = 0; i < FW_NAME; i++)
			name[i] = (char)inb(FW_DATA);
		name[FW_NAME - 1] = '\0';
		if (words_equal(name, words_name))
			return true;
	}
	return false;
}

static void
read_words(char *text)
{
	uint32_t size, select;

	text[0] = '\0';
	if (!fw_find(&size, &select))
		return;
	if (size >= TEXT) {
		say("words: %u bytes are too many, none is taken", size);
		return;
	}
	outw(FW_SELECT, (uint16_t)select);
	for (uint32_t i = 0; i < size; i++)
		text[i] = (char)inb(FW_DATA);
	text[size] = '\0';
}

/* All bytes add up to 0 again. */
static void
balance(void)
{
	uint8_t *image = rom_at(0), sum = 0;
	uint32_t size = image[VMI_AT_LENGTH] * 512u;

	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + image[i]);
	image[size - 1] = (uint8_t)(image[size - 1] - sum);
}

void
bios_main(uint32_t rom)
{
	volatile uint16_t *base_memory;
	uint32_t where = BDA_BASE_MEMORY;
	uint32_t kb;
	struct ram *r;

	__asm__("" : "+r"(where));	/* the compiler takes a constant this low for a mistake */
	base_memory = (volatile uint16_t *)where;
	kb = (*base_memory - RAM_KB) & ~3u;
	*base_memory = (uint16_t)kb;
	rom_facts.rom = rom;
	rom_facts.ram = kb * 1024;
	rom_facts.delta = rom_facts.ram - rom;
	r = ram();
	for (uint32_t i = 0; i < RAM_KB * 256; i++)
		((volatile uint32_t *)r)[i] = 0;
	read_words(WORDS->text);
	words_parse(WORDS);
	*(uint32_t *)rom_at(VMI_AT_TOP) = WORDS->top;
	balance();
	bad_apply(WORDS);
}
