/*
 * The C end of the native entry code: read what the loader left, then begin.
 *
 * Runs on the entry code's tables: physical memory below PV_BOOT_REACH appears at
 * PV_DIRECT_BASE.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/boot/build.h"
#include "../../common/x86/layout.h"

extern const char pv_image_start[] PV_WEAK, pv_image_end[] PV_WEAK;

static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	if (base.v >= PV_BOOT_REACH || size > PV_BOOT_REACH - base.v)
		return NULL;
	return (const void *)(uintptr_t)(PV_DIRECT_BASE + base.v);
}

void pv_native_start(uint32_t pvh, uint32_t magic, uint32_t info);

void
pv_native_start(uint32_t pvh, uint32_t magic, uint32_t info)
{
	static const struct pv_direct_map map = {
		.base = PV_DIRECT_BASE, .size = PV_BOOT_REACH, .image_offset = PV_KERNEL_OFFSET,
		.va_start = PV_VA_START, .va_end = PV_VA_END,
	};
	const struct pv_boot_protocol *protocol = pvh != 0 ? &pv_boot_pvh :
	    magic == pv_boot_multiboot2.magic ? &pv_boot_multiboot2 : &pv_boot_multiboot1;
	static struct pv_boot_reader reader = { .at = at };
	static struct pv_start start;

	start.how = (enum pv_boot_how)protocol->how;
	start.word[0] = magic;
	start.word[1] = info;
	memcpy(&pv_direct_map, &map, sizeof(map));
	reader.kernel_base = pv_pa((uintptr_t)pv_image_start - PV_KERNEL_OFFSET);
	reader.kernel_size = (uintptr_t)pv_image_end - (uintptr_t)pv_image_start;
	pv_begin(pv_boot_read(&pv_boot_data, &reader, protocol, magic, pv_pa(info)), &start);
}
