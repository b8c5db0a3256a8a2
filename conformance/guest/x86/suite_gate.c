/*
 * Gates: what is written to an IDT is what the CPU then goes through, stacks of
 * their own, an IDT that the kernel keeps for itself, and the privilege to use ports.
 * Where the layer below dispatches there may be no gates, and all of it says so.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include "../suites.h"

PV_STATIC_ASSERT(__builtin_offsetof(struct pv_isa_ops, iret) == 21 * sizeof(pv_slot), "desc_code.S: SLOT_IRET");

#define GATE_WORDS	(sizeof(uintptr_t) / 4)		/* 64-bit words of a gate */
#define SPARE_VECTOR	0xf9u

static void
gates_are_built(void)
{
	uint64_t handler = 0x123456789abcdef0ull;

	CHECK_EQ(pv_gate_low((uintptr_t)0x9abcdef0u, 0x10, PV_GATE_INTERRUPT, 0, 0), 0x9abc8e000010def0ull);
	CHECK_EQ(pv_gate_low((uintptr_t)0x9abcdef0u, 0x08, PV_GATE_TRAP, 3, 5), 0x9abcef050008def0ull);
	CHECK_EQ(pv_gate_high(handler), 0x12345678);
	CHECK_EQ(pv_gate_high(0xffffffff), 0);
}

void desc_gate(void);
extern volatile uint32_t desc_hits;
extern volatile uintptr_t desc_sp;

static uint64_t own_idt[256 * GATE_WORDS] __attribute__((aligned(4096)));

/* A layer below that dispatches takes no gates; on bare metal it is an answer that fails the case. */
static bool
no_gates(void)
{
	return pv_has(PV_CAP_PARAVIRT) && pv_idt_write(own_idt, SPARE_VECTOR, 0, 0) == PV_E_ABSENT;
}

#define NEED_GATES()	do {							\
	if (no_gates())								\
		SKIP("gates are the layer's below");				\
} while (0)

static void
without_gates_all_says_so(void)
{
	if (!no_gates())
		return;		/* what the other cases look at */
	CHECK_STATUS(pv_idt_write(own_idt, SPARE_VECTOR, 0, 0), PV_E_ABSENT);
	CHECK_STATUS(pv_vector_deliver(SPARE_VECTOR), PV_E_ABSENT);
	CHECK_STATUS(pv_vector_deliver(14), PV_E_ABSENT);
	CHECK_STATUS(pv_ist_set(5, (uintptr_t)own_idt), PV_E_ABSENT);
	CHECK(!pv_has(PV_CAP_IST));
}

static uint64_t *
live_idt(void)
{
	uintptr_t table;
	unsigned limit;

	pv_idt_read(&table, &limit);
	return (uint64_t *)table;
}

static pv_status
gate_to(void *table, unsigned vector, const void *handler, unsigned ist)
{
	uintptr_t at = (uintptr_t)handler;
	uint16_t cs;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	return pv_idt_write(table, vector, pv_gate_low(at, cs, PV_GATE_INTERRUPT, 0, ist), pv_gate_high(at));
}

static void
take_spare(void *arg)
{
	(void)arg;
	__asm__ volatile("int %0" : : "i" (SPARE_VECTOR) : "memory");
}

/* Put a gate of the live table back as it was. */
static void
put_back(uint64_t *idt, uint64_t low, uint64_t high)
{
	(void)pv_idt_write(idt, SPARE_VECTOR, low, high);
}

/*
 * A layer below that takes `int n` by the error code which the CPU pushes delivers 2n where QEMU 7.2
 * counts gates of x86_64 twice.
 */
#define OTHER_VECTOR	(SPARE_VECTOR * 2 & 0xff)

static bool
comes_as_another(void)
{
	uint64_t *idt, low, high;

	if (!pv_has(PV_CAP_PARAVIRT))
		return false;
	idt = live_idt() + OTHER_VECTOR * GATE_WORDS;
	low = idt[0];
	high = GATE_WORDS == 2 ? idt[1] : 0;
	(void)gate_to(live_idt(), OTHER_VECTOR, (const void *)(uintptr_t)desc_gate, 0);
	desc_hits = 0;
	take_spare(NULL);
	(void)pv_idt_write(live_idt(), OTHER_VECTOR, low, high);
	return desc_hits != 0;
}

#define NEED_INT()	do {							\
	NEED_GATES();								\
	if (comes_as_another())							\
		SKIP("this emulator says vector %u of int %u", OTHER_VECTOR, SPARE_VECTOR);	\
} while (0)

static void
idt_in_force_is_read(void)
{
	uintptr_t table;
	unsigned limit;

	NEED_GATES();
	pv_idt_read(&table, &limit);
	CHECK(table != 0);
	CHECK_EQ(limit, 256 * 8 * GATE_WORDS - 1);
	/* The gate of the breakpoint: present, and open to user mode. */
	CHECK_EQ(((uint64_t *)table)[3 * GATE_WORDS] >> 40 & 0xe0, 0xe0);
}

static void
idt_write_is_used(void)
{
	uint64_t *idt, *gate, low, high;
	pv_status s;

	NEED_INT();
	idt = live_idt();
	gate = &idt[SPARE_VECTOR * GATE_WORDS];
	low = gate[0];
	high = GATE_WORDS == 2 ? gate[1] : 0;
	desc_hits = 0;
	s = gate_to(idt, SPARE_VECTOR, (const void *)(uintptr_t)desc_gate, 0);
	take_spare(NULL);
	take_spare(NULL);
	put_back(idt, low, high);
	CHECK_OK(s);
	CHECK_EQ(desc_hits, 2);
	CHECK_EQ(gate[0], low);
}

static void
absent_gate_traps(void)
{
	uint64_t *idt, *gate, low, high;
	struct pv_trap trap = { 0 };
	uint32_t code;
	pv_status s;
	bool came;

	NEED_INT();
	idt = live_idt();
	gate = &idt[SPARE_VECTOR * GATE_WORDS];
	low = gate[0];
	high = GATE_WORDS == 2 ? gate[1] : 0;
	s = pv_idt_write(idt, SPARE_VECTOR, low & ~(0x80ull << 40), high);
	came = suite_catch(take_spare, NULL, &trap);
	put_back(idt, low, high);
	CHECK_OK(s);
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_SEGMENT);
	/* AMD64 volume 2, 8.4.1: the vector above three bits. QEMU 7.2 counts gates of x86_64 twice. */
	CHECK_EQ(trap.code >> 32, 11);
	code = (uint32_t)trap.code - 2;
	CHECK(code == SPARE_VECTOR * 8 || code == SPARE_VECTOR * 8 * GATE_WORDS);
}

static void
take_undefined(void *arg)
{
	(void)arg;
	__asm__ volatile("gate_undefined: ud2");
}

static void
take_protection(void *arg)
{
	(void)arg;
	__asm__ volatile("gate_protection: mov %0, %%es" : : "r" (0x7ff8) : "memory");
}

/* A fault, not an `int`: what is reported stands where it happened, and has no other code but the gate's. */
static void
absent_for(unsigned vector, void (*raise)(void *), const char *at)
{
	uint64_t *idt = live_idt(), *gate = &idt[vector * GATE_WORDS];
	uint64_t low = gate[0], high = GATE_WORDS == 2 ? gate[1] : 0;
	struct pv_trap trap = { 0 };
	uint32_t code;
	pv_status s;
	bool came;

	s = pv_idt_write(idt, vector, low & ~(0x80ull << 40), high);
	came = suite_catch(raise, NULL, &trap);
	(void)pv_idt_write(idt, vector, low, high);
	CHECK_OK(s);
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_SEGMENT);
	CHECK_EQ(trap.code >> 32, 11);
	/* Bit 0: the CPU did not mean to go there. QEMU 7.2 counts gates of x86_64 twice. */
	code = ((uint32_t)trap.code & ~1u) - 2;
	CHECK(code == vector * 8 || code == vector * 8 * GATE_WORDS);
	CHECK_EQ(trap.pc, (uintptr_t)at);
}

extern const char gate_undefined[], gate_protection[];

static void
absent_gate_of_a_fault(void)
{
	NEED_GATES();
	absent_for(6, take_undefined, gate_undefined);
	/* With an error code. A CPU would call it a double fault; a layer below that dispatches does not. */
	if (pv_has(PV_CAP_DIRECT_TABLES))
		absent_for(13, take_protection, gate_protection);
}

static void
idt_write_refuses(void)
{
	NEED_GATES();
	CHECK_STATUS(pv_idt_write(NULL, 3, 0, 0), PV_E_INVAL);
	CHECK_STATUS(pv_idt_write(own_idt, 256, 0, 0), PV_E_INVAL);
	CHECK_STATUS(pv_idt_write(own_idt, ~0u, 0, 0), PV_E_INVAL);
	/* A gate of i386 has no second half. */
	if (GATE_WORDS == 1)
		CHECK_STATUS(pv_idt_write(own_idt, 3, 0, 1), PV_E_INVAL);
}

static void
idt_load_is_used(void)
{
	pv_irq_state gate;
	pv_status s, t;
	uintptr_t table;
	uint64_t *idt;
	unsigned limit, hits;

	NEED_INT();
	idt = live_idt();
	gate = pv_irq_save();
	memcpy(own_idt, idt, sizeof(own_idt));
	s = gate_to(own_idt, SPARE_VECTOR, (const void *)(uintptr_t)desc_gate, 0);
	if (s == PV_OK)
		s = pv_idt_load(own_idt, sizeof(own_idt) - 1);
	desc_hits = 0;
	if (s == PV_OK)
		take_spare(NULL);
	hits = desc_hits;
	pv_idt_read(&table, &limit);
	t = pv_idt_load(idt, sizeof(own_idt) - 1);
	pv_irq_restore(gate);
	CHECK_OK(s);
	CHECK_OK(t);
	CHECK_EQ(hits, 1);
	CHECK_EQ(table, (uintptr_t)own_idt);
	CHECK_EQ(limit, sizeof(own_idt) - 1);
	CHECK_EQ((uintptr_t)live_idt(), (uintptr_t)idt);
}

/* -- stacks of their own -- */

static uint8_t own_stack[1024] __attribute__((aligned(16)));

static void
ist_switches_the_stack(void)
{
	uint64_t *idt, *gate, low, high;
	pv_status s;

	if (!pv_has(PV_CAP_IST)) {
		CHECK_STATUS(pv_ist_set(5, (uintptr_t)own_stack + sizeof(own_stack)), PV_E_ABSENT);
		return;
	}
	idt = live_idt();
	gate = &idt[SPARE_VECTOR * GATE_WORDS];
	low = gate[0];
	high = GATE_WORDS == 2 ? gate[1] : 0;
	CHECK_OK(pv_ist_set(5, (uintptr_t)own_stack + sizeof(own_stack)));
	s = gate_to(idt, SPARE_VECTOR, (const void *)(uintptr_t)desc_gate, 5);
	desc_hits = 0;
	take_spare(NULL);
	put_back(idt, low, high);
	CHECK_OK(s);
	CHECK_EQ(desc_hits, 1);
	/* Five words of the CPU's below the top. */
	CHECK_EQ(desc_sp, (uintptr_t)own_stack + sizeof(own_stack) - 40);
}

static void
ist_refuses(void)
{
	pv_status wanted = pv_has(PV_CAP_IST) ? PV_E_INVAL : PV_E_ABSENT;

	CHECK_STATUS(pv_ist_set(0, (uintptr_t)own_stack), wanted);
	CHECK_STATUS(pv_ist_set(8, (uintptr_t)own_stack), wanted);
}

/* -- I/O privilege: what it does is in suite_ring3.c -- */

static void
iopl_refuses(void)
{
	CHECK_STATUS(pv_iopl_set(1), PV_E_INVAL);
	CHECK_STATUS(pv_iopl_set(2), PV_E_INVAL);
	CHECK_STATUS(pv_iopl_set(4), PV_E_INVAL);
	CHECK_STATUS(pv_iopl_set(~0u), PV_E_INVAL);
}

/* -- an IDT of the kernel's own -- */

extern const char desc_stubs[];			/* for vectors from 0x20 on, 16 bytes each */
void desc_arrived(unsigned vector);

static volatile unsigned arrived, strangers;
static volatile unsigned soft_hits, timer_hits;

void
desc_arrived(unsigned vector)
{
	arrived++;
	strangers += pv_vector_deliver(vector) != PV_OK;
}

static enum pv_line_result
on_soft(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	soft_hits++;
	return PV_LINE_MINE;
}

static void
on_timer(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	timer_hits++;
}

/* Raise a software line and wait for a timer, with the gate open. */
static void
work_a_little(void)
{
	struct pv_line line = { .source = PV_LINE_SOFT + 11, .handler = on_soft, .name = "own IDT" };
	struct pv_timer timer = { .handler = on_timer };

	arrived = strangers = soft_hits = timer_hits = 0;
	CHECK_OK(pv_line_bind(&line));
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + PV_NS_PER_MS, 0));
	pv_line_raise(11);
	for (unsigned ms = 0; ms < 1000 && (soft_hits == 0 || timer_hits == 0); ms++)
		pv_delay_ns(PV_NS_PER_MS);
	(void)pv_timer_cancel(&timer);
	(void)pv_line_unbind(&line);
}

static void
own_idt_delivers(void)
{
	pv_irq_state gate;
	pv_status s = PV_OK;
	uint64_t *idt;

	NEED_GATES();
	idt = live_idt();
	gate = pv_irq_save();
	memcpy(own_idt, idt, sizeof(own_idt));
	for (unsigned v = 0x20; v < 256; v++)
		s = s != PV_OK || v == 0x80 ? s : gate_to(own_idt, v, desc_stubs + (v - 0x20) * 16, 0);
	s = s == PV_OK ? pv_idt_load(own_idt, sizeof(own_idt) - 1) : s;
	pv_irq_enable();
	work_a_little();
	pv_irq_disable();
	(void)pv_idt_load(idt, sizeof(own_idt) - 1);
	pv_irq_restore(gate);
	CHECK_OK(s);
	CHECK_EQ(soft_hits, 1);
	CHECK_EQ(timer_hits, 1);
	/* A layer below has another way for its events. */
	CHECK(arrived > 0 || pv_has(PV_CAP_PARAVIRT));
	CHECK_EQ(strangers, 0);
}

static void
deliver_refuses_strangers(void)
{
	pv_status exception, nmi, beyond, nobodys;
	pv_irq_state gate;
	uint32_t depth;

	NEED_GATES();
	gate = pv_irq_save();
	exception = pv_vector_deliver(14);
	nmi = pv_vector_deliver(2);
	beyond = pv_vector_deliver(256);
	nobodys = pv_vector_deliver(SPARE_VECTOR);
	depth = pv_cpu()->depth;
	pv_irq_restore(gate);
	CHECK_STATUS(exception, PV_E_NOENT);
	CHECK_STATUS(nmi, PV_E_NOENT);
	CHECK_STATUS(beyond, PV_E_NOENT);
	CHECK_STATUS(nobodys, PV_E_NOENT);
	CHECK_EQ(depth, 0);
}

static const struct suite_case cases[] = {
	{ "gates_are_built", gates_are_built, "pv_gate_low", CASE_ONCE },
	{ "without_gates_all_says_so", without_gates_all_says_so,
	    "isa.idt_load isa.idt_write isa.vector_deliver isa.ist_set", 0 },
	{ "idt_in_force_is_read", idt_in_force_is_read, "isa.idt_read trap.init", 0 },
	{ "idt_write_is_used", idt_write_is_used, "isa.idt_write isa.iret", 0 },
	{ "absent_gate_traps", absent_gate_traps, "isa.idt_write trap.init", 0 },
	{ "absent_gate_of_a_fault", absent_gate_of_a_fault, "isa.idt_write trap.init", 0 },
	{ "idt_write_refuses", idt_write_refuses, "isa.idt_write", 0 },
	{ "idt_load_is_used", idt_load_is_used, "isa.idt_load isa.idt_read isa.idt_write", 0 },
	{ "ist_switches_the_stack", ist_switches_the_stack, "isa.ist_set", 0 },
	{ "ist_refuses", ist_refuses, "isa.ist_set", 0 },
	{ "iopl_refuses", iopl_refuses, "isa.iopl_set", 0 },
	{ "own_idt_delivers", own_idt_delivers, "isa.vector_deliver isa.idt_load isa.idt_write", 0 },
	{ "deliver_refuses_strangers", deliver_refuses_strangers, "isa.vector_deliver", 0 },
};
SUITE(suite_gate, "gate", cases);
