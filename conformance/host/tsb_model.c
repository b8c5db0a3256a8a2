/*
 * The machine of tsb_model.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tsb_model.h"
#include "cases.h"

#define ARCH_SET_GS	0x1001
#define NR_TLB		64u
#define WORDS		1024u
#define CONTEXT_OF(tag)	((unsigned)((tag) >> 48))

struct model model;
struct pv_cpu model_cpu;
struct pv_ops pv_ops = { .isa = { .irq_save = host_irq_save, .irq_restore = host_irq_restore } };
pv_irq_state pv_irq_state_mask = GATE_OPEN, pv_irq_state_open = GATE_OPEN;
DEFINE_GATE;

static struct tlb {
	uint64_t va, size, tte;
	unsigned context;
	bool valid;
} tlb[NR_TLB];
static unsigned next_tlb;

static uint64_t pool[POOL_PAGES][WORDS];
static bool used[POOL_PAGES];
static uint64_t owner[PV_TSB_CONTEXTS];		/* root that the context was last used with */

void
model_broken(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

/* -- real memory ---------------------------------------------------------------------- */

static uint64_t *
word(uint64_t ra)
{
	uint64_t page = (ra - POOL_BASE) / PAGE;

	if (ra < POOL_BASE || page >= POOL_PAGES || !used[page] || ra % 8 != 0)
		model_broken("real address 0x%llx is no word of a table", (unsigned long long)ra);
	return &pool[page][ra % PAGE / 8];
}

uint64_t
pv_tsb_real_get(uint64_t ra)
{
	return *word(ra);
}

void
pv_tsb_real_set(uint64_t ra, uint64_t value)
{
	*word(ra) = value;
}

uint64_t
pv_tsb_real_cas(uint64_t ra, uint64_t old, uint64_t value)
{
	uint64_t seen;

	if (model.on_cas != NULL)
		model.on_cas(ra);
	seen = *word(ra);
	if (seen == old)
		*word(ra) = value;
	return seen;
}

static pv_status
page_alloc(void *context, pv_paddr *page)
{
	(void)context;
	if ((model.fail_all && model.came_back == 0) || (model.fail_page != 0 && --model.fail_page == 0))
		return PV_E_NOMEM;
	for (unsigned i = 0; i < POOL_PAGES; i++) {
		if (used[i])
			continue;
		used[i] = true;
		memset(pool[i], 0, sizeof(pool[i]));
		model.pages_used++;
		model.came_back -= model.fail_all;
		*page = pv_pa(POOL_BASE + i * PAGE);
		return PV_OK;
	}
	return PV_E_NOMEM;
}

static void
page_free(void *context, pv_paddr page)
{
	(void)context;
	(void)word(page.v);
	used[(page.v - POOL_BASE) / PAGE] = false;
	model.pages_used--;
	model.came_back += model.fail_all;
}

const struct pv_hooks *
pv_hooks_get(void)
{
	static const struct pv_hooks hooks = { .page_alloc = page_alloc, .page_free = page_free };

	return &hooks;
}

pv_status
pv_virt_to_phys(const volatile void *va, pv_paddr *pa)
{
	(void)va;
	(void)pa;
	return PV_E_NOENT;
}

void
pv_panic(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	panic_now(format, ap);
	abort();
}

/* -- caches against the record --------------------------------------------------------- */

uint64_t *
model_leaf(uint64_t root, uint64_t va, unsigned *level)
{
	uint64_t table = root;

	for (*level = 3; table != 0 && va >> 43 == 0; --*level) {
		uint64_t *e = word(table + 8 * (va >> (13 + 10 * (*level - 1)) & 1023));

		if (*e >> 63 != 0)
			return *level < 3 ? e : NULL;
		if (*level == 1)
			break;
		table = *e;
	}
	return NULL;
}

/* Does an entry for this address say nothing that the record does not? */
static bool
agrees(uint64_t root, uint64_t va, uint64_t tte)
{
	unsigned level;
	uint64_t *e = model_leaf(root, va, &level), span, pa;

	if (e == NULL)
		return false;
	span = level == 2 ? LARGE : PAGE;
	pa = (*e & TTE_PA) + (va & (span - 1) & ~(PAGE - 1));
	if (((tte & TTE_4M) != 0) != (level == 2) || (*e & PV_MAP_REFERENCED) == 0)
		return false;
	if ((tte & TTE_PA) != ((tte & TTE_4M) != 0 ? pa & ~(PIECE - 1) : pa))
		return false;
	return ((tte & TTE_W) == 0 || (*e & (PV_PROT_WRITE | PV_MAP_MODIFIED)) == (PV_PROT_WRITE | PV_MAP_MODIFIED)) &&
	    ((tte & TTE_X) == 0 || (*e & PV_PROT_EXEC) != 0) && ((tte & TTE_U) == 0 || (*e & PV_PROT_USER) != 0);
}

static uint64_t
address_of(uint64_t tag, unsigned index)
{
	/* The lower bits of the page number are the place, the upper ones the tag. */
	return (tag << 22 & ((1ull << 43) - 1)) | ((uint64_t)index << 13 & (PIECE - 1));
}

static void
check_buffer(unsigned context, uint64_t root)
{
	for (unsigned i = 0; i < PV_TSB_ENTRIES; i++) {
		uint64_t tag = pv_tsb_buffer[i].tag;

		if (tag >> PV_TSB_TAG_INVALID & 1 || CONTEXT_OF(tag) != context)
			continue;
		if (!agrees(root, address_of(tag, i), pv_tsb_buffer[i].data))
			model_broken("the buffer has 0x%llx of context %u, and the record has not",
			    (unsigned long long)address_of(tag, i), context);
	}
}

void
model_check(unsigned context, uint64_t root)
{
	check_buffer(context, root);
	for (struct tlb *t = tlb; t < tlb + NR_TLB; t++)
		if (t->valid && t->context == context && !agrees(root, t->va, t->tte))
			model_broken("a TLB has 0x%llx of context %u, and the record has not",
			    (unsigned long long)t->va, context);
}

static bool
anything_of(unsigned context)
{
	for (unsigned i = 0; i < PV_TSB_ENTRIES; i++) {
		uint64_t tag = pv_tsb_buffer[i].tag;

		if ((tag >> PV_TSB_TAG_INVALID & 1) == 0 && CONTEXT_OF(tag) == context)
			return true;
	}
	for (struct tlb *t = tlb; t < tlb + NR_TLB; t++)
		if (t->valid && t->context == context)
			return true;
	return false;
}

/* -- what the library tells the machine -------------------------------------------------- */

static uint64_t
bits(unsigned flags)
{
	static const uint64_t cache[] = { TTE_CP | TTE_CV, TTE_CP, 0, 0 };

	return TTE_V | cache[flags >> 8 & 3] | ((flags & PV_MAP_LARGE) != 0 ? TTE_4M : 0) |
	    ((flags & PV_PROT_WRITE) != 0 ? TTE_W : 0) | ((flags & PV_PROT_EXEC) != 0 ? TTE_X : 0) |
	    ((flags & PV_PROT_USER) != 0 ? TTE_U : 0);
}

static void
drop(unsigned context, uint64_t first, uint64_t last)
{
	for (struct tlb *t = tlb; t < tlb + NR_TLB; t++)
		if (t->valid && t->context == context && t->va <= last && t->va + (t->size - 1) >= first)
			t->valid = false;
}

static void
demap_page(uintptr_t va, unsigned context)
{
	uint64_t tag = (uint64_t)context << 48 | va >> 22;

	if (va % PAGE != 0 || context >= PV_TSB_CONTEXTS)
		model_broken("demap of 0x%llx in context %u", (unsigned long long)va, context);
	if (pv_tsb_buffer[va >> 13 & (PV_TSB_ENTRIES - 1)].tag == tag)
		model_broken("0x%llx is demapped, and the buffer has it still", (unsigned long long)va);
	model.demap_pages++;
	drop(context, va, va);
}

static void
demap_context(unsigned context)
{
	if (context >= PV_TSB_CONTEXTS)
		model_broken("demap of context %u", context);
	check_buffer(context, context == 0 ? pv_tsb_kernel_root : owner[context]);
	model.demap_contexts++;
	drop(context, 0, ~0ull);
}

static void
demap_all(void)
{
	for (unsigned i = 0; i < PV_TSB_ENTRIES; i++)
		if ((pv_tsb_buffer[i].tag >> PV_TSB_TAG_INVALID & 1) == 0)
			model_broken("all is demapped, and the buffer has something still");
	model.demap_alls++;
	for (struct tlb *t = tlb; t < tlb + NR_TLB; t++)
		t->valid = false;
}

static void
context_set(unsigned context)
{
	if (context >= PV_TSB_CONTEXTS)
		model_broken("context %u", context);
	model.context = context;
}

static const struct pv_tsb_machine machine = {
	.last_pa = (1ull << 41) - 1, .own_start = OWN, .own_end = 2 * OWN,
	.bits = bits, .demap_page = demap_page, .demap_context = demap_context, .demap_all = demap_all,
	.context_set = context_set,
};

/* -- accesses ------------------------------------------------------------------------------ */

static struct tlb *
tlb_find(unsigned context, uint64_t va)
{
	struct tlb *found = NULL;

	for (struct tlb *t = tlb; t < tlb + NR_TLB; t++) {
		if (!t->valid || t->context != context || va - t->va >= t->size)
			continue;
		if (found != NULL)
			model_broken("two TLB entries for 0x%llx", (unsigned long long)va);
		found = t;
	}
	return found;
}

static void
tlb_load(unsigned context, uint64_t va, uint64_t tte)
{
	uint64_t size = (tte & TTE_4M) != 0 ? PIECE : PAGE;

	tlb[next_tlb++ % NR_TLB] = (struct tlb){ va & ~(size - 1), size, tte, context, true };
}

/* The miss path: record, its marks, buffer. */
static bool
walk(unsigned context, uint64_t va, enum access how)
{
	uint64_t root = context == 0 ? pv_tsb_kernel_root : model_cpu.hv_area[0], *e, tte;
	volatile struct pv_tsb_pair *slot = &pv_tsb_buffer[va >> 13 & (PV_TSB_ENTRIES - 1)];
	unsigned level, flags;

	model.walks++;
	if (root == 0 || (e = model_leaf(root, va, &level)) == NULL)
		return false;
	if ((how == EXEC && (*e & PV_PROT_EXEC) == 0) || (how == WRITE && (*e & PV_PROT_WRITE) == 0))
		return false;
	*e |= PV_MAP_REFERENCED | (how == WRITE ? PV_MAP_MODIFIED : 0);
	flags = (unsigned)*e & 0xfff;
	if ((flags & PV_MAP_MODIFIED) == 0)
		flags &= ~PV_PROT_WRITE;
	/* Write-back is write-through at an address of another colour; a large leaf has one entry for all its pages. */
	if (level == 1 && (flags & PV_MAP_CACHE_MASK) == PV_MAP_WB && ((va ^ *e) & PV_CACHE_ALIAS_MASK) != 0)
		flags |= PV_MAP_WT;
	tte = pv_tsb_bits[(flags & 0x3e) >> 1 | (flags >> 8 & 3) << 5] | (*e & TTE_PA);
	if (level == 2)
		tte |= va & PIECE;
	slot->data = tte;
	slot->tag = (uint64_t)context << 48 | va >> 22;
	return true;
}

static struct tlb *
find(unsigned context, uint64_t va, enum access how)
{
	volatile struct pv_tsb_pair *slot = &pv_tsb_buffer[va >> 13 & (PV_TSB_ENTRIES - 1)];
	struct tlb *t = tlb_find(context, va);

	if (t == NULL && slot->tag != ((uint64_t)context << 48 | va >> 22) &&
	    !walk(context, va, how == EXEC ? EXEC : READ))
		return NULL;
	if (t == NULL)
		tlb_load(context, va, slot->data);
	t = tlb_find(context, va);
	if (how != WRITE || (t->tte & TTE_W) != 0)
		return t;
	/* Protection: the entry in the way goes, another comes. */
	t->valid = false;
	if (!walk(context, va, WRITE))
		return NULL;
	tlb_load(context, va, slot->data);
	return tlb_find(context, va);
}

/* The direct map has every frame at its own colour; where colours agree all of write-back's entries are cached. */
static void
check_colour(unsigned context, uint64_t va, uint64_t pa, uint64_t tte)
{
	bool agree = ((va ^ pa) & PV_CACHE_ALIAS_MASK) == 0, cached = (tte & TTE_CV) != 0;
	unsigned level;
	uint64_t *e = model_leaf(context == 0 ? pv_tsb_kernel_root : model_cpu.hv_area[0], va, &level);

	if (cached && !agree)
		model_broken("frame 0x%llx is in the data cache under two colours", (unsigned long long)pa);
	/* Nobody changes an attribute and uses the page before the sync. */
	if (!cached && agree && (tte & TTE_CP) != 0 && e != NULL && (*e & PV_MAP_CACHE_MASK) == PV_MAP_WB)
		model_broken("frame 0x%llx is out of the data cache at its own colour", (unsigned long long)pa);
}

bool
model_access(unsigned context, uint64_t va, enum access how, uint64_t *pa)
{
	struct tlb *t;

	if (context != 0 && owner[context] != model_cpu.hv_area[0]) {
		if (anything_of(context))
			model_broken("context %u brings something of who had it before", context);
		owner[context] = model_cpu.hv_area[0];
	}
	t = find(context, va, how);
	if (t == NULL || (how == EXEC && (t->tte & TTE_X) == 0) || (context != 0 && (t->tte & TTE_U) == 0))
		return false;
	*pa = (t->tte & TTE_PA) + (va - t->va);
	check_colour(context, va, *pa, t->tte);
	return true;
}

bool
model_cached(unsigned context, uint64_t va)
{
	struct tlb *t = tlb_find(context, va);

	return t != NULL && (t->tte & TTE_CV) != 0;
}

/* -- start ------------------------------------------------------------------------------------ */

void
model_reset(void)
{
	memset(&model, 0, sizeof(model));
	memset(tlb, 0, sizeof(tlb));
	memset(used, 0, sizeof(used));
	memset(owner, 0, sizeof(owner));
	memset(&model_cpu, 0, sizeof(model_cpu));
	model_cpu.self = &model_cpu;
	/* pv_cpu() reads %gs:0, which Linux leaves to programs. */
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &model_cpu) != 0)
		model_broken("cannot set the GS base");
	pv_tsb_wipe();
	ck_assert_int_eq(pv_tsb_init(pv_space_kernel(), &machine), PV_OK);
}
