/*
 * The page-table half of the Xen backend on the model hypervisor: what it does when all
 * goes well, how many calls that takes, and what is left when any one of its requests is
 * refused: the state before or the one after, and a record that names the request.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "xen_host.h"
#include "../../backends/xen/mmu.h"
#include "../../backends/xen/p2m.h"
#include "../../backends/xen/refuse.h"
#include "run.h"

#define U		0x403fa000ul	/* six pages before a leaf table ends */
#define RW		(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)
#define FEW		24u
#define MANY		1000u
#define SIZE(pages)	((uintptr_t)(pages) * 4096)
/* What of an entry a kernel sees. */
#define MEANING		(XM_FRAME | XM_P | XM_W | XM_KERNEL | 1ull << 63)

static struct pv_space space;
static pv_status do_switch(void);

static uint64_t
leaf(uintptr_t va)
{
	return space.root.v == 0 ? 0 : xm_walk(xm.p2m[space.root.v / 4096], va) & MEANING;
}

static pv_status
map(unsigned pages, unsigned flags)
{
	return pv_space_map(&space, pv_va(U), xh_page(0), SIZE(pages), flags);
}

static void
expect_mapped(unsigned pages, uint64_t bits)
{
	for (unsigned i = 0; i < pages; i++) {
		uint64_t e = leaf(U + SIZE(i));

		ck_assert_msg(xm_mfn(e) == xm.p2m[XH_DATA + i] && (e & (XM_P | XM_W)) == bits,
		    "page %u: entry 0x%llx", i, (unsigned long long)e);
	}
}

static void
expect_nothing(unsigned pages)
{
	for (unsigned i = 0; i < pages; i++)
		ck_assert_uint_eq(leaf(U + SIZE(i)), 0);
}

static void
begin(void)
{
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
}

static void
end(void)
{
	struct pv_refusal r;

	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	ck_assert_uint_eq(xh.pages_used, 0);
	ck_assert_msg(!pv_refusal_get(&r), "%s was refused %s (%s)", r.op, r.call, r.code_name);
	xh_check("at the end");
}

/* -- all goes well ------------------------------------------------------------------ */

START_TEST(space_comes_and_goes)
{
	uint64_t before = xm_hash();

	begin();
	xh_check("with a space");
	ck_assert_int_eq(xm.frame[xm.p2m[space.root.v / 4096]].type, XM_L4);
	ck_assert(xm.frame[xm.p2m[space.root.v / 4096]].pinned);
	end();
	ck_assert(xm_hash() == before);
}
END_TEST

START_TEST(thousand_pages)
{
	unsigned before;

	begin();
	before = xm.calls;
	pv_mmu_begin();
	ck_assert_int_eq(map(MANY, RW), PV_OK);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert_uint_le(xm.calls - before, 8);
	expect_mapped(MANY, XM_P | XM_W);
	xh_check("mapped");

	before = xm.calls;
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_unmap(&space, pv_va(U), SIZE(MANY)), PV_OK);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert_uint_le(xm.calls - before, 8);
	expect_nothing(MANY);
	pv_space_sync(&space);
	xh_check("unmapped");
	end();
}
END_TEST

START_TEST(full_space_is_cleared)
{
	unsigned before;

	begin();
	ck_assert_int_eq(map(MANY, RW), PV_OK);
	before = xm.calls;
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	ck_assert_uint_le(xm.calls - before, 8);
	ck_assert_uint_eq(xh.pages_used, 0);
	xh_check("destroyed");
}
END_TEST

START_TEST(protection_changes)
{
	unsigned flags;
	pv_paddr pa;

	begin();
	ck_assert_int_eq(map(FEW, RW), PV_OK);
	ck_assert_int_eq(pv_space_protect(&space, pv_va(U), SIZE(FEW), PV_PROT_READ | PV_PROT_USER), PV_OK);
	expect_mapped(FEW, XM_P);
	ck_assert_int_eq(pv_space_query(&space, pv_va(U + 4096), &pa, &flags), PV_OK);
	ck_assert_uint_eq(pa.v, xh_page(1).v);
	ck_assert_uint_eq(flags & (PV_PROT_WRITE | PV_PROT_USER), PV_PROT_USER);
	xh_check("read-only");
	end();
}
END_TEST

/* Pages of tables are ordinary again, and can be mapped writable. */
START_TEST(tables_become_data)
{
	pv_paddr page;

	begin();
	ck_assert_int_eq(pv_hooks_get()->page_alloc(NULL, &page), PV_OK);
	ck_assert_int_eq(pv_table_claim(page, 4), PV_OK);
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), page, 4096, RW), PV_E_REFUSED);
	ck_assert_int_eq(pv_table_release(page, 4), PV_OK);
	xh_check("released");
	{
		struct pv_refusal r;

		ck_assert(pv_refusal_get(&r));
		ck_assert_str_eq(r.code_name, "EBUSY");
		ck_assert_ptr_nonnull(r.hint);
	}
	ck_assert_int_eq(pv_space_map(&space, pv_va(U), page, 4096, RW), PV_OK);
	ck_assert_int_eq(pv_space_unmap(&space, pv_va(U), 4096), PV_OK);
	pv_hooks_get()->page_free(NULL, page);
	end();
}
END_TEST

/* What the CPU runs on is let go only when it runs on something else. */
START_TEST(roots_change)
{
	begin();
	pv_space_activate(&space);
	ck_assert_uint_eq(xm.root, xm.p2m[space.root.v / 4096]);
	ck_assert_uint_ne(xm.user_root, 0);
	xh_check("active");
	ck_assert_int_eq(pv_space_destroy(&space), PV_E_BUSY);
	pv_space_activate(pv_space_kernel());
	ck_assert_uint_eq(xm.root, xm.root_at_boot);
	end();
}
END_TEST

START_TEST(switch_is_one_call)
{
	struct pv_refusal r;
	unsigned before;

	begin();
	before = xm.calls;
	ck_assert_int_eq(do_switch(), PV_OK);
	ck_assert_uint_eq(xm.calls - before, 1);
	ck_assert_uint_eq(xm.root, xm.p2m[space.root.v / 4096]);
	ck_assert_uint_eq(xm.kernel_sp, 0x1000);
	ck_assert(xm.task_switched);
	ck_assert(!pv_refusal_get(&r));
	pv_space_activate(pv_space_kernel());
	end();
}
END_TEST

/* -- each request refused, one after the other -------------------------------------------- */

static uintptr_t window;
static pv_paddr table;

static void
with_space(void)
{
	begin();
}

static void
with_pages(void)
{
	begin();
	ck_assert_int_eq(map(FEW, RW), PV_OK);
}

static void
with_many(void)
{
	begin();
	ck_assert_int_eq(map(MANY, RW), PV_OK);
}

static void
with_page(void)
{
	ck_assert_int_eq(pv_hooks_get()->page_alloc(NULL, &table), PV_OK);
}

static void
with_root(void)
{
	with_page();
	ck_assert_int_eq(pv_table_claim(table, 4), PV_OK);
}

static void
with_nothing(void)
{
}

static pv_status
do_create(void)
{
	return pv_space_create(&space);
}

static pv_status
do_destroy(void)
{
	return pv_space_destroy(&space);
}

static pv_status
do_map(void)
{
	return map(FEW, RW);
}

static pv_status
do_map_many(void)
{
	pv_status s, e;

	pv_mmu_begin();
	s = map(MANY, RW);
	e = pv_mmu_end();
	return s != PV_OK ? s : e;
}

static pv_status
do_unmap(void)
{
	return pv_space_unmap(&space, pv_va(U), SIZE(FEW));
}

static pv_status
do_protect(void)
{
	return pv_space_protect(&space, pv_va(U), SIZE(FEW), PV_PROT_READ | PV_PROT_USER);
}

static pv_status
do_claim(void)
{
	return pv_table_claim(table, 4);
}

static pv_status
do_claim_leaf(void)
{
	return pv_table_claim(table, 1);
}

static pv_status
do_release(void)
{
	return pv_table_release(table, 4);
}

static pv_status
do_activate(void)
{
	pv_space_activate(&space);
	return PV_OK;
}

static pv_status
do_switch(void)
{
	pv_ops.cpu.switch_begin();
	pv_ops.cpu.switch_kernel_sp(0x1000);
	pv_space_activate(&space);
	pv_ops.cpu.switch_fpu(false);
	pv_ops.cpu.switch_end();
	return PV_OK;
}

/* Entries are written without a status: what came of it is seen. */
static pv_status
do_set(void)
{
	pv_pte *e = (pv_pte *)xh_entry(space.root, U), new = pv_pte_make(xh_page(FEW), PV_PTE_P | PV_PTE_U);

	pv_pte_set(e, new);
	return pv_pte_frame(pv_pte_get(e)).v == xh_page(FEW).v ? PV_OK : PV_E_REFUSED;
}

static pv_status
do_clear(void)
{
	pv_pte *e = (pv_pte *)xh_entry(space.root, U);

	pv_pte_clear(e);
	return pv_pte_get(e).v == 0 ? PV_OK : PV_E_REFUSED;
}

static pv_status
do_exchange(void)
{
	pv_pte *e = (pv_pte *)xh_entry(space.root, U);

	ck_assert_uint_eq(pv_pte_frame(pv_pte_exchange(e, pv_pte_of(0))).v, xh_page(0).v);
	return pv_pte_get(e).v == 0 ? PV_OK : PV_E_REFUSED;
}

static pv_status
do_map_kernel(void)
{
	pv_vaddr va;

	if (window == 0) {
		ck_assert_int_eq(pv_hooks_get()->va_alloc(NULL, SIZE(4), &va), PV_OK);
		window = va.v;
	}
	return pv_ops.mmu.map(pv_space_kernel(), pv_va(window), xh_page(0), SIZE(4), PV_PROT_READ | PV_PROT_WRITE);
}

static const struct operation {
	const char *name;
	void (*before)(void);
	pv_status (*run)(void);
	unsigned every;			/* not all requests of long ones */
	enum {
		WHOLE,			/* all of it is as before, or as it should be */
		BY_PAGE,		/* each page is */
		PANICS			/* it has no way to say no */
	} how;
} operations[] = {
	{ "create a space", with_nothing, do_create, 1, WHOLE },
	{ "destroy it", with_space, do_destroy, 1, WHOLE },
	{ "destroy a full one", with_many, do_destroy, 41, WHOLE },
	{ "map some pages", with_space, do_map, 1, WHOLE },
	{ "map 1,000 pages in a batch", with_space, do_map_many, 41, BY_PAGE },
	{ "unmap some pages", with_pages, do_unmap, 1, BY_PAGE },
	{ "protect some pages", with_pages, do_protect, 1, BY_PAGE },
	{ "set an entry", with_pages, do_set, 1, WHOLE },
	{ "clear an entry", with_pages, do_clear, 1, WHOLE },
	{ "exchange an entry", with_pages, do_exchange, 1, WHOLE },
	{ "claim a root", with_page, do_claim, 1, WHOLE },
	{ "claim a leaf table", with_page, do_claim_leaf, 1, WHOLE },
	{ "release a root", with_root, do_release, 1, WHOLE },
	{ "activate a space", with_space, do_activate, 1, PANICS },
	{ "switch the thread", with_space, do_switch, 1, PANICS },
	{ "map in the kernel's space", with_nothing, do_map_kernel, 1, WHOLE },
};
#define NR_OPERATIONS	(sizeof(operations) / sizeof(operations[0]))

/* All that a kernel can see of what the operations change. */
struct view {
	bool space, active;
	uint64_t leaf[MANY], window[4];
	enum xm_type table;
};

static void
look(struct view *v)
{
	memset(v, 0, sizeof(*v));
	v->space = space.root.v != 0;
	v->active = v->space && xm.root == xm.p2m[space.root.v / 4096];
	for (unsigned i = 0; i < MANY; i++)
		v->leaf[i] = leaf(U + SIZE(i));
	for (unsigned i = 0; window != 0 && i < 4; i++)
		v->window[i] = xm_walk(xm.root_at_boot, window + SIZE(i)) & MEANING;
	if (table.v != 0)
		v->table = xm.frame[xm.p2m[table.v / 4096]].pinned ? XM_L4 : XM_NONE;
}

/* Back to how it began, with nothing refused; and nothing is left of it. */
static void
clean_up(const struct operation *o, unsigned n, uint64_t hash)
{
	struct pv_refusal r;

	if (xm.root != xm.root_at_boot)
		pv_space_activate(pv_space_kernel());
	pv_cpu()->space = NULL;
	if (space.root.v != 0) {
		ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
		memset(&space, 0, sizeof(space));
	}
	if (window != 0)
		(void)pv_ops.mmu.unmap(pv_space_kernel(), pv_va(window), SIZE(4), NULL, NULL);
	if (table.v != 0) {
		if (pv_xen_table_level(table) != 0)
			ck_assert_int_eq(pv_table_release(table, pv_xen_table_level(table)), PV_OK);
		pv_hooks_get()->page_free(NULL, table);
	}
	table.v = 0;
	while (pv_refusal_get(&r))
		continue;
	ck_assert_msg(xh.pages_used == 0, "%s, request %u refused: %u pages are lost", o->name, n, xh.pages_used);
	ck_assert_msg(xm_hash() == hash, "%s, request %u refused: something is left", o->name, n);
}

/*
 * Tables that wait to be given back are chained by entries that are not present. Xen has no reason to
 * refuse one; if it did, the pages behind it would be lost.
 */
static bool
is_link(void)
{
	return xm.refused.nr == XEN_MMU_UPDATE && xm.refused.arg[1] != 0 && (xm.refused.arg[1] & XM_P) == 0;
}

static void
expect_old_or_new(const struct operation *o, unsigned n, pv_status s, const struct view *before,
    const struct view *after, const struct view *now)
{
	bool old = memcmp(now, before, sizeof(*now)) == 0, new = memcmp(now, after, sizeof(*now)) == 0;

	for (unsigned i = 0; o->how == BY_PAGE && i < MANY; i++)
		ck_assert_msg(now->leaf[i] == before->leaf[i] || now->leaf[i] == after->leaf[i],
		    "%s, request %u refused: page %u is neither old nor new", o->name, n, i);
	ck_assert_msg(o->how == BY_PAGE || old || new, "%s, request %u refused (%s): neither old nor new", o->name, n,
	    pv_status_name(s));
	/* What could not be made is not there; a space that is gone is gone, whatever was refused on the way. */
	ck_assert_msg(s == PV_OK || old || o->how == BY_PAGE || (o->run == do_destroy && s == PV_E_REFUSED),
	    "%s, request %u refused: %s, but it is done", o->name, n, pv_status_name(s));
	ck_assert_msg(s != PV_OK || new, "%s, request %u refused: PV_OK, but it is not done", o->name, n);
}

/* With the n-th request refused. False: there are not so many. */
static bool
try_refused(const struct operation *o, unsigned n)
{
	static struct view before, after, now;
	uint64_t hash = xm_hash();
	bool panicked;
	pv_status s;

	o->before();
	look(&before);
	ck_assert_int_eq(o->run(), PV_OK);
	look(&after);
	ck_assert_msg(memcmp(&before, &after, sizeof(now)) != 0 || o->run == do_claim_leaf, "nothing to see");
	clean_up(o, 0, hash);
	o->before();
	if (!xh_refused(o->run, n, &s, &panicked)) {
		ck_assert_int_eq(s, PV_OK);
		return false;
	}
	ck_assert_msg(!panicked || o->how == PANICS, "%s, request %u refused: %s", o->name, n, xh.panic);
	look(&now);
	if (!panicked)
		expect_old_or_new(o, n, s, &before, &after, &now);
	xh_check_record(o->name, n);
	if (!panicked && space.root.v != 0)
		xh_check_halves(&space, U, 4096, MANY);
	xh_check(o->name);
	if (!panicked && !is_link())
		clean_up(o, n, hash);
	return true;
}

/* Each in a process of its own: after a panic there is no way on. */
START_TEST(refused_at_any_request)
{
	const struct operation *o = &operations[_i];
	int status = 0;
	unsigned n;

	/* The first ones are those of the tables. */
	for (n = 1; status == 0; n += n < 10 ? 1 : o->every) {
		pid_t child = fork();

		if (child == 0) {
			xh_start_mmu();
			_exit(try_refused(o, n) ? 0 : 2);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
	}
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%s, request %u refused: status 0x%x", o->name,
	    n, (unsigned)status);
	ck_assert_uint_gt(n, 2);
}
END_TEST

static Suite *
mmu_suite(void)
{
	Suite *suite = suite_create("xen_mmu");
	TCase *tcase = tcase_create("mmu");

	tcase_add_checked_fixture(tcase, xh_start_mmu, NULL);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, space_comes_and_goes);
	tcase_add_test(tcase, thousand_pages);
	tcase_add_test(tcase, full_space_is_cleared);
	tcase_add_test(tcase, protection_changes);
	tcase_add_test(tcase, tables_become_data);
	tcase_add_test(tcase, roots_change);
	tcase_add_test(tcase, switch_is_one_call);
	tcase_add_loop_test(tcase, refused_at_any_request, 0, NR_OPERATIONS);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return run_all(srunner_create(mmu_suite()));
}
