/*
 * Boot data of the Multiboot2 specification 2.0, section 3.6: a block of tags,
 * all numbers little-endian.
 *
 * One pass over the block notes where the known tags are; then each is read once,
 * the strings of the kernel first, so that modules cannot take their room. An EFI
 * memory map and the plain one speak of the same memory: both are laid over each
 * other. The ACPI root pointer is a copy inside the block, therefore its piece of
 * the block stays in the map as PV_MEM_BOOT.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"

#define MAGIC			0x36d76289u
#define INFO_MIN		16u		/* the head and the end tag */
#define INFO_MAX		(1u << 20)

enum {
	TAG_END = 0,
	TAG_ARGS = 1,
	TAG_LOADER = 2,
	TAG_MODULE = 3,
	TAG_MEMORY = 4,
	TAG_MAP = 6,
	TAG_FRAMEBUFFER = 8,
	TAG_EFI32 = 11,
	TAG_EFI64 = 12,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
	TAG_EFI_MAP = 17,
	TAG_EFI_SERVICES = 18,		/* boot services still run */
	TAG_COUNT
};

#define RSDP_OLD_SIZE		20u	/* ACPI 6.5, 5.2.5.3 */
#define RSDP_NEW_SIZE		36u

struct info {
	pv_le32 size;
	pv_le32 reserved;
};

struct tag_head {
	pv_le32 type;
	pv_le32 size;			/* with this head, without the padding to 8 bytes */
};

struct memory {
	pv_le32 lower, upper;		/* KiB */
};

struct module {
	pv_le32 start, end;		/* its command line follows */
};

struct map {
	pv_le32 entry_size;
	pv_le32 entry_version;
};

struct entry {
	pv_le64 base;
	pv_le64 size;
	pv_le32 type;
	pv_le32 reserved;
};
PV_STATIC_ASSERT(sizeof(struct entry) == 24, "multiboot 2: entries of the map");

struct efi_entry {			/* UEFI 2.10, 7.2.3 */
	pv_le32 type;
	pv_le32 pad;
	pv_le64 base;
	pv_le64 virtual_base;
	pv_le64 nr_pages;
	pv_le64 attributes;
};
PV_STATIC_ASSERT(sizeof(struct efi_entry) == 40, "EFI memory descriptor");

#define EFI_PAGE_SHIFT		12	/* on every architecture */
#define EFI_WRITE_BACK		(1u << 3)
#define EFI_SPECIAL_PURPOSE	(1u << 18)

struct framebuffer {
	pv_le64 base;
	pv_le32 pitch, width, height;
	uint8_t bits, type;
	pv_le16 reserved;
	uint8_t red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
	uint8_t pad[2];
};
PV_STATIC_ASSERT(sizeof(struct framebuffer) == 32, "multiboot 2: framebuffer tag");
#define FRAMEBUFFER_PLAIN	24u	/* bytes without colours */
#define FRAMEBUFFER_RGB		30u

/* Payload of a tag; at 0: there is no such tag. */
struct tag {
	uint64_t at;
	uint32_t size;
};

struct tags {
	struct tag one[TAG_COUNT];
	uint32_t nr_modules;
	struct tag module[PV_BOOT_MODULES];
};

static pv_status
unreadable(const char *what, uint64_t at)
{
	return pv_boot_fail(PV_E_RANGE, "multiboot2: %s at 0x%llx is not readable", what,
	    (unsigned long long)at);
}

/* True if the tag is there and has at least `need` bytes; a smaller one is odd. */
static bool
usable(struct pv_boot_build *b, const struct tag *t, uint32_t need)
{
	if (t->at == 0)
		return false;
	if (t->size >= need)
		return true;
	pv_boot_build_odd(b, 1);
	return false;
}

static void
note(struct pv_boot_build *b, struct tags *tags, uint32_t type, const struct tag *t)
{
	if (type == TAG_MODULE) {
		if (tags->nr_modules < PV_BOOT_MODULES)
			tags->module[tags->nr_modules++] = *t;
		else
			pv_boot_build_odd(b, 1);
	} else if (type < TAG_COUNT) {
		if (tags->one[type].at == 0)
			tags->one[type] = *t;
		else
			pv_boot_build_odd(b, 1);
	}
}

static pv_status
find_tags(struct pv_boot_build *b, const struct pv_boot_reader *r, uint64_t info, uint32_t total,
    struct tags *tags)
{
	uint32_t at = sizeof(struct info);

	while (total - at >= sizeof(struct tag_head)) {
		struct tag_head head;
		struct tag t;
		uint32_t type, size;

		if (!pv_boot_fetch(r, &head, pv_pa(info + at), sizeof(head)))
			return unreadable("a tag", info + at);
		type = pv_le32_get(head.type);
		size = pv_le32_get(head.size);
		if (size < sizeof(head) || size > total - at)
			return pv_boot_fail(PV_E_FORMAT, "multiboot2: tag %u at offset %u has size %u: 8 to "
			    "what is left, %u, is possible", (unsigned)type, (unsigned)at, (unsigned)size,
			    (unsigned)(total - at));
		if (type == TAG_END)
			return PV_OK;
		t.at = info + at + sizeof(head);
		t.size = size - (uint32_t)sizeof(head);
		note(b, tags, type, &t);
		size = (size + 7) & ~7u;
		if (size > total - at)
			break;
		at += size;
	}
	return pv_boot_fail(PV_E_FORMAT, "multiboot2: %u bytes of tags without an end tag", (unsigned)total);
}

static uint32_t
lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static pv_status
read_text(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tags *tags)
{
	const struct tag *loader = &tags->one[TAG_LOADER], *args = &tags->one[TAG_ARGS];
	pv_status s = PV_OK;

	if (loader->at != 0)
		s = pv_boot_text(b, r, pv_pa(loader->at), lesser(loader->size, PV_BOOT_LOADER_MAX),
		    "multiboot2: name of the loader", &b->boot->loader);
	if (s == PV_OK && args->at != 0) {
		s = pv_boot_text(b, r, pv_pa(args->at), lesser(args->size, PV_BOOT_ARGS_MAX),
		    "multiboot2: command line", &b->boot->args);
		b->boot->args = pv_boot_without_name(b->boot->loader, b->boot->args);
	}
	return s;
}

static pv_status
read_module(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tag *t)
{
	struct module m;
	const char *args;
	uint32_t start, end;
	pv_status s;

	if (!pv_boot_fetch(r, &m, pv_pa(t->at), sizeof(m)))
		return unreadable("a module's tag", t->at);
	s = pv_boot_module_text(b, r, pv_pa(t->at + sizeof(m)), t->size - sizeof(m),
	    "multiboot2: command line of a module", &args);
	if (s != PV_OK)
		return s;
	start = pv_le32_get(m.start);
	end = pv_le32_get(m.end);
	if (end < start)
		pv_boot_build_odd(b, 1);
	else
		pv_boot_build_module(b, pv_pa(start), end - start, args);
	return PV_OK;
}

static pv_status
read_modules(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tags *tags)
{
	for (uint32_t i = 0; i < tags->nr_modules; i++) {
		pv_status s;

		if (!usable(b, &tags->module[i], sizeof(struct module)))
			continue;
		s = read_module(b, r, &tags->module[i]);
		if (s != PV_OK)
			return s;
	}
	return PV_OK;
}

static pv_status
read_map(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tag *t)
{
	struct map map;
	uint32_t step, left = t->size - (uint32_t)sizeof(map);
	uint64_t at = t->at + sizeof(map);

	if (!pv_boot_fetch(r, &map, pv_pa(t->at), sizeof(map)))
		return unreadable("the memory map", t->at);
	step = pv_le32_get(map.entry_size);
	if (step < sizeof(struct entry))
		return pv_boot_fail(PV_E_FORMAT, "multiboot2: the memory map's entries have %u bytes, 24 is "
		    "the least", (unsigned)step);
	for (; left >= step; left -= step, at += step) {
		struct entry e;

		if (!pv_boot_fetch(r, &e, pv_pa(at), sizeof(e)))
			return unreadable("the memory map", at);
		pv_boot_build_e820(b, pv_pa(pv_le64_get(e.base)), pv_le64_get(e.size), pv_le32_get(e.type));
	}
	if (left != 0)
		pv_boot_build_odd(b, 1);
	return PV_OK;
}

/* UEFI 2.10, table 7.6: what a type means after boot services ended, or while they run. */
static enum pv_mem
kind_of_efi(uint32_t type, uint64_t attributes, bool services)
{
	enum pv_mem kind;

	switch (type) {
	case 3:				/* code and data of boot services */
	case 4:
		kind = services ? PV_MEM_BOOT : PV_MEM_RAM;
		break;
	case 1:				/* loader code and data */
	case 2:
	case 7:				/* free */
		kind = PV_MEM_RAM;
		break;
	case 8:
		return PV_MEM_BAD;
	case 9:
		return PV_MEM_ACPI;
	case 10:
		return PV_MEM_NVS;
	case 14:
		return PV_MEM_PERSISTENT;
	default:			/* runtime services, devices, memory not yet accepted, the unknown */
		return PV_MEM_RESERVED;
	}
	/* What cannot be cached is no main memory; what firmware keeps for a purpose is not for all. */
	if ((attributes & EFI_WRITE_BACK) == 0 || (attributes & EFI_SPECIAL_PURPOSE) != 0)
		return PV_MEM_RESERVED;
	return kind;
}

static void
add_efi(struct pv_boot_build *b, const struct efi_entry *e, bool services)
{
	uint64_t pages = pv_le64_get(e->nr_pages);
	uint64_t size = pages <= UINT64_MAX >> EFI_PAGE_SHIFT ? pages << EFI_PAGE_SHIFT : UINT64_MAX;

	pv_boot_build_memory(b, pv_pa(pv_le64_get(e->base)), size,
	    kind_of_efi(pv_le32_get(e->type), pv_le64_get(e->attributes), services));
}

static pv_status
read_efi_map(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tag *t, bool services)
{
	struct map map;
	uint32_t step, left = t->size - (uint32_t)sizeof(map);
	uint64_t at = t->at + sizeof(map);

	if (!pv_boot_fetch(r, &map, pv_pa(t->at), sizeof(map)))
		return unreadable("the EFI memory map", t->at);
	step = pv_le32_get(map.entry_size);
	if (step < sizeof(struct efi_entry))
		return pv_boot_fail(PV_E_FORMAT, "multiboot2: the EFI memory map's entries have %u bytes, 40 "
		    "is the least", (unsigned)step);
	for (; left >= step; left -= step, at += step) {
		struct efi_entry e;

		if (!pv_boot_fetch(r, &e, pv_pa(at), sizeof(e)))
			return unreadable("the EFI memory map", at);
		add_efi(b, &e, services);
	}
	if (left != 0)
		pv_boot_build_odd(b, 1);
	return PV_OK;
}

static pv_status
map_of_sizes(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tag *t)
{
	struct memory m;

	if (!pv_boot_fetch(r, &m, pv_pa(t->at), sizeof(m)))
		return unreadable("the sizes of memory", t->at);
	pv_boot_build_sizes(b, pv_le32_get(m.lower), pv_le32_get(m.upper));
	return PV_OK;
}

static pv_status
read_any_map(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tags *tags)
{
	bool plain = usable(b, &tags->one[TAG_MAP], sizeof(struct map));
	bool efi = usable(b, &tags->one[TAG_EFI_MAP], sizeof(struct map));
	pv_status s = PV_OK;

	if (plain)
		s = read_map(b, r, &tags->one[TAG_MAP]);
	if (s == PV_OK && efi) {
		b->second_map = plain;
		s = read_efi_map(b, r, &tags->one[TAG_EFI_MAP], tags->one[TAG_EFI_SERVICES].at != 0);
	}
	if (plain || efi)
		return s;
	if (usable(b, &tags->one[TAG_MEMORY], sizeof(struct memory)))
		return map_of_sizes(b, r, &tags->one[TAG_MEMORY]);
	return pv_boot_fail(PV_E_NOENT, "multiboot2: the loader gave no memory map");
}

static pv_status
read_framebuffer(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tag *t)
{
	struct framebuffer f = { .type = 0 };
	struct pv_framebuffer fb;
	uint32_t size = t->size < FRAMEBUFFER_RGB ? FRAMEBUFFER_PLAIN : FRAMEBUFFER_RGB;

	if (!pv_boot_fetch(r, &f, pv_pa(t->at), size))
		return unreadable("the framebuffer's tag", t->at);
	/* 0 is a palette of colours, which pv_framebuffer has no form for. */
	if (f.type == 0)
		return PV_OK;
	fb = (struct pv_framebuffer){
		.kind = f.type == 1 ? PV_FB_RGB : f.type == 2 ? PV_FB_TEXT : PV_FB_NONE,
		.base = pv_pa(pv_le64_get(f.base)), .pitch = pv_le32_get(f.pitch),
		.width = pv_le32_get(f.width), .height = pv_le32_get(f.height), .bits = f.bits,
		.red_pos = f.red_pos, .red_size = f.red_size, .green_pos = f.green_pos,
		.green_size = f.green_size, .blue_pos = f.blue_pos, .blue_size = f.blue_size,
	};
	pv_boot_build_framebuffer(b, &fb);
	return PV_OK;
}

static void
take_rsdp(struct pv_boot_build *b, const struct tags *tags)
{
	const struct tag *t = &tags->one[TAG_ACPI_NEW];

	if (!usable(b, t, RSDP_NEW_SIZE)) {
		t = &tags->one[TAG_ACPI_OLD];
		if (!usable(b, t, RSDP_OLD_SIZE))
			return;
	}
	b->boot->acpi_rsdp = pv_pa(t->at);
	pv_boot_build_range(b, pv_pa(t->at), t->size, PV_MEM_BOOT);
}

static pv_status
read_efi_table(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tags *tags)
{
	pv_le32 low;
	pv_le64 wide;

	if (usable(b, &tags->one[TAG_EFI64], sizeof(wide))) {
		if (!pv_boot_fetch(r, &wide, pv_pa(tags->one[TAG_EFI64].at), sizeof(wide)))
			return unreadable("the EFI table's tag", tags->one[TAG_EFI64].at);
		b->boot->efi_system_table = pv_pa(pv_le64_get(wide));
	} else if (usable(b, &tags->one[TAG_EFI32], sizeof(low))) {
		if (!pv_boot_fetch(r, &low, pv_pa(tags->one[TAG_EFI32].at), sizeof(low)))
			return unreadable("the EFI table's tag", tags->one[TAG_EFI32].at);
		b->boot->efi_system_table = pv_pa(pv_le32_get(low));
	}
	return PV_OK;
}

static pv_status
read_tags(struct pv_boot_build *b, const struct pv_boot_reader *r, const struct tags *tags)
{
	pv_status s = read_text(b, r, tags);

	if (s == PV_OK)
		s = read_modules(b, r, tags);
	if (s == PV_OK && usable(b, &tags->one[TAG_FRAMEBUFFER], FRAMEBUFFER_PLAIN))
		s = read_framebuffer(b, r, &tags->one[TAG_FRAMEBUFFER]);
	if (s == PV_OK)
		s = read_efi_table(b, r, tags);
	if (s != PV_OK)
		return s;
	take_rsdp(b, tags);
	return read_any_map(b, r, tags);
}

pv_status
pv_boot_parse_multiboot2(struct pv_boot_build *b, struct pv_boot *boot, const struct pv_boot_reader *r,
    uint32_t magic, pv_paddr at)
{
	struct tags tags = { .nr_modules = 0 };
	struct info info;
	uint32_t total;
	pv_status s;

	pv_boot_build_begin(b, boot, PV_BOOT_MULTIBOOT2, r->kernel_base, r->kernel_size);
	s = pv_boot_check_magic("multiboot2", magic, MAGIC);
	if (s != PV_OK)
		return s;
	if (!pv_boot_fetch(r, &info, at, sizeof(info)))
		return unreadable("the information", at.v);
	total = pv_le32_get(info.size);
	if (total < INFO_MIN || total > INFO_MAX || total > UINT64_MAX - at.v)
		return pv_boot_fail(PV_E_FORMAT, "multiboot2: the information at 0x%llx has size %u: 16 to "
		    "%u is possible", (unsigned long long)at.v, (unsigned)total, INFO_MAX);
	boot->start_info = at;
	s = find_tags(b, r, at.v, total, &tags);
	return s == PV_OK ? read_tags(b, r, &tags) : s;
}

pv_status
pv_boot_read_multiboot2(struct pv_boot *boot, const struct pv_boot_reader *r, uint32_t magic, pv_paddr info)
{
	struct pv_boot_build b;

	return pv_boot_build_end(&b, pv_boot_parse_multiboot2(&b, boot, r, magic, info));
}
