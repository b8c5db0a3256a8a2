/*
 * Traps, interrupts of the PIT, accesses that may fault.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define PIC1		0x20
#define PIC2		0xa0
#define PIC_EOI		0x20
#define VECTOR_IRQ0	0x20
#define VECTOR_USER	0x30
#define VECTOR_DB	1
#define VECTOR_NMI	2
#define PIT_CHANNEL0	0x40
#define PIT_CONTROL	0x43

static uint64_t idt[50] __attribute__((aligned(4096)));
volatile uint32_t trap_count[50];
struct trap last_trap;
volatile uint32_t fault_cr2;
uint32_t user_result[3];
uint32_t skip_fault;
uint32_t trap_flags;
void (*trap_hook)(void);
static uint32_t recover;	/* where a fault goes on */

void
traps_start(void)
{
	static const uint8_t pic[] = { 0x11, VECTOR_IRQ0, 4, 1 };
	struct __attribute__((packed)) { uint16_t limit; uint32_t base; } t = { sizeof(idt) - 1, (uint32_t)idt };

	for (uint32_t v = 0; v < 50; v++) {
		uint32_t to = (uint32_t)traps + 16 * v;
		uint32_t kind = v == VECTOR_USER ? 0xee00 : 0x8e00;

		idt[v] = (to & 0xffff) | 8u << 16 | (uint64_t)((to & 0xffff0000) | kind) << 32;
	}
	__asm__ volatile("lidt %0" : : "m"(t));
	for (uint32_t i = 0; i < 4; i++) {
		port_out(PIC1 + (i != 0), pic[i]);
		port_out(PIC2 + (i != 0), i == 1 ? 0x28 : i == 2 ? 2 : pic[i]);
	}
	port_out(PIC1 + 1, 0xff);
	port_out(PIC2 + 1, 0xff);
}

void
trap_handler(struct trap *t)
{
	trap_count[t->vector]++;
	last_trap = *t;
	trap_flags = eflags();
	if (t->vector >= VECTOR_IRQ0 && t->vector < VECTOR_USER) {
		if (t->vector == VECTOR_IRQ0)
			port_out(PIC1, PIC_EOI);
	} else if (t->vector == VECTOR_USER) {
		user_result[0] = t->eax;
		user_result[1] = t->edx;
		user_result[2] = t->ecx;
		t->eip = (uint32_t)user_back;
		t->cs = 8;
		t->eflags &= ~0x200u;
	} else if (t->vector > VECTOR_USER) {
		return;
	} else if (t->vector == VECTOR_DB || t->vector == VECTOR_NMI) {
		t->eflags |= EFLAGS_RF;
		if (trap_hook)
			trap_hook();
	} else if (skip_fault != 0) {
		t->eip += skip_fault;
		skip_fault = 0;
	} else if (recover != 0) {
		fault_cr2 = fault_address();
		t->eip = recover;
		recover = 0;
	} else {
		print("# trap %u, error 0x%x, at 0x%x, cr2 0x%x\n", t->vector, t->error, t->eip, fault_address());
		print("# end 0 1\n");
		if (ring1)
			VMI(VMI_SHUTDOWN);
		outw(0x604, 0x2000);
		for (;;)
			__asm__ volatile("cli; hlt");
	}
}

bool
touch(volatile uint32_t *where, uint32_t *value)
{
	uint32_t good;

	__asm__ volatile("movl $1f, %3; xorl %0, %0; movl (%2), %1; incl %0; 1: movl $0, %3"
	    : "=&r"(good), "=&r"(*value) : "r"(where), "m"(recover) : "memory");
	return good == 0;
}

bool
touch_write(volatile uint32_t *where, uint32_t value)
{
	uint32_t good;

	__asm__ volatile("movl $1f, %3; xorl %0, %0; movl %1, (%2); incl %0; 1: movl $0, %3"
	    : "=&r"(good) : "r"(value), "r"(where), "m"(recover) : "memory");
	return good == 0;
}

/* A way to user code with code selector CS that must fault; true if it did, wherever the stack was then. */
bool
faulting_iret(uint32_t cs)
{
	uint32_t good = 0, esp;

	__asm__ volatile("movl $1f, %3; movl %%esp, %1; movl %1, %%esi; pushl $0x23; pushl %1; pushl $0x202; pushl %2;"
	    " pushl $0; cmpl $0, %5; je 2f; pushl $0; 2: jmp *%4; 1: movl %%esi, %%esp; movl $0, %3; movl $1, %0"
	    : "=&a"(good), "=&b"(esp) : "r"(cs), "m"(recover), "r"(routine_of(VMI_IRET)),
	      "r"(kind(VMI_IRET) == VMI_KIND_CALL ? 1 : 0) : "esi", "memory", "cc");
	return good != 0;
}

/* Mode 0: one interrupt after so many ticks of 1193182 Hz. */
void
pit_one_shot(uint32_t ticks)
{
	port_out(PIT_CONTROL, 0x30);
	port_out(PIT_CHANNEL0, (uint8_t)ticks);
	port_out(PIT_CHANNEL0, (uint8_t)(ticks >> 8));
}

void
irq0_open(bool open)
{
	port_out(PIC1 + 1, open ? 0xfe : 0xff);
}

/* Channel 2 counts down, to be read at its output: the guest's own clock, at most 54 ms. */
void
wait_ticks(uint32_t ticks)
{
	port_out(0x61, (uint8_t)((port_in(0x61) & ~2u) | 1u));
	port_out(PIT_CONTROL, 0xb0);
	port_out(0x42, (uint8_t)ticks);
	port_out(0x42, (uint8_t)(ticks >> 8));
	while (!(port_in(0x61) & 0x20))
		__asm__ volatile("pause");	/* the emulator gives way to other CPUs at these */
}
