/*
 * Permanent mappings: sun4v.md 4.3, 4.11.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul

static u64
map(u64 va, const void *ra, u64 bits)
{
	return FAST(MMU_MAP_PERM_ADDR, va, 0, tte(ra, bits), BOTH);
}

static u64
unmap(u64 va)
{
	return FAST(MMU_UNMAP_PERM_ADDR, va, 0, BOTH);
}

TEST(perm, refused,
    "4.11: ctx != 0, VA or RA not aligned to the page, V = 0, flags 0 or unknown bits: EINVAL")
{
	u64 *page = page_pool(64 * KIB), good = tte(page, TTE_KERNEL);

	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 1, good, BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, ~0ul, good, BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA + 4096, 0, good, BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA + 1, 0, good, BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA + PAGE, 0, good | SIZE_64K, BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 0, (good + PAGE) | SIZE_64K, BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 0, (good & ~TTE_V), BOTH);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 0, good, 0);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 0, good, 4);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 0, good, 7);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA, 0, good, 1ul << 32 | 3);
	REFUSED(EINVAL, MMU_UNMAP_PERM_ADDR, VA, 1, BOTH);
	REFUSED(EINVAL, MMU_UNMAP_PERM_ADDR, VA, 0, 0);
	REFUSED(EINVAL, MMU_UNMAP_PERM_ADDR, VA, 0, 4);
	REFUSED(ENOMAP, MMU_UNMAP_PERM_ADDR, VA, 0, BOTH);
}

TEST(perm, ra_and_size, "4.11: RA outside memory: ENORADDR; size not supported: EBADPGSZ")
{
	u64 *page = page_pool(PAGE), good = tte(page, TTE_KERNEL), end = block_end((u64)page);

	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		if (ra >> 56 == 0)
			REFUSED(ENORADDR, MMU_MAP_PERM_ADDR, VA, 0, TTE_KERNEL | ra, BOTH);
	REFUSED(ENORADDR, MMU_MAP_PERM_ADDR, VA, 0, TTE_KERNEL | end, BOTH);
	REFUSED(ENORADDR, MMU_MAP_PERM_ADDR, VA, 0, TTE_KERNEL | SIZE_4M, BOTH);
	if (past_end(4 * MIB))
		REFUSED(ENORADDR, MMU_MAP_PERM_ADDR, VA, 0, TTE_KERNEL | SIZE_4M | past_end(4 * MIB), BOTH);
	REFUSED(EBADPGSZ, MMU_MAP_PERM_ADDR, VA, 0, good | SIZE_512K, BOTH);
	REFUSED(EBADPGSZ, MMU_MAP_PERM_ADDR, VA, 0, good | SIZE_32M, BOTH);
	REFUSED(EBADPGSZ, MMU_MAP_PERM_ADDR, VA, 0, good | 6, BOTH);
	REFUSED(EBADPGSZ, MMU_MAP_PERM_ADDR, VA, 0, good | 7, BOTH);
	REFUSED(EBADPGSZ, MMU_MAP_PERM_ADDR, VA, 0, good | 15, BOTH);
	REFUSED(ENOMAP, MMU_UNMAP_PERM_ADDR, VA, 0, BOTH);
}

TEST(perm, eight,
    "4.11: ninth mapping ETOOMANY 15; the same mapping again: EOK, no second slot; UNMAP of nothing: "
    "ENOMAP 14")
{
	u64 *page = page_pool(PAGE);

	for (u64 i = 0; i < 8; i++) {
		IS(map(VA + i * PAGE, page, TTE_KERNEL), EOK);
		IS(map(VA + i * PAGE, page, TTE_KERNEL), EOK);
	}
	REFUSED(ETOOMANY, MMU_MAP_PERM_ADDR, VA + 8 * PAGE, 0, tte(page, TTE_KERNEL), BOTH);
	IS(map(VA, page, TTE_KERNEL), EOK);
	IS(unmap(VA + 3 * PAGE), EOK);
	REFUSED(ENOMAP, MMU_UNMAP_PERM_ADDR, VA + 3 * PAGE, 0, BOTH);
	IS(map(VA + 8 * PAGE, page, TTE_KERNEL), EOK);
	REFUSED(ETOOMANY, MMU_MAP_PERM_ADDR, VA + 3 * PAGE, 0, tte(page, TTE_KERNEL), BOTH);
	for (u64 i = 0; i < 9; i++)
		if (i != 3)
			IS(unmap(VA + i * PAGE), EOK);
	REFUSED(ENOMAP, MMU_UNMAP_PERM_ADDR, VA, 0, BOTH);
}

TEST(perm, overlap, "what overlaps another mapping, or is another one of the same page, is refused")
{
	u64 *page = page_pool(128 * KIB);

	IS(map(VA + 64 * KIB, page, TTE_KERNEL | SIZE_64K), EOK);
	announce("MMU_MAP_PERM_ADDR: E");
	CHECK(map(VA + 64 * KIB, page + 64 * KIB / 8, TTE_KERNEL | SIZE_64K) != EOK);
	CHECK(map(VA + 64 * KIB, page, TTE_KERNEL) != EOK);
	CHECK(map(VA + 120 * KIB, page, TTE_KERNEL) != EOK);
	CHECK(FAST(MMU_MAP_PERM_ADDR, VA, 0, TTE_KERNEL | (u64)__image_start | SIZE_4M, BOTH) != EOK);
	IS(map(VA + 128 * KIB, page, TTE_KERNEL), EOK);
	IS(unmap(VA + 128 * KIB), EOK);
	IS(unmap(VA + 64 * KIB), EOK);
}

TEST(perm, no_miss,
    "4.3: for kernel text and data, whose misses must not reach the guest, whatever is demapped")
{
	u64 *page = page_pool(64 * KIB);
	u64 before;

	page[0] = 0x1111;
	page[0x1008 / 8] = 0x2222;
	page[0xfff8 / 8] = 0x3333;
	memcpy(&page[0x2000 / 8], return_o7, 32);
	sync_code(&page[0x2000 / 8]);
	mmu_on();
	before = traps();
	IS(map(VA, page, TTE_KERNEL), EOK);
	IS(map(VA + 64 * KIB, page, TTE_KERNEL | SIZE_64K), EOK);
	for (u64 i = 0; i < 3; i++) {
		IS(load(VA), 0x1111);
		IS(load(VA + 0x1008), 0x2222);
		IS(load(VA + 64 * KIB), 0x1111);
		IS(load(VA + 64 * KIB + 0xfff8), 0x3333);
		IS(exec(VA + 64 * KIB + 0x2000), 0);
		if (i == 0)
			IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
		if (i == 1) {
			IS(FAST(MMU_DEMAP_CTX, 0, 0, 0, BOTH), EOK);
			IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, BOTH), EOK);
		}
	}
	IS(traps(), before);
	IS(store_asi(VA + 8, ASI_PRIMARY, 0x4444), 0);
	IS(page[1], 0x4444);
	IS(unmap(VA), EOK);
	IS(unmap(VA + 64 * KIB), EOK);
	IS(load(VA), FAULTED);
	IS(trap_of(1)->tt, TT_D_FAST_MISS);
	IS(load(VA + 64 * KIB), FAULTED);
	IS(exec(VA + 64 * KIB + 0x2000), TT_I_FAST_MISS);
}

TEST(perm, sizes, "4.5: 4M and 256M; RA aligned to the page")
{
	u64 base = (u64)__image_start, offset = (u64)fault_area - base;

	mmu_on();
	*(volatile u64 *)fault_area = 0x5555;
	IS(map(VA, __image_start, TTE_KERNEL | SIZE_4M), EOK);
	IS(probe_load(VA + offset, ASI_PRIMARY), 0x5555);
	IS(unmap(VA), EOK);
	REFUSED(EINVAL, MMU_MAP_PERM_ADDR, VA + 4 * MIB, 0, tte(__image_start, TTE_KERNEL | SIZE_256M), BOTH);
}

TEST(perm, contexts, "4.5: perm mappings are context 0's")
{
	u64 *page = page_pool(PAGE), value;

	page[0] = 0x6666;
	mmu_on();
	IS(map(VA, page, TTE_KERNEL), EOK);
	set_context(SECONDARY, 0);
	IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	IS(value, 0x6666);
	set_context(SECONDARY, 5);
	IS(load_asi(VA, ASI_SECONDARY, &value), TT_D_FAST_MISS);
	FAULT(FAULT_D, POISON, VA, 5);
	IS(unmap(VA), EOK);
}

TEST(perm, one_side, "4.3: flags 1 = D, 2 = I")
{
	u64 *page = page_pool(PAGE);

	page[0] = 0x7777;
	memcpy(&page[64], return_o7, 32);
	sync_code(&page[64]);
	mmu_on();
	IS(FAST(MMU_MAP_PERM_ADDR, VA, 0, tte(page, TTE_KERNEL), D_SIDE), EOK);
	IS(load(VA), 0x7777);
	IS(exec(VA + 512), TT_I_FAST_MISS);
	IS(FAST(MMU_UNMAP_PERM_ADDR, VA, 0, D_SIDE), EOK);
	IS(FAST(MMU_MAP_PERM_ADDR, VA, 0, tte(page, TTE_KERNEL), I_SIDE), EOK);
	IS(exec(VA + 512), 0);
	IS(load(VA), FAULTED);
	IS(FAST(MMU_UNMAP_PERM_ADDR, VA, 0, I_SIDE), EOK);
}

TEST(perm, protection, "4.5: W, P of a permanent mapping hold")
{
	u64 *page = page_pool(PAGE);

	mmu_on();
	IS(map(VA, page, TTE_RAM | TTE_P), EOK);
	IS(store_asi(VA + 8, ASI_PRIMARY, 1), TT_FAST_PROTECTION);
	IS(page[1], 0);
	IS(unmap(VA), EOK);
}
