/*
 * What the hot ops cost on x86, in instructions: written by hand (bare; on bare
 * metal only), at a patched site (patched), through the table (table). Then what
 * larger things cost (bench_work.c), and memory (bench_memory.c). Run under an
 * instruction-counting clock, where the time stamp counter counts instructions;
 * without one the figures mean nothing and the kernel says so.
 *
 * Output: BENCH <op> <mode> <instructions> <hypercalls>, per call.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/pte.h>
#include <pv/pv.h>
#include "bench.h"

/* The hand-written forms are the width's own. */
#define PV_BENCH_ISA__(path)		#path
#define PV_BENCH_ISA_(dir, file)	PV_BENCH_ISA__(../dir/file)
#define PV_BENCH_ISA(file)		PV_BENCH_ISA_(PV_ISA_DIR, file)

#define ROUNDS	1000u
#define TIMES4(x)	x; x; x; x

static uint64_t table_page[512] __attribute__((aligned(4096)));

static inline uint64_t
stamp(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

/* One loop of ROUNDS with four copies of the body; the empty loop is taken off by the caller. */
#define LOOP(body) do {								\
	uint64_t start_ = stamp(), calls_ = pv_hypercall_count();		\
	for (unsigned i_ = 0; i_ < ROUNDS; i_++) {				\
		__asm__ volatile("" : "+r" (i_) : : "memory");			\
		TIMES4(body);							\
	}									\
	cost = stamp() - start_;						\
	calls = pv_hypercall_count() - calls_;					\
} while (0)

struct figure {
	const char *op;
	void (*bare)(void);
	void (*site)(void);
};

static uint64_t cost, calls;

#define PAIR(name, bare_body, site_body)					\
static void bare_##name(void) { pv_irq_state gate = pv_irq_save(); LOOP(bare_body); pv_irq_restore(gate); } \
static void site_##name(void) { pv_irq_state gate = pv_irq_save(); LOOP(site_body); pv_irq_restore(gate); }

/*
 * The hand-written form has its operands in the registers that the site uses, so that the two
 * differ by what is at the site and by nothing else.
 */
#include PV_BENCH_ISA(bench_bare.h)

PAIR(irq_save, BARE_SAVE, (void)pv_irq_save())
PAIR(irq_disable, BARE("cli"), pv_irq_disable())
PAIR(irq_restore, BARE_RESTORE(closed), pv_irq_restore(closed))
PAIR(irq_restore_open, BARE_RESTORE(opened), pv_irq_restore(opened))
PAIR(irq_read, BARE_READ, (void)pv_irq_read())
PAIR(cr2_read, BARE_OUT("mov %%cr2, %0"), (void)pv_cr2_read())
PAIR(cr3_read, BARE_OUT("mov %%cr3, %0"), (void)pv_cr3_read())
PAIR(cr3_write, BARE_IN("mov %0, %%cr3", root), pv_cr3_write(root))
PAIR(fpu_clear, BARE("clts"), pv_fpu_clear())
PAIR(fpu_set, BARE_SCRATCH("mov %%cr0, %0; or $8, %k0; mov %0, %%cr0"), pv_fpu_set())
PAIR(counter, BARE_COUNTER, (void)pv_counter())
PAIR(pte_get, BARE_PTE_GET, (void)pv_pte_get_raw(entry))
PAIR(pte_set, BARE_PTE_SET, pv_pte_set_raw(entry, value))
PAIR(pte_clear, BARE_PTE_CLEAR, pv_pte_clear_raw(entry))
PAIR(invlpg, BARE_IN("invlpg (%0)", (uintptr_t)entry), pv_invlpg((uintptr_t)entry))
PAIR(in8, BARE_PORT_IN, (void)pv_in8(0x80))
PAIR(out8, BARE_PORT_OUT, pv_out8(0x80, 0))

/* Opening the gate, here and above, lets interrupts in: none is armed here, the timer stays off. */
PAIR(irq_enable, BARE("sti"), pv_irq_enable())

static void
empty_loop(void)
{
	pv_irq_state gate = pv_irq_save();

	LOOP((void)0);
	pv_irq_restore(gate);
}

#define FIGURE(name)	{ "isa." #name, bare_##name, site_##name }
static const struct figure figures[] = {
	FIGURE(irq_save), FIGURE(irq_disable), FIGURE(irq_enable), FIGURE(irq_restore),
	FIGURE(irq_restore_open), FIGURE(irq_read),
	FIGURE(cr2_read), FIGURE(cr3_read), FIGURE(cr3_write), FIGURE(fpu_clear), FIGURE(fpu_set),
	FIGURE(counter), FIGURE(pte_get), FIGURE(pte_set), FIGURE(pte_clear), FIGURE(invlpg),
	FIGURE(in8), FIGURE(out8),
};

/* Rounded to the nearest: the loop's own rounding is far below one instruction. */
static unsigned
per_call(uint64_t total, uint64_t empty)
{
	return ((uint32_t)(total - empty) + ROUNDS * 2) / (ROUNDS * 4u);
}

/* The least of a few: a layer below has interrupts of its own. The first is for the translation of the code. */
static void
run(const char *op, const char *mode, void (*fn)(void), uint64_t empty)
{
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < 4; i++) {
		fn();
		least = i > 0 && cost < least ? cost : least;
	}
	pv_printf("BENCH %s %s %u %u\n", op, mode, per_call(least, empty),
	    (unsigned)((uint32_t)calls / (ROUNDS * 4u)));
}

static uint64_t
empty_cost(void)
{
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < 4; i++) {
		empty_loop();
		least = i > 0 && cost < least ? cost : least;
	}
	return least;
}

/* Under an instruction-counting clock an empty loop costs the same every time. */
static bool
counts_instructions(void)
{
	uint64_t first = empty_cost();

	return empty_cost() == first && first >= ROUNDS * 2 && first < ROUNDS * 8;
}

void
pv_main(const struct pv_boot *boot)
{
	char nonce[40] = "none";
	uint64_t empty;
	unsigned nr = sizeof(figures) / sizeof(figures[0]), n = nr;

	bench_started();
	(void)pv_boot_option(boot, "verdict", nonce, sizeof(nonce));
	/* Lines, so that the gate may be opened; no timer is set, nothing comes. */
	if (pv_start(PV_STAGE_LINES) != PV_OK)
		pv_panic("the library did not start");
	root = pv_cr3_read();
	pv_irq_enable();
	opened = pv_irq_read();
	pv_irq_disable();
	closed = pv_irq_read();
	if (!counts_instructions())
		pv_printf("# the counter does not count instructions: run this under an instruction-counting clock\n");
	empty = empty_cost();
	if (pv_patch(true, NULL) != PV_OK)
		pv_panic("the sites could not be rewritten");
	for (unsigned i = 0; i < nr; i++) {
		if (!pv_has(PV_CAP_DIRECT_TABLES))
			run(figures[i].op, "bare", figures[i].bare, empty);
		run(figures[i].op, "patched", figures[i].site, empty);
	}
	n += bench_work();
	bench_memory();
	if (pv_patch(false, NULL) != PV_OK)
		pv_panic("the sites could not be rewritten");
	for (unsigned i = 0; i < nr; i++)
		run(figures[i].op, "table", figures[i].site, empty);
	pv_printf("PV-VERDICT %s %u 0 0\n", nonce, n);
	(void)pv_power_off();
	pv_cpu_halt();
}
