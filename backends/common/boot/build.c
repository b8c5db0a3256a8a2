/*
 * The builder of struct pv_boot: memory map, modules, framebuffer. What is odd is
 * clipped, dropped and counted here; nothing here reads the loader's memory.
 * The rules of the map are in build.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "build.h"
#include "../../../hooks/hooks_internal.h"

/* No range goes beyond this: an end of 2^64 does not fit its number. */
#define LIMIT		(~(uint64_t)PV_PAGE_MASK)

#define LOWER_MAX	640u		/* KiB; the PC's video memory follows */

#define FB_MAX_SIDE	65536u
#define FB_MAX_PITCH	(1u << 20)

/* The greater one wins where two kinds meet. */
static const uint8_t rank[PV_MEM_KIND_COUNT] = {
	[PV_MEM_RAM] = 1,
	[PV_MEM_BOOT] = 2,
	[PV_MEM_MODULE] = 3,
	[PV_MEM_KERNEL] = 4,
	[PV_MEM_ACPI] = 5,
	[PV_MEM_PERSISTENT] = 6,
	[PV_MEM_NVS] = 7,
	[PV_MEM_RESERVED] = 8,
	[PV_MEM_BAD] = 9,
};

void
pv_boot_build_odd(struct pv_boot_build *b, uint64_t n)
{
	uint32_t left = UINT32_MAX - b->boot->oddities;

	b->boot->oddities += n < left ? (uint32_t)n : left;
}

static uint64_t
range_end(const struct pv_boot_range *r)
{
	return r->base.v + r->size;
}

/* Do two stretches meet? Right also for those that would wrap. */
static bool
meet(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size != 0 && b_size != 0 && (a < b ? b - a < a_size : a - b < b_size);
}

static void
remove_range(struct pv_boot *boot, uint32_t i)
{
	boot->nr_ranges--;
	memmove(&boot->range[i], &boot->range[i + 1], (boot->nr_ranges - i) * sizeof(boot->range[0]));
}

/* The table is full: give up the smallest RAM, be it in the table or the new one. */
static bool
make_room(struct pv_boot_build *b, uint64_t size, enum pv_mem kind)
{
	struct pv_boot *boot = b->boot;
	uint32_t smallest = boot->nr_ranges;

	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		if (boot->range[i].kind != PV_MEM_RAM)
			continue;
		if (smallest == boot->nr_ranges || boot->range[i].size < boot->range[smallest].size)
			smallest = i;
	}
	if (kind == PV_MEM_RAM) {
		pv_boot_build_odd(b, 1);
		if (smallest == boot->nr_ranges || boot->range[smallest].size >= size)
			return false;
	} else if (smallest == boot->nr_ranges) {
		b->full = true;
		return false;
	} else {
		pv_boot_build_odd(b, 1);
	}
	remove_range(boot, smallest);
	return true;
}

/* Index of the first range that ends behind `at`. */
static uint32_t
find(const struct pv_boot *boot, uint64_t at)
{
	uint32_t i = 0;

	while (i < boot->nr_ranges && range_end(&boot->range[i]) <= at)
		i++;
	return i;
}

/* Put [base, end) where nothing is; one with its neighbours if they are of the same kind. */
static void
put(struct pv_boot_build *b, uint64_t base, uint64_t end, enum pv_mem kind)
{
	struct pv_boot *boot = b->boot;
	struct pv_boot_range *r = boot->range;
	uint32_t i = find(boot, base);
	bool left = i > 0 && range_end(&r[i - 1]) == base && r[i - 1].kind == kind;
	bool right = i < boot->nr_ranges && r[i].base.v == end && r[i].kind == kind;

	if (left) {
		r[i - 1].size += end - base;
		if (right) {
			r[i - 1].size += r[i].size;
			remove_range(boot, i);
		}
		return;
	}
	if (right) {
		r[i].base.v = base;
		r[i].size += end - base;
		return;
	}
	if (boot->nr_ranges == PV_BOOT_RANGES) {
		if (!make_room(b, end - base, kind))
			return;
		i = find(boot, base);
	}
	memmove(&r[i + 1], &r[i], (boot->nr_ranges - i) * sizeof(r[0]));
	r[i].base = pv_pa(base);
	r[i].size = end - base;
	r[i].kind = kind;
	boot->nr_ranges++;
}

/* Give [base, end), which lies within range i, another kind. */
static void
replace(struct pv_boot_build *b, uint32_t i, uint64_t base, uint64_t end, enum pv_mem kind)
{
	struct pv_boot_range old = b->boot->range[i];

	remove_range(b->boot, i);
	/* The new piece first: when room runs out, it is the rests that may go. */
	put(b, base, end, kind);
	if (old.base.v < base)
		put(b, old.base.v, base, old.kind);
	if (end < range_end(&old))
		put(b, end, range_end(&old), old.kind);
}

/* Lay [base, end) over the map: wins over lesser kinds, and fills gaps if so wanted. */
static void
lay(struct pv_boot_build *b, uint64_t base, uint64_t end, enum pv_mem kind, bool fill)
{
	uint64_t at = base;

	while (at < end) {
		uint32_t i = find(b->boot, at);
		const struct pv_boot_range *r = &b->boot->range[i];
		uint64_t stop = end;

		if (i == b->boot->nr_ranges || r->base.v > at) {
			if (i < b->boot->nr_ranges && r->base.v < end)
				stop = r->base.v;
			if (fill)
				put(b, at, stop, kind);
		} else {
			if (range_end(r) < end)
				stop = range_end(r);
			if (rank[kind] > rank[r->kind])
				replace(b, i, at, stop, kind);
		}
		at = stop;
	}
}

void
pv_boot_build_begin(struct pv_boot_build *b, struct pv_boot *boot, enum pv_boot_how how,
    pv_paddr kernel_base, uint64_t kernel_size)
{
	(void)pv_boot_fail(PV_OK, "%s", "");
	memset(boot, 0, sizeof(*boot));
	memset(b, 0, sizeof(*b));
	b->boot = boot;
	boot->size = sizeof(*boot);
	boot->how = how;
	boot->kernel_base = kernel_base;
	boot->kernel_size = kernel_size;
	/* The first byte of the text is the empty string that all strings start as. */
	boot->text_used = 1;
	boot->loader = boot->text;
	boot->args = boot->text;
	if (kernel_size != 0)
		pv_boot_build_range(b, kernel_base, kernel_size, PV_MEM_KERNEL);
}

/* Make a range fit for the map. False: it is none, and counted. */
static bool
clip(struct pv_boot_build *b, pv_paddr base, uint64_t *size, enum pv_mem kind)
{
	if (*size == 0 || base.v >= LIMIT || (unsigned)kind >= PV_MEM_KIND_COUNT || rank[kind] == 0) {
		pv_boot_build_odd(b, 1);
		return false;
	}
	if (*size <= LIMIT - base.v)
		return true;
	pv_boot_build_odd(b, 1);
	*size = LIMIT - base.v;
	/* Memory that wraps is no memory; what must not be touched stays so. */
	return kind != PV_MEM_RAM && kind != PV_MEM_PERSISTENT;
}

static void
claim(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind)
{
	if (!clip(b, base, &size, kind))
		return;
	if (b->nr_claims == PV_BOOT_CLAIMS) {
		b->full = true;
		return;
	}
	b->claim[b->nr_claims].base = base;
	b->claim[b->nr_claims].size = size;
	b->claim[b->nr_claims].kind = kind;
	b->nr_claims++;
}

void
pv_boot_build_memory(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind)
{
	struct pv_boot *boot = b->boot;
	uint32_t i;

	if (!clip(b, base, &size, kind))
		return;
	i = find(boot, base.v);
	if (!b->second_map && i < boot->nr_ranges &&
	    meet(base.v, size, boot->range[i].base.v, boot->range[i].size))
		pv_boot_build_odd(b, 1);
	lay(b, base.v, base.v + size, kind, true);
}

void
pv_boot_build_range(struct pv_boot_build *b, pv_paddr base, uint64_t size, enum pv_mem kind)
{
	if (kind == PV_MEM_KERNEL || kind == PV_MEM_MODULE || kind == PV_MEM_BOOT)
		claim(b, base, size, kind);
	else
		pv_boot_build_memory(b, base, size, kind);
}

void
pv_boot_build_sizes(struct pv_boot_build *b, uint32_t lower_kib, uint32_t upper_kib)
{
	if (lower_kib > LOWER_MAX) {
		pv_boot_build_odd(b, 1);
		lower_kib = LOWER_MAX;
	}
	if (lower_kib != 0)
		pv_boot_build_memory(b, pv_pa(0), (uint64_t)lower_kib << 10, PV_MEM_RAM);
	if (upper_kib != 0)
		pv_boot_build_memory(b, pv_pa(1 << 20), (uint64_t)upper_kib << 10, PV_MEM_RAM);
}

void
pv_boot_build_e820(struct pv_boot_build *b, pv_paddr base, uint64_t size, uint32_t type)
{
	enum pv_mem kind;

	/* ACPI 6.5 table 15.4; 12 is what NVDIMM firmware used before 7 was defined. */
	switch (type) {
	case 1:
		kind = PV_MEM_RAM;
		break;
	case 3:
		kind = PV_MEM_ACPI;
		break;
	case 4:
		kind = PV_MEM_NVS;
		break;
	case 5:
		kind = PV_MEM_BAD;
		break;
	case 7:
	case 12:
		kind = PV_MEM_PERSISTENT;
		break;
	default:
		kind = PV_MEM_RESERVED;
		break;
	}
	pv_boot_build_memory(b, base, size, kind);
}

void
pv_boot_build_module(struct pv_boot_build *b, pv_paddr base, uint64_t size, const char *args)
{
	struct pv_boot *boot = b->boot;
	struct pv_boot_module *m;

	if (boot->nr_modules == PV_BOOT_MODULES ||
	    (size != 0 && (base.v >= LIMIT || size > LIMIT - base.v))) {
		pv_boot_build_odd(b, 1);
		return;
	}
	m = &boot->module[boot->nr_modules++];
	m->base = size != 0 ? base : pv_pa(0);
	m->size = size;
	m->args = args;
}

static bool
channel_good(uint8_t pos, uint8_t size, uint8_t bits)
{
	return size != 0 && pos < bits && size <= bits - pos;
}

bool
pv_boot_framebuffer_good(const struct pv_boot *boot, const struct pv_framebuffer *fb)
{
	uint64_t size = (uint64_t)fb->pitch * fb->height;
	uint32_t cell;

	if (fb->kind == PV_FB_TEXT)
		cell = 2;
	else if (fb->kind == PV_FB_RGB && fb->bits >= 15 && fb->bits <= 32)
		cell = (fb->bits + 7u) / 8;
	else
		return false;
	if (fb->width == 0 || fb->width > FB_MAX_SIDE || fb->height == 0 || fb->height > FB_MAX_SIDE ||
	    fb->pitch > FB_MAX_PITCH || fb->pitch < fb->width * cell)
		return false;
	if (fb->base.v == 0 || fb->base.v >= LIMIT || size > LIMIT - fb->base.v)
		return false;
	if (fb->kind == PV_FB_RGB && (!channel_good(fb->red_pos, fb->red_size, fb->bits) ||
	    !channel_good(fb->green_pos, fb->green_size, fb->bits) ||
	    !channel_good(fb->blue_pos, fb->blue_size, fb->bits)))
		return false;
	/* A console that draws there would overwrite the kernel. */
	return !meet(fb->base.v, size, boot->kernel_base.v, boot->kernel_size);
}

void
pv_boot_build_framebuffer(struct pv_boot_build *b, const struct pv_framebuffer *fb)
{
	if (!pv_boot_framebuffer_good(b->boot, fb)) {
		pv_boot_build_odd(b, 1);
		return;
	}
	b->boot->fb = *fb;
	if (fb->kind == PV_FB_TEXT) {
		struct pv_framebuffer *out = &b->boot->fb;

		out->red_pos = out->red_size = out->green_pos = out->green_size = 0;
		out->blue_pos = out->blue_size = 0;
	}
	/* Some adapters show a piece of main memory. */
	pv_boot_build_range(b, fb->base, (uint64_t)fb->pitch * fb->height, PV_MEM_BOOT);
}

/* A module must lie in memory, outside of the image and of the modules before it. */
static bool
module_good(const struct pv_boot_build *b, uint32_t nr, const struct pv_boot_module *m)
{
	const struct pv_boot *boot = b->boot;
	uint32_t i;

	if (m->size == 0)
		return true;
	i = find(boot, m->base.v);
	/* Pieces of RAM side by side are one range, so a good module is within one. */
	if (i == boot->nr_ranges || boot->range[i].kind != PV_MEM_RAM || m->base.v < boot->range[i].base.v ||
	    m->size > range_end(&boot->range[i]) - m->base.v)
		return false;
	for (i = 0; i < b->nr_claims; i++)
		if (b->claim[i].kind == PV_MEM_KERNEL &&
		    meet(m->base.v, m->size, b->claim[i].base.v, b->claim[i].size))
			return false;
	for (i = 0; i < nr; i++)
		if (meet(m->base.v, m->size, boot->module[i].base.v, boot->module[i].size))
			return false;
	return true;
}

static void
keep_good_modules(struct pv_boot_build *b)
{
	struct pv_boot *boot = b->boot;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < boot->nr_modules; i++) {
		if (module_good(b, kept, &boot->module[i]))
			boot->module[kept++] = boot->module[i];
		else
			pv_boot_build_odd(b, 1);
	}
	memset(&boot->module[kept], 0, (boot->nr_modules - kept) * sizeof(boot->module[0]));
	boot->nr_modules = kept;
}

/* The image must lie in memory. If the map denies that, the map is odd. */
static bool
is_ram(const struct pv_boot *boot, const struct pv_boot_range *r)
{
	uint32_t i = find(boot, r->base.v);

	return i < boot->nr_ranges && boot->range[i].kind == PV_MEM_RAM &&
	    boot->range[i].base.v <= r->base.v && range_end(&boot->range[i]) >= range_end(r);
}

static void
carve(struct pv_boot_build *b)
{
	struct pv_boot *boot = b->boot;

	for (uint32_t i = 0; i < b->nr_claims; i++)
		if (b->claim[i].kind == PV_MEM_KERNEL && !is_ram(boot, &b->claim[i]))
			pv_boot_build_odd(b, 1);
	for (uint32_t i = 0; i < boot->nr_modules; i++)
		lay(b, boot->module[i].base.v, boot->module[i].base.v + boot->module[i].size,
		    PV_MEM_MODULE, false);
	lay(b, 0, PV_PAGE_SIZE, PV_MEM_BOOT, false);
	for (uint32_t i = 0; i < b->nr_claims; i++)
		lay(b, b->claim[i].base.v, range_end(&b->claim[i]), b->claim[i].kind,
		    b->claim[i].kind == PV_MEM_KERNEL);
}

static void
align_ram(struct pv_boot *boot)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		struct pv_boot_range r = boot->range[i];

		if (r.kind == PV_MEM_RAM) {
			uint64_t end = pv_page_down(range_end(&r));

			r.base.v = pv_page_up(r.base.v);
			if (r.base.v >= end)
				continue;
			r.size = end - r.base.v;
		}
		boot->range[kept++] = r;
	}
	boot->nr_ranges = kept;
}

static pv_status
finish(struct pv_boot_build *b)
{
	keep_good_modules(b);
	carve(b);
	align_ram(b->boot);
	if (b->full)
		return pv_boot_fail(PV_E_FULL, "the memory map has more than %u ranges beside RAM: "
		    "build with a larger PV_BOOT_RANGES", (unsigned)PV_BOOT_RANGES);
	if (pv_boot_ram_bytes(b->boot) == 0)
		return pv_boot_fail(PV_E_NOENT, "the memory map leaves no usable page of memory (%u ranges)",
		    (unsigned)b->boot->nr_ranges);
	return PV_OK;
}

pv_status
pv_boot_build_end(struct pv_boot_build *b, pv_status so_far)
{
	struct pv_boot *boot = b->boot;
	pv_status s = so_far == PV_OK ? finish(b) : so_far;

	if (s != PV_OK) {
		boot->nr_ranges = 0;
		boot->nr_modules = 0;
		memset(boot->module, 0, sizeof(boot->module));
	}
	memset(&boot->range[boot->nr_ranges], 0, (PV_BOOT_RANGES - boot->nr_ranges) * sizeof(boot->range[0]));
	return s;
}
