/*
 * The freestanding hook set apart from its pages: addresses, windows, kernel
 * addresses to give out. Sources: hooks/freestanding/{hooks,pages}.c, hooks/memory.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/freestanding/freestanding.h"
#include "cases.h"

#define PAGE		PV_PAGE_SIZE
#define BASE		0xffff888000000000u
#define IMAGE		0xffffffff80000000u
#define KERNEL		0x100000u
#define KERNEL_SIZE	0x54220u
#define VA_START	0xffffc90000000000u
#define VA_PAGES	256u
#define VA_END		(VA_START + VA_PAGES * PAGE)
#define WINDOWS		(8 * PAGE)

struct pv_ops pv_ops;
struct pv_boot pv_boot_data;
DEFINE_GATE;

static enum pv_stage stage;
static uint64_t asked_for, answer;
static unsigned asked, opened, closed;
static const struct pv_hooks *hooks;
static uint8_t memory[64 * PV_PAGE_SIZE] __attribute__((aligned(4096)));

static struct pv_space space;

void
pv_panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	panic_now(format, args);
	abort();
}

void
pv_log(const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	say(line, strlen(line));
}

enum pv_stage
pv_stage_now(void)
{
	return stage;
}

struct pv_space *
pv_space_kernel(void)
{
	return &space;
}

pv_status
pv_space_query(struct pv_space *of, pv_vaddr va, pv_paddr *pa, unsigned *flags)
{
	ck_assert_ptr_eq(of, &space);
	asked++;
	asked_for = va.v;
	*pa = pv_pa(answer);
	*flags = 0;
	return answer != 0 ? PV_OK : PV_E_NOENT;
}

const struct pv_hooks *
pv_hooks_get(void)
{
	return hooks;
}

static void *
window(pv_paddr frame)
{
	opened++;
	return (void *)(VA_END + (uintptr_t)(frame.v & 0x7000));
}

static void
window_close(void *p)
{
	ck_assert_uint_ge((uintptr_t)p, VA_END);
	closed++;
}

/* The pages need memory that can be written; everything else is only addresses. */
static void
start(void)
{
	said[0] = '\0';
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	stage = PV_STAGE_MMU;
	pv_boot_data.kernel_base = pv_pa(KERNEL);
	pv_boot_data.kernel_size = KERNEL_SIZE;
	pv_boot_data.nr_ranges = 1;
	pv_boot_data.range[0] = (struct pv_boot_range){ .base = pv_pa(0), .size = sizeof(memory),
	    .kind = PV_MEM_RAM };
	pv_direct_map = (struct pv_direct_map){ .base = (uintptr_t)memory, .size = sizeof(memory) };
	hooks = pv_hooks_freestanding(&pv_boot_data);
	pv_direct_map = (struct pv_direct_map){ .base = BASE, .size = 0x40000000, .image_offset = IMAGE,
	    .va_start = VA_START, .va_end = VA_END, .windows_size = WINDOWS };
}

/* -- the set -------------------------------------------------------------------------------- */

START_TEST(the_set_is_complete)
{
	ck_assert_uint_eq(hooks->size, sizeof(*hooks));
	ck_assert(hooks->page_alloc != NULL && hooks->page_free != NULL);
	ck_assert(hooks->pages_alloc != NULL && hooks->pages_free != NULL);
	ck_assert(hooks->map_frame != NULL && hooks->unmap_frame != NULL && hooks->virt_to_phys != NULL);
	ck_assert(hooks->va_alloc != NULL && hooks->va_free != NULL);
	/* The library maps and prints by itself. */
	ck_assert(hooks->va_map == NULL && hooks->va_unmap == NULL && hooks->log == NULL && hooks->panic == NULL);
}
END_TEST

START_TEST(it_is_made_once)
{
	uint64_t left, total;
	pv_paddr pa;

	pv_direct_map = (struct pv_direct_map){ .base = (uintptr_t)memory, .size = sizeof(memory) };
	ck_assert_int_eq(hooks->page_alloc(NULL, &pa), PV_OK);
	ck_assert_ptr_eq(pv_hooks_freestanding(&pv_boot_data), hooks);
	pv_freestanding_pages(&left, &total);
	ck_assert_uint_eq(left, total - 1);
	hooks->page_free(NULL, pa);
	pv_freestanding_pages(&left, &total);
	ck_assert_uint_eq(left, total);
}
END_TEST

/* -- addresses ------------------------------------------------------------------------------ */

static pv_status
phys(uint64_t va, uint64_t *out)
{
	pv_paddr pa = pv_pa(~0ull);
	pv_status s = hooks->virt_to_phys(NULL, (const void *)(uintptr_t)va, &pa);

	*out = pa.v;
	return s;
}

START_TEST(addresses_of_the_image)
{
	uint64_t pa;

	ck_assert_int_eq(phys(IMAGE + KERNEL, &pa), PV_OK);
	ck_assert_uint_eq(pa, KERNEL);
	ck_assert_int_eq(phys(IMAGE + KERNEL + KERNEL_SIZE - 1, &pa), PV_OK);
	ck_assert_uint_eq(pa, KERNEL + KERNEL_SIZE - 1);
	ck_assert_uint_eq(asked, 0);
	(void)phys(IMAGE + KERNEL - 1, &pa);
	(void)phys(IMAGE + KERNEL + KERNEL_SIZE, &pa);
	ck_assert_uint_eq(asked, 2);
}
END_TEST

/* sparc64: what is written has another address than where the image is loaded. */
START_TEST(addresses_of_the_images_alias)
{
	const uint64_t alias = 0x400000;
	uint64_t pa;

	pv_direct_map.image_alias = alias;
	ck_assert_int_eq(phys(IMAGE + KERNEL, &pa), PV_OK);
	ck_assert_uint_eq(pa, KERNEL);
	ck_assert_int_eq(phys(IMAGE + KERNEL + alias, &pa), PV_OK);
	ck_assert_uint_eq(pa, KERNEL);
	ck_assert_int_eq(phys(IMAGE + KERNEL + alias + KERNEL_SIZE - 1, &pa), PV_OK);
	ck_assert_uint_eq(pa, KERNEL + KERNEL_SIZE - 1);
	ck_assert_uint_eq(asked, 0);
	(void)phys(IMAGE + KERNEL + KERNEL_SIZE, &pa);
	(void)phys(IMAGE + KERNEL + alias - 1, &pa);
	(void)phys(IMAGE + KERNEL + alias + KERNEL_SIZE, &pa);
	(void)phys(IMAGE + KERNEL - 1, &pa);
	ck_assert_uint_eq(asked, 4);
}
END_TEST

START_TEST(addresses_of_the_direct_map)
{
	uint64_t pa;

	ck_assert_int_eq(phys(BASE, &pa), PV_OK);
	ck_assert_uint_eq(pa, 0);
	ck_assert_int_eq(phys(BASE + 0x3fffffff, &pa), PV_OK);
	ck_assert_uint_eq(pa, 0x3fffffff);
	ck_assert_uint_eq(asked, 0);
	(void)phys(BASE - 1, &pa);
	(void)phys(BASE + 0x40000000, &pa);
	ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(addresses_of_mappings)
{
	uint64_t pa;

	answer = 0xfee00000;
	ck_assert_int_eq(phys(VA_START + 0x123, &pa), PV_OK);
	ck_assert_uint_eq(pa, 0xfee00000);
	ck_assert_uint_eq(asked_for, VA_START + 0x123);
	answer = 0;
	ck_assert_int_eq(phys(VA_START, &pa), PV_E_NOENT);
}
END_TEST

/* A walk of the tables may itself need a window, and there are four. */
START_TEST(addresses_of_windows_are_not_looked_up)
{
	uint64_t pa;

	answer = 0x1000;
	ck_assert_int_eq(phys(VA_END, &pa), PV_E_NOENT);
	ck_assert_int_eq(phys(VA_END + WINDOWS - 1, &pa), PV_E_NOENT);
	ck_assert_uint_eq(asked, 0);
	ck_assert_int_eq(phys(VA_END + WINDOWS, &pa), PV_OK);
}
END_TEST

START_TEST(no_tables_before_their_stage)
{
	uint64_t pa;

	stage = PV_STAGE_TRAPS;
	answer = 0x1000;
	ck_assert_int_eq(phys(VA_START, &pa), PV_E_NOENT);
	ck_assert_uint_eq(asked, 0);
	ck_assert_int_eq(phys(IMAGE + KERNEL, &pa), PV_OK);
	ck_assert_int_eq(phys(BASE, &pa), PV_OK);
}
END_TEST

static bool
even_megabytes(pv_paddr pa)
{
	return (pa.v >> 20) % 2 == 0;
}

START_TEST(what_the_direct_map_shows)
{
	ck_assert_uint_eq((uintptr_t)hooks->phys_to_virt(NULL, pv_pa(0x1234)), BASE + 0x1234);
	ck_assert_uint_eq((uintptr_t)hooks->phys_to_virt(NULL, pv_pa(0x3fffffff)), BASE + 0x3fffffff);
	ck_assert_ptr_null(hooks->phys_to_virt(NULL, pv_pa(0x40000000)));
	ck_assert_ptr_null(hooks->phys_to_virt(NULL, pv_pa(~0ull)));
	pv_direct_map.covers = even_megabytes;
	ck_assert_ptr_null(hooks->phys_to_virt(NULL, pv_pa(0x100000)));
	ck_assert_uint_eq((uintptr_t)hooks->phys_to_virt(NULL, pv_pa(0x200000)), BASE + 0x200000);
	ck_assert_ptr_null(hooks->phys_to_virt(NULL, pv_pa(0x40000000)));
}
END_TEST

START_TEST(windows_before_the_kernels_own_map)
{
	void *p = hooks->map_frame(NULL, pv_pa(0x5000));

	ck_assert_uint_eq((uintptr_t)p, BASE + 0x5000);
	hooks->unmap_frame(NULL, p);
	ck_assert_ptr_null(hooks->map_frame(NULL, pv_pa(0x40000000)));
	ck_assert_uint_eq(opened + closed, 0);
}
END_TEST

START_TEST(windows_after_it)
{
	void *p;

	pv_direct_map.window = window;
	pv_direct_map.window_close = window_close;
	/* Also for what the direct map has: it may be read-only there. */
	p = hooks->map_frame(NULL, pv_pa(0x5000));
	ck_assert_uint_eq((uintptr_t)p, VA_END + 0x5000);
	ck_assert_uint_eq(opened, 1);
	hooks->unmap_frame(NULL, p);
	ck_assert_uint_eq(closed, 1);
}
END_TEST

/* -- kernel addresses ------------------------------------------------------------------------- */

static pv_status
get(uintptr_t size, uintptr_t *at)
{
	pv_vaddr va = pv_va(0);
	pv_status s = hooks->va_alloc(NULL, size, &va);

	*at = va.v;
	ck_assert_uint_eq(host_gate, GATE_OPEN);
	return s;
}

static void
give(uintptr_t at, uintptr_t size)
{
	hooks->va_free(NULL, pv_va(at), size);
	ck_assert_uint_eq(host_gate, GATE_OPEN);
}

START_TEST(ranges_are_whole_pages)
{
	static const uintptr_t sizes[] = { 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE };
	uintptr_t at, next = VA_START;

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ck_assert_int_eq(get(sizes[i], &at), PV_OK);
		ck_assert_uint_eq(at, next);
		next += pv_page_up(sizes[i]);
	}
}
END_TEST

START_TEST(ranges_that_cannot_be)
{
	uintptr_t at;

	ck_assert_int_eq(get(0, &at), PV_E_NOMEM);
	ck_assert_int_eq(get(VA_PAGES * PAGE + 1, &at), PV_E_NOMEM);
	ck_assert_int_eq(get(~(uintptr_t)0, &at), PV_E_NOMEM);
	ck_assert_int_eq(get(~(uintptr_t)0 - PAGE, &at), PV_E_NOMEM);
	ck_assert_int_eq(get(VA_PAGES * PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, VA_START);
	ck_assert_int_eq(get(1, &at), PV_E_NOMEM);
}
END_TEST

START_TEST(the_last_range_goes_back)
{
	uintptr_t first, second, at;

	ck_assert_int_eq(get(4 * PAGE, &first), PV_OK);
	ck_assert_int_eq(get(PAGE, &second), PV_OK);
	give(second, PAGE);
	give(first, 4 * PAGE - 7);
	ck_assert_int_eq(get(VA_PAGES * PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, first);
}
END_TEST

START_TEST(freed_ranges_serve_again)
{
	uintptr_t a, b, c, d, at;

	ck_assert_int_eq(get(2 * PAGE, &a), PV_OK);
	ck_assert_int_eq(get(PAGE, &b), PV_OK);
	ck_assert_int_eq(get(3 * PAGE, &c), PV_OK);
	ck_assert_int_eq(get(PAGE, &d), PV_OK);
	give(a, 2 * PAGE);
	give(c, 3 * PAGE);
	ck_assert_int_eq(get(3 * PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, c);
	/* In pieces. */
	ck_assert_int_eq(get(PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, a);
	ck_assert_int_eq(get(PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, a + PAGE);
	ck_assert_int_eq(get(PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, d + PAGE);
}
END_TEST

static const uint8_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

START_TEST(neighbours_become_one_range)
{
	uintptr_t part[3], behind, at;

	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(get((i + 1) * PAGE, &part[i]), PV_OK);
	ck_assert_int_eq(get(PAGE, &behind), PV_OK);
	for (unsigned i = 0; i < 3; i++)
		give(part[orders[_i][i]], (orders[_i][i] + 1u) * PAGE);
	ck_assert_int_eq(get(6 * PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, part[0]);
	give(at, 6 * PAGE);
	/* With the last one gone, all of it is free. */
	give(behind, PAGE);
	ck_assert_int_eq(get(VA_PAGES * PAGE, &at), PV_OK);
	ck_assert_uint_eq(at, VA_START);
}
END_TEST

/* No two ranges that are in use overlap, whatever the order. */
START_TEST(random_ranges)
{
	static struct {
		uintptr_t at, size;
	} live[16];
	static uint8_t owner[VA_PAGES];
	unsigned used = 0;

	for (unsigned n = 0; n < 5000; n++) {
		unsigned k = draw_below(16);

		if (live[k].size == 0) {
			live[k].size = 1 + draw_below(4 * PAGE);
			if (get(live[k].size, &live[k].at) != PV_OK)
				ck_abort_msg("nothing is left with %u pages in use", used);
			for (uintptr_t p = 0; p < live[k].size; p += PAGE, used++)
				ck_assert_uint_eq(owner[(live[k].at - VA_START + p) / PAGE]++, 0);
		} else {
			for (uintptr_t p = 0; p < live[k].size; p += PAGE, used--)
				owner[(live[k].at - VA_START + p) / PAGE]--;
			give(live[k].at, live[k].size);
			live[k].size = 0;
		}
	}
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(a_range_that_is_lost_is_told)
{
	uintptr_t at[40];

	for (unsigned i = 0; i < 40; i++)
		ck_assert_int_eq(get(PAGE, &at[i]), PV_OK);
	for (unsigned i = 0; i < 16; i++)
		give(at[2 * i], PAGE);
	ck_assert_str_eq(said, "");
	give(at[33], PAGE);
	assert_said("4096 bytes of kernel addresses at 0xffffc90000021000 are lost");
	/* Where it touches one that was kept, there is a place for it. */
	said[0] = '\0';
	give(at[1], PAGE);
	ck_assert_str_eq(said, "");
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ the_set_is_complete, 0 }, { it_is_made_once, 0 }, { addresses_of_the_image, 0 },
		{ addresses_of_the_images_alias, 0 }, { addresses_of_the_direct_map, 0 }, { addresses_of_mappings, 0 },
		{ addresses_of_windows_are_not_looked_up, 0 }, { no_tables_before_their_stage, 0 },
		{ what_the_direct_map_shows, 0 }, { windows_before_the_kernels_own_map, 0 },
		{ windows_after_it, 0 }, { ranges_are_whole_pages, 0 }, { ranges_that_cannot_be, 0 },
		{ the_last_range_goes_back, 0 }, { freed_ranges_serve_again, 0 },
		{ neighbours_become_one_range, 6 }, { random_ranges, 0 },
		{ a_range_that_is_lost_is_told, 0 },
	};

	return RUN_CASES("freestanding", start, cases);
}
