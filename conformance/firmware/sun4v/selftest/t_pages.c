/*
 * How the hypervisor looks through TSBs, and what demapping takes away: sun4v.md 4.5, 4.3.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul
#define CONTEXT	5

static struct tsb_descriptor d[2] __attribute__((aligned(64)));

static u64 *
page_with(u64 value)
{
	u64 *page = page_pool(PAGE);

	page[0] = value;
	memcpy(&page[512], return_o7, 32);
	sync_code(&page[512]);
	return page;
}

TEST(pages, index, "4.5: index = (VA >> page shift) & (entries - 1), in TSBs of every size")
{
	u64 *page = page_with(0x1111);

	mmu_on();
	for (u64 entries = 512; entries <= 4096; entries *= 2) {
		struct tsb *tsb = (struct tsb *)page_pool(entries * sizeof(struct tsb));

		IS(FAST(MMU_TSB_CTX0, 1, (u64)tsb_describe(d, tsb, entries, SIZE_8K, 1)), EOK);
		for (u64 bit = 13; bit < 48; bit++) {
			u64 va = VA ^ 1ul << bit;
			struct tsb *e = &tsb[va >> 13 & (entries - 1)];

			*e = (struct tsb){ va >> 22, tte(page, TTE_KERNEL) };
			IS(load(va), 0x1111);
			e->data = 0;
			IS(FAST(MMU_DEMAP_PAGE, 0, 0, va, 0, BOTH), EOK);
			IS(load(va), FAULTED);
			FAULT(FAULT_D, TYPE_MISS, va, 0);
		}
		for (u64 i = 0; i < 2; i++) {		/* the first and the last entry */
			u64 va = VA + i * (entries - 1) * PAGE;

			tsb[i * (entries - 1)] = (struct tsb){ va >> 22, tte(page, TTE_KERNEL) };
			IS(load(va), 0x1111);
			tsb[i * (entries - 1)].data = 0;
		}
		IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	}
}

TEST(pages, size_64k, "4.5: 64K pages, index by VA >> 16; low bits offset in page")
{
	u64 *page = page_pool(64 * KIB);
	struct tsb *tsb;

	page[0] = 0x2222;
	page[0xa008 / 8] = 0x3333;
	memcpy(&page[0xe000 / 8], return_o7, 32);
	sync_code(&page[0xe000 / 8]);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_64K, 1 << SIZE_64K, 0);
	tsb_put(tsb, SIZE_64K, VA + 0x30000, 0, tte(page, TTE_KERNEL | SIZE_64K));
	IS(load(VA + 0x30000), 0x2222);
	IS(load(VA + 0x3a008), 0x3333);
	IS(exec(VA + 0x3e000), 0);
	IS(load(VA + 0x2a008), FAULTED);
	IS(load(VA + 0x4a008), FAULTED);
}

/* 4 MiB of real memory behind the image's own. */
static u64
big(void)
{
	return (u64)__image_start + 4 * MIB;
}

TEST(pages, size_4m, "4.5: 4M pages, index by VA >> 22")
{
	u64 at = big() + 0x123458, *word = (u64 *)at;
	struct tsb *tsb;

	*word = 0x4444;
	memcpy((void *)(big() + 0x3f0000), return_o7, 32);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_4M, 1 << SIZE_4M, 0);
	tsb_put(tsb, SIZE_4M, VA + 0xc00000, 0, TTE_KERNEL | big() | SIZE_4M);
	IS(load(VA + 0xc00000 + 0x123458), 0x4444);
	IS(exec(VA + 0xc00000 + 0x3f0000), 0);
	IS(load(VA + 0x800000 + 0x123458), FAULTED);
	IS(load(VA + 0x1000000 + 0x123458), FAULTED);
	IS(store_asi(VA + 0xc00000 + 0x200000, ASI_PRIMARY, 0x55), 0);
	mmu_off();
	IS(*(u64 *)(big() + 0x200000), 0x55);
}

TEST(pages, size_256m, "4.5: T1 has 256M; index by VA >> 28; any part of the page is where it should be")
{
	u64 base = memory_end(0x1fffffff) ? 0x10000000 : 0x90000000, *words[3], value;
	struct tsb *tsb;

	CHECK(memory_end(base + 256 * MIB - 1) != 0);
	if (!memory_end(base + 256 * MIB - 1))
		return;
	words[0] = (u64 *)(base + 8);
	words[1] = (u64 *)(base + 0x5678900);
	words[2] = (u64 *)(base + 0xffffff8);
	for (u64 i = 0; i < 3; i++)
		*words[i] = 0x5550 + i;
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_256M, 1 << SIZE_256M, 0);
	for (u64 round = 0; round < 2; round++) {
		for (u64 i = 0; i < 3; i++) {
			u64 va = VA + 0x30000000 + ((u64)words[i] - base);

			/* VA 63:22 are the tag */
			tsb_put(tsb, SIZE_256M, va, 0, TTE_KERNEL | base | SIZE_256M);
			if (load_asi(va, ASI_PRIMARY, &value) || value != 0x5550 + i)
				wrong("offset 0x%x: trap 0x%x, 0x%x", (u64)words[i] - base, trap_of(1)->tt,
				    value);
		}
		IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	}
	tsb_put(tsb, SIZE_256M, VA + 0x30000000, 0, 0);
	IS(load(VA + 0x30000008), FAULTED);
	FAULT(FAULT_D, TYPE_MISS, VA + 0x30000000, 0);
}

TEST(pages, mixed, "4.11: index 8K with mask {8K, 4M}; 4.5: the TTE's size counts")
{
	struct tsb *tsb;

	*(u64 *)(big() + 0x4000) = 0x6666;
	*(u64 *)(big() + 0x6000) = 0x7777;
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1 << SIZE_8K | 1 << SIZE_4M, 0);
	tsb_put(tsb, SIZE_8K, VA + 0x4000, 0, TTE_KERNEL | big() | SIZE_4M);
	IS(load(VA + 0x4000), 0x6666);
	tsb_put(tsb, SIZE_8K, VA + 4 * MIB + 0x4000, 0, TTE_KERNEL | (big() + 0x6000));
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	IS(load(VA + 4 * MIB + 0x4000), 0x7777);
}

TEST(pages, two, "4.3: T1 uses the first two descriptors; both are searched")
{
	u64 *page = page_with(0x8888), *other = page_with(0x9999);
	struct tsb *first = page_pool(512 * sizeof(struct tsb)),
	    *second = page_pool(512 * sizeof(struct tsb));

	*(u64 *)(big() + 0x8000) = 0xaaaa;
	mmu_on();
	tsb_describe(&d[0], first, 512, SIZE_8K, 1 << SIZE_8K);
	tsb_describe(&d[1], second, 512, SIZE_4M, 1 << SIZE_4M);
	IS(FAST(MMU_TSB_CTX0, 2, (u64)d), EOK);
	tsb_put(first, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
	tsb_put(second, SIZE_4M, VA + 4 * MIB, 0, TTE_KERNEL | big() | SIZE_4M);
	IS(load(VA), 0x8888);
	IS(load(VA + 4 * MIB + 0x8000), 0xaaaa);
	IS(load(VA + PAGE), FAULTED);
	FAULT(FAULT_D, TYPE_MISS, VA + PAGE, 0);
	IS(FAST(MMU_TSB_CTXNON0, 2, (u64)d), EOK);
	set_context(SECONDARY, CONTEXT);
	IS(probe_load(VA + 4 * MIB + 0x8000, ASI_SECONDARY), 0xaaaa);
	tsb_put(first, SIZE_8K, VA + 2 * PAGE, 0, tte(other, TTE_KERNEL));
	IS(probe_load(VA + 2 * PAGE, ASI_SECONDARY), 0x9999);
}

TEST(pages, kinds,
    "4.5: a TSB is context 0's or that of all others; context 0's entries are not seen by others")
{
	u64 *a = page_with(0xaaaa), *b = page_with(0xbbbb), value;
	struct tsb *tsb0, *tsb;

	mmu_on();
	tsb0 = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb0, SIZE_8K, VA, 0, tte(a, TTE_KERNEL));
	set_context(SECONDARY, CONTEXT);
	IS(load_asi(VA, ASI_SECONDARY, &value), TT_D_MMU_MISS);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(b, TTE_KERNEL));
	IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	IS(value, 0xbbbb);
	IS(load(VA), 0xaaaa);
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(b, TTE_KERNEL));
	IS(load(VA + PAGE), FAULTED);
	FAULT(FAULT_D, TYPE_MISS, VA + PAGE, 0);
}

TEST(pages, index_0,
    "4.5: with context index 0 the hypervisor compares with context field 0, whatever the context is")
{
	u64 *page = page_with(0xcccc), value;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
	tsb_put(tsb, SIZE_8K, VA + PAGE, CONTEXT, tte(page, TTE_KERNEL));
	for (u64 context = CONTEXT; context < 0x2000; context = 2 * context + 1) {
		set_context(SECONDARY, context);
		IS(load_asi(VA, ASI_SECONDARY, &value), 0);
		IS(value, 0xcccc);
		IS(load_asi(VA + PAGE, ASI_SECONDARY, &value), TT_D_MMU_MISS);
	}
}

TEST(pages, shared, "4.5: in a TSB whose descriptor has context index -1 the context must be in the tag")
{
	u64 *a = page_with(0xaaaa), *b = page_with(0xbbbb), *zero = page_with(0x1010), value;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, ~0u);
	tsb_describe(&d[0], tsb, 512, SIZE_8K, 1)->context = ~0u;
	IS(FAST(MMU_TSB_CTX0, 1, (u64)d), EOK);
	tsb_put(tsb, SIZE_8K, VA, CONTEXT, tte(a, TTE_KERNEL));
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0x1fff, tte(b, TTE_KERNEL));
	tsb_put(tsb, SIZE_8K, VA + 2 * PAGE, 0, tte(zero, TTE_KERNEL));
	set_context(SECONDARY, CONTEXT);
	IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	IS(value, 0xaaaa);
	IS(load_asi(VA + PAGE, ASI_SECONDARY, &value), TT_D_MMU_MISS);
	IS(load_asi(VA + 2 * PAGE, ASI_SECONDARY, &value), TT_D_MMU_MISS);
	set_context(SECONDARY, 0x1fff);
	IS(load_asi(VA, ASI_SECONDARY, &value), TT_D_MMU_MISS);
	IS(load_asi(VA + PAGE, ASI_SECONDARY, &value), 0);
	IS(value, 0xbbbb);
	IS(load(VA), FAULTED);
	IS(load(VA + 2 * PAGE), 0x1010);
}

TEST(pages, demap_256m, "4.3: a page of 256M is one: any address in it demaps all of it")
{
	u64 base = memory_end(0x1fffffff) ? 0x10000000 : 0x90000000, va = VA + 0x40000000;
	struct tsb *tsb;

	if (!memory_end(base + 256 * MIB - 1))
		return;
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_256M, 1 << SIZE_256M, 0);
	for (u64 i = 0; i < 4; i++) {
		for (u64 at = 0; at < 256 * MIB; at += 64 * MIB) {
			tsb_put(tsb, SIZE_256M, va + at, 0, TTE_KERNEL | base | SIZE_256M);
			CHECK(load(va + at) != FAULTED);
		}
		tsb_put(tsb, SIZE_256M, va, 0, 0);
		IS(FAST(MMU_DEMAP_PAGE, 0, 0, va + i * 64 * MIB + PAGE, 0, BOTH), EOK);
		for (u64 at = 0; at < 256 * MIB; at += 64 * MIB)
			IS(load(va + at), FAULTED);
	}
}

TEST(pages, huge_tsb, "4.5: 16M entries: the last one of them")
{
	u64 *page = page_with(0x7654), base = 0x10000000, va = VA + 0xffffff * PAGE;
	struct tsb *last_entry = (struct tsb *)base + 0xffffff;

	if (!memory_end(base) || !memory_end(base + 256 * MIB - 1))
		return;
	tsb_describe(d, (struct tsb *)base, 16 << 20, SIZE_8K, 1);
	*last_entry = (struct tsb){ va >> 22, tte(page, TTE_KERNEL) };
	mmu_on();
	IS(FAST(MMU_TSB_CTX0, 1, (u64)d), EOK);
	IS(load(va), 0x7654);
	IS(load(va - PAGE), FAULTED);
	mmu_off();
	*last_entry = (struct tsb){ 0, 0 };
}
