/*
 * What the hardware of sparc64 is given: the entries that misses put into libpv's
 * buffer, bit by bit as the manuals have them. An emulator without a data cache
 * keeps none of their promises, but they can be read.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/tlb.h>
#include <pv/user.h>
#include "../suites.h"
#include "../../../backends/common/tsb/numbers.h"

#define RW		(PV_PROT_READ | PV_PROT_WRITE)
#define BASE		0x20000000ul
#define LARGE_BASE	(4 * PV_LARGE_SIZE)
#define PIECE		0x400000ul		/* as the hardware has large pages */

/* libpv's own: backends/common/tsb/tsb.h. */
extern volatile struct pv_tsb_entry pv_tsb_buffer[];

/* UltraSPARC I and II User's Manual, 6.2; UltraSPARC Virtual Machine Specification, "TTE format". */
struct form {
	uint64_t valid, large, cp, cv, side_effect, privileged, write, execute;
};
static const struct form sun4u = {
	0x8000000000000000, 0x6000000000000000, 0x20, 0x10, 0x08, 0x04, 0x02, 0x80 /* a bit of software's */,
};
static const struct form sun4v = { 0x8000000000000000, 0x3, 0x400, 0x200, 0x800, 0x100, 0x040, 0x080 };

static const unsigned attributes[] = { PV_MAP_WB, PV_MAP_WT, PV_MAP_WC, PV_MAP_UC };
static const unsigned rights[] = { 0, PV_PROT_WRITE, PV_PROT_EXEC, PV_PROT_WRITE | PV_PROT_EXEC };

/* The first entry that is not as it should be. */
static struct {
	uint64_t got, wanted;
	uintptr_t va;
	unsigned flags;
} wrong;

/* flags: those of the leaf; PV_MAP_MODIFIED: a store has come. */
static uint64_t
wanted(uintptr_t va, uint64_t pa, unsigned flags)
{
	const struct form *f = pv_has(PV_CAP_PARAVIRT) ? &sun4v : &sun4u;
	uint64_t e = f->valid | pa;

	if ((flags & PV_MAP_CACHE_MASK) == PV_MAP_WB || (flags & PV_MAP_CACHE_MASK) == PV_MAP_WT)
		e |= f->cp;
	if ((flags & PV_MAP_CACHE_MASK) == PV_MAP_WB && ((va ^ pa) & PV_CACHE_ALIAS_MASK) == 0)
		e |= f->cv;
	if ((flags & PV_MAP_CACHE_MASK) == PV_MAP_UC)
		e |= f->side_effect;
	if ((flags & PV_PROT_USER) == 0)
		e |= f->privileged;
	if ((flags & PV_PROT_EXEC) != 0)
		e |= f->execute;
	if ((flags & PV_PROT_WRITE) != 0 && (flags & PV_MAP_MODIFIED) != 0)
		e |= f->write;
	return e | ((flags & PV_MAP_LARGE) != 0 ? f->large : 0);
}

/* A large page has the colour of its frame throughout, and entries with the address of a piece. */
static void
look(uintptr_t va, uint64_t pa, unsigned flags)
{
	bool large = (flags & PV_MAP_LARGE) != 0;
	unsigned context = (flags & PV_PROT_USER) != 0 ? (unsigned)pv_cpu()->hv_area[1] : 0;
	volatile struct pv_tsb_entry *e = &pv_tsb_buffer[pv_tsb_slot(va, 1u << PV_TSB_SHIFT)];
	uint64_t got = e->tag == pv_tsb_tag(va, context) ? e->data : 0;
	uint64_t as = large ? wanted(0, pa & ~(PIECE - 1), flags) : wanted(va, pa, flags);

	if (got == as || wrong.va != 0)
		return;
	wrong.got = got;
	wrong.wanted = as;
	wrong.va = va;
	wrong.flags = flags;
}

static void
tell(void)
{
	if (wrong.va != 0)
		suite_fail(__FILE__, __LINE__, "the entry of 0x%lx, flags 0x%x, is 0x%llx, not 0x%llx",
		    (unsigned long)wrong.va, wrong.flags, (unsigned long long)wrong.got,
		    (unsigned long long)wrong.wanted);
}

static bool
touch(uintptr_t va, unsigned flags, bool store)
{
	uint32_t v;

	if ((flags & PV_PROT_USER) != 0)
		return store ? pv_store32(va, 1) == PV_OK : pv_fetch32(&v, va) == PV_OK;
	v = *(volatile uint32_t *)va;
	if (store)
		*(volatile uint32_t *)va = v;
	return true;
}

/* One page: after a load, and after a store where that is allowed. */
static bool
page(struct pv_space *space, uintptr_t va, pv_paddr frame, unsigned flags)
{
	bool good = pv_space_map(space, pv_va(va), frame, PV_PAGE_SIZE, flags | PV_PROT_READ) == PV_OK &&
	    touch(va, flags, false);

	look(va, frame.v, flags);
	if (good && (flags & PV_PROT_WRITE) != 0) {
		good = touch(va, flags, true);
		look(va, frame.v, flags | PV_MAP_MODIFIED);
	}
	good = pv_space_unmap(space, pv_va(va), PV_PAGE_SIZE) == PV_OK && good;
	pv_space_sync(space);
	return good;
}

/* At an even and at an odd address, with all attributes and rights. */
static unsigned
pages(struct pv_space *space, uintptr_t va, unsigned user)
{
	pv_paddr frame = suite_page();
	unsigned failed = 0;

	for (unsigned i = 0; i < 2 * 4 * 4; i++) {
		unsigned flags = attributes[i >> 1 & 3] | rights[i >> 3] | user;

		failed += !page(space, va + (i & 1) * PV_PAGE_SIZE, frame, flags);
	}
	suite_page_free(frame);
	return failed;
}

static void
small_pages(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	unsigned user, kernel;
	struct pv_space s;
	pv_vaddr va;

	wrong.va = 0;
	CHECK_OK(pv_space_create(&s));
	pv_space_activate(&s);
	user = pages(&s, BASE, PV_PROT_USER);
	pv_space_activate(NULL);
	CHECK_OK(pv_space_destroy(&s));
	CHECK_OK(h->va_alloc(h->context, 2 * PV_PAGE_SIZE, &va));
	kernel = pages(pv_space_kernel(), va.v, 0);
	h->va_free(h->context, va, 2 * PV_PAGE_SIZE);
	CHECK_EQ(user, 0);
	CHECK_EQ(kernel, 0);
	tell();
}

/*
 * Both halves of a large page, each by an even and an odd page of it. What the TLB has goes before each,
 * so that the miss has nothing but buffer and record; and the buffer has this address not yet.
 */
static bool
large_page(struct pv_space *space, pv_paddr frame, unsigned flags)
{
	static const uintptr_t at[] = { 0, PV_PAGE_SIZE, PIECE, PIECE + PV_PAGE_SIZE };
	pv_vaddr va = pv_va(LARGE_BASE);
	bool good = pv_space_map(space, va, frame, PV_LARGE_SIZE, flags | PV_PROT_READ) == PV_OK;

	for (unsigned i = 0; good && i < 4; i++) {
		pv_tlb_demap_context((unsigned)pv_cpu()->hv_area[1]);
		good = touch(va.v + at[i], flags, false);
		look(va.v + at[i], frame.v + at[i], flags);
	}
	if (good && (flags & PV_PROT_WRITE) != 0) {
		good = touch(va.v + at[3], flags, true);
		look(va.v + at[3], frame.v + at[3], flags | PV_MAP_MODIFIED);
	}
	good = pv_space_unmap(space, va, PV_LARGE_SIZE) == PV_OK && good;
	pv_space_sync(space);
	return good;
}

static void
large_pages(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	const uintptr_t pages = 2 * PV_LARGE_SIZE / PV_PAGE_SIZE;
	unsigned failed = 0;
	struct pv_space s;
	pv_paddr run, frame;

	wrong.va = 0;
	CHECK_OK(h->pages_alloc(h->context, pages, 0, &run));
	frame = pv_pa((run.v + PV_LARGE_SIZE - 1) & ~(uint64_t)(PV_LARGE_SIZE - 1));
	CHECK_OK(pv_space_create(&s));
	pv_space_activate(&s);
	for (unsigned i = 0; i < 4 * 4; i++)
		failed += !large_page(&s, frame, PV_MAP_LARGE | PV_PROT_USER | attributes[i & 3] | rights[i >> 2]);
	pv_space_activate(NULL);
	CHECK_OK(pv_space_destroy(&s));
	h->pages_free(h->context, run, pages);
	CHECK_EQ(failed, 0);
	tell();
}

static const struct suite_case cases[] = {
	{ "small_pages", small_pages, "mmu.map", 0 },
	{ "large_pages", large_pages, "mmu.map", CASE_ONCE },
};
SUITE(suite_buffer, "buffer", cases);
