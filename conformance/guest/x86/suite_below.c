/*
 * What a kernel on x86 can rely on where a layer below keeps the machine: entries in
 * its own numbering, tables that nothing can write but the ops, batches that read
 * what they wrote, and boot data of Xen's. On bare metal the same cases hold.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/boot.h>
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/x86/pte.h>
#include "../capture.h"
#include "../suites.h"

/* -- the tables in force -------------------------------------------------------------- */

#define PAGES_KNOWN	(1u << 18)	/* the first GiB: the rest is looked at without knowing what is a table */

static uint8_t table_bits[PAGES_KNOWN / 8];
static unsigned nr_tables, strange, writable;
static uint64_t strange_at, writable_at;

static const pv_pte *
table_at(uint64_t pa)
{
	const struct pv_hooks *h = pv_hooks_get();

	return h->phys_to_virt(h->context, pv_pa(pa));
}

static void
mark(uint64_t pa)
{
	uint64_t n = pa >> PV_PAGE_SHIFT;

	nr_tables++;
	if (n < PAGES_KNOWN)
		table_bits[n / 8] |= (uint8_t)(1u << (n % 8));
}

static bool
is_table(uint64_t pa)
{
	uint64_t n = pa >> PV_PAGE_SHIFT;

	return n < PAGES_KNOWN && (table_bits[n / 8] >> (n % 8) & 1) != 0;
}

/* Wholly in what the layer below keeps for itself, which is the first range there. */
static bool
below_us(uint64_t va, uint64_t size)
{
	struct pv_reserved_range r;

	return pv_has(PV_CAP_DIRECT_TABLES) && pv_space_reserved(0, &r) == PV_OK && va >= r.start.v &&
	    va + (size - 1) <= r.start.v + (r.size - 1);
}

typedef void (*look_fn)(uint64_t e, unsigned level, uint64_t va, uint64_t size);

static void
walk(uint64_t table, unsigned level, uint64_t va, uint64_t rights, look_fn look)
{
	for (unsigned i = 0; i < pv_table_entries(level); i++) {
		uint64_t size = pv_table_span(level), at = va + i * size, e, mine;

		if (level == 4 && i >= 256)
			at |= 0xffff000000000000ull;
		e = pv_pte_get(&table_at(table)[i]).v;
		if ((e & PV_PTE_P) == 0 || below_us(at, size))
			continue;
		/* The PAE root says nothing of rights. */
		mine = PV_TABLE_ROOT_ENTRIES == 4 && level == PV_TABLE_LEVELS ? rights : rights & e;
		look((e & ~PV_PTE_W) | (mine & PV_PTE_W), level, at, size);
		if (level > 1 && (e & PV_PTE_PS) == 0)
			walk(e & PV_PTE_FRAME, level - 1, at, mine, look);
	}
}

static void
walk_all(look_fn look)
{
	uint64_t root = pv_cr3_read() & (PV_TABLE_ROOT_ENTRIES == 4 ? ~(uint64_t)31 : PV_PTE_FRAME);

	walk(root, PV_TABLE_LEVELS, 0, PV_PTE_W, look);
}

static bool
leaf(uint64_t e, unsigned level)
{
	return level == 1 || (level < PV_TABLE_LEVELS && (e & PV_PTE_PS) != 0);
}

static void
find_tables(uint64_t e, unsigned level, uint64_t va, uint64_t size)
{
	(void)va;
	(void)size;
	if (!leaf(e, level))
		mark(e & PV_PTE_FRAME);
}

static void
find_writable(uint64_t e, unsigned level, uint64_t va, uint64_t size)
{
	if (!leaf(e, level) || (e & PV_PTE_W) == 0)
		return;
	for (uint64_t at = 0; at < size; at += PV_PAGE_SIZE) {
		if (!is_table((e & PV_PTE_FRAME & ~(size - 1)) + at))
			continue;
		if (writable++ == 0)
			writable_at = va + at;
	}
}

static void
mark_tables(void)
{
	memset(table_bits, 0, sizeof(table_bits));
	nr_tables = 0;
	mark(pv_cr3_read() & PV_PTE_FRAME);
	walk_all(find_tables);
}

/* With spaces of its own in being as well; the walk begins at the kernel's root. */
static void
tables_are_writable_nowhere(void)
{
	struct pv_space other;

	CHECK_OK(pv_space_create(&other));
	mark_tables();
	mark(other.root.v & PV_PTE_FRAME);
	writable = 0;
	walk_all(find_writable);
	CHECK_OK(pv_space_destroy(&other));
	CHECK(nr_tables > PV_TABLE_LEVELS);
	if (pv_has(PV_CAP_DIRECT_TABLES) && writable > 0)
		suite_fail(__FILE__, __LINE__, "%u mappings, the first at 0x%llx", writable,
		    (unsigned long long)writable_at);
}

static void
write_word(void *arg)
{
	volatile uint32_t *p = arg;

	*p = *p;
}

/* A root is written by nobody; what is stored into a leaf table, a layer may carry out and check. */
static void
root_cannot_be_written(void)
{
	struct pv_trap trap;
	bool came;

	if (!pv_has(PV_CAP_DIRECT_TABLES))
		return;
	came = suite_catch(write_word, (void *)(uintptr_t)table_at(pv_cr3_read() & PV_PTE_FRAME), &trap);
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(trap.access & (PV_ACCESS_WRITE | PV_ACCESS_PRESENT), PV_ACCESS_WRITE | PV_ACCESS_PRESENT);
}

/* -- frames in the guest's own numbering ------------------------------------------------- */

/* Memory that the boot map has, of any kind. */
static bool
in_the_map(uint64_t pa)
{
	const struct pv_boot *boot = pv_boot_get();

	for (uint32_t i = 0; i < boot->nr_ranges; i++)
		if (pa >= boot->range[i].base.v && pa - boot->range[i].base.v < boot->range[i].size)
			return true;
	return false;
}

/* The image need not have the backend in it, whose page of Xen's lies where one of the image's was. */
struct xen_shared_info;
extern struct xen_shared_info *pv_xen_shared PV_WEAK;

static bool
is_xens(uint64_t va)
{
	return &pv_xen_shared != NULL && va == (uintptr_t)pv_xen_shared;
}

/* A mapping of the direct map or of the image: its frame must be what the kernel thinks it is. */
static void
find_strange(uint64_t e, unsigned level, uint64_t va, uint64_t size)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t frame = e & PV_PTE_FRAME & ~(size - 1);
	pv_paddr pa;

	if (is_xens(va))
		return;
	if (!leaf(e, level)) {
		/* Tables are memory. */
		if (in_the_map(e & PV_PTE_FRAME))
			return;
	} else if (h->virt_to_phys(h->context, (const void *)(uintptr_t)va, &pa) != PV_OK || pa.v == frame) {
		return;
	}
	if (strange++ == 0)
		strange_at = va;
}

static void
frames_are_the_guests_own(void)
{
	strange = 0;
	walk_all(find_strange);
	if (strange > 0)
		suite_fail(__FILE__, __LINE__, "%u entries, the first for 0x%llx", strange,
		    (unsigned long long)strange_at);
}

/* Each page of a run reads back as itself, by query and by entry, whatever frame is behind it. */
static void
numbers_come_back(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	unsigned wrong = 0, flags;
	pv_paddr run, table = { 0 }, pa;
	pv_pte *entry;

	CHECK_OK(h->pages_alloc(h->context, 64, 0, &run));
	table = suite_page();
	CHECK_OK(pv_table_claim(table, 1));
	entry = (pv_pte *)(uintptr_t)table_at(table.v);
	for (unsigned i = 0; i < 64; i++) {
		pv_paddr frame = pv_pa_add(run, i * PV_PAGE_SIZE);

		pv_pte_set(&entry[i * 8], pv_pte_make(frame, PV_PTE_P | PV_PTE_W | PV_PTE_NX));
		wrong += pv_pte_frame(pv_pte_get(&entry[i * 8])).v != frame.v;
		wrong += pv_space_query(pv_space_kernel(), pv_va_of(table_at(frame.v)), &pa, &flags) != PV_OK ||
		    pa.v != frame.v;
	}
	for (unsigned i = 0; i < 64; i++)
		pv_pte_clear(&entry[i * 8]);
	CHECK_OK(pv_table_release(table, 1));
	suite_page_free(table);
	h->pages_free(h->context, run, 64);
	CHECK_EQ(wrong, 0);
}

/* What a kernel of 32 bits has no addresses for begins at 768 MiB. */
#define DIRECT_MAP	(sizeof(uintptr_t) == 4 ? 768ull << 20 : ~0ull)

/*
 * Each page of RAM can be read at its address, which is one and the same page; only a kernel of 32
 * bits has no addresses for all, which begin where its direct map ends. By the harness's word a first domain got 8 GiB.
 */
static void
all_memory_is_mapped(void)
{
	const struct pv_boot *boot = pv_boot_get();
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t ram = 0, missing = 0, wrong = 0;
	char words[80];

	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		const struct pv_boot_range *r = &boot->range[i];

		for (uint64_t at = 0; r->kind == PV_MEM_RAM && at < r->size; at += PV_PAGE_SIZE) {
			pv_paddr pa = pv_pa_add(r->base, at), seen;
			const volatile uint8_t *va = h->phys_to_virt(h->context, pa);
			unsigned flags;

			ram += PV_PAGE_SIZE;
			missing += va == NULL && pa.v < DIRECT_MAP;
			if (va == NULL)
				continue;
			(void)*va;
			/* Of each table the first and the last. */
			if ((pa.v + PV_PAGE_SIZE) % 0x200000 <= PV_PAGE_SIZE)
				wrong += pv_space_query(pv_space_kernel(), pv_va((uintptr_t)va), &seen, &flags) !=
				    PV_OK || seen.v != pa.v;
		}
	}
	CHECK_EQ(wrong, 0);
	CHECK_EQ(missing, 0);
	if (suite_option("expect", words, sizeof(words)) && suite_text_has(words, "8g"))
		CHECK(ram > 0x1fc000000ull);
}

/* -- batches ------------------------------------------------------------------------------- */

#define RW	(PV_PTE_P | PV_PTE_W | PV_PTE_A | PV_PTE_D)

/* Inside, each read sees the last write, also of an entry that was written before in the same batch. */
static void
entries_in_a_batch(void)
{
	pv_paddr table = suite_page(), a = suite_page(), b = suite_page();
	uint64_t first, second, gone, old, back, later;
	pv_pte *e = (pv_pte *)(uintptr_t)table_at(table.v);
	pv_status s;

	CHECK_OK(pv_table_claim(table, 1));
	pv_mmu_begin();
	pv_pte_set(&e[1], pv_pte_make(a, RW));
	first = pv_pte_get(&e[1]).v;
	pv_pte_clear(&e[1]);
	gone = pv_pte_get(&e[1]).v;
	pv_pte_set(&e[1], pv_pte_make(b, RW));
	second = pv_pte_get(&e[1]).v;
	old = pv_pte_exchange(&e[1], pv_pte_make(a, RW | PV_PTE_SOFT1)).v;
	back = pv_pte_get(&e[1]).v;
	s = pv_mmu_end();
	later = pv_pte_get(&e[1]).v;
	pv_pte_clear(&e[1]);
	CHECK_OK(pv_table_release(table, 1));
	suite_page_free(table);
	suite_page_free(a);
	suite_page_free(b);
	CHECK_OK(s);
	CHECK_EQ(first & PV_PTE_FRAME, a.v);
	CHECK_EQ(gone, 0);
	CHECK_EQ(second & PV_PTE_FRAME, b.v);
	CHECK_EQ(old & PV_PTE_FRAME, b.v);
	CHECK_EQ(back & (PV_PTE_FRAME | PV_PTE_SOFT1), a.v | PV_PTE_SOFT1);
	CHECK_EQ(later & PV_PTE_KEPT, back & PV_PTE_KEPT);
}

/* More than any queue holds. */
static void
long_batch(void)
{
	pv_paddr table = suite_page(), a = suite_page();
	pv_pte *e = (pv_pte *)(uintptr_t)table_at(table.v);
	unsigned wrong = 0;
	pv_status s, t;

	CHECK_OK(pv_table_claim(table, 1));
	pv_mmu_begin();
	for (unsigned i = 0; i < 512; i++) {
		pv_pte_set(&e[i], pv_pte_make(a, RW));
		wrong += pv_pte_frame(pv_pte_get(&e[i])).v != a.v;
	}
	t = pv_mmu_end();
	for (unsigned i = 0; i < 512; i++)
		wrong += pv_pte_frame(pv_pte_get(&e[i])).v != a.v;
	pv_mmu_begin();
	for (unsigned i = 0; i < 512; i++)
		pv_pte_clear(&e[i]);
	s = pv_mmu_end();
	CHECK_OK(pv_table_release(table, 1));
	suite_page_free(table);
	suite_page_free(a);
	CHECK_OK(s);
	CHECK_OK(t);
	CHECK_EQ(wrong, 0);
}

/*
 * What 1,000 pages may cost where a call into the layer below is what costs: on bare metal none; where tables are
 * Xen's, a few, and none would mean that they are not counted; on a VMI ROM the end of a batch is one, if it hears
 * of batches, which the harness's words for its kinds tell.
 */
#define PAGES		1000u
#define MOST_CALLS	8u

static bool
as_many_calls(uint64_t of_a_batch, uint64_t of_destroying)
{
	char words[80];
	bool deaf = suite_option("expect", words, sizeof(words)) &&
	    (suite_text_has(words, "none") || suite_text_has(words, "nops"));

	if (pv_has(PV_CAP_DIRECT_TABLES))
		return of_a_batch >= 1 && of_a_batch <= MOST_CALLS &&
		    of_destroying >= 1 && of_destroying <= MOST_CALLS;
	return of_a_batch == (suite_text_is(pv_backend_name(), "vmi") && !deaf) && of_destroying == 0;
}

static void
a_batch_takes_few_calls(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t start, mapped, unmapped, cleared;
	struct pv_space space;
	pv_vaddr from, end;
	pv_paddr run;

	pv_space_user_range(&from, &end);
	from.v = (from.v + 0x400000) & ~(uintptr_t)0x3fffff;
	CHECK_OK(h->pages_alloc(h->context, PAGES, 0, &run));
	CHECK_OK(pv_space_create(&space));
	/* The tables are there afterwards, and are not what is counted. */
	CHECK_OK(pv_space_map(&space, from, run, PAGES * PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	CHECK_OK(pv_space_unmap(&space, from, PAGES * PV_PAGE_SIZE));
	start = pv_hypercall_count();
	pv_mmu_begin();
	for (unsigned i = 0; i < PAGES; i++)
		CHECK_OK(pv_space_map(&space, pv_va(from.v + i * PV_PAGE_SIZE), pv_pa_add(run, i * PV_PAGE_SIZE),
		    PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER));
	CHECK_OK(pv_mmu_end());
	mapped = pv_hypercall_count();
	pv_mmu_begin();
	CHECK_OK(pv_space_unmap(&space, from, PAGES / 2 * PV_PAGE_SIZE));
	CHECK_OK(pv_space_unmap(&space, pv_va(from.v + PAGES / 2 * PV_PAGE_SIZE), PAGES / 2 * PV_PAGE_SIZE));
	CHECK_OK(pv_mmu_end());
	unmapped = pv_hypercall_count();
	CHECK_OK(pv_space_map(&space, from, run, PAGES * PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER));
	cleared = pv_hypercall_count();
	CHECK_OK(pv_space_destroy(&space));
	cleared = pv_hypercall_count() - cleared;
	h->pages_free(h->context, run, PAGES);
	pv_printf("# calls for %u pages: map %u, unmap %u, destroy %u\n", PAGES, (unsigned)(mapped - start),
	    (unsigned)(unmapped - mapped), (unsigned)cleared);
	CHECK(as_many_calls(mapped - start, cleared));
	CHECK(as_many_calls(unmapped - mapped, cleared));
}

/* -- descriptors -------------------------------------------------------------------------------- */

/* The table in force is written by the op, and by nothing else where a layer below holds the real one. */
static void
loaded_gdt_is_closed(void)
{
	struct pv_trap trap;
	uintptr_t table;
	unsigned limit;
	bool came;

	pv_gdt_read(&table, &limit);
	came = table != 0 && suite_catch(write_word, (void *)table, &trap);
	CHECK(table == 0 || came == pv_has(PV_CAP_DIRECT_TABLES));
}

/* -- boot data of Xen's, made up ------------------------------------------------------------------- */

#define WORD		sizeof(unsigned long)
#define INFO_AT		0x1000u
#define VIRT(pa)	((unsigned long)(uintptr_t)info - INFO_AT + (pa))

/* Xen's public xen.h, struct start_info, by words of the width; the rest by its place. */
static unsigned long info[PV_PAGE_SIZE / WORD];
enum { NR_PAGES = 32 / WORD, PT_BASE = (WORD == 8 ? 88 : 60) / WORD, NR_PT, MFN_LIST, MOD_START, MOD_LEN };
#define ARGS_AT		(WORD == 8 ? 128u : 80u)

static const void *
info_at(void *arg, pv_paddr base, uint64_t size)
{
	(void)arg;
	return base.v >= INFO_AT && base.v - INFO_AT + size <= sizeof(info) ?
	    (const char *)info + (base.v - INFO_AT) : NULL;
}

static struct pv_boot made_up;

static pv_status
read_info(void)
{
	struct pv_boot_reader r = { .at = info_at, .kernel_base = pv_pa(0x10000), .kernel_size = 0x8000 };

	return pv_boot_read_xen(&made_up, &r, pv_pa(INFO_AT));
}

static void
good_info(void)
{
	memset(info, 0, sizeof(info));
	memcpy(info, "xen-3.0-x86", 11);
	info[NR_PAGES] = 256;
	info[MFN_LIST] = VIRT(0x20000);
	info[PT_BASE] = VIRT(0x22000);
	info[NR_PT] = 3;
	info[MOD_START] = VIRT(0x18000);
	info[MOD_LEN] = 0x1234;
	memcpy((char *)info + ARGS_AT, "a=1 b", 6);
}

static void
xens_data_are_read(void)
{
	char value[8];

	good_info();
	CHECK_OK(read_info());
	CHECK_EQ(made_up.how, PV_BOOT_XEN_PV);
	CHECK_OK(pv_boot_option(&made_up, "a", value, sizeof(value)));
	CHECK(suite_text_is(value, "1"));
	CHECK_EQ(made_up.nr_modules, 1);
	CHECK_EQ(made_up.module[0].base.v, 0x18000);
	CHECK_EQ(made_up.module[0].size, 0x1234);
	CHECK_EQ(made_up.start_info.v, INFO_AT);
	/* 1 MiB less page 0, image, module and what the builder made. */
	CHECK_EQ(pv_boot_ram_bytes(&made_up), 0x100000 - 0x1000 - 0x8000 - 0x2000 - 0x6000);
	CHECK_EQ(made_up.oddities, 0);
	info[MOD_START] = VIRT(0x100000);
	CHECK_OK(read_info());
	CHECK_EQ(made_up.nr_modules, 0);
	CHECK_EQ(made_up.oddities, 1);
}

static void
wrong(unsigned word, unsigned long value, const char *said)
{
	good_info();
	info[word] = value;
	CHECK(read_info() != PV_OK);
	if (!suite_text_has(pv_boot_read_error(), said))
		suite_fail(__FILE__, __LINE__, "'%s' does not say '%s'", pv_boot_read_error(), said);
}

static void
xens_wrong_data_are_refused(void)
{
	struct pv_boot_reader r = { .at = info_at };

	wrong(0, 0, "magic");
	wrong(NR_PAGES, 0, "no memory");
	wrong(PT_BASE, VIRT(0xfd000), "page tables");
	wrong(PT_BASE, 0, "page tables");
	wrong(NR_PT, ~0ul, "page tables");
	wrong(MFN_LIST, VIRT(0x30000), "list of frames");
	wrong(MFN_LIST, 0, "list of frames");
	CHECK(pv_boot_read_xen(&made_up, &r, pv_pa(0x5000)) != PV_OK);
	CHECK(suite_text_has(pv_boot_read_error(), "cannot be read"));
}

static const struct suite_case cases[] = {
	{ "tables_are_writable_nowhere", tables_are_writable_nowhere, "isa.table_claim isa.pte_get mmu.create", 0 },
	{ "root_cannot_be_written", root_cannot_be_written, "isa.table_claim mmu.init", 0 },
	{ "frames_are_the_guests_own", frames_are_the_guests_own, "isa.pte_get", 0 },
	{ "all_memory_is_mapped", all_memory_is_mapped, "mmu.init mmu.query", CASE_ONCE },
	{ "numbers_come_back", numbers_come_back, "isa.pte_set isa.pte_get mmu.query", 0 },
	{ "entries_in_a_batch", entries_in_a_batch, "mmu.begin mmu.end isa.pte_get isa.pte_exchange", 0 },
	{ "long_batch", long_batch, "mmu.begin mmu.end isa.pte_set isa.pte_clear", 0 },
	{ "a_batch_takes_few_calls", a_batch_takes_few_calls, "mmu.begin mmu.end mmu.map mmu.unmap mmu.destroy", 0 },
	{ "loaded_gdt_is_closed", loaded_gdt_is_closed, "isa.gdt_read isa.gdt_load", 0 },
	{ "xens_data_are_read", xens_data_are_read, "pv_boot_read_xen", CASE_ONCE },
	{ "xens_wrong_data_are_refused", xens_wrong_data_are_refused, "pv_boot_read_xen", CASE_ONCE },
};
SUITE(suite_below, "below", cases);
