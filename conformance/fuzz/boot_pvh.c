/*
 * Fuzzing the reader of PVH start info; the form of the input is in boot_fuzz.h. When the
 * structure has no memory map, one is added as a backend would.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_fuzz.h"
#include "../../backends/common/boot/build.h"

static pv_status
read_info(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info)
{

	pv_status s = pv_boot_parse(boot, r, &pv_boot_pvh, 0, info);

	if (s == PV_E_NOENT) {
		pv_boot_build_e820(pv_pa(0), 0x8000000, 1);
		pv_boot_build_e820(pv_pa(0xfc000000), 0x4000000, 2);
		s = PV_OK;
	}
	return pv_boot_build_end(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return boot_fuzz_run(data, size, read_info);
}
