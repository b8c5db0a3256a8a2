/*
 * Refused, asked for through the library: the status says so, the record names Xen's call
 * and error, which entry of a batch it was, and why; and what was there before is there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/pte.h>
#include "../capture.h"
#include "refusals.h"

#define AT		0x40000000ul
#define MACHINE		(1ull << 51)	/* of physical addresses: a machine frame as it is */
#define LOCAL_APIC	0xfee00000u
#define RW		(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)

static struct pv_space space;

static void
forget_records(void)
{
	struct pv_refusal r;

	while (pv_refusal_get(&r))
		continue;
}

static bool
begin(void)
{
	forget_records();
	return pv_space_create(&space) == PV_OK;
}

/* One record, of this call and error, with a reason that has these words in it. */
#define RECORD(r, wanted_call, wanted_code, words) do {						\
	CHECK(pv_refusal_get(r));								\
	CHECK(suite_text_is((r)->call, wanted_call));						\
	CHECK(suite_text_is((r)->code_name, wanted_code));					\
	CHECK((r)->op[0] != '\0');								\
	CHECK((r)->hint != NULL && suite_text_has((r)->hint, words));				\
} while (0)

static bool
is_mapped(uintptr_t va)
{
	unsigned flags;
	pv_paddr pa;

	return pv_space_query(&space, pv_va(va), &pa, &flags) == PV_OK;
}

static void
map_of_a_root(void)
{
	pv_paddr root = suite_page();
	struct pv_refusal r;

	CHECK(begin());
	CHECK_OK(pv_table_claim(root, PV_TABLE_LEVELS));
	CHECK_STATUS(pv_space_map(&space, pv_va(AT), root, PV_PAGE_SIZE, RW), PV_E_REFUSED);
	RECORD(&r, "mmu_update", "EBUSY", "is a page table");
	CHECK(!is_mapped(AT));
	/* To look at it is allowed. */
	CHECK_OK(pv_space_map(&space, pv_va(AT), root, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_STATUS(pv_space_protect(&space, pv_va(AT), PV_PAGE_SIZE, RW), PV_E_REFUSED);
	RECORD(&r, "mmu_update", "EBUSY", "is a page table");
	CHECK_OK(pv_space_unmap(&space, pv_va(AT), PV_PAGE_SIZE));
	CHECK_OK(pv_table_release(root, PV_TABLE_LEVELS));
	CHECK_OK(pv_space_destroy(&space));
	suite_page_free(root);
}

static void
claim_of_a_page_that_is_mapped(void)
{
	pv_paddr page = suite_page();
	struct pv_refusal r;

	CHECK(begin());
	CHECK_OK(pv_space_map(&space, pv_va(AT), page, PV_PAGE_SIZE, RW));
	pv_space_activate(&space);
	CHECK_STATUS(pv_table_claim(page, PV_TABLE_LEVELS), PV_E_REFUSED);
	pv_space_activate(NULL);
	RECORD(&r, "MMUEXT_PIN_L4_TABLE", "EINVAL", "still mapped writable at 0x40000000");
	CHECK(is_mapped(AT));
	CHECK_OK(pv_space_unmap(&space, pv_va(AT), PV_PAGE_SIZE));
	pv_space_sync(&space);
	CHECK_OK(pv_table_claim(page, PV_TABLE_LEVELS));
	CHECK_OK(pv_table_release(page, PV_TABLE_LEVELS));
	CHECK_OK(pv_space_destroy(&space));
	suite_page_free(page);
}

/* Seen before Xen is asked. */
static void
claim_of_a_tree_with_a_large_page(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr page = suite_page();
	uint64_t *entry = h->phys_to_virt(h->context, page);
	struct pv_refusal r;

	forget_records();
	entry[3] = PV_PTE_P | PV_PTE_W | PV_PTE_PS;
	CHECK_STATUS(pv_table_claim(page, PV_TABLE_LEVELS), PV_E_REFUSED);
	RECORD(&r, "MMUEXT_PIN_L4_TABLE", "EINVAL", "large pages");
	CHECK_EQ(r.arg[0], page.v);
	CHECK_EQ(r.arg[1], PV_TABLE_LEVELS);
	CHECK_EQ(r.arg[2], 3);
	entry[3] = 0;
	CHECK_OK(pv_table_claim(page, PV_TABLE_LEVELS));
	CHECK_OK(pv_table_release(page, PV_TABLE_LEVELS));
	suite_page_free(page);
}

static void
map_of_the_local_apic(void)
{
	struct pv_refusal r;

	CHECK(begin());
	CHECK_STATUS(pv_space_map(&space, pv_va(AT), pv_pa(MACHINE | LOCAL_APIC), PV_PAGE_SIZE, RW), PV_E_REFUSED);
	RECORD(&r, "mmu_update", "EPERM", "no device's that this guest may use");
	CHECK(!is_mapped(AT));
	CHECK_OK(pv_space_destroy(&space));
}

static void
map_of_a_frame_of_others(void)
{
	pv_paddr foreign = pv_pa(MACHINE | (uint64_t)refusal_foreign_frame() << PV_PAGE_SHIFT);
	struct pv_refusal r;

	CHECK(begin());
	CHECK_STATUS(pv_space_map(&space, pv_va(AT), foreign, PV_PAGE_SIZE, RW), PV_E_REFUSED);
	RECORD(&r, "mmu_update", "EBUSY", "no device's that this guest may use");
	CHECK(!is_mapped(AT));
	CHECK_OK(pv_space_destroy(&space));
}

/* One of several: the record says which, the others are done. */
static void
entry_of_a_batch(void)
{
	pv_paddr foreign = pv_pa(MACHINE | (uint64_t)refusal_foreign_frame() << PV_PAGE_SHIFT), page = suite_page();
	struct pv_refusal r;

	CHECK(begin());
	CHECK_OK(pv_space_map(&space, pv_va(AT), page, PV_PAGE_SIZE, RW));
	pv_mmu_begin();
	CHECK_OK(pv_space_map(&space, pv_va(AT + 0x1000), page, PV_PAGE_SIZE, RW));
	CHECK_OK(pv_space_map(&space, pv_va(AT + 0x2000), foreign, PV_PAGE_SIZE, RW));
	CHECK_OK(pv_space_map(&space, pv_va(AT + 0x3000), page, PV_PAGE_SIZE, RW));
	CHECK_STATUS(pv_mmu_end(), PV_E_REFUSED);
	RECORD(&r, "mmu_update", "EBUSY", "no device's that this guest may use");
	CHECK_EQ(r.index, 1);
	CHECK(is_mapped(AT + 0x1000) && !is_mapped(AT + 0x2000) && is_mapped(AT + 0x3000));
	CHECK_OK(pv_space_destroy(&space));
	suite_page_free(page);
}

/* Where the leaf entry for an address is. */
static pv_pte *
entry_at(pv_vaddr va)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr table = space.root;

	for (unsigned level = PV_TABLE_LEVELS;; level--) {
		pv_pte *e = (pv_pte *)h->phys_to_virt(h->context, table) + pv_table_index(va, level);

		if (level == 1)
			return e;
		table = pv_pte_frame(pv_pte_get(e));
	}
}

/* Written by the kernel itself, outside of a batch: there is no status, but a record. */
static void
entry_by_entry(void)
{
	pv_pte foreign = pv_pte_make(pv_pa(MACHINE | (uint64_t)refusal_foreign_frame() << PV_PAGE_SHIFT),
	    PV_PTE_P | PV_PTE_U), old, seen, was;
	pv_paddr page = suite_page();
	struct pv_refusal r, exchanged;
	pv_pte *e;

	CHECK(begin());
	CHECK_OK(pv_space_map(&space, pv_va(AT), page, PV_PAGE_SIZE, RW));
	e = entry_at(pv_va(AT));
	old = pv_pte_get(e);
	pv_pte_set(e, foreign);
	seen = pv_pte_get(e);
	RECORD(&r, "mmu_update", "EBUSY", "no device's that this guest may use");
	was = pv_pte_exchange(e, foreign);
	CHECK(pv_refusal_get(&exchanged));
	CHECK_EQ(seen.v, old.v);
	CHECK_EQ(was.v, old.v);
	CHECK_EQ(pv_pte_get(e).v, old.v);
	CHECK(suite_text_is(r.op, "isa.pte_set"));
	CHECK(suite_text_is(exchanged.op, "isa.pte_exchange"));
	CHECK_OK(pv_space_destroy(&space));
	suite_page_free(page);
}

#define LIBRARY(function, flags, covers, complaints)	\
	{ #function, function, covers, CASE_ONCE | REFUSAL_LEVELS4 | (flags), complaints }
#define TYPE		"Bad type|Could not get page type|Error getting mfn|pg_owner d|while pinning"

static const struct suite_case cases[] = {
	LIBRARY(map_of_a_root, 0, "mmu.map mmu.protect isa.table_claim", TYPE),
	LIBRARY(claim_of_a_page_that_is_mapped, 0, "isa.table_claim pv_refusal_get", TYPE),
	LIBRARY(claim_of_a_tree_with_a_large_page, 0, "isa.table_claim pv_refusal_get", NULL),
	LIBRARY(map_of_the_local_apic, 0, "mmu.map pv_refusal_get", TYPE "|map MMIO"),
	LIBRARY(map_of_a_frame_of_others, 0, "mmu.map pv_refusal_get", TYPE),
	LIBRARY(entry_by_entry, 0, "isa.pte_set isa.pte_exchange pv_refusal_get", TYPE),
	LIBRARY(entry_of_a_batch, 0, "mmu.begin mmu.end pv_refusal_get", TYPE),
};
SUITE_WHERE(suite_refused_library, "refusals", cases, refusal_applies);
