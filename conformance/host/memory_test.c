/*
 * Physical memory through the kernel's hooks: with a permanent address for some of
 * it, with windows for the rest, four of them at most. Sources: hooks/memory.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"

#define PAGE		PV_PAGE_SIZE
#define PAGES		8u

/* Frames 0 to 7; those below `permanent` have an address of their own. */
static uint8_t memory[PAGES * PV_PAGE_SIZE], window_room[4][PV_PAGE_SIZE];
static uint64_t permanent;
static uint64_t in_window[4];
static unsigned windows, most;
static struct pv_hooks hooks;

const struct pv_hooks *
pv_hooks_get(void)
{
	return &hooks;
}

static void *
map_frame(void *context, pv_paddr frame)
{
	ck_assert_ptr_eq(context, memory);
	ck_assert_uint_eq(frame.v & PV_PAGE_MASK, 0);
	if (frame.v >= sizeof(memory))
		return NULL;
	ck_assert_uint_lt(windows, 4);
	in_window[windows] = frame.v;
	memcpy(window_room[windows], memory + frame.v, PAGE);
	most = windows + 1 > most ? windows + 1 : most;
	return window_room[windows++];
}

static void
unmap_frame(void *context, void *va)
{
	ck_assert_ptr_eq(context, memory);
	ck_assert_msg(windows > 0 && va == window_room[windows - 1], "a window is closed out of order, or was none");
	windows--;
	memset(window_room[windows], 0xdd, PAGE);
}

static void *
phys_to_virt(void *context, pv_paddr pa)
{
	ck_assert_ptr_eq(context, memory);
	return pa.v < permanent ? memory + pa.v : NULL;
}

static pv_status
virt_to_phys(void *context, const volatile void *va, pv_paddr *pa)
{
	uintptr_t offset = (uintptr_t)va - (uintptr_t)memory;

	ck_assert_ptr_eq(context, memory);
	if (offset >= sizeof(memory))
		return PV_E_NOENT;
	*pa = pv_pa(offset);
	return PV_OK;
}

static void
start(void)
{
	for (size_t i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)(i * 7 + i / PAGE);
	permanent = 0;
	windows = most = 0;
	hooks = (struct pv_hooks){ .size = sizeof(hooks), .context = memory, .map_frame = map_frame,
	    .unmap_frame = unmap_frame, .virt_to_phys = virt_to_phys };
}

START_TEST(through_windows)
{
	uint8_t *a, *b;

	a = pv_window_open(pv_pa(PAGE));
	b = pv_window_open(pv_pa(3 * PAGE));
	ck_assert_ptr_eq(a, window_room[0]);
	ck_assert_ptr_eq(b, window_room[1]);
	ck_assert_mem_eq(b, memory + 3 * PAGE, PAGE);
	pv_window_close(b);
	pv_window_close(a);
	ck_assert_uint_eq(windows, 0);
}
END_TEST

START_TEST(by_permanent_address)
{
	void *p;

	hooks.phys_to_virt = phys_to_virt;
	permanent = sizeof(memory);
	p = pv_window_open(pv_pa(2 * PAGE));
	ck_assert_ptr_eq(p, memory + 2 * PAGE);
	pv_window_close(p);
	ck_assert_uint_eq(most, 0);
}
END_TEST

/* Some of each, closed in the right order: only real windows are given back. */
START_TEST(by_both)
{
	void *p[6];

	hooks.phys_to_virt = phys_to_virt;
	permanent = 3 * PAGE;
	for (unsigned i = 0; i < 6; i++) {
		p[i] = pv_window_open(pv_pa((i * 3 % PAGES) * PAGE));
		ck_assert_ptr_nonnull(p[i]);
	}
	ck_assert_uint_eq(windows, 4);
	for (unsigned i = 6; i-- > 0;)
		pv_window_close(p[i]);
	ck_assert_uint_eq(windows, 0);
	ck_assert_uint_eq(most, 4);
}
END_TEST

START_TEST(what_is_not_there)
{
	ck_assert_ptr_null(pv_window_open(pv_pa(sizeof(memory))));
	hooks.map_frame = NULL;
	ck_assert_ptr_null(pv_window_open(pv_pa(0)));
}
END_TEST

START_TEST(reading_over_pages)
{
	for (unsigned n = 0; n < 2000; n++) {
		size_t size = draw_below(n % 4 == 0 ? 3 * PAGE : 64);
		size_t from = draw_below((unsigned)(sizeof(memory) - size));
		uint8_t *to = malloc(size + 1);

		/* Without permanent addresses, with some, with all. */
		hooks.phys_to_virt = n % 3 == 0 ? NULL : phys_to_virt;
		permanent = n % 3 == 1 ? 4 * PAGE : sizeof(memory);
		to[size] = 0x5a;
		ck_assert_int_eq(pv_phys_read(to, pv_pa(from), size), PV_OK);
		if (memcmp(to, memory + from, size) != 0 || to[size] != 0x5a || windows != 0)
			ck_abort_msg("%zu bytes from 0x%zx", size, from);
		free(to);
	}
	ck_assert_uint_eq(most, 1);
}
END_TEST

START_TEST(reading_beyond_the_end)
{
	uint8_t to[2 * PV_PAGE_SIZE];

	ck_assert_int_eq(pv_phys_read(to, pv_pa(sizeof(memory) - 16), 16), PV_OK);
	ck_assert_int_eq(pv_phys_read(to, pv_pa(sizeof(memory) - 16), 17), PV_E_RANGE);
	ck_assert_int_eq(pv_phys_read(to, pv_pa(sizeof(memory)), 1), PV_E_RANGE);
	ck_assert_int_eq(pv_phys_read(to, pv_pa(1ull << 40), 1), PV_E_RANGE);
	ck_assert_int_eq(pv_phys_read(to, pv_pa(1ull << 40), 0), PV_OK);
	ck_assert_uint_eq(windows, 0);
}
END_TEST

START_TEST(the_address_behind_a_pointer)
{
	pv_paddr pa;

	ck_assert_int_eq(pv_virt_to_phys(memory + 0x1234, &pa), PV_OK);
	ck_assert_uint_eq(pa.v, 0x1234);
	ck_assert_int_eq(pv_virt_to_phys(&pa, &pa), PV_E_NOENT);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ through_windows, 0 }, { by_permanent_address, 0 }, { by_both, 0 }, { what_is_not_there, 0 },
		{ reading_over_pages, 0 }, { reading_beyond_the_end, 0 }, { the_address_behind_a_pointer, 0 },
	};

	return RUN_CASES("memory", start, cases);
}
