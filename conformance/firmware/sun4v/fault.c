/*
 * Misses and faults: the walk through TSBs and permanent mappings, and where nothing is
 * found the fault status area and the trap that the guest gets.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define ASI_IMMU	0x50
#define ASI_DMMU	0x58
#define TAG_ACCESS	0x30
#define SFSR		0x18
#define SFAR		0x20
#define PAGE_MASK	0x1ffful
#define TSB_ENTRY	16
#define TABLE_TL	0x4000		/* the half of a trap table for TL above 0 */

/* Fault types of the SFSR, bit by bit. */
#define SFSR_PRIVILEGE	(1ul << 7)
#define SFSR_SIDE_EFFECT (1ul << 8)
#define SFSR_NC_ATOMIC	(1ul << 9)
#define SFSR_ASI	(1ul << 10)
#define SFSR_NFO	(1ul << 11)
#define SFSR_VA		(3ul << 12)

/*
 * The guest gets this trap on top of what came here: its levels are up already, TPC and TNPC are where it
 * was. A guest has no third level.
 */
uint64_t
give_trap(struct strand *s, uint64_t tt)
{
	uint64_t tl = RDPR(tl), tle = TSTATE_PSTATE(RDPR(tstate)) & PSTATE_TLE;

	if (tl > 2)
		kill_guest(s, tt, "a trap at TL 2");
	if (TSTATE_GL(RDPR(tstate)) >= 2)
		kill_guest(s, tt, "a trap at GL 2");
	WRPR(tt, tt);
	SAVED(s, S_PC) = RDPR(tba) + (tl > 1 ? TABLE_TL : 0) + tt * 32;
	SAVED(s, S_PSTATE) = PSTATE_PEF | PSTATE_PRIV | tle | tle << 1;
	return LEAVE_JUMP;
}

/* Type 0: the field keeps what it has, as with the fast traps of a T1. */
void
describe(struct strand *s, bool data, uint64_t tt, uint64_t type, uint64_t address, uint64_t context)
{
	uint64_t area = s->fault_area + (data ? FAULT_DATA : FAULT_INSTRUCTION);

	if (s->fault_area == 0)
		kill_guest(s, tt, "a fault, and no fault status area was told");
	if (type != 0)
		poke(area, type);
	poke(area + 8, address);
	poke(area + 16, context);
}

/* A valid entry with the address's tag; *tte is read once. */
static bool
tsb_find(const struct tsb *tsb, uint64_t va, uint64_t context, uint64_t *tte)
{
	uint64_t at = tsb->base + ((va >> tsb->shift) & (tsb->entries - 1)) * TSB_ENTRY;
	uint64_t tag = va >> 22 | (tsb->context != 0 ? context : 0) << 48;

	if (peek(at) != tag)
		return false;
	*tte = peek(at + 8);
	return (*tte & TTE_V) != 0;
}

static bool
find(const struct strand *s, uint64_t va, uint64_t context, unsigned kind, uint64_t *tte)
{
	unsigned of = context != 0;

	for (unsigned i = 0; i < s->tsb_count[of] && i < TSBS; i++)
		if (tsb_find(&s->tsb[of][i], va, context, tte))
			return true;
	return context == 0 && perm_find(s, va, kind, tte);
}

uint64_t
miss(struct strand *s, uint64_t tt)
{
	bool data = tt == TT_DMISS;
	uint64_t access = data ? LDXA(ASI_DMMU, TAG_ACCESS) : LDXA(ASI_IMMU, TAG_ACCESS), tte, pa;
	uint64_t va = access & ~PAGE_MASK, context = access & PAGE_MASK, type = FT_PROTECTION;
	uint64_t address = data ? va : RDPR(tpc);
	bool tsbs = s->tsb_count[context != 0] != 0;
	enum error error;

	if (!find(s, va, context, data ? KIND_D : KIND_I, &tte)) {
		tt = !tsbs ? tt : data ? TT_DMISS_MMU : TT_IMISS_MMU;
		describe(s, data, tt, tsbs ? FT_MISS : 0, address, context);
		return give_trap(s, tt);
	}
	error = tte_physical(&tte, va, &pa);
	if (error == EOK && (data || tte & TTE_X)) {
		tlb_load(va, context, tte, pa, data ? KIND_D : KIND_I);
		return LEAVE_RETRY;
	}
	if (error != EOK) {
		type = error == EBADPGSZ ? FT_PAGE_SIZE : FT_TSB_ENTRY;
		complain(s, error == EBADPGSZ ? "a TSB entry of no such page size" :
		    "a TSB entry of no memory", tte);
	}
	tt = data ? TT_DFAULT : TT_IFAULT;
	describe(s, data, tt, type, address, context);
	return give_trap(s, tt);
}

static uint64_t
type_of(uint64_t sfsr)
{
	return sfsr & SFSR_PRIVILEGE ? FT_PRIVILEGE : sfsr & SFSR_SIDE_EFFECT ? FT_SIDE_EFFECT :
	    sfsr & SFSR_NC_ATOMIC ? FT_NC_ATOMIC : sfsr & SFSR_ASI ? FT_INVALID_ASI :
	    sfsr & SFSR_NFO ? FT_NFO : sfsr & SFSR_VA ? FT_INVALID_VA : FT_PROTECTION;
}

/* Traps 0x08, 0x30, 0x6c, and 0x3e and 0x3f: no memory there, with the MMU off. */
uint64_t
fault(struct strand *s, uint64_t tt)
{
	bool data = tt != TT_IFAULT && tt != TT_REAL_I;
	uint64_t access = data ? LDXA(ASI_DMMU, TAG_ACCESS) : LDXA(ASI_IMMU, TAG_ACCESS), type = 0;
	uint64_t address = data ? access & ~PAGE_MASK : RDPR(tpc), context = access & PAGE_MASK;

	if (tt == TT_REAL_I || tt == TT_REAL_D) {
		type = FT_INVALID_RA;
		context = 0;
		if (data)
			address = access_address(s);
		complain(s, data ? "no memory at a real address" :
		    "no memory at the real address of an instruction", address);
		if (data)
			address &= ~PAGE_MASK;
		tt = data ? TT_DFAULT : TT_IFAULT;
	} else if (tt == TT_DFAULT || tt == TT_IFAULT) {
		type = type_of(data ? LDXA(ASI_DMMU, SFSR) : LDXA(ASI_IMMU, SFSR));
		if (data)
			address = LDXA(ASI_DMMU, SFAR) & ~PAGE_MASK;
	}
	describe(s, data, tt, type, address, context);
	return give_trap(s, tt);
}
