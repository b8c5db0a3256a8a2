/*
 * Address spaces on machines whose translations are loaded by software: the service
 * behind struct pv_mmu_ops, for sun4u and sun4v.
 *
 * The truth of a space is its record: a radix tree of three levels of 1024 entries,
 * in pages from the kernel's page hook, reached by real address alone, here and in the
 * miss path. An entry is 0, or the real address of the table below, or, with
 * bit 63, a leaf: real address and PV_PROT_*, PV_MAP_* flags, among them REFERENCED and
 * MODIFIED, which the miss path sets. A leaf of level 2 covers 8 MiB (PV_MAP_LARGE); the
 * hardware gets it in pieces of 4 MiB.
 *
 * Everything else is a cache: one translation storage buffer, indexed by 8 KiB page,
 * context and address in the tag, for the kernel (context 0) and all spaces; and the
 * TLBs. A change goes to the record first; sync() then makes the buffer's entries
 * invalid, then lets the TLBs forget. Contexts are numbers 1 to 8191 of a generation:
 * when they run out, all caches are emptied and everyone gets a new one at activate.
 *
 * record.c walks, maps and removes; change.c changes what is mapped; space.c makes
 * spaces and hands out contexts. The last two are linked with the part `space`.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_TSB_H
#define PV_TSB_H

#include "../../../hooks/hooks_internal.h"
#include "numbers.h"

#define PV_TSB_ENTRIES		(1u << PV_TSB_SHIFT)
#define PV_TSB_TOP		3u	/* level of the root; leaf tables are level 1 */
#define PV_TSB_LEAF		(1ull << 63)
#define PV_TSB_ADDRESS		0x00ffffffffffe000ull
#define PV_TSB_FLAGS		0xfffull
#define PV_TSB_CONTEXTS		8192u

/* -- what a machine gives -- */
struct pv_tsb_machine {
	uint64_t last_pa;		/* highest real address that an entry can hold */
	uintptr_t own_start, own_end;	/* the image's permanent translations: not to be changed */
	/* The bits of a TLB entry for these flags, without the address; WRITE: may be written now. */
	uint64_t (*bits)(unsigned flags);
	/* Let this CPU's TLBs forget. Permanent translations stay. */
	void (*demap_page)(uintptr_t va, unsigned context);
	void (*demap_context)(unsigned context);
	void (*demap_all)(void);
	/* From now on user addresses are this context's. */
	void (*context_set)(unsigned context);
};
extern const struct pv_tsb_machine *pv_tsb_machine;

/* The buffer as the hardware reads it. */
struct pv_tsb_pair {
	uint64_t tag;			/* context << 48 | address >> 22 */
	uint64_t data;
};
extern volatile struct pv_tsb_pair pv_tsb_buffer[PV_TSB_ENTRIES];
/* The one in use: that, or the kernel's. */
struct pv_tsb_current {
	volatile struct pv_tsb_pair *buffer;
	unsigned entries;
};
extern struct pv_tsb_current pv_tsb_current;

/* Read by the miss path: machine bits by flags, root of the kernel's record (0: none yet). */
#define PV_TSB_NR_BITS		128u
extern uint64_t pv_tsb_bits[PV_TSB_NR_BITS];
extern uint64_t pv_tsb_kernel_root;

/* -- for backends: members of struct pv_mmu_ops -- */
/* kernel NULL: it keeps its own tables, and only the buffer is made usable. */
pv_status pv_tsb_init(struct pv_space *kernel, const struct pv_tsb_machine *machine);
pv_status pv_tsb_create(struct pv_space *space);
pv_status pv_tsb_destroy(struct pv_space *space);
void pv_tsb_activate(struct pv_space *space);
pv_status pv_tsb_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags);
pv_status pv_tsb_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
/* mmu.unmap without the part `space`: whole leaves, and nobody asks what they were. */
pv_status pv_tsb_remove(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
pv_status pv_tsb_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags);
pv_status pv_tsb_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags);
pv_status pv_tsb_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
void pv_tsb_sync(struct pv_space *space);
/* Changes take effect as they are made: there is nothing to collect. */
void pv_tsb_begin(void);
pv_status pv_tsb_end(void);

/* Every entry of the buffer invalid. Needs nothing: before the trap table is in use. */
void pv_tsb_wipe(void);

/* -- <isa>/real.c: memory by real address, which no mapping can be missing for -- */
uint64_t pv_tsb_real_get(uint64_t ra);
void pv_tsb_real_set(uint64_t ra, uint64_t value);
/* What was there; the new value is in place if that is `old`. */
uint64_t pv_tsb_real_cas(uint64_t ra, uint64_t old, uint64_t value);

/* -- among the files of this folder -- */

/* Members of pv_space.isa[] */
#define PV_TSB_CONTEXT		0	/* generation << 13 | number; 0: none */
#define PV_TSB_DEAD		1	/* first table page that waits for sync() */

/* One entry of the record. */
struct pv_tsb_place {
	uint64_t where;
	uint64_t entry;
	unsigned level;
};

/*
 * A walk over [va, va+left). Its function is called for each entry of the range that leads to no
 * table, and moves on when it says PV_OK; if it has put a table there, into what is below.
 */
struct pv_tsb_visit {
	struct pv_space *space;
	uintptr_t va, left;		/* what is still to come */
	bool removes;			/* afterwards look whether tables are empty */
	unsigned level;			/* map: the highest for leaves */
	uint64_t pa;			/* map: what va is to be */
	uint64_t bits;			/* map, protect */
	pv_harvest_fn fn;		/* unmap, harvest */
	void *arg;
};
typedef pv_status (*pv_tsb_fn)(struct pv_tsb_visit *v, struct pv_tsb_place *at);

static inline unsigned
pv_tsb_index(uintptr_t va, unsigned level)
{
	return (unsigned)(va >> (PV_PAGE_SHIFT + 10 * (level - 1))) & 1023;
}

/* Bytes that one entry of this level covers. */
static inline uintptr_t
pv_tsb_span(unsigned level)
{
	return (uintptr_t)1 << (PV_PAGE_SHIFT + 10 * (level - 1));
}

static inline bool
pv_tsb_is_leaf(uint64_t entry)
{
	return (entry & PV_TSB_LEAF) != 0;
}

/* Does the entry lead to a table? */
static inline bool
pv_tsb_leads_on(const struct pv_tsb_place *at)
{
	return at->level > 1 && at->entry != 0 && !pv_tsb_is_leaf(at->entry);
}

static inline void
pv_tsb_stale_none(struct pv_space *space)
{
	space->stale_start = ~(uintptr_t)0;
	space->stale_end = 0;
}

/* record.c */
/* The place for va in the table of `level`, or in the lowest one that there is on the way. */
void pv_tsb_find(struct pv_space *space, uintptr_t va, unsigned level, struct pv_tsb_place *at);
pv_status pv_tsb_visit(struct pv_tsb_visit *v, pv_tsb_fn fn);
/* A page of zeroes that nothing leads to. */
pv_status pv_tsb_table_new(struct pv_space *space, uint64_t *table);
/* Put `entry` in a live place, whatever the miss path does meanwhile to the one there; gives that. */
uint64_t pv_tsb_swap(uint64_t where, uint64_t entry);
void pv_tsb_stale(struct pv_space *space, uintptr_t va, uintptr_t size);
/* Let buffer and TLBs forget now what they have of start to end, the last byte. */
void pv_tsb_flush(const struct pv_space *space, uintptr_t start, uintptr_t end);
/* Unlink the tables on the way to va that have nothing in them. */
void pv_tsb_prune(struct pv_space *space, uintptr_t va);
/* A table that nothing leads to any more: it is given back by sync(). */
void pv_tsb_retire(struct pv_space *space, uint64_t table);
/* Is a part of this range under the permanent translation of the image? */
bool pv_tsb_is_own(const struct pv_space *space, uintptr_t va, uintptr_t size);
/* The context that the caches know the space by: 0 is the kernel's; PV_TSB_CONTEXTS: none. */
unsigned pv_tsb_context(const struct pv_space *space);
extern uint64_t pv_tsb_generation;

#endif
