/*
 * The calls of sun4v_model.h: those that libpv makes, answered as a T1's hypervisor
 * does. Every real address is checked, with all bytes from there on that the call
 * is about.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <string.h>

#include "sun4v_model.h"

#define EOK		0u
#define ENOCPU		1u
#define ENORADDR	2u
#define EBADPGSZ	4u
#define EBADTSB		5u
#define EINVAL		6u
#define EBADTRAP	7u
#define EBADALIGN	8u
#define EWOULDBLOCK	9u
#define ENOTSUPPORTED	13u
#define ENOMAP		14u
#define ETOOMANY	15u

#define T1_SIZES	0x2bu
#define DESCRIPTOR	32u
#define ANY_CONTEXT	0xffffffffu
#define HZ		100000000u
#define TOD		1700000000u

/* Calls of the model's own, for the test's guest: core trap; %o0 the point's number, %o1 to %o4 words. */
#define POINT		0x7001u
/* %o0: a source whose level goes away. */
#define QUIET		0x7002u

static uint64_t *
argument(struct strand *s, unsigned n)
{
	return &s->in[(s->cwp + 1) % WINDOWS][n];
}
#define A(n)	(*argument(s, n))

/* Memory of a call's argument; NULL only where a test has said that it may be. */
static uint8_t *
memory(struct strand *s, uint64_t ra, uint64_t size, bool write)
{
	uint8_t *at = model_real(ra, size, write);

	if (at == NULL && !order.bad_ra_expected)
		model_broken("call 0x%lx at 0x%lx: 0x%lx bytes at real address 0x%lx are not this guest's",
		    A(5), s->pc, size, ra);
	order.bad_ra += at == NULL;
	return at;
}

/* -- the core trap ------------------------------------------------------------------------- */

static unsigned
set_version(struct strand *s)
{
	static const uint8_t majors[4] = { 1, 1, 2, 1 }, minors[4] = { 0, 1, 0, 0 };
	uint64_t group = A(0);

	if (group >= 4)
		return EINVAL;
	if (A(1) == 0 || A(1) > majors[group])
		return ENOTSUPPORTED;
	model.groups |= 1ull << group;
	model.major[group] = (unsigned)A(1);
	A(1) = A(2) < minors[group] ? A(2) : minors[group];
	return EOK;
}

static void
put(uint64_t c)
{
	if (model.saying + 1 < sizeof(model.said))
		model.said[model.saying++] = (char)c;
	model.said[model.saying] = '\0';
}

static void
end(struct strand *s, uint64_t code)
{
	model.ended = true;
	model.code = code;
	s->running = false;
}

static unsigned
core(struct strand *s)
{
	switch (A(5)) {
	case PV_SUN4V_API_SET_VERSION:
		return set_version(s);
	case PV_SUN4V_API_PUTCHAR:
		put(A(0));
		return EOK;
	case PV_SUN4V_API_EXIT:
		end(s, A(0));
		return EOK;
	case POINT:
		model.point = A(0);
		for (unsigned i = 0; i < 4; i++)
			model.word[i] = A(i + 1);
		return EOK;
	case QUIET:
		if (A(0) < model.nr_sources && model.source[A(0)].level)
			model.source[A(0)].pending = false;
		return EOK;
	default:
		return EINVAL;
	}
}

/* -- memory management ------------------------------------------------------------------------ */

static unsigned
tsb_one(struct strand *s, uint64_t ra, struct tsb *b)
{
	const uint8_t *d = memory(s, ra, DESCRIPTOR, false);
	uint64_t context;

	if (d == NULL)
		return ENORADDR;
	*b = (struct tsb){ (unsigned)model_get(d, 2), false, model_get(d + 4, 4), model_get(d + 12, 4),
		model_get(d + 16, 8) };
	context = model_get(d + 8, 4);
	b->context_shared = context == ANY_CONTEXT;
	if (b->index_size > 5 || (T1_SIZES >> b->index_size & 1) == 0)
		return EBADPGSZ;
	if (model_get(d + 2, 2) != 1 || b->entries < 512 || (b->entries & (b->entries - 1)) != 0)
		return EBADTSB;
	if ((b->sizes >> b->index_size & 1) == 0 || (b->sizes & ((1u << b->index_size) - 1)) != 0 ||
	    (context != 0 && !b->context_shared) || model_get(d + 24, 8) != 0)
		return EINVAL;
	if (b->base % (16 * b->entries) != 0)
		return EBADALIGN;
	return memory(s, b->base, 16 * b->entries, true) != NULL ? EOK : ENORADDR;
}

static unsigned
tsb_set(struct strand *s, unsigned kind)
{
	uint64_t ra = A(1), n = A(0);

	if (n > 2)
		return n > 16 ? EINVAL : ETOOMANY;
	if (ra % 8 != 0)
		return EBADALIGN;
	for (unsigned i = 0; i < n; i++) {
		unsigned error = tsb_one(s, ra + i * DESCRIPTOR, &s->tsb[kind][i]);

		if (error != EOK)
			return error;
	}
	s->nr_tsb[kind] = (unsigned)n;
	return EOK;
}

static unsigned
perm_map(struct strand *s)
{
	struct perm *free_one = NULL;
	uint64_t size;
	unsigned error;

	if (A(1) != 0 || A(3) == 0 || A(3) > 3)
		return EINVAL;
	error = model_tte_check(A(0), A(2), &size);
	if (error == EOK && (A(0) & (size - 1)) != 0)
		error = EINVAL;
	if (error != EOK)
		return error;
	for (struct perm *p = model.perm; p < model.perm + NR_PERM; p++) {
		if (p->valid && p->va == A(0))
			return p->tte == A(2) ? EOK : EINVAL;
		if (!p->valid && free_one == NULL)
			free_one = p;
	}
	if (free_one == NULL)
		return ETOOMANY;
	*free_one = (struct perm){ A(0), A(2), (unsigned)A(3), true };
	return EOK;
}

static unsigned
perm_unmap(struct strand *s)
{
	for (struct perm *p = model.perm; p < model.perm + NR_PERM; p++)
		if (p->valid && p->va == A(0)) {
			p->valid = false;
			model_demap(s, A(0), 0, 3);
			return EOK;
		}
	return ENOMAP;
}

static unsigned
fault_area(struct strand *s)
{
	uint64_t old = s->fault_area;

	if (A(0) % 64 != 0)
		return EBADALIGN;
	if (memory(s, A(0), PV_SUN4V_FAULT_AREA_SIZE, true) == NULL)
		return ENORADDR;
	s->fault_area = A(0);
	A(1) = old;
	return EOK;
}

/* Goes to %o1 with the MMU as asked for. */
static unsigned
mmu_enable(struct strand *s)
{
	if ((A(0) != 0) == s->mmu || A(0) > 1)
		return EINVAL;
	s->mmu = A(0) != 0;
	s->fetch_from = NULL;
	s->trapped = true;
	s->pc = A(1);
	s->npc = s->pc + 4;
	return EOK;
}

static unsigned
demap(struct strand *s)
{
	unsigned which = (unsigned)A(A(5) == PV_SUN4V_MMU_DEMAP_PAGE ? 4 : A(5) == PV_SUN4V_MMU_DEMAP_CTX ? 3 : 2);

	if (A(0) != 0 || A(1) != 0)
		return ENOTSUPPORTED;
	if (which == 0 || which > 3)
		return EINVAL;
	if (A(5) == PV_SUN4V_MMU_DEMAP_PAGE)
		model_demap(s, A(2), (unsigned)A(3), which);
	else if (A(5) == PV_SUN4V_MMU_DEMAP_CTX)
		model_demap_context(s, (unsigned)A(2), which);
	else
		for (unsigned i = 0; i < NR_TLB; i++)
			s->itlb[i].valid = s->dtlb[i].valid = false;
	s->fetch_from = NULL;
	return EOK;
}

/* -- interrupts ------------------------------------------------------------------------------- */

static unsigned
queue_configure(struct strand *s)
{
	uint64_t queue = A(0) - PV_SUN4V_QUEUE_CPU_MONDO, n = A(2);

	if (queue >= QUEUES || n == 1 || (n & (n - 1)) != 0)
		return EINVAL;
	if (A(1) % (64 * (n + (n == 0))) != 0)
		return EBADALIGN;
	if (n != 0 && memory(s, A(1), 64 * n, true) == NULL)
		return ENORADDR;
	s->queue[queue] = (struct queue){ A(1), n, 0, 0 };
	return EOK;
}

static unsigned
vintr(struct strand *s)
{
	struct source *v = model.source;

	while (v < model.source + model.nr_sources && (v->handle != A(0) || v->ino != A(1)))
		v++;
	if (v == model.source + model.nr_sources)
		return EINVAL;
	switch (A(5)) {
	case PV_SUN4V_VINTR_SETCOOKIE:
		v->cookie = A(2);
		return EOK;
	case PV_SUN4V_VINTR_GETVALID:
		A(1) = v->valid;
		return EOK;
	case PV_SUN4V_VINTR_SETVALID:
		if (A(2) > 1)
			return EINVAL;
		v->valid = A(2) != 0;
		break;
	case PV_SUN4V_VINTR_SETSTATE:
		if (A(2) > DELIVERED)
			return EINVAL;
		v->state = (enum vintr_state)A(2);
		break;
	default:
		if (A(2) >= STRANDS)
			return ENOCPU;
		v->target = A(2);
		return EOK;
	}
	model_pump();
	return EOK;
}

/* -- the fast trap ----------------------------------------------------------------------------- */

static unsigned
description(struct strand *s)
{
	uint64_t size = (model.md_size + 15) & ~15ull;
	uint8_t *to;

	if (A(1) < size) {
		A(1) = size;
		return EINVAL;
	}
	if (A(0) % 16 != 0)
		return EBADALIGN;
	to = memory(s, A(0), A(1), true);
	if (to == NULL)
		return ENORADDR;
	memcpy(to, model.md, model.md_size);
	A(1) = size;
	return EOK;
}

static unsigned
others(struct strand *s)
{
	switch (A(5)) {
	case PV_SUN4V_CPU_YIELD:
		return EOK;
	case PV_SUN4V_CPU_MYID:
		A(1) = s->id;
		return EOK;
	case PV_SUN4V_CPU_MONDO_SEND:
		return model_mondo_send(s, A(0), A(1), A(2));
	case PV_SUN4V_TOD_GET:
		A(1) = TOD + s->instructions / HZ;
		return EOK;
	case PV_SUN4V_TOD_SET:
		return ENOTSUPPORTED;
	case PV_SUN4V_CONS_GETCHAR:
		return EWOULDBLOCK;
	case PV_SUN4V_CONS_PUTCHAR:
		put(A(0));
		return EOK;
	default:
		return EBADTRAP;
	}
}

static unsigned
fast(struct strand *s)
{
	if ((model.groups & 3) != 3)
		return EBADTRAP;
	if (A(5) >= PV_SUN4V_VINTR_SETCOOKIE && A(5) <= PV_SUN4V_VINTR_SETTARGET)
		return model.major[2] == 2 ? vintr(s) : EBADTRAP;
	switch (A(5)) {
	case PV_SUN4V_MACH_EXIT:
		end(s, A(0));
		return EOK;
	case PV_SUN4V_MACH_DESC:
		return description(s);
	case PV_SUN4V_CPU_QCONF:
		return queue_configure(s);
	case PV_SUN4V_MMU_TSB_CTX0:
	case PV_SUN4V_MMU_TSB_CTXNON0:
		return tsb_set(s, A(5) == PV_SUN4V_MMU_TSB_CTXNON0);
	case PV_SUN4V_MMU_DEMAP_PAGE:
	case PV_SUN4V_MMU_DEMAP_CTX:
	case PV_SUN4V_MMU_DEMAP_ALL:
		return demap(s);
	case PV_SUN4V_MMU_MAP_PERM_ADDR:
		return perm_map(s);
	case PV_SUN4V_MMU_UNMAP_PERM_ADDR:
		return perm_unmap(s);
	case PV_SUN4V_MMU_FAULT_AREA_CONF:
		return fault_area(s);
	case PV_SUN4V_MMU_ENABLE:
		return mmu_enable(s);
	default:
		return others(s);
	}
}

/* %o0 to %o4 are not promised to survive: what is no answer is spoilt. */
static void
answer(struct strand *s, unsigned status, uint64_t function)
{
	bool spoils = function != PV_SUN4V_CPU_MYID && status == EOK && function != PV_SUN4V_API_SET_VERSION;

	A(0) = status;
	for (unsigned i = 2; i < 6 && spoils; i++)
		A(i) = 0xdead0000dead0000ull + i;
}

void
model_call(struct strand *s, unsigned trap)
{
	uint64_t function = A(5);

	model.calls++;
	if (trap == PV_SUN4V_CORE_TRAP) {
		answer(s, core(s), function);
	} else if (trap == PV_SUN4V_FAST_TRAP) {
		answer(s, fast(s), function);
	} else if (trap == PV_SUN4V_MAP_ADDR_TRAP) {
		A(0) = model_map(s, A(0), (unsigned)A(1), A(2), (unsigned)A(3));
	} else if (trap == PV_SUN4V_UNMAP_ADDR_TRAP) {
		model_demap(s, A(0), (unsigned)A(1), (unsigned)A(2));
		A(0) = EOK;
	} else {
		model_broken("trap instruction 0x%x at 0x%llx", trap, (unsigned long long)s->pc);
	}
}
