/*
 * Boot data of the Multiboot2 specification 2.0, section 3.6: a block of tags,
 * all numbers little-endian, which load.c takes as they are.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"

const struct pv_boot_protocol pv_boot_multiboot2 = {
	.how = PV_BOOT_MULTIBOOT2, .head = 8, .flags = 1 /* reserved */, .module = 8,
	.form = { [PV_BOOT_MAPS] = PV_BOOT_HEADED, [PV_BOOT_TAGS] = PV_BOOT_SIZED },
	.stale = PV_BOOT_LISTS, .size_word = 1, .size_extra = 0, .align = 7,
	.wrong_magic = PV_BOOT_WRONG_EAX, .wrong_size = PV_BOOT_WRONG_TAG, .no_map = PV_BOOT_NO_MAP,
	.magic = 0x36d76289, .what = "the information",
};

pv_status
pv_boot_read_multiboot2(struct pv_boot *boot, const struct pv_boot_reader *r, uint32_t magic, pv_paddr info)
{
	return pv_boot_read(boot, r, &pv_boot_multiboot2, magic, info);
}
