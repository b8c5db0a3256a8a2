/*
 * What the VMI ROM's own part of each op costs: its entries, called by hand, as often
 * as the op has to (rom). And ops that are no sites, or differ for pages that are
 * tables. The limits are the harness's (cost.py).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/pte.h>
#include "../bench.h"
#include "rom_ask.h"

#define CALLS		74u
#define ABSENT		0x8000000012345066ull	/* an entry that is not present */

static uint64_t table[512] __attribute__((aligned(4096)));
static uintptr_t entries[CALLS], root, cr0;
static pv_irq_state closed, opened;

/* -- calls by hand. Those of the gate and ports spoil nothing -- */

#define ENTRY(call)	"m" (entries[call])
#define SPOILS		"eax", "edx", "ecx", "cc", "memory"
#define PLAIN(text, ...)	__asm__ volatile(text : : __VA_ARGS__ : SPOILS)
#define OF_RESULT(text, ...)	{ uintptr_t v_; __asm__ volatile(text : "=a" (v_) : __VA_ARGS__ : "cc", "memory"); }

#define HAND(name, body)	\
static void hand_##name(void) { pv_irq_state gate = pv_irq_save(); BENCH_LOOP(body); pv_irq_restore(gate); }

HAND(irq_save, OF_RESULT("call *%1; call *%2", ENTRY(31), ENTRY(30)))
HAND(irq_disable, __asm__ volatile("call *%0" : : ENTRY(30) : "cc", "memory"))
HAND(irq_enable, __asm__ volatile("call *%0" : : ENTRY(29) : "cc", "memory"))
HAND(irq_restore, __asm__ volatile("call *%1" : : "a" (closed), ENTRY(32) : "cc", "memory"))
HAND(irq_restore_open, __asm__ volatile("call *%1" : : "a" (opened), ENTRY(32) : "cc", "memory"))
HAND(irq_read, OF_RESULT("call *%1", ENTRY(31)))
HAND(cr2_read, PLAIN("call *%0", ENTRY(20)))
HAND(cr3_read, PLAIN("call *%0", ENTRY(21)))
HAND(cr3_write, PLAIN("mov %1, %%eax; call *%0", ENTRY(17), "m" (root)))
HAND(fpu_clear, PLAIN("call *%0", ENTRY(28)))
HAND(fpu_set, PLAIN("mov %1, %%eax; call *%0", ENTRY(15), "m" (cr0)))
HAND(counter, PLAIN("call *%0", ENTRY(27)))
HAND(invlpg, PLAIN("mov %1, %%eax; call *%0", ENTRY(46), "i" (table)))
HAND(in8, { uint8_t v_; __asm__ volatile("call *%1" : "=a" (v_) : ENTRY(50), "d" (0x80) : "cc", "memory"); })
HAND(out8, __asm__ volatile("call *%0" : : ENTRY(56), "a" (0), "d" (0x80) : "cc", "memory"))
HAND(delay, PLAIN("call *%0", ENTRY(65)))

/* SetPxELong(entry, where, level) */
#define SET(low, high)	PLAIN("push $1; mov %1, %%eax; mov %2, %%edx; mov %3, %%ecx; call *%0; add $4, %%esp",	\
    ENTRY(39), "i" (low), "i" (high), "i" (&table[7]))
HAND(set, SET((uint32_t)ABSENT, (uint32_t)(ABSENT >> 32)))
HAND(clear, SET(0, 0))
/* UpdatePxELong(where, level), behind an exchange. */
HAND(exchange, PLAIN("mov %1, %%eax; mov $1, %%edx; call *%0", ENTRY(41), "i" (&table[7])))

/* -- ops -- */

#define OP(name, body) \
static void op_##name(void) { pv_irq_state gate = pv_irq_save(); BENCH_LOOP(body); pv_irq_restore(gate); }
OP(set, pv_pte_set_raw(&table[7], ABSENT))
OP(clear, pv_pte_clear_raw(&table[7]))
OP(exchange, (void)pv_ops.isa.pte_exchange(&table[7], ABSENT))
OP(delay, pv_port_delay())

static const struct {
	const char *op;
	uint8_t call;
	void (*hand)(void), (*op_too)(void);
} rows[] = {
	{ "isa.irq_save", 30, hand_irq_save, NULL }, { "isa.irq_disable", 30, hand_irq_disable, NULL },
	{ "isa.irq_enable", 29, hand_irq_enable, NULL }, { "isa.irq_restore", 32, hand_irq_restore, NULL },
	{ "isa.irq_restore_open", 32, hand_irq_restore_open, NULL }, { "isa.irq_read", 31, hand_irq_read, NULL },
	{ "isa.cr2_read", 20, hand_cr2_read, NULL }, { "isa.cr3_read", 21, hand_cr3_read, NULL },
	{ "isa.cr3_write", 17, hand_cr3_write, NULL }, { "isa.fpu_clear", 28, hand_fpu_clear, NULL },
	{ "isa.fpu_set", 15, hand_fpu_set, NULL }, { "isa.counter", 27, hand_counter, NULL },
	{ "isa.invlpg", 46, hand_invlpg, NULL }, { "isa.in8", 50, hand_in8, NULL },
	{ "isa.out8", 56, hand_out8, NULL },
	{ "table.pte_set", 39, hand_set, op_set }, { "table.pte_clear", 39, hand_clear, op_clear },
	{ "table.pte_exchange", 41, hand_exchange, op_exchange }, { "io.port_delay", 65, hand_delay, op_delay },
};

static pv_paddr
table_frame(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr pa = { 0 };

	if (h->virt_to_phys(h->context, table, &pa) != PV_OK || pv_table_claim(pa, 1) != PV_OK)
		pv_panic("bench: a table");
	return pa;
}

unsigned
bench_below(uint64_t empty)
{
	uintptr_t size, rom = rom_find(&size);
	unsigned n = 0;
	pv_paddr frame;

	if (pv_has(PV_CAP_DIRECT_TABLES))
		return 0;
	frame = table_frame();
	root = pv_cr3_read();
	cr0 = pv_cr0_read() | PV_CR0_TS;
	pv_irq_enable();
	opened = pv_irq_read();
	pv_irq_disable();
	closed = pv_irq_read();
	for (unsigned call = 0; rom != 0 && call < CALLS; call++)
		if (rom_ask(rom, call, &entries[call]) != ROM_CALL)
			entries[call] = 0;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (entries[rows[i].call] != 0) {
			bench_run(rows[i].op, "rom", rows[i].hand, empty);
			n++;
		}
		if (rows[i].op_too != NULL) {
			bench_run(rows[i].op, "patched", rows[i].op_too, empty);
			n++;
		}
	}
	pv_pte_clear_raw(&table[7]);
	(void)pv_table_release(frame, 1);
	return n;
}
