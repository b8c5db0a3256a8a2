/*
 * What MMU_MAP_ADDR loads, and what demapping takes away: sun4v.md 4.3. A loaded entry may
 * be evicted at any time; in this emulator it stays unless another strand runs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul
#define CONTEXT	5

static u64 *
page_with(u64 value)
{
	u64 *page = page_pool(PAGE);

	page[0] = value;
	memcpy(&page[512], return_o7, 32);
	sync_code(&page[512]);
	return page;
}

/* 4 MiB of real memory behind the image's own. */
static u64
big(void)
{
	return (u64)__image_start + 4 * MIB;
}

TEST(tlb, map_addr, "4.3: MMU_MAP_ADDR loads the TLB now; MMU_UNMAP_ADDR; in any context, each side")
{
	u64 *page = page_with(0xdddd), value;

	mmu_on();
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), BOTH, 0), EOK);
	IS(load(VA), 0xdddd);
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), BOTH, 0), EOK);
	IS(exec(VA + 4096), 0);
	IS(hv(0x84, 0, VA, 0, BOTH, 0, 0), EOK);
	IS(load(VA), FAULTED);
	IS(exec(VA + 4096), TT_I_FAST_MISS);
	IS(hv(0x83, 0, VA, CONTEXT, tte(page, TTE_KERNEL), D_SIDE, 0), EOK);
	set_context(SECONDARY, CONTEXT);
	IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	IS(value, 0xdddd);
	IS(load(VA), FAULTED);
	IS(hv(0x84, 0, VA, CONTEXT, D_SIDE, 0, 0), EOK);
	IS(load_asi(VA, ASI_SECONDARY, &value), TT_D_FAST_MISS);
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), I_SIDE, 0), EOK);
	IS(exec(VA + 4096), 0);
	IS(load(VA), FAULTED);
	IS(hv(0x84, 0, VA, 0, I_SIDE, 0, 0), EOK);
	IS(exec(VA + 4096), TT_I_FAST_MISS);
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), D_SIDE, 0), EOK);
	IS(load(VA), 0xdddd);
	IS(exec(VA + 4096), TT_I_FAST_MISS);
	IS(hv(0x84, 0, VA, 0, D_SIDE, 0, 0), EOK);
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL & ~TTE_V), BOTH, 0), EOK);
	IS(load(VA), FAULTED);
}

TEST(tlb, map_addr_sizes, "4.3: MMU_MAP_ADDR of 64K and 4M pages")
{
	u64 *page = page_pool(64 * KIB);

	page[0x8008 / 8] = 0xeeee;
	*(u64 *)(big() + 0x234560) = 0xffff;
	mmu_on();
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL | SIZE_64K), BOTH, 0), EOK);
	IS(load(VA + 0x8008), 0xeeee);
	IS(hv(0x83, 0, VA + 4 * MIB, 0, TTE_KERNEL | big() | SIZE_4M, BOTH, 0), EOK);
	IS(load(VA + 4 * MIB + 0x234560), 0xffff);
}

/* The four: context 0 and 5, two pages each, one after the other in the TLB. */
static void
four(const u64 *page)
{
	for (u64 i = 0; i < 4; i++) {
		IS(hv(0x83, 0, VA + (i & 1) * PAGE, i < 2 ? 0 : CONTEXT, tte(page, TTE_KERNEL), BOTH, 0),
		    EOK);
	}
	set_context(SECONDARY, CONTEXT);
}

/* Which of them are there, a bit for each. One that nobody demapped stays in this emulator. */
static u64
there(void)
{
	u64 value, found = 0;

	for (u64 i = 0; i < 4; i++)
		if (load_asi(VA + (i & 1) * PAGE, i < 2 ? ASI_PRIMARY : ASI_SECONDARY, &value) == 0)
			found |= 1ul << i;
	return found;
}

TEST(tlb, demap, "4.3: demap page, context and all: what was named is gone")
{
	u64 *page = page_with(0x1234);

	mmu_on();
	four(page);
	IS(there(), 15);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, BOTH), EOK);
	IS(there() & 1, 0);
	four(page);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA + PAGE, CONTEXT, D_SIDE), EOK);
	IS(there() & 8, 0);
	four(page);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, CONTEXT, I_SIDE), EOK);
	IS(there(), 15);
	four(page);
	IS(FAST(MMU_DEMAP_CTX, 0, 0, CONTEXT, BOTH), EOK);
	IS(there() & 12, 0);
	four(page);
	IS(FAST(MMU_DEMAP_CTX, 0, 0, 0, D_SIDE), EOK);
	IS(there() & 3, 0);
	four(page);
	IS(FAST(MMU_DEMAP_CTX, 0, 0, 0x1fff, BOTH), EOK);
	IS(there(), 15);
	IS(FAST(MMU_DEMAP_ALL, 0, 0, D_SIDE), EOK);
	IS(there(), 0);
	four(page);
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	IS(there(), 0);
}

TEST(tlb, demap_fetch, "4.3: the instruction side: flags 2 = I")
{
	u64 *page = page_with(0x1234);

	mmu_on();
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), BOTH, 0), EOK);
	IS(exec(VA + 4096), 0);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, D_SIDE), EOK);
	IS(exec(VA + 4096), 0);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, I_SIDE), EOK);
	IS(exec(VA + 4096), TT_I_FAST_MISS);
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), BOTH, 0), EOK);
	IS(FAST(MMU_DEMAP_CTX, 0, 0, 0, I_SIDE), EOK);
	IS(exec(VA + 4096), TT_I_FAST_MISS);
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL), BOTH, 0), EOK);
	IS(FAST(MMU_DEMAP_ALL, 0, 0, I_SIDE), EOK);
	IS(exec(VA + 4096), TT_I_FAST_MISS);
}

TEST(tlb, demap_big,
    "a page of 64K, 4M or 256M is demapped by any address in it, all of it that was loaded")
{
	u64 *page = page_pool(64 * KIB);

	page[0] = page[0x8000 / 8] = 1;
	mmu_on();
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL | SIZE_64K), BOTH, 0), EOK);
	IS(load(VA + 0x8000), 1);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA + 0xe000, 0, BOTH), EOK);
	IS(load(VA + 0x8000), FAULTED);
	IS(hv(0x83, 0, VA, 0, TTE_KERNEL | big() | SIZE_4M, BOTH, 0), EOK);
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA + 0x3fe000, 0, BOTH), EOK);
	IS(load(VA), FAULTED);
}

TEST(tlb, demap_full, "4.3: demap all, of a TLB that is full: nothing stays but permanent mappings")
{
	u64 *page = page_with(0x4567), found;

	mmu_on();
	for (u64 flags = D_SIDE; flags <= BOTH; flags++) {
		for (u64 i = 0; i < 200; i++)
			IS(hv(0x83, 0, VA + i * PAGE, 0, tte(page, TTE_KERNEL), BOTH, 0), EOK);
		IS(load(VA + 199 * PAGE), 0x4567);
		IS(FAST(MMU_DEMAP_ALL, 0, 0, flags), EOK);
		found = 0;
		for (u64 i = 0; i < 200; i++)
			found += (flags & D_SIDE && load(VA + i * PAGE) != FAULTED) ||
			    (flags & I_SIDE && exec(VA + i * PAGE + 4096) == 0);
		IS(found, 0);
	}
}

TEST(tlb, map_no_execute, "4.5: X: MMU_MAP_ADDR does not make executable what is not")
{
	u64 *page = page_with(0x5678);

	mmu_on();
	IS(hv(0x83, 0, VA, 0, tte(page, TTE_KERNEL & ~TTE_X), BOTH, 0), EOK);
	IS(load(VA), 0x5678);
	CHECK(exec(VA + 4096) != 0);
}

TEST(tlb, contexts_kept, "4.3: demapping leaves the context registers as they are")
{
	u64 *page = page_with(0x4321), value;

	mmu_on();
	set_context(SECONDARY, CONTEXT);
	for (u64 i = 0; i < 3; i++) {
		IS(hv(0x83, 0, VA, CONTEXT, tte(page, TTE_KERNEL), BOTH, 0), EOK);
		if (i == 0)
			IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA + PAGE, 9, BOTH), EOK);
		if (i == 1)
			IS(FAST(MMU_DEMAP_CTX, 0, 0, 9, BOTH), EOK);
		IS(probe_load(PRIMARY, ASI_CONTEXT), 0);
		IS(probe_load(SECONDARY, ASI_CONTEXT), CONTEXT);
		IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	}
}

TEST(tlb, map_again, "4.3: MMU_MAP_ADDR of a page that has another mapping: the new one counts")
{
	u64 *a = page_with(0xaaaa), *b = page_with(0xbbbb);

	mmu_on();
	for (u64 i = 0; i < 4; i++) {
		IS(hv(0x83, 0, VA, 0, tte(i & 1 ? b : a, TTE_KERNEL), BOTH, 0), EOK);
		IS(load(VA), i & 1 ? 0xbbbb : 0xaaaa);
	}
	IS(hv(0x84, 0, VA, 0, BOTH, 0, 0), EOK);
	IS(load(VA), FAULTED);
}
