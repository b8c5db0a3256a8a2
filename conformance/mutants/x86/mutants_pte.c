/*
 * Wrong page-table ops of x86.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../mutants.h"

static uint64_t
exchange_keeps(uint64_t *where, uint64_t entry)
{
	(void)entry;
	return *where;
}

static uint64_t
exchange_clears(uint64_t *where, uint64_t entry)
{
	(void)entry;
	return RIGHT(uint64_t (*)(uint64_t *, uint64_t))(where, 0);
}

static uint64_t
begin_keeps(uint64_t *where)
{
	return *where;
}

static uint64_t
exchange_no_dirty(uint64_t *where, uint64_t entry)
{
	return RIGHT(uint64_t (*)(uint64_t *, uint64_t))(where, entry) & ~0x40ull;
}

static void
commit_keeps_old_flags(uint64_t *where, uint64_t entry)
{
	RIGHT(void (*)(uint64_t *, uint64_t))(where, entry | 2);
}

static pv_status
claim_refuses(pv_paddr table, unsigned level)
{
	(void)table;
	(void)level;
	return PV_E_REFUSED;
}

static pv_status
claim_takes_all(pv_paddr table, unsigned level)
{
	(void)table;
	(void)level;
	return PV_OK;
}

static void
root_stays(pv_paddr kernel, pv_paddr user)
{
	(void)kernel;
	(void)user;
}

static void
flush_range_short(uintptr_t start, uintptr_t end)
{
	if (end - start > 4096)
		RIGHT(void (*)(uintptr_t, uintptr_t))(start, end - 4096);
}

static void
flush_all_nothing(bool global)
{
	(void)global;
}

/*
 * There is none that spares global translations: QEMU's model of the TLB knows no global entries,
 * every root write empties it.
 */
const struct mutant mutants_pte[] = {
	MUTANT("isa.pte_exchange", "leaves the entry", exchange_keeps),
	MUTANT("isa.pte_exchange", "drops dirty", exchange_no_dirty),
	MUTANT("isa.pte_exchange", "puts nothing there", exchange_clears),
	MUTANT("isa.pte_protect_begin", "leaves the entry", begin_keeps),
	MUTANT("isa.pte_protect_commit", "keeps it writable", commit_keeps_old_flags),
	MUTANT_FATAL("isa.table_claim", "refuses", claim_refuses),
	MUTANT("isa.table_claim", "takes nonsense", claim_takes_all),
	MUTANT("isa.table_release", "takes nonsense", claim_takes_all),
	MUTANT_FATAL("isa.root_set", "does nothing", root_stays),
	MUTANT("isa.flush_range", "forgets the last page", flush_range_short),
	MUTANT("isa.flush_all", "does nothing", flush_all_nothing),
	{ 0 }
};
