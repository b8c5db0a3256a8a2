/*
 * Tables that a batch makes in several spaces, on the model hypervisor: whichever of its
 * requests is refused, and whatever else runs in between, each page comes back and user
 * mode sees what the kernel sees.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "xen_host.h"
#include "run.h"
#include <pv/x86/pte.h>
#include "../../backends/xen/batch.h"

#define SPARSE		0x200000ul	/* each page below a leaf table of its own */
#define AT		0x8000000000ul
#define U		0x40000000ul
#define RW		(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)
#define TABLES		70u		/* more than the backend takes note of at a time */
#define FOLLOW		4u		/* refusals that may follow from one */

static struct pv_space space, second;
static pv_status inner;

static void
maps_elsewhere(void)
{
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_map(&second, pv_va(U), xh_page(0), 4096, RW), PV_OK);
	inner = pv_mmu_end();
}

/* A batch in two spaces with another one in between; true if its n-th request was refused. */
static bool
sparse_batch(unsigned n)
{
	struct pv_batch outer;
	pv_status s = PV_OK, ended;

	xm.refused.ordered = false;
	xm.refuse_at = n;
	pv_mmu_begin();
	for (unsigned i = 0; i < TABLES && s == PV_OK; i++)
		s = pv_space_map(i == 3 ? &second : &space, pv_va(AT + i * SPARSE), xh_page(i), 4096, RW);
	pv_xen_batch_park(&outer);
	if (!xm.refused.ordered)
		maps_elsewhere();
	pv_xen_batch_resume(&outer);
	ended = pv_mmu_end();
	s = s == PV_OK ? ended : s;
	xm.refuse_at = 0;
	ck_assert_int_eq(s, xm.refused.ordered && inner == PV_OK ? PV_E_REFUSED : PV_OK);
	return xm.refused.ordered;
}

/* Every page of a table is given back with its space, whichever request it was. */
static void
refuse_each(void)
{
	struct pv_refusal r;
	bool more = true;

	for (unsigned n = 1; more; n += n < 30 ? 1 : 17) {
		uint64_t before = pv_refusal_count();

		inner = PV_OK;
		ck_assert_int_eq(pv_space_create(&space), PV_OK);
		ck_assert_int_eq(pv_space_create(&second), PV_OK);
		more = sparse_batch(n);
		ck_assert_msg(pv_refusal_count() - before <= FOLLOW, "request %u refused: and %llu more", n,
		    (unsigned long long)(pv_refusal_count() - before - 1));
		xh_check_halves(&space, AT, SPARSE, TABLES);
		xh_check_halves(&second, AT, SPARSE, TABLES);
		ck_assert_int_eq(pv_space_destroy(&second), PV_OK);
		ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
		ck_assert_msg(xh.pages_used == 0, "request %u refused: %u pages are lost", n, xh.pages_used);
		while (pv_refusal_get(&r))
			continue;
		xh_check("with a request refused");
	}
}

START_TEST(refused_tables_come_back)
{
	refuse_each();
}
END_TEST

/* Pages that are mapped nowhere for good: a kernel shows them through windows. */
#define FAR		(XH_DATA + XH_DATA_PAGES)
#define NR_FAR		200u

static bool far_used[NR_FAR];

static bool
is_near(pv_paddr page)
{
	return page.v / 4096 - FAR >= NR_FAR;
}

static pv_status
far_alloc(void *context, pv_paddr *frame)
{
	(void)context;
	for (unsigned n = 0; n < NR_FAR; n++) {
		if (far_used[n])
			continue;
		far_used[n] = true;
		xh.pages_used++;
		*frame = pv_pa((FAR + n) * 4096ull);
		memset(xm_at(xm.p2m[FAR + n]), 0, 4096);
		return PV_OK;
	}
	return PV_E_NOMEM;
}

static void
far_free(void *context, pv_paddr frame)
{
	unsigned n = (unsigned)(frame.v / 4096);

	(void)context;
	ck_assert(!is_near(frame) && far_used[n - FAR]);
	ck_assert_msg(xm.frame[xm.p2m[n]].types == 0, "page %u is given back, and a table still", n);
	memset(xm_at(xm.p2m[n]), 0xcc, 4096);
	far_used[n - FAR] = false;
	xh.pages_used--;
}

static void *
far_window(void *context, pv_paddr pa)
{
	(void)context;
	return (void *)(XM_DIRECT + (uintptr_t)pa.v);
}

static void *
near_only(void *context, pv_paddr pa)
{
	return is_near(pa) ? far_window(context, pa) : NULL;
}

static void
far_close(void *context, void *window)
{
	(void)context;
	(void)window;
}

static void
no_addresses(void)
{
	struct pv_hooks *h = (struct pv_hooks *)(uintptr_t)pv_hooks_get();

	pv_mmu_begin();
	for (unsigned n = 0; n < NR_FAR; n++) {
		pv_pte *e = (pv_pte *)xh_entry(pv_space_kernel()->root, XM_DIRECT + (FAR + n) * 4096ul);

		pv_pte_set(e, pv_pte_of(pv_pte_get(e).v & ~PV_PTE_W));
	}
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	pv_direct_map.covers = is_near;
	h->page_alloc = far_alloc;
	h->page_free = far_free;
	h->phys_to_virt = near_only;
	h->map_frame = far_window;
	h->unmap_frame = far_close;
}

START_TEST(tables_without_an_address)
{
	no_addresses();
	refuse_each();
}
END_TEST

/* A table that hangs where it did because its unlinking was refused is no memory. */
START_TEST(unlinking_is_refused)
{
	bool more = true;

	no_addresses();
	for (unsigned n = 1; more; n++) {
		ck_assert_int_eq(pv_space_create(&space), PV_OK);
		ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), 4096, RW), PV_OK);
		xm.refused.ordered = false;
		xm.refuse_at = n;
		(void)pv_space_unmap(&space, pv_va(U), 4096);
		pv_space_sync(&space);
		more = xm.refused.ordered;
		xm.refuse_at = 0;
		ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	}
}
END_TEST

/* -- the kernel's half ---------------------------------------------------------------------------- */

#define RW_KERNEL	(PV_PROT_READ | PV_PROT_WRITE)

/* Each below a root entry of its own. */
static uintptr_t
kernel_va(unsigned n)
{
	return XM_DIRECT + ((4ul + n) << 39);
}

static pv_status
map_kernel(unsigned n)
{
	return pv_ops.mmu.map(pv_space_kernel(), pv_va(kernel_va(n)), xh_page(0), 4096, RW_KERNEL);
}

static void
refuse(unsigned n, int only)
{
	xm.refused.ordered = false;
	xm.refuse_at = n;
	xm.refuse_only = only;
}

static void
expect_shared(unsigned n)
{
	ck_assert_msg((xm_walk(xm.p2m[space.root.v / 4096], kernel_va(n)) & XM_P) != 0,
	    "mapping %u is not there", n);
}

START_TEST(kernel_half_is_refused)
{
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(map_kernel(0), PV_OK);
	refuse(1, XEN_MMU_UPDATE);
	pv_space_activate(&space);
	ck_assert(xm.refused.ordered);
	expect_shared(0);
	pv_space_activate(NULL);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

static void
refuse_next(void)
{
	xm.refuse_at = 1;
}

static void
expect_panic(void (*fn)(void), const char *what)
{
	xh.expect_panic = true;
	if (setjmp(xh.panicked) == 0) {
		fn();
		ck_abort_msg("it goes on, and should not: %s", what);
	}
	ck_assert_msg(strstr(xh.panic, what) != NULL, "panic: %s", xh.panic);
}

static void
activate(void)
{
	pv_space_activate(&space);
}

START_TEST(kernel_half_cannot_be_had)
{
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(map_kernel(0), PV_OK);
	refuse(0, XEN_MMU_UPDATE);
	xm.between = refuse_next;
	expect_panic(activate, "the kernel's half");
}
END_TEST

/* Whichever request of a mapping is refused, the space that runs has the next one. */
START_TEST(kernel_half_of_who_runs)
{
	bool more = true;

	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_create(&second), PV_OK);
	pv_space_activate(&space);
	for (unsigned n = 0; more; n++) {
		refuse(n + 1, -1);
		ck_assert_int_eq(map_kernel(n), xm.refused.ordered ? PV_E_REFUSED : PV_OK);
		more = xm.refused.ordered;
		refuse(0, -1);
		if (more)
			ck_assert_int_eq(map_kernel(n), PV_OK);
		expect_shared(n);
	}
	pv_space_activate(NULL);
	ck_assert_int_eq(pv_space_destroy(&second), PV_OK);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	xh_check("at the end");
}
END_TEST

static void
activate_in_a_batch(void)
{
	pv_mmu_begin();
	pv_space_activate(&space);
	(void)pv_mmu_end();
}

START_TEST(root_is_refused)
{
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	refuse(1 + (unsigned)_i, XEN_MMUEXT_OP);
	expect_panic(activate_in_a_batch, "root");
}
END_TEST

/* -- batches ---------------------------------------------------------------------------------------- */

static void
interrupt(void (*handler)(void))
{
	struct pv_batch outer;

	pv_xen_batch_park(&outer);
	handler();
	pv_xen_batch_resume(&outer);
}

static void (*real_begin)(void);
static pv_status (*real_end)(void);

static void
interrupted_begin(void)
{
	pv_ops.mmu.begin = real_begin;
	interrupt(maps_elsewhere);
	real_begin();
}

static pv_status
interrupted_end(void)
{
	pv_ops.mmu.end = real_end;
	interrupt(maps_elsewhere);
	return real_end();
}

/* Where a batch begins and ends it is not yet, or no longer, known to both. */
START_TEST(begin_and_end_are_interrupted)
{
	real_begin = pv_ops.mmu.begin;
	real_end = pv_ops.mmu.end;
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_create(&second), PV_OK);
	if (_i == 0)
		pv_ops.mmu.begin = interrupted_begin;
	else
		pv_ops.mmu.end = interrupted_end;
	inner = PV_E_STAGE;
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_map(&space, pv_va(AT), xh_page(0), 4096, RW), PV_OK);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert_int_eq(inner, PV_OK);
	ck_assert_int_eq(pv_mmu_end(), PV_E_INVAL);
	ck_assert_int_eq(pv_space_destroy(&second), PV_OK);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

static void
forgets(void)
{
	interrupt(pv_mmu_begin);
}

START_TEST(handler_leaves_a_batch)
{
	if (_i != 0)
		pv_mmu_begin();
	expect_panic(forgets, "pv_mmu_end");
}
END_TEST

/* Then its calls are made one by one, all of them. */
START_TEST(multicall_is_refused)
{
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_map(&space, pv_va(AT), xh_page(0), 4096, RW), PV_OK);
	pv_flush_all(true);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), 4096, RW), PV_OK);
	xm.refuse_multicall = true;
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert(!xm.refuse_multicall);
	ck_assert((xm_walk(xm.p2m[space.root.v / 4096], AT) & XM_P) != 0);
	ck_assert((xm_walk(xm.p2m[space.root.v / 4096], U) & XM_P) != 0);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

/* -- what pages were used ----------------------------------------------------------------------- */

#define MANY		1000u

static unsigned told[MANY];

/* The hardware's part. */
static void
use_pages(unsigned every)
{
	for (unsigned i = 0; i < MANY; i += every)
		*xm_leaf(xm.p2m[space.root.v / 4096], U + i * 4096) |= XM_AD;
}

static uint64_t
used(unsigned i)
{
	return xm_walk(xm.p2m[space.root.v / 4096], U + i * 4096) & XM_AD;
}

/* Who is told has what he is told already done. */
static void
on_page(void *arg, pv_vaddr va, unsigned flags)
{
	unsigned i = (unsigned)((va.v - U) / 4096);

	(void)arg;
	ck_assert_uint_eq(flags & (PV_MAP_REFERENCED | PV_MAP_MODIFIED), PV_MAP_REFERENCED | PV_MAP_MODIFIED);
	ck_assert_msg(used(i) == 0, "page %u is told, but not taken", i);
	told[i]++;
}

static pv_status
do_harvest(void)
{
	return pv_space_harvest(&space, pv_va(U), MANY * 4096, on_page, NULL);
}

static pv_status
do_unmap(void)
{
	return pv_space_unmap_harvest(&space, pv_va(U), MANY * 4096, on_page, NULL);
}

static pv_status (*const harvests[])(void) = { do_harvest, do_unmap };

START_TEST(harvest_is_a_few_calls)
{
	unsigned calls;

	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), MANY * 4096, RW), PV_OK);
	use_pages(3);
	calls = xm.calls;
	ck_assert_int_eq(harvests[_i](), PV_OK);
	ck_assert_uint_le(xm.calls - calls, 20);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_msg(told[i] == (i % 3 == 0), "page %u is told %u times", i, told[i]);
	/* Once. */
	ck_assert_int_eq(harvests[_i](), PV_OK);
	ck_assert_uint_eq(told[0] + told[3], 2);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

/* A page that could not be taken is not told, and is as it was. */
START_TEST(harvest_is_refused)
{
	struct pv_refusal r;

	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), MANY * 4096, RW), PV_OK);
	use_pages(1);
	xm.refuse_at = 75;
	ck_assert_int_eq(harvests[_i](), PV_E_REFUSED);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_msg(told[i] == (i != 74) && (used(i) != 0) == (i == 74), "page %u is told %u times", i,
		    told[i]);
	ck_assert(pv_refusal_get(&r));
	/* The next time. */
	ck_assert_int_eq(harvests[_i](), PV_OK);
	ck_assert_uint_eq(told[74], 1);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	ck_assert_uint_eq(xh.pages_used, 0);
	xh_check("at the end");
}
END_TEST

/* Each page is read once more as soon as it was taken. */
static void
reads_again(void)
{
	for (unsigned i = 0; i < 4; i++)
		if (used(i) == 0)
			*xm_leaf(xm.p2m[space.root.v / 4096], U + i * 4096) |= PV_PTE_A;
}

static void
on_change(void *arg, pv_vaddr va, unsigned flags)
{
	(void)arg;
	if ((flags & PV_MAP_MODIFIED) != 0)
		told[(va.v - U) / 4096]++;
}

/* What was written is told, also if a CPU uses the page again at once. */
START_TEST(harvest_is_too_late)
{
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), xh_page(0), MANY * 4096, RW), PV_OK);
	use_pages(1);
	xm.between = reads_again;
	ck_assert_int_eq(pv_space_harvest(&space, pv_va(U), 8 * 4096, on_change, NULL), PV_OK);
	xm.between = NULL;
	for (unsigned i = 0; i < 8; i++)
		ck_assert_msg(told[i] == 1, "page %u is told %u times", i, told[i]);
	ck_assert_uint_eq(used(0), PV_PTE_A);
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
}
END_TEST

static Suite *
tables_suite(void)
{
	Suite *suite = suite_create("xen_tables");
	TCase *tcase = tcase_create("tables");

	tcase_add_checked_fixture(tcase, xh_start_mmu, NULL);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, refused_tables_come_back);
	tcase_add_test(tcase, tables_without_an_address);
	tcase_add_test(tcase, unlinking_is_refused);
	tcase_add_test(tcase, kernel_half_is_refused);
	tcase_add_test(tcase, kernel_half_cannot_be_had);
	tcase_add_test(tcase, kernel_half_of_who_runs);
	tcase_add_loop_test(tcase, root_is_refused, 0, 2);
	tcase_add_loop_test(tcase, begin_and_end_are_interrupted, 0, 2);
	tcase_add_loop_test(tcase, handler_leaves_a_batch, 0, 2);
	tcase_add_test(tcase, multicall_is_refused);
	tcase_add_test(tcase, harvest_is_too_late);
	tcase_add_loop_test(tcase, harvest_is_a_few_calls, 0, 2);
	tcase_add_loop_test(tcase, harvest_is_refused, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return run_all(srunner_create(tables_suite()));
}
