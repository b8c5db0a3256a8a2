/*
 * Refused: what makes a frame a page table, and a table a root.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refusals.h"

static void
entry_set(struct refusal_page table, unsigned index, uint64_t entry)
{
	((volatile uint64_t *)table.va)[index] = entry;
}

/* Whatever was tried, the page is one that may be written, and still is. */
static void
page_done(struct refusal_page page)
{
	GIVES(remap(page, PTE_RW), 0);
	*(volatile char *)page.va = 1;
	refusal_page_free(page);
}

static void
pin_while_writable(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), -XEN_EINVAL);
	page_done(p);
}

/* One of two mappings is enough. */
static void
pin_while_an_alias_is_writable(void)
{
	struct refusal_page p = refusal_page(), window = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_update_va(window.va, ENTRY(p.mfn, PTE_RW), XEN_UVMF_INVLPG | XEN_UVMF_ALL), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EINVAL);
	page_done(window);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
pin_twice(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
pin_at_another_level(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L2_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
pin_of_a_foreign_frame(void)
{
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, refusal_foreign_frame()), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, refusal_foreign_frame()), -XEN_EINVAL);
}

static void
pin_in_a_domain_that_is_none(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext_in(XEN_MMUEXT_PIN_L1_TABLE, p.mfn, 0, 0x1234), -XEN_ESRCH);
	page_done(p);
}

static void
unpin_of_what_is_not_pinned(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), -XEN_EINVAL);
	page_done(p);
}

static void
pin_with_a_foreign_frame_in_it(void)
{
	struct refusal_page p = refusal_page();

	entry_set(p, 3, ENTRY(refusal_foreign_frame(), PTE_RO));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EBUSY);
	page_done(p);
}

/* What was counted on the way to the bad entry is given back. */
static void
pin_that_fails_late(void)
{
	struct refusal_page p = refusal_page(), mapped = refusal_page();

	entry_set(p, 3, ENTRY(mapped.mfn, PTE_RW));
	entry_set(p, 511, ENTRY(refusal_foreign_frame(), PTE_RO));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EBUSY);
	GIVES(remap(mapped, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, mapped.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, mapped.mfn), 0);
	page_done(mapped);
	page_done(p);
}

static void
pin_of_a_table_that_maps_itself_writable(void)
{
	struct refusal_page p = refusal_page();

	entry_set(p, 0, ENTRY(p.mfn, PTE_RW));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EBUSY);
	page_done(p);
}

static void
pin_with_a_large_page(void)
{
	struct refusal_page p = refusal_page();

	entry_set(p, 7, ENTRY(p.mfn & ~0x1fful, PTE_RO | PTE_PS));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L2_TABLE, p.mfn), -XEN_EINVAL);
	page_done(p);
}

/* The table below is still writable: it is no table, and the one above none with it. */
static void
pin_above_a_writable_table(void)
{
	struct refusal_page p = refusal_page(), below = refusal_page();

	entry_set(p, 0, ENTRY(below.mfn, PTE_TABLE));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L2_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(remap(below, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L2_TABLE, p.mfn), 0);
	GIVES(remap(below, PTE_RW), -XEN_EBUSY);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(below);
	page_done(p);
}

/* A level is missing between the two. */
static void
pin_above_the_wrong_level(void)
{
	struct refusal_page p = refusal_page(), below = refusal_page();

	GIVES(remap(below, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, below.mfn), 0);
	entry_set(p, 0, ENTRY(below.mfn, PTE_TABLE));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L3_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, below.mfn), 0);
	page_done(below);
	page_done(p);
}

static void
root_with_a_writable_table(void)
{
	struct refusal_page p = refusal_page(), below = refusal_page();

	entry_set(p, 0, ENTRY(below.mfn, PTE_TABLE));
	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L4_TABLE, p.mfn), -XEN_EINVAL);
	page_done(below);
	page_done(p);
}

static void
table_made_writable(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(remap(p, PTE_RW), -XEN_EBUSY);
	GIVES(*(volatile char *)p.va, 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
root_made_writable(void)
{
	struct refusal_page window = refusal_page();

	GIVES(call_update_va(window.va, ENTRY(refusal_root(), PTE_RW), XEN_UVMF_INVLPG), -XEN_EBUSY);
	*(volatile char *)window.va = 1;
	page_done(window);
}

static void
baseptr_that_is_no_table(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_mmuext(XEN_MMUEXT_NEW_BASEPTR, p.mfn), -XEN_EINVAL);
	page_done(p);
}

static void
baseptr_of_another_level(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_NEW_BASEPTR, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
baseptr_of_a_foreign_frame(void)
{
	GIVES(call_mmuext(XEN_MMUEXT_NEW_BASEPTR, refusal_foreign_frame()), -XEN_EINVAL);
}

static void
user_baseptr_that_is_no_table(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_mmuext(XEN_MMUEXT_NEW_USER_BASEPTR, p.mfn), -XEN_EINVAL);
	page_done(p);
}

static void
user_baseptr_of_another_level(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L2_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_NEW_USER_BASEPTR, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
clear_of_a_table(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(call_mmuext(XEN_MMUEXT_CLEAR_PAGE, p.mfn), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
copy_onto_a_table(void)
{
	struct refusal_page p = refusal_page(), source = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	*source.va = 1;
	GIVES(call_mmuext_in(XEN_MMUEXT_COPY_PAGE, p.mfn, source.mfn, XEN_DOMID_SELF), -XEN_EINVAL);
	GIVES(*(volatile char *)p.va, 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(source);
	page_done(p);
}

static void
copy_of_a_foreign_frame(void)
{
	struct refusal_page p = refusal_page();

	*p.va = 5;
	GIVES(call_mmuext_in(XEN_MMUEXT_COPY_PAGE, p.mfn, refusal_foreign_frame(), XEN_DOMID_SELF), -XEN_EINVAL);
	GIVES(*(volatile char *)p.va, 5);
	page_done(p);
}

static void
mmuext_that_nobody_knows(void)
{
	GIVES(call_mmuext(14, 0), -XEN_ENOSYS);
	GIVES(call_mmuext(99, 0), -XEN_ENOSYS);
	GIVES(call_mmuext(XEN_MMUEXT_MARK_SUPER, 0), -XEN_EOPNOTSUPP);
}

static void
mmuext_from_nowhere(void)
{
	GIVES(XEN(XEN_MMUEXT_OP, NOT_OURS, 1, 0, XEN_DOMID_SELF), -XEN_EFAULT);
}

/* How many were done is said, and the rest is not done. */
static void
mmuext_list_stops(void)
{
	struct refusal_page p = refusal_page();
	struct xen_mmuext_op op[3] = {
		{ .cmd = XEN_MMUEXT_TLB_FLUSH_LOCAL },
		{ .cmd = XEN_MMUEXT_UNPIN_TABLE, .arg1 = p.mfn },
		{ .cmd = XEN_MMUEXT_CLEAR_PAGE, .arg1 = p.mfn },
	};
	unsigned done = 99;

	*p.va = 5;
	GIVES(XEN(XEN_MMUEXT_OP, op, 3, &done, XEN_DOMID_SELF), -XEN_EINVAL);
	GIVES((long)done, 1);
	GIVES(*(volatile char *)p.va, 5);
	page_done(p);
}

static void
flush_for_cpus_from_nowhere(void)
{
	GIVES(call_mmuext_in(XEN_MMUEXT_TLB_FLUSH_MULTI, 0, (unsigned long)NOT_OURS, XEN_DOMID_SELF), -XEN_EINVAL);
}

#define TYPE		"Bad type|Error while validating|Error -?[0-9]+ while pinning|Could not get page type" \
			"|Error getting mfn|Failure -?[0-9]+ in promote_"

static const struct suite_case cases[] = {
	REFUSAL(pin_while_writable, 0, TYPE "|not pinned"),
	REFUSAL(pin_while_an_alias_is_writable, 0, TYPE),
	REFUSAL(pin_twice, 0, "already pinned"),
	REFUSAL(pin_at_another_level, 0, TYPE),
	REFUSAL(pin_of_a_foreign_frame, 0, SAYS_OWNER "|bad, or bad owner"),
	REFUSAL(pin_in_a_domain_that_is_none, 0, SAYS_DOMAIN),
	REFUSAL(unpin_of_what_is_not_pinned, 0, "not pinned"),
	REFUSAL(pin_with_a_foreign_frame_in_it, 0, TYPE "|pg_owner d"),
	REFUSAL(pin_that_fails_late, 0, TYPE "|pg_owner d"),
	REFUSAL(pin_of_a_table_that_maps_itself_writable, 0, TYPE),
	REFUSAL(pin_with_a_large_page, 0, TYPE "|Bad L2 flags"),
	REFUSAL(pin_above_a_writable_table, 0, TYPE "|linear p.t."),
	REFUSAL(pin_above_the_wrong_level, 0, TYPE "|linear p.t."),
	REFUSAL(root_with_a_writable_table, REFUSAL_LEVELS4, TYPE "|linear p.t."),
	REFUSAL(table_made_writable, 0, TYPE),
	REFUSAL(root_made_writable, 0, TYPE),
	REFUSAL(baseptr_that_is_no_table, 0, TYPE "|linear p.t.|Error while installing new"),
	REFUSAL(baseptr_of_another_level, 0, TYPE "|linear p.t.|Error while installing new"),
	REFUSAL(baseptr_of_a_foreign_frame, 0, SAYS_OWNER "|linear p.t.|Error while installing new"),
	REFUSAL(user_baseptr_that_is_no_table, REFUSAL_LEVELS4, TYPE "|installing new mfn"),
	REFUSAL(user_baseptr_of_another_level, REFUSAL_LEVELS4, TYPE "|installing new mfn"),
	REFUSAL(clear_of_a_table, 0, TYPE "|Error clearing"),
	REFUSAL(copy_onto_a_table, 0, TYPE "|Error copying"),
	REFUSAL(copy_of_a_foreign_frame, 0, SAYS_OWNER "|Error copying"),
	REFUSAL(mmuext_that_nobody_knows, 0, NULL),
	REFUSAL(mmuext_from_nowhere, 0, NULL),
	REFUSAL(mmuext_list_stops, 0, "not pinned"),
	REFUSAL(flush_for_cpus_from_nowhere, 0, NULL),
};
SUITE_WHERE(suite_refused_tables, "refusals", cases, refusal_applies);
