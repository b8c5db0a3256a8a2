/*
 * The hot ops of x86, by hand and at their sites; bench.c runs them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/pte.h>
#include "../bench.h"

/* The hand-written forms are the width's own. */
#define PV_BENCH_ISA__(path)		#path
#define PV_BENCH_ISA_(dir, file)	PV_BENCH_ISA__(../dir/file)
#define PV_BENCH_ISA(file)		PV_BENCH_ISA_(PV_ISA_DIR, file)

static uint64_t table_page[512] __attribute__((aligned(4096)));

/*
 * The hand-written form has its operands in the registers that the site uses, so that the two
 * differ by what is at the site and by nothing else.
 */
#include PV_BENCH_ISA(bench_bare.h)

BENCH_PAIR(irq_save, BARE_SAVE, (void)pv_irq_save())
BENCH_PAIR(irq_disable, BARE("cli"), pv_irq_disable())
BENCH_PAIR(irq_restore, BARE_RESTORE(closed), pv_irq_restore(closed))
BENCH_PAIR(irq_restore_open, BARE_RESTORE(opened), pv_irq_restore(opened))
BENCH_PAIR(irq_read, BARE_READ, (void)pv_irq_read())
BENCH_PAIR(cr2_read, BARE_OUT("mov %%cr2, %0"), (void)pv_cr2_read())
BENCH_PAIR(cr3_read, BARE_OUT("mov %%cr3, %0"), (void)pv_cr3_read())
BENCH_PAIR(cr3_write, BARE_IN("mov %0, %%cr3", root), pv_cr3_write(root))
BENCH_PAIR(fpu_clear, BARE("clts"), pv_fpu_clear())
BENCH_PAIR(fpu_set, BARE_SCRATCH("mov %%cr0, %0; or $8, %k0; mov %0, %%cr0"), pv_fpu_set())
BENCH_PAIR(counter, BARE_COUNTER, (void)pv_counter())
BENCH_PAIR(pte_get, BARE_PTE_GET, (void)pv_pte_get_raw(entry))
BENCH_PAIR(pte_set, BARE_PTE_SET, pv_pte_set_raw(entry, value))
BENCH_PAIR(pte_clear, BARE_PTE_CLEAR, pv_pte_clear_raw(entry))
BENCH_PAIR(invlpg, BARE_IN("invlpg (%0)", (uintptr_t)entry), pv_invlpg((uintptr_t)entry))
BENCH_PAIR(in8, BARE_PORT_IN, (void)pv_in8(0x80))
BENCH_PAIR(out8, BARE_PORT_OUT, pv_out8(0x80, 0))

/* Opening the gate, here and above, lets interrupts in: none is armed here, the timer stays off. */
BENCH_PAIR(irq_enable, BARE("sti"), pv_irq_enable())

#define FIGURE(name)	{ "isa." #name, bare_##name, site_##name }
static const struct figure figures[] = {
	FIGURE(irq_save), FIGURE(irq_disable), FIGURE(irq_enable), FIGURE(irq_restore),
	FIGURE(irq_restore_open), FIGURE(irq_read),
	FIGURE(cr2_read), FIGURE(cr3_read), FIGURE(cr3_write), FIGURE(fpu_clear), FIGURE(fpu_set),
	FIGURE(counter), FIGURE(pte_get), FIGURE(pte_set), FIGURE(pte_clear), FIGURE(invlpg),
	FIGURE(in8), FIGURE(out8),
};

uint64_t
bench_stamp(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

const struct figure *
bench_figures(unsigned *nr)
{
	*nr = sizeof(figures) / sizeof(figures[0]);
	return figures;
}

/* The gate is closed. */
void
bench_operands(void)
{
	root = pv_cr3_read();
	pv_irq_enable();
	opened = pv_irq_read();
	pv_irq_disable();
	closed = pv_irq_read();
}
