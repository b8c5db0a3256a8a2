/*
 * Boot data of PVH: struct hvm_start_info of Xen's public
 * arch-x86/hvm/start_info.h, which QEMU and other monitors use as well. All
 * numbers are little-endian.
 *
 * Version 0 has no memory map, and later ones need not have one: the hypervisor
 * is to be asked then, see build.h for how a backend adds its answer. A version
 * above 1 is read as 1: the structure only grows at its end.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stddef.h>
#include "build.h"

#define MAGIC			0x336ec578u
#define RSDP_SIZE		36u		/* ACPI 6.5, 5.2.5.3 */
#define MAP_MAX			65536u		/* entries */

struct info {
	pv_le32 magic;
	pv_le32 version;
	pv_le32 flags;
	pv_le32 nr_modules;
	pv_le64 modules;
	pv_le64 args;
	pv_le64 rsdp;
	/* From version 1 on: */
	pv_le64 map;
	pv_le32 nr_entries;
	pv_le32 reserved;
};
#define WORD(field)		(offsetof(struct info, field) / 4)
#define HEAD			offsetof(struct info, map)

struct module {
	pv_le64 base;
	pv_le64 size;
	pv_le64 args;
	pv_le64 reserved;
};

struct entry {
	pv_le64 base;
	pv_le64 size;
	pv_le32 type;
	pv_le32 reserved;
};

#define AT(field)		WORD(field), WORD(field) + 1

static const struct pv_boot_field fields[] = {
	{ PV_BOOT_TAG_ARGS, AT(args), PV_BOOT_ONE, PV_BOOT_ALWAYS, UINT32_MAX, 1, 0 },
	{ PV_BOOT_TAG_ACPI_NEW, AT(rsdp), PV_BOOT_ONE, PV_BOOT_ALWAYS, RSDP_SIZE, 1, 0 },
	{ PV_BOOT_TAG_MODULE, AT(modules), WORD(nr_modules), PV_BOOT_ALWAYS, sizeof(struct module),
	    PV_BOOT_MODULES, 0 },
	{ PV_BOOT_TAG_MAP, AT(map), WORD(nr_entries), PV_BOOT_ALWAYS, sizeof(struct entry), MAP_MAX, 0 },
	{ .tag = PV_BOOT_TAG_END },
};

const struct pv_boot_protocol pv_boot_pvh = {
	.how = PV_BOOT_PVH, .head = HEAD, .more = sizeof(struct info) - HEAD, .flags = WORD(version),
	.module = sizeof(struct module),
	.form = { [PV_BOOT_MODULE_LIST] = PV_BOOT_LIST, [PV_BOOT_MAPS] = PV_BOOT_LIST },
	/*
	 * QEMU's option ROM, when there is no module, leaves number and list as it finds them: after a
	 * reset they are what the kernel before had in that memory. That is no reason not to start.
	 */
	.stale = PV_BOOT_MODULE_LIST,
	.wrong_magic = PV_BOOT_WRONG_MAGIC, .too_many = PV_BOOT_TOO_MANY_ENTRIES,
	.no_map = PV_BOOT_NO_MAP_OF_VERSION, .magic = MAGIC, .what = "the start info", .field = fields,
};

pv_status
pv_boot_read_pvh(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info)
{
	return pv_boot_read(boot, r, &pv_boot_pvh, 0, info);
}
