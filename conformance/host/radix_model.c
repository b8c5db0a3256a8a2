/*
 * The machine of radix_model.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "radix_parts.h"

#define ARCH_SET_GS	0x1001

struct machine machine;
struct pv_space *kernel;
struct pv_cpu model_cpu;
const struct pv_radix_below machine_below;
struct pv_ops pv_ops;

struct page page[POOL_PAGES];
uint64_t roots[NR_ROOTS];
static uint64_t *pool;
static unsigned next_page;

void
model_broken(const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	ck_abort_msg("%s", text);
	abort();
}

/* -- memory ------------------------------------------------------------------- */

static bool
in_pool(uint64_t pa)
{
	return (pa >= POOL_BASE && pa < POOL_BASE + POOL_LOW * PAGE) ||
	    (pa >= machine.pool_base + POOL_LOW * PAGE && pa < machine.pool_base + POOL_PAGES * PAGE);
}

unsigned
page_nr(uint64_t pa)
{
	if (!in_pool(pa))
		model_broken("0x%llx is no memory", (unsigned long long)pa);
	if (pa < POOL_BASE + POOL_LOW * PAGE)
		return (unsigned)((pa - POOL_BASE) / PAGE);
	return (unsigned)((pa - machine.pool_base) / PAGE);
}

static uint64_t
page_pa(unsigned n)
{
	return (n < POOL_LOW ? POOL_BASE : machine.pool_base) + n * PAGE;
}

uint64_t *
model_page(uint64_t pa)
{
	return pool + page_nr(pa) * 512;
}

static pv_status
take(unsigned first, unsigned end, unsigned *n)
{
	machine.pages_asked++;
	if (machine.fail_page_all != 0 || (machine.fail_page != 0 && --machine.fail_page == 0))
		return PV_E_NOMEM;
	for (unsigned i = 0; i < end - first; i++) {
		unsigned at = first + (next_page + i) % (end - first);

		if (!page[at].used) {
			memset(&page[at], 0, sizeof(page[at]));
			page[at].used = true;
			machine.pages_used++;
			next_page = at - first + 1;
			*n = at;
			return PV_OK;
		}
	}
	return PV_E_NOMEM;
}

static void
give(pv_paddr frame, bool low)
{
	unsigned n = page_nr(frame.v);

	if (!page[n].used)
		model_broken("page 0x%llx given back but not taken", (unsigned long long)frame.v);
	if (page[n].low != low)
		model_broken("page 0x%llx given back to the wrong hook", (unsigned long long)frame.v);
	if (page[n].claimed != 0)
		model_broken("page 0x%llx given back as a table", (unsigned long long)frame.v);
	if (page[n].released_live)
		model_broken("page 0x%llx given back before a flush", (unsigned long long)frame.v);
	page[n].used = false;
	machine.pages_used--;
	for (unsigned i = 0; i < 512; i++)
		pool[n * 512 + i] = CANARY;
}

static pv_status
page_alloc(void *context, pv_paddr *frame)
{
	unsigned n;
	pv_status s = take(POOL_LOW, POOL_PAGES, &n);

	(void)context;
	if (s == PV_OK) {
		memset(pool + n * 512, 0, PAGE);
		*frame = pv_pa(page_pa(n));
	}
	return s;
}

static void
page_free(void *context, pv_paddr frame)
{
	(void)context;
	give(frame, false);
}

/* Contiguous pages are not said to be zeroed. */
static pv_status
pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base)
{
	unsigned n;
	pv_status s;

	(void)context;
	if (nr != 1 || limit != 0x100000000ull)
		model_broken("pages_alloc: %zu pages below 0x%llx", nr, (unsigned long long)limit);
	s = take(0, POOL_LOW, &n);
	if (s != PV_OK)
		return s;
	page[n].low = true;
	memset(pool + n * 512, 0x01, PAGE);
	*base = pv_pa(page_pa(n));
	return PV_OK;
}

static void
pages_free(void *context, pv_paddr base, size_t nr)
{
	(void)context;
	(void)nr;
	give(base, true);
}

uint64_t
model_take(void)
{
	unsigned n;

	if (take(POOL_LOW, POOL_PAGES, &n) != PV_OK)
		model_broken("no page for the test itself");
	machine.pages_used--;
	machine.pages_asked--;
	memset(pool + n * 512, 0, PAGE);
	return page_pa(n);
}

/* Addresses come from a window in the kernel half, one after another. */
static pv_status
va_alloc(void *context, uintptr_t size, pv_vaddr *va)
{
	(void)context;
	if (size == 0 || (size & (PAGE - 1)) != 0)
		model_broken("va_alloc of 0x%lx bytes", (unsigned long)size);
	if (size > 64 * LARGE)
		return PV_E_NOMEM;
	*va = pv_va(pv_radix_geometry.kernel_start + machine.va_bytes +
	    (pv_radix_geometry.top == 4 ? 0x490000000000u : 0x30000000u));
	machine.va_bytes += size;
	return PV_OK;
}

static void
va_free(void *context, pv_vaddr va, uintptr_t size)
{
	(void)context;
	if (((va.v | size) & (PAGE - 1)) != 0)
		model_broken("va_free of odd addresses");
	machine.va_bytes -= size;
}

static pv_status
va_map(void *context, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	(void)context;
	if (((va.v | pa.v | size) & (PAGE - 1)) != 0)
		model_broken("va_map of odd addresses");
	machine.va_maps++;
	machine.va_map_pa = pa.v;
	machine.va_map_flags = flags;
	return machine.fail_va_map ? PV_E_REFUSED : PV_OK;
}

static void
va_unmap(void *context, pv_vaddr va, uintptr_t size)
{
	(void)context;
	if (((va.v | size) & (PAGE - 1)) != 0)
		model_broken("va_unmap of odd addresses");
	machine.va_unmaps++;
}

static struct pv_hooks hooks;

const struct pv_hooks *
pv_hooks_get(void)
{
	return &hooks;
}

/* -- entry ops: each checks the rules of <pv/x86/pte.h> -------------------------------- */

static struct page *
page_of(const uint64_t *where)
{
	size_t n = (size_t)(where - pool) / 512;

	if (where < pool || n >= POOL_PAGES || !page[n].used || ((uintptr_t)where & 7) != 0)
		model_broken("entry op on %p, which is in nobody's page", (const void *)where);
	return &page[n];
}

static uint64_t
pa_of(const uint64_t *where)
{
	return page_pa((unsigned)(page_of(where) - page));
}

/* What an entry of a table leads to must be a table of the next level. */
static void
check_child(const uint64_t *where, uint64_t entry)
{
	unsigned level = page_of(where)->claimed;

	if (level < 2 || (entry & (PV_PTE_P | PV_PTE_PS)) != PV_PTE_P)
		return;
	if (page[page_nr(entry & PV_PTE_FRAME)].claimed != level - 1)
		model_broken("0x%llx becomes reachable at level %u but was not claimed for it",
		    (unsigned long long)entry, level - 1);
}

__attribute__((used)) static uint64_t
model_pte_get(const uint64_t *where)
{
	(void)page_of(where);
	return *where;
}

__attribute__((used)) static void
model_pte_set(uint64_t *where, uint64_t entry)
{
	if ((*where & PV_PTE_P) != 0 && mmu_reachable(pa_of(where)))
		model_broken("pv_pte_set on a live entry 0x%llx", (unsigned long long)*where);
	check_child(where, entry);
	machine.sets++;
	*where = entry;
}

__attribute__((used)) static void
model_pte_clear(uint64_t *where)
{
	uint64_t old = *where;

	if (page_of(where)->claimed > 1 && (old & (PV_PTE_P | PV_PTE_PS)) == PV_PTE_P && machine.root != 0 &&
	    mmu_reaches(machine.root, pv_radix_geometry.top, pa_of(where)))
		page[page_nr(old & PV_PTE_FRAME)].released_live = true;
	machine.clears++;
	*where = 0;
}

__attribute__((used)) static uint64_t
model_cr3_read(void)
{
	return machine.root | (pv_radix_geometry.top == 4 ? 0x18 : 0);
}

static uint64_t
pte_exchange(uint64_t *where, uint64_t entry)
{
	uint64_t old;

	if (machine.on_exchange != NULL)
		machine.on_exchange(where);
	old = *where;
	check_child(where, entry);
	machine.exchanges++;
	machine.gone += (old & PV_PTE_P) != 0 && (entry & PV_PTE_P) == 0;
	*where = entry;
	return old;
}

static uint64_t
pte_protect_begin(uint64_t *where)
{
	model_broken("two steps for 0x%llx, where one does", (unsigned long long)*where);
}

static void
pte_protect_commit(uint64_t *where, uint64_t entry)
{
	model_broken("0x%llx is stored over 0x%llx: A and D may get lost", (unsigned long long)entry,
	    (unsigned long long)*where);
}

static pv_status
table_claim(pv_paddr table, unsigned level)
{
	struct page *p = &page[page_nr(table.v)];

	machine.claims_asked++;
	if (machine.fail_claim != 0 && --machine.fail_claim == 0)
		return PV_E_REFUSED;
	if (!p->used || p->claimed != 0)
		model_broken("table 0x%llx claimed again, or free", (unsigned long long)table.v);
	if (mmu_reachable(table.v))
		model_broken("table 0x%llx claimed after it was reachable", (unsigned long long)table.v);
	p->claimed = level;
	machine.tables_used++;
	for (unsigned i = 0; level == pv_radix_geometry.top && i < NR_ROOTS; i++) {
		if (roots[i] == 0) {
			roots[i] = table.v;
			break;
		}
	}
	return PV_OK;
}

static pv_status
table_release(pv_paddr table, unsigned level)
{
	struct page *p = &page[page_nr(table.v)];
	unsigned i;

	if (machine.fail_release != 0 && --machine.fail_release == 0)
		return PV_E_BUSY;
	if (p->claimed != level)
		model_broken("table 0x%llx of level %u released as level %u", (unsigned long long)table.v,
		    p->claimed, level);
	if (level == pv_radix_geometry.top) {
		if (table.v == machine.root || table.v == machine.user_root)
			return PV_E_BUSY;
		for (i = 0; i < NR_ROOTS && roots[i] != table.v; i++)
			;
		roots[i] = 0;
	}
	if (mmu_reachable(table.v))
		model_broken("table 0x%llx released while reachable", (unsigned long long)table.v);
	p->claimed = 0;
	machine.tables_used--;
	return PV_OK;
}

static void
flush_all(bool global)
{
	machine.flush_all++;
	machine.flush_all_global += global;
	mmu_flush(0, ~0ull);
}

static void
root_set(pv_paddr root, pv_paddr user)
{
	if (page[page_nr(root.v)].claimed != pv_radix_geometry.top)
		model_broken("root 0x%llx was not claimed", (unsigned long long)root.v);
	machine.root = root.v;
	machine.user_root = user.v;
	mmu_flush(0, ~0ull);
}

static void
flush_range(uintptr_t start, uintptr_t end)
{
	if (((start | end) & (PAGE - 1)) != 0)
		model_broken("flush of a range that is not of pages");
	machine.flush_range++;
	machine.flush_bytes += end - start;
	mmu_flush(start, end - 1);
}

static void
cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	memset(out, 0, 4 * sizeof(out[0]));
	/* Leaves beyond the last one give nonsense. */
	if (leaf > 0x80000000u && machine.phys_bits == 0)
		memset(out, 0xff, 4 * sizeof(out[0]));
	if (leaf == 0)
		out[0] = 1;
	else if (leaf == 0x80000000u)
		out[0] = machine.phys_bits != 0 ? 0x80000008u : 0x80000000u;
	else if (leaf == 0x80000008u && machine.phys_bits != 0)
		out[0] = 0x3000 | machine.phys_bits;
	else if (leaf == 1)
		out[3] = machine.has_pat ? 1u << 16 : 0;
	else if (leaf == 0x80000001u && machine.has_huge && machine.phys_bits != 0)
		out[3] = 1u << 26;
}

/*
 * The site convention (<pv/x86/ops.h>) around a C function: all registers but the result kept,
 * the stack aligned. Library code under test is compiled without vector registers.
 */
#define THUNK(name, save_rax, restore_rax)						\
	__asm__(".text\nmodel_thunk_" #name ":\n\tpush %rbp\n\tmov %rsp, %rbp\n\t"		\
	    "push %rdi\n\tpush %rsi\n\tpush %rdx\n\tpush %rcx\n\tpush %r8\n\tpush %r9\n\t"	\
	    "push %r10\n\tpush %r11\n\t" save_rax "and $-16, %rsp\n\tcall model_" #name "\n\t"	\
	    restore_rax "lea -64(%rbp), %rsp\n\tpop %r11\n\tpop %r10\n\tpop %r9\n\tpop %r8\n\t"	\
	    "pop %rcx\n\tpop %rdx\n\tpop %rsi\n\tpop %rdi\n\tpop %rbp\n\tret\n");		\
	void model_thunk_##name(void)
#define KEEP	"push %rax\n\t"
#define BACK	"mov -72(%rbp), %rax\n\t"
THUNK(pte_get, "", "");
THUNK(pte_set, KEEP, BACK);
THUNK(pte_clear, KEEP, BACK);
THUNK(cr3_read, "", "");

static void
ops_fill(void)
{
	pv_ops.isa.pte_get = model_thunk_pte_get;
	pv_ops.isa.pte_set = model_thunk_pte_set;
	pv_ops.isa.pte_clear = model_thunk_pte_clear;
	pv_ops.isa.cr3_read = model_thunk_cr3_read;
	pv_ops.isa.cpuid = cpuid;
	pv_ops.isa.pte_exchange = pte_exchange;
	pv_ops.isa.pte_protect_begin = pte_protect_begin;
	pv_ops.isa.pte_protect_commit = pte_protect_commit;
	pv_ops.isa.table_claim = table_claim;
	pv_ops.isa.table_release = table_release;
	pv_ops.isa.root_set = root_set;
	pv_ops.isa.flush_range = flush_range;
	pv_ops.isa.flush_all = flush_all;
	pv_ops.mmu = (struct pv_mmu_ops){
		.init = pv_radix_init, .create = pv_radix_create, .destroy = pv_radix_destroy,
		.activate = pv_radix_activate, .map = pv_radix_map, .unmap = pv_radix_unmap,
		.protect = pv_radix_protect, .query = pv_radix_query, .harvest = pv_radix_harvest,
		.sync = pv_radix_sync, .begin = pv_radix_begin, .end = pv_radix_end,
	};
	hooks = (struct pv_hooks){
		.size = sizeof(hooks), .page_alloc = page_alloc, .page_free = page_free,
		.va_alloc = va_alloc, .va_free = va_free,
	};
	if (!machine.no_pages_alloc) {
		hooks.pages_alloc = pages_alloc;
		hooks.pages_free = pages_free;
	}
	if (machine.own_tables) {
		hooks.va_map = va_map;
		hooks.va_unmap = va_unmap;
	}
}

/* -- start and stop ------------------------------------------------------------------------ */

void
machine_reset(void)
{
	free(pool);
	pool = NULL;
	memset(&machine, 0, sizeof(machine));
	memset(page, 0, sizeof(page));
	mmu_reset();
	memset(roots, 0, sizeof(roots));
	memset(&model_cpu, 0, sizeof(model_cpu));
	memset(&pv_radix, 0, sizeof(pv_radix));
	pv_radix.below = &machine_below;
	next_page = 0;
	machine.phys_bits = 40;
	machine.caps[PV_CAP_NX] = machine.caps[PV_CAP_LARGE_PAGES] = machine.caps[PV_CAP_GLOBAL_PAGES] = true;
	machine.has_pat = true;
	machine.pool_base = POOL_BASE;
	kernel = pv_space_kernel();
	memset(kernel, 0, sizeof(*kernel));
	model_cpu.self = &model_cpu;
	/* pv_cpu() reads %gs:0, which Linux leaves to programs. */
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &model_cpu) != 0)
		model_broken("cannot set the GS base");
}

/* Tables as some start code has left them: an empty user half, one kernel mapping of each kind. */
void
machine_start(void)
{
	bool pae = pv_radix_geometry.top == 3;
	uint64_t root, directory, table;

	pool = malloc(POOL_PAGES * PAGE);
	if (pool == NULL)
		model_broken("no memory");
	for (size_t i = 0; i < POOL_PAGES * 512; i++)
		pool[i] = CANARY;
	ops_fill();
	if (pae) {
		/* PAE roots need not fill a page: this one lies in the middle of one. */
		page[0].used = true;
		memset(pool, 0, PAGE);
		root = POOL_BASE + 0x40;
	} else {
		root = model_take();
	}
	directory = model_take();
	table = model_take();
	if (pae) {
		*(uint64_t *)((char *)model_page(POOL_BASE) + 0x58) = directory | 1;
		model_page(directory)[0] = table | 3;
		page[page_nr(directory)].claimed = 2;
	} else {
		uint64_t pointers = model_take();

		model_page(root)[272] = pointers | 3;
		model_page(pointers)[0] = directory | 3;
		model_page(directory)[0] = table | 3;
		page[page_nr(pointers)].claimed = 3;
		page[page_nr(directory)].claimed = 2;
	}
	page[page_nr(table)].claimed = 1;
	page[page_nr(root & ~(PAGE - 1))].claimed = pv_radix_geometry.top;
	for (unsigned i = 0; i < 512; i++)
		model_page(table)[i] = i * PAGE | 3;
	roots[0] = machine.root = root;
	ck_assert_int_eq(pv_radix_init(kernel), PV_OK);
}

void
machine_stop(void)
{
	if (machine.windows_open != 0)
		model_broken("%u windows left open", machine.windows_open);
	free(pool);
	pool = NULL;
}
