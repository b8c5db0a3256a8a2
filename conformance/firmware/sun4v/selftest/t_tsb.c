/*
 * What the MMU calls take and refuse, MMU off: sun4v.md 4.3, 4.5, 4.11.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul

static struct tsb_descriptor d[20] __attribute__((aligned(64)));
static const u64 setters[] = { MMU_TSB_CTX0, MMU_TSB_CTXNON0 };

/* A good descriptor; what is wrong with it is changed behind. */
static struct tsb_descriptor *
one(u64 entries)
{
	static uint8_t tsb[64 * KIB] __attribute__((aligned(64 * 1024)));

	return tsb_describe(&d[0], (struct tsb *)tsb, entries, SIZE_8K, 1 << SIZE_8K);
}

TEST(tsb, info, "4.11: TSB INFO reports what was set; 4.3: count 0 = none")
{
	struct tsb_descriptor back[20];

	for (u64 i = 0; i < 2; i++) {
		u64 set = setters[i], info = set + (MMU_TSB_CTX0_INFO - MMU_TSB_CTX0);

		IS(FAST(info, 1, (u64)back), EOK);
		IS(last.o[1], 0);
		one(512);
		tsb_describe(&d[1], (struct tsb *)d[0].base + 2048, 1024, SIZE_4M,
		    1 << SIZE_4M)->context = ~0u;
		IS(FAST(set, 2, (u64)d), EOK);
		memset(back, 0, sizeof(back));
		IS(FAST(info, 16, (u64)back), EOK);
		IS(last.o[1], 2);
		for (u64 word = 0; word < 8; word++)
			IS(((u64 *)back)[word], ((u64 *)d)[word]);
		IS(((u64 *)back)[8], 0);
		IS(FAST(set, 0, 0), EOK);
		IS(FAST(info, 16, (u64)back), EOK);
		IS(last.o[1], 0);
	}
}

TEST(tsb, entries, "4.11: entries not a power of two or < 512: EBADTSB 5; 4.5: 512 to 16M on T1")
{
	static const uint32_t bad[] = { 0, 1, 2, 256, 511, 513, 768, 0x80000001, 0xffffffff };
	static const uint32_t huge[] = { 32u << 20, 64u << 20, 1u << 31 };

	for (u64 i = 0; i < 2; i++) {
		for (u64 k = 0; k < ARRAY(bad); k++) {
			one(bad[k]);
			REFUSED(EBADTSB, setters[i], 1, (u64)d);
		}
		for (u64 k = 0; k < ARRAY(huge); k++) {
			one(huge[k])->base = 0x80000000ul & -(16ul * huge[k]);
			REFUSED(EBADTSB, setters[i], 1, (u64)d);
		}
		for (u64 entries = 512; entries <= 4096; entries *= 2) {
			one(entries);
			IS(FAST(setters[i], 1, (u64)d), EOK);
		}
		IS(FAST(setters[i], 0, 0), EOK);
	}
}

TEST(tsb, alignment,
    "4.11: base not aligned to TSB size, descriptor RA misaligned: EBADALIGN; RA: ENORADDR")
{
	for (u64 i = 0; i < 2; i++) {
		one(1024)->base += 8 * KIB;
		REFUSED(EBADALIGN, setters[i], 1, (u64)d);
		one(512)->base += 16;
		REFUSED(EBADALIGN, setters[i], 1, (u64)d);
		one(512);
		REFUSED(EBADALIGN, setters[i], 1, (u64)d + 4);
		REFUSED(EBADALIGN, setters[i], 1, (u64)d + 1);
		for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
			REFUSED(ENORADDR, setters[i], 1, ra);
			one(512)->base = ra;
			REFUSED(ENORADDR, setters[i], 1, (u64)d);
		}
		one(512);
		REFUSED(ENORADDR, setters[i], 2, block_end((u64)d) - 32);
		for (u64 entries = 512; entries <= 16 << 20; entries *= 2)
			if (past_end(entries * sizeof(struct tsb))) {
				one(entries)->base = past_end(entries * sizeof(struct tsb));
				REFUSED(ENORADDR, setters[i], 1, (u64)d);
			}
	}
}

TEST(tsb, page_size, "4.11: index page size not supported (512K on T1): EBADPGSZ 4")
{
	static const uint16_t sizes[] = { SIZE_512K, SIZE_32M, 6, 7 };

	for (u64 i = 0; i < 2; i++) {
		for (u64 k = 0; k < ARRAY(sizes); k++) {
			one(512)->index_size = sizes[k];
			d[0].sizes = 1u << sizes[k];
			REFUSED(EBADPGSZ, setters[i], 1, (u64)d);
		}
		one(512)->index_size = 0xffff;
		announce(i ? "MMU_TSB_CTXNON0: E" : "MMU_TSB_CTX0: E");
		CHECK(FAST(setters[i], 1, (u64)d) != EOK);
	}
}

TEST(tsb, mask,
    "4.11: page size mask without the index size, or with a smaller one: EINVAL; index 8K with mask "
    "{8K, 4M}: EOK")
{
	for (u64 i = 0; i < 2; i++) {
		one(512)->sizes = 1 << SIZE_4M;
		REFUSED(EINVAL, setters[i], 1, (u64)d);
		one(512)->sizes = 0;
		REFUSED(EINVAL, setters[i], 1, (u64)d);
		tsb_describe(d, (struct tsb *)d[0].base, 512, SIZE_64K, 1 << SIZE_64K | 1 << SIZE_8K);
		REFUSED(EINVAL, setters[i], 1, (u64)d);
		one(512)->sizes = 1 << SIZE_8K | 1 << SIZE_4M;
		IS(FAST(setters[i], 1, (u64)d), EOK);
		tsb_describe(d, (struct tsb *)d[0].base, 512, SIZE_4M, 1 << SIZE_4M | 1 << SIZE_256M);
		IS(FAST(setters[i], 1, (u64)d), EOK);
		IS(FAST(setters[i], 0, 0), EOK);
	}
}

TEST(tsb, associativity, "4.5: associativity (1); a mask that has sizes which are not supported")
{
	for (u64 i = 0; i < 2; i++) {
		announce(i ? "MMU_TSB_CTXNON0: E" : "MMU_TSB_CTX0: E");
		one(512)->associativity = 2;
		CHECK(FAST(setters[i], 1, (u64)d) != EOK);
		one(512)->associativity = 0;
		CHECK(FAST(setters[i], 1, (u64)d) != EOK);
		one(512)->sizes = 1 << SIZE_8K | 1 << SIZE_512K;
		CHECK(FAST(setters[i], 1, (u64)d) != EOK);
		one(512)->sizes = 1u << 31 | 1;
		CHECK(FAST(setters[i], 1, (u64)d) != EOK);
	}
}

TEST(tsb, contexts, "4.5: contexts have 13 bits")
{
	announce("MMU_(DEMAP_PAGE|DEMAP_CTX|MAP_ADDR|UNMAP_ADDR): E");
	CHECK(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0x2000, BOTH) != EOK);
	CHECK(FAST(MMU_DEMAP_CTX, 0, 0, 0x2000, BOTH) != EOK);
	CHECK(FAST(MMU_DEMAP_CTX, 0, 0, ~0ul, BOTH) != EOK);
	CHECK(hv(0x83, 0, VA, 0x2000, tte(page_pool(PAGE), TTE_KERNEL), BOTH, 0) != EOK);
	CHECK(hv(0x84, 0, VA, 0x2000, BOTH, 0, 0) != EOK);
}

TEST(tsb, context_index, "4.11: context index other than 0 / -1: EINVAL; one descriptor shared (-1): EOK")
{
	for (u64 i = 0; i < 2; i++) {
		one(512)->context = 1;
		REFUSED(EINVAL, setters[i], 1, (u64)d);
		one(512)->context = 0xfffffffe;
		REFUSED(EINVAL, setters[i], 1, (u64)d);
		one(512)->context = 0xffffffff;
		IS(FAST(setters[i], 1, (u64)d), EOK);
	}
	for (u64 i = 0; i < 2; i++)
		IS(FAST(setters[i], 0, 0), EOK);
}

TEST(tsb, count, "4.11: count 17: EINVAL; huge ones too; a refused call leaves what was set")
{
	for (u64 i = 0; i < 2; i++) {
		for (u64 k = 0; k < 20; k++)
			tsb_describe(&d[k], (struct tsb *)one(512)->base, 512, SIZE_8K, 1 << SIZE_8K);
		IS(FAST(setters[i], 16, (u64)d), EOK);
		REFUSED(EINVAL, setters[i], 17, (u64)d);
		REFUSED(EINVAL, setters[i], 1ul << 32 | 1, (u64)d);
		REFUSED(EINVAL, setters[i], 1ul << 59, (u64)d);
		REFUSED(EINVAL, setters[i], ~0ul, (u64)d);
		IS(FAST(setters[i] + (MMU_TSB_CTX0_INFO - MMU_TSB_CTX0), 16, (u64)page_pool(512)), EOK);
		IS(last.o[1], 16);
		IS(FAST(setters[i], 0, 0), EOK);
	}
}

TEST(tsb, info_refused, "TSB INFO writes nowhere but into the guest's memory")
{
	one(512);
	IS(FAST(MMU_TSB_CTX0, 1, (u64)d), EOK);
	REFUSED(EBADALIGN, MMU_TSB_CTX0_INFO, 1, (u64)d + 4);
	REFUSED(EINVAL, MMU_TSB_CTX0_INFO, 0, (u64)d);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, MMU_TSB_CTX0_INFO, 1, ra);
	IS(FAST(MMU_TSB_CTX0, 0, 0), EOK);
}

TEST(tsb, fault_area,
    "4.11: FAULT_AREA_CONF returns the previous RA (0 at first); INFO reports; 4.3: 64-byte aligned")
{
	uint8_t *area = page_pool(256);

	IS(first_fault_area, 0);
	IS(FAST(MMU_FAULT_AREA_CONF, (u64)fault_area), EOK);
	IS(FAST(MMU_FAULT_AREA_CONF, (u64)area), EOK);
	IS(last.o[1], fault_area);
	IS(FAST(MMU_FAULT_AREA_CONF, (u64)area + 64), EOK);
	IS(last.o[1], area);
	IS(FAST(MMU_FAULT_AREA_INFO), EOK);
	IS(last.o[1], area + 64);
	REFUSED(EBADALIGN, MMU_FAULT_AREA_CONF, (u64)area + 32);
	REFUSED(EBADALIGN, MMU_FAULT_AREA_CONF, (u64)area + 1);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, MMU_FAULT_AREA_CONF, ra);
	REFUSED(ENORADDR, MMU_FAULT_AREA_CONF, block_end((u64)area) - 64);
	IS(FAST(MMU_FAULT_AREA_INFO), EOK);
	IS(last.o[1], area + 64);
}

TEST(tsb, enable, "4.11: MMU_ENABLE(0) when off, (1) when on: EINVAL; 4.3: returns to o1 with %o0 = status")
{
	REFUSED(EINVAL, MMU_ENABLE, 0, (u64)__image_start);
	REFUSED(EINVAL, MMU_ENABLE, 2, (u64)__image_start);
	REFUSED(EBADALIGN, MMU_ENABLE, 1, (u64)__image_start + 2);
	mmu_on();
	REFUSED(EINVAL, MMU_ENABLE, 1, (u64)__image_start);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		REFUSED(ENORADDR, MMU_ENABLE, 0, ra);
	mmu_off();
	REFUSED(EINVAL, MMU_ENABLE, 0, (u64)__image_start);
}

TEST(tsb, enable_virtual, "4.3: MMU_ENABLE returns to o1: virtual when enabling, whatever real address that is")
{
	uint32_t *code = page_pool(PAGE);

	code[0] = 0x81c12008;		/* jmp %g4 + 8: as mmu_switch() does behind its call */
	code[1] = 0x01000000;
	sync_code(code);
	mmu_on();
	IS(FAST(MMU_MAP_PERM_ADDR, VA, 0, tte(code, TTE_KERNEL), BOTH), EOK);
	IS(mmu_switch(0, 0), EOK);
	IS(mmu_switch(1, VA), EOK);
	IS(FAST(MMU_UNMAP_PERM_ADDR, VA, 0, BOTH), EOK);
}

TEST(tsb, demap_refused, "4.11: MMU_DEMAP_* with a cpu list: ENOTSUPPORTED; flags 0 or > 3: EINVAL")
{
	static const u64 bad_flags[] = { 0, 4, 7, ~0ul, 1ul << 32 | 3 };

	REFUSED(ENOTSUPPORTED, MMU_DEMAP_PAGE, 0x400000, 1, VA, 0, BOTH);
	REFUSED(ENOTSUPPORTED, MMU_DEMAP_PAGE, 0, 1, VA, 0, BOTH);
	REFUSED(ENOTSUPPORTED, MMU_DEMAP_PAGE, 1, 0, VA, 0, BOTH);
	REFUSED(ENOTSUPPORTED, MMU_DEMAP_CTX, 0x400000, 1, 0, BOTH);
	REFUSED(ENOTSUPPORTED, MMU_DEMAP_ALL, 0x400000, 1, BOTH);
	for (u64 i = 0; i < ARRAY(bad_flags); i++) {
		REFUSED(EINVAL, MMU_DEMAP_PAGE, 0, 0, VA, 0, bad_flags[i]);
		REFUSED(EINVAL, MMU_DEMAP_CTX, 0, 0, 0, bad_flags[i]);
		REFUSED(EINVAL, MMU_DEMAP_ALL, 0, 0, bad_flags[i]);
	}
	for (u64 flags = 1; flags <= 3; flags++) {
		IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, flags), EOK);
		IS(FAST(MMU_DEMAP_CTX, 0, 0, 0, flags), EOK);
		IS(FAST(MMU_DEMAP_ALL, 0, 0, flags), EOK);
	}
}

TEST(tsb, map_addr_refused, "4.3: MMU_MAP_ADDR: ENORADDR, EBADPGSZ; V = 0 is accepted; flags as everywhere")
{
	u64 *page = page_pool(PAGE), good = tte(page, TTE_KERNEL);

	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++)
		if (ra >> 56 == 0)
			REFUSED_(ENORADDR, 0x83, 0, VA, 0, TTE_KERNEL | ra, BOTH, 0);
	REFUSED_(ENORADDR, 0x83, 0, VA, 0, TTE_KERNEL | 1ul << 55, BOTH, 0);
	if (past_end(4 * MIB))
		REFUSED_(ENORADDR, 0x83, 0, VA, 0, TTE_KERNEL | SIZE_4M | past_end(4 * MIB), BOTH, 0);
	REFUSED_(EBADPGSZ, 0x83, 0, VA, 0, good | SIZE_512K, BOTH, 0);
	REFUSED_(EBADPGSZ, 0x83, 0, VA, 0, good | SIZE_32M, BOTH, 0);
	REFUSED_(EBADPGSZ, 0x83, 0, VA, 0, good | 7, BOTH, 0);
	REFUSED_(EBADPGSZ, 0x83, 0, VA, 0, good | 15, BOTH, 0);
	REFUSED_(EINVAL, 0x83, 0, VA, 0, good, 0, 0);
	REFUSED_(EINVAL, 0x83, 0, VA, 0, good, 4, 0);
	REFUSED_(EINVAL, 0x84, 0, VA, 0, 0, 0, 0);
	REFUSED_(EINVAL, 0x84, 0, VA, 0, 4, 0, 0);
	IS(hv(0x83, 0, VA, 0, good & ~TTE_V, BOTH, 0), EOK);
	IS(hv(0x84, 0, VA, 0, BOTH, 0, 0), EOK);
	IS(hv(0x84, 0, VA + PAGE, 5, BOTH, 0, 0), EOK);
}
