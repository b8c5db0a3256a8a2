/*
 * Memory and translations of sun4v_model.h (UltraSPARC Virtual Machine Specification,
 * "MMU"): real addresses, which lie anywhere here, two small TLBs for each strand, the
 * hypervisor's look through the buffers, and the address spaces that a guest may use.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "sun4v_model.h"

#define TTE_V		(1ull << 63)
#define TTE_RA		0x00ffffffffffe000ull
#define TTE_E		0x800u
#define TTE_CP		0x400u
#define TTE_CV		0x200u
#define TTE_P		0x100u
#define TTE_X		0x080u
#define TTE_W		0x040u
#define SIZES		0x2bu		/* of a T1: 8K, 64K, 4M, 256M */
#define DATA		1u
#define CODE		2u
#define EOK		0u
#define ENORADDR	2u
#define EBADPGSZ	4u
#define EINVAL		6u
#define COLOUR		0x2000u

/* Fault status area: types. */
#define TYPE_MISS	3u
#define TYPE_PRIVILEGE	5u
#define TYPE_PROTECTION	6u
#define TYPE_ASI	10u
#define TYPE_PAGE_SIZE	15u
#define TYPE_ENTRY	16u

/* -- real memory ------------------------------------------------------------------------- */

uint64_t
model_get(const uint8_t *p, unsigned width)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < width; i++)
		v = v << 8 | p[i];
	return v;
}

void
model_put(uint8_t *p, unsigned width, uint64_t v)
{
	for (unsigned i = 0; i < width; i++)
		p[i] = (uint8_t)(v >> 8 * (width - 1 - i));
}

static struct range *
range_of(uint64_t ra, uint64_t size)
{
	for (struct range *r = range; r < range + nr_ranges; r++)
		if (ra - r->ra < r->size && size <= r->size - (ra - r->ra))
			return r;
	return NULL;
}

uint8_t *
model_real(uint64_t ra, uint64_t size, bool write)
{
	struct range *r = range_of(ra, size);

	if (r == NULL)
		return NULL;
	for (uint64_t at = ra - r->ra; write && at < ra - r->ra + size; at = (at | (PAGE - 1)) + 1)
		r->dirty[at / PAGE] = 1;
	return r->host + (ra - r->ra);
}

/* -- translations ---------------------------------------------------------------------------- */

/* "4.5 TTE": what is right for memory and for registers. */
static void
cache_check(uint64_t va, uint64_t tte, uint64_t size, bool device)
{
	uint64_t mine = tte & (TTE_E | TTE_CP | TTE_CV | TTE_X);
	bool colour = ((va ^ tte) & COLOUR & ~(size - 1)) == 0;

	if (device && mine != TTE_E)
		model_broken("a translation of 0x%lx, TTE 0x%lx, to a device", va, tte);
	if (!device && ((tte & TTE_E) != 0 || (tte & TTE_CP) == 0) && !order.uncached_expected)
		model_broken("a translation of 0x%lx, TTE 0x%lx, to memory: not cached", va, tte);
	if ((tte & TTE_CV) != 0 && ((tte & TTE_CP) == 0 || !colour))
		model_broken("0x%lx, TTE 0x%lx: in the data cache by a colour that the frame has not", va, tte);
}

unsigned
model_tte_check(uint64_t va, uint64_t tte, uint64_t *size)
{
	uint64_t ra = tte & TTE_RA;
	struct range *r;

	if ((SIZES >> (tte & 15) & 1) == 0)
		return EBADPGSZ;
	*size = PAGE << 3 * (tte & 15);
	if ((tte & TTE_V) == 0 || (ra & (*size - 1)) != 0)
		return EINVAL;
	r = range_of(ra, *size);
	if (r == NULL && order.bad_ra_expected)
		order.bad_ra++;
	else if (r == NULL)
		model_broken("a translation of 0x%llx, TTE 0x%llx: no real memory", (unsigned long long)va,
		    (unsigned long long)tte);
	if (r == NULL)
		return ENORADDR;
	cache_check(va, tte, *size, r->device);
	return EOK;
}

static struct tlb_entry *
find(struct tlb_entry *tlb, uint64_t va, unsigned context)
{
	struct tlb_entry *found = NULL;

	for (struct tlb_entry *t = tlb; t < tlb + NR_TLB; t++) {
		if (!t->valid || t->context != context || va - t->va >= t->size)
			continue;
		if (found != NULL)
			model_broken("two entries of a TLB for 0x%llx", (unsigned long long)va);
		found = t;
	}
	return found;
}

static void
insert(struct strand *s, uint64_t va, unsigned context, uint64_t tte, uint64_t size, unsigned which)
{
	struct tlb_entry e = { va & ~(size - 1), size, tte, context, true };

	if ((which & DATA) != 0)
		s->dtlb[s->next_d++ % NR_TLB] = e;
	if ((which & CODE) != 0) {
		s->itlb[s->next_i++ % NR_TLB] = e;
		s->fetch_from = NULL;
	}
}

unsigned
model_map(struct strand *s, uint64_t va, unsigned context, uint64_t tte, unsigned which)
{
	uint64_t size;
	unsigned error = model_tte_check(va, tte, &size);

	if (error == EOK)
		insert(s, va, context, tte, size, which);
	return error;
}

static void
drop(struct strand *s, uint64_t first, uint64_t last, unsigned context, unsigned which)
{
	for (unsigned i = 0; i < 2 * NR_TLB; i++) {
		struct tlb_entry *t = i < NR_TLB ? &s->dtlb[i] : &s->itlb[i - NR_TLB];

		if ((which & (i < NR_TLB ? DATA : CODE)) != 0 && t->context == context && t->va <= last &&
		    t->va + (t->size - 1) >= first)
			t->valid = false;
	}
	s->fetch_from = NULL;
}

void
model_demap(struct strand *s, uint64_t va, unsigned context, unsigned which)
{
	drop(s, va, va, context, which);
}

void
model_demap_context(struct strand *s, unsigned context, unsigned which)
{
	drop(s, 0, ~0ull, context, which);
}

/* -- misses and faults --------------------------------------------------------------------- */

static void
fault(struct strand *s, unsigned tt, unsigned type, uint64_t va, unsigned context, bool fetch)
{
	uint8_t *area = model_real(s->fault_area, PV_SUN4V_FAULT_AREA_SIZE, true);

	if (s->fault_area == 0 || area == NULL)
		model_broken("a fault at 0x%llx without a fault status area, pc 0x%llx", (unsigned long long)va,
		    (unsigned long long)s->pc);
	area += fetch ? 0 : PV_SUN4V_FAULT_DATA;
	if (type != 0)
		model_put(area + PV_SUN4V_FAULT_TYPE, 8, type);
	model_put(area + PV_SUN4V_FAULT_ADDRESS, 8, fetch ? va : va & ~(PAGE - 1));
	model_put(area + PV_SUN4V_FAULT_CONTEXT, 8, context);
	model_trap(s, tt);
}

/* What the buffers have: EOK, or nothing (-1), or type and trap of a bad entry. */
static int
search(struct strand *s, uint64_t va, unsigned context, uint64_t *tte)
{
	unsigned kind = context != 0;
	uint64_t size;

	for (unsigned i = 0; i < s->nr_tsb[kind]; i++) {
		const struct tsb *b = &s->tsb[kind][i];
		uint64_t n = va >> (13 + 3 * b->index_size) & (b->entries - 1);
		const uint8_t *e = model_real(b->base + 16 * n, 16, false);
		uint64_t tag = (b->context_shared ? (uint64_t)context << 48 : 0) | va >> 22;

		if (model_get(e, 8) != tag || (model_get(e + 8, 8) & TTE_V) == 0)
			continue;
		*tte = model_get(e + 8, 8);
		if ((b->sizes >> (*tte & 15) & 1) == 0)
			return TYPE_PAGE_SIZE;
		/* The address is within the page, not at its start. */
		return model_tte_check(va & ~((PAGE << 3 * (*tte & 15)) - 1), *tte, &size) == EOK ? 0 : TYPE_ENTRY;
	}
	for (struct perm *p = model.perm; context == 0 && p < model.perm + NR_PERM; p++) {
		size = PAGE << 3 * (p->tte & 15);
		if (p->valid && va - p->va < size) {
			*tte = p->tte;
			return 0;
		}
	}
	return -1;
}

/* Fill the TLB. False: it has trapped. */
static bool
fill(struct strand *s, uint64_t va, unsigned context, bool fetch)
{
	uint64_t tte = 0, size;
	int type = search(s, va, context, &tte);

	size = PAGE << 3 * (tte & 15);
	if (type > 0)
		fault(s, fetch ? 0x08 : 0x30, (unsigned)type, va, context, fetch);
	else if (type < 0 && s->nr_tsb[context != 0] == 0)
		fault(s, fetch ? 0x64 : 0x68, 0, va, context, fetch);
	else if (type < 0)
		fault(s, fetch ? 0x09 : 0x31, TYPE_MISS, va, context, fetch);
	else if (fetch && (tte & TTE_X) == 0)
		fault(s, 0x08, TYPE_PROTECTION, va, context, true);
	else
		insert(s, va, context, tte, size, fetch ? CODE : DATA);
	return !s->trapped;
}

bool
model_fetch(struct strand *s, uint32_t *word)
{
	unsigned context = s->tl > 0 ? 0 : s->primary;
	uint64_t page = s->pc & ~(PAGE - 1), ra = page;
	struct tlb_entry *t;

	if (s->fetch_from != NULL && s->fetch_va == page && context == 0) {
		*word = (uint32_t)model_get(s->fetch_from + (s->pc - page), 4);
		return true;
	}
	if (context != 0)
		model_broken("the kernel runs in context %u at 0x%llx", context, (unsigned long long)s->pc);
	if (s->mmu) {
		t = find(s->itlb, s->pc, context);
		if (t == NULL && !fill(s, s->pc, context, true))
			return false;
		t = find(s->itlb, s->pc, context);
		if ((t->tte & TTE_X) == 0) {
			fault(s, 0x08, TYPE_PROTECTION, s->pc, context, true);
			return false;
		}
		ra = (t->tte & TTE_RA & ~(t->size - 1)) + (page - t->va);
	}
	s->fetch_from = model_real(ra, PAGE, false);
	s->fetch_va = page;
	if (s->fetch_from == NULL)
		model_broken("strand %u fetches from real address 0x%llx", s->id, (unsigned long long)ra);
	return model_fetch(s, word);
}

/* -- data ------------------------------------------------------------------------------------- */

static bool
is_real(unsigned asi)
{
	return asi == 0x14 || asi == 0x15 || asi == 0x1c || asi == 0x1d;
}

/* Where the bytes are, or NULL: it has trapped. */
static uint8_t *
translate(struct strand *s, unsigned asi, uint64_t va, unsigned width, bool write)
{
	bool user = asi == 0x10 || asi == 0x11;
	unsigned context = asi == 0x11 || asi == 0x81 ? s->secondary : asi == 0x04 || s->tl > 0 ? 0 : s->primary;
	uint64_t ra = va;
	struct tlb_entry *t;
	uint8_t *at;

	if ((va & (width - 1)) != 0) {
		model_trap(s, 0x34);
		return NULL;
	}
	if (s->mmu && !is_real(asi)) {
		t = find(s->dtlb, va, context);
		if (t == NULL && !fill(s, va, context, false))
			return NULL;
		t = find(s->dtlb, va, context);
		if (user && (t->tte & TTE_P) != 0)
			fault(s, 0x30, TYPE_PRIVILEGE, va, context, false);
		else if (write && (t->tte & TTE_W) == 0)
			fault(s, 0x6c, 0, va, context, false);
		if (s->trapped)
			return NULL;
		ra = (t->tte & TTE_RA & ~(t->size - 1)) + (va - t->va);
	}
	s->touched = true;
	s->touched_ra = ra;
	at = model_real(ra, width, write);
	if (at == NULL)
		model_broken("strand %u at 0x%llx: there is no real address 0x%llx (0x%llx, ASI 0x%x)", s->id,
		    (unsigned long long)s->pc, (unsigned long long)ra, (unsigned long long)va, asi);
	return at;
}

/* Registers of the machine, by ASI. True: this was one; EINVAL in *error where there is none. */
static bool
machine_register(struct strand *s, unsigned asi, uint64_t va, bool write, uint64_t *v, unsigned *error)
{
	unsigned *context = va == 0x08 ? &s->primary : va == 0x10 ? &s->secondary : NULL;
	bool scratch = va % 8 == 0 && va < 0x40 && va != 0x20 && va != 0x28;

	*error = EOK;
	if (asi == PV_SUN4V_ASI_SCRATCH && scratch) {
		*(write ? &s->scratch[va / 8] : v) = write ? *v : s->scratch[va / 8];
	} else if (asi == PV_SUN4V_ASI_MMU && context != NULL && write) {
		*context = (unsigned)*v & 0x1fff;
		s->fetch_from = NULL;
	} else if (asi == PV_SUN4V_ASI_MMU && context != NULL) {
		*v = *context;
	} else if (asi == PV_SUN4V_ASI_QUEUE) {
		*error = model_queue_access(s, va, write, v);
	} else if (asi == PV_SUN4V_ASI_SCRATCH || asi == PV_SUN4V_ASI_MMU) {
		*error = EINVAL;
	} else {
		return false;
	}
	if (*error != EOK)
		model_broken("strand %u at 0x%llx: no register 0x%llx in ASI 0x%x", s->id, (unsigned long long)s->pc,
		    (unsigned long long)va, asi);
	s->touched = true;
	return true;
}

static void
known_asi(const struct strand *s, unsigned asi)
{
	if (!is_real(asi) && asi != 0x04 && asi != 0x10 && asi != 0x11 && asi != 0x80 && asi != 0x81)
		model_broken("the model has no ASI 0x%x (at 0x%llx)", asi, (unsigned long long)s->pc);
}

static uint64_t
turned(unsigned asi, unsigned width, uint64_t v)
{
	return asi == 0x1c || asi == 0x1d ? __builtin_bswap64(v) >> (64 - 8 * width) : v;
}

bool
model_load(struct strand *s, unsigned asi, uint64_t va, unsigned width, uint64_t *v)
{
	const uint8_t *at;
	unsigned error;

	if (machine_register(s, asi, va, false, v, &error))
		return true;
	known_asi(s, asi);
	at = translate(s, asi, va, width, false);
	if (at != NULL)
		*v = turned(asi, width, model_get(at, width));
	return at != NULL;
}

bool
model_store(struct strand *s, unsigned asi, uint64_t va, unsigned width, uint64_t v)
{
	unsigned error;
	uint8_t *at;

	if (machine_register(s, asi, va, true, &v, &error))
		return true;
	known_asi(s, asi);
	at = translate(s, asi, va, width, true);
	if (at != NULL)
		model_put(at, width, turned(asi, width, v));
	return at != NULL;
}

bool
model_cas(struct strand *s, unsigned asi, uint64_t va, unsigned width, uint64_t old, uint64_t *v)
{
	uint8_t *at;
	uint64_t seen;

	known_asi(s, asi);
	at = translate(s, asi, va, width, true);
	if (at == NULL)
		return false;
	seen = model_get(at, width);
	if (seen == (width == 4 ? (uint32_t)old : old))
		model_put(at, width, *v);
	*v = seen;
	return true;
}
