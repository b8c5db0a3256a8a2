/*
 * On a VMI ROM: what the ROM answers for a call, asked here once more, is what stands
 * at the sites of its op; its clock and alarms are the kernel's; what it was told of
 * stacks and flushes.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/x86/pte.h>
#include <pv/i386/frame.h>
#include "../capture.h"
#include "../timer_world.h"
#include "../user/world.h"
#include "rom_ask.h"

#define GET_FREQUENCY	66u

/*
 * The calls that spoil nothing stand at the site itself; for others it is a function of the library, which keeps
 * registers around its call of the ROM's entry, or has to find out first what to call.
 */
enum { STRAIGHT, BY_LEAF, BY_FUNCTION };

static const struct {
	const char *op;
	uint8_t call, how;
} ops[] = {
	{ "isa.irq_enable", 29, STRAIGHT }, { "isa.irq_disable", 30, STRAIGHT }, { "isa.irq_read", 31, STRAIGHT },
	{ "isa.irq_restore", 32, STRAIGHT }, { "isa.irq_save", 30, BY_LEAF }, { "isa.iret", 33, STRAIGHT },
	{ "isa.in32", 49, STRAIGHT }, { "isa.in8", 50, STRAIGHT }, { "isa.in16", 51, STRAIGHT },
	{ "isa.out32", 55, STRAIGHT }, { "isa.out8", 56, STRAIGHT }, { "isa.out16", 57, STRAIGHT },
	{ "isa.fpu_set", 15, BY_LEAF }, { "isa.cr3_write", 17, BY_LEAF }, { "isa.cr2_read", 20, BY_LEAF },
	{ "isa.cr3_read", 21, BY_LEAF }, { "isa.counter", 27, BY_LEAF }, { "isa.fpu_clear", 28, BY_LEAF },
	{ "isa.pte_set", 39, BY_FUNCTION }, { "isa.pte_clear", 39, BY_FUNCTION }, { "isa.invlpg", 46, BY_LEAF },
};

static uintptr_t rom, rom_size;

static bool
find_rom(void)
{
	rom = rom_find(&rom_size);
	return rom != 0;
}

#define LEAF	32u	/* bytes, none of them far from the first */

/* Is there a direct call of the entry, or a jump to it, in that function? */
static bool
goes_to(uintptr_t leaf, uintptr_t entry)
{
	for (uintptr_t at = leaf; at < leaf + LEAF; at++) {
		const uint8_t *text = (const uint8_t *)at;
		uint32_t distance;

		memcpy(&distance, text + 1, sizeof(distance));
		if ((text[0] & 0xfe) == 0xe8 && at + 5 + distance == entry)
			return true;
	}
	return false;
}

/* What is wrong with the bytes of a site, or NULL. */
static const char *
wrong_with(const struct pv_site_info *site, unsigned how, unsigned kind, uintptr_t entry)
{
	int32_t distance;
	uintptr_t to;

	if (kind == ROM_NONE || kind == ROM_NOP)
		return site->patched == 2 ? NULL : "not the native instruction";
	/* A prefix that does nothing, the call, one NOP. IRET's is a jump, to a stub where the ROM wants a call. */
	if (site->patched != 1 || site->now[0] != 0x67 || (site->now[1] & 0xfe) != 0xe8)
		return "not one direct call";
	memcpy(&distance, site->now + 2, sizeof(distance));
	to = site->address + 6 + (uintptr_t)(intptr_t)distance;
	if (how == STRAIGHT && !(suite_text_is(site->op, "isa.iret") && kind == ROM_CALL))
		return to == entry ? NULL : "not the ROM's entry";
	if (to - rom < rom_size)
		return "the ROM itself, which keeps no registers";
	return how == BY_FUNCTION || goes_to(to, entry) ? NULL : "a function that does not call the ROM's entry";
}

static void
sites_as_answered(void)
{
	char wrong[160] = "";
	struct pv_site_info site;
	unsigned seen = 0;

	CHECK(find_rom());
	CHECK_OK(pv_patch(true, NULL));
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		uintptr_t entry;
		unsigned kind = rom_ask(rom, ops[i].call, &entry);

		for (unsigned n = 0; pv_site_get(n, &site) == PV_OK; n++) {
			const char *why;

			if (!suite_text_is(site.op, ops[i].op))
				continue;
			seen++;
			why = wrong_with(&site, ops[i].how, kind, entry);
			if (why != NULL)
				(void)pv_snprintf(wrong, sizeof(wrong), "%s at 0x%lx: %s", site.op,
				    (unsigned long)site.address, why);
		}
	}
	if (suite_text_is(suite_mode(), "unpatched"))
		(void)pv_patch(false, NULL);
	if (wrong[0] != '\0') {
		suite_fail(__FILE__, __LINE__, "%s", wrong);
		return;
	}
	CHECK(seen > 20);
}

/* Whatever it does: no site holds more than a call, none goes by a pointer. */
static void
one_call_at_most(void)
{
	struct pv_site_info site;
	unsigned other = 0;

	CHECK_OK(pv_patch(true, NULL));
	for (unsigned n = 0; pv_site_get(n, &site) == PV_OK; n++) {
		if (site.patched == 2)
			continue;
		other += site.patched != 1 || site.now[0] != 0x67 || (site.now[1] & 0xfe) != 0xe8;
		/* Behind it a NOP of as many bytes as there are. */
		for (unsigned i = 6; i < site.length; i++)
			other += site.now[i] == 0xe8 || site.now[i] == 0xff;
	}
	if (suite_text_is(suite_mode(), "unpatched"))
		(void)pv_patch(false, NULL);
	CHECK_EQ(other, 0);
}

/* -- time -- */

static void
time_is_the_roms(void)
{
	struct pv_time_source source;
	uint32_t low, high, other;
	uintptr_t entry;

	CHECK(find_rom());
	pv_time_source(&source);
	if (rom_ask(rom, GET_FREQUENCY, &entry) != ROM_CALL) {
		CHECK(!suite_text_is(source.clock, "vmi"));
		return;
	}
	__asm__ volatile("call *%3" : "=a" (low), "=d" (high), "=c" (other) : "r" (entry) : "cc", "memory");
	CHECK(suite_text_is(source.clock, "vmi"));
	CHECK(suite_text_is(source.timer, "vmi"));
	CHECK_EQ(source.hz, (uint64_t)high << 32 | low);
}

/* An alarm that comes early is set again: once or twice, not all the time. */
static void
wakes_once(void)
{
	unsigned wakes = 0;

	timers_fresh();
	CHECK_OK(timer_real(0, pv_time_ns() + 30 * MS, 0));
	for (;; wakes++) {
		pv_irq_disable();
		if (fired != 0 || wakes > 1000)
			break;
		pv_cpu_idle();
	}
	pv_irq_enable();
	(void)pv_timer_cancel(&timers[0]);
	CHECK_EQ(fired, 1);
	CHECK(wakes <= 10);
}

/* A busy host may take so long that there is no time for many: not five times. */
static void
alarm_wakes_once(void)
{
	for (unsigned n = 0; n < 5; n++)
		wakes_once();
}

/* -- what the ROM was told -- */

#define TSS_ESP0	4u

static uint32_t esp0;

/* As the task that runs has it: what the ROM was told was not written elsewhere. */
static void
look_at_task(void)
{
	uintptr_t table;
	unsigned limit;
	const uint8_t *d;

	pv_gdt_read(&table, &limit);
	d = (const uint8_t *)table + (pv_tr_read() & ~7u);
	memcpy(&esp0, (const uint8_t *)(uintptr_t)(d[2] | d[3] << 8 | d[4] << 16 | (uint32_t)d[7] << 24) + TSS_ESP0,
	    sizeof(esp0));
}

USER_CASE(stack_of_the_thread_is_told)
{
	user.before_user = look_at_task;
	esp0 = 0;
	CHECK_EQ(user_start(user_exit), USER_EXITED);
	CHECK(esp0 != 0);
	CHECK_EQ(esp0, (uint32_t)(uintptr_t)(pv_thread_uframe(&user.thread)) + sizeof(struct pv_frame));
}

static pv_pte *
entry_of(uintptr_t va)
{
	const struct pv_hooks *h = pv_hooks_get();
	const uint64_t *table = h->phys_to_virt(h->context, pv_pa(pv_cr3_read() & ~31u));

	for (unsigned shift = 30; shift > 12; shift -= 9)
		table = h->phys_to_virt(h->context, pv_pa(table[va >> shift & 511] & PV_PTE_FRAME));
	return (pv_pte *)(uintptr_t)&table[va >> 12 & 511];
}

/* A program must not run with a translation that was taken away: the ROM watches that, also of global ones. */
USER_CASE(global_one_is_flushed)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr page = suite_page();
	enum user_end ended;
	pv_pte *entry;
	pv_vaddr va;
	pv_pte e;

	CHECK_OK(h->va_alloc(h->context, PV_PAGE_SIZE, &va));
	CHECK_OK(pv_space_map(pv_space_kernel(), va, page, PV_PAGE_SIZE, PV_PROT_READ));
	entry = entry_of(va.v);
	e = pv_pte_protect_begin(entry);
	pv_pte_protect_commit(entry, pv_pte_of(e.v | PV_PTE_G));
	pv_flush_page(va);
	(void)*(volatile uint32_t *)va.v;
	e = pv_pte_get(entry);
	pv_pte_clear(entry);
	pv_flush_all(true);
	ended = user_start(user_exit);
	pv_pte_set(entry, e);
	(void)pv_space_unmap(pv_space_kernel(), va, PV_PAGE_SIZE);
	pv_space_sync(pv_space_kernel());
	h->va_free(h->context, va, PV_PAGE_SIZE);
	suite_page_free(page);
	CHECK_EQ(ended, USER_EXITED);
	CHECK((e.v & (PV_PTE_G | PV_PTE_A)) == (PV_PTE_G | PV_PTE_A));
}

#define AT_TOP	0x10u		/* of the ROM's header */

/* Addresses that are the ROM's are named first, where it has some, and nothing is mapped there. */
static void
hole_is_refused(void)
{
	struct pv_reserved_range r;
	pv_paddr page;
	uint32_t top;

	CHECK(find_rom());
	memcpy(&top, (const void *)(rom + AT_TOP), sizeof(top));
	CHECK_OK(pv_space_reserved(0, &r));
	CHECK_EQ(suite_text_is(r.what, "addresses of the VMI ROM"), top != 0);
	if (top == 0)
		return;
	CHECK_EQ(r.start.v, top);
	CHECK_EQ(r.size, 0u - top);
	page = suite_page();
	CHECK_STATUS(pv_space_map(pv_space_kernel(), r.start, page, PV_PAGE_SIZE, PV_PROT_READ), PV_E_RANGE);
	CHECK_STATUS(pv_space_map(pv_space_kernel(), pv_va(0u - PV_PAGE_SIZE), page, PV_PAGE_SIZE, PV_PROT_READ),
	    PV_E_RANGE);
	CHECK_STATUS(pv_space_map(pv_space_kernel(), pv_va(top - PV_PAGE_SIZE), page, 2 * PV_PAGE_SIZE,
	    PV_PROT_READ), PV_E_RANGE);
	suite_page_free(page);
}

static const struct suite_case cases[] = {
	{ "sites_as_answered", sites_as_answered,
	    "pv_patch isa.irq_enable isa.irq_disable isa.irq_read isa.irq_restore isa.in8 isa.out8", 0, NULL },
	{ "one_call_at_most", one_call_at_most, "pv_patch", 0, NULL },
	{ "time_is_the_roms", time_is_the_roms, "time.source time.now pv_time_source", 0, NULL },
	{ "alarm_wakes_once", alarm_wakes_once, "time.alarm cpu.idle pv_timer_set pv_cpu_idle", 0, NULL },
	{ "stack_of_the_thread_is_told", stack_of_the_thread_is_told,
	    "cpu.switch_kernel_sp pv_thread_switch", 0, NULL },
	{ "hole_is_refused", hole_is_refused, "mmu.reserved mmu.map pv_space_reserved pv_space_map", CASE_ONCE, NULL },
	{ "global_one_is_flushed", global_one_is_flushed, "isa.flush_all", 0, NULL },
};
SUITE_WHERE(suite_rom, "rom", cases, on_rom);
