/*
 * Address spaces on machines whose page tables are radix trees of x86 entries:
 * the service behind struct pv_mmu_ops, written on <pv/x86/pte.h> and the page
 * hooks alone, so that bare metal, Xen PV and VMI share it. What it does not know
 * is what an entry looks like in memory and how a table page becomes one: that is
 * behind the entry ops.
 *
 * Who owns what: radix.c walks, and maps and removes as the kernel's own space needs
 * it; change.c changes what is mapped; space.c makes spaces, shares the kernel's half
 * with them and gives tables back; <isa>/geometry.c says how the tree is shaped;
 * direct.c is for machines whose tables hold machine frames and is linked by those
 * alone. change.c and space.c are linked with the part `space` of the op table: without
 * it there is no user half, and nobody asks for a piece of a large page.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_RADIX_H
#define PV_RADIX_H

#include <pv/x86/pte.h>

/* The shape of the tree; one per instruction set. */
struct pv_radix_geometry {
	unsigned top;			/* level of the root; leaf tables are level 1 */
	unsigned root_entries;
	unsigned kernel_first;		/* root entries from here on are the kernel's */
	uintptr_t kernel_start;		/* the address that root entry begins at */
	uint64_t root_mask;		/* the part of CR3 that is an address */
	uint64_t root_limit;		/* roots lie below; 0: anywhere */
	/*
	 * PAE: root entries have P and no permissions, and the CPU copies them at a load of CR3. So
	 * they are all made with the space and never change: no reload rules anywhere.
	 */
	bool root_plain;
};
extern const struct pv_radix_geometry pv_radix_geometry;

/* -- for backends: members of struct pv_mmu_ops, and what init needs to know before -- */
pv_status pv_radix_init(struct pv_space *kernel);
pv_status pv_radix_create(struct pv_space *space);
pv_status pv_radix_destroy(struct pv_space *space);
void pv_radix_activate(struct pv_space *space);
pv_status pv_radix_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags);
pv_status pv_radix_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
/* mmu.unmap without the part `space`: whole leaves, and nobody asks what they were. */
pv_status pv_radix_remove(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
pv_status pv_radix_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags);
pv_status pv_radix_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags);
pv_status pv_radix_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
void pv_radix_sync(struct pv_space *space);
void pv_radix_begin(void);
pv_status pv_radix_end(void);

/* What a layer below that holds the tables may do otherwise than hardware; members may be NULL. */
struct pv_radix_below {
	/* A live leaf becomes `entry`, with what A and D it has by then. NULL: by exchange. */
	void (*merge)(pv_pte *where, pv_pte entry);
	/*
	 * `nr` leaves in a row, some of them perhaps absent, lose these bits at once, all of them where bits is ~0.
	 * old: what each was that lost some, 0 for others, also for what was refused. NULL: by exchange.
	 */
	void (*take)(pv_pte *where, uint64_t *old, unsigned nr, uint64_t bits);
	/* Entries, claims and releases are collected: carry them out. PV_E_REFUSED: not all of them. */
	pv_status (*settle)(void);
	/* After that: is a page that was released really ordinary memory, also if something was refused? */
	bool (*ordinary)(pv_paddr page);
	/* Is it a table of this level still? An entry that could not be cleared may name one that is none. */
	bool (*table)(pv_paddr page, unsigned level);
	/* An entry for va was written that leads to this table. */
	void (*linked)(pv_paddr table, uintptr_t va);
};
/*
 * PV_CAP_DIRECT_TABLES, before pv_radix_init(): roots of user mode of their own where
 * PV_CAP_SPLIT_ROOTS says so, kernel directories of their own under PAE, and kernel addresses
 * whose table entries belong to the layer below: those are never read, written or copied. `below`
 * stays in place.
 */
void pv_radix_direct(uintptr_t hole_start, uintptr_t hole_size, const struct pv_radix_below *below);
/*
 * Start of day: map in tables that no CPU runs on yet, as the kernel's space with this root. What
 * the CPU can do is found out here; pv_radix_init() follows once the tables are in use.
 */
void pv_radix_prepare(struct pv_space *kernel, pv_paddr root);

/* -- among the files of this folder -- */

/* Members of pv_space.isa[] */
#define PV_RADIX_EXTRA		0	/* direct.c: root of user mode, or own kernel directory; else 0 */
#define PV_RADIX_DEAD		1	/* first table page that waits for sync() */
#define PV_RADIX_SEEN		2	/* generation of the kernel's shared entries that it has */

/* Where a space's copy of the kernel's shared entries lies. */
struct pv_radix_shared {
	pv_paddr table;
	unsigned level, first, count;
};

/* What direct.c adds. */
struct pv_radix_extra {
	void (*shared)(const struct pv_space *space, struct pv_radix_shared *sh);
	/* A further table of a new space, in its isa[PV_RADIX_EXTRA]; its level. */
	pv_status (*make)(struct pv_space *space);
	unsigned (*level)(void);
	/* A root entry of the user half was written. */
	void (*mirror)(struct pv_space *space, uintptr_t va, pv_pte entry);
};

struct pv_radix {
	struct pv_space *kernel;
	const struct pv_radix_extra *extra;	/* or NULL */
	const struct pv_radix_below *below;	/* never NULL */
	uint64_t nx;			/* the bit, or 0 where the machine has none */
	uint32_t global, wc;		/* bits of PV_MAP_GLOBAL and PV_MAP_WC, as the machine has them */
	uint32_t last_pa_high;		/* upper half of the highest physical address; the lower is all ones */
	uint64_t generation;		/* of the kernel's shared entries */
	uintptr_t hole_start, hole_size;
	unsigned max_leaf;		/* highest level with leaves: 1, 2 (2 MiB), 3 (1 GiB) */
	bool split;			/* user mode has roots of its own */
};
extern struct pv_radix pv_radix;

/* A window on one table and the entry in it that covers an address. */
struct pv_radix_place {
	char *window;
	pv_pte *where;
	pv_pte entry;
	unsigned level;
	pv_paddr table;
};

/*
 * A walk over [va, va+left). Its function is called for each entry of the range that leads to no
 * table, and moves on when it says PV_OK; if it has put a table there, into what is below.
 */
struct pv_radix_visit {
	struct pv_space *space;
	uintptr_t va, left;		/* what is still to come */
	bool removes;			/* afterwards look whether tables are empty */
	unsigned level;			/* map: the highest for leaves */
	uint64_t pa;			/* map: what va is to be */
	uint64_t bits;			/* map, protect: of a small leaf; unmap, harvest: that go */
	pv_harvest_fn fn;		/* unmap, harvest */
	void *arg;
};
typedef pv_status (*pv_radix_fn)(struct pv_radix_visit *v, struct pv_radix_place *at);

static inline unsigned
pv_radix_shift(unsigned level)
{
	return 12 + 9 * (level - 1);
}

/* Bytes that one entry of this level covers. Not for the root of a tree as large as the addresses. */
static inline uintptr_t
pv_radix_span(unsigned level)
{
	return (uintptr_t)1 << pv_radix_shift(level);
}

static inline unsigned
pv_radix_index(uintptr_t va, unsigned level)
{
	return (unsigned)(va >> pv_radix_shift(level)) & 511;
}

static inline bool
pv_radix_is_user(uintptr_t va)
{
	return va < pv_radix_geometry.kernel_start;
}

/* Does the entry lead to a table? */
static inline bool
pv_radix_leads_on(const struct pv_radix_place *at)
{
	return at->level > 1 && (at->entry.v & (PV_PTE_P | PV_PTE_PS)) == PV_PTE_P;
}

/* Where the cache attribute's third bit is: bit 7 is PS in large leaves. SDM volume 3A, 4.9.2. */
#define PV_RADIX_LARGE_PAT	(1ull << 12)
#define PV_RADIX_ACCESSED	(PV_PTE_A | PV_PTE_D)

/* The bits of a leaf, from and to those of a small one. */
static inline uint64_t
pv_radix_at_level(uint64_t small, unsigned level)
{
	if (level == 1)
		return small;
	return (small & ~PV_PTE_PAT) | (small & PV_PTE_PAT) << 5 | PV_PTE_PS;
}

static inline uint64_t
pv_radix_as_small(uint64_t leaf, unsigned level)
{
	if (level == 1)
		return leaf;
	return (leaf & ~(PV_PTE_PS | PV_RADIX_LARGE_PAT)) | (leaf & PV_RADIX_LARGE_PAT) >> 5;
}

static inline uint64_t
pv_radix_leaf_base(pv_pte e, unsigned level)
{
	return e.v & PV_PTE_FRAME & ~((uint64_t)pv_radix_span(level) - 1);
}

static inline void
pv_radix_stale_none(struct pv_space *space)
{
	space->stale_start = ~(uintptr_t)0;
	space->stale_end = 0;
}

/* radix.c */
/* A window on a page of tables, always: without one the kernel cannot go on. */
void *pv_radix_window(pv_paddr page);
void pv_radix_open(struct pv_radix_place *at, pv_paddr table, unsigned level, uintptr_t va);
void pv_radix_close(struct pv_radix_place *at);
/* Open the place for va in the table of `level`, or in the lowest one that there is on the way. */
void pv_radix_find(struct pv_space *space, uintptr_t va, unsigned level, struct pv_radix_place *at);
pv_status pv_radix_visit(struct pv_radix_visit *v, pv_radix_fn fn);
/* A zeroed page that is a table of this level, and nothing leads to. */
pv_status pv_radix_table_new(struct pv_space *space, unsigned level, pv_paddr *table);
/* Make the table that the empty entry at this place is to lead to. */
pv_status pv_radix_table_make(struct pv_space *space, struct pv_radix_place *at, uintptr_t va);
uint64_t pv_radix_table_bits(uintptr_t va, unsigned level);
void pv_radix_page_free(pv_paddr page);
void pv_radix_stale(struct pv_space *space, uintptr_t va, uintptr_t size);
/* The bits that a small leaf has for PV_PROT_* and PV_MAP_*. */
uint64_t pv_radix_bits(unsigned flags);
#define PV_RADIX_SAME	6
extern const struct pv_radix_same {
	uint16_t bit, flag;
} pv_radix_same[PV_RADIX_SAME];

/* space.c, as radix.c calls it */
/* Unlink the tables of the user half on the way to va that have nothing in them. */
pv_status pv_radix_prune(struct pv_space *space, uintptr_t va) PV_WEAK;
/* A table was put at this place. */
void pv_radix_table_made(struct pv_space *space, const struct pv_radix_place *at, uintptr_t va) PV_WEAK;
/* What all spaces share may not be as it was told to be: who runs here has it now, others have it later. */
void pv_radix_share_again(void) PV_WEAK;
/* Give back the tables that no CPU knows any more. */
void pv_radix_bury(struct pv_space *space) PV_WEAK;
/* Prepare what all spaces share, so that it rarely changes. */
pv_status pv_radix_share(struct pv_space *kernel) PV_WEAK;

#endif
