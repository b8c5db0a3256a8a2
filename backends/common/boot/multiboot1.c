/*
 * Boot data of the Multiboot specification 0.6.96, section 3.3. All addresses in
 * it are 32-bit physical ones, all numbers little-endian.
 *
 * A module's command line is kept as the loader gave it. QEMU puts the file's
 * name in front of it, GRUB 2 does not.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"

/* Words of the head, which ends with the name of the loader. */
enum {
	FLAGS = 0, ARGS = 4, NR_MODULES = 5, MODULES = 6, MAP_SIZE = 11, MAP = 12, LOADER = 16, HEAD
};
PV_STATIC_ASSERT(HEAD == (int)PV_BOOT_HEAD_MAX, "this is the longest head");

/* Offsets. What follows the head exists only if its flag says so. */
#define SIZES			4u
#define FRAMEBUFFER		88u

#define MAP_MAX			(1u << 20)	/* bytes; firmware has a few hundred entries */
#define FRAMEBUFFER_SIZE	30u
#define MODULE_SIZE		16u

#define AT(word)		(word), PV_BOOT_ZERO
#define HERE			AT(PV_BOOT_ZERO)

static const struct pv_boot_field fields[] = {
	{ PV_BOOT_TAG_SIZES, HERE, PV_BOOT_ONE, 1u << 0, 8, 1, SIZES },
	{ PV_BOOT_TAG_ARGS, AT(ARGS), PV_BOOT_ONE, 1u << 2, UINT32_MAX, 1, 0 },
	{ PV_BOOT_TAG_MODULE, AT(MODULES), NR_MODULES, 1u << 3, MODULE_SIZE, PV_BOOT_MODULES, 0 },
	{ PV_BOOT_TAG_MAP, AT(MAP), MAP_SIZE, 1u << 6, 1, MAP_MAX, 0 },
	{ PV_BOOT_TAG_LOADER, AT(LOADER), PV_BOOT_ONE, 1u << 9, UINT32_MAX, 1, 0 },
	{ PV_BOOT_TAG_FRAMEBUFFER, HERE, PV_BOOT_ONE, 1u << 12, FRAMEBUFFER_SIZE, 1, FRAMEBUFFER },
	{ .tag = PV_BOOT_TAG_END },
};

const struct pv_boot_protocol pv_boot_multiboot1 = {
	.how = PV_BOOT_MULTIBOOT1, .head = 4 * HEAD, .flags = FLAGS, .module = MODULE_SIZE,
	.form = { [PV_BOOT_MODULE_LIST] = PV_BOOT_LIST, [PV_BOOT_MAPS] = PV_BOOT_SIZED },
	.stale = PV_BOOT_LISTS, .size_word = 0, .size_extra = 4, .align = 0,
	.wrong_magic = PV_BOOT_WRONG_EAX, .wrong_size = PV_BOOT_WRONG_ENTRY,
	.too_many = PV_BOOT_TOO_MANY_BYTES, .no_map = PV_BOOT_NO_MAP, .magic = 0x2badb002,
	.what = "the information", .field = fields,
};

pv_status
pv_boot_read_multiboot1(struct pv_boot *boot, const struct pv_boot_reader *r, uint32_t magic, pv_paddr info)
{
	return pv_boot_read(boot, r, &pv_boot_multiboot1, magic, info);
}
