/*
 * Refused: descriptor tables, trap tables, callbacks, debug registers, segment bases.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refusals.h"

/* Present, DPL 0, of the mode that the kernel runs in. */
#define CODE		(sizeof(unsigned long) == 8 ? 0x00af9a000000ffffull : 0x00cf9a000000ffffull)
#define TSS		0x0000890000000067ull	/* present, available TSS */
#define GATE		0x00008e0000000000ull	/* present, interrupt gate */
#define NOT_AN_ADDRESS	((unsigned long)0x8000000000000000ull)	/* not canonical */

static void
descriptor_set(struct refusal_page page, unsigned index, uint64_t descriptor)
{
	((volatile uint64_t *)page.va)[index] = descriptor;
}

/* The page may be written again: it is in no table. */
static void
page_done(struct refusal_page page)
{
	GIVES(remap(page, PTE_RW), 0);
	refusal_page_free(page);
}

static long
set_gdt(struct refusal_page page, unsigned nr)
{
	unsigned long frames[16] = { page.mfn, page.mfn };

	return XEN(XEN_SET_GDT, frames, nr, 0, 0);
}

/*
 * The guest's own GDT is not known here, so what is accepted for a moment would take it away. All
 * that is asked for is refused, or checked without becoming the CPU's.
 */
static void
gdt_that_is_writable(void)
{
	struct refusal_page p = refusal_page();

	descriptor_set(p, 0, 0);
	GIVES(set_gdt(p, 512), -XEN_EINVAL);
	*(volatile char *)p.va = 1;
	page_done(p);
}

static void
gdt_with_too_many_entries(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(set_gdt(p, XEN_FIRST_RESERVED_GDT_ENTRY + 1), -XEN_EINVAL);
	page_done(p);
}

static void
gdt_of_a_foreign_frame(void)
{
	struct refusal_page p = { NULL, refusal_foreign_frame() };

	GIVES(set_gdt(p, 512), -XEN_EINVAL);
}

/* The first frame was counted already when the second is refused. */
static void
gdt_with_a_second_frame_that_is_writable(void)
{
	struct refusal_page p = refusal_page(), q = refusal_page();
	unsigned long frames[16] = { p.mfn, q.mfn };

	GIVES(remap(p, PTE_RO), 0);
	GIVES(XEN(XEN_SET_GDT, frames, 1024, 0, 0), -XEN_EINVAL);
	page_done(p);
	page_done(q);
}

static void
gdt_with_a_task_state(void)
{
	struct refusal_page p = refusal_page();

	descriptor_set(p, 1, CODE);
	descriptor_set(p, 5, TSS);
	GIVES(remap(p, PTE_RO), 0);
	GIVES(set_gdt(p, 512), -XEN_EINVAL);
	page_done(p);
}

static void
gdt_with_a_gate(void)
{
	struct refusal_page p = refusal_page();

	descriptor_set(p, 511, GATE);
	GIVES(remap(p, PTE_RO), 0);
	GIVES(set_gdt(p, 512), -XEN_EINVAL);
	page_done(p);
}

static void
gdt_from_nowhere(void)
{
	GIVES(XEN(XEN_SET_GDT, NOT_OURS, 512, 0, 0), -XEN_EFAULT);
}

static void
gdt_that_is_a_page_table(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(set_gdt(p, 512), -XEN_EINVAL);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static void
descriptor_off_its_place(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_update_descriptor(ENTRY(p.mfn, 4), 0), -XEN_EINVAL);
	page_done(p);
}

static void
descriptor_of_a_task_state(void)
{
	struct refusal_page p = refusal_page();

	GIVES(call_update_descriptor(ENTRY(p.mfn, 8), TSS), -XEN_EINVAL);
	GIVES(call_update_descriptor(ENTRY(p.mfn, 8), GATE), -XEN_EINVAL);
	GIVES((long)((volatile uint64_t *)p.va)[1], 0);
	page_done(p);
}

static void
descriptor_in_a_foreign_frame(void)
{
	GIVES(call_update_descriptor(ENTRY(refusal_foreign_frame(), 0), 0), -XEN_EINVAL);
}

static void
descriptor_in_a_page_table(void)
{
	struct refusal_page p = refusal_page();

	GIVES(remap(p, PTE_RO), 0);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), 0);
	GIVES(call_update_descriptor(ENTRY(p.mfn, 8), CODE), -XEN_EINVAL);
	GIVES((long)((volatile uint64_t *)p.va)[1], 0);
	GIVES(call_mmuext(XEN_MMUEXT_UNPIN_TABLE, p.mfn), 0);
	page_done(p);
}

static long
set_ldt(unsigned long address, unsigned nr)
{
	return call_mmuext_in(XEN_MMUEXT_SET_LDT, address, nr, XEN_DOMID_SELF);
}

static void
ldt_off_its_place(void)
{
	struct refusal_page p = refusal_page();

	GIVES(set_ldt((unsigned long)p.va + 8, 8), -XEN_EINVAL);
	page_done(p);
}

static void
ldt_with_too_many_entries(void)
{
	struct refusal_page p = refusal_page();

	GIVES(set_ldt((unsigned long)p.va, 8193), -XEN_EINVAL);
	page_done(p);
}

static void
ldt_where_xen_is(void)
{
	GIVES(set_ldt((unsigned long)NOT_OURS, 8), -XEN_EINVAL);
}

/* Xen looks at it when the CPU does: from then on it is a descriptor table. */
static void
ldt_made_writable(void)
{
	struct refusal_page p = refusal_page();

	descriptor_set(p, 1, CODE);
	GIVES(remap(p, PTE_RO), 0);
	GIVES(set_ldt((unsigned long)p.va, 512), 0);
	refusal_touch_ldt(8 | 4 | 3);
	GIVES(remap(p, PTE_RW), -XEN_EBUSY);
	GIVES(call_mmuext(XEN_MMUEXT_PIN_L1_TABLE, p.mfn), -XEN_EINVAL);
	GIVES(set_ldt(0, 0), 0);
	page_done(p);
}

static void
trap_off_the_addresses(void)
{
	struct xen_trap_info traps[2] = { { .vector = 255, .cs = XEN_KERNEL_CS, .address = NOT_AN_ADDRESS } };

	GIVES(XEN(XEN_SET_TRAP_TABLE, traps, 0, 0, 0), -XEN_EINVAL);
}

static void
traps_from_nowhere(void)
{
	GIVES(XEN(XEN_SET_TRAP_TABLE, NOT_OURS, 0, 0, 0), -XEN_EFAULT);
}

static void
callback_that_nobody_knows(void)
{
	struct xen_callback_register reg = { .type = 3 };

	GIVES(XEN(XEN_CALLBACK_OP, XEN_CALLBACK_REGISTER, &reg, 0, 0), -XEN_ENOSYS);
	reg.type = 99;
	GIVES(XEN(XEN_CALLBACK_OP, XEN_CALLBACK_REGISTER, &reg, 0, 0), -XEN_ENOSYS);
	GIVES(XEN(XEN_CALLBACK_OP, 99, &reg, 0, 0), sizeof(unsigned long) == 8 ? -XEN_ENOSYS : -XEN_EINVAL);
	GIVES(XEN(XEN_CALLBACK_OP, XEN_CALLBACK_REGISTER, NOT_OURS, 0, 0), -XEN_EFAULT);
}

static void
callback_that_must_stay(void)
{
	struct xen_callback_unregister unreg = { .type = XEN_CALLBACK_EVENT };

	GIVES(XEN(XEN_CALLBACK_OP, XEN_CALLBACK_UNREGISTER, &unreg, 0, 0), -XEN_EINVAL);
}

static void
nmi_op_that_nobody_knows(void)
{
	struct xen_nmi_callback reg = { .handler_address = NOT_AN_ADDRESS };

	GIVES(XEN(XEN_NMI_OP, 99, &reg, 0, 0), -XEN_ENOSYS);
	GIVES(XEN(XEN_NMI_OP, XEN_NMI_REGISTER_CALLBACK, NOT_OURS, 0, 0), -XEN_EFAULT);
}

static void
nmi_off_the_addresses(void)
{
	struct xen_nmi_callback reg = { .handler_address = NOT_AN_ADDRESS };

	GIVES(XEN(XEN_NMI_OP, XEN_NMI_REGISTER_CALLBACK, &reg, 0, 0), -XEN_EINVAL);
}

static void
debug_register_that_is_none(void)
{
	GIVES(XEN(XEN_SET_DEBUGREG, 8, 0, 0, 0), -XEN_ENODEV);
}

static void
debug_of_the_hypervisor(void)
{
	GIVES(XEN(XEN_SET_DEBUGREG, 0, NOT_OURS, 0, 0), -XEN_EPERM);
	GIVES(XEN(XEN_SET_DEBUGREG, 7, 1u << 13, 0, 0), -XEN_EPERM);
	GIVES(XEN(XEN_GET_DEBUGREG, 0, 0, 0, 0), 0);
}

static void
segment_base_that_is_none(void)
{
	GIVES(XEN(XEN_SET_SEGMENT_BASE, 9, 0, 0, 0), -XEN_EINVAL);
	GIVES(XEN(XEN_SET_SEGMENT_BASE, XEN_DOMID_SELF, NOT_AN_ADDRESS, 0, 0), -XEN_EINVAL);
	GIVES(XEN(XEN_SET_SEGMENT_BASE, 0 /* FS */, NOT_AN_ADDRESS, 0, 0), -XEN_EINVAL);
}

#define TYPE		"Bad type|Error while validating|Could not get page type|Error getting mfn"

static const struct suite_case cases[] = {
	REFUSAL(gdt_that_is_writable, 0, TYPE),
	REFUSAL(gdt_with_too_many_entries, 0, NULL),
	REFUSAL(gdt_of_a_foreign_frame, 0, SAYS_OWNER),
	REFUSAL(gdt_with_a_second_frame_that_is_writable, 0, TYPE),
	REFUSAL(gdt_with_a_task_state, 0, TYPE),
	REFUSAL(gdt_with_a_gate, 0, TYPE),
	REFUSAL(gdt_from_nowhere, 0, NULL),
	REFUSAL(gdt_that_is_a_page_table, 0, TYPE),
	REFUSAL(descriptor_off_its_place, 0, NULL),
	REFUSAL(descriptor_of_a_task_state, 0, NULL),
	REFUSAL(descriptor_in_a_foreign_frame, 0, SAYS_OWNER),
	REFUSAL(descriptor_in_a_page_table, 0, TYPE),
	REFUSAL(ldt_off_its_place, 0, "Bad args to SET_LDT"),
	REFUSAL(ldt_with_too_many_entries, 0, "Bad args to SET_LDT"),
	REFUSAL(ldt_where_xen_is, REFUSAL_LEVELS4, "Bad args to SET_LDT"),
	REFUSAL(ldt_made_writable, 0, TYPE "|while pinning"),
	REFUSAL(trap_off_the_addresses, REFUSAL_LEVELS4, NULL),
	REFUSAL(traps_from_nowhere, 0, NULL),
	REFUSAL(callback_that_nobody_knows, 0, NULL),
	REFUSAL(callback_that_must_stay, 0, NULL),
	REFUSAL(nmi_op_that_nobody_knows, 0, NULL),
	REFUSAL(nmi_off_the_addresses, REFUSAL_LEVELS4, NULL),
	REFUSAL(debug_register_that_is_none, 0, NULL),
	REFUSAL(debug_of_the_hypervisor, REFUSAL_LEVELS4, NULL),
	REFUSAL(segment_base_that_is_none, REFUSAL_LEVELS4, NULL),
};
SUITE_WHERE(suite_refused_descriptors, "refusals", cases, refusal_applies);
