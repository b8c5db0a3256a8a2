/*
 * Wrong ops of descriptor tables and gates.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../mutants.h"

typedef pv_status (*load_fn)(void *table, unsigned limit);
typedef pv_status (*write_fn)(void *table, unsigned index, uint64_t descriptor);
typedef pv_status (*idt_fn)(void *table, unsigned vector, uint64_t low, uint64_t high);
typedef void (*read_fn)(uintptr_t *table, unsigned *limit);
typedef pv_status (*number_fn)(unsigned n);
typedef pv_status (*tls_fn)(unsigned slot, uint64_t descriptor);

static pv_status
load_shorter(void *table, unsigned limit)
{
	return RIGHT(load_fn)(table, limit - 8);
}

static pv_status
load_nothing(void *table, unsigned limit)
{
	(void)table;
	(void)limit;
	return PV_OK;
}

static pv_status
load_takes_nonsense(void *table, unsigned limit)
{
	return table == NULL || (limit & 7) != 7 || limit > 0xffff ? PV_OK : RIGHT(load_fn)(table, limit);
}

static pv_status
ldt_one_more(void *table, unsigned nr)
{
	return RIGHT(load_fn)(table, nr == 0 ? 0 : nr + 1);
}

static pv_status
ldt_stays(void *table, unsigned nr)
{
	return nr == 0 ? PV_OK : RIGHT(load_fn)(table, nr);
}

static pv_status
tr_nothing(unsigned selector)
{
	(void)selector;
	return PV_OK;
}

static pv_status
tr_other_reason(unsigned selector)
{
	return RIGHT(number_fn)(selector) == PV_OK ? PV_OK : PV_E_REFUSED;
}

static pv_status
write_next(void *table, unsigned index, uint64_t descriptor)
{
	return RIGHT(write_fn)(table, index + 1, descriptor);
}

static pv_status
write_low_half(void *table, unsigned index, uint64_t descriptor)
{
	return RIGHT(write_fn)(table, index, descriptor & 0xffffffff);
}

static pv_status
write_no_base(void *table, unsigned index, uint64_t descriptor)
{
	return RIGHT(write_fn)(table, index, descriptor & ~0xff0000ffffff0000ull);
}

static pv_status
idt_nothing(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	(void)table;
	(void)vector;
	(void)low;
	(void)high;
	return PV_OK;
}

static pv_status
idt_takes_nonsense(void *table, unsigned vector, uint64_t low, uint64_t high)
{
	return table == NULL || vector > 255 ? PV_OK : RIGHT(idt_fn)(table, vector, low, high);
}

static void
read_size(uintptr_t *table, unsigned *limit)
{
	RIGHT(read_fn)(table, limit);
	(*limit)++;
}

static void
read_old(uintptr_t *table, unsigned *limit)
{
	static uintptr_t first_table;
	static unsigned first_limit;

	if (first_table == 0)
		RIGHT(read_fn)(&first_table, &first_limit);
	*table = first_table;
	*limit = first_limit;
}

static unsigned
read_zero(void)
{
	return 0;
}

static pv_status
tls_other_slot(unsigned slot, uint64_t descriptor)
{
	return RIGHT(tls_fn)(slot == 0 ? 1 : slot == 1 ? 0 : slot, descriptor);
}

static pv_status
tls_takes_code(unsigned slot, uint64_t descriptor)
{
	/* Written as data, so that the case sees the status alone. */
	return RIGHT(tls_fn)(slot, descriptor & ~(8ull << 40));
}

static pv_status
ist_nothing(unsigned n, uintptr_t top)
{
	(void)n;
	(void)top;
	return PV_OK;
}

static pv_status
write_takes_nonsense(void *table, unsigned index, uint64_t descriptor)
{
	return table == NULL || index >= 8192 ? PV_OK : RIGHT(write_fn)(table, index, descriptor);
}

static pv_status
deliver_nothing(unsigned vector)
{
	(void)vector;
	return PV_OK;
}

static pv_status
deliver_takes_all(unsigned vector)
{
	(void)RIGHT(number_fn)(vector);
	return PV_OK;
}

static pv_status
iopl_takes_four(unsigned level)
{
	return RIGHT(number_fn)(level & 3);
}

/* The gate of a vector as the right op has made it. */
static volatile uint8_t *
gate_of(unsigned vector)
{
	struct {
		uint16_t limit;
		uintptr_t base;
	} __attribute__((packed)) idt;

	__asm__ volatile("sidt %0" : "=m" (idt));
	return (volatile uint8_t *)idt.base + vector * 2 * sizeof(uintptr_t);
}

static pv_status
traps_without_breakpoint(void)
{
	pv_status s = RIGHT(pv_status (*)(void))();

	gate_of(3)[5] &= 0x7f;
	return s;
}

/* User mode may raise page faults by instruction. */
static pv_status
traps_open_to_users(void)
{
	pv_status s = RIGHT(pv_status (*)(void))();

	gate_of(14)[5] |= 0x60;
	return s;
}

/* One exception goes where another belongs; both have an error code, or none. */
static pv_status
traps_mixed_up(unsigned vector, unsigned other)
{
	static const uint8_t target[] = { 0, 1, 6, 7, 8, 9, 10, 11 };
	pv_status s = RIGHT(pv_status (*)(void))();

	for (unsigned i = 0; i < sizeof(uintptr_t); i++)
		gate_of(vector)[target[i]] = gate_of(other)[target[i]];
	return s;
}

#define MIXED_UP(vector, other)							\
static pv_status								\
takes_##vector##_for_##other(void)						\
{										\
	return traps_mixed_up(vector, other);					\
}
MIXED_UP(0, 6)
MIXED_UP(1, 3)
MIXED_UP(4, 6)
MIXED_UP(5, 6)
MIXED_UP(6, 0)
MIXED_UP(7, 6)
MIXED_UP(11, 13)
MIXED_UP(13, 11)
MIXED_UP(14, 13)
MIXED_UP(16, 6)
MIXED_UP(18, 6)

const struct mutant mutants_desc[] = {
	MUTANT("isa.gdt_load", "is one entry shorter", load_shorter),
	MUTANT("isa.gdt_load", "takes nonsense", load_takes_nonsense),
	MUTANT_FATAL("isa.idt_load", "does nothing", load_nothing),
	MUTANT("isa.idt_load", "takes nonsense", load_takes_nonsense),
	MUTANT("isa.ldt_load", "is one entry longer", ldt_one_more),
	MUTANT("isa.ldt_load", "keeps the old one", ldt_stays),
	MUTANT("isa.tr_load", "does nothing", tr_nothing),
	MUTANT("isa.tr_load", "gives another status", tr_other_reason),
	MUTANT_FATAL("isa.gdt_write", "writes the next entry", write_next),
	MUTANT("isa.gdt_write", "writes the low half", write_low_half),
	MUTANT("isa.gdt_write", "loses the base", write_no_base),
	MUTANT("isa.gdt_write", "takes nonsense", write_takes_nonsense),
	MUTANT("isa.ldt_write", "writes the next entry", write_next),
	MUTANT("isa.ldt_write", "loses the base", write_no_base),
	MUTANT("isa.ldt_write", "takes nonsense", write_takes_nonsense),
	MUTANT_FATAL("isa.idt_write", "does nothing", idt_nothing),
	MUTANT("isa.idt_write", "takes nonsense", idt_takes_nonsense),
	MUTANT("isa.gdt_read", "gives the size", read_size),
	MUTANT("isa.gdt_read", "gives an old one", read_old),
	MUTANT("isa.idt_read", "gives the size", read_size),
	MUTANT("isa.idt_read", "gives an old one", read_old),
	MUTANT("isa.ldt_read", "reads zero", read_zero),
	MUTANT_FATAL("isa.tr_read", "reads zero", read_zero),
	MUTANT("isa.tls_write", "writes another slot", tls_other_slot),
	MUTANT("isa.tls_write", "takes code", tls_takes_code),
	MUTANT_FATAL("isa.ist_set", "does nothing", ist_nothing),
	MUTANT_FATAL("isa.vector_deliver", "does nothing", deliver_nothing),
	MUTANT("isa.vector_deliver", "takes strangers", deliver_takes_all),
	MUTANT("isa.iopl_set", "does nothing", tr_nothing),
	MUTANT("isa.iopl_set", "takes four", iopl_takes_four),
	MUTANT("trap.init", "forgets the breakpoint", traps_without_breakpoint),
	/* The frame of such a call has no error code: what reads it finds everything one place off. */
	MUTANT_FATAL("trap.init", "lets users raise page faults", traps_open_to_users),
	MUTANT("trap.init", "takes a divide error for an illegal instruction", takes_0_for_6),
	MUTANT("trap.init", "takes a step for a breakpoint", takes_1_for_3),
	MUTANT("trap.init", "takes an overflow for an illegal instruction", takes_4_for_6),
	MUTANT("trap.init", "takes a bound for an illegal instruction", takes_5_for_6),
	MUTANT("trap.init", "takes an illegal instruction for a divide error", takes_6_for_0),
	MUTANT("trap.init", "takes FPU off for an illegal instruction", takes_7_for_6),
	MUTANT("trap.init", "takes an absent segment for a protection fault", takes_11_for_13),
	MUTANT("trap.init", "takes a protection fault for an absent segment", takes_13_for_11),
	MUTANT_FATAL("trap.init", "takes a page fault for a protection fault", takes_14_for_13),
	MUTANT("trap.init", "takes an FPU error for an illegal instruction", takes_16_for_6),
	MUTANT_FATAL("trap.init", "takes a machine check for an illegal instruction", takes_18_for_6),
	{ 0 }
};
