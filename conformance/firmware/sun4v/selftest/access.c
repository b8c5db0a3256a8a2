/*
 * Translations made by hand, and accesses that may fault: what the next trap at TL 1 is
 * to do is set before, what it found is looked at behind.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

uint8_t fault_area[128] __attribute__((aligned(64)));
u64 user_result, user_pstate, first_fault_area = ~0ul;
static bool on;

static struct strand *
self(void)
{
	return (struct strand *)get_scratch(0);
}

struct trap *
trap_of(u64 tl)
{
	return &self()->trap[tl - 1];
}

u64
traps(void)
{
	return trap_of(1)->count;
}

static struct trap *
next(u64 tl, u64 action, u64 a, u64 b, u64 c)
{
	struct trap *t = trap_of(tl);

	t->arg[0] = a;
	t->arg[1] = b;
	t->arg[2] = c;
	t->tt = t->result = 0;
	t->action = action;
	return t;
}

struct trap *
skip_next(u64 tl)
{
	return next(tl, ACTION_SKIP, 0, 0, 0);
}

struct trap *
resume_next(u64 tl, const void *pc)
{
	return next(tl, ACTION_RESUME, (u64)pc, 0, 0);
}

struct trap *
run_next(u64 tl, const void *routine, u64 a, u64 b)
{
	return next(tl, ACTION_RUN, (u64)routine, a, b);
}

struct trap *
put_next(u64 tl, struct tsb *at, u64 tag, u64 value)
{
	return next(tl, ACTION_TSB, (u64)at, tag, value);
}

/* The trap type that came, 0 for none; what was asked for and did not come is taken back. */
static u64
came(struct trap *t)
{
	t->action = ACTION_NONE;
	return t->tt;
}

u64
load_asi(u64 va, u64 asi, u64 *value)
{
	struct trap *t = skip_next(1);

	poison_fault_area();
	*value = probe_load(va, asi);
	return came(t);
}

u64
store_asi(u64 va, u64 asi, u64 value)
{
	struct trap *t = skip_next(1);

	poison_fault_area();
	probe_store(va, asi, value);
	return came(t);
}

u64
load(u64 va)
{
	u64 value;

	load_asi(va, ASI_PRIMARY, &value);
	return value;
}

/* Trap type, 0 if the code there came back by itself. */
u64
exec(u64 va)
{
	struct trap *t = resume_next(1, exec_resume);

	poison_fault_area();
	probe_exec(va);
	return came(t);
}

/* The trap by which the program came back, 0x110 if by its own. */
u64
user(u64 pc, u64 context, u64 a, u64 b)
{
	struct trap *t = resume_next(1, user_resume);

	poison_fault_area();
	user_result = probe_user(pc, context, a, b, user_pstate);
	return came(t);
}

void
poison_fault_area(void)
{
	for (u64 i = 0; i < sizeof(fault_area); i += 8)
		*(volatile u64 *)(fault_area + i) = POISON;
}

/* What the last trap found in the fault status area. */
bool
fault_is(u64 half, u64 type, u64 address, u64 context, u64 line)
{
	const u64 *fault = trap_of(1)->fault + half;
	bool good = is("fault type", fault[FAULT_TYPE], type, line);

	good &= is("fault address", fault[FAULT_ADDRESS], address, line);
	good &= is("fault context", fault[FAULT_CONTEXT], context, line);
	for (u64 i = FAULT_CONTEXT + 1; i < 8; i++)
		good &= is("a reserved word of the fault area", fault[i], POISON, line);
	for (u64 i = 0; i < 8; i++)
		good &= is("the other half of the fault area", trap_of(1)->fault[(half ^ 8) + i], POISON,
		    line);
	return good;
}

u64
tte(const void *ra, u64 bits)
{
	return (u64)ra | bits;
}

/* The guest's own 4 MiB page stays mapped as it is; so the MMU may go on and off anywhere. */
void
mmu_on(void)
{
	u64 base = (u64)__image_start, status;

	if (on)
		return;
	IS(FAST(MMU_FAULT_AREA_CONF, (u64)fault_area), EOK);
	self()->fault = (u64)fault_area;
	IS(FAST(MMU_MAP_PERM_ADDR, base, 0, TTE_KERNEL | base | SIZE_4M, BOTH), EOK);
	status = mmu_switch(1, 0);
	IS(status, EOK);
	on = status == EOK;
	if (on)
		answered(0x80, MMU_ENABLE);
}

/* Back to where a case starts: no translation but by real addresses. */
void
mmu_off(void)
{
	if (!on)
		return;
	IS(mmu_switch(0, 0), EOK);
	on = false;
	FAST(MMU_TSB_CTX0, 0, 0);
	FAST(MMU_TSB_CTXNON0, 0, 0);
	FAST(MMU_UNMAP_PERM_ADDR, (u64)__image_start, 0, BOTH);
	FAST(MMU_DEMAP_ALL, 0, 0, BOTH);
	set_context(SECONDARY, 0);
}

struct tsb_descriptor *
tsb_describe(struct tsb_descriptor *d, struct tsb *base, u64 entries, u64 index_size, u64 sizes)
{
	*d = (struct tsb_descriptor){ .index_size = (uint16_t)index_size, .associativity = 1,
	    .entries = (uint32_t)entries, .sizes = (uint32_t)sizes, .base = (u64)base };
	return d;
}

/* A TSB of 512 entries of its own, for context 0 or the others. */
struct tsb *
tsb_make(u64 call, u64 index_size, u64 sizes, uint32_t context)
{
	static struct tsb_descriptor descriptor[2] __attribute__((aligned(64)));
	struct tsb *base = page_pool(512 * sizeof(struct tsb));
	struct tsb_descriptor *d = &descriptor[call == MMU_TSB_CTXNON0];

	tsb_describe(d, base, 512, index_size, sizes)->context = context;
	IS(FAST(call, 1, (u64)d), EOK);
	return base;
}

static u64
shift_of(u64 size)
{
	return 13 + 3 * size;
}

/* The context is what the tag says; 0 with a context index of 0. */
struct tsb *
tsb_put(struct tsb *base, u64 index_size, u64 va, u64 context, u64 data)
{
	struct tsb *e = &base[(va >> shift_of(index_size)) & 511];

	e->tag = 1ul << 47;
	e->data = data;
	e->tag = context << 48 | va >> 22;
	return e;
}
