/*
 * The queue of calls to Xen; see batch.h. It knows nothing of page tables: entries
 * are numbers, and what a refused one may mean is for refuse.c to find out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "batch.h"
#include "refuse.h"

#define NR_CALLS	32u
#define NR_UPDATES	512u
#define NR_EXTS		64u
#define NR_CHAINS	256u
#define NONE		0xffffu

struct queue {
	unsigned busy;			/* functions of this file that are at work, gate closed */
	unsigned nr_calls, nr_updates, nr_exts;
	uint32_t serial;
	struct pv_batch outer;		/* of whom a switch interrupts */
	const char *flush_op;		/* who wants a flush of translations at the end, or NULL */
	struct xen_multicall_entry call[NR_CALLS];
	struct xen_multicall_entry made[NR_CALLS];	/* the copy that Xen gets: it may spoil arguments */
	uint32_t done[NR_CALLS];	/* Xen: entries of the call that were carried out */
	const char *op[NR_CALLS];	/* of calls that are single entries */
	struct xen_mmu_update update[NR_UPDATES];
	const char *update_op[NR_UPDATES];
	struct xen_mmuext_op ext[NR_EXTS];
	const char *ext_op[NR_EXTS];
	struct pv_xen_refused refused;	/* the first in what is carried out, or was last */
	unsigned nr_refused;		/* that wait to be reported */
	bool root_refused;		/* one of them is a root, without which there is no going on */
	/*
	 * Updates by address, newest first. Chains need no clearing: a head counts only if it names an
	 * entry in use that belongs to the chain, and whatever is in use has put itself there.
	 */
	uint16_t head[NR_CHAINS], next[NR_UPDATES];
};

static struct queue boot_queue;

static struct queue *
queue_here(void)
{
	if (pv_cpu_nr() != 0)
		pv_panic("CPU %u has no queue of calls to Xen", (unsigned)pv_cpu_nr());
	return &boot_queue;
}

static struct queue *
enter(pv_irq_state *gate)
{
	struct queue *q;

	*gate = pv_irq_save();
	q = queue_here();
	q->busy++;
	return q;
}

static void
leave(struct queue *q, pv_irq_state gate)
{
	q->busy--;
	pv_irq_restore(gate);
}

/* -- finding an update ---------------------------------------------------------- */

static unsigned
chain_of(uint64_t ptr)
{
	return (unsigned)((ptr >> 3) ^ (ptr >> 12)) % NR_CHAINS;
}

static unsigned
chain_first(const struct queue *q, unsigned chain)
{
	unsigned i = q->head[chain];

	return i < q->nr_updates && chain_of(q->update[i].ptr) == chain ? i : NONE;
}

bool
pv_xen_queue_updates(void)
{
	return queue_here()->nr_updates != 0;
}

bool
pv_xen_queue_find(uint64_t ma, uint64_t *value, bool *keeps_accessed)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	unsigned i = chain_first(q, chain_of(ma));

	/* An entry of the machine-to-physical table has the address of a frame, too, but is none of a table. */
	while (i != NONE && ((q->update[i].ptr & ~3ull) != ma ||
	    (q->update[i].ptr & 3) == XEN_MMU_MACHPHYS_UPDATE))
		i = q->next[i];
	if (i != NONE) {
		*value = q->update[i].val;
		*keeps_accessed = (q->update[i].ptr & 3) == XEN_MMU_PT_UPDATE_PRESERVE_AD;
	}
	leave(q, gate);
	return i != NONE;
}

/* -- carrying out ---------------------------------------------------------------- */

static unsigned
size_of(const struct xen_multicall_entry *e)
{
	return e->op == XEN_MMU_UPDATE || e->op == XEN_MMUEXT_OP ? (unsigned)e->args[1] : 1;
}

/* Note entry i of a call, for the record. */
static void
refused(struct queue *q, unsigned call, unsigned i, int index, long code)
{
	const struct xen_multicall_entry *e = &q->call[call];
	struct pv_xen_refused r = { .op = q->op[call], .nr = (unsigned)e->op, .code = code, .index = index,
	    .nr_args = 4, .arg = { e->args[0], e->args[1], e->args[2], e->args[3] } };

	if (e->op == XEN_MMU_UPDATE) {
		const struct xen_mmu_update *u = (const struct xen_mmu_update *)e->args[0] + i;

		r.op = q->update_op[u - q->update];
		r.nr_args = 3;
		r.arg[0] = u->ptr;
		r.arg[1] = u->val;
		r.arg[2] = e->args[3];
	} else if (e->op == XEN_MMUEXT_OP) {
		const struct xen_mmuext_op *x = (const struct xen_mmuext_op *)e->args[0] + i;

		r.op = q->ext_op[x - q->ext];
		r.cmd = x->cmd;
		r.nr_args = 2;
		r.arg[0] = x->arg1;
		r.arg[1] = x->arg2;
		q->root_refused |= x->cmd == XEN_MMUEXT_NEW_BASEPTR || x->cmd == XEN_MMUEXT_NEW_USER_BASEPTR;
	}
	if (q->nr_refused++ == 0)
		q->refused = r;
}

/* Make a call again, for those entries that are left. */
static long
once_more(const struct xen_multicall_entry *e, unsigned at, unsigned left, uint32_t *done)
{
	*done = 0;
	if (e->op == XEN_MMU_UPDATE)
		return pv_xen_call(XEN_MMU_UPDATE, e->args[0] + at * sizeof(struct xen_mmu_update), left,
		    (unsigned long)done, e->args[3]);
	if (e->op == XEN_MMUEXT_OP)
		return pv_xen_call(XEN_MMUEXT_OP, e->args[0] + at * sizeof(struct xen_mmuext_op), left,
		    (unsigned long)done, e->args[3]);
	return pv_xen_call((unsigned)e->op, e->args[0], e->args[1], e->args[2], e->args[3]);
}

/*
 * A call was refused: at one of its entries, if it has some. Those behind it are made again, and so
 * late that a call behind this one may have failed for want of them: that one is tried once more.
 */
static void
pick_up(struct queue *q, unsigned call, int index, bool *late)
{
	const struct xen_multicall_entry *e = &q->call[call];
	unsigned left = size_of(e), at = 0;
	long code = (long)e->result;
	uint32_t done = q->done[call];

	if (*late) {
		at = done < left ? done : 0;
		left -= at;
		code = once_more(e, at, left, &done);
	}
	while (code < 0) {
		if (done >= left)
			done = 0;
		refused(q, call, at + done, index + (int)(at + done), code);
		at += done + 1;
		left -= done + 1;
		if (left == 0)
			return;
		*late = true;
		code = once_more(e, at, left, &done);
	}
}

static struct xen_multicall_entry *call_new(struct queue *q, unsigned nr);
static void extend(struct queue *q, unsigned nr, void *entry, unsigned domain);

/* There is room for it: no other entry takes the last place. */
static void
add_flush(struct queue *q)
{
	struct xen_mmuext_op *x = &q->ext[q->nr_exts];

	if (q->flush_op == NULL)
		return;
	memset(x, 0, sizeof(*x));
	x->cmd = XEN_MMUEXT_TLB_FLUSH_LOCAL;
	q->ext_op[q->nr_exts++] = q->flush_op;
	q->flush_op = NULL;
	extend(q, XEN_MMUEXT_OP, x, XEN_DOMID_SELF);
}

/*
 * To look for the reason may take windows on tables, and a kernel's hook that gives them writes entries:
 * the queue is empty, and at nobody's disposal but theirs.
 */
static void
report(struct queue *q)
{
	struct pv_batch *batch = &pv_cpu()->batch, outer = *batch;
	unsigned busy = q->busy, nr = q->nr_refused;
	struct pv_xen_refused first = q->refused;

	*batch = (struct pv_batch){ 0 };
	q->busy = 0;
	q->nr_refused = 0;
	while (nr-- > 0)
		pv_xen_refused(&first);
	if (q->root_refused)
		pv_panic("isa.root_set: Xen refused the root, and this CPU is on another one");
	q->busy = busy;
	q->refused = first;
	outer.status = PV_E_REFUSED;
	*batch = outer;
}

/* Gate closed. */
static void
carry_out(struct queue *q)
{
	static const struct xen_mmuext_op flush = { .cmd = XEN_MMUEXT_TLB_FLUSH_LOCAL };
	struct pv_batch *batch = &pv_cpu()->batch;
	unsigned nr;
	bool late;
	long whole = 0;

	add_flush(q);
	nr = q->nr_calls;

	if (nr == 0)
		return;
	if (nr == 1) {
		struct xen_multicall_entry *e = &q->call[0];

		e->result = (unsigned long)pv_xen_call((unsigned)e->op, e->args[0], e->args[1], e->args[2],
		    e->args[3]);
	} else {
		__builtin_memcpy(q->made, q->call, nr * sizeof(q->call[0]));
		whole = pv_xen_call(XEN_MULTICALL, (unsigned long)q->made, nr, 0, 0);
		for (unsigned i = 0; i < nr; i++)
			q->call[i].result = whole < 0 ? (unsigned long)whole : q->made[i].result;
	}
	/* What a report looks at must be what is in memory. */
	q->nr_calls = q->nr_updates = q->nr_exts = 0;
	/* Refused as a whole, nothing of it was tried. */
	late = whole < 0;
	for (unsigned i = 0; i < nr; i++) {
		if ((long)q->call[i].result < 0)
			pick_up(q, i, (int)batch->before, &late);
		batch->before += size_of(&q->call[i]);
	}
	/* What came late came after the flush that it was collected with. */
	if (late)
		(void)pv_xen_call(XEN_MMUEXT_OP, (unsigned long)&flush, 1, 0, XEN_DOMID_SELF);
	if (q->nr_refused > 0)
		report(q);
}

void
pv_xen_batch_flush(void)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);

	carry_out(q);
	leave(q, gate);
}

/* -- levels ----------------------------------------------------------------------- */

static void
open_level(struct queue *q, struct pv_batch *batch)
{
	if (batch->depth++ > 0)
		return;
	/* 0 is nobody's. */
	q->serial += q->serial == UINT32_MAX ? 2 : 1;
	batch->serial = q->serial;
	batch->before = 0;
	batch->status = PV_OK;
}

void
pv_xen_batch_begin(void)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);

	open_level(q, &pv_cpu()->batch);
	leave(q, gate);
}

pv_status
pv_xen_batch_end(void)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	struct pv_batch *batch = &pv_cpu()->batch;
	pv_status s = PV_OK;

	if (batch->depth == 1) {
		carry_out(q);
		s = batch->status;
	}
	if (batch->depth > 0)
		batch->depth--;
	leave(q, gate);
	return s;
}

void
pv_xen_batch_begin_must(void)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	struct pv_batch *batch = &pv_cpu()->batch;

	carry_out(q);
	q->outer = *batch;
	*batch = (struct pv_batch){ 0 };
	open_level(q, batch);
	leave(q, gate);
}

void
pv_xen_batch_end_must(void)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	struct pv_batch *batch = &pv_cpu()->batch;

	carry_out(q);
	if (batch->status != PV_OK)
		pv_panic("%s: Xen refused it, and there is no going on without", q->refused.op);
	*batch = q->outer;
	leave(q, gate);
}

void
pv_xen_batch_park(struct pv_batch *outer)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_batch *batch = &pv_cpu()->batch;

	*outer = (struct pv_batch){ 0 };
	if (batch->depth > 0 && queue_here()->busy == 0) {
		pv_xen_batch_flush();
		*outer = *batch;
		*batch = (struct pv_batch){ 0 };
	}
	pv_irq_restore(gate);
}

void
pv_xen_batch_resume(const struct pv_batch *outer)
{
	const struct pv_batch *batch = &pv_cpu()->batch;
	pv_irq_state gate;

	/* Within this file levels of whom it interrupted are open still. */
	if ((batch->begun || batch->depth != 0) && queue_here()->busy == 0)
		pv_panic("a handler of a trap or an interrupt is through, and in a batch: pv_mmu_end() first");
	if (outer->depth == 0)
		return;
	gate = pv_irq_save();
	pv_xen_batch_flush();
	pv_cpu()->batch = *outer;
	pv_irq_restore(gate);
}

bool
pv_xen_batch_open(void)
{
	return pv_cpu()->batch.depth > 0;
}

pv_status
pv_xen_batch_status(void)
{
	return pv_cpu()->batch.status;
}

/* -- entries ---------------------------------------------------------------------- */

/* The status of what was just put in: outside of all levels it is carried out at once. */
static pv_status
entered(struct queue *q)
{
	struct pv_batch *batch = &pv_cpu()->batch;

	if (batch->depth > 0)
		return PV_OK;
	batch->before = 0;
	batch->status = PV_OK;
	carry_out(q);
	return batch->status;
}

static struct xen_multicall_entry *
call_new(struct queue *q, unsigned nr)
{
	struct xen_multicall_entry *e = &q->call[q->nr_calls];

	e->op = nr;
	e->result = 0;
	q->done[q->nr_calls++] = 0;
	return e;
}

pv_status
pv_xen_queue(const char *op, unsigned nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	struct xen_multicall_entry *e;
	pv_status s;

	if (q->nr_calls == NR_CALLS - 1)
		carry_out(q);
	q->op[q->nr_calls] = op;
	e = call_new(q, nr);
	e->args[0] = a;
	e->args[1] = b;
	e->args[2] = c;
	e->args[3] = d;
	s = entered(q);
	leave(q, gate);
	return s;
}

/* Let the last call have one entry more, or begin one. */
static void
extend(struct queue *q, unsigned nr, void *entry, unsigned domain)
{
	struct xen_multicall_entry *e = q->nr_calls > 0 ? &q->call[q->nr_calls - 1] : NULL;

	if (e == NULL || e->op != nr || e->args[3] != domain) {
		e = call_new(q, nr);
		e->args[0] = (unsigned long)entry;
		e->args[1] = 0;
		e->args[2] = (unsigned long)&q->done[q->nr_calls - 1];
		e->args[3] = domain;
	}
	e->args[1]++;
}

pv_status
pv_xen_queue_update(const char *op, uint64_t ptr, uint64_t value, unsigned domain)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	unsigned chain = chain_of(ptr & ~3ull), at;
	pv_status s;

	if (q->nr_updates == NR_UPDATES || q->nr_calls == NR_CALLS - 1)
		carry_out(q);
	at = q->nr_updates;
	q->next[at] = (uint16_t)chain_first(q, chain);
	q->head[chain] = (uint16_t)at;
	q->update[at].ptr = ptr;
	q->update[at].val = value;
	q->update_op[at] = op;
	q->nr_updates++;
	extend(q, XEN_MMU_UPDATE, &q->update[at], domain);
	s = entered(q);
	leave(q, gate);
	return s;
}

pv_status
pv_xen_queue_ext(const char *op, unsigned cmd, unsigned long arg1, unsigned long arg2)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	unsigned at;
	pv_status s;

	if (q->nr_exts == NR_EXTS - 1 || q->nr_calls == NR_CALLS - 1)
		carry_out(q);
	at = q->nr_exts++;
	q->ext[at].cmd = cmd;
	q->ext[at].arg1 = arg1;
	q->ext[at].arg2 = arg2;
	q->ext_op[at] = op;
	extend(q, XEN_MMUEXT_OP, &q->ext[at], XEN_DOMID_SELF);
	s = entered(q);
	leave(q, gate);
	return s;
}

pv_status
pv_xen_queue_flush(const char *op)
{
	pv_irq_state gate;
	struct queue *q = enter(&gate);
	pv_status s;

	q->flush_op = op;
	s = entered(q);
	leave(q, gate);
	return s;
}
