/*
 * The builder of struct pv_boot: memory map, modules, framebuffer. What is odd is
 * clipped, dropped and counted here; nothing here reads the loader's memory.
 * The rules of the map are in build.h.
 *
 * The map is a sorted array of edges. An edge holds what has been said of the
 * memory from it to the next one: what it is, by rank, and what lies there. Adding
 * a range splits the array at both ends, joins what is said with what was said in
 * between, and tidies up. Kinds are made of it at the end.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stddef.h>
#include "build.h"
#include "../../../hooks/hooks_internal.h"

/* No range goes beyond this: an end of 2^64 does not fit its number. */
#define LIMIT		(~(uint64_t)PV_PAGE_MASK)

#define FB_MAX_SIDE	65536u
#define FB_MAX_PITCH	(1u << 20)

/* What lies there: any number of these. */
#define HAS_BOOT	0x01u
#define HAS_MODULE	0x02u
#define HAS_KERNEL	0x04u
#define HAS		0x07u
/* What the memory is: the greater one wins where two meet. */
#define IS(rank)	((rank) << 3)
#define IS_HOLE		IS(1u)
#define IS_RAM		IS(2u)
#define IS_ACPI		IS(3u)
#define IS_PERSISTENT	IS(4u)
#define IS_NVS		IS(5u)
#define IS_RESERVED	IS(6u)
#define IS_BAD		IS(7u)
#define IS_MAPPED	IS(6u)		/* some bit of it is in each of the above but IS_HOLE */
/* Of a range: it goes beyond LIMIT. */
#define WRAPS		0x40u

struct pv_boot_build pv_build;

static const uint8_t saying[PV_MEM_KIND_COUNT] = {
	[PV_MEM_RAM] = IS_RAM,
	[PV_MEM_KERNEL] = HAS_KERNEL,
	[PV_MEM_MODULE] = HAS_MODULE,
	[PV_MEM_BOOT] = HAS_BOOT,
	[PV_MEM_ACPI] = IS_ACPI,
	[PV_MEM_NVS] = IS_NVS,
	[PV_MEM_RESERVED] = IS_RESERVED,
	[PV_MEM_BAD] = IS_BAD,
	[PV_MEM_PERSISTENT] = IS_PERSISTENT,
};

/* What it comes to; 0 is a hole. */
static const uint8_t final[IS_BAD + HAS + 1] = {
	[IS_HOLE + HAS_KERNEL ... IS_HOLE + HAS] = PV_MEM_KERNEL,
	[IS_RAM] = PV_MEM_RAM,
	[IS_RAM + HAS_BOOT] = PV_MEM_BOOT,
	[IS_RAM + HAS_MODULE ... IS_RAM + HAS_MODULE + HAS_BOOT] = PV_MEM_MODULE,
	[IS_RAM + HAS_KERNEL ... IS_RAM + HAS] = PV_MEM_KERNEL,
	[IS_ACPI ... IS_ACPI + HAS] = PV_MEM_ACPI,
	[IS_PERSISTENT ... IS_PERSISTENT + HAS] = PV_MEM_PERSISTENT,
	[IS_NVS ... IS_NVS + HAS] = PV_MEM_NVS,
	[IS_RESERVED ... IS_RESERVED + HAS] = PV_MEM_RESERVED,
	[IS_BAD ... IS_BAD + HAS] = PV_MEM_BAD,
};

void
pv_boot_build_odd(uint32_t n)
{
	if (__builtin_add_overflow(pv_build.boot->oddities, n, &pv_build.boot->oddities))
		pv_build.boot->oddities = UINT32_MAX;
}

/* The edge at this place; if there was none, there is one now. */
static struct pv_boot_edge *
split(uint64_t at)
{
	struct pv_boot_edge *e = pv_build.edge_end - 1;

	/* The first edge is at 0 and never goes. */
	while (e->base > at)
		e--;
	if (e->base != at) {
		memmove(e + 1, e, (size_t)((char *)pv_build.edge_end++ - (char *)e));
		(++e)->base = at;
	}
	return e;
}

/* Edges that divide nothing go. Of too many ranges the smallest RAM goes, until they fit. */
static void
tidy(void)
{
	for (;;) {
		struct pv_boot_edge *kept = pv_build.edge, *least = NULL;
		uint64_t size, least_size = UINT64_MAX;
		uint32_t ranges = 0;

		for (struct pv_boot_edge *e = kept; e < pv_build.edge_end; e++) {
			if (e->said == kept->said)
				continue;
			size = e->base - kept->base;
			if (kept->said != IS_HOLE)
				ranges++;
			if (kept->said == IS_RAM && size < least_size) {
				least = kept;
				least_size = size;
			}
			*++kept = *e;
		}
		pv_build.edge_end = kept + 1;
		if (ranges <= PV_BOOT_RANGES)
			return;
		if (least == NULL) {
			pv_build.full = true;
			least = kept - 1;
		}
		least->said = IS_HOLE;
		pv_boot_build_odd(1);
	}
}

/* Say something of a range, or nothing. Gives all that had been said in it: 0 if it is empty. */
static uint32_t
say(pv_paddr base, uint64_t size, uint32_t what)
{
	struct pv_boot_edge *e, *stop;
	uint32_t before = 0;

	if (base.v > LIMIT || size > LIMIT - base.v) {
		size = LIMIT - base.v;
		before = WRAPS;
		/* Memory that wraps is no memory; what must not be touched stays so. */
		if (what == IS_RAM || what == IS_PERSISTENT)
			what = 0;
	}
	e = split(base.v);
	for (stop = split(base.v + size); e < stop; e++) {
		uint32_t said = e->said;

		before |= said;
		e->said = (said > what ? said : what) | ((said | what) & HAS);
	}
	tidy();
	return before;
}

void
pv_boot_build_begin(struct pv_boot *boot, enum pv_boot_how how,
    const struct pv_boot_reader *reader)
{
	memset(boot, 0, sizeof(*boot));
	memset(&pv_build, 0, sizeof(pv_build));
	pv_build.boot = boot;
	pv_build.reader = reader;
	pv_build.edge_end = &pv_build.edge[1];
	pv_build.edge[0].said = IS_HOLE;
	pv_boot_reason[0] = '\0';
	boot->size = sizeof(*boot);
	boot->how = how;
	boot->kernel_base = reader->kernel_base;
	boot->kernel_size = reader->kernel_size;
	/* The first byte of the text is the empty string that all strings start as. */
	boot->text_used = 1;
	boot->loader = boot->text;
	boot->args = boot->text;
	if (boot->kernel_size != 0)
		pv_boot_build_range(boot->kernel_base, boot->kernel_size, PV_MEM_KERNEL);
}

void
pv_boot_build_range(pv_paddr base, uint64_t size, enum pv_mem kind)
{
	uint32_t what = (unsigned)kind < PV_MEM_KIND_COUNT ? saying[kind] : 0, before = 0;

	if (what != 0)
		before = say(base, size, what);
	/* None at all, beyond the end, or two views of the memory that should be one. */
	if (before == 0 || (before & WRAPS) != 0 ||
	    (what > HAS && (before & IS_MAPPED) != 0 && !pv_build.second_map))
		pv_boot_build_odd(1);
}

void
pv_boot_build_rest(pv_paddr base, uint64_t size, enum pv_mem kind)
{
	uint64_t end = base.v + size;

	for (uint64_t at = base.v, to; at < end; at = to) {
		const struct pv_boot_edge *e = pv_build.edge_end - 1;

		to = end;
		for (; e->base > at; e--)
			if (e->base < to)
				to = e->base;
		if ((e->said & ~HAS) == IS_HOLE)
			pv_boot_build_range(pv_pa(at), to - at, kind);
	}
}

/* ACPI 6.5 table 15.4; 12 is what NVDIMM firmware used before 7 was defined. UEFI 2.10 table 7.6. */
const uint8_t pv_boot_kinds[3][PV_BOOT_TYPES] = {
	{
		PV_MEM_RESERVED, PV_MEM_RAM, PV_MEM_RESERVED, PV_MEM_ACPI, PV_MEM_NVS, PV_MEM_BAD,
		PV_MEM_RESERVED, PV_MEM_PERSISTENT, PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_RESERVED,
		PV_MEM_RESERVED, PV_MEM_PERSISTENT, PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_RESERVED
	}, {
		PV_MEM_RESERVED, PV_MEM_RAM /* loader */, PV_MEM_RAM,
		PV_MEM_RAM /* boot services */, PV_MEM_RAM,
		PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_RAM /* free */, PV_MEM_BAD, PV_MEM_ACPI, PV_MEM_NVS,
		PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_PERSISTENT, PV_MEM_RESERVED
	}, {
		PV_MEM_RESERVED, PV_MEM_RAM, PV_MEM_RAM, PV_MEM_BOOT, PV_MEM_BOOT,
		PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_RAM, PV_MEM_BAD, PV_MEM_ACPI, PV_MEM_NVS,
		PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_RESERVED, PV_MEM_PERSISTENT, PV_MEM_RESERVED
	}
};

void
pv_boot_build_e820(pv_paddr base, uint64_t size, uint32_t type)
{
	pv_boot_build_range(base, size, (enum pv_mem)pv_boot_kinds[0][type < PV_BOOT_TYPES ? type : 0]);
}

void
pv_boot_build_module(pv_paddr base, uint64_t size, const char *args)
{
	struct pv_boot *boot = pv_build.boot;
	struct pv_boot_module *m = &boot->module[boot->nr_modules];

	if (boot->nr_modules == PV_BOOT_MODULES) {
		pv_boot_build_odd(1);
		return;
	}
	boot->nr_modules++;
	m->base = size != 0 ? base : pv_pa(0);
	m->size = size;
	m->args = args;
}

/* Position and size of red, green and blue. */
#define COLOURS		offsetof(struct pv_framebuffer, red_pos)
#define COLOURS_SIZE	6u
PV_STATIC_ASSERT(offsetof(struct pv_framebuffer, blue_size) == COLOURS + COLOURS_SIZE - 1,
    "colours in a row");

bool
pv_boot_build_framebuffer(const struct pv_framebuffer *fb)
{
	struct pv_framebuffer *out = &pv_build.boot->fb;
	const uint8_t *colour = (const uint8_t *)fb + COLOURS;
	uint64_t size = (uint64_t)fb->pitch * fb->height;
	uint32_t cell = 2;

	if (fb->kind != PV_FB_TEXT) {
		cell = (fb->bits + 7u) / 8;
		if (fb->kind != PV_FB_RGB || fb->bits < 15 || fb->bits > 32)
			return false;
		for (const uint8_t *c = colour; c < colour + COLOURS_SIZE; c += 2)
			if (c[1] == 0 || c[0] + c[1] > fb->bits)
				return false;
	}
	if (fb->width - 1 >= FB_MAX_SIDE || fb->height - 1 >= FB_MAX_SIDE || fb->pitch > FB_MAX_PITCH ||
	    fb->pitch < fb->width * cell || fb->base.v == 0)
		return false;
	/* A console that draws there would overwrite the kernel. */
	if ((say(fb->base, size, 0) & (WRAPS | HAS_KERNEL)) != 0)
		return false;
	*out = *fb;
	if (fb->kind == PV_FB_TEXT)
		memset((uint8_t *)out + COLOURS, 0, COLOURS_SIZE);
	/* Some adapters show a piece of main memory. */
	pv_boot_build_range(fb->base, size, PV_MEM_BOOT);
	return true;
}

/* A module must lie in memory, outside of the image, of tables and of the modules before it. */
static void
keep_good_modules(struct pv_boot *boot)
{
	const struct pv_boot_module *m = boot->module, *end = m + boot->nr_modules;

	for (boot->nr_modules = 0; m < end; m++) {
		if (m->size != 0 && say(m->base, m->size, 0) != IS_RAM) {
			pv_boot_build_odd(1);
			continue;
		}
		(void)say(m->base, m->size, HAS_MODULE);
		boot->module[boot->nr_modules++] = *m;
	}
}

/* Ranges of one kind become one; of RAM, the whole pages. */
static void
make_ranges(struct pv_boot *boot)
{
	uint64_t base = 0, end;
	uint32_t kind = 0;

	/* The last edge begins a hole. */
	for (const struct pv_boot_edge *e = pv_build.edge; e < pv_build.edge_end; e++) {
		/* The image must lie in memory, alone. If the map denies that, the map is odd. */
		if ((e->said & HAS_KERNEL) != 0 && e->said != IS_RAM + HAS_KERNEL)
			pv_boot_build_odd(1);
		if (final[e->said] == kind)
			continue;
		end = e->base;
		if (kind == PV_MEM_RAM) {
			base = pv_page_up(base);
			end = pv_page_down(end);
		}
		if (kind != 0 && base < end) {
			struct pv_boot_range *r = &boot->range[boot->nr_ranges++];

			r->base.v = base;
			r->size = end - base;
			r->kind = (enum pv_mem)kind;
		}
		base = e->base;
		kind = final[e->said];
	}
}

pv_status
pv_boot_build_end(pv_status so_far)
{
	struct pv_boot *boot = pv_build.boot;

	pv_build.status = so_far;
	if (so_far == PV_OK) {
		keep_good_modules(boot);
		/* Not where there is no memory, where it would take the room of a range. */
		if (say(pv_pa(0), PV_PAGE_SIZE, 0) != IS_HOLE)
			(void)say(pv_pa(0), PV_PAGE_SIZE, HAS_BOOT);
		make_ranges(boot);
		pv_build.what = "the memory map";
		pv_build.at = pv_build.edge_end[-1].base;
		if (pv_build.full)
			pv_boot_fail(PV_BOOT_FULL, PV_BOOT_RANGES, 0);
		else if (pv_boot_ram_bytes(boot) == 0)
			pv_boot_fail(PV_BOOT_NO_RAM, boot->nr_ranges, 0);
	}
	if (pv_build.status != PV_OK) {
		boot->nr_ranges = 0;
		boot->nr_modules = 0;
	}
	return pv_build.status;
}
