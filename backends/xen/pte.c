/*
 * Page-table entries, tables and roots of a PV guest: the ops of <pv/x86/pte.h>.
 *
 * Tables hold machine frames and are mapped read-only; Xen writes them, by mmu_update.
 * Tables below a root are checked by Xen when they are linked; roots are pinned, so
 * that they stay checked while no CPU runs on them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "batch.h"
#include "mmu.h"
#include "p2m.h"
#include "refuse.h"
#include "../common/radix/radix.h"

/* Beyond this many pages one flush of everything is cheaper than one for each. */
#define FLUSH_PAGES	32u

bool pv_xen_building;
pv_paddr pv_xen_root;
static pv_paddr user_root;

/* -- entries ---------------------------------------------------------------------- */

static uint64_t
place_of(const uint64_t *where)
{
	uint64_t ma = pv_xen_machine_of(where);

	if (ma == PV_XEN_NOWHERE)
		pv_panic("a page-table entry at 0x%lx: nothing is mapped there", (unsigned long)(uintptr_t)where);
	return ma;
}

/* Refused, it is as it was, and the record says so: those who write entries have no other status. */
static void
update(const char *op, uint64_t ma, uint64_t entry)
{
	(void)pv_xen_queue_update(op, ma, pv_xen_pte_out(entry), XEN_DOMID_SELF);
}

uint64_t
pv_xen_pte_read(const uint64_t *where)
{
	uint64_t value;
	bool keeps;

	/* The queue first: it may be carried out in between, and memory then has what was in it. */
	if (!pv_xen_queue_updates() || !pv_xen_queue_find(place_of(where), &value, &keeps))
		value = PV_READ_SHARED(*where);
	else if (keeps)
		value |= PV_READ_SHARED(*where) & (PV_PTE_A | PV_PTE_D);
	return pv_xen_pte_in(value);
}

void
pv_xen_pte_write(uint64_t *where, uint64_t entry)
{
	if (pv_xen_building)
		PV_WRITE_SHARED(*where, pv_xen_pte_out(entry));
	else
		update("isa.pte_set", place_of(where), entry);
}

void
pv_xen_pte_merge(pv_pte *where, pv_pte entry)
{
	update("mmu.protect", place_of(&where->v) | XEN_MMU_PT_UPDATE_PRESERVE_AD, entry.v);
}

/*
 * One CPU, gate closed: nothing sets A or D between the look and the store. What was collected
 * before is carried out with it, because the result must be what hardware did up to now.
 */
static uint64_t
exchange(const char *op, uint64_t *where, uint64_t entry)
{
	pv_irq_state gate = pv_irq_save();
	uint64_t ma = place_of(where), old;

	if (pv_xen_queue_updates())
		pv_xen_batch_flush();
	old = pv_xen_pte_in(PV_READ_SHARED(*where));
	update(op, ma, entry);
	pv_xen_batch_flush();
	pv_irq_restore(gate);
	return old;
}

uint64_t
pv_xen_pte_exchange(uint64_t *where, uint64_t entry)
{
	return exchange("isa.pte_exchange", where, entry);
}

uint64_t
pv_xen_pte_protect_begin(uint64_t *where)
{
	return exchange("isa.pte_protect_begin", where, 0);
}

void
pv_xen_pte_protect_commit(uint64_t *where, uint64_t entry)
{
	update("isa.pte_protect_commit", place_of(where), entry);
}

/*
 * One CPU, gate closed: what memory says after a flush is what hardware did up to now, and what it says
 * after the next is what Xen took. A bit that is set once more by then is left for the next time.
 */
void
pv_xen_pte_take(pv_pte *where, uint64_t *old, unsigned nr, uint64_t bits)
{
	const char *op = bits == ~0ull ? "mmu.unmap" : "mmu.harvest";
	pv_irq_state gate = pv_irq_save();
	uint64_t ma = place_of(&where->v);

	pv_xen_batch_flush();
	for (unsigned i = 0; i < nr; i++) {
		old[i] = pv_xen_pte_in(PV_READ_SHARED(where[i].v));
		if ((old[i] & PV_PTE_P) == 0 || (old[i] & bits) == 0)
			old[i] = 0;
		else
			update(op, ma + i * sizeof(*where), old[i] & ~bits);
	}
	pv_xen_batch_flush();
	for (unsigned i = 0; i < nr; i++) {
		uint64_t now = PV_READ_SHARED(where[i].v);

		old[i] &= (now & bits & PV_PTE_P) != 0 ? 0 : ~(now & bits & (PV_PTE_A | PV_PTE_D));
	}
	pv_irq_restore(gate);
}

/* -- tables ------------------------------------------------------------------------ */

/* Memory and queue belong together here: gate closed, so that nothing is carried out in between. */
static void
alias_set(const char *op, uintptr_t va, bool writable)
{
	pv_irq_state gate = pv_irq_save();
	uint64_t raw, ma = pv_xen_leaf_of(va, &raw);
	bool keeps;

	if (ma != PV_XEN_NOWHERE) {
		(void)pv_xen_queue_find(ma, &raw, &keeps);
		if (((raw & PV_PTE_W) != 0) != writable)
			(void)pv_xen_queue_update(op, ma, raw ^ PV_PTE_W, XEN_DOMID_SELF);
	}
	pv_irq_restore(gate);
}

/* Let all aliases of a page be writable or read-only. */
static void
aliases_set(const char *op, pv_paddr page, bool writable)
{
	uintptr_t alias[2];
	unsigned nr = pv_xen_aliases(page, alias);

	while (nr-- > 0)
		alias_set(op, alias[nr], writable);
}

void
pv_xen_page_writable(const char *op, pv_paddr page)
{
	aliases_set(op, page, true);
}

static bool
is_writable(pv_paddr page)
{
	uintptr_t alias[2];
	unsigned nr = pv_xen_aliases(page, alias);

	while (nr-- > 0) {
		uint64_t raw;

		if (pv_xen_leaf_of(alias[nr], &raw) != PV_XEN_NOWHERE && (raw & PV_PTE_W) == 0)
			return false;
	}
	return true;
}

/*
 * What a page that is mapped nowhere for good is only Xen knows. It copies to ordinary memory alone:
 * here onto itself. xen/arch/x86/mm.c, MMUEXT_COPY_PAGE.
 */
static bool
takes_copy(pv_paddr page)
{
	unsigned long frame = pv_xen_frame_of(page);
	const struct xen_mmuext_op copy = { .cmd = XEN_MMUEXT_COPY_PAGE, .arg1 = frame, .arg2 = frame };

	pv_xen_batch_flush();
	return pv_xen_call(XEN_MMUEXT_OP, (unsigned long)&copy, 1, 0, XEN_DOMID_SELF) == 0;
}

bool
pv_xen_is_ordinary(pv_paddr page)
{
	uintptr_t alias[2];

	if (pv_xen_aliases(page, alias) == 0) {
		/* Where nothing was ever refused everything is as it was told to be. */
		if (pv_refusal_count() == 0 || takes_copy(page))
			return true;
		pv_xen_mark_stay(page);
		return false;
	}
	if (is_writable(page))
		return true;
	/* What it was refused for may be gone by now. */
	pv_xen_page_writable("isa.table_release", page);
	(void)pv_xen_queue_flush("isa.table_release");
	pv_xen_batch_flush();
	if (is_writable(page))
		return true;
	pv_xen_mark_stay(page);
	return false;
}

static pv_status
check_table(pv_paddr table, unsigned level)
{
	if ((table.v & PV_PAGE_MASK) != 0 || level == 0 || level > pv_radix_geometry.top)
		return PV_E_INVAL;
	return (table.v & PV_XEN_MACHINE) == 0 && pv_xen_frame_of(table) != PV_XEN_NO_FRAME ? PV_OK : PV_E_RANGE;
}

static bool
is_root(unsigned level)
{
	return level == pv_radix_geometry.top;
}

/* Both ways of a claim: read-only and pinned; and back. */
static pv_status
take(const char *op, pv_paddr table, unsigned level)
{
	pv_xen_batch_begin();
	aliases_set(op, table, false);
	if (is_root(level))
		(void)pv_xen_queue_ext(op, XEN_MMUEXT_PIN_L1_TABLE + level - 1, pv_xen_frame_of(table), 0);
	pv_xen_mark_set(table, level | (is_root(level) ? PV_XEN_PINNED : 0));
	return pv_xen_batch_end();
}

static pv_status
give(const char *op, pv_paddr table, bool unpin)
{
	pv_xen_batch_begin();
	if (unpin)
		(void)pv_xen_queue_ext(op, XEN_MMUEXT_UNPIN_TABLE, pv_xen_frame_of(table), 0);
	aliases_set(op, table, true);
	/* A store right after it must not find an alias as it was. */
	(void)pv_xen_queue_flush(op);
	pv_xen_mark_leave(table);
	return pv_xen_batch_end();
}

/*
 * Tables that a batch has claimed for a space. If it is refused something, those that never came to hang
 * anywhere are found by this list; if not, they all hang.
 */
static struct made {
	uint32_t batch;			/* its serial number; 0: free */
	unsigned level;
	struct pv_space *space;
	pv_paddr page;
	uintptr_t va;			/* that an entry was to lead to it for */
} made[64];

void
pv_xen_made_for(struct pv_space *space)
{
	pv_cpu()->batch.space = space;
}

/* Of batch 0: a free place. */
static struct made *
made_by(uint32_t batch)
{
	for (unsigned i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (made[i].batch == batch)
			return &made[i];
	return NULL;
}

/* The next one of a batch, no longer noted. Handlers note and forget, too: gate closed. */
static bool
made_take(uint32_t batch, struct made *out)
{
	pv_irq_state gate = pv_irq_save();
	struct made *m = batch != 0 ? made_by(batch) : NULL;

	if (m != NULL) {
		*out = *m;
		m->batch = 0;
	}
	pv_irq_restore(gate);
	return m != NULL;
}

void
pv_xen_made_well(uint32_t batch)
{
	struct made m;

	while (made_take(batch, &m))
		continue;
}

void
pv_xen_made_at(pv_paddr page, uintptr_t va)
{
	const struct pv_batch *batch = &pv_cpu()->batch;

	for (unsigned i = 0; batch->space != NULL && i < sizeof(made) / sizeof(made[0]); i++)
		if (made[i].batch == batch->serial && made[i].page.v == page.v)
			made[i].va = va;
}

static bool
made_put(pv_paddr page, unsigned level)
{
	const struct pv_batch *batch = &pv_cpu()->batch;
	pv_irq_state gate = pv_irq_save();
	struct made *m = made_by(0);

	if (m != NULL)
		*m = (struct made){ .batch = batch->serial, .level = level, .space = batch->space, .page = page };
	pv_irq_restore(gate);
	return m != NULL;
}

/* No room: those that are noted lead somewhere by now, or a request was refused, and this one is, too. */
static pv_status
made_note(pv_paddr page, unsigned level)
{
	if (pv_cpu()->batch.space == NULL || made_put(page, level))
		return PV_OK;
	pv_xen_batch_flush();
	if (pv_xen_batch_status() != PV_OK)
		return PV_E_REFUSED;
	pv_xen_made_well(pv_cpu()->batch.serial);
	return made_put(page, level) ? PV_OK : PV_E_FULL;
}

/* It is no table any more. */
static void
made_forget(pv_paddr page)
{
	pv_irq_state gate = pv_irq_save();

	for (unsigned i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (made[i].batch != 0 && made[i].page.v == page.v)
			made[i].batch = 0;
	pv_irq_restore(gate);
}

static bool
leads_to(const struct pv_radix_place *at, const struct made *m)
{
	return at->level == m->level + 1 && pv_radix_leads_on(at) && pv_pte_frame(at->entry).v == m->page.v;
}

/* Does it hang where it was to? Then it is in use there. */
static bool
hangs(const struct made *m)
{
	struct pv_radix_place at;
	bool found;

	pv_radix_find(m->space, m->va, m->level + 1, &at);
	pv_radix_close(&at);
	found = leads_to(&at, m);
	if (found || !pv_radix.split || m->level + 1 != pv_radix_geometry.top || m->space == pv_space_kernel())
		return found;
	/* User mode may see it still. */
	pv_radix_open(&at, pv_pa(m->space->isa[PV_RADIX_EXTRA]), pv_radix_geometry.top, m->va);
	pv_radix_close(&at);
	return leads_to(&at, m);
}

/* Root entries of user mode that are not the kernel's: one of the two was refused. */
static void
mirror_again(struct pv_space *space)
{
	const struct pv_radix_geometry *g = &pv_radix_geometry;

	for (unsigned i = 0; pv_radix.split && i < g->kernel_first; i++) {
		uintptr_t va = i * pv_radix_span(g->top);
		struct pv_radix_place at, user;

		pv_radix_open(&at, space->root, g->top, va);
		pv_radix_open(&user, pv_pa(space->isa[PV_RADIX_EXTRA]), g->top, va);
		pv_radix_close(&user);
		pv_radix_close(&at);
		if (((at.entry.v ^ user.entry.v) & (PV_PTE_FRAME | PV_PTE_P)) != 0)
			pv_radix.extra->mirror(space, va, at.entry);
	}
}

void
pv_xen_made_undo(uint32_t batch)
{
	struct made table;

	for (unsigned i = 0; batch != 0 && i < sizeof(made) / sizeof(made[0]); i++) {
		if (made[i].batch != batch)
			continue;
		if (made[i].space != pv_space_kernel())
			mirror_again(made[i].space);
		else if (pv_radix_share_again != NULL)
			pv_radix_share_again();
	}
	while (made_take(batch, &table)) {
		if (pv_xen_table_level(table.page) != table.level || hangs(&table) ||
		    pv_xen_table_release(table.page, table.level) != PV_OK)
			continue;
		pv_radix_page_free(table.page);
		table.space->tables--;
	}
}

pv_status
pv_xen_table_claim(pv_paddr table, unsigned level)
{
	pv_status s = check_table(table, level);

	if (s != PV_OK)
		return s;
	if (pv_xen_mark_of(table) != 0)
		return PV_E_EXIST;
	if (pv_xen_building) {
		pv_xen_mark_set(table, level);
		return PV_OK;
	}
	if (is_root(level) && !pv_xen_preflight("isa.table_claim", table, level))
		return PV_E_REFUSED;
	s = made_note(table, level);
	if (s != PV_OK)
		return s;
	s = take("isa.table_claim", table, level);
	if (s != PV_OK) {
		made_forget(table);
		(void)give("isa.table_claim", table, false);
	}
	return s;
}

pv_status
pv_xen_table_release(pv_paddr table, unsigned level)
{
	pv_status s = check_table(table, level);

	if (s != PV_OK)
		return s;
	if (pv_xen_p2m.mark != NULL && pv_xen_table_level(table) != level)
		return PV_E_INVAL;
	if (is_root(level) && (table.v == pv_xen_root.v || table.v == user_root.v))
		return PV_E_BUSY;
	made_forget(table);
	s = give("isa.table_release", table, is_root(level));
	if (s == PV_OK || pv_xen_is_ordinary(table))
		return PV_OK;
	(void)take("isa.table_release", table, level);
	return PV_E_BUSY;
}

/* -- roots and translations -------------------------------------------------------- */

void
pv_xen_root_set(pv_paddr kernel, pv_paddr user)
{
	bool split = PV_XEN_SPLIT_ROOTS;

	pv_xen_batch_begin();
	(void)pv_xen_queue_ext("isa.root_set", XEN_MMUEXT_NEW_BASEPTR, pv_xen_frame_of(kernel), 0);
	/* Without one of its own there is no user mode: the kernel's root would be open to it. */
	if (user.v == kernel.v || user.v == 0)
		user.v = 0;
	if (split)
		(void)pv_xen_queue_ext("isa.root_set", XEN_MMUEXT_NEW_USER_BASEPTR,
		    user.v != 0 ? pv_xen_frame_of(user) : 0, 0);
	pv_xen_root = kernel;
	user_root = user;
	(void)pv_xen_batch_end();
}

uintptr_t
pv_xen_root_read(void)
{
	return (uintptr_t)pv_xen_root.v;
}

void
pv_xen_root_write(uintptr_t root)
{
	pv_paddr kernel = pv_pa(root & pv_radix_geometry.root_mask & ~(uint64_t)PV_PAGE_MASK);

	pv_xen_root_set(kernel, kernel.v == pv_xen_root.v ? user_root : kernel);
}

void
pv_xen_page_flush(uintptr_t va)
{
	(void)pv_xen_queue_ext("isa.invlpg", XEN_MMUEXT_INVLPG_LOCAL, va, 0);
}

void
pv_xen_flush_all(bool global)
{
	(void)global;
	(void)pv_xen_queue_ext("isa.flush_all", XEN_MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
}

void
pv_xen_flush_range(uintptr_t start, uintptr_t end)
{
	uintptr_t page = start & ~PV_PAGE_MASK;
	/* `end` is 0 for a range up to the last address. Pages that it covers in part count. */
	uintptr_t pages = start != end ? ((end - 1 - page) >> PV_PAGE_SHIFT) + 1 : 0;

	if (pages > FLUSH_PAGES) {
		pv_xen_flush_all(true);
		return;
	}
	pv_xen_batch_begin();
	for (; pages > 0; pages--, page += PV_PAGE_SIZE)
		pv_xen_page_flush(page);
	(void)pv_xen_batch_end();
}
