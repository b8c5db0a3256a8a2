/*
 * Refused: what goes into entries, and where entries are.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refusals.h"

/* A pinned table of level 1 or 2, seen read-only at its address. */
static struct refusal_page
table_make(unsigned level)
{
	struct refusal_page p = refusal_page();

	if (remap(p, PTE_RO) != 0 || call_mmuext(XEN_MMUEXT_PIN_L1_TABLE + level - 1, p.mfn) != 0)
		refusal_wrong(__FILE__, __LINE__, "a new table", -1, 0);
	return p;
}

static void
table_free(struct refusal_page p)
{
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	GIVES(remap(p, PTE_RW), 0);
	refusal_page_free(p);
}

static uint64_t
entry_at(struct refusal_page table, unsigned index)
{
	return ((volatile const uint64_t *)table.va)[index];
}

static uint64_t
place_of(struct refusal_page table, unsigned index)
{
	return ENTRY(table.mfn, index * 8);
}

static void
map_of_a_foreign_frame(void)
{
	struct refusal_page p = refusal_page();

	*p.va = 7;
	GIVES(call_update_va(p.va, ENTRY(refusal_foreign_frame(), PTE_RO), XEN_UVMF_INVLPG), -XEN_EBUSY);
	GIVES(*(volatile char *)p.va, 7);
	refusal_page_free(p);
}

/* The local APIC is the hypervisor's alone. */
static void
map_of_the_interrupt_controller(void)
{
	struct refusal_page p = refusal_page();

	*p.va = 7;
	GIVES(call_update_va(p.va, ENTRY(0xfee00, PTE_RW), XEN_UVMF_INVLPG), -XEN_EPERM);
	GIVES(*(volatile char *)p.va, 7);
	refusal_page_free(p);
}

static void
map_where_no_table_is(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_update_va((void *)0x7000, ENTRY(p.mfn, PTE_RW), XEN_UVMF_INVLPG), -XEN_EINVAL);
	refusal_page_free(p);
}

static void
map_where_xen_is(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_update_va(NOT_OURS, ENTRY(p.mfn, PTE_RW), XEN_UVMF_INVLPG), -XEN_EINVAL);
	refusal_page_free(p);
}

static void
map_from_a_domain_that_is_none(void)
{
	struct refusal_page p = refusal_page();

	GIVES(XEN(XEN_UPDATE_VA_MAPPING_OTHERDOMAIN, p.va, ENTRY(p.mfn, PTE_RW), 0, 0x1234), -XEN_ESRCH);
	refusal_page_free(p);
}

static void
entry_with_a_foreign_frame(void)
{
	struct refusal_page t = table_make(1);

	GIVES(call_mmu_update(place_of(t, 5), ENTRY(refusal_foreign_frame(), PTE_RO)), -XEN_EBUSY);
	GIVES((long)entry_at(t, 5), 0);
	table_free(t);
}

static void
entry_with_a_writable_table(void)
{
	struct refusal_page t = table_make(1), other = table_make(1);

	GIVES(call_mmu_update(place_of(t, 5), ENTRY(other.mfn, PTE_RW)), -XEN_EBUSY);
	GIVES(call_mmu_update(place_of(t, 5), ENTRY(other.mfn, PTE_RO)), 0);
	GIVES(call_mmu_update(place_of(t, 5), ENTRY(other.mfn, PTE_RW)), -XEN_EBUSY);
	GIVES((long)(entry_at(t, 5) & 0x3), 1);
	GIVES(call_mmu_update(place_of(t, 5), 0), 0);
	table_free(other);
	table_free(t);
}

static void
entry_with_a_reserved_bit(void)
{
	struct refusal_page t = table_make(2), below = table_make(1);

	GIVES(call_mmu_update(place_of(t, 5), ENTRY(below.mfn, PTE_TABLE | PTE_PS)), -XEN_EINVAL);
	GIVES((long)entry_at(t, 5), 0);
	table_free(below);
	table_free(t);
}

static void
entry_to_a_page_that_is_no_table(void)
{
	struct refusal_page t = table_make(2), p = refusal_page();

	GIVES(call_mmu_update(place_of(t, 5), ENTRY(p.mfn, PTE_TABLE)), -XEN_EINVAL);
	GIVES((long)entry_at(t, 5), 0);
	GIVES(remap(p, PTE_RW), 0);
	refusal_page_free(p);
	table_free(t);
}

static void
entry_to_a_table_of_its_own_level(void)
{
	struct refusal_page t = table_make(2), other = table_make(2);

	/* It would be a view of tables, but not a writable one. */
	GIVES(call_mmu_update(place_of(t, 5), ENTRY(other.mfn, PTE_TABLE)), -XEN_EINVAL);
	GIVES((long)entry_at(t, 5), 0);
	table_free(other);
	table_free(t);
}

static void
root_slot_of_the_hypervisor(void)
{
	uint64_t root = refusal_root();

	GIVES(call_mmu_update(ENTRY(root, 256 * 8), 0), -XEN_EINVAL);
	GIVES(call_mmu_update(ENTRY(root, 271 * 8), 0), -XEN_EINVAL);
	GIVES(call_mmu_update(ENTRY(root, 258 * 8), ENTRY(root, PTE_RO)), -XEN_EINVAL);
}

/* The low three bits of the pointer are a command, and these are none. */
static void
entry_off_its_place(void)
{
	struct refusal_page t = table_make(1);

	GIVES(call_mmu_update(place_of(t, 5) + 4, 0), -XEN_ENOSYS);
	GIVES(call_mmu_update(place_of(t, 5) + 7, 0), -XEN_ENOSYS);
	table_free(t);
}

static void
entry_in_a_foreign_frame(void)
{
	GIVES(call_mmu_update(ENTRY(refusal_foreign_frame(), 0), 0), -XEN_EINVAL);
}

static void
machine_to_physical_of_a_foreign_frame(void)
{
	GIVES(call_mmu_update(ENTRY(refusal_foreign_frame(), XEN_MMU_MACHPHYS_UPDATE), 5), -XEN_EINVAL);
}

static void
updates_for_a_domain_that_is_none(void)
{
	struct refusal_page t = table_make(1);
	struct xen_mmu_update update = { .ptr = place_of(t, 5) };

	GIVES(XEN(XEN_MMU_UPDATE, &update, 1, 0, 0x1234), -XEN_ESRCH);
	table_free(t);
}

static void
updates_from_nowhere(void)
{
	unsigned done = 99;

	GIVES(XEN(XEN_MMU_UPDATE, NOT_OURS, 2, &done, XEN_DOMID_SELF), -XEN_EFAULT);
	/* Below 4 GiB Xen finds out when it reads, and says what was done until then. */
	GIVES((long)done, sizeof(unsigned long) == 8 ? 99 : 0);
}

/* The first is done, the second not, the third not tried. */
static void
updates_stop(void)
{
	struct refusal_page t = table_make(1), p = refusal_page();
	struct xen_mmu_update update[3] = {
		{ .ptr = place_of(t, 1), .val = ENTRY(p.mfn, PTE_RO) },
		{ .ptr = place_of(t, 2), .val = ENTRY(refusal_foreign_frame(), PTE_RO) },
		{ .ptr = place_of(t, 3), .val = ENTRY(p.mfn, PTE_RO) },
	};
	unsigned done = 99;

	GIVES(XEN(XEN_MMU_UPDATE, update, 3, &done, XEN_DOMID_SELF), -XEN_EBUSY);
	GIVES((long)done, 1);
	GIVES(entry_at(t, 1) != 0 && entry_at(t, 2) == 0 && entry_at(t, 3) == 0, 1);
	GIVES(call_mmu_update(place_of(t, 1), 0), 0);
	refusal_page_free(p);
	table_free(t);
}

/* An entry that fails does not keep the others from being tried, and the call has worked. */
static void
one_of_many_calls(void)
{
	struct refusal_page p = refusal_page();
	struct xen_mmuext_op bad = { .cmd = XEN_MMUEXT_UNPIN_TABLE, .arg1 = p.mfn };
	struct xen_mmuext_op good = { .cmd = XEN_MMUEXT_CLEAR_PAGE, .arg1 = p.mfn };
	struct xen_multicall_entry calls[3] = {
		{ .op = XEN_MMUEXT_OP, .args = { (unsigned long)&bad, 1, 0, XEN_DOMID_SELF } },
		{ .op = 55, .args = { 1, 2, 3 } },
		{ .op = XEN_MMUEXT_OP, .args = { (unsigned long)&good, 1, 0, XEN_DOMID_SELF } },
	};

	*p.va = 5;
	GIVES(XEN(XEN_MULTICALL, calls, 3, 0, 0), 0);
	GIVES((long)calls[0].result, -XEN_EINVAL);
	GIVES((long)calls[1].result, -XEN_ENOSYS);
	GIVES((long)calls[2].result, 0);
	GIVES(*(volatile char *)p.va, 0);
	refusal_page_free(p);
}

static void
many_calls_in_many_calls(void)
{
	struct xen_multicall_entry inner = { .op = XEN_XEN_VERSION, .args = { XEN_VER_VERSION } };
	struct xen_multicall_entry calls = { .op = XEN_MULTICALL, .args = { (unsigned long)&inner, 1 } };

	GIVES(XEN(XEN_MULTICALL, &calls, 1, 0, 0), 0);
	GIVES((long)calls.result, -XEN_EINVAL);
}

static void
many_calls_from_nowhere(void)
{
	GIVES(XEN(XEN_MULTICALL, NOT_OURS, 1, 0, 0), -XEN_EFAULT);
}

#define TYPE		"Bad type|Could not get page type|Error getting mfn|pg_owner d"

static const struct suite_case cases[] = {
	REFUSAL(map_of_a_foreign_frame, 0, TYPE),
	REFUSAL(map_of_the_interrupt_controller, 0, "attempt to map MMIO"),
	REFUSAL(map_where_no_table_is, 0, NULL),
	REFUSAL(map_where_xen_is, 0, NULL),
	REFUSAL(map_from_a_domain_that_is_none, REFUSAL_LEVELS4, SAYS_DOMAIN),
	REFUSAL(entry_with_a_foreign_frame, 0, TYPE),
	REFUSAL(entry_with_a_writable_table, 0, TYPE),
	REFUSAL(entry_with_a_reserved_bit, 0, "Bad L2 flags"),
	REFUSAL(entry_to_a_page_that_is_no_table, 0, TYPE "|linear p.t."),
	REFUSAL(entry_to_a_table_of_its_own_level, 0, TYPE "|linear p.t."),
	REFUSAL(root_slot_of_the_hypervisor, REFUSAL_LEVELS4, "Xen-private area"),
	REFUSAL(entry_off_its_place, 0, NULL),
	REFUSAL(entry_in_a_foreign_frame, 0, SAYS_OWNER "|Could not get page for normal update"),
	REFUSAL(machine_to_physical_of_a_foreign_frame, 0, SAYS_OWNER "|Could not get page for mach->phys"),
	REFUSAL(updates_for_a_domain_that_is_none, 0, SAYS_DOMAIN),
	REFUSAL(updates_from_nowhere, 0, NULL),
	REFUSAL(updates_stop, 0, TYPE),
	REFUSAL(one_of_many_calls, 0, "not pinned"),
	REFUSAL(many_calls_in_many_calls, 0, "Multicall reentry"),
	REFUSAL(many_calls_from_nowhere, 0, NULL),
};
SUITE_WHERE(suite_refused_frames, "refusals", cases, refusal_applies);
