/*
 * Tests of the pmap on what <pv/x86/pte.h> promises.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define MSR_PAT		0x277u
#define PAT_AS_XEN	0x0000050100070406ull
#define WORD		0x1122334455667788ull

static struct space space_a, space_b;

static volatile uint64_t *
word(uintptr_t va)
{
	return (volatile uint64_t *)va;
}

static pv_paddr
page(void)
{
	pv_paddr frame;

	if (page_alloc(NULL, &frame) != PV_OK)
		pv_panic("attach: the tests are out of pages");
	return frame;
}

static void
write_word(void *arg)
{
	*word((uintptr_t)arg) = WORD;
}

static void
read_word(void *arg)
{
	(void)*word((uintptr_t)arg);
}

static void
run(void *arg)
{
	((void (*)(void))(uintptr_t)arg)();
}

/* The fault address is exact to the page. */
static bool
in_page(const struct caught *c, uintptr_t va)
{
	return (c->address & ~PV_PAGE_MASK) == (va & ~PV_PAGE_MASK);
}

/* Does the entry read the same through every view, with these bits set and those clear? */
static bool
all_views(struct space *s, uintptr_t va, pv_paddr pa, uint64_t set, uint64_t clear)
{
	for (unsigned v = 0; v < VIEWS; v++) {
		unsigned level;
		pv_pte e = pmap_lookup(s, va, &level, (enum view)v);

		if (level != 1 || pv_pte_frame(e).v != pa.v || (e.v & set) != set || (e.v & clear) != 0)
			return false;
	}
	return true;
}

/* Map by one view, use, look by all, remove by the same one. */
static void
test_view(enum view view)
{
	uint64_t flags = PV_PTE_P | PV_PTE_W | PV_PTE_SOFT2 | nx;
	pv_paddr pa = page();
	char name[40];
	struct caught c;
	pv_pte old;
	bool good;

	(void)pv_snprintf(name, sizeof(name), "pmap.map_%s", view_name[view]);
	good = pmap_enter(&space_a, USER_A, pa, flags, view) &&
	    all_views(&space_a, USER_A, pa, flags, PV_PTE_D);
	*word(USER_A) = WORD;
	good = good && *(uint64_t *)direct(pa) == WORD;
	ok(name, good && all_views(&space_a, USER_A, pa, flags | PV_PTE_A | PV_PTE_D, PV_PTE_SOFT1),
	    "what was mapped is not what is there");
	(void)pv_snprintf(name, sizeof(name), "pmap.unmap_%s", view_name[view]);
	old = pmap_remove(&space_a, USER_A, view);
	good = pv_pte_frame(old).v == pa.v && (old.v & PV_PTE_D) != 0;
	ok(name, good && catch(read_word, (void *)USER_A, &c) && in_page(&c, USER_A) && c.code == 0,
	    "the page is still there");
	page_free(NULL, pa);
}

static void
test_claims(void)
{
	pv_paddr pa = page();

	ok_status("pmap.claim", pv_table_claim(pa, 1), PV_OK);
	ok_status("pmap.release", pv_table_release(pa, 1), PV_OK);
	ok_status("pmap.claim_level", pv_table_claim(pa, PV_TABLE_LEVELS + 1), PV_E_INVAL);
	ok_status("pmap.claim_unaligned", pv_table_claim(pv_pa_add(pa, 8), 1), PV_E_INVAL);
	page_free(NULL, pa);
}

/* The same address, two pages: the root says which. */
static void
test_roots(void)
{
	uint64_t flags = PV_PTE_P | PV_PTE_W | nx;
	pv_paddr a = page(), b = page();

	(void)pmap_enter(&space_a, USER_B, a, flags, DIRECT_MAP);
	(void)pmap_enter(&space_b, USER_B, b, flags, WINDOW);
	*word(USER_B) = 1;
	space_activate(&space_b);
	CHECK("pmap.root_set", (pv_cr3_read() & PV_PTE_FRAME) == space_b.root.v);
	*word(USER_B) = 2;
	CHECK("pmap.second_space", *(uint64_t *)direct(a) == 1 && *(uint64_t *)direct(b) == 2);
	CHECK("pmap.recursion_follows", all_views(&space_b, USER_B, b, flags, 0));
	pv_cr3_write((uintptr_t)space_a.root.v);
	CHECK("pmap.cr3_write", *word(USER_B) == 1 && all_views(&space_a, USER_B, a, flags, 0));
	(void)pmap_remove(&space_a, USER_B, RECURSION);
	(void)pmap_remove(&space_b, USER_B, DIRECT_MAP);
	page_free(NULL, a);
	page_free(NULL, b);
}

static void
test_protect(void)
{
	pv_paddr pa = page(), other = page();
	struct caught c;
	struct place p;

	(void)pmap_enter(&space_a, USER_A, pa, PV_PTE_P | PV_PTE_W | nx, RECURSION);
	*word(USER_A) = WORD;
	pmap_change(&space_a, USER_A, PV_PTE_W, 0, RECURSION);
	CHECK("pmap.protect_keeps_dirty", all_views(&space_a, USER_A, pa, PV_PTE_D | PV_PTE_A, PV_PTE_W));
	CHECK("pmap.protect_write_faults", catch(write_word, (void *)USER_A, &c) && in_page(&c, USER_A) &&
	    (c.code & 7) == 3 && *word(USER_A) == WORD);
	pmap_change(&space_a, USER_A, 0, PV_PTE_W, WINDOW);
	CHECK("pmap.protect_back", !catch(write_word, (void *)USER_A, &c));
	/* While a change is under way the page is not there, and nothing can be noted in the entry. */
	(void)place_open(&space_a, USER_A, 1, DIRECT_MAP, false, &p);
	(void)pv_pte_protect_begin(p.at);
	pv_flush_page(pv_va(USER_A));
	CHECK("pmap.protect_between", catch(read_word, (void *)USER_A, &c) && (c.code & 1) == 0);
	pv_pte_protect_commit(p.at, pv_pte_make(other, PV_PTE_P | PV_PTE_W));
	pv_flush_range(pv_va(USER_A), PV_PAGE_SIZE);
	CHECK("pmap.protect_commit", *word(USER_A) == 0);
	CHECK("pmap.exchange", pv_pte_frame(pv_pte_exchange(p.at, pv_pte_of(0))).v == other.v &&
	    pv_pte_get(p.at).v == 0);
	pv_flush_all(false);
	CHECK("pmap.flush_all", catch(read_word, (void *)USER_A, &c));
	page_free(NULL, pa);
	page_free(NULL, other);
}

static void
test_kernel_half(void)
{
	uintptr_t text = (uintptr_t)text_start;
	unsigned level;
	struct caught c;
	pv_pte e = pmap_lookup(&kernel_space, DIRECT + 0x400000, &level, DIRECT_MAP);

	if (pv_has(PV_CAP_DIRECT_TABLES))
		CHECK("pmap.small_page", level == 1 && (e.v & PV_PTE_P) != 0);
	else
		CHECK("pmap.large_page", level == 2 && (e.v & (PV_PTE_PS | PV_PTE_P)) == (PV_PTE_PS | PV_PTE_P));
	CHECK("pmap.text_write_faults", catch(write_word, (void *)text, &c) && in_page(&c, text) &&
	    (c.code & 3) == 3);
	CHECK("pmap.rodata_write_faults", catch(write_word, (void *)(uintptr_t)rodata_start, &c) &&
	    (c.code & 3) == 3);
	if (nx != 0) {
		CHECK("pmap.data_not_executable", catch(run, &boot_cpu, &c) && (c.code & 0x11) == 0x11);
		CHECK("pmap.direct_not_executable", DIRECT == KERNBASE ||
		    (catch(run, direct(pv_pa(text - KERNBASE)), &c) && (c.code & 0x11) == 0x11));
	}
	if ((families & PV_FAMILY_MMU) != 0 && !counted()) {
		uint64_t pat = 0;

		CHECK("pmap.attributes", pv_msr_read(MSR_PAT, &pat) == PV_OK && pat == PAT_AS_XEN);
	}
}

/* Every leaf of the current tables: nothing may be written and executed. */
static unsigned
count_wx(pv_paddr table, unsigned level, unsigned nr, uintptr_t va)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < nr; i++) {
		pv_pte e = pv_pte_get((pv_pte *)direct(table) + i);
		bool leaf = level == 1 || (level < PV_TABLE_LEVELS && (e.v & PV_PTE_PS) != 0);
		bool own = level == RECURSIVE_TOP && i - RECURSIVE_SLOT < RECURSIVE_SLOTS;
		uintptr_t at = va + i * pv_table_span(level);

		if (level == 4 && i >= 256)
			at |= ~(uintptr_t)VA_MASK;
		if ((e.v & PV_PTE_P) == 0 || own || below_us(at))
			continue;
		if (leaf)
			bad += (e.v & PV_PTE_W) != 0 && (e.v & nx) == 0;
		else
			bad += count_wx(pv_pte_frame(e), level - 1, 512, at);
	}
	return bad;
}

/*
 * Where a layer below checks tables, none of them can be written, at no address that this kernel has for
 * it: the direct map's, the recursive slot's, a window's.
 */
static void
test_tables_are_closed(void)
{
	struct caught c;
	struct place p;

	if (!pv_has(PV_CAP_DIRECT_TABLES))
		return;
	for (unsigned v = 0; v < VIEWS; v++) {
		char name[40];
		bool closed;

		if (!place_open(&space_a, USER_A, 1, (enum view)v, true, &p))
			pv_panic("attach: no table for the tests");
		/* A store to a leaf table may be carried out by the layer: what it checks cannot be wrong. */
		closed = catch(write_word, direct(space_a.root), &c) && (c.code & 3) == 3;
		place_close(&p);
		(void)pv_snprintf(name, sizeof(name), "pmap.tables_closed_%s", view_name[v]);
		ok(name, closed, "a root can be written");
	}
}

void
pmap_test(void)
{
	unsigned before, wx;

	test_kernel_half();
	wx = nx != 0 ? count_wx(kernel_space.root, PV_TABLE_LEVELS, pv_table_entries(PV_TABLE_LEVELS), 0) : 0;
	ok("pmap.write_xor_execute", wx == 0, "%u pages are writable and executable", wx);
	ok_status("pmap.no_spaces", pv_space_create(&(struct pv_space){ .root = { 0 } }), PV_E_ABSENT);
	ok_status("pmap.no_spaces_to_destroy", pv_space_destroy(&(struct pv_space){ .root = { 0 } }), PV_E_ABSENT);
	before = pages_out;
	space_create(&space_a);
	space_create(&space_b);
	space_activate(&space_a);
	for (unsigned v = 0; v < VIEWS; v++)
		test_view((enum view)v);
	test_claims();
	test_tables_are_closed();
	test_roots();
	test_protect();
	space_activate(&kernel_space);
	space_destroy(&space_a);
	space_destroy(&space_b);
	ok("pmap.all_pages_back", pages_out == before, "%u pages were out before, %u are now", before, pages_out);
}
