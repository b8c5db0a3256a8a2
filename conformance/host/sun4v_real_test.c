/*
 * The sun4v backend where real addresses are no physical ones, start anywhere and have
 * holes: the image is entered raw, and whatever it hands to the hypervisor or uses as a
 * real address has to be within the guest's blocks. And what a page may: to be executed,
 * to be cached. On the model of sun4v_model.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdlib.h>

#include "sun4v_model.h"
#include "cases.h"

#define MOST		200000000u	/* instructions */
#define MIB		0x100000ull
#define PIECE		(4 * MIB)
#define DIRECT		0xfffff80000000000ull
#define BUFFER		"pv_tsb_buffer"
#define TTE_E		0x800u
#define TTE_CP		0x400u
#define TTE_CV		0x200u
#define TTE_X		0x080u
#define RANGES_MOST	16u

static struct strand *const cpu = &model.strand[0];

static void
start(void)
{
	model_without_memory = false;
}

/* To the next point, or to the end of all. */
static uint64_t
go(void)
{
	ck_assert_msg(model_run(cpu, MOST), "it does not end; pc 0x%lx\n%s", cpu->pc, model.said);
	if (model.ended)
		ck_assert_msg(model.code == 0, "it ends with code %d\n%s", (int)model.code, model.said);
	return model.ended ? 0 : model.point;
}

/* -- layouts ---------------------------------------------------------------------------------- */

static const struct layout {
	struct block block[4];
	unsigned nr;
} layouts[] = {
	/* As QEMU's machines have it. */
	{ { { .ra = 0x400000, .size = 12 * MIB } }, 1 },
	/* No address of the image is a real one; nothing at 0. */
	{ { { .ra = 0x80000000, .size = 12 * MIB } }, 1 },
	/* In between two multiples of 4 MiB: the image has to move. */
	{ { { .ra = 0x80002000, .size = 16 * MIB - 0x2000 } }, 1 },
	{ { { .ra = 0x803fe000, .size = 16 * MIB + 0x2000 } }, 1 },
	/* The end of memory is within 4 MiB. */
	{ { { .ra = 0x80000000, .size = 13 * MIB + 0x6000 } }, 1 },
	/* Holes of all sizes, blocks below the image and above, ragged at both ends. */
	{ { { .ra = 0x2000000000, .size = 12 * MIB }, { .ra = 0x2001000000, .size = 8 * MIB },
	    { .ra = 0x1ff0000000, .size = 8 * MIB }, { .ra = 0x2000c06000, .size = 3 * MIB } }, 4 },
	/* The last addresses that the direct map has. */
	{ { { .ra = (1ull << 41) - 16 * MIB, .size = 16 * MIB } }, 1 },
	/* Some that it has not. */
	{ { { .ra = 0x40000000, .size = 12 * MIB }, { .ra = 1ull << 41, .size = 8 * MIB },
	    { .ra = 1ull << 48, .size = 8 * MIB } }, 3 },
};

static bool
within(const struct layout *l, uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < l->nr; i++)
		if (base >= l->block[i].ra && base + size <= l->block[i].ra + l->block[i].size)
			return true;
	return false;
}

/* Pages that libpv could use: whole pieces of 4 MiB that the direct map reaches. */
static uint64_t
usable(const struct layout *l)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < l->nr; i++) {
		uint64_t first = (l->block[i].ra + PIECE - 1) & ~(PIECE - 1);
		uint64_t end = (l->block[i].ra + l->block[i].size) & ~(PIECE - 1);

		if (end > first && end <= 1ull << 41)
			bytes += end - first;
	}
	return bytes;
}

/* Everything, in all of memory: any real address that is not the guest's ends the test in the model. */
START_TEST(every_real_address_is_the_guests)
{
	const struct layout *l = &layouts[_i];
	uint64_t point, ram = 0, pages = 0;

	model_start(l->block, l->nr, "real");
	while ((point = go()) == 3) {
		if (model.word[2] == 1)
			ram += model.word[1];
		ck_assert(within(l, model.word[0], model.word[1]));
	}
	ck_assert_uint_eq(point, 1);
	pages = model.word[0];
	ck_assert_uint_eq(go(), 2);
	/* The image, wherever it lies: real less linked address is what it was moved by. */
	ck_assert_uint_eq(model.word[0] - model.word[1], (model.perm[1].tte & 0xffffffffc00000ull) - 2 * PIECE);
	ck_assert_uint_eq(go(), 0);
	/* All but the image, the machine description, and what the pool is kept with. */
	ck_assert_uint_le(pages * PAGE, usable(l));
	ck_assert_uint_ge(pages * PAGE + 2 * MIB, usable(l) - PIECE);
	ck_assert_uint_ge(ram, pages * PAGE);
}
END_TEST

/* Where the machine description has none, memory is what the registers said: the first block. */
START_TEST(memory_by_registers)
{
	const struct layout *l = &layouts[_i];
	uint64_t point;

	model_without_memory = true;
	model_start(l->block, l->nr, "real");
	while ((point = go()) == 3)
		ck_assert(within(&(struct layout){ { l->block[0] }, 1 }, model.word[0], model.word[1]));
	ck_assert_uint_eq(point, 1);
	while (go() != 0)
		;
}
END_TEST

/* What there is no room for is said. */
START_TEST(an_image_that_cannot_move_says_so)
{
	const struct block block = { .ra = 0x80002000, .size = 5 * MIB };

	model_start(&block, 1, "real");
	ck_assert(model_run(cpu, MOST) && model.ended);
	ck_assert_uint_eq(model.code, 1);
	ck_assert(strstr(model.said, "give the guest 4 MiB more") != NULL);
}
END_TEST

/* -- what a page may ----------------------------------------------------------------------------- */

static const struct block low = { .ra = 0x80000000, .size = 12 * MIB };

/* The data TLB's entry for an address of the kernel. */
static uint64_t
entry(uint64_t va)
{
	for (unsigned i = 0; i < NR_TLB; i++)
		if (cpu->dtlb[i].valid && cpu->dtlb[i].context == 0 && va - cpu->dtlb[i].va < cpu->dtlb[i].size)
			return cpu->dtlb[i].tte;
	return 0;
}

START_TEST(data_is_not_executed)
{
	model_start(&low, 1, "bits");
	order.uncached_expected = true;
	while (go() != 0)
		;
	ck_assert(model.ended);
}
END_TEST

/* Attribute by attribute, at the colour of the frame and at the other. */
START_TEST(cache_bits_are_the_attributes)
{
	static const uint64_t bits[] = { TTE_CP | TTE_CV, TTE_CP, TTE_CP, TTE_CP, 0, 0, TTE_E, TTE_E };
	unsigned seen = 0;
	uint64_t point;

	model_start(&low, 1, "bits");
	order.uncached_expected = true;
	while ((point = go()) != 0) {
		if (point != 2)
			continue;
		ck_assert_uint_eq(model.word[1], seen);
		ck_assert_uint_eq(entry(model.word[0]) & (TTE_E | TTE_CP | TTE_CV | TTE_X), bits[seen]);
		seen++;
	}
	ck_assert_uint_eq(seen, 8);
}
END_TEST

/* The model takes nothing else for a block of registers: no cache, not executed, with side effects. */
START_TEST(registers_are_not_cached)
{
	const struct block blocks[] = { low, { .ra = 0x8000000000, .size = PAGE, .device = true } };

	model_start(blocks, 2, "device");
	ck_assert_uint_eq(go(), 1);
	ck_assert_uint_eq(model.word[1], 5);
	ck_assert_uint_eq(entry(model.word[0]) & (TTE_E | TTE_CP | TTE_CV | TTE_X), TTE_E);
	ck_assert_uint_eq(model_get(range[1].host + 4, 4), 5);
	ck_assert_uint_eq(go(), 0);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ every_real_address_is_the_guests, sizeof(layouts) / sizeof(layouts[0]) },
		{ memory_by_registers, 7 }, { an_image_that_cannot_move_says_so, 0 },
		{ data_is_not_executed, 0 }, { cache_bits_are_the_attributes, 0 }, { registers_are_not_cached, 0 },
	};

	return RUN_CASES("sun4v_real", start, cases);
}
