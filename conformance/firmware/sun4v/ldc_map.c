/*
 * What one end of a channel exports by its map table, and the other end copies or maps
 * in: pages of the same guest, found again at real addresses above all memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "ldc.h"

#define MAP_ENTRY	16
#define MAP_MOST	0x100000u
#define MAP_RA		0x00ffffffffffe000ul
#define MAY_READ	(1ul << 4)
#define MAY_WRITE	(1ul << 5)
#define MAY_EXECUTE	(1ul << 6)
#define MAY_COPY_READ	(1ul << 9)
#define MAY_COPY_WRITE	(1ul << 10)
#define COOKIE_SIZE(cookie) ((unsigned)((cookie) >> 60))
#define WINDOW		0x4000000000ul
#define SLOT		(1ul << PAGE_SHIFT(PAGE_4M))	/* the largest page that is mapped in */
#define SLOTS		64

static struct slot {
	uint64_t pa, size;		/* size 0: free */
	uint64_t may;
} slots[SLOTS];

uint64_t
call_ldc_set_map_table(struct call *c)
{
	struct end *e = ldc_end(c);
	uint64_t base = c->o[1], entries = c->o[2], size = entries * MAP_ENTRY;

	if (!e)
		return ECHANNEL;
	if (entries == 1 || entries > MAP_MOST || (entries & (entries - 1)) != 0)
		return refuse(c, EINVAL, "entries are 0 or a power of two from 2 on", entries);
	if (entries != 0 && base % size != 0)
		return refuse(c, EBADALIGN, "the table is not aligned to its size", base);
	if (entries != 0 && !ra_good(base, size))
		return refuse(c, ENORADDR, "the table is not in the guest's memory", base);
	e->map = entries != 0 ? base : 0;
	e->map_entries = entries;
	return EOK;
}

uint64_t
call_ldc_get_map_table(struct call *c)
{
	struct end *e = ldc_end(c);

	if (!e)
		return ECHANNEL;
	c->o[1] = e->map;
	c->o[2] = e->map_entries;
	return EOK;
}

/*
 * The page that a cookie means in the table of the channel's other end: where it is, how large, and what may
 * be done with it. The entry is read once.
 */
static uint64_t
exported(const struct call *c, const struct end *e, uint64_t cookie, struct slot *page)
{
	const struct end *peer = ldc_peer(e);
	unsigned code = COOKIE_SIZE(cookie);
	uint64_t index, entry;

	if (code > PAGE_4M || !(PAGE_SIZES >> code & 1))
		return refuse(c, EBADPGSZ, "no such page size in the cookie", cookie);
	index = (cookie & ~(15ul << 60)) >> PAGE_SHIFT(code);
	if (index >= peer->map_entries)
		return refuse(c, EINVAL, "the cookie is outside of the other end's map table", cookie);
	entry = peek(peer->map + index * MAP_ENTRY);
	page->size = 1ul << PAGE_SHIFT(code);
	page->may = entry & (MAY_READ | MAY_WRITE | MAY_EXECUTE | MAY_COPY_READ | MAY_COPY_WRITE);
	page->pa = entry & MAP_RA & ~(page->size - 1);
	if (entry == 0 || page->may == 0)
		return refuse(c, ENOACCESS, "the map table entry permits nothing", entry);
	if ((entry & TTE_SIZE) != code)
		return refuse(c, EBADPGSZ, "the map table entry is for another page size", entry);
	if (!ra_good(page->pa, page->size))
		return refuse(c, ENORADDR, "the map table entry is not for the guest's memory", entry);
	return EOK;
}

static void
copy(uint64_t to, uint64_t from, uint64_t size)
{
	for (uint64_t i = 0; i < size; i += 8)
		poke(to + i, peek(from + i));
}

uint64_t
call_ldc_copy(struct call *c)
{
	struct end *e = ldc_end(c);
	uint64_t out = c->o[1], cookie = c->o[2], ra = c->o[3], length = c->o[4], offset, error;
	struct slot page;

	if (!e)
		return ECHANNEL;
	if (out > 1)
		return refuse(c, EINVAL, "the flag is 0 or 1", out);
	if ((cookie | ra | length) % 8 != 0)
		return refuse(c, EBADALIGN, "cookie, address or length is not aligned to 8",
		    cookie | ra | length);
	if (!ra_good(ra, length))
		return refuse(c, ENORADDR, "not the guest's memory", ra);
	error = exported(c, e, cookie, &page);
	if (error != EOK)
		return error;
	if (!(page.may & (out ? MAY_COPY_WRITE : MAY_COPY_READ)))
		return refuse(c, ENOACCESS, "the map table entry does not permit that copy", page.may);
	offset = cookie & (page.size - 1);
	if (length > page.size - offset)
		length = page.size - offset;
	if (out)
		copy(page.pa + offset, ra, length);
	else
		copy(ra, page.pa + offset, length);
	c->o[1] = length;
	return EOK;
}

uint64_t
call_ldc_mapin(struct call *c)
{
	struct end *e = ldc_end(c);
	struct slot page;
	uint64_t error;

	if (!e)
		return ECHANNEL;
	error = exported(c, e, c->o[1], &page);
	if (error != EOK)
		return error;
	if (!(page.may & (MAY_READ | MAY_WRITE | MAY_EXECUTE)))
		return refuse(c, ENOACCESS, "the map table entry does not permit mapping in", page.may);
	for (unsigned i = 0; i < SLOTS; i++)
		if (slots[i].size == 0) {
			slots[i] = page;
			c->o[1] = WINDOW + i * SLOT;
			c->o[2] = page.may / MAY_READ & 7;
			return EOK;
		}
	return refuse(c, ETOOMANY, "all places for pages mapped in are taken", SLOTS);
}

uint64_t
call_ldc_unmap(struct call *c)
{
	uint64_t ra = c->o[0], i = (ra - WINDOW) / SLOT;

	if (ra < WINDOW || i >= SLOTS || ra % SLOT != 0 || slots[i].size == 0)
		return refuse(c, EINVAL, "nothing is mapped in there", ra);
	slots[i].size = 0;
	tlb_flush(KIND_D | KIND_I);
	return EOK;
}

uint64_t
call_ldc_revoke(struct call *c)
{
	return refuse(c, ENOTSUPPORTED, "nothing can be revoked", c->o[1]);
}

/* Where a real address of the window is, or 0; rights that the page has not are taken out of the entry. */
uint64_t
ldc_window(uint64_t ra, uint64_t size, uint64_t *tte)
{
	uint64_t i = (ra - WINDOW) / SLOT, offset = ra % SLOT;

	if (ra < WINDOW || i >= SLOTS || slots[i].size == 0 || offset >= slots[i].size ||
	    size > slots[i].size - offset || !(slots[i].may & MAY_READ))
		return 0;
	if (*tte & TTE_W && !(slots[i].may & MAY_WRITE)) {
		complain(current_strand, "a writable entry for a page that was mapped in without w", *tte);
		*tte &= ~TTE_W;
	}
	if (!(slots[i].may & MAY_EXECUTE))
		*tte &= ~TTE_X;
	return slots[i].pa + offset;
}
