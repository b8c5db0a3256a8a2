/*
 * Address spaces, for kernels that let libpv keep their page tables.
 *
 * A space is a set of translations of user addresses on top of the kernel's own,
 * which all spaces share. The truth about a translation is what was mapped here,
 * never what a hardware cache holds. Nothing here names entries, table pages,
 * contexts or ASIDs; kernels with a pmap of their own use <pv/x86/pte.h> or
 * <pv/sparc64/tlb.h> instead.
 *
 * Mapping takes table pages from the kernel's page hook and can therefore fail;
 * a failed call leaves what it did so far undone. Changing a translation that
 * may be in use needs pv_space_sync() before the old one can be relied on to be
 * gone; unmap and protect note the range themselves, so one sync for many calls
 * is enough. Between pv_mmu_begin() and pv_mmu_end() calls may be collected:
 * inside, a query sees the last write; at the end all is applied, or the status
 * and the refusal record name the entry that was not. Such a batch is its thread's:
 * what comes in between, an interrupt, a trap, another thread, finds what was collected
 * done, and changes page tables by itself or in a batch of its own. Batches of one
 * thread, or of one handler, do not nest.
 *
 * An attached kernel that maps for itself (hook va_map) or keeps PV_FAMILY_MMU has no spaces:
 * calls say PV_E_ABSENT.
 *
 * All calls on a range say PV_E_INVAL: not page aligned, empty, wraps, flags that do not belong here
 * or no such space; PV_E_RANGE: leaves its half, or what libpv cannot do without is there;
 * PV_E_STAGE: before stage MMU. What changes it, PV_E_REFUSED where a layer below checks tables.
 *
 * Context: stage MMU, gate open or closed, may call the page hook; one space
 * must not be changed by two CPUs at a time (the kernel's lock).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_MMU_H
#define PV_MMU_H

#include <pv/cpu.h>

PV_BEGIN_DECLS

#define PV_PROT_READ		0x001u	/* implied by all others */
#define PV_PROT_WRITE		0x002u
#define PV_PROT_EXEC		0x004u
#define PV_PROT_USER		0x008u	/* user half only; a user page without it is closed to user mode */
#define PV_MAP_GLOBAL		0x010u	/* the same in all spaces; kernel half only */
#define PV_MAP_LARGE		0x020u	/* large pages where PV_LARGE_SIZE and more divide all; query: it is one */
#define PV_MAP_SOFT1		0x040u	/* two bits of the kernel's own, kept and given back */
#define PV_MAP_SOFT2		0x080u
#define PV_MAP_WB		0x000u	/* cache attribute: write-back, */
#define PV_MAP_WT		0x100u	/* write-through, */
#define PV_MAP_WC		0x200u	/* write-combining, */
#define PV_MAP_UC		0x300u	/* uncached */
#define PV_MAP_CACHE_MASK	0x300u
#define PV_MAP_REFERENCED	0x400u	/* query only */
#define PV_MAP_MODIFIED		0x800u	/* query only */

/* The smallest large page, of machines that have some (PV_CAP_LARGE_PAGES). */
#define PV_LARGE_SIZE		((uintptr_t)1 << PV_LARGE_SHIFT)

/* State of a space; placed by the kernel, filled by pv_space_create(). */
struct pv_space {
	pv_paddr root;			/* top table, if the machine has one */
	uint64_t isa[4];		/* the ISA's: user root, private tables, context */
	uint64_t tables;		/* table pages in use, readable */
	uintptr_t stale_start;		/* range that sync() still has to flush, */
	uintptr_t stale_end;		/* its last byte; below stale_start: none */
};

/* The kernel's space: what is above the user half in every space. */
struct pv_space *pv_space_kernel(void);

/* User addresses are [start, end). */
void pv_space_user_range(pv_vaddr *start, pv_vaddr *end);

/*
 * Virtual ranges that belong to the layer below or to libpv; a kernel asks before
 * it lays out its own space. index 0, 1, ... until PV_E_NOENT. Stage EARLY.
 */
struct pv_reserved_range {
	pv_vaddr start;
	uintptr_t size;
	const char *what;
};
pv_status pv_space_reserved(unsigned index, struct pv_reserved_range *out);

/* PV_E_NOMEM, PV_E_REFUSED, PV_E_FULL as for map; PV_E_INVAL: NULL, or the kernel's; PV_E_STAGE. */
pv_status pv_space_create(struct pv_space *space);
/*
 * Give back all table pages. PV_E_BUSY while it is active on a CPU: a thread without a space goes on in
 * it, pv_space_activate(NULL) leaves it; PV_E_INVAL: not a space, or the kernel's; PV_E_REFUSED: it is
 * gone, but for what could not be cleared.
 */
pv_status pv_space_destroy(struct pv_space *space);
/* Make it this CPU's; NULL means the kernel's alone. Part of a switch batch. */
void pv_space_activate(struct pv_space *space);

/*
 * Map [va, va+size) to physical memory from pa on. PV_E_RANGE: also pa beyond what the machine has;
 * PV_E_EXIST: something is mapped there; PV_E_NOMEM; PV_E_FULL: too many tables are being made in
 * batches of other threads.
 */
pv_status pv_space_map(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags);
typedef void (*pv_harvest_fn)(void *arg, pv_vaddr va, unsigned flags);
/*
 * Remove; holes are allowed. A part of a large page leaves small ones: PV_E_NOMEM, nothing done; pages
 * that were mapped as small ones take no memory and always go. Where something was removed since the
 * last sync, mapping again does not fail for want of memory.
 */
pv_status pv_space_unmap(struct pv_space *space, pv_vaddr va, uintptr_t size);
/*
 * The same, and call `fn` for each page removed that was referenced or modified since the last
 * harvest, with its last flags: no CPU adds to them afterwards, also not before the sync. A large
 * page comes once, as PV_MAP_LARGE. fn must not change the space. PV_E_INVAL: no fn.
 */
pv_status pv_space_unmap_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn,
    void *arg);
/*
 * New PV_PROT_* and cache attribute, no other flags; holes are allowed; referenced/modified, soft
 * bits and global are kept, also what CPUs set meanwhile. No translation is absent in between: a
 * CPU that uses the range has the old one or the new. PV_E_NOMEM as for unmap.
 */
pv_status pv_space_protect(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags);
/* What is at va: PV_E_NOENT if nothing. pa includes the offset in the page. */
pv_status pv_space_query(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags);

/*
 * Call `fn` for each mapped page of the range that was referenced or modified
 * since the last harvest (flags tell which), and forget it. Sync afterwards. A large page has one
 * pair of marks: it comes once, by its first address, as PV_MAP_LARGE, also if the range is only
 * part of it. fn must not change the space. PV_E_INVAL: no fn.
 */
pv_status pv_space_harvest(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);

/*
 * When it returns no CPU and no cache of translations uses what was changed before; table pages
 * that unmap emptied go back to the kernel's page hook now.
 */
void pv_space_sync(struct pv_space *space);

/* Begin and end a batch, see above. A second begin panics. PV_E_INVAL: none was begun; PV_E_REFUSED. */
void pv_mmu_begin(void);
pv_status pv_mmu_end(void);

/* Frames by physical address, without the caller mapping them; they panic if hook map_frame has no room. */
void pv_frame_zero(pv_paddr frame);
void pv_frame_copy(pv_paddr to, pv_paddr from);
/*
 * Cache colours. A first-level cache that is indexed by virtual addresses keeps what is mapped at
 * addresses of different colours (bits PV_CACHE_ALIAS_MASK) in different places. Of a frame, the direct
 * map and all mappings at addresses of its own colour, the same bits of the physical address, are
 * coherent. Elsewhere map keeps the frame out of that cache, which is slower; and then it is the
 * kernel's not to use the direct map of it meanwhile, nor to read there afterwards what it has not
 * written there first: the cache may have what was there before. pv_frame_zero() and pv_frame_copy()
 * do right with a frame that is mapped at any address. 1 colour, and none of this, on x86.
 */
unsigned pv_frame_colours(void);

/* Part of the op table: a backend may replace the whole service. */
struct pv_mmu_ops {
	/*
	 * Take over the tables that we run on as the kernel's space; NULL: the kernel keeps them, only
	 * make entries mean what <pv/x86/pte.h> says. Stage MMU.
	 */
	pv_status (*init)(struct pv_space *kernel);
	pv_status (*create)(struct pv_space *space);
	pv_status (*destroy)(struct pv_space *space);
	void (*activate)(struct pv_space *space);
	pv_status (*map)(struct pv_space *space, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags);
	/* fn NULL: nobody asks what was referenced or modified. */
	pv_status (*unmap)(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
	pv_status (*protect)(struct pv_space *space, pv_vaddr va, uintptr_t size, unsigned flags);
	pv_status (*query)(struct pv_space *space, pv_vaddr va, pv_paddr *pa, unsigned *flags);
	pv_status (*harvest)(struct pv_space *space, pv_vaddr va, uintptr_t size, pv_harvest_fn fn, void *arg);
	void (*sync)(struct pv_space *space);
	void (*begin)(void);
	pv_status (*end)(void);
	pv_status (*reserved)(unsigned index, struct pv_reserved_range *out);
};

PV_END_DECLS
#endif
