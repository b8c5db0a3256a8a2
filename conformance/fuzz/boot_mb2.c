/*
 * Fuzzing the reader of Multiboot 2 data; the form of the input is in boot_fuzz.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "boot_fuzz.h"

static pv_status
read_info(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info)
{
	return pv_boot_read_multiboot2(boot, r, 0x36d76289u, info);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return boot_fuzz_run(data, size, read_info);
}
