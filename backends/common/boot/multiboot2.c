/*
 * Boot data of the Multiboot2 specification 2.0, section 3.6: a block of tags,
 * all numbers little-endian, which load.c takes as they are.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"

const struct pv_boot_protocol pv_boot_multiboot2 = {
	.how = PV_BOOT_MULTIBOOT2, .head = 8, .module = 8, .magic = 0x36d76289, .no_map = PV_BOOT_NO_MAP,
	.what = "the information", .flags = 1,
};

pv_status
pv_boot_read_multiboot2(struct pv_boot *boot, const struct pv_boot_reader *r, uint32_t magic, pv_paddr info)
{
	return pv_boot_read(boot, r, &pv_boot_multiboot2, magic, info);
}
