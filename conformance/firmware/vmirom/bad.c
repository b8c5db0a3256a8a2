/*
 * Bad ROMs, made by the ROM's own BIOS entry: edits of the image, sum right unless the
 * sum is what is wrong. Bad answers of a good image are relocate.c's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"

#define COPY		512u	/* what rom.ld has room for */
#define AREA_END	0xe0000u
#define OUTSIDE		0xff00u

/* The byte at BALANCE takes up what the edit of the image at IMAGE changed, over SIZE bytes. */
static void
balance(uint8_t *image, uint32_t size, uint32_t balance)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + image[i]);
	image[balance] = (uint8_t)(image[balance] - sum);
}

static void
put16(uint8_t *image, uint32_t at, uint32_t value)
{
	image[at] = (uint8_t)value;
	image[at + 1] = (uint8_t)(value >> 8);
}

/* A jump at the fixed entry AT to far behind the image. */
static void
jump_out(uint8_t *image, uint32_t at)
{
	image[at] = 0xe9;
	put16(image, at + 1, 0);
	put16(image, at + 3, 0x10);
}

/*
 * The firmware trusts the length byte even after the entry has run, and other ROMs lie behind: the liar is a copy of
 * the header, at the end of this image, and what it is a copy of is no VMI ROM any more.
 */
static void
length(uint8_t *image, uint32_t units)
{
	uint32_t lie = units * 512u, offset = (uint32_t)(rom_copy - rom_start);
	uint8_t *copy = image + offset;

	for (uint32_t i = 0; i < COPY; i++)
		copy[i] = image[i];
	*(uint32_t *)(copy + VMI_AT_INIT + 1) -= offset;	/* jumps to where they went */
	*(uint32_t *)(copy + VMI_AT_RELOCATION + 1) -= offset;
	copy[VMI_AT_LENGTH] = (uint8_t)units;
	if (lie != 0 && (uint32_t)copy + lie <= AREA_END)	/* the sum is not what is wrong */
		balance(copy, lie, 0x20);
	image[VMI_AT_SIGNATURE] ^= 0xff;
}

static void
edit(uint8_t *image, uint8_t bad)
{
	uint32_t pci = (uint32_t)(rom_pci - rom_start);

	switch (bad) {
	case BAD_OPTION:
		image[1] = 0xab;
		break;
	case BAD_SIGNATURE:
		image[VMI_AT_SIGNATURE] = 'C';
		break;
	case BAD_MAJOR:
		image[VMI_AT_MAJOR] = 13;
		break;
	case BAD_MINOR:
		image[VMI_AT_MINOR] = 9;
		break;
	case BAD_LICENCE:
		put16(image, VMI_AT_LICENCE, 0);
		break;
	case BAD_LICENCE_TEXT:
		rom_licence[0] = 'g';
		break;
	case BAD_LICENCE_OUT:
		put16(image, VMI_AT_LICENCE, OUTSIDE);
		break;
	case BAD_PCI:
		put16(image, VMI_AT_PCI, 0);
		break;
	case BAD_PCI_OUT:
		put16(image, VMI_AT_PCI, OUTSIDE);
		break;
	case BAD_PCI_SIGNATURE:
		image[pci] = 'p';
		break;
	case BAD_PCI_LENGTH:
		put16(image, pci + 16, 0x7fff);
		break;
	case BAD_PCI_ID:
		put16(image, pci + 4, 0x1234);
		break;
	case BAD_ENTRY:
		jump_out(image, VMI_AT_INIT);
		jump_out(image, VMI_AT_RELOCATION);
		break;
	case BAD_TOP:
		put16(image, VMI_AT_TOP, 0x1000);
		put16(image, VMI_AT_TOP + 2, 0);
		break;
	}
}

void
bad_apply(struct words *w)
{
	uint8_t *image = rom_at(0);
	uint32_t size = image[VMI_AT_LENGTH] * 512u;

	if (w->bad == BAD_NOTHING)
		return;
	switch (w->bad) {
	case BAD_LENGTH_ZERO:
		length(image, 0);
		break;
	case BAD_LENGTH_SHORT:
		length(image, 1);
		break;
	case BAD_LENGTH_LONG:
		length(image, 0xff);
		break;
	}
	edit(image, w->bad);
	balance(image, size, size - 1);
	if (w->bad == BAD_SUM)
		image[size - 1]++;
}
