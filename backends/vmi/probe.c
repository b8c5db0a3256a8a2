/*
 * Finding a VMI ROM: signatures, length, sum, version, PCI data structure, licence.
 * Bytes come from firmware: each offset is checked before it is followed.
 *
 * VMI 3.0 as Linux reads it: header at 0, offsets 0x02 length, 0x08 signature, 0x10
 * virtual top, 0x16 licence, 0x18 PCI data structure (whose ids are not looked at: a
 * test platform may have others).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "abi.h"
#include "probe.h"

#define LICENCE_MOST	64u		/* characters */

static uint32_t
word(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/* All bytes of an option ROM add up to 0: other headers in the area may be chance. */
static bool
sum_is_zero(const uint8_t *p, uint32_t size)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum == 0;
}

/*
 * A fixed entry has room for one jump, and that stays within the image. A short one does; other code
 * may lie there, too.
 */
static bool
entry_leads_out(const uint8_t *rom, uint32_t size, uint32_t at)
{
	uint32_t target = at;

	if (rom[at] == 0xe9)
		target = at + 5 + word(rom + at + 1, 4);
	return target >= size;
}

static enum pv_vmi_fault
check_pci(const uint8_t *rom, uint32_t size)
{
	uint32_t at = word(rom + VMI_AT_PCI, 2);

	if (at == 0)
		return PV_VMI_PCI_NONE;
	if (at > size - VMI_PCI_SIZE)
		return PV_VMI_PCI_PLACE;
	if (rom[at] != 'P' || rom[at + 1] != 'C' || rom[at + 2] != 'I' || rom[at + 3] != 'R')
		return PV_VMI_PCI_SIGNATURE;
	return word(rom + at + VMI_PCI_LENGTH, 2) * 512 == size ? PV_VMI_GOOD : PV_VMI_PCI_LENGTH;
}

/* A string of printable characters that ends in the image. What it says is for lawyers. */
static enum pv_vmi_fault
check_licence(const uint8_t *rom, uint32_t size)
{
	uint32_t at = word(rom + VMI_AT_LICENCE, 2), n = 0;

	if (at == 0)
		return PV_VMI_LICENCE_NONE;
	while (at + n < size && n < LICENCE_MOST && rom[at + n] >= ' ' && rom[at + n] <= '~')
		n++;
	return n > 0 && at + n < size && rom[at + n] == '\0' ? PV_VMI_GOOD : PV_VMI_LICENCE_TEXT;
}

static enum pv_vmi_fault
check(const uint8_t *rom, uint32_t room, uint32_t least_top, struct pv_vmi_rom *out)
{
	uint32_t size = rom[VMI_AT_LENGTH] * 512u;
	enum pv_vmi_fault fault;

	out->size = size;
	/* Not 0, it has room for the header. */
	if (size == 0)
		return PV_VMI_LENGTH_ZERO;
	if (size > room)
		return PV_VMI_LENGTH_AREA;
	if (!sum_is_zero(rom, size))
		return PV_VMI_SUM;
	if (rom[VMI_AT_MAJOR] != VMI_MAJOR)
		return PV_VMI_VERSION;
	if (entry_leads_out(rom, size, VMI_AT_INIT) || entry_leads_out(rom, size, VMI_AT_RELOCATION))
		return PV_VMI_ENTRY;
	fault = check_pci(rom, size);
	if (fault == PV_VMI_GOOD)
		fault = check_licence(rom, size);
	if (fault != PV_VMI_GOOD)
		return fault;
	out->top = word(rom + VMI_AT_TOP, 4);
	return out->top == 0 || out->top >= least_top ? PV_VMI_GOOD : PV_VMI_TOP;
}

enum pv_vmi_fault
pv_vmi_scan(const uint8_t *area, size_t size, uint32_t least_top, struct pv_vmi_rom *rom)
{
	enum pv_vmi_fault first = PV_VMI_NONE, fault;
	struct pv_vmi_rom now;

	for (uint32_t at = 0; at < size && size - at >= VMI_HEADER; at += VMI_AREA_STEP) {
		if (word(area + at, 2) != VMI_OPTION_ROM || word(area + at + VMI_AT_VMI, 4) != VMI_SIGNATURE)
			continue;
		now = (struct pv_vmi_rom){ .at = at };
		fault = check(area + at, (uint32_t)(size - at), least_top, &now);
		if (fault == PV_VMI_GOOD || first == PV_VMI_NONE) {
			*rom = now;
			first = fault;
		}
		if (fault == PV_VMI_GOOD)
			break;
	}
	return first;
}

const char *
pv_vmi_fault_text(enum pv_vmi_fault fault)
{
	static const char *const texts[PV_VMI_FAULTS] = {
		[PV_VMI_NONE] = "there is no VMI ROM in the option ROM area",
		[PV_VMI_LENGTH_ZERO] = "its length is 0",
		[PV_VMI_LENGTH_AREA] = "its length leaves the option ROM area",
		[PV_VMI_SUM] = "its checksum is wrong",
		[PV_VMI_VERSION] = "it speaks another major version than 3",
		[PV_VMI_ENTRY] = "its entry leads out of it",
		[PV_VMI_PCI_NONE] = "it has no PCI data structure",
		[PV_VMI_PCI_PLACE] = "its PCI data structure lies outside of it",
		[PV_VMI_PCI_SIGNATURE] = "its PCI data structure has no signature",
		[PV_VMI_PCI_LENGTH] = "its PCI data structure tells another length",
		[PV_VMI_LICENCE_NONE] = "it names no licence",
		[PV_VMI_LICENCE_TEXT] = "its licence is no text",
		[PV_VMI_TOP] = "it claims addresses that the kernel needs",
	};

	return (unsigned)fault < PV_VMI_FAULTS && texts[fault] != NULL ? texts[fault] : "it is good";
}
