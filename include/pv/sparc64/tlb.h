/*
 * TLB and translation storage buffer, for sparc64 kernels with a pmap of their own.
 *
 * The truth about a translation is the kernel's own record; what is here are caches of
 * it: the buffer (TSB), an array of tags and entries that is looked through at a miss, by
 * the trap table on sun4u and by the hypervisor on sun4v, and the TLBs of each CPU. A
 * miss that nothing answers is a page fault.
 *
 * An entry (pv_tte) has the machine's form and is made by pv_tte_make(). It says what
 * may be done now: a kernel that wants to know what was written makes it without
 * PV_PROT_WRITE and takes the fault. Pages are executed only with PV_PROT_EXEC, on sun4v
 * if the CPU has the bit.
 *
 * Order, when a translation changes: the record; pv_tsb_clear() of its entry in the buffer;
 * then the demap, on every CPU that ran with the context. The other way round a miss in
 * between brings the old one back. At most one entry may match an address: what is smaller
 * or larger goes before the other comes.
 *
 * Contexts are 13-bit numbers; 0 is the kernel's, where libpv has translations of its own
 * (the image, the direct map, what pv_io_map() made). User addresses are those of the
 * context that pv_context_set() says: user-copy functions use it, and user mode runs in it.
 * A kernel has either the spaces of <pv/mmu.h> or these: both give out contexts.
 *
 * Context: stage MMU, any CPU and for this CPU alone, gate open or closed, no sleep.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_TLB_H
#define PV_SPARC64_TLB_H

#include <pv/mmu.h>
#include <pv/ops.h>
#include <pv/sparc64/site.h>

PV_BEGIN_DECLS

typedef struct { uint64_t v; } pv_tte;

#define PV_TTE_VALID		(1ull << 63)
#define PV_CONTEXTS		8192u

/* Which TLB. */
#define PV_TLB_DATA		1u
#define PV_TLB_CODE		2u

/* Page sizes that both machines have. */
enum pv_tte_size { PV_TTE_8K = 0, PV_TTE_64K = 1, PV_TTE_4M = 3 };

/* As it lies in a buffer; aligned to its size. */
struct pv_tsb_entry {
	uint64_t tag;			/* context << 48 | address >> 22; PV_TSB_TAG_NONE: no entry */
	uint64_t data;			/* pv_tte */
} __attribute__((aligned(16)));

#define PV_TSB_TAG_NONE		(1ull << 47)

/* flags: PV_PROT_* and cache attribute. Without PV_PROT_USER it is closed to user mode. */
PV_INLINE pv_tte
pv_tte_make(pv_paddr pa, enum pv_tte_size size, unsigned flags)
{
	pv_tte e;

	PV_NEED(tlb);
	e.v = pv_ops.isa.tte_make(pa.v, size, flags);
	return e;
}

PV_INLINE uint64_t
pv_tsb_tag(uint64_t va, unsigned context)
{
	return (uint64_t)context << 48 | va >> 22;
}

/* The place of an address in a buffer of `entries`, a power of two: by 8 KiB page, whatever the size. */
PV_INLINE unsigned
pv_tsb_slot(uint64_t va, unsigned entries)
{
	return (unsigned)(va >> PV_PAGE_SHIFT) & (entries - 1);
}

/* Others may look at the buffer at any time: the tag goes first and comes last. */
PV_INLINE void
pv_tsb_write(volatile struct pv_tsb_entry *where, uint64_t va, unsigned context, pv_tte entry)
{
	where->tag = PV_TSB_TAG_NONE;
	pv_wmb();
	where->data = entry.v;
	pv_wmb();
	where->tag = pv_tsb_tag(va, context);
}

/* Make the entry invalid if it is this address's. */
PV_INLINE void
pv_tsb_clear(volatile struct pv_tsb_entry *where, uint64_t va, unsigned context)
{
	if (where->tag == pv_tsb_tag(va, context))
		where->tag = PV_TSB_TAG_NONE;
	pv_wmb();
}

/*
 * From now on this buffer is looked through for all contexts but the kernel's; NULL, 0: libpv's
 * own, of which the spaces are. `entries` is a power of two, 512 to 65536, the buffer aligned to its
 * size, all tags valid or PV_TSB_TAG_NONE, in memory that is in the image or under a translation
 * of pv_perm_map(). On sun4u libpv puts entries of context 0 there, too. PV_E_INVAL, PV_E_REFUSED.
 */
PV_INLINE pv_status
pv_tsb_set(volatile struct pv_tsb_entry *buffer, unsigned entries)
{
	PV_NEED(tlb);
	return pv_ops.isa.tsb_set(buffer, entries);
}

/* Load an entry into these TLBs now; it may be evicted at any time. */
PV_INLINE void
pv_tlb_load(uintptr_t va, unsigned context, pv_tte entry, unsigned which)
{
	PV_NEED(tlb);
	pv_ops.isa.tlb_load(va, context, entry.v, which);
}

/* Forget what covers the address in both TLBs. An address under a permanent translation is not for it. */
PV_INLINE void
pv_tlb_demap_page(uintptr_t va, unsigned context)
{
	PV_NEED(tlb);
	PV_SITE_REG(o0, "o0") = va;
	PV_SITE_REG(o1, "o1") = context;

	__asm__ volatile(PV_SITE : "+r" (o0), "+r" (o1) : PV_SITE_OPERAND(tlb_demap_page) : "o2", PV_SITE_SPOILT);
}

/* Forget all of a context but permanent translations. */
PV_INLINE void
pv_tlb_demap_context(unsigned context)
{
	PV_NEED(tlb);
	PV_SITE_REG(o0, "o0") = context;

	__asm__ volatile(PV_SITE : "+r" (o0) : PV_SITE_OPERAND(tlb_demap_context) : "o1", "o2", PV_SITE_SPOILT);
}

/* All contexts, likewise. */
PV_INLINE void
pv_tlb_demap_all(void)
{
	PV_NEED(tlb);
	pv_ops.isa.tlb_demap_all();
}

/* User addresses are this context's; 0: nobody's. */
PV_INLINE void
pv_context_set(unsigned context)
{
	PV_NEED(tlb);
	PV_SITE_REG(o0, "o0") = context;

	__asm__ volatile(PV_SITE : "+r" (o0) : PV_SITE_OPERAND(context_set) : "o1", "o2", PV_SITE_SPOILT);
}

/*
 * A translation of the kernel that is never missed, for what trap handlers touch; at most
 * PV_PERM_MOST. va and pa are multiples of the page. PV_E_INVAL, PV_E_EXIST: one is there, or the
 * image, PV_E_FULL, PV_E_REFUSED. What was mapped there otherwise goes before.
 */
#define PV_PERM_MOST		6u

PV_INLINE pv_status
pv_perm_map(pv_vaddr va, pv_paddr pa, enum pv_tte_size size, unsigned flags)
{
	PV_NEED(tlb);
	return pv_ops.isa.perm_map(va.v, pa.v, size, flags);
}

/* PV_E_NOENT: there is none that begins at va. PV_E_REFUSED. */
PV_INLINE pv_status
pv_perm_unmap(pv_vaddr va)
{
	PV_NEED(tlb);
	return pv_ops.isa.perm_unmap(va.v);
}

PV_END_DECLS
#endif
