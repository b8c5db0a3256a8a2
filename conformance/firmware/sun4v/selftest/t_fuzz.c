/*
 * Calls with wild arguments, and translations with wild entries against a model of what
 * they mean. The word seed= chooses the row.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul
#define CALLS	4000
#define LOADS	3000

static u64 row;

static u64
any(u64 below)
{
	row ^= row << 13;
	row ^= row >> 7;
	row ^= row << 17;
	return (row >> 8) % below;
}

static u64
any_word(void)
{
	u64 high = any(1ul << 32);

	return high << 32 | any(1ul << 32);
}

/* An argument: often one that is nearly right. Never an address of this guest's outside of AREA. */
static u64
wild(u64 area, u64 size)
{
	static const u64 ends[] = { 0x400000, 0x2000000, 0x4000000, 0x80000000, 0x4000000000, 1ul << 40 };
	u64 value;

	switch (any(12)) {
	case 0:
		return 0;
	case 1:
		return any(4);
	case 2:
		return any(256);
	case 3:
		return ~0ul - any(64);
	case 4:
		return 1ul << any(64);
	case 5:
		return 0x3c + any(4);
	case 6:
		value = ends[any(ARRAY(ends))] - 64 + any(128);
		break;
	case 7:
		value = any_word();
		break;
	case 8:
		return TTE_V | (area + any(size)) | any(16);
	default:
		return area + any(size) / 64 * 64;
	}
	return memory_end(value) ? area : value;
}

TEST(fuzz, calls, "whatever the arguments are: an answer, nothing else changes, and the hypervisor goes on")
{
	u64 size = 256 * KIB, area = (u64)page_pool(size), good = 0;

	row = asked_number("seed", 1) * 0x9e3779b97f4a7c15ul + 1;
	print("# sun4v-complaint \\(sun4v\\) (?!killed|fatal|exit|reset)\n");
	for (u64 n = 0; n < CALLS; n++) {
		u64 f = any(0x110);

		while (!named_call(f) && any(16))
			f = any(0x110);
		if (f == MACH_EXIT || f == MACH_SIR || f == MMU_ENABLE || f == CPU_START ||
		    f == CONS_PUTCHAR ||
		    f == CONS_READ || f == CONS_WRITE || f == CONS_GETCHAR)
			continue;
		for (u64 i = 0; i < 4; i++)
			((u64 *)area)[any(size / 8)] = wild(area, size);
		good += hv(any(16) ? 0x80 : 0x83 + any(2), f, wild(area, size), wild(area, size), wild(area,
		    size),
		    wild(area, size), wild(area, size)) == EOK;
		CHECK(last.o[0] <= EBUSY);
	}
	CHECK(good > CALLS / 20);
	for (u64 queue = QUEUE_CPU; queue <= QUEUE_NONRESUMABLE; queue++)
		queue_close(queue);
	for (u64 channel = 0; channel < 4; channel++) {
		FAST(LDC_TX_QCONF, channel, 0, 0);
		FAST(LDC_RX_QCONF, channel, 0, 0);
	}
	IS(FAST(CPU_SET_RTBA, (u64)__image_start), EOK);
	negotiate();
}

/* The trap that a load of VA has to give by that entry alone, and without one the real address. */
static u64
meaning(const struct tsb *e, u64 va, u64 tag, u64 *ra, u64 *type)
{
	u64 code = e->data & 15, size = 1ul << (13 + 3 * code), whole = code == SIZE_256M ? 4 * MIB : size;
	u64 base = e->data & 0x00ffffffffffe000ul;

	*type = TYPE_MISS;
	if (!(e->data & TTE_V) || e->tag != tag)
		return TT_D_MMU_MISS;
	*type = TYPE_PAGE_SIZE;
	if (code != SIZE_8K && code != SIZE_64K && code != SIZE_4M && code != SIZE_256M)
		return TT_D_EXCEPTION;
	*ra = (base & -size) | (va & (size - 1));
	*type = TYPE_TSB_ENTRY;
	if (!memory_end(*ra & -whole) || memory_end(*ra & -whole) - (*ra & -whole) < whole)
		return TT_D_EXCEPTION;
	*type = TYPE_NFO;
	return e->data & TTE_NFO ? TT_D_EXCEPTION : 0;
}

/* A real address: in memory, at its ends, or nowhere. */
static u64
wild_ra(u64 area, u64 size)
{
	static const u64 near[] = {
		0x400000, 0x1ffe000, 0x2000000, 0x3ffe000, 0x4000000, 0x6000000, 0x10000000, 0x80000000,
		0x1f10000000, 0
	};
	u64 end = memory_end(0x4000000) ? memory_end(0x4000000) : memory_end(0x80000000);

	switch (any(4)) {
	case 0:
		return area + any(size) / PAGE * PAGE;
	case 1:
		return near[any(ARRAY(near))];
	case 2:
		return end - PAGE * any(1024);
	default:
		return (any_word() >> any(20) & 0x00ffffffffffe000ul) >> any(30) & -PAGE;
	}
}

static void
one_load(struct tsb *tsb, u64 area, u64 size, u64 context)
{
	static const uint8_t sizes[] = { 0, 0, 0, 1, 1, 3, 3, 5, 5, 2, 4, 6, 7, 9, 15 };
	u64 va = VA + (any_word() & 0xffffffffff8), asi = context ? ASI_SECONDARY : ASI_PRIMARY, ra = 0,
	    type, value, wanted;
	u64 tag = context << 48 | va >> 22, code = sizes[any(sizeof(sizes))], page = 1ul << (13 + 3 * code);
	struct tsb *e = &tsb[va >> 13 & 511];

	e->data = (wild_ra(area, size) & -page) | TTE_CP | TTE_CV | (any(8) ? TTE_V : 0) | (any(16) ?
	    0 : TTE_NFO) |
	    (any(2) ? TTE_P : 0) | (any(2) ? TTE_W : 0) | (any(4) ? 0 : TTE_SOFT) | code;
	e->tag = any(8) ? tag : tag ^ 1ul << any(61);
	FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
	wanted = meaning(e, va, tag, &ra, &type);
	if (load_asi(va, asi, &value) != wanted)
		wrong("va 0x%x tag 0x%x data 0x%x: trap 0x%x, not 0x%x", va, e->tag, e->data,
		    trap_of(1)->tt, wanted);
	else if (wanted)
		FAULT(FAULT_D, type, va & -PAGE, context);
	else if (value != probe_load(ra, ASI_REAL))
		wrong("va 0x%x data 0x%x: 0x%x, not what is at 0x%x", va, e->data, value, ra);
	e->data = 0;
}

TEST(fuzz, entries, "4.5: a load does what its entry says, and nothing else: against a model")
{
	u64 size = 64 * KIB, area = (u64)page_pool(size);
	struct tsb *tsb[2];

	row = asked_number("seed", 1) * 0xd1342543de82ef95ul + 1;
	for (u64 i = 0; i < size / 8; i++)
		((u64 *)area)[i] = any_word();
	mmu_on();
	tsb[0] = tsb_make(MMU_TSB_CTX0, SIZE_8K, 0x2b, ~0u);
	tsb[1] = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 0x2b, ~0u);
	announce("guest: a TSB entry");
	for (u64 n = 0; n < LOADS; n++) {
		u64 context = n & 1 ? 1 + any(0x1fff) : 0;

		set_context(SECONDARY, context);
		one_load(tsb[n & 1], area, size, context);
	}
}
