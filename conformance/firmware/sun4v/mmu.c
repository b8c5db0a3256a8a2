/*
 * What a strand's MMU is set up with: TSB descriptors, fault status area, on and off.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define ASI_LSU		0x45
#define LSU_MMUS	0xcul
#define DESCRIPTOR	32
#define SHARED		0xffffffffu
#define ENTRIES_LEAST	512
#define ENTRIES_MOST	(1u << 24)
#define TSB_ENTRY	16

static bool
page_size(unsigned code)
{
	return code <= PAGE_256M && PAGE_SIZES >> code & 1;
}

/* u16 index page size, u16 ways, u32 entries, u32 context, u32 page size mask, u64 base, u64 0. */
static uint64_t
descriptor(const struct call *c, const uint64_t d[4], struct tsb *tsb)
{
	unsigned code = (unsigned)(d[0] >> 48), ways = (unsigned)(d[0] >> 32) & 0xffff;
	uint32_t entries = (uint32_t)d[0], context = (uint32_t)(d[1] >> 32), mask = (uint32_t)d[1];

	if (!page_size(code))
		return refuse(c, EBADPGSZ, "no such index page size", code);
	if (ways != 1)
		return refuse(c, EBADTSB, "associativity is 1", ways);
	if (entries < ENTRIES_LEAST || entries > ENTRIES_MOST || (entries & (entries - 1)) != 0)
		return refuse(c, EBADTSB, "entries are a power of two from 512 to 16M", entries);
	if (context != 0 && context != SHARED)
		return refuse(c, EINVAL, "the context index is 0 or -1", context);
	if (!(mask >> code & 1) || (mask & ((1u << code) - 1)) != 0)
		return refuse(c, EINVAL, "the index page size is not the smallest of the mask", mask);
	if (mask & ~PAGE_SIZES)
		return refuse(c, EBADPGSZ, "no such page size in the mask", mask);
	if (d[2] % ((uint64_t)entries * TSB_ENTRY) != 0)
		return refuse(c, EBADALIGN, "the base is not aligned to the size", d[2]);
	if (!ra_good(d[2], (uint64_t)entries * TSB_ENTRY))
		return refuse(c, ENORADDR, "the TSB is not in the guest's memory", d[2]);
	tsb->base = d[2];
	tsb->entries = entries;
	tsb->context = context;
	tsb->shift = PAGE_SHIFT(code);
	return EOK;
}

/* All or nothing: of a bad list nothing is taken. */
static uint64_t
configure(struct call *c, unsigned kind)
{
	struct strand *s = c->strand;
	uint64_t count = c->o[0], at = c->o[1], d[TSBS_MOST][4];
	struct tsb tsb[TSBS_MOST];

	if (count > TSBS_MOST)
		return refuse(c, EINVAL, "at most 16 descriptors", count);
	if (count != 0 && at % 8 != 0)
		return refuse(c, EBADALIGN, "the descriptors are not aligned to 8", at);
	if (count != 0 && !ra_good(at, count * DESCRIPTOR))
		return refuse(c, ENORADDR, "the descriptors are not in the guest's memory", at);
	for (uint64_t i = 0; i < count; i++) {
		uint64_t error;

		for (unsigned w = 0; w < 4; w++)
			d[i][w] = peek(at + i * DESCRIPTOR + w * 8);
		error = descriptor(c, d[i], &tsb[i]);
		if (error != EOK)
			return error;
	}
	for (uint64_t i = 0; i < count; i++) {
		for (unsigned w = 0; w < 4; w++)
			s->tsb_descriptors[kind][i][w] = d[i][w];
		if (i < TSBS)
			s->tsb[kind][i] = tsb[i];
	}
	s->tsb_count[kind] = (uint32_t)count;
	return EOK;
}

uint64_t
call_mmu_tsb_ctx0(struct call *c)
{
	return configure(c, 0);
}

uint64_t
call_mmu_tsb_ctxnon0(struct call *c)
{
	return configure(c, 1);
}

static uint64_t
info(struct call *c, unsigned kind)
{
	uint64_t most = c->o[0], at = c->o[1], count = c->strand->tsb_count[kind];

	if (at % 8 != 0)
		return refuse(c, EBADALIGN, "the buffer is not aligned to 8", at);
	c->o[1] = count;
	if (most < count)
		return refuse(c, EINVAL, "there is no room for all descriptors", most);
	if (count != 0 && !ra_good(at, count * DESCRIPTOR))
		return refuse(c, ENORADDR, "the buffer is not in the guest's memory", at);
	for (uint64_t i = 0; i < count; i++)
		for (unsigned w = 0; w < 4; w++)
			poke(at + i * DESCRIPTOR + w * 8, c->strand->tsb_descriptors[kind][i][w]);
	return EOK;
}

uint64_t
call_mmu_tsb_ctx0_info(struct call *c)
{
	return info(c, 0);
}

uint64_t
call_mmu_tsb_ctxnon0_info(struct call *c)
{
	return info(c, 1);
}

uint64_t
call_mmu_fault_area_conf(struct call *c)
{
	uint64_t ra = c->o[0];

	if (ra % 64 != 0)
		return refuse(c, EBADALIGN, "the fault status area is not aligned to 64", ra);
	if (!ra_good(ra, FAULT_SIZE))
		return refuse(c, ENORADDR, "the fault status area is not in the guest's memory", ra);
	c->o[1] = c->strand->fault_area;
	c->strand->fault_area = ra;
	return EOK;
}

uint64_t
call_mmu_fault_area_info(struct call *c)
{
	c->o[1] = c->strand->fault_area;
	return EOK;
}

/* The way back is virtual when it was turned on, real when it was turned off. */
uint64_t
call_mmu_enable(struct call *c)
{
	uint64_t on = c->o[0], to = c->o[1];

	if (on > 1)
		return refuse(c, EINVAL, "the flag is 0 or 1", on);
	if (on == c->strand->mmu)
		return refuse(c, EINVAL, on ? "the MMU is on already" : "the MMU is off already", on);
	if (to % 4 != 0)
		return refuse(c, EBADALIGN, "the return address is not aligned to 4", to);
	if (!on && !ra_good(to, 4))
		return refuse(c, ENORADDR, "the return address is not in the guest's memory", to);
	c->strand->mmu = on;
	STXA(ASI_LSU, 0, on ? LSU_MMUS : 0);
	WRPR(tnpc, to);
	return EOK;
}
