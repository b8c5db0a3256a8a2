/*
 * Page-table entries and roots, for x86 kernels with a pmap of their own.
 *
 * An entry is a pv_pte: a frame of this guest's physical memory and flags. What
 * lies in memory may differ (a hypervisor may keep machine frames there), so
 * entries are read and written only through here. Any kernel address of the table
 * will do: a direct map, a recursive slot, a temporary window.
 *
 * An entry read back equals the one written in: the frame, P W U NX PWT PCD PAT/PS
 * and the three software bits. A and D are the hardware's, G may be dropped, and
 * U may come back set in kernel entries where kernel and user share a ring.
 *
 * Order of doing things:
 *  - a page is claimed before it becomes reachable from a root, after it was
 *    zeroed through ordinary stores (and filled by pv_pte_set, if it is to have entries
 *    then); from the claim on only these functions write it; it is released after it is unreachable;
 *  - pv_pte_set is for entries that are not present or that no CPU can be using;
 *    to change a live one: begin, commit, then flush; or exchange, which never leaves
 *    it absent, and what A and D the old one had is in the result;
 *  - forgetting to flush is found by the conformance suites;
 *  - an entry that makes a table reachable as a page (a recursive slot, the direct map)
 *    has W only where PV_CAP_DIRECT_TABLES is absent.
 *
 * Inside pv_mmu_begin()/pv_mmu_end() writes may be collected; pv_pte_get sees the
 * last one. So may be claims and releases: a page released there is ordinary memory
 * after pv_mmu_end(), which says what was refused.
 *
 * A claim and a release say PV_E_INVAL: no level of this tree, or no address that a table of it can
 * have; PV_E_RANGE: no memory of this guest's; PV_E_REFUSED, with a record. Where tables are checked a
 * claim says PV_E_EXIST: it is a table already, PV_E_FULL: too many are being made in batches of other
 * threads; a release PV_E_INVAL: it is none of this level, PV_E_BUSY: a root in use, or still reachable.
 *
 * Writing an entry gives no status. Bare metal takes every one; a layer below that checks
 * them (PV_CAP_DIRECT_TABLES) may refuse it: it is then as it was, pv_pte_get shows that, and
 * the refusal record (pv_refusal_get) says why. In a batch pv_mmu_end says so, too.
 *
 * Context: stage MMU, any CPU, gate open or closed, no sleep; the caller's lock.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_PTE_H
#define PV_X86_PTE_H

#include <pv/mmu.h>
#include <pv/ops.h>
#include PV_ISA_HEADER(hot.h)

PV_BEGIN_DECLS

typedef struct { uint64_t v; } pv_pte;

#define PV_PTE_P	0x001ull
#define PV_PTE_W	0x002ull
#define PV_PTE_U	0x004ull
#define PV_PTE_PWT	0x008ull
#define PV_PTE_PCD	0x010ull
#define PV_PTE_A	0x020ull
#define PV_PTE_D	0x040ull
#define PV_PTE_PS	0x080ull	/* levels 2 and 3: a large page */
#define PV_PTE_PAT	0x080ull	/* level 1 */
#define PV_PTE_G	0x100ull
#define PV_PTE_SOFT1	0x200ull
#define PV_PTE_SOFT2	0x400ull
#define PV_PTE_SOFT3	0x800ull
#define PV_PTE_NX	(1ull << 63)
#define PV_PTE_FRAME	0x000ffffffffff000ull

/* Cache attributes of 4 KiB entries: the PAT is programmed as under Xen (WB WT UC- UC WC WP). */
#define PV_PTE_WB	0ull
#define PV_PTE_WT	PV_PTE_PWT
#define PV_PTE_UC	(PV_PTE_PCD | PV_PTE_PWT)
#define PV_PTE_WC	PV_PTE_PAT

/* Bits that read back as written. */
#define PV_PTE_KEPT	(PV_PTE_FRAME | PV_PTE_P | PV_PTE_W | PV_PTE_PWT | PV_PTE_PCD | PV_PTE_PS | \
			 PV_PTE_SOFT1 | PV_PTE_SOFT2 | PV_PTE_SOFT3 | PV_PTE_NX)

PV_INLINE pv_pte
pv_pte_of(uint64_t v)
{
	pv_pte e;

	e.v = v;
	return e;
}

PV_INLINE pv_pte
pv_pte_make(pv_paddr frame, uint64_t flags)
{
	return pv_pte_of((frame.v & PV_PTE_FRAME) | flags);
}

PV_INLINE pv_paddr
pv_pte_frame(pv_pte e)
{
	return pv_pa(e.v & PV_PTE_FRAME);
}

/*
 * The tree: level 1 are the leaf tables, PV_TABLE_LEVELS is the root. Large pages are entries of
 * level 2 (2 MiB) with PV_PTE_PS, and of level 3 (1 GiB) on x86_64 where the CPU has them.
 */
PV_INLINE unsigned
pv_table_entries(unsigned level)
{
	return level == PV_TABLE_LEVELS ? PV_TABLE_ROOT_ENTRIES : 512;
}

/* Bytes of address space that one entry of a table of this level covers. */
PV_INLINE uintptr_t
pv_table_span(unsigned level)
{
	return (uintptr_t)1 << (PV_PAGE_SHIFT + 9 * (level - 1));
}

/* Which entry of a table of this level covers va. */
PV_INLINE unsigned
pv_table_index(pv_vaddr va, unsigned level)
{
	return (unsigned)(va.v >> (PV_PAGE_SHIFT + 9 * (level - 1))) & 511;
}

/*
 * Flags of an entry of this level that leads to a table. Permissions are the leaf's business; the
 * PAE root has none, and the CPU reads it only when the root is set.
 */
PV_INLINE uint64_t
pv_table_flags(unsigned level, bool user)
{
	if (PV_TABLE_ROOT_ENTRIES == 4 && level == PV_TABLE_LEVELS)
		return PV_PTE_P;
	return PV_PTE_P | PV_PTE_W | (user ? PV_PTE_U : 0);
}

PV_INLINE pv_pte
pv_pte_get(const pv_pte *where)
{
	return pv_pte_of(pv_pte_get_raw(&where->v));
}

PV_INLINE void
pv_pte_set(pv_pte *where, pv_pte entry)
{
	pv_pte_set_raw(&where->v, entry.v);
}

PV_INLINE void
pv_pte_clear(pv_pte *where)
{
	pv_pte_clear_raw(&where->v);
}

PV_INLINE pv_pte
pv_pte_exchange(pv_pte *where, pv_pte entry)
{
	return pv_pte_of(pv_ops.isa.pte_exchange(&where->v, entry.v));
}

PV_INLINE pv_pte
pv_pte_protect_begin(pv_pte *where)
{
	return pv_pte_of(pv_ops.isa.pte_protect_begin(&where->v));
}

PV_INLINE void
pv_pte_protect_commit(pv_pte *where, pv_pte entry)
{
	pv_ops.isa.pte_protect_commit(&where->v, entry.v);
}

PV_INLINE pv_status
pv_table_claim(pv_paddr table, unsigned level)
{
	return pv_ops.isa.table_claim(table, level);
}

PV_INLINE pv_status
pv_table_release(pv_paddr table, unsigned level)
{
	return pv_ops.isa.table_release(table, level);
}

PV_INLINE void
pv_root_set(pv_paddr kernel, pv_paddr user)
{
	pv_ops.isa.root_set(kernel, user);
}

PV_INLINE void
pv_flush_page(pv_vaddr va)
{
	pv_invlpg(va.v);
}

PV_INLINE void
pv_flush_range(pv_vaddr start, uintptr_t size)
{
	pv_ops.isa.flush_range(start.v, start.v + size);
}

PV_INLINE void
pv_flush_all(bool global)
{
	pv_ops.isa.flush_all(global);
}

PV_END_DECLS
#endif
