/*
 * What the VMI backend tells a ROM about page tables: a fake ROM records the calls.
 * Source: backends/vmi/mmu.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cases.h"
#include "../../backends/common/radix/radix.h"
#include "../../backends/vmi/vmi.h"

DEFINE_GATE;
struct pv_ops pv_ops;
struct pv_vmi_answer pv_vmi_answers[VMI_NR_CALLS];
struct pv_radix pv_radix;
uint64_t pv_hypercalls;
const struct pv_radix_geometry pv_radix_geometry = { .top = 3, .root_entries = 4, .root_mask = 0xffffffe0u };
struct pv_start pv_started;
struct pv_direct_map pv_direct_map;
struct pv_boot pv_boot_data;

/* -- the ROM: "name(a,b,c) " for each call -- */

static char calls[8192];

static void
record(const char *format, ...)
{
	size_t used = strlen(calls);
	va_list list;

	va_start(list, format);
	vsnprintf(calls + used, sizeof(calls) - used, format, list);
	va_end(list);
}

#define EXPECT_CALLS(text) do {						\
	ck_assert_str_eq(calls, text);					\
	calls[0] = '\0';						\
} while (0)

void
pv_vmi_rom_SetPxELong(uint64_t entry, void *where, uint32_t flags)
{
	*(uint64_t *)where = entry;
	record("Set(%llx,%x) ", (unsigned long long)entry, flags);
}

/* Whoever interrupts right before it hears of the next update; it is in no batch, or its own. */
static void (*interrupts)(void);

void
pv_vmi_rom_UpdatePxELong(void *where, uint32_t flags)
{
	void (*handler)(void) = interrupts;
	bool begun = pv_cpu()->batch.begun;

	interrupts = NULL;
	pv_cpu()->batch.begun = false;
	if (handler != NULL)
		handler();
	pv_cpu()->batch.begun = begun;
	record("Update(%llx,%x) ", (unsigned long long)*(uint64_t *)where, flags);
}

void
pv_vmi_rom_AllocatePage(uint32_t frame, uint32_t flags, uint32_t source, uint32_t first, uint32_t count)
{
	ck_assert_uint_eq(source | first | count, 0);
	record("Allocate(%x,%x) ", frame, flags);
}

void
pv_vmi_rom_ReleasePage(uint32_t frame, uint32_t flags)
{
	record("Release(%x,%x) ", frame, flags);
}

void
pv_vmi_rom_InvalPage(uintptr_t va)
{
	record("Inval(%lx) ", (unsigned long)va);
}

void
pv_vmi_rom_FlushTLB(uint32_t what)
{
	record("Flush(%x) ", what);
}

void
pv_vmi_rom_SetCR3(uint32_t v)
{
	record("CR3(%x) ", v);
}

void
pv_vmi_rom_SetLazyMode(uint32_t mode)
{
	record("Lazy(%u) ", mode);
}

void
pv_vmi_rom_SetLinearMapping(uint32_t slot, uintptr_t va, uint32_t pages, uint32_t frame)
{
	record("Linear(%u,%lx,%x,%x) ", slot, (unsigned long)va, pages, frame);
}

/* -- the rest of the library -- */

/* Its memory: 64 frames, the tables that run from 1 on, one for the backend's own use at 40. */
#define FRAMES	64u
#define FRAME(n)	(1u + (n))
#define LEVELS	40u
static uint64_t arena[FRAMES][512] __attribute__((aligned(4096)));
#define tables	(&arena[FRAME(0)])

void
pv_radix_open(struct pv_radix_place *at, pv_paddr table, unsigned level, uintptr_t va)
{
	at->level = level;
	at->where = (pv_pte *)(void *)&arena[table.v >> 12][pv_radix_index(va, level)];
}

void
pv_radix_close(struct pv_radix_place *at)
{
	(void)at;
}

pv_status
pv_native_table_check(pv_paddr table, unsigned level)
{
	(void)table;
	return level == 0 || level > 3 ? PV_E_INVAL : PV_OK;
}

static pv_status
pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base)
{
	(void)context;
	ck_assert_uint_eq(nr, 1);
	ck_assert_uint_eq(limit, sizeof(arena));
	*base = pv_pa(LEVELS << 12);
	memset(arena[LEVELS], 0, sizeof(arena[LEVELS]));
	return PV_OK;
}

static struct pv_hooks hooks;

void
pv_log(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(said, sizeof(said), format, list);
	va_end(list);
}

const struct pv_hooks *
pv_hooks_get(void)
{
	return &hooks;
}

/* Sites: cr3_read, pte_get. */
void host_cr3_read(void), host_pte_get(void);
__asm__(".text\nhost_cr3_read: mov $0x1000, %rax\n\tret\nhost_pte_get: mov (%rdi), %rax\n\tret\n");

static struct pv_cpu cpu;

/* As the library's front does it. */
static void
begin(void)
{
	cpu.batch.begun = true;
	pv_vmi_batch_begin();
}

static pv_status
end(void)
{
	cpu.batch.begun = false;
	return pv_vmi_batch_end();
}

static void
flush_all(bool global)
{
	pv_vmi_flush_all(global);
}

static void
start(void)
{
	calls[0] = '\0';
	for (unsigned n = 0; n < VMI_NR_CALLS; n++)
		pv_vmi_answers[n].kind = VMI_KIND_CALL;
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	pv_ops.isa.cr3_read = host_cr3_read;
	pv_ops.isa.pte_get = host_pte_get;
	pv_ops.isa.flush_all = flush_all;
	pv_direct_map = (struct pv_direct_map){ .base = (uintptr_t)arena, .size = sizeof(arena) };
	cpu.self = &cpu;
	cpu.batch.begun = false;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu), 0);
	memset(arena, 0, sizeof(arena));
	memset(&hooks, 0, sizeof(hooks));
	hooks.pages_alloc = pages_alloc;
	pv_vmi_tables_tell();
	calls[0] = '\0';
}

/* -- cases -- */

START_TEST(tables_that_run_are_told)
{
	char wanted[200];

	tables[0][3] = FRAME(1) << 12 | PV_PTE_P;
	tables[1][0] = FRAME(2) << 12 | PV_PTE_P | PV_PTE_W;
	tables[1][1] = 0x200000 | PV_PTE_P | PV_PTE_PS;		/* a large page: no table */
	tables[1][511] = FRAME(3) << 12 | PV_PTE_P;
	tables[0][4] = FRAME(3) << 12 | PV_PTE_P;		/* beyond a root */
	pv_vmi_tables_tell();
	snprintf(wanted, sizeof(wanted), "Linear(0,%lx,40,0) Allocate(1,14) Allocate(2,12) Allocate(3,11) "
	    "Allocate(4,11) ", (unsigned long)(uintptr_t)arena);
	EXPECT_CALLS(wanted);
}
END_TEST

START_TEST(claim_and_release_have_levels)
{
	static const char *const wanted[] = { "Allocate(5,11) Release(5,11) ", "Allocate(5,12) Release(5,12) ",
	    "Allocate(5,14) Release(5,14) " };

	for (unsigned level = 1; level <= 3; level++) {
		ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x5000), level), PV_OK);
		ck_assert_int_eq(pv_vmi_table_release(pv_pa(0x5000), level), PV_OK);
		EXPECT_CALLS(wanted[level - 1]);
	}
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x5000), 4), PV_E_INVAL);
	ck_assert_int_eq(pv_vmi_table_release(pv_pa(0x5000), 0), PV_E_INVAL);
	/* A root that shares its page. */
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x5020), 3), PV_OK);
	ck_assert_int_eq(pv_vmi_table_release(pv_pa(0x5020), 3), PV_OK);
	EXPECT_CALLS("");
}
END_TEST

/* As a claim says what the page is, so are its entries. */
START_TEST(entries_have_levels)
{
	static const char *const wanted[] = { "Set(5003,1) Update(0,1) ", "Set(5003,2) Update(0,2) ",
	    "Set(5003,4) Update(0,4) " };

	for (unsigned level = 1; level <= 3; level++) {
		ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), level), PV_OK);
		calls[0] = '\0';
		pv_vmi_pte_write(&arena[7][9], 0x5003, 0);
		ck_assert_uint_eq(pv_vmi_pte_exchange(&arena[7][9], 0), 0x5003);
		EXPECT_CALLS(wanted[level - 1]);
		ck_assert_int_eq(pv_vmi_table_release(pv_pa(0x7000), level), PV_OK);
		calls[0] = '\0';
		/* It is none any more, its neighbours never were. */
		pv_vmi_pte_write(&arena[7][9], 0, 0);
		pv_vmi_pte_write(&arena[6][511], 1, 0);
		pv_vmi_pte_write(&arena[8][0], 1, 0);
		EXPECT_CALLS("");
	}
}
END_TEST

/* Filled before it becomes a table: nobody's business. */
START_TEST(no_table_yet)
{
	pv_vmi_pte_write(&arena[7][9], 0x5003, 0x80000000);
	ck_assert_uint_eq(arena[7][9], 0x8000000000005003ull);
	pv_vmi_pte_write(&arena[7][9], 0, 0);
	ck_assert_uint_eq(arena[7][9], 0);
	ck_assert_uint_eq(pv_vmi_pte_exchange(&arena[7][9], 0x6001), 0);
	EXPECT_CALLS("");
}
END_TEST

START_TEST(exchange_stores_and_tells)
{
	uint64_t *entry = &arena[7][0];

	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	calls[0] = '\0';
	*entry = 0x8000000000005063ull;
	ck_assert_uint_eq(pv_vmi_pte_exchange(entry, 0x6001), 0x8000000000005063ull);
	ck_assert_uint_eq(pv_vmi_pte_protect_begin(entry), 0x6001);
	ck_assert_uint_eq(*entry, 0);
	pv_vmi_pte_protect_commit(entry, 0x7001);
	EXPECT_CALLS("Update(6001,1) Update(0,1) Update(7001,1) ");
}
END_TEST

/* A ROM that is not told of stores sets what the CPU does not change, before it is stored. */
START_TEST(exchange_without_a_call_for_stores)
{
	uint64_t *entry = &arena[7][0];

	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	calls[0] = '\0';
	*entry = 0x7001;
	pv_vmi_answers[VMI_UpdatePxELong].kind = VMI_KIND_NONE;
	ck_assert_uint_eq(pv_vmi_pte_exchange(entry, 0x8001), 0x7001);
	ck_assert_uint_eq(*entry, 0x8001);
	ck_assert_uint_eq(pv_vmi_pte_protect_begin(entry), 0x8001);
	ck_assert_uint_eq(*entry, 0);
	EXPECT_CALLS("");
	pv_vmi_pte_protect_commit(entry, 0x9001);
	ck_assert_uint_eq(*entry, 0x9001);
	EXPECT_CALLS("Set(9001,1) ");
	/* Nor in a page that is no table. */
	ck_assert_uint_eq(pv_vmi_pte_exchange(&arena[9][0], 0x6001), 0);
	ck_assert_uint_eq(arena[9][0], 0x6001);
	EXPECT_CALLS("");
}
END_TEST

/* One that has nothing to do for stores is not told of any. */
START_TEST(exchange_and_nothing_to_say)
{
	uint64_t *entry = &arena[7][0];

	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	calls[0] = '\0';
	pv_vmi_answers[VMI_UpdatePxELong].kind = VMI_KIND_NOP;
	ck_assert_uint_eq(pv_vmi_pte_exchange(entry, 0x8001), 0);
	ck_assert_uint_eq(pv_vmi_pte_exchange(entry, 0x9001), 0x8001);
	ck_assert_uint_eq(*entry, 0x9001);
	EXPECT_CALLS("");
}
END_TEST

/* What is told in a batch may wait, reads see it; the mode's end is the one flush. */
START_TEST(batch_is_one_flush)
{
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x8000), 1), PV_OK);
	calls[0] = '\0';
	begin();
	EXPECT_CALLS("");
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t *entry = &arena[7 + i / 512][i % 512];
		char wanted[100];

		pv_vmi_pte_write(entry, i << 12 | 1, 0);
		ck_assert_uint_eq(*entry, i << 12 | 1);
		snprintf(wanted, sizeof(wanted), "%sUpdate(%x,21) ", i == 0 ? "Lazy(1) " : "", i << 12 | 1);
		EXPECT_CALLS(wanted);
	}
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Lazy(0) ");
	/* An end without a beginning is nothing. */
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("");
	pv_vmi_pte_write(&arena[7][0], 3, 0);
	EXPECT_CALLS("Set(3,1) ");
}
END_TEST

static void
sets_an_entry(void)
{
	pv_vmi_pte_write(&arena[7][3], 5, 0);
}

/* The mode was ended between the store and the ROM's hearing of it: the end of the batch must not be left out. */
START_TEST(interrupt_ends_the_mode)
{
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	calls[0] = '\0';
	begin();
	interrupts = sets_an_entry;
	pv_vmi_pte_write(&arena[7][0], 1, 0);
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Lazy(1) Lazy(0) Set(5,1) Update(1,21) Lazy(1) Lazy(0) ");
	begin();
	pv_vmi_pte_write(&arena[7][0], 3, 0);
	interrupts = sets_an_entry;
	ck_assert_uint_eq(pv_vmi_pte_exchange(&arena[7][0], 7), 3);
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Lazy(1) Update(3,21) Lazy(0) Set(5,1) Update(7,21) Lazy(1) Lazy(0) ");
}
END_TEST

/* An interrupt in a batch is in none, or in its own, and may switch threads: modes do not overlap. */
START_TEST(others_in_a_batch)
{
	uint64_t *entry = &arena[7][0];

	pv_vmi_lazy(VMI_LAZY_CPU);
	pv_vmi_lazy(VMI_LAZY_OFF);
	EXPECT_CALLS("Lazy(2) Lazy(0) ");
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	calls[0] = '\0';
	begin();
	pv_vmi_pte_write(entry, 1, 0);
	cpu.batch.begun = false;
	pv_vmi_pte_write(entry, 3, 0);
	EXPECT_CALLS("Lazy(1) Update(1,21) Lazy(0) Set(3,1) ");
	cpu.batch.begun = true;
	pv_vmi_pte_write(entry, 5, 0);
	cpu.batch.begun = false;
	pv_vmi_lazy(VMI_LAZY_CPU);
	pv_vmi_root_write(0x2000);
	pv_vmi_pte_write(entry, 7, 0);
	pv_vmi_lazy(VMI_LAZY_OFF);
	EXPECT_CALLS("Lazy(1) Update(5,21) Lazy(0) Lazy(2) CR3(2000) Set(7,1) Lazy(0) ");
	cpu.batch.begun = true;
	pv_vmi_pte_write(entry, 9, 0);
	cpu.batch.begun = false;
	begin();
	pv_vmi_pte_write(entry, 11, 0);
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Lazy(1) Update(9,21) Update(b,21) Lazy(0) ");
	cpu.batch.begun = true;
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("");
	/* A switch in a batch: nothing is collected in its mode. */
	begin();
	pv_vmi_lazy(VMI_LAZY_CPU);
	pv_vmi_pte_write(entry, 15, 0);
	pv_vmi_lazy(VMI_LAZY_OFF);
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Lazy(2) Set(f,1) Lazy(0) ");
	/* And a root is set after what was told before. */
	begin();
	pv_vmi_pte_write(entry, 13, 0);
	pv_vmi_root_write(0x1000);
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Lazy(1) Update(d,21) Lazy(0) CR3(1000) ");
}
END_TEST

/* Without lazy modes nothing may wait: nothing would end the wait. */
START_TEST(no_lazy_modes)
{
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 1), PV_OK);
	calls[0] = '\0';
	pv_vmi_answers[VMI_SetLazyMode].kind = VMI_KIND_NONE;
	begin();
	pv_vmi_pte_write(&arena[7][0], 1, 0);
	ck_assert_int_eq(end(), PV_OK);
	EXPECT_CALLS("Set(1,1) ");
	pv_vmi_answers[VMI_SetPxELong].kind = VMI_KIND_NONE;
	pv_vmi_pte_write(&arena[7][0], 0, 0);
	EXPECT_CALLS("Update(0,1) ");
}
END_TEST

/* Nothing is remembered without memory for it: each page may be a leaf table. */
START_TEST(no_memory_for_levels)
{
	hooks.pages_alloc = NULL;
	said[0] = '\0';
	pv_vmi_tables_tell();
	assert_said("no memory to remember");
	/* What lacks is named. */
	pv_started.attach = true;
	pv_vmi_tables_tell();
	assert_said("no hook phys_to_virt to remember");
	pv_started.attach = false;
	pv_direct_map.size = 0;
	pv_vmi_tables_tell();
	assert_said("no memory that appears in one piece to remember");
	pv_direct_map.size = sizeof(arena);
	pv_vmi_tables_tell();
	calls[0] = '\0';
	ck_assert_int_eq(pv_vmi_table_claim(pv_pa(0x7000), 2), PV_OK);
	pv_vmi_pte_write(&arena[9][0], 1, 0);
	EXPECT_CALLS("Allocate(7,12) Set(1,1) ");
}
END_TEST

START_TEST(flushes)
{
	pv_vmi_flush_range(0x1000, 0x3001);
	EXPECT_CALLS("Inval(1000) Inval(2000) Inval(3000) ");
	pv_vmi_flush_range(0x1000, 0x1000);
	EXPECT_CALLS("");
	pv_vmi_flush_all(false);
	pv_vmi_flush_all(true);
	EXPECT_CALLS("Flush(1) Flush(3) ");
	pv_vmi_flush_range(0x1000, 0x1000000);
	EXPECT_CALLS("Flush(1) ");
	pv_vmi_root_set(pv_pa(0x12340), pv_pa(0x12340));
	EXPECT_CALLS("CR3(12340) ");
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ tables_that_run_are_told, 0 }, { claim_and_release_have_levels, 0 }, { exchange_stores_and_tells, 0 },
		{ exchange_without_a_call_for_stores, 0 }, { exchange_and_nothing_to_say, 0 },
		{ entries_have_levels, 0 }, { no_table_yet, 0 }, { batch_is_one_flush, 0 },
		{ interrupt_ends_the_mode, 0 }, { others_in_a_batch, 0 },
		{ no_lazy_modes, 0 }, { no_memory_for_levels, 0 },
		{ flushes, 0 },
	};

	return RUN_CASES("vmi_mmu", start, cases);
}
