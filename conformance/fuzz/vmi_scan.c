/*
 * Fuzzing the scanner of the VMI backend: the input is the option ROM area.
 *
 * Promises: no access outside of it (it comes from malloc); a ROM that is called good
 * lies in it whole, adds up to 0, has the signatures, and begins at a multiple of
 * 2 KiB; one that is called bad is no other's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../backends/vmi/abi.h"
#include "../../backends/vmi/probe.h"

#define LEAST_TOP	0xf5000000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
promise(int kept, const char *what)
{
	if (!kept) {
		fprintf(stderr, "broken promise: %s\n", what);
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pv_vmi_rom rom = { .at = 0xffffffff };
	enum pv_vmi_fault fault = pv_vmi_scan(data, size, LEAST_TOP, &rom);
	uint8_t sum = 0;

	promise(fault < PV_VMI_FAULTS && pv_vmi_fault_text(fault) != NULL, "a verdict with a name");
	promise((fault == PV_VMI_NONE) == (rom.at == 0xffffffff), "a ROM or none");
	if (fault == PV_VMI_NONE)
		return 0;
	promise(rom.at % VMI_AREA_STEP == 0 && rom.at < size, "it begins where ROMs begin");
	promise(memcmp(data + rom.at, "\x55\xaa", 2) == 0 && memcmp(data + rom.at + 8, "cVmi", 4) == 0,
	    "it looks like one");
	if (fault != PV_VMI_GOOD)
		return 0;
	promise(rom.size != 0 && rom.size % 512 == 0 && rom.size <= size - rom.at, "it lies in the area");
	for (uint32_t i = 0; i < rom.size; i++)
		sum = (uint8_t)(sum + data[rom.at + i]);
	promise(sum == 0, "it adds up");
	promise(data[rom.at + VMI_AT_MAJOR] == VMI_MAJOR, "it speaks our version");
	promise(rom.top == 0 || rom.top >= LEAST_TOP, "its hole leaves room");
	return 0;
}
