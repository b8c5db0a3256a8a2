/*
 * TLBs and translation storage buffers, as a kernel uses them that keeps its own
 * record (<pv/sparc64/tlb.h>).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/tlb.h>
#include <pv/user.h>
#include "../catch.h"
#include "../suites.h"
#include "look.h"

#define USER_VA		0x12345678000ul
#define KERNEL_VA	0x1e000000000ul		/* below the hole, in nobody's mappings */
#define RW		(PV_PROT_READ | PV_PROT_WRITE)
#define RWU		(RW | PV_PROT_USER)
#define ENTRIES		512u
#define ONE		77u
#define OTHER		8191u
#define ALIAS		0x400000ul		/* text and data of the image, from the other's page */
#define RETL		0x81c3e008u
#define NOP		0x01000000u

static volatile struct pv_tsb_entry buffer[ENTRIES] __attribute__((aligned(ENTRIES * 16)));

/* A frame with a word in it. */
static pv_paddr
frame_with(uint32_t word)
{
	pv_paddr frame = suite_page();

	direct(frame)[0] = word;
	return frame;
}

static void
load(unsigned page, unsigned context, pv_paddr frame, unsigned flags)
{
	pv_tlb_load(USER_VA + page * PV_PAGE_SIZE, context, pv_tte_make(frame, PV_TTE_8K, flags), PV_TLB_DATA);
}

/* The word at the beginning of a page of the current context; ~0: a fault. */
static uint32_t
seen_page(unsigned page)
{
	return seen(USER_VA + page * PV_PAGE_SIZE);
}

static void
page_comes_and_goes(void)
{
	pv_paddr a = frame_with(0xa), b = frame_with(0xb);
	uint32_t before, there, gone, beside;

	pv_context_set(ONE);
	before = seen_page(0);
	load(0, ONE, a, RWU);
	load(1, ONE, b, RWU);
	there = seen_page(0);
	pv_tlb_demap_page(USER_VA + 5, ONE);
	gone = seen_page(0);
	beside = seen_page(1);
	pv_tlb_demap_context(ONE);
	pv_context_set(0);
	suite_page_free(a);
	suite_page_free(b);
	CHECK_EQ(before, ~0u);
	CHECK_EQ(there, 0xa);
	CHECK_EQ(gone, ~0u);
	CHECK_EQ(beside, 0xb);
}

static void
rights_are_the_entrys(void)
{
	pv_paddr a = frame_with(0xa);
	uint32_t read_only, closed;
	pv_status written, refused;

	pv_context_set(ONE);
	load(0, ONE, a, PV_PROT_READ | PV_PROT_USER);
	read_only = seen_page(0);
	refused = pv_store32(USER_VA, 1);
	pv_tlb_demap_page(USER_VA, ONE);
	load(0, ONE, a, RWU);
	written = pv_store32(USER_VA + 4, 2);
	pv_tlb_demap_page(USER_VA, ONE);
	load(0, ONE, a, RW);
	closed = seen_page(0);
	pv_tlb_demap_context(ONE);
	pv_context_set(0);
	CHECK_EQ(direct(a)[0] << 4 | direct(a)[1], 0xa2);
	suite_page_free(a);
	CHECK_EQ(read_only, 0xa);
	CHECK_STATUS(refused, PV_E_FAULT);
	CHECK_OK(written);
	CHECK_EQ(closed, ~0u);
}

/* A page of 64 KiB: the last word that it covers, and the first that it does not. */
static void
larger_pages_cover_more(void)
{
	static const uintptr_t va = USER_VA & ~0xfffful;
	const struct pv_hooks *h = pv_hooks_get();
	uint32_t last = 0, behind = 0;
	pv_status inside, outside;
	pv_paddr run, base;

	CHECK_OK(h->pages_alloc(h->context, 16, 0, &run));
	base = pv_pa((run.v + 0xffff) & ~0xffffull);
	direct(base)[0x10000 / 4 - 1] = 0x64;
	pv_context_set(ONE);
	pv_tlb_load(va, ONE, pv_tte_make(base, PV_TTE_64K, RWU), PV_TLB_DATA);
	inside = pv_fetch32(&last, va + 0x10000 - 4);
	outside = pv_fetch32(&behind, va + 0x10000);
	pv_tlb_demap_context(ONE);
	pv_context_set(0);
	h->pages_free(h->context, run, 16);
	CHECK_OK(inside);
	CHECK_EQ(last, 0x64);
	CHECK_STATUS(outside, PV_E_FAULT);
}

static void
contexts_are_apart(void)
{
	pv_paddr a = frame_with(0xa), b = frame_with(0xb);
	uint32_t one, other, one_gone, other_stays, none;

	load(0, ONE, a, RWU);
	load(0, OTHER, b, RWU);
	pv_context_set(ONE);
	one = seen_page(0);
	pv_context_set(OTHER);
	other = seen_page(0);
	pv_tlb_demap_context(ONE);
	other_stays = seen_page(0);
	pv_context_set(ONE);
	one_gone = seen_page(0);
	pv_context_set(OTHER);
	pv_tlb_demap_all();
	none = seen_page(0);
	pv_context_set(0);
	suite_page_free(a);
	suite_page_free(b);
	CHECK_EQ(one, 0xa);
	CHECK_EQ(other, 0xb);
	CHECK_EQ(one_gone, ~0u);
	CHECK_EQ(other_stays, 0xb);
	CHECK_EQ(none, ~0u);
}

static void
read_word(void *arg)
{
	(void)*(volatile uint32_t *)arg;
}

static void
call_there(void *arg)
{
	((void (*)(void))(uintptr_t)arg)();
}

static bool
faults(uintptr_t va)
{
	struct pv_trap trap;

	return suite_catch(read_word, (void *)va, &trap);
}

static bool
is_no_code(uintptr_t va)
{
	struct pv_trap trap;

	return suite_catch(call_there, (void *)va, &trap);
}

static volatile struct pv_tsb_entry *
entry_of(unsigned page)
{
	return &buffer[pv_tsb_slot(USER_VA + page * PV_PAGE_SIZE, ENTRIES)];
}

static void
buffer_answers(void)
{
	pv_paddr frame[4];
	uint32_t got[4], other, cleared, beside;

	for (unsigned i = 0; i < ENTRIES; i++)
		buffer[i].tag = PV_TSB_TAG_NONE;
	CHECK_OK(pv_tsb_set(buffer, ENTRIES));
	pv_context_set(ONE);
	for (unsigned i = 0; i < 4; i++) {
		frame[i] = frame_with(0x100 + i);
		pv_tsb_write(entry_of(i), USER_VA + i * PV_PAGE_SIZE, ONE, pv_tte_make(frame[i], PV_TTE_8K, RWU));
	}
	for (unsigned i = 0; i < 4; i++)
		got[i] = seen_page(i);
	pv_context_set(OTHER);
	other = seen_page(0);
	pv_context_set(ONE);
	/* Not this address's: it stays. */
	pv_tsb_clear(entry_of(1), USER_VA + PV_PAGE_SIZE, OTHER);
	pv_tsb_clear(entry_of(2), USER_VA + 2 * PV_PAGE_SIZE, ONE);
	pv_tlb_demap_page(USER_VA + PV_PAGE_SIZE, ONE);
	pv_tlb_demap_page(USER_VA + 2 * PV_PAGE_SIZE, ONE);
	beside = seen_page(1);
	cleared = seen_page(2);
	pv_context_set(0);
	CHECK_OK(pv_tsb_set(NULL, 0));
	pv_tlb_demap_context(ONE);
	for (unsigned i = 0; i < 4; i++) {
		suite_page_free(frame[i]);
		CHECK_EQ(got[i], 0x100 + i);
	}
	CHECK_EQ(other, ~0u);
	CHECK_EQ(beside, 0x101);
	CHECK_EQ(cleared, ~0u);
}

/* With libpv's own buffer its spaces work, beyond what a smaller one has places for. */
static uint32_t
seen_in_a_space(pv_paddr frame)
{
	pv_vaddr va = pv_va(USER_VA + (ENTRIES + 88) * PV_PAGE_SIZE);
	struct pv_space s;
	uint32_t got = ~0u;

	if (pv_space_create(&s) != PV_OK)
		return got;
	if (pv_space_map(&s, va, frame, PV_PAGE_SIZE, RWU) == PV_OK) {
		pv_space_activate(&s);
		got = seen_page(ENTRIES + 88);
		(void)pv_space_unmap(&s, va, PV_PAGE_SIZE);
		pv_space_sync(&s);
		got = seen_page(ENTRIES + 88) == ~0u ? got : ~0u;
		pv_space_activate(NULL);
	}
	return pv_space_destroy(&s) == PV_OK ? got : ~0u;
}

/* A page of the kernel's that is run and read. */
static pv_status
kernel_page(pv_vaddr va, pv_paddr frame)
{
	pv_status s = pv_space_map(pv_space_kernel(), va, frame, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_EXEC);

	if (s == PV_OK && (is_no_code(va.v) || faults(va.v)))
		s = PV_E_FAULT;
	return s;
}

static bool
kernel_page_goes(pv_vaddr va)
{
	pv_status s = pv_space_unmap(pv_space_kernel(), va, PV_PAGE_SIZE);

	pv_space_sync(pv_space_kernel());
	return s == PV_OK && is_no_code(va.v) && faults(va.v);
}

/* What the kernel's space loses is gone from whichever buffer is in use, and from the one that comes back. */
static void
kernel_pages_go_from_buffers(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr frame = frame_with(RETL);
	bool first_gone, second_gone, stays_gone;
	pv_status first, second;
	pv_vaddr va, next;

	direct(frame)[1] = NOP;
	pv_mb();
	for (unsigned i = 0; i < ENTRIES; i++)
		buffer[i].tag = PV_TSB_TAG_NONE;
	CHECK_OK(h->va_alloc(h->context, 2 * PV_PAGE_SIZE, &va));
	next = pv_va(va.v + PV_PAGE_SIZE);
	first = kernel_page(va, frame);
	CHECK_OK(pv_tsb_set(buffer, ENTRIES));
	first_gone = kernel_page_goes(va);
	second = kernel_page(next, frame);
	second_gone = kernel_page_goes(next);
	CHECK_OK(pv_tsb_set(NULL, 0));
	stays_gone = faults(va.v) && is_no_code(va.v);
	h->va_free(h->context, va, 2 * PV_PAGE_SIZE);
	suite_page_free(frame);
	CHECK_OK(first);
	CHECK_OK(second);
	CHECK(first_gone && second_gone && stays_gone);
}

/* One that the image does not have: by a permanent translation of its own. */
static void
buffer_is_elsewhere(void)
{
	volatile struct pv_tsb_entry *there = (volatile struct pv_tsb_entry *)(KERNEL_VA + PV_PAGE_SIZE);
	pv_paddr memory = suite_page(), frame = frame_with(0x100);
	pv_status set;
	uint32_t got, afterwards;

	CHECK_OK(pv_perm_map(pv_va(KERNEL_VA + PV_PAGE_SIZE), memory, PV_TTE_8K, RW));
	for (unsigned i = 0; i < ENTRIES; i++)
		there[i].tag = PV_TSB_TAG_NONE;
	pv_tsb_write(&there[pv_tsb_slot(USER_VA, ENTRIES)], USER_VA, ONE, pv_tte_make(frame, PV_TTE_8K, RWU));
	set = pv_tsb_set(there, ENTRIES);
	pv_context_set(ONE);
	got = seen_page(0);
	pv_context_set(0);
	CHECK_OK(pv_tsb_set(NULL, 0));
	pv_tlb_demap_context(ONE);
	afterwards = seen_in_a_space(frame);
	CHECK_OK(pv_perm_unmap(pv_va(KERNEL_VA + PV_PAGE_SIZE)));
	suite_page_free(memory);
	suite_page_free(frame);
	CHECK_OK(set);
	CHECK_EQ(got, 0x100);
	CHECK_EQ(afterwards, 0x100);
}

static void
buffer_is_checked(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr frame = suite_page();
	volatile struct pv_tsb_entry *elsewhere = h->phys_to_virt(h->context, frame);

	suite_page_free(frame);
	CHECK_STATUS(pv_tsb_set(buffer, 256), PV_E_INVAL);
	CHECK_STATUS(pv_tsb_set(buffer, 513), PV_E_INVAL);
	CHECK_STATUS(pv_tsb_set(buffer, 1u << 17), PV_E_INVAL);
	CHECK_STATUS(pv_tsb_set(buffer + 1, ENTRIES), PV_E_INVAL);
	/* A handler could miss it, or not write it. */
	CHECK_STATUS(pv_tsb_set(elsewhere, ENTRIES), PV_E_INVAL);
	CHECK_STATUS(pv_tsb_set((volatile struct pv_tsb_entry *)((uintptr_t)buffer - ALIAS), ENTRIES), PV_E_INVAL);
}

/* -- permanent translations, and what can be executed --------------------------- */

static void
permanent_stays(void)
{
	pv_paddr a = frame_with(0xa), b = frame_with(0xb);
	pv_vaddr va = pv_va(KERNEL_VA);
	uint32_t other, before, after;
	bool gone;

	CHECK(faults(KERNEL_VA));
	/* What was there otherwise goes. */
	pv_tlb_load(KERNEL_VA, 0, pv_tte_make(b, PV_TTE_8K, RW), PV_TLB_DATA);
	other = *(volatile uint32_t *)KERNEL_VA;
	CHECK_OK(pv_perm_map(va, a, PV_TTE_8K, RW));
	before = *(volatile uint32_t *)KERNEL_VA;
	pv_tlb_demap_context(0);
	pv_tlb_demap_all();
	/* More than TLBs have room for, each in use. */
	pv_context_set(ONE);
	for (unsigned i = 0; i < 200; i++) {
		load(i, ONE, b, RWU);
		(void)seen_page(i);
	}
	pv_tlb_demap_context(ONE);
	pv_context_set(0);
	after = faults(KERNEL_VA) ? ~0u : *(volatile uint32_t *)KERNEL_VA;
	CHECK_STATUS(pv_perm_map(va, a, PV_TTE_8K, RW), PV_E_EXIST);
	CHECK_STATUS(pv_perm_unmap(pv_va(KERNEL_VA + PV_PAGE_SIZE)), PV_E_NOENT);
	CHECK_OK(pv_perm_unmap(va));
	gone = faults(KERNEL_VA);
	suite_page_free(a);
	suite_page_free(b);
	CHECK_EQ(other, 0xb);
	CHECK_EQ(before, 0xa);
	CHECK_EQ(after, 0xa);
	CHECK(gone);
}

static void
permanent_is_checked(void)
{
	pv_paddr a = suite_page();
	unsigned made = 0;
	pv_status last = PV_OK;

	CHECK_STATUS(pv_perm_map(pv_va(KERNEL_VA + 8), a, PV_TTE_8K, RW), PV_E_INVAL);
	CHECK_STATUS(pv_perm_map(pv_va(KERNEL_VA + PV_PAGE_SIZE), a, PV_TTE_64K, RW), PV_E_INVAL);
	CHECK_STATUS(pv_perm_map(pv_va(KERNEL_VA), a, PV_TTE_8K, RWU), PV_E_INVAL);
	CHECK_STATUS(pv_perm_map(pv_va(PV_KERNEL_LAST + 1), a, PV_TTE_8K, RW), PV_E_INVAL);
	/* More bits than physical addresses have; of real ones the hypervisor says so. */
	if (pv_has(PV_CAP_PORTS))
		CHECK_STATUS(pv_perm_map(pv_va(KERNEL_VA), pv_pa(1ull << 41), PV_TTE_8K, RW), PV_E_INVAL);
	CHECK_STATUS(pv_perm_map(pv_va_of(buffer), a, PV_TTE_8K, RW), PV_E_EXIST);
	CHECK_STATUS(pv_perm_map(pv_va((uintptr_t)buffer - ALIAS), a, PV_TTE_8K, RW), PV_E_EXIST);
	while (made <= PV_PERM_MOST &&
	    (last = pv_perm_map(pv_va(KERNEL_VA + made * PV_PAGE_SIZE), a, PV_TTE_8K, RW)) == PV_OK)
		made++;
	for (unsigned i = 0; i < made; i++)
		CHECK_OK(pv_perm_unmap(pv_va(KERNEL_VA + i * PV_PAGE_SIZE)));
	suite_page_free(a);
	CHECK_EQ(made, PV_PERM_MOST);
	CHECK_STATUS(last, PV_E_FULL);
}

static void
code_needs_the_right(void)
{
	pv_paddr a = suite_page();
	pv_tte with = pv_tte_make(a, PV_TTE_8K, PV_PROT_EXEC), without = pv_tte_make(a, PV_TTE_8K, PV_PROT_READ);
	struct pv_trap trap;
	bool ran, refused;
	uint64_t calls;

	direct(a)[0] = RETL;
	direct(a)[1] = NOP;
	pv_mb();
	/* A TLB for instructions may not look at the right: the entry is not for it, and nobody is called. */
	calls = pv_hypercall_count();
	pv_tlb_load(KERNEL_VA, 0, without, PV_TLB_CODE);
	calls = pv_hypercall_count() - calls;
	pv_tlb_load(KERNEL_VA, 0, without, PV_TLB_CODE | PV_TLB_DATA);
	refused = suite_catch(call_there, (void *)KERNEL_VA, &trap);
	pv_tlb_demap_page(KERNEL_VA, 0);
	pv_tlb_load(KERNEL_VA, 0, with, PV_TLB_CODE | PV_TLB_DATA);
	ran = !suite_catch(call_there, (void *)KERNEL_VA, &trap);
	pv_tlb_demap_page(KERNEL_VA, 0);
	suite_page_free(a);
	CHECK_EQ(calls, 0);
	CHECK(refused);
	CHECK(ran);
}

/* -- the image: one page of real memory, two translations -- */

static void
rewrite(void *arg)
{
	volatile uint32_t *p = arg;

	*p = *p;
}

static bool
page_fault(void (*fn)(void *arg), uintptr_t at)
{
	struct pv_trap trap = { 0 };

	return suite_catch(fn, (void *)at, &trap) && trap.cause == PV_CAUSE_PAGE_FAULT &&
	    pv_page_down(trap.address) == pv_page_down(at);
}

/* sun4u: entries of a data TLB for the image's two pages that stay there; bit 0 text, bit 1 data. */
static unsigned
locked(void)
{
	unsigned found = 0;

	for (uint64_t i = 0; i < 64; i++) {
		uint64_t tag, entry;

		__asm__ volatile("ldxa [%2] 0x5e, %0\n\tldxa [%2] 0x5d, %1"
		    : "=&r" (tag), "=&r" (entry) : "r" (i << 3));
		if ((entry & PV_TTE_VALID) != 0 && (entry & 0x40) != 0 && (tag == ALIAS || tag == 2 * ALIAS))
			found |= (unsigned)(tag / ALIAS);
	}
	return found;
}

static void
image_has_two_translations(void)
{
	static volatile uint32_t word = 0xa;
	uintptr_t text = (uintptr_t)rewrite & ~7ul, data = (uintptr_t)&word;
	const volatile uint32_t *low = (const volatile uint32_t *)(data - ALIAS);

	for (unsigned i = 0; i < 2; i++) {
		CHECK(page_fault(rewrite, text));
		CHECK(page_fault(rewrite, data - ALIAS));
		CHECK(page_fault(call_there, data & ~7ul));
		CHECK(page_fault(call_there, text + ALIAS));
		word += 1;
		CHECK_EQ(*low, word);
	}
	CHECK_EQ(*(volatile uint32_t *)text, *(volatile uint32_t *)(text + ALIAS));
	if (pv_has(PV_CAP_PORTS))
		CHECK_EQ(locked(), 3);
}

static const struct suite_case cases[] = {
	{ "image_has_two_translations", image_has_two_translations, "mmu.init", 0 },
	{ "page_comes_and_goes", page_comes_and_goes,
	  "isa.tte_make isa.tlb_load isa.tlb_demap_page isa.context_set", 0 },
	{ "rights_are_the_entrys", rights_are_the_entrys, "isa.tte_make isa.tlb_load", 0 },
	{ "larger_pages_cover_more", larger_pages_cover_more, "isa.tte_make isa.tlb_load", 0 },
	{ "contexts_are_apart", contexts_are_apart, "isa.context_set isa.tlb_demap_context isa.tlb_demap_all", 0 },
	{ "buffer_answers", buffer_answers, "isa.tsb_set", 0 },
	{ "kernel_pages_go_from_buffers", kernel_pages_go_from_buffers, "isa.tsb_set mmu.unmap mmu.sync", CASE_ONCE },
	{ "buffer_is_elsewhere", buffer_is_elsewhere, "isa.tsb_set isa.perm_map", 0 },
	{ "buffer_is_checked", buffer_is_checked, "isa.tsb_set", CASE_ONCE },
	{ "permanent_stays", permanent_stays, "isa.perm_map isa.perm_unmap", 0 },
	{ "permanent_is_checked", permanent_is_checked, "isa.perm_map", CASE_ONCE },
	{ "code_needs_the_right", code_needs_the_right, "isa.tlb_load", CASE_ONCE },
};
SUITE(suite_tlb, "tlb", cases);
