/*
 * The radix tree: what map, unmap, protect, query and harvest make of the tables,
 * as the model's MMU sees them. Built once for each geometry.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_test.h"
#include "run.h"

struct pv_space space;
unsigned pages_before;

bool
is_pae(void)
{
	return pv_radix_geometry.top == 3;
}

/* An address of the kernel half where nothing is mapped; init has made its upper table. */
uint64_t
kernel_va(void)
{
	return is_pae() ? 0xf0000000u : 0xffffc90000000000ull;
}

void
radix_setup(void)
{
	machine_reset();
	machine_start();
	space_begin();
}

/* For cases that change the machine before it starts. */
void
space_begin(void)
{
	pages_before = machine.pages_used;
	ck_assert_int_eq(pv_radix_create(&space), PV_OK);
	pv_radix_activate(&space);
	model_cpu.space = &space;
}

void
space_end(void)
{
	model_cpu.space = NULL;
	pv_radix_activate(NULL);
	ck_assert_int_eq(pv_radix_destroy(&space), PV_OK);
	ck_assert_uint_eq(space.tables, 0);
	ck_assert_uint_eq(machine.pages_used, pages_before);
}

void
expect_walk(struct pv_space *s, uint64_t va, uint64_t pa)
{
	struct walk w = space_walk(s, va);

	ck_assert_msg(w.present, "0x%llx is not mapped", (unsigned long long)va);
	ck_assert_uint_eq(w.pa, pa);
}

void
expect_none(struct pv_space *s, uint64_t va)
{
	ck_assert_msg(!space_walk(s, va).present, "0x%llx is mapped", (unsigned long long)va);
}

pv_status
map(uint64_t va, uint64_t pa, uint64_t size, unsigned flags)
{
	struct pv_space *s = va >= pv_radix_geometry.kernel_start ? kernel : &space;

	return pv_radix_map(s, pv_va(va), pv_pa(pa), size, flags);
}

pv_status
unmap(uint64_t va, uint64_t size)
{
	return pv_radix_unmap(va >= pv_radix_geometry.kernel_start ? kernel : &space, pv_va(va), size, NULL, NULL);
}

unsigned
flags_at(uint64_t va)
{
	pv_paddr pa;
	unsigned flags = ~0u;

	if (pv_radix_query(&space, pv_va(va), &pa, &flags) != PV_OK)
		return ~0u;
	return flags;
}

/* -- map and query ---------------------------------------------------------------- */

START_TEST(map_one_page)
{
	struct walk w;

	ck_assert_int_eq(map(U, 0x123000, PAGE, PV_PROT_USER), PV_OK);
	w = space_walk(&space, U + 0x45);
	ck_assert(w.present && w.user && !w.write && !w.exec && !w.global);
	ck_assert_uint_eq(w.pa, 0x123045);
	ck_assert_uint_eq(w.level, 1);
	expect_none(&space, U - PAGE);
	expect_none(&space, U + PAGE);
	space_end();
}
END_TEST

/* Over the borders of leaf tables and of directories. */
START_TEST(map_range_over_tables)
{
	uint64_t va = 2 * HUGE - 0x3ff000, size = 0x800000 - PAGE;

	ck_assert_int_eq(map(va, 0x5000000, size, PV_PROT_WRITE), PV_OK);
	for (uint64_t at = 0; at < size; at += PAGE)
		expect_walk(&space, va + at, 0x5000000 + at);
	expect_none(&space, va - PAGE);
	expect_none(&space, va + size);
	ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
	space_end();
}
END_TEST

START_TEST(map_all_protections)
{
	for (unsigned i = 0; i < 8; i++) {
		unsigned flags = PV_PROT_READ | ((i & 1) != 0 ? PV_PROT_WRITE : 0) |
		    ((i & 2) != 0 ? PV_PROT_EXEC : 0) | ((i & 4) != 0 ? PV_PROT_USER : 0);
		uint64_t va = U + i * PAGE;
		struct walk w;

		ck_assert_int_eq(map(va, 0x200000, PAGE, flags), PV_OK);
		w = space_walk(&space, va);
		ck_assert_int_eq(w.write, (i & 1) != 0);
		ck_assert_int_eq(w.exec, (i & 2) != 0);
		ck_assert_int_eq(w.user, (i & 4) != 0);
		ck_assert_uint_eq(flags_at(va), flags);
	}
	space_end();
}
END_TEST

START_TEST(map_without_nx)
{
	machine_reset();
	machine.caps[PV_CAP_NX] = false;
	machine_start();
	space_begin();
	ck_assert_int_eq(map(U, 0x200000, PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(space_walk(&space, U).exec);
	/* The truth is told. */
	ck_assert_uint_eq(flags_at(U), PV_PROT_READ | PV_PROT_WRITE | PV_PROT_EXEC);
	space_end();
}
END_TEST

static const unsigned caches[] = { PV_MAP_WB, PV_MAP_WT, PV_MAP_WC, PV_MAP_UC };

/* PAT index = PAT bit, PCD, PWT: 0 WB, 1 WT, 4 WC, 3 UC. */
static const unsigned pat_index[] = { 0, 1, 4, 3 };

static unsigned
index_of(struct walk w)
{
	uint64_t pat = w.level == 1 ? PV_PTE_PAT : 0x1000;

	return ((w.leaf & pat) != 0) << 2 | ((w.leaf & PV_PTE_PCD) != 0) << 1 | ((w.leaf & PV_PTE_PWT) != 0);
}

START_TEST(map_caches_small)
{
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_int_eq(map(U + i * PAGE, 0x200000, PAGE, caches[i]), PV_OK);
		ck_assert_uint_eq(index_of(space_walk(&space, U + i * PAGE)), pat_index[i]);
		ck_assert_uint_eq(flags_at(U + i * PAGE), PV_PROT_READ | caches[i]);
	}
	space_end();
}
END_TEST

START_TEST(map_caches_large)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t va = U + i * LARGE;

		ck_assert_int_eq(map(va, 0x20000000, LARGE, PV_MAP_LARGE | caches[i]), PV_OK);
		ck_assert_uint_eq(space_walk(&space, va).level, 2);
		ck_assert_uint_eq(index_of(space_walk(&space, va)), pat_index[i]);
		ck_assert_uint_eq(flags_at(va), PV_PROT_READ | PV_MAP_LARGE | caches[i]);
		expect_walk(&space, va + 0x54321, 0x20054321);
	}
	space_end();
}
END_TEST

START_TEST(map_write_combining_without_pat)
{
	machine_reset();
	machine.has_pat = false;
	machine_start();
	space_begin();
	ck_assert_int_eq(map(U, 0x200000, PAGE, PV_MAP_WC), PV_OK);
	ck_assert_int_eq(map(U + LARGE, 0x200000, LARGE, PV_MAP_WC | PV_MAP_LARGE), PV_OK);
	ck_assert_uint_eq(index_of(space_walk(&space, U)), 3);
	ck_assert_uint_eq(index_of(space_walk(&space, U + LARGE)), 3);
	space_end();
}
END_TEST

/* Global pages in the kernel half, with the capability and (1) without it. */
START_TEST(map_global)
{
	machine_reset();
	machine.caps[PV_CAP_GLOBAL_PAGES] = _i == 0;
	machine_start();
	space_begin();
	ck_assert_int_eq(map(kernel_va(), 0x200000, 2 * PAGE, PV_MAP_GLOBAL), PV_OK);
	ck_assert_int_eq(space_walk(&space, kernel_va() + PAGE).global, _i == 0);
	ck_assert_int_eq(map(kernel_va() + 2 * PAGE, 0x200000, PAGE, 0), PV_OK);
	ck_assert(!space_walk(&space, kernel_va() + 2 * PAGE).global);
}
END_TEST

START_TEST(map_soft_bits)
{
	ck_assert_int_eq(map(U, 0x200000, PAGE, PV_MAP_SOFT1), PV_OK);
	ck_assert_int_eq(map(U + PAGE, 0x200000, PAGE, PV_MAP_SOFT2 | PV_PROT_WRITE), PV_OK);
	ck_assert_uint_eq(flags_at(U), PV_PROT_READ | PV_MAP_SOFT1);
	ck_assert_int_eq(pv_radix_protect(&space, pv_va(U + PAGE), PAGE, PV_PROT_EXEC), PV_OK);
	ck_assert_uint_eq(flags_at(U + PAGE), PV_PROT_READ | PV_PROT_EXEC | PV_MAP_SOFT2);
	space_end();
}
END_TEST

START_TEST(query_what_is_there)
{
	pv_paddr pa;
	unsigned flags;

	ck_assert_int_eq(pv_radix_query(&space, pv_va(U), &pa, &flags), PV_E_NOENT);
	ck_assert_int_eq(map(U, 0x200000, PAGE, 0), PV_OK);
	ck_assert_int_eq(pv_radix_query(&space, pv_va(U + 0xabc), &pa, &flags), PV_OK);
	ck_assert_uint_eq(pa.v, 0x200abc);
	ck_assert_int_eq(pv_radix_query(&space, pv_va(U + PAGE), &pa, &flags), PV_E_NOENT);
	ck_assert_int_eq(map(U + LARGE, 0x40000000, LARGE, PV_MAP_LARGE), PV_OK);
	ck_assert_int_eq(pv_radix_query(&space, pv_va(U + LARGE + 0x12345), &pa, &flags), PV_OK);
	ck_assert_uint_eq(pa.v, 0x40012345);
	ck_assert_uint_eq(flags, PV_PROT_READ | PV_MAP_LARGE);
	space_end();
}
END_TEST

START_TEST(query_referenced_and_modified)
{
	uint64_t pa;

	ck_assert_int_eq(map(U, 0x200000, 2 * PAGE, PV_PROT_WRITE), PV_OK);
	ck_assert(model_access(U, false, &pa));
	ck_assert(model_access(U + PAGE, true, &pa));
	ck_assert_uint_eq(flags_at(U), PV_PROT_READ | PV_PROT_WRITE | PV_MAP_REFERENCED);
	ck_assert_uint_eq(flags_at(U + PAGE), PV_PROT_READ | PV_PROT_WRITE | TOUCHED);
	space_end();
}
END_TEST

/* Somewhere in the range is a page already, small or (1) large: nothing is changed. */
START_TEST(map_exist)
{
	uint64_t hash;
	uint64_t tables;

	ck_assert_int_eq(map(U + 3 * LARGE, 0x40000000, _i == 0 ? PAGE : LARGE, PV_MAP_LARGE), PV_OK);
	hash = model_hash(space.root.v);
	tables = space.tables;
	ck_assert_int_eq(map(U - 5 * PAGE, 0x1000000, 4 * LARGE, PV_PROT_WRITE), PV_E_EXIST);
	ck_assert_uint_eq(model_hash(space.root.v), hash);
	ck_assert_uint_eq(space.tables, tables);
	ck_assert_uint_eq(machine.pages_used - pages_before, tables);
	/* A large page over a small one, too. */
	ck_assert_int_eq(map(U + 2 * LARGE, 0x1000000, 2 * LARGE, PV_MAP_LARGE), PV_E_EXIST);
	ck_assert_uint_eq(model_hash(space.root.v), hash);
	space_end();
}
END_TEST

START_TEST(map_beyond_the_machine)
{
	uint64_t top;

	machine_reset();
	machine.phys_bits = _i == 0 ? 36 : _i == 1 ? 52 : 40;
	machine_start();
	space_begin();
	top = 1ull << machine.phys_bits;
	ck_assert_int_eq(map(U, top, PAGE, 0), PV_E_RANGE);
	ck_assert_int_eq(map(U, top - PAGE, 2 * PAGE, 0), PV_E_RANGE);
	ck_assert_int_eq(map(U, 0xfffffffffffff000ull, PAGE, 0), PV_E_RANGE);
	ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
	ck_assert_int_eq(map(U, top - PAGE, PAGE, 0), PV_OK);
	expect_walk(&space, U + 5, top - PAGE + 5);
	space_end();
}
END_TEST

/* No CPUID 0x80000008: 36 bits, as the first PAE machines had. */
START_TEST(map_width_unknown)
{
	machine_reset();
	machine.phys_bits = 0;
	machine_start();
	machine.phys_bits = 36;
	space_begin();
	ck_assert_int_eq(map(U, 1ull << 36, PAGE, 0), PV_E_RANGE);
	ck_assert_int_eq(map(U, (1ull << 36) - PAGE, PAGE, 0), PV_OK);
	space_end();
}
END_TEST

/* -- large pages --------------------------------------------------------------------- */

START_TEST(large_where_it_fits)
{
	/* Small up to the first border, large in the middle, small at the end. */
	ck_assert_int_eq(map(U - PAGE, 0x40000000 - PAGE, 3 * LARGE + 2 * PAGE, PV_MAP_LARGE | PV_PROT_WRITE),
	    PV_OK);
	for (uint64_t at = 0; at < 3 * LARGE + 2 * PAGE; at += PAGE) {
		struct walk w = space_walk(&space, U - PAGE + at);

		ck_assert(w.present && w.write);
		ck_assert_uint_eq(w.pa, 0x40000000 - PAGE + at);
		ck_assert_uint_eq(w.level, at < PAGE || at >= 3 * LARGE + PAGE ? 1 : 2);
	}
	space_end();
}
END_TEST

START_TEST(large_only_if_wanted_and_possible)
{
	static const struct {
		uint64_t va, pa, size;
		unsigned flags;
		bool cap;
		unsigned level;
	} t[] = {
		{ U, 0x40000000, LARGE, PV_MAP_LARGE, true, 2 },
		{ U, 0x40000000, LARGE, 0, true, 1 },
		{ U, 0x40000000, LARGE, PV_MAP_LARGE, false, 1 },
		{ U, 0x40001000, LARGE, PV_MAP_LARGE, true, 1 },
		{ U + PAGE, 0x40001000, LARGE - PAGE, PV_MAP_LARGE, true, 1 },
		{ U, 0x40000000, LARGE - PAGE, PV_MAP_LARGE, true, 1 },
	};

	machine_reset();
	machine.caps[PV_CAP_LARGE_PAGES] = t[_i].cap;
	machine_start();
	space_begin();
	ck_assert_int_eq(map(t[_i].va, t[_i].pa, t[_i].size, t[_i].flags), PV_OK);
	ck_assert_uint_eq(space_walk(&space, t[_i].va).level, t[_i].level);
	expect_walk(&space, t[_i].va + t[_i].size - 1, t[_i].pa + t[_i].size - 1);
	space_end();
}
END_TEST

START_TEST(huge_where_it_fits)
{
	machine_reset();
	machine.has_huge = _i != 0;
	machine_start();
	space_begin();
	ck_assert_int_eq(map(0x7fc0000000 - LARGE, 4 * HUGE - LARGE, HUGE + 2 * LARGE, PV_MAP_LARGE), PV_OK);
	ck_assert_uint_eq(space_walk(&space, 0x7fc0000000 - PAGE).level, 2);
	ck_assert_uint_eq(space_walk(&space, 0x7fc0000000).level, _i != 0 ? 3 : 2);
	ck_assert_uint_eq(space_walk(&space, 0x8000000000).level, 2);
	expect_walk(&space, 0x7fc0000000 + 0x12345678, 4 * HUGE + 0x12345678);
	/* A hole of one page in the middle takes two splits. */
	ck_assert_int_eq(unmap(0x7fc0000000 + 0x12345000, PAGE), PV_OK);
	expect_none(&space, 0x7fc0000000 + 0x12345678);
	expect_walk(&space, 0x7fc0000000 + 0x12346000, 4 * HUGE + 0x12346000);
	expect_walk(&space, 0x7fc0000000 + 0x12344fff, 4 * HUGE + 0x12344fff);
	ck_assert_uint_eq(space_walk(&space, 0x7fc0000000).level, 2);
	expect_walk(&space, 0x7fffffffff, 5 * HUGE - 1);
	ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
	space_end();
}
END_TEST

/* Every way of cutting pages out of a large one; cache attribute and A/D go to the pieces. */
START_TEST(split_by_unmap)
{
	static const struct { uint64_t at, size; } cut[] = {
		{ 0, PAGE }, { LARGE - PAGE, PAGE }, { 0x100000, 0x10000 }, { PAGE, LARGE - PAGE },
		{ 0, LARGE - PAGE },
	};
	uint64_t from = cut[_i].at, to = from + cut[_i].size, pa;

	ck_assert_int_eq(map(U, 0x40000000, LARGE, PV_MAP_LARGE | PV_MAP_WC | PV_PROT_USER | PV_PROT_WRITE),
	    PV_OK);
	ck_assert(model_access(U, true, &pa));
	ck_assert_int_eq(unmap(U + from, cut[_i].size), PV_OK);
	for (uint64_t at = 0; at < LARGE; at += PAGE) {
		if (at >= from && at < to) {
			expect_none(&space, U + at);
			continue;
		}
		expect_walk(&space, U + at, 0x40000000 + at);
		ck_assert_uint_eq(flags_at(U + at),
		    PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER | PV_MAP_WC | TOUCHED);
	}
	ck_assert_uint_eq(space.tables, model_tables(space.root.v, false));
	space_end();
}
END_TEST

START_TEST(split_by_protect)
{
	ck_assert_int_eq(map(U, 0x40000000, 3 * LARGE, PV_MAP_LARGE | PV_PROT_WRITE), PV_OK);
	/* From the middle of the first to the middle of the third: the second stays whole. */
	ck_assert_int_eq(pv_radix_protect(&space, pv_va(U + LARGE / 2), 2 * LARGE, PV_PROT_EXEC), PV_OK);
	for (uint64_t at = 0; at < 3 * LARGE; at += PAGE) {
		bool in = at >= LARGE / 2 && at < 2 * LARGE + LARGE / 2;
		struct walk w = space_walk(&space, U + at);

		ck_assert_uint_eq(w.pa, 0x40000000 + at);
		ck_assert_int_eq(w.write, !in);
		ck_assert_int_eq(w.exec, in);
		ck_assert_uint_eq(w.level, at >= LARGE && at < 2 * LARGE ? 2 : 1);
	}
	space_end();
}
END_TEST

static void
hardware_writes(uint64_t *where)
{
	if ((*where & PV_PTE_P) != 0)
		*where |= PV_PTE_A | PV_PTE_D;
}

static void
note_flags(void *arg, pv_vaddr va, unsigned flags)
{
	(void)va;
	*(unsigned *)arg |= flags;
}

/*
 * The CPU writes to the page while it is split, protected (1), harvested (2), removed (3), in the
 * user half or (4-7) the kernel's. It is never absent but when it is removed.
 */
START_TEST(bits_set_meanwhile_are_kept)
{
	uint64_t va = _i < 4 ? U : kernel_va() + 4 * LARGE;
	struct pv_space *in = _i < 4 ? &space : kernel;
	unsigned seen = 0;
	uint64_t pa;

	ck_assert_int_eq(map(va, 0x40000000, LARGE, PV_PROT_WRITE | (_i % 4 == 0 ? PV_MAP_LARGE : 0)), PV_OK);
	ck_assert(model_access(va, false, &pa));
	machine.on_exchange = hardware_writes;
	if (_i % 4 == 0)
		ck_assert_int_eq(unmap(va + PAGE, PAGE), PV_OK);
	else if (_i % 4 == 1)
		ck_assert_int_eq(pv_radix_protect(in, pv_va(va), PAGE, 0), PV_OK);
	else if (_i % 4 == 2)
		ck_assert_int_eq(pv_radix_harvest(in, pv_va(va), PAGE, note_flags, &seen), PV_OK);
	else
		ck_assert_int_eq(pv_radix_unmap(in, pv_va(va), PAGE, note_flags, &seen), PV_OK);
	ck_assert_uint_eq(machine.gone, _i % 4 == 3);
	if (_i % 4 < 2)
		seen = flags_at(va);
	ck_assert_uint_eq(seen & TOUCHED, TOUCHED);
	if (_i % 4 == 1)
		ck_assert_uint_eq(flags_at(va) & PV_PROT_WRITE, 0);
	if (_i < 4)
		space_end();
}
END_TEST

/* Where small pages were, the kernel's table stays: large pages go around it. */
START_TEST(large_beside_an_old_table)
{
	uint64_t k = kernel_va() + LARGE;

	ck_assert_int_eq(map(k, 0x40000000, PAGE, 0), PV_OK);
	ck_assert_int_eq(unmap(k, PAGE), PV_OK);
	ck_assert_int_eq(map(k - LARGE, 0x40000000, 3 * LARGE, PV_MAP_LARGE), PV_OK);
	ck_assert_uint_eq(space_walk(kernel, k - LARGE).level, 2);
	ck_assert_uint_eq(space_walk(kernel, k).level, 1);
	ck_assert_uint_eq(space_walk(kernel, k + LARGE).level, 2);
	expect_walk(kernel, k + LARGE - 1, 0x40000000 + 2 * LARGE - 1);
}
END_TEST

static void
add_tests(TCase *t)
{
	tcase_add_test(t, map_one_page);
	tcase_add_test(t, map_range_over_tables);
	tcase_add_test(t, map_all_protections);
	tcase_add_test(t, map_without_nx);
	tcase_add_test(t, map_caches_small);
	tcase_add_test(t, map_caches_large);
	tcase_add_test(t, map_write_combining_without_pat);
	tcase_add_loop_test(t, map_global, 0, 2);
	tcase_add_test(t, map_soft_bits);
	tcase_add_test(t, query_what_is_there);
	tcase_add_test(t, query_referenced_and_modified);
	tcase_add_loop_test(t, map_exist, 0, 2);
	tcase_add_loop_test(t, map_beyond_the_machine, 0, 3);
	tcase_add_test(t, map_width_unknown);
	tcase_add_test(t, large_where_it_fits);
	tcase_add_loop_test(t, large_only_if_wanted_and_possible, 0, 6);
	if (!is_pae())
		tcase_add_loop_test(t, huge_where_it_fits, 0, 2);
	tcase_add_loop_test(t, split_by_unmap, 0, 5);
	tcase_add_test(t, split_by_protect);
	tcase_add_loop_test(t, bits_set_meanwhile_are_kept, 0, 8);
	tcase_add_test(t, large_beside_an_old_table);
}

static Suite *
radix_suite(void)
{
	Suite *s = suite_create("radix");
	TCase *t = tcase_create("ranges");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, radix_setup, machine_stop);
	tcase_set_timeout(t, 60);
	add_tests(t);
	return s;
}

int
main(void)
{
	SRunner *runner = srunner_create(radix_suite());

	srunner_add_suite(runner, radix_change_suite());
	srunner_add_suite(runner, radix_space_suite());
	srunner_add_suite(runner, radix_fault_suite());
	/* The public functions check against the limits of the machine that this is compiled for. */
	if (!is_pae()) {
		srunner_add_suite(runner, space_front_suite());
		srunner_add_suite(runner, io_front_suite());
	}
	return run_all(runner);
}
