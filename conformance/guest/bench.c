/*
 * What the hot ops cost, in instructions: written by hand (bare; on bare metal only),
 * at a patched site (patched), through the table (table), and by hand by a call of the
 * layer below (rom; i386/bench_rom.c). Then what larger things cost
 * (bench_work.c), and memory (bench_memory.c). The ops are those of
 * <isa>/bench_ops.c. Run under an instruction-counting clock, where bench_stamp()
 * counts instructions; without one the figures mean nothing and the kernel says so.
 *
 * Output: BENCH <op> <mode> <instructions> <hypercalls>, per call.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/pv.h>
#include "bench.h"

uint64_t bench_cost, bench_calls;

static void
empty_loop(void)
{
	pv_irq_state gate = pv_irq_save();

	BENCH_LOOP((void)0);
	pv_irq_restore(gate);
}

/* Rounded to the nearest: the loop's own rounding is far below one instruction. */
static unsigned
per_call(uint64_t total, uint64_t empty)
{
	return ((uint32_t)(total - empty) + BENCH_ROUNDS * 2) / (BENCH_ROUNDS * 4u);
}

/* The least of a few: a layer below has interrupts of its own. The first is for the translation of the code. */
void
bench_run(const char *op, const char *mode, void (*fn)(void), uint64_t empty)
{
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < 4; i++) {
		fn();
		least = i > 0 && bench_cost < least ? bench_cost : least;
	}
	pv_printf("BENCH %s %s %u %u\n", op, mode, per_call(least, empty),
	    (unsigned)((uint32_t)bench_calls / (BENCH_ROUNDS * 4u)));
}

static uint64_t
empty_cost(void)
{
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < 4; i++) {
		empty_loop();
		least = i > 0 && bench_cost < least ? bench_cost : least;
	}
	return least;
}

/* Under an instruction-counting clock an empty loop costs the same every time, but for how fine the clock is. */
static bool
counts_instructions(void)
{
	uint64_t first = empty_cost(), second = empty_cost();
	uint64_t differ = first > second ? first - second : second - first;

	return differ <= 10 && first >= BENCH_ROUNDS * 2 && first < BENCH_ROUNDS * 8;
}

void
pv_main(const struct pv_boot *boot)
{
	char nonce[40] = "none";
	uint64_t empty;
	const struct figure *figures;
	unsigned nr, n;

	bench_started();
	(void)pv_boot_option(boot, "verdict", nonce, sizeof(nonce));
	/* Lines, so that the gate may be opened; no timer is set, nothing comes. */
	if (pv_start(PV_STAGE_LINES) != PV_OK)
		pv_panic("the library did not start");
	bench_operands();
	figures = bench_figures(&nr);
	n = nr;
	if (!counts_instructions())
		pv_printf("# the counter does not count instructions: run this under an instruction-counting clock\n");
	empty = empty_cost();
	if (pv_patch(true, NULL) != PV_OK)
		pv_panic("the sites could not be rewritten");
	for (unsigned i = 0; i < nr; i++) {
		if (figures[i].bare != NULL && !pv_has(PV_CAP_DIRECT_TABLES))
			bench_run(figures[i].op, "bare", figures[i].bare, empty);
		bench_run(figures[i].op, "patched", figures[i].site, empty);
	}
	if (bench_below != NULL)
		n += bench_below(empty);
	n += bench_work();
	bench_memory();
	if (pv_patch(false, NULL) != PV_OK)
		pv_panic("the sites could not be rewritten");
	for (unsigned i = 0; i < nr; i++)
		bench_run(figures[i].op, "table", figures[i].site, empty);
	pv_printf("PV-VERDICT %s %u 0 0\n", nonce, n);
	(void)pv_power_off();
	pv_cpu_halt();
}
