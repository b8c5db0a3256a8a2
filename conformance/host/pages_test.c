/*
 * The pages of the freestanding hook set against a plain array of who has what.
 * Physical memory is a buffer; what lies beyond the direct map is seen through a
 * window only. Sources: hooks/freestanding/pages.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/freestanding/freestanding.h"
#include "cases.h"

#define PAGE		PV_PAGE_SIZE
#define MIB		0x100000u
#define LOW		(8 * MIB)		/* what the direct map shows */
#define HIGH		0x40000000u		/* RAM beyond it */
#define HIGH_PAGES	32u
#define LOW_PAGES	(LOW / PAGE)

struct pv_ops pv_ops;
struct pv_direct_map pv_direct_map;
DEFINE_GATE;

static uint8_t memory[LOW] __attribute__((aligned(4096)));
static uint8_t high[HIGH_PAGES * PAGE];
static struct pv_boot boot;
static unsigned windows, windows_opened;
static bool no_window;

void
pv_panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	panic_now(format, args);
	abort();
}

static void *
window(pv_paddr frame)
{
	if (no_window)
		return NULL;
	ck_assert_uint_ge(frame.v, HIGH);
	ck_assert_uint_lt(frame.v, HIGH + sizeof(high));
	windows++;
	windows_opened++;
	return high + (frame.v - HIGH);
}

static void
window_close(void *p)
{
	(void)p;
	windows--;
}

/* Through the direct map, or through a window: hooks/memory.c asks the hooks. */
void *
pv_window_open(pv_paddr frame)
{
	return frame.v < LOW ? memory + frame.v : pv_direct_map.window(frame);
}

void
pv_window_close(void *p)
{
	if ((uintptr_t)p - (uintptr_t)memory >= LOW)
		pv_direct_map.window_close(p);
}

static void
range(uint64_t base, uint64_t size, enum pv_mem kind)
{
	boot.range[boot.nr_ranges++] = (struct pv_boot_range){ .base = pv_pa(base), .size = size, .kind = kind };
}

/* A PC of 8 MiB: holes at the start, below 1 MiB, for a kernel and for a module. */
static void
start(void)
{
	said[0] = '\0';
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	memset(memory, 0xee, sizeof(memory));
	memset(high, 0xee, sizeof(high));
	pv_direct_map = (struct pv_direct_map){ .base = (uintptr_t)memory, .size = LOW };
	boot.nr_ranges = 0;
	range(0x1000, 0x9e000, PV_MEM_RAM);
	range(0x9f000, 0x61000, PV_MEM_RESERVED);
	range(MIB, 0x55000, PV_MEM_KERNEL);
	range(MIB + 0x55000, 3 * MIB, PV_MEM_RAM);
	range(4 * MIB + 0x55000, 0x3000, PV_MEM_MODULE);
	range(4 * MIB + 0x58000, 4 * MIB - 0x58000, PV_MEM_RAM);
}

static void
pool(void)
{
	ck_assert_int_eq(pv_freestanding_pages_init(&boot), PV_OK);
}

static uint64_t
free_now(void)
{
	uint64_t left, total;

	pv_freestanding_pages(&left, &total);
	return left;
}

static bool
is_ram(uint64_t pa)
{
	for (unsigned i = 0; i < boot.nr_ranges; i++)
		if (pa - boot.range[i].base.v < boot.range[i].size)
			return boot.range[i].kind == PV_MEM_RAM;
	return false;
}

static pv_status
get(size_t nr, uint64_t limit, uint64_t *base)
{
	pv_paddr pa = pv_pa(~0ull);
	pv_status s = pv_freestanding_pages_alloc(NULL, nr, limit, &pa);

	*base = pa.v;
	if (host_gate != GATE_OPEN)
		ck_abort_msg("the gate stays closed");
	if (windows != 0)
		ck_abort_msg("a window stays open");
	return s;
}

static void
give(uint64_t base, size_t nr)
{
	pv_freestanding_pages_free(NULL, pv_pa(base), nr);
	if (host_gate != GATE_OPEN)
		ck_abort_msg("the gate stays closed");
}

/* -- what there is ------------------------------------------------------------------------- */

START_TEST(all_ram_but_the_bitmap)
{
	uint64_t left, total, ram = 0;

	for (uint64_t pa = 0; pa < LOW; pa += PAGE)
		ram += is_ram(pa);
	pool();
	pv_freestanding_pages(&left, &total);
	ck_assert_uint_eq(left, total);
	ck_assert_uint_eq(total, ram - 1);	/* 2048 bits */
}
END_TEST

static bool has[LOW_PAGES];

static uint64_t
take_all(void)
{
	uint64_t base, n = 0;

	memset(has, 0, sizeof(has));
	while (get(1, 0, &base) == PV_OK) {
		if ((base & PV_PAGE_MASK) != 0 || !is_ram(base) || has[base / PAGE])
			ck_abort_msg("page 0x%llx is not to be had", (unsigned long long)base);
		has[base / PAGE] = true;
		n++;
	}
	ck_assert_uint_eq(free_now(), 0);
	return n;
}

START_TEST(every_page_once)
{
	uint64_t total;

	pool();
	total = free_now();
	ck_assert_uint_eq(take_all(), total);
	for (unsigned i = 0; i < LOW_PAGES; i++) {
		unsigned at = i * 1021 % LOW_PAGES;	/* all, in a mixed order */

		if (has[at])
			give((uint64_t)at * PAGE, 1);
	}
	ck_assert_uint_eq(free_now(), total);
	ck_assert_uint_eq(take_all(), total);
}
END_TEST

START_TEST(pages_come_empty)
{
	static const uint8_t zero[4 * PAGE];
	uint64_t base;

	pool();
	for (unsigned i = 0; i < 500; i++) {
		ck_assert_int_eq(get(4, 0, &base), PV_OK);
		if (memcmp(memory + base, zero, sizeof(zero)) != 0)
			ck_abort_msg("page 0x%llx is not empty", (unsigned long long)base);
		memset(memory + base, 0xee, sizeof(zero));
		if (i % 2 == 0)
			give(base, 4);
	}
}
END_TEST

START_TEST(memory_of_nobody_is_not_written)
{
	pool();
	take_all();
	for (uint64_t pa = 0; pa < LOW; pa++)
		if (!is_ram(pa) && memory[pa] != 0xee)
			ck_abort_msg("byte 0x%llx was written", (unsigned long long)pa);
}
END_TEST

/* -- runs and limits ------------------------------------------------------------------------ */

START_TEST(no_pages_are_no_run)
{
	uint64_t base;

	pool();
	ck_assert_int_eq(get(0, 0, &base), PV_E_NOMEM);
	ck_assert_uint_eq(base, ~0ull);
}
END_TEST

START_TEST(the_longest_run)
{
	uint64_t base;
	size_t nr = (4 * MIB - 0x58000) / PAGE;

	pool();
	ck_assert_int_eq(get(nr + 1, 0, &base), PV_E_NOMEM);
	ck_assert_int_eq(get(nr, 0, &base), PV_OK);
	ck_assert_uint_eq(base, 4 * MIB + 0x58000);
	ck_assert_int_eq(get(nr, 0, &base), PV_E_NOMEM);
	give(4 * MIB + 0x58000, nr);
	ck_assert_int_eq(get(nr, 0, &base), PV_OK);
	ck_assert_int_eq(get(~(size_t)0, 0, &base), PV_E_NOMEM);
}
END_TEST

START_TEST(below_a_limit)
{
	uint64_t base;

	pool();
	/* The first pages of RAM are at 0x1000. */
	ck_assert_int_eq(get(1, 1, &base), PV_E_NOMEM);
	ck_assert_int_eq(get(1, 0x1000, &base), PV_E_NOMEM);
	ck_assert_int_eq(get(1, 0x1fff, &base), PV_E_NOMEM);
	ck_assert_int_eq(get(2, 0x2fff, &base), PV_E_NOMEM);
	ck_assert_int_eq(get(2, 0x3000, &base), PV_OK);
	ck_assert_uint_eq(base, 0x1000);
	ck_assert_int_eq(get(1, 0x3000, &base), PV_E_NOMEM);
	ck_assert_int_eq(get(1, 0x4fff, &base), PV_OK);
	ck_assert_uint_eq(base, 0x3000);
	ck_assert_int_eq(get(16, ~0ull, &base), PV_OK);
}
END_TEST

/* What was given out above the limit before does not matter. */
START_TEST(a_limit_after_the_search_went_on)
{
	uint64_t base;

	pool();
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_int_eq(get(1, 0, &base), PV_OK);
	ck_assert_uint_gt(base, MIB);
	give(0x5000, 3);
	ck_assert_int_eq(get(3, MIB, &base), PV_OK);
	ck_assert_uint_eq(base, 0x5000);
}
END_TEST

/* -- against a model ------------------------------------------------------------------------ */

static bool used[LOW_PAGES];		/* taken, or never to be had */
static struct {
	uint64_t base;
	size_t nr;
} block[400];
static unsigned nr_blocks;

static bool
model_has_run(size_t nr, uint64_t limit)
{
	uint64_t end = limit == 0 || limit > LOW ? LOW_PAGES : limit / PAGE, run = 0;

	for (uint64_t i = 0; i < end; i++) {
		run = used[i] ? 0 : run + 1;
		if (run >= nr)
			return true;
	}
	return false;
}

static void
step_get(void)
{
	size_t nr = draw_below(3) == 0 ? 1 + draw_below(200) : 1 + draw_below(6);
	uint64_t limit = draw_below(3) == 0 ? 1 + draw_below(LOW + MIB) : 0, base;

	if (get(nr, limit, &base) != PV_OK) {
		ck_assert_msg(!model_has_run(nr, limit), "%zu pages below 0x%llx were refused", nr,
		    (unsigned long long)limit);
		return;
	}
	if ((base & PV_PAGE_MASK) != 0 || base + nr * PAGE > LOW || (limit != 0 && base + nr * PAGE > limit))
		ck_abort_msg("%zu pages at 0x%llx are out of place", nr, (unsigned long long)base);
	for (size_t i = 0; i < nr; i++) {
		if (used[base / PAGE + i])
			ck_abort_msg("page 0x%llx is taken already", (unsigned long long)(base + i * PAGE));
		used[base / PAGE + i] = true;
	}
	block[nr_blocks].base = base;
	block[nr_blocks++].nr = nr;
}

/* A part of a block, from its end. */
static void
step_give(void)
{
	unsigned b = draw_below(nr_blocks);
	size_t nr = 1 + draw_below((unsigned)block[b].nr);

	block[b].nr -= nr;
	give(block[b].base + block[b].nr * PAGE, nr);
	for (size_t i = 0; i < nr; i++)
		used[block[b].base / PAGE + block[b].nr + i] = false;
	if (block[b].nr == 0)
		block[b] = block[--nr_blocks];
}

START_TEST(random_use)
{
	uint64_t left;

	for (int i = 0; i < _i; i++)
		(void)draw();
	pool();
	for (uint64_t i = 0; i < LOW_PAGES; i++)
		used[i] = !is_ram(i * PAGE);
	used[0x9e] = true;		/* the bitmap: the end of the first range */
	for (unsigned n = 0; n < 10000; n++) {
		if (nr_blocks == 0 || (nr_blocks < 400 && draw_below(100) < 55))
			step_get();
		else
			step_give();
	}
	left = 0;
	for (uint64_t i = 0; i < LOW_PAGES; i++)
		left += !used[i];
	ck_assert_uint_eq(free_now(), left);
	while (nr_blocks > 0)
		step_give();
	ck_assert_int_eq(get(1, 0, &left), PV_OK);
}
END_TEST

/* -- mistakes ------------------------------------------------------------------------------- */

START_TEST(given_back_twice)
{
	uint64_t base;
	char words[64];

	pool();
	ck_assert_int_eq(get(3, 0, &base), PV_OK);
	give(base + PAGE, 1);
	snprintf(words, sizeof(words), "page 0x%llx was given back twice", (unsigned long long)base + PAGE);
	EXPECT_PANIC(words, give(base + PAGE, 1));
	host_gate = GATE_OPEN;
	/* As a part of the run, too; what comes before it in the run has gone back. */
	EXPECT_PANIC(words, give(base, 3));
}
END_TEST

START_TEST(never_given_out)
{
	pool();
	EXPECT_PANIC("page 0x5000 was given back twice", give(0x5000, 1));
}
END_TEST

START_TEST(pages_of_somebody_else)
{
	uint64_t base;

	pool();
	ck_assert_int_eq(get(4, 0, &base), PV_OK);
	EXPECT_PANIC("page 0x0 was given back but is none of the pool's", give(0, 1));
	EXPECT_PANIC("page 0x800000 was given back but is none", give(LOW, 1));
	EXPECT_PANIC("page 0x40000000 was given back but is none", give(HIGH, 1));
	EXPECT_PANIC("given back but is none of the pool's", give(base + 8, 1));
	EXPECT_PANIC("given back but is none of the pool's", give(base, LOW_PAGES));
	EXPECT_PANIC("given back but is none of the pool's", give(base, ~(size_t)0));
	EXPECT_PANIC("given back but is none of the pool's", give(0xfffffffffffff000u, 2));
	ck_assert_uint_eq(host_gate, GATE_OPEN);
}
END_TEST

/* -- what the direct map does not show --------------------------------------------------------- */

START_TEST(beyond_reach_without_windows)
{
	uint64_t total;

	range(HIGH, sizeof(high), PV_MEM_RAM);
	pool();
	total = free_now();
	ck_assert_uint_gt(total, HIGH_PAGES);
	memset(has, 0, sizeof(has));
	for (uint64_t base; get(1, 0, &base) == PV_OK;)
		ck_assert_uint_lt(base, LOW);
	ck_assert_uint_eq(free_now(), HIGH_PAGES);
}
END_TEST

START_TEST(beyond_reach_through_windows)
{
	uint64_t base, seen = 0;

	range(HIGH, sizeof(high), PV_MEM_RAM);
	pool();
	pv_direct_map.window = window;
	pv_direct_map.window_close = window_close;
	while (get(1, 0, &base) == PV_OK)
		seen += base >= HIGH;
	ck_assert_uint_eq(seen, HIGH_PAGES);
	ck_assert_uint_eq(windows_opened, HIGH_PAGES);
	for (size_t i = 0; i < sizeof(high); i++)
		if (high[i] != 0)
			ck_abort_msg("byte %zu is not empty", i);
	give(HIGH, HIGH_PAGES);
	ck_assert_int_eq(get(HIGH_PAGES, 0, &base), PV_OK);
	ck_assert_int_eq(get(1, HIGH, &base), PV_E_NOMEM);
}
END_TEST

START_TEST(no_window_to_be_had)
{
	uint64_t base;

	range(HIGH, sizeof(high), PV_MEM_RAM);
	pool();
	pv_direct_map.window = window;
	pv_direct_map.window_close = window_close;
	no_window = true;
	while (free_now() > HIGH_PAGES)
		ck_assert_int_eq(get(1, LOW, &base), PV_OK);
	EXPECT_PANIC("page 0x40000000 cannot be zeroed", get(1, 0, &base));
}
END_TEST

/* -- machines that are short of something ---------------------------------------------------- */

static const struct {
	uint64_t base, size;
	pv_status s;
	uint64_t pages;
} small[] = {
	{ 0x10000, PAGE, PV_E_NOMEM, 0 },		/* the bitmap alone needs it */
	{ 0x10000, 2 * PAGE, PV_OK, 1 },
	{ LOW - 2 * PAGE, 2 * PAGE, PV_OK, 1 },
	{ LOW - 2 * PAGE, 4 * PAGE, PV_OK, 3 },
	{ LOW - PAGE, 4 * PAGE, PV_E_NOMEM, 0 },	/* one page within reach */
	{ LOW, 4 * PAGE, PV_E_NOMEM, 0 },
	{ HIGH, HIGH_PAGES * PAGE, PV_E_NOMEM, 0 },
	{ 0, LOW, PV_OK, LOW_PAGES - 1 },
};

START_TEST(little_memory)
{
	boot.nr_ranges = 0;
	range(small[_i].base, small[_i].size, PV_MEM_RAM);
	ck_assert_int_eq(pv_freestanding_pages_init(&boot), small[_i].s);
	if (small[_i].s == PV_OK)
		ck_assert_uint_eq(free_now(), small[_i].pages);
}
END_TEST

START_TEST(no_memory)
{
	boot.nr_ranges = 0;
	ck_assert_int_eq(pv_freestanding_pages_init(&boot), PV_E_NOMEM);
	range(0, LOW, PV_MEM_RESERVED);
	ck_assert_int_eq(pv_freestanding_pages_init(&boot), PV_E_NOMEM);
}
END_TEST

/* A bitmap for 64 GiB does not fit into the first ranges. */
START_TEST(a_large_hole)
{
	uint64_t base, total;

	range(0x1000000000ull, 16 * PAGE, PV_MEM_RAM);
	pool();
	total = free_now();
	ck_assert_int_eq(get(16, 0x9f000, &base), PV_OK);
	give(base, 16);
	while (get(1, 0, &base) == PV_OK)
		ck_assert_uint_lt(base, LOW);
	ck_assert_uint_eq(free_now(), 16);
	ck_assert_uint_lt(total, LOW_PAGES - 2 * MIB / PAGE);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ all_ram_but_the_bitmap, 0 }, { every_page_once, 0 }, { pages_come_empty, 0 },
		{ memory_of_nobody_is_not_written, 0 }, { no_pages_are_no_run, 0 }, { the_longest_run, 0 },
		{ below_a_limit, 0 }, { a_limit_after_the_search_went_on, 0 }, { random_use, 8 },
		{ given_back_twice, 0 }, { never_given_out, 0 }, { pages_of_somebody_else, 0 },
		{ beyond_reach_without_windows, 0 }, { beyond_reach_through_windows, 0 }, { no_window_to_be_had, 0 },
		{ little_memory, sizeof(small) / sizeof(small[0]) }, { no_memory, 0 }, { a_large_hole, 0 },
	};

	return RUN_CASES("pages", start, cases);
}
