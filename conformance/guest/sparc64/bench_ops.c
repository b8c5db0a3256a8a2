/*
 * The hot ops of sparc64, by hand and at their sites; bench.c runs them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/sparc64/hot.h>
#include <pv/sparc64/tlb.h>
#include "../bench.h"

#define BARE(text)		__asm__ volatile(text : : : "memory")
#define BARE_OUT(text)		{ uint64_t v_; __asm__ volatile(text : "=r" (v_) : : "memory"); }
#define BARE_IN(text, v)	__asm__ volatile(text : : "r" (v) : "memory")
/* In the register that the site has its operand in. */
#define BARE_O0(text, v)	{ register uint64_t o0_ __asm__("o0") = (v);			\
	__asm__ volatile(text : "+r" (o0_) : : "o1", "memory"); }

static pv_irq_state closed, opened;

BENCH_PAIR(irq_save, BARE_OUT("rdpr %%pil, %0; wrpr %%g0, 15, %%pil"), (void)pv_irq_save())
BENCH_PAIR(irq_disable, BARE("wrpr %%g0, 15, %%pil"), pv_irq_disable())
BENCH_PAIR(irq_enable, BARE("wrpr %%g0, 0, %%pil"), pv_irq_enable())
BENCH_PAIR(irq_restore, BARE_IN("wrpr %0, %%pil", closed), pv_irq_restore(closed))
BENCH_PAIR(irq_restore_open, BARE_IN("wrpr %0, %%pil", opened), pv_irq_restore(opened))
BENCH_PAIR(irq_read, BARE_OUT("rdpr %%pil, %0"), (void)pv_irq_read())
BENCH_PAIR(tick, BARE_OUT("rdpr %%tick, %0"), (void)pv_counter())
BENCH_PAIR(stick, BARE_OUT("rd %%asr24, %0; sllx %0, 1, %0; srlx %0, 1, %0"), (void)pv_counter())
BENCH_PAIR(compare, BARE_O0("wr %0, 0, %%asr25", ~0ull), pv_compare(~0ull))

/* The context that is in force. Contexts of user addresses are behind 0x10: DMMU's registers, or those of ASI_MMU. */
#define BARE_CONTEXT(asi)	BARE_O0("mov 0x10, %%o1; stxa %0, [%%o1]" asi "; membar #Sync", 0)
BENCH_PAIR(context_sun4u, BARE_CONTEXT("0x58"), pv_context_set(0))
BENCH_PAIR(context_sun4v, BARE_CONTEXT("0x21"), pv_context_set(0))

#define FIGURE(name)	{ "isa." #name, bare_##name, site_##name }

/* The counters of the machines differ; what sun4u compares with is written by a call (backends/native). */
static const struct figure sun4u[] = {
	FIGURE(irq_save), FIGURE(irq_disable), FIGURE(irq_enable), FIGURE(irq_restore), FIGURE(irq_restore_open),
	FIGURE(irq_read), { "isa.counter", bare_tick, site_tick },
	{ "isa.context_set", bare_context_sun4u, site_context_sun4u },
};
static const struct figure sun4v[] = {
	FIGURE(irq_save), FIGURE(irq_disable), FIGURE(irq_enable), FIGURE(irq_restore), FIGURE(irq_restore_open),
	FIGURE(irq_read), { "isa.counter", bare_stick, site_stick }, FIGURE(compare),
	{ "isa.context_set", bare_context_sun4v, site_context_sun4v },
};

/* QEMU's %tick runs at 100 MHz, an instruction takes a nanosecond. */
uint64_t
bench_stamp(void)
{
	uint64_t value;

	__asm__ volatile("rd %%tick, %0" : "=r" (value) : : "memory");
	return value * 10;
}

const struct figure *
bench_figures(unsigned *nr)
{
	if (!pv_has(PV_CAP_PARAVIRT)) {
		*nr = sizeof(sun4u) / sizeof(sun4u[0]);
		return sun4u;
	}
	*nr = sizeof(sun4v) / sizeof(sun4v[0]);
	return sun4v;
}

void
bench_operands(void)
{
	pv_irq_enable();
	opened = pv_irq_read();
	pv_irq_disable();
	closed = pv_irq_read();
}

/* Guest addresses are real addresses: memory costs nothing that would have to be said. */
void
bench_started(void)
{
}

void
bench_memory(void)
{
}
