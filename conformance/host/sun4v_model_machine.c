/*
 * The machine of sun4v_model.h as it is put together: the image out of its ELF file, its
 * symbols, memory, the machine description; keeping a state and coming back to it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sun4v_model.h"
#include "md_build.h"

#define IMAGE_PAGE	0x400000ull
#define RAW_ENTRY	0x20u
#define HANDLE		0x100u		/* of the devices */
#define FIRST_INO	0x10u

struct model model;
struct order order;
struct range range[NR_RANGES];
unsigned nr_ranges, model_queue_bits = 7;
bool model_without_memory;

static struct model kept;
static uint8_t *file;
static uint64_t linked_base, linked_size;
static uint8_t *raw;

void
model_broken(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\n%s\n", model.said);
	abort();
}

/* -- the image ------------------------------------------------------------------------------ */

static uint64_t
at(uint64_t offset, unsigned width)
{
	return model_get(file + offset, width);
}

/* As objcopy -O binary makes it: what is loaded of the file, from the lowest address on. */
static void
load_segments(void)
{
	uint64_t headers = at(0x20, 8), count = at(0x38, 2), end = 0;

	linked_base = ~0ull;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t h = headers + 56 * i, place = at(h + 24, 8), bytes = at(h + 32, 8);

		if (at(h, 4) != PT_LOAD || bytes == 0)
			continue;
		linked_base = place < linked_base ? place : linked_base;
		end = place + bytes > end ? place + bytes : end;
	}
	linked_size = end - linked_base;
	raw = calloc(1, linked_size);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t h = headers + 56 * i;

		if (at(h, 4) == PT_LOAD)
			memcpy(raw + (at(h + 24, 8) - linked_base), file + at(h + 8, 8), at(h + 32, 8));
	}
}

static void
load_file(void)
{
	const char *path = getenv("PV_SUN4V_IMAGE");
	FILE *f = fopen(path != NULL ? path : SUN4V_IMAGE, "rb");
	long size;

	if (f == NULL) {
		fprintf(stderr, "no %s: ./pv build sparc64 makes it\n", path != NULL ? path : SUN4V_IMAGE);
		exit(1);
	}
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	file = malloc((size_t)size);
	if (fread(file, 1, (size_t)size, f) != (size_t)size || memcmp(file, ELFMAG "\2\2", 6) != 0)
		model_broken("no ELF file for sparc64");
	fclose(f);
	load_segments();
}

/* Where its entry is in the file. */
static uint64_t
symbol_entry(const char *name)
{
	uint64_t sections = at(0x28, 8), count = at(0x3c, 2);

	for (uint64_t i = 0; i < count; i++) {
		uint64_t h = sections + 64 * i, table, strings;

		if (at(h + 4, 4) != SHT_SYMTAB)
			continue;
		table = at(h + 24, 8);
		strings = at(sections + 64 * at(h + 40, 4) + 24, 8);
		for (uint64_t n = 0; n < at(h + 32, 8); n += 24)
			if (strcmp((char *)file + strings + at(table + n, 4), name) == 0)
				return table + n;
	}
	model_broken("the image has no symbol %s", name);
}

uint64_t
model_symbol(const char *name)
{
	return at(symbol_entry(name) + 8, 8);
}

uint64_t
model_symbol_end(const char *name)
{
	uint64_t entry = symbol_entry(name), size = at(entry + 16, 8);

	if (size == 0)
		model_broken("symbol %s has no size", name);
	return at(entry + 8, 8) + size;
}

/* -- the machine description ------------------------------------------------------------------ */

static void
describe(const struct block *blocks, unsigned nr, const char *args)
{
	md_begin();
	md_node("root");
	md_element('v', "content-version", 1);
	md_node_end();
	for (unsigned i = 0; i < STRANDS; i++) {
		md_node("cpu");
		md_element('v', "id", i);
		md_element('v', "clock-frequency", 100000000);
		md_element('v', "mmu-page-size-list", 0x2b);
		md_element('v', "q-cpu-mondo-#bits", model_queue_bits);
		md_element('v', "q-dev-mondo-#bits", model_queue_bits);
		md_element('v', "q-resumable-#bits", model_queue_bits);
		md_element('v', "q-nonresumable-#bits", model_queue_bits);
		md_node_end();
	}
	for (unsigned i = 0; i < nr; i++) {
		if (blocks[i].device || model_without_memory)
			continue;
		md_node("mblock");
		md_element('v', "base", blocks[i].ra);
		md_element('v', "size", blocks[i].size);
		md_node_end();
	}
	md_node("virtual-devices");
	md_element('v', "cfg-handle", HANDLE);
	md_node_end();
	for (unsigned i = 0; i < NR_SOURCES; i++) {
		md_node("virtual-device");
		md_string("name", "source");
		md_element('v', "ino", FIRST_INO + i);
		md_node_end();
		model.source[i] = (struct source){ .handle = HANDLE, .ino = FIRST_INO + i };
	}
	md_node("variables");
	md_string("boot-args", args);
	md_node_end();
	md_done();
	model.nr_sources = NR_SOURCES;
	model.md_size = made.size;
	if (made.size > sizeof(model.md))
		model_broken("the machine description is too long");
	memcpy(model.md, made.bytes, made.size);
}

/* -- a machine --------------------------------------------------------------------------------- */

static void
memory(const struct block *blocks, unsigned nr)
{
	for (unsigned i = 0; i < nr_ranges; i++) {
		free(range[i].host);
		free(range[i].kept);
		free(range[i].dirty);
	}
	nr_ranges = nr;
	for (unsigned i = 0; i < nr; i++) {
		uint64_t size = blocks[i].size;

		/* Whoever was there before has left something. */
		range[i] = (struct range){ .ra = blocks[i].ra, .size = size, .device = blocks[i].device,
			.host = malloc(size), .kept = malloc(size), .dirty = calloc(1, size / PAGE) };
		memset(range[i].host, 0xa5, size);
	}
}

/* As "4.4 Boot state" has it. */
static void
strand_reset(struct strand *s, unsigned id)
{
	memset(s, 0, sizeof(*s));
	s->id = id;
	s->pstate = PRIV;
	s->pil = 15;
	s->tl = s->gl = 2;
	s->cansave = WINDOWS - 2;
	s->cleanwin = WINDOWS - 1;
	s->compare = 1ull << 63;
}

void
model_start(const struct block *blocks, unsigned nr, const char *args)
{
	struct strand *s = &model.strand[0];

	if (file == NULL)
		load_file();
	memset(&model, 0, sizeof(model));
	memset(&order, 0, sizeof(order));
	memory(blocks, nr);
	describe(blocks, nr, args);
	memcpy(range[0].host, raw, linked_size);
	for (unsigned i = 0; i < STRANDS; i++)
		strand_reset(&model.strand[i], i);
	s->running = true;
	s->pc = blocks[0].ra + RAW_ENTRY;
	s->npc = s->pc + 4;
	s->in[s->cwp][0] = blocks[0].ra;
	s->in[s->cwp][1] = blocks[0].size;
}

void
model_keep(void)
{
	for (struct range *r = range; r < range + nr_ranges; r++) {
		memcpy(r->kept, r->host, r->size);
		memset(r->dirty, 0, r->size / PAGE);
	}
	kept = model;
}

void
model_back(void)
{
	for (struct range *r = range; r < range + nr_ranges; r++)
		for (uint64_t i = 0; i < r->size / PAGE; i++) {
			if (r->dirty[i] == 0)
				continue;
			memcpy(r->host + PAGE * i, r->kept + PAGE * i, PAGE);
			r->dirty[i] = 0;
		}
	model = kept;
}

bool
model_run(struct strand *s, uint64_t most)
{
	model.point = 0;
	for (uint64_t i = 0; i < most && model.point == 0 && !model.ended; i++)
		model_step(s);
	return model.point != 0 || model.ended;
}

/* By the permanent translations of the image: text, data. */
uint64_t
model_linked(uint64_t va)
{
	for (const struct perm *p = model.perm; p < model.perm + 2; p++)
		if (p->valid && va - p->va < IMAGE_PAGE)
			return (p->tte & 0x00ffffffffffe000ull) + (va - p->va);
	model_broken("0x%lx is not in the image", va);
}

uint64_t
model_word(uint64_t va)
{
	return model_get(model_real(model_linked(va), 8, false), 8);
}

void
model_word_set(uint64_t va, uint64_t value)
{
	model_put(model_real(model_linked(va), 8, true), 8, value);
}
