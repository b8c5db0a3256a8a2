/*
 * Permanent mappings: of the guest, enabled for each strand by itself. They are context
 * 0's and never missed by the guest.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

static struct perm {
	uint64_t va, tte;
	uint8_t kinds[STRANDS];		/* all 0: free */
} perms[PERMS];

static bool
used(const struct perm *p)
{
	for (unsigned i = 0; i < STRANDS; i++)
		if (p->kinds[i] != 0)
			return true;
	return false;
}

static uint64_t
size_of(uint64_t tte)
{
	return 1ul << PAGE_SHIFT(tte & TTE_SIZE);
}

/* A mapping of the strand's that covers the address. */
bool
perm_find(const struct strand *s, uint64_t va, unsigned kind, uint64_t *tte)
{
	for (struct perm *p = perms; p < perms + PERMS; p++)
		if (p->kinds[s->id] & kind && va - p->va < size_of(p->tte)) {
			*tte = p->tte;
			return true;
		}
	return false;
}

/* A mapping of any strand's that overlaps [va, va + size). */
static struct perm *
overlapping(uint64_t va, uint64_t size)
{
	for (struct perm *p = perms; p < perms + PERMS; p++)
		if (used(p) && (va - p->va < size_of(p->tte) || p->va - va < size))
			return p;
	return 0;
}

static uint64_t
check(const struct call *c, uint64_t va, uint64_t context, uint64_t tte, uint64_t flags)
{
	unsigned code = tte & TTE_SIZE;
	uint64_t size;

	if (context != 0)
		return refuse(c, EINVAL, "permanent mappings are context 0's", context);
	if (flags == 0 || flags > 3)
		return refuse(c, EINVAL, "flags are 1, 2 or 3", flags);
	if (!(tte & TTE_V))
		return refuse(c, EINVAL, "the entry is not valid", tte);
	if (code > PAGE_256M || !(PAGE_SIZES >> code & 1))
		return refuse(c, EBADPGSZ, "no such page size", tte);
	size = 1ul << PAGE_SHIFT(code);
	if (va % size != 0)
		return refuse(c, EINVAL, "the virtual address is not aligned to the page", va);
	if ((tte & TTE_RA) % size != 0)
		return refuse(c, EINVAL, "the real address is not aligned to the page", tte);
	if (!ra_good(tte & TTE_RA, size))
		return refuse(c, ENORADDR, "not the guest's memory", tte);
	return EOK;
}

uint64_t
call_mmu_map_perm_addr(struct call *c)
{
	uint64_t va = c->o[0], tte = c->o[2], flags = c->o[3], error = check(c, va, c->o[1], tte, flags);
	struct perm *p;

	if (error != EOK)
		return error;
	p = overlapping(va, size_of(tte));
	if (p && (p->va != va || p->tte != tte))
		return refuse(c, EINVAL, "another permanent mapping is there", p->va);
	for (struct perm *free = perms; !p && free < perms + PERMS; free++)
		if (!used(free))
			p = free;
	if (!p)
		return refuse(c, ETOOMANY, "all permanent mappings are in use", va);
	p->va = va;
	p->tte = tte;
	p->kinds[c->strand->id] |= (uint8_t)flags;
	return EOK;
}

uint64_t
call_mmu_unmap_perm_addr(struct call *c)
{
	uint64_t va = c->o[0], flags = c->o[2];

	if (c->o[1] != 0)
		return refuse(c, EINVAL, "permanent mappings are context 0's", c->o[1]);
	if (flags == 0 || flags > 3)
		return refuse(c, EINVAL, "flags are 1, 2 or 3", flags);
	for (struct perm *p = perms; p < perms + PERMS; p++)
		if (p->va == va && p->kinds[c->strand->id] & flags) {
			p->kinds[c->strand->id] &= (uint8_t)~flags;
			tlb_flush((unsigned)flags);
			return EOK;
		}
	return refuse(c, ENOMAP, "no permanent mapping is there", va);
}
