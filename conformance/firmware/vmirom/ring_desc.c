/*
 * Descriptor tables of the personality that keeps ring 0: the processor has the ROM's,
 * a copy of the client's in which its ring 0 is ring 1, and behind that what the ROM has
 * for itself. Entries that would lead to ring 0 are left out.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define DESC_PRESENT	0x8000u
#define DESC_CODE_DATA	0x1000u
#define DESC_DPL	0x6000u
#define DESC_DPL_1	0x2000u
#define DESC_TYPE	0x0f00u
#define TYPE_LDT	0x0200u
#define TYPE_TASK	0x0900u
#define TSS_BUSY	0x0200u
#define GATE_DPL_1	0xae00u
#define GATE_DPL_3	0xee00u
#define VECTOR_BREAK	3u
#define VECTOR_OVERFLOW	4u
#define OWN		(RING_OWN * 8)	/* selectors: code, data, task */

extern char ring_traps[] __attribute__((visibility("hidden")));
extern char ring_sysenter[] __attribute__((visibility("hidden")));

static void
put(struct ring *g, uint32_t index, uint32_t low, uint32_t high)
{
	if ((high & DESC_CODE_DATA) && !(high & DESC_DPL))
		high |= DESC_DPL_1;
	else if (!(high & DESC_CODE_DATA) && (high & DESC_TYPE & ~TSS_BUSY) == TYPE_TASK)
		high |= TSS_BUSY | ((high & DESC_DPL) ? 0 : DESC_DPL_1);	/* to be seen, not to be used */
	else if (!(high & DESC_CODE_DATA) && (high & DESC_TYPE) != TYPE_LDT)
		high = 0;	/* a call or task gate would be a way out */
	g->table[index][0] = desc_truncated(low, &high);
	g->table[index][1] = high;
}

static bool
runs(const struct table_register *t, uint32_t selector)
{
	const uint32_t *entry = (const uint32_t *)(t->base + (selector & 0xfff8));

	return (selector & 0xfffc) != 0 && ((selector & 0xfff8) | 7) <= t->limit &&
	    (entry[1] & (DESC_PRESENT | DESC_CODE_DATA)) == (DESC_PRESENT | DESC_CODE_DATA);
}

bool
ring_table(struct frame *f, const struct table_register *t)
{
	struct ring *g = &ram()->ring;
	const uint32_t *entry = (const uint32_t *)t->base;
	uint32_t count = (t->limit + 1u) / 8;

	if (!runs(t, g->cs) || !runs(t, g->ss)) {
		complain(f, "the table lacks what runs now and is not taken (CS %x, SS %x", g->cs, g->ss);
		return false;
	}
	if (count > RING_OWN) {
		complain(f, "more entries than a client in ring 1 may have (limit %x", t->limit);
		count = RING_OWN;
	}
	g->gdt = *t;
	for (uint32_t i = 0; i < RING_OWN; i++)
		put(g, i, i > 0 && i < count ? entry[2 * i] : 0, i > 0 && i < count ? entry[2 * i + 1] : 0);
	return true;
}

/* The client's table has it already. */
void
ring_entry(uint32_t where, uint32_t low, uint32_t high)
{
	struct ring *g = &ram()->ring;
	uint32_t at = where - g->gdt.base;

	if (where >= g->gdt.base && (at | 7) <= g->gdt.limit && at / 8 > 0 && at / 8 < RING_OWN)
		put(g, at / 8, low, high);
}

uint32_t
ring_task(struct frame *f)
{
	uint32_t selector = f->eax & 0xfff8;

	((volatile uint32_t *)(ram()->ring.gdt.base + selector))[1] |= TSS_BUSY;
	return selector;
}

static void
own(struct ring *g, uint32_t n, uint32_t low, uint32_t high)
{
	g->table[RING_OWN + n][0] = low;
	g->table[RING_OWN + n][1] = high;
}

/* Without a selector of the client's there is no entry: the instruction faults, as it would for the client. */
void
ring_sysenter_gate(void)
{
	if (cpuid(1).edx & CPUID1_EDX_SEP)
		wrmsr(0x174, (ram()->ring.sysenter[0] & 0xfffc) != 0 ? OWN : 0);
}

/* In force from here on, by the mapping through which the ROM runs now. */
void
ring_own_tables(void)
{
	struct ring *g = &ram()->ring;
	uint32_t task = (uint32_t)g->task;
	struct table_register t = { sizeof(g->table) - 1, (uint32_t)g->table };

	own(g, 0, 0x0000ffff, 0x00cf9b00);
	own(g, 1, 0x0000ffff, 0x00cf9300);
	own(g, 2, task << 16 | (sizeof(g->task) + sizeof(g->ports) - 1),
	    (task & 0xff000000) | 0x8900 | (task >> 16 & 0xff));
	g->task[1] = (uint32_t)g->stack + sizeof(g->stack);
	g->task[2] = OWN + 8;
	g->task[25] = PORTS_CLOSED << 16;
	for (uint32_t i = PORTS_BYTES - 4; i < PORTS_BYTES; i++)
		g->ports[i] = 0xff;
	for (uint32_t v = 0; v < 256; v++) {
		uint32_t to = (uint32_t)ring_traps + 8 * v;
		bool user = v == VECTOR_BREAK || v == VECTOR_OVERFLOW;

		g->gates[v][0] = (to & 0xffff) | OWN << 16;
		g->gates[v][1] = (to & 0xffff0000) | (user ? GATE_DPL_3 : GATE_DPL_1);
	}
	__asm__ volatile("lgdt %0" : : "m"(t));
	t = (struct table_register){ sizeof(g->gates) - 1, (uint32_t)g->gates };
	__asm__ volatile("lidt %0; ltr %w1" : : "m"(t), "r"(OWN + 16));
	if (cpuid(1).edx & CPUID1_EDX_SEP) {
		wrmsr(0x175, (uint32_t)g->stack + sizeof(g->stack));
		wrmsr(0x176, (uint32_t)ring_sysenter);
	}
	ring_sysenter_gate();
}
