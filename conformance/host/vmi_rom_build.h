/*
 * A good VMI ROM in a few lines, to be spoilt by tests.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef VMI_ROM_BUILD_H
#define VMI_ROM_BUILD_H

#include <stdint.h>
#include <string.h>

#include "../../backends/vmi/abi.h"

#define ROM_BYTES	1024u
#define ROM_PCI		0x100u
#define ROM_LICENCE	0x140u

static inline void
rom_put(uint8_t *rom, uint32_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		rom[at + i] = (uint8_t)(value >> (8 * i));
}

/* Let all bytes add up to 0, by the last one. */
static inline void
rom_balance(uint8_t *rom, uint32_t size)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size - 1; i++)
		sum = (uint8_t)(sum + rom[i]);
	rom[size - 1] = (uint8_t)-sum;
}

static inline void
rom_build(uint8_t *rom)
{
	memset(rom, 0, ROM_BYTES);
	rom_put(rom, VMI_AT_SIGNATURE, VMI_OPTION_ROM, 2);
	rom[VMI_AT_LENGTH] = ROM_BYTES / 512;
	rom[3] = 0xcb;
	rom_put(rom, VMI_AT_VMI, VMI_SIGNATURE, 4);
	rom[VMI_AT_MAJOR] = VMI_MAJOR;
	rom_put(rom, VMI_AT_LICENCE, ROM_LICENCE, 2);
	rom_put(rom, VMI_AT_PCI, ROM_PCI, 2);
	rom[VMI_AT_INIT] = 0xe9;
	rom_put(rom, VMI_AT_INIT + 1, 0x200 - VMI_AT_INIT - 5, 4);
	rom[VMI_AT_RELOCATION] = 0xeb;
	rom[VMI_AT_RELOCATION + 1] = 0x20;
	memcpy(rom + ROM_PCI, "PCIR", 4);
	rom_put(rom, ROM_PCI + VMI_PCI_LENGTH, ROM_BYTES / 512, 2);
	memcpy(rom + ROM_LICENCE, "GPL", 4);
	rom_balance(rom, ROM_BYTES);
}

#endif
