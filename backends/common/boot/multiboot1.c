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

#define MAGIC			0x2badb002u

#define FLAG_MEMORY		(1u << 0)
#define FLAG_ARGS		(1u << 2)
#define FLAG_MODULES		(1u << 3)
#define FLAG_MAP		(1u << 6)
#define FLAG_LOADER		(1u << 9)
#define FLAG_FRAMEBUFFER	(1u << 12)

#define MAP_MAX			(1u << 20)	/* bytes; firmware has a few hundred entries */

/* Up to the name of the loader. What follows exists only if its flag says so. */
struct info {
	pv_le32 flags;
	pv_le32 mem_lower, mem_upper;	/* KiB from 0 and from 1 MiB */
	pv_le32 boot_device;
	pv_le32 args;
	pv_le32 nr_modules, modules;
	pv_le32 symbols[4];
	pv_le32 map_size, map;
	pv_le32 drives_size, drives;
	pv_le32 config;
	pv_le32 loader;
};
PV_STATIC_ASSERT(sizeof(struct info) == 68, "multiboot 1: offsets of 3.3");

#define FRAMEBUFFER_AT		88u

struct framebuffer {
	pv_le32 base_low, base_high;
	pv_le32 pitch, width, height;
	uint8_t bits, type;
	uint8_t colours[8];
};
PV_STATIC_ASSERT(sizeof(struct framebuffer) == 32, "multiboot 1: offsets of 3.3");

/*
 * Bytes read of it. The table of section 3.3 has the colours at offset 110. The
 * header file of the specification aligns them to 112, and so does GRUB 2.
 */
#define FRAMEBUFFER_SHORT	28u
#define FRAMEBUFFER_LONG	30u

struct module {
	pv_le32 start, end;
	pv_le32 args;
	pv_le32 reserved;
};
PV_STATIC_ASSERT(sizeof(struct module) == 16, "multiboot 1: modules are 16 bytes");

/* `size` counts what follows it: the next entry is at size + 4. */
struct entry {
	pv_le32 size;
	pv_le32 base_low, base_high;
	pv_le32 size_low, size_high;
	pv_le32 type;
};
PV_STATIC_ASSERT(sizeof(struct entry) == 24, "multiboot 1: entries of the map");

static uint64_t
pair(pv_le32 low, pv_le32 high)
{
	return (uint64_t)pv_le32_get(high) << 32 | pv_le32_get(low);
}

static pv_status
read_text(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct info *info, uint32_t flags)
{
	pv_status s = PV_OK;

	if ((flags & FLAG_LOADER) != 0 && pv_le32_get(info->loader) != 0)
		s = pv_boot_text(b, r, pv_pa(pv_le32_get(info->loader)), PV_BOOT_LOADER_MAX,
		    "multiboot1: name of the loader", &b->boot->loader);
	if (s == PV_OK && (flags & FLAG_ARGS) != 0 && pv_le32_get(info->args) != 0) {
		s = pv_boot_text(b, r, pv_pa(pv_le32_get(info->args)), PV_BOOT_ARGS_MAX,
		    "multiboot1: command line", &b->boot->args);
		b->boot->args = pv_boot_without_name(b->boot->loader, b->boot->args);
	}
	return s;
}

static pv_status
read_module(struct pv_boot_build *b, const struct pv_boot_reader *r, uint64_t at)
{
	struct module m;
	const char *args = b->boot->text;
	uint32_t start, end;

	if (!pv_boot_fetch(r, &m, pv_pa(at), sizeof(m)))
		return pv_boot_fail(PV_E_RANGE, "multiboot1: the list of modules is not readable at 0x%llx",
		    (unsigned long long)at);
	if (pv_le32_get(m.args) != 0) {
		pv_status s = pv_boot_module_text(b, r, pv_pa(pv_le32_get(m.args)), PV_BOOT_ARGS_MAX,
		    "multiboot1: command line of a module", &args);

		if (s != PV_OK)
			return s;
	}
	start = pv_le32_get(m.start);
	end = pv_le32_get(m.end);
	if (end < start)
		pv_boot_build_odd(b, 1);
	else
		pv_boot_build_module(b, pv_pa(start), end - start, args);
	return PV_OK;
}

static pv_status
read_modules(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct info *info)
{
	uint32_t n = pv_le32_get(info->nr_modules);
	uint64_t list = pv_le32_get(info->modules);

	if (n > PV_BOOT_MODULES) {
		pv_boot_build_odd(b, n - PV_BOOT_MODULES);
		n = PV_BOOT_MODULES;
	}
	for (uint32_t i = 0; i < n; i++) {
		pv_status s = read_module(b, r, list + i * sizeof(struct module));

		if (s != PV_OK)
			return s;
	}
	return PV_OK;
}

static pv_status
read_map(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct info *info)
{
	uint64_t at = pv_le32_get(info->map), size = pv_le32_get(info->map_size), end = at + size;

	if (size > MAP_MAX)
		return pv_boot_fail(PV_E_FORMAT, "multiboot1: a memory map of %u bytes, more than %u",
		    (unsigned)size, MAP_MAX);
	while (end - at >= sizeof(struct entry)) {
		struct entry e;
		uint64_t step;

		if (!pv_boot_fetch(r, &e, pv_pa(at), sizeof(e)))
			return pv_boot_fail(PV_E_RANGE, "multiboot1: the memory map at 0x%llx is not "
			    "readable", (unsigned long long)at);
		step = (uint64_t)pv_le32_get(e.size) + sizeof(e.size);
		if (step < sizeof(e) || step > end - at)
			return pv_boot_fail(PV_E_FORMAT, "multiboot1: the memory map's entry at 0x%llx has "
			    "size %llu: 20 to what is left, %llu, is possible", (unsigned long long)at,
			    (unsigned long long)(step - sizeof(e.size)),
			    (unsigned long long)(end - at - sizeof(e.size)));
		pv_boot_build_e820(b, pv_pa(pair(e.base_low, e.base_high)), pair(e.size_low, e.size_high),
		    pv_le32_get(e.type));
		at += step;
	}
	if (at != end)
		pv_boot_build_odd(b, 1);
	return PV_OK;
}

/* Position and size, of red, green and blue. */
static void
set_colours(struct pv_framebuffer *fb, const uint8_t *c)
{
	fb->red_pos = c[0];
	fb->red_size = c[1];
	fb->green_pos = c[2];
	fb->green_size = c[3];
	fb->blue_pos = c[4];
	fb->blue_size = c[5];
}

static pv_status
read_framebuffer(struct pv_boot_build *b, const struct pv_boot_reader *r, pv_paddr info)
{
	struct framebuffer f = { .type = 0 };
	pv_paddr at = pv_pa_add(info, FRAMEBUFFER_AT);
	struct pv_framebuffer fb;

	if (!pv_boot_fetch(r, &f, at, FRAMEBUFFER_LONG) && !pv_boot_fetch(r, &f, at, FRAMEBUFFER_SHORT))
		return pv_boot_fail(PV_E_RANGE, "multiboot1: the framebuffer's fields at 0x%llx are not "
		    "readable", (unsigned long long)at.v);
	/* 0 is a palette of colours, which pv_framebuffer has no form for. */
	if (f.type == 0)
		return PV_OK;
	fb = (struct pv_framebuffer){
		.kind = f.type == 1 ? PV_FB_RGB : f.type == 2 ? PV_FB_TEXT : PV_FB_NONE,
		.base = pv_pa(pair(f.base_low, f.base_high)), .pitch = pv_le32_get(f.pitch),
		.width = pv_le32_get(f.width), .height = pv_le32_get(f.height), .bits = f.bits,
	};
	set_colours(&fb, f.colours + 2);
	if (!pv_boot_framebuffer_good(b->boot, &fb))
		set_colours(&fb, f.colours);
	pv_boot_build_framebuffer(b, &fb);
	return PV_OK;
}

static pv_status
read_any_map(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct info *info, uint32_t flags)
{
	if ((flags & FLAG_MAP) != 0 && pv_le32_get(info->map_size) != 0)
		return read_map(b, r, info);
	if ((flags & FLAG_MEMORY) == 0)
		return pv_boot_fail(PV_E_NOENT, "multiboot1: the loader gave no memory map (flags 0x%x)",
		    (unsigned)flags);
	pv_boot_build_sizes(b, pv_le32_get(info->mem_lower), pv_le32_get(info->mem_upper));
	return PV_OK;
}

pv_status
pv_boot_parse_multiboot1(struct pv_boot_build *b, struct pv_boot *boot, const struct pv_boot_reader *r,
    uint32_t magic, pv_paddr at)
{
	struct info info;
	uint32_t flags;
	pv_status s;

	pv_boot_build_begin(b, boot, PV_BOOT_MULTIBOOT1, r->kernel_base, r->kernel_size);
	s = pv_boot_check_magic("multiboot1", magic, MAGIC);
	if (s != PV_OK)
		return s;
	if (!pv_boot_fetch(r, &info, at, sizeof(info)))
		return pv_boot_fail(PV_E_RANGE, "multiboot1: the information at 0x%llx is not readable",
		    (unsigned long long)at.v);
	boot->start_info = at;
	flags = pv_le32_get(info.flags);
	s = read_text(b, r, &info, flags);
	if (s == PV_OK && (flags & FLAG_MODULES) != 0)
		s = read_modules(b, r, &info);
	if (s == PV_OK && (flags & FLAG_FRAMEBUFFER) != 0)
		s = read_framebuffer(b, r, at);
	return s == PV_OK ? read_any_map(b, r, &info, flags) : s;
}

pv_status
pv_boot_read_multiboot1(struct pv_boot *boot, const struct pv_boot_reader *r, uint32_t magic, pv_paddr info)
{
	struct pv_boot_build b;

	return pv_boot_build_end(&b, pv_boot_parse_multiboot1(&b, boot, r, magic, info));
}
