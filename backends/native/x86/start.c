/*
 * The C end of the native entry code: read what the loader left, then begin.
 *
 * Runs on the entry code's tables: physical memory below PV_BOOT_REACH appears at
 * PV_DIRECT_BASE.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include PV_BACKEND_ISA(layout.h)

extern const char pv_image_start[] PV_WEAK, pv_image_end[] PV_WEAK;

static const void *
at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	if (base.v >= PV_BOOT_REACH || size > PV_BOOT_REACH - base.v)
		return NULL;
	return (const void *)(uintptr_t)(PV_DIRECT_BASE + base.v);
}

static pv_status
read_boot(uint32_t pvh, uint32_t magic, uint32_t info, struct pv_start *start)
{
	struct pv_boot_reader reader = { .at = at };

	reader.kernel_base = pv_pa((uintptr_t)pv_image_start - PV_KERNEL_OFFSET);
	reader.kernel_size = (uintptr_t)pv_image_end - (uintptr_t)pv_image_start;
	if (pvh != 0) {
		start->how = PV_BOOT_PVH;
		return pv_boot_read_pvh(&pv_boot_data, &reader, pv_pa(info));
	}
	if (magic == 0x36d76289) {
		start->how = PV_BOOT_MULTIBOOT2;
		return pv_boot_read_multiboot2(&pv_boot_data, &reader, magic, pv_pa(info));
	}
	start->how = PV_BOOT_MULTIBOOT1;
	return pv_boot_read_multiboot1(&pv_boot_data, &reader, magic, pv_pa(info));
}

void pv_native_start(uint32_t pvh, uint32_t magic, uint32_t info);

void
pv_native_start(uint32_t pvh, uint32_t magic, uint32_t info)
{
	struct pv_start start = { .word = { magic, info } };
	pv_status s;

	pv_direct_map.base = PV_DIRECT_BASE;
	pv_direct_map.size = PV_BOOT_REACH;
	pv_direct_map.image_offset = PV_KERNEL_OFFSET;
	pv_direct_map.va_start = PV_VA_START;
	pv_direct_map.va_end = PV_VA_END;
	s = read_boot(pvh, magic, info, &start);
	pv_begin(s, &start);
}
