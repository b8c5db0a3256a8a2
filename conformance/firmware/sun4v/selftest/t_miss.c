/*
 * Misses and faults, and how they come to the guest: sun4v.md 4.5, "Miss delivery".
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul
#define CONTEXT	5

/* A page with data at its start and code in the middle. */
#define CODE	0x1000
static u64 *
page_with(u64 value)
{
	u64 *page = page_pool(PAGE);

	page[0] = value;
	memcpy(&page[CODE / 8], return_o7, 32);
	sync_code(&page[CODE / 8]);
	return page;
}

static struct trap *
first(void)
{
	return trap_of(1);
}

TEST(miss, fast_data,
    "4.5: no TSB configured: trap 0x68, address and context written, type untouched, page address")
{
	u64 value;

	mmu_on();
	IS(load_asi(VA + 0x1238, ASI_PRIMARY, &value), TT_D_FAST_MISS);
	FAULT(FAULT_D, POISON, VA, 0);
	IS(first()->tl, 1);
	IS(first()->gl, 1);
	IS(first()->half, 0);
	IS(first()->npc, first()->pc + 4);
	IS(first()->pstate & (PSTATE_PRIV | PSTATE_IE | PSTATE_AM | PSTATE_CLE), PSTATE_PRIV);
	IS(store_asi(VA + 0x3ff8, ASI_PRIMARY, 1), TT_D_FAST_MISS);
	FAULT(FAULT_D, POISON, VA + 0x2000, 0);
	set_context(SECONDARY, CONTEXT);
	IS(load_asi(VA + 8, ASI_SECONDARY, &value), TT_D_FAST_MISS);
	FAULT(FAULT_D, POISON, VA, CONTEXT);
	set_context(SECONDARY, 0x1fff);
	IS(load_asi(~0ul - 7, ASI_SECONDARY, &value), TT_D_FAST_MISS);
	FAULT(FAULT_D, POISON, ~0ul << 13, 0x1fff);
}

TEST(miss, fast_fetch, "4.5: the instruction half's address is the PC: trap 0x64")
{
	mmu_on();
	IS(exec(VA + 0x1234), TT_I_FAST_MISS);
	FAULT(FAULT_I, POISON, VA + 0x1234, 0);
	IS(first()->pc, VA + 0x1234);
	IS(user(VA + 0x6780, CONTEXT, 0, 0), TT_I_FAST_MISS);
	FAULT(FAULT_I, POISON, VA + 0x6780, CONTEXT);
	IS(first()->tl, 1);
	IS(first()->half, 0);
}

TEST(miss, no_execute, "4.5: a fetch from a page without X is a miss or type 6")
{
	u64 *page = page_with(0);
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL & ~TTE_X));
	IS(load(VA), 0);
	if (exec(VA + CODE) == TT_I_MMU_MISS) {
		FAULT(FAULT_I, TYPE_MISS, VA + CODE, 0);
	} else {
		IS(first()->tt, TT_I_EXCEPTION);
		FAULT(FAULT_I, TYPE_PROTECTION, VA + CODE, 0);
	}
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
	IS(exec(VA + CODE), 0);
}

TEST(miss, real,
    "3.1: MMU off, access to no memory; 4.5: invalid RA, 0x08 / 0x30 type 4, the data half's address "
    "is the page's")
{
	u64 value;

	IS(FAST(MMU_FAULT_AREA_CONF, (u64)fault_area), EOK);
	((struct strand *)get_scratch(0))->fault = (u64)fault_area;
	announce("guest: no memory at");
	IS(load_asi(0x1f80001238, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_INVALID_RA, 0x1f80000000, 0);
	IS(store_asi(0x1f80001238, ASI_PRIMARY, 1), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_INVALID_RA, 0x1f80000000, 0);
	IS(exec(0x1f80001230), TT_I_EXCEPTION);
	FAULT(FAULT_I, TYPE_INVALID_RA, 0x1f80001230, 0);
}

TEST(miss, tsb_configured, "4.5: not found and TSBs are configured: trap 0x09 / 0x31, type 3")
{
	u64 value;

	mmu_on();
	tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	IS(load_asi(VA + 0x1238, ASI_PRIMARY, &value), TT_D_MMU_MISS);
	FAULT(FAULT_D, TYPE_MISS, VA, 0);
	IS(exec(VA + 0x1234), TT_I_MMU_MISS);
	FAULT(FAULT_I, TYPE_MISS, VA + 0x1234, 0);
	set_context(SECONDARY, CONTEXT);
	IS(load_asi(VA, ASI_SECONDARY, &value), TT_D_FAST_MISS);	/* none for that kind */
	FAULT(FAULT_D, POISON, VA, CONTEXT);
	IS(FAST(MMU_TSB_CTX0, 0, 0), EOK);
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_FAST_MISS);
	tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	IS(load_asi(VA, ASI_SECONDARY, &value), TT_D_MMU_MISS);
	FAULT(FAULT_D, TYPE_MISS, VA, CONTEXT);
	IS(user(VA + 0x18, CONTEXT, 0, 0), TT_I_MMU_MISS);
	FAULT(FAULT_I, TYPE_MISS, VA + 0x18, CONTEXT);
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_FAST_MISS);
}

TEST(miss, hit,
    "4.5: an entry that matches is loaded, without a trap; V = 0 or an impossible tag does not match")
{
	u64 *page = page_with(0x1111), before, value;
	struct tsb *tsb, *e;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	e = tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
	before = traps();
	IS(load(VA), 0x1111);
	IS(exec(VA + CODE), 0);
	IS(store_asi(VA + 8, ASI_PRIMARY, 0x2222), 0);
	IS(page[1], 0x2222);
	IS(traps(), before);
	FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
	e->data &= ~TTE_V;
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_MMU_MISS);
	e->data |= TTE_V;
	e->tag |= 1ul << 47;
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_MMU_MISS);
	IS(exec(VA + CODE), TT_I_MMU_MISS);
	e->tag = VA >> 22 ^ 1;
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_MMU_MISS);
	e->tag = VA >> 22;
	IS(load(VA), 0x1111);
}

TEST(miss, retry,
    "4.5: TPC/TNPC of the faulting instruction, so retry repeats it: the handler fills the TSB")
{
	u64 *page = page_with(0x3333), before;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	before = traps();
	put_next(1, &tsb[VA >> 13 & 511], VA >> 22, tte(page, TTE_KERNEL));
	IS(probe_load(VA, ASI_PRIMARY), 0x3333);
	IS(traps(), before + 1);
	tsb[VA >> 13 & 511].data = 0;
	FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
	put_next(1, &tsb[VA >> 13 & 511], VA >> 22, tte(page, TTE_KERNEL));
	probe_exec(VA + CODE);
	IS(traps(), before + 2);
	IS(first()->tt, TT_I_MMU_MISS);
}

TEST(miss, updates,
    "4.5: TSB updates are seen: invalidate, demap, and the next access is a miss; a new entry is the "
    "new page")
{
	u64 *a = page_with(0xaaaa), *b = page_with(0xbbbb), value;
	struct tsb *tsb, *e;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	e = tsb_put(tsb, SIZE_8K, VA, 0, tte(a, TTE_KERNEL));
	IS(load(VA), 0xaaaa);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(b, TTE_KERNEL));
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, BOTH), EOK);
	IS(load(VA), 0xbbbb);
	e->tag = 1ul << 47;
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, BOTH), EOK);
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_MMU_MISS);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(a, TTE_RAM | TTE_P));
	IS(load(VA), 0xaaaa);
	IS(store_asi(VA + 8, ASI_PRIMARY, 1), TT_FAST_PROTECTION);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(a, TTE_KERNEL));
	IS(FAST(MMU_DEMAP_PAGE, 0, 0, VA, 0, BOTH), EOK);
	IS(store_asi(VA + 8, ASI_PRIMARY, 1), 0);
	IS(a[1], 1);
}

TEST(miss, protection, "4.5: store to a page without W: 0x6c, type untouched, address and context filled")
{
	u64 *page = page_with(0x4444), value;
	struct tsb *tsb0, *tsb;

	mmu_on();
	tsb0 = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb0, SIZE_8K, VA, 0, tte(page, TTE_RAM | TTE_P));
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_RAM));
	IS(store_asi(VA + 0x1008, ASI_PRIMARY, 1), TT_FAST_PROTECTION);
	FAULT(FAULT_D, POISON, VA, 0);
	IS(load(VA), 0x4444);
	/* with the entry in the TLB */
	IS(store_asi(VA + 0x1010, ASI_PRIMARY, 1), TT_FAST_PROTECTION);
	FAULT(FAULT_D, POISON, VA, 0);
	set_context(SECONDARY, CONTEXT);
	IS(store_asi(VA + 0x18, ASI_SECONDARY, 1), TT_FAST_PROTECTION);
	FAULT(FAULT_D, POISON, VA, CONTEXT);
	IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	IS(page[1] | page[2] | page[3], 0);
}

TEST(miss, user, "4.5: user mode: P is type 5, trap 0x30 for data and 0x08 for a fetch")
{
	u64 *code = page_pool(PAGE), *page = page_with(0x5555);
	struct tsb *tsb;

	memcpy(code, user_load, 32);
	memcpy(&code[8], user_store, 32);
	memcpy(&code[16], user_done, 32);
	sync_code(code);
	sync_code(&code[8]);
	sync_code(&code[16]);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(code, TTE_RAM | TTE_X));
	IS(user(VA + 128, CONTEXT, 0, 0), TT_TA + 0x10);
	IS(user_result, 0x77);
	IS(user(VA, CONTEXT, 0, VA + PAGE), TT_D_MMU_MISS);
	FAULT(FAULT_D, TYPE_MISS, VA + PAGE, CONTEXT);
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(page, TTE_RAM | TTE_P | TTE_X));
	IS(user(VA, CONTEXT, 0, VA + PAGE), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_PRIVILEGE, VA + PAGE, CONTEXT);
	IS(user(VA + PAGE + CODE, CONTEXT, 0, 0), TT_I_EXCEPTION);
	FAULT(FAULT_I, TYPE_PRIVILEGE, VA + PAGE + CODE, CONTEXT);
	IS(user(VA + 64, CONTEXT, 1, VA + PAGE + 8), TT_D_EXCEPTION);
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(page, TTE_RAM));
	FAST(MMU_DEMAP_CTX, 0, 0, CONTEXT, BOTH);
	IS(user(VA, CONTEXT, 0, VA + PAGE), TT_TA + 0x10);
	IS(user_result, 0x5555);
	IS(user(VA + 64, CONTEXT, 1, VA + PAGE + 8), TT_FAST_PROTECTION);
	FAULT(FAULT_D, POISON, VA + PAGE, CONTEXT);
}

TEST(miss, user_kernel_page,
    "4.5: user mode in context 0 sees P, too; a permanent mapping with P is no way in")
{
	mmu_on();
	IS(user((u64)user_done, 0, 0, 0), TT_I_EXCEPTION);
	FAULT(FAULT_I, TYPE_PRIVILEGE, user_done, 0);
}

TEST(miss, as_user, "4.5: the kernel's access as the user (ASI 0x10, 0x11) respects P")
{
	u64 *page = page_with(0x6666), value;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_RAM | TTE_P | TTE_W));
	set_context(SECONDARY, CONTEXT);
	IS(load_asi(VA, ASI_SECONDARY, &value), 0);
	IS(value, 0x6666);
	IS(load_asi(VA, ASI_USER_SECONDARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_PRIVILEGE, VA, CONTEXT);
	FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
	IS(store_asi(VA, ASI_USER_SECONDARY, 1), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_PRIVILEGE, VA, CONTEXT);
	IS(page[0], 0x6666);
}

TEST(miss, page_size,
    "4.5: a TSB entry that matches but holds an unsupported page size: 0x08 / 0x30 type 15")
{
	static const u64 sizes[] = { SIZE_512K, SIZE_32M, 6, 7 };
	u64 *page = page_with(0), value;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1 << SIZE_8K | 1 << SIZE_4M, 0);
	announce("guest: ");
	for (u64 i = 0; i < ARRAY(sizes); i++) {
		tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL | sizes[i]));
		IS(load_asi(VA + 0x100, ASI_PRIMARY, &value), TT_D_EXCEPTION);
		FAULT(FAULT_D, TYPE_PAGE_SIZE, VA, 0);
		IS(exec(VA + CODE), TT_I_EXCEPTION);
		FAULT(FAULT_I, TYPE_PAGE_SIZE, VA + CODE, 0);
	}
}

TEST(miss, invalid_ra,
    "4.5: a TSB entry with a real address outside memory: 0x08 / 0x30 type 16; the hypervisor's "
    "memory is outside")
{
	struct tsb *tsb;
	u64 value;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1 << SIZE_8K, 0);
	announce("guest: ");
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		if (ra >> 56)
			continue;
		tsb_put(tsb, SIZE_8K, VA, 0, TTE_KERNEL | ra);
		IS(load_asi(VA + 0x100, ASI_PRIMARY, &value), TT_D_EXCEPTION);
		FAULT(FAULT_D, TYPE_TSB_ENTRY, VA, 0);
		IS(store_asi(VA + 0x100, ASI_PRIMARY, 1), TT_D_EXCEPTION);
		IS(exec(VA + CODE), TT_I_EXCEPTION);
		FAULT(FAULT_I, TYPE_TSB_ENTRY, VA + CODE, 0);
	}
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1 << SIZE_8K | 1 << SIZE_4M, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, TTE_KERNEL | SIZE_4M | past_end(4 * MIB));	/* not all of it */
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_TSB_ENTRY, VA, 0);
}

/* That a no-fault load of an NFO page is none: this emulator faults there, too. */
TEST(miss, no_fault, "4.5: NFO page by an ordinary load: type 7; a no-fault load of a page with E: type 8")
{
	u64 *page = page_with(0x7777), value;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1 << SIZE_8K, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL | TTE_NFO));
	IS(load_asi(VA, ASI_PRIMARY, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_NFO, VA, 0);
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(page, TTE_V | TTE_E | TTE_P | TTE_W));
	IS(load_asi(VA + PAGE, ASI_PRIMARY, &value), 0);
	IS(load_asi(VA + PAGE, ASI_PRIMARY_NO_FAULT, &value), TT_D_EXCEPTION);
	FAULT(FAULT_D, TYPE_NFO_SIDE_EFFECT, VA + PAGE, 0);
	IS(load_asi(VA + 2 * PAGE, ASI_PRIMARY_NO_FAULT, &value), TT_D_MMU_MISS);
	FAULT(FAULT_D, TYPE_MISS, VA + 2 * PAGE, 0);
}

/* What such a load gets is not looked at: the plain ones of this emulator do not know CLE. */
TEST(miss, little_endian,
    "3.2: a guest may have CLE set at a miss; TSB and fault area are big-endian all the same")
{
	u64 *page = page_with(0), value;
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
	CHECK(probe_little(VA) != FAULTED);
	skip_next(1);
	poison_fault_area();
	value = probe_little(VA + PAGE);
	IS(value, FAULTED);
	FAULT(FAULT_D, TYPE_MISS, VA + PAGE, 0);
	IS(first()->pstate & PSTATE_CLE, 0);
}

TEST(miss, trap_endian, "V9: a trap sets CLE from TLE, whoever delivers it; IE is off, AM too")
{
	mmu_on();
	set_pstate(PSTATE_PRIV | PSTATE_TLE | PSTATE_IE);
	skip_next(1);
	probe_load(VA, ASI_PRIMARY);
	set_pstate(PSTATE_PRIV);
	IS(first()->tt, TT_D_FAST_MISS);
	IS(first()->pstate & (PSTATE_CLE | PSTATE_TLE), PSTATE_CLE | PSTATE_TLE);
	IS(first()->pstate & (PSTATE_IE | PSTATE_AM), 0);
	IS(first()->pstate & PSTATE_PRIV, PSTATE_PRIV);
	IS(first()->tstate >> 8 & (PSTATE_TLE | PSTATE_IE), PSTATE_TLE | PSTATE_IE);
}

TEST(miss, condition_codes,
    "4.5: a fault leaves everything to the instruction that is repeated: condition codes, %y, %asi")
{
	u64 *page = page_with(1);
	struct tsb *tsb;

	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	for (u64 flags = 0; flags < 256; flags += 17) {
		tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_KERNEL));
		FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
		IS(probe_kept(VA, flags), flags);			/* a hit in the TSB */
		tsb_put(tsb, SIZE_8K, VA, 0, 0);
		FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
		put_next(1, &tsb[VA >> 13 & 511], VA >> 22, tte(page, TTE_KERNEL));
		IS(probe_kept(VA, flags), flags);			/* a trap to the guest */
	}
}
