/*
 * The local APIC, the start of a second processor, the ends: sections 1.6 and 1.9.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

#define APIC		0xfee00000u
#define APIC_VERSION	0x30u
#define APIC_TPR	0x80u
#define ICR_LOW		0x300u
#define ICR_HIGH	0x310u
#define NMI_TO_ITSELF	0x44400u
#define VECTOR_NMI	2u
#define SEL_LDT		0x28
#define AP_EFLAGS	0x8d7u	/* all of arithmetic */
#define EFER_NX		0x800u

static uint32_t ap_stack[256];

TEST(apic, read, "1.6: 63, 64: only bits 0..11 are common ground: offsets, and linear addresses")
{
	CHECK(go_on_with_rom());
	CHECK((VMI(VMI_APIC_READ, APIC_VERSION) & 0xff) == 0x14);
	IS(VMI(VMI_APIC_READ, APIC_VERSION), *(volatile uint32_t *)(APIC + APIC_VERSION));
	IS(VMI(VMI_APIC_READ, APIC + APIC_VERSION), *(volatile uint32_t *)(APIC + APIC_VERSION));
}

TEST(apic, write, "1.6: 63 APICWrite: EAX register, EDX value")
{
	VMI(VMI_APIC_WRITE, APIC_TPR, 0x40);
	IS(*(volatile uint32_t *)(APIC + APIC_TPR), 0x40);
	VMI(VMI_APIC_WRITE, APIC + APIC_TPR, 0x30);
	IS(VMI(VMI_APIC_READ, APIC_TPR), 0x30);
	VMI(VMI_APIC_WRITE, APIC_TPR, 0);
}

TEST(smp, paged_apic, "README: reached whatever the client has mapped, in both forms of tables")
{
	CHECK(paging_start());
	show(0, (struct page *)APIC, KERNEL, 0);
	IS(VMI(VMI_APIC_READ, APIC_VERSION), shown(0)[APIC_VERSION / 4]);
	VMI(VMI_APIC_WRITE, APIC_TPR, 0x50);
	IS(shown(0)[APIC_TPR / 4], 0x50);
	VMI(VMI_APIC_WRITE, (uint32_t)shown(0) + APIC_TPR, 0);
	IS(VMI(VMI_APIC_READ, APIC_TPR), 0);
	IS(read_cr3(), root());
}

static uint32_t nmi_routine, nmi_cr4;

/* Not by invoke(): it comes in the middle of that. */
static void
call_in_nmi(void)
{
	uint32_t edx;

	__asm__ volatile("call *%2" : "=a"(nmi_cr4), "=&d"(edx) : "b"(nmi_routine) : "ecx", "memory", "cc");
}

/* It comes in the middle of the call, or in ring 1 at its end; the next ones find everything as it was. */
TEST(apic, nmi, "README: a handler of an NMI may call the ROM in the middle of a call of the same CPU")
{
	uint32_t before = trap_count[VECTOR_NMI], cr4 = (uint32_t)VMI(VMI_GET_CR4);

	nmi_routine = routine_of(VMI_GET_CR4);
	trap_hook = call_in_nmi;
	for (uint32_t i = 1; i < 3; i++) {
		nmi_cr4 = ~cr4;
		VMI(VMI_APIC_WRITE, APIC + ICR_LOW, NMI_TO_ITSELF);
		IS(trap_count[VECTOR_NMI], before + i);
		IS(last_trap.vector, VECTOR_NMI);
		IS(nmi_cr4, cr4);
		if (ring1) {
			IS(last_trap.cs, 9);
			IS(last_trap.eip, (uint32_t)invoke_return);
		}
	}
	trap_hook = 0;
	IS(VMI(VMI_GET_CR4), cr4);
}

static void
message(uint32_t id, uint32_t low)
{
	VMI(VMI_APIC_WRITE, ICR_HIGH, id << 24);
	VMI(VMI_APIC_WRITE, ICR_LOW, low);
	for (uint32_t i = 0; i < 10 && (VMI(VMI_APIC_READ, ICR_LOW) & 0x1000); i++)
		wait_ticks(120);
}

static uint64_t ap_gdt[6] __attribute__((aligned(4096)));
static uint64_t ap_tables[64] __attribute__((aligned(4096)));	/* LDT and IDT */

/* No two segments alike, nothing 0. */
static struct vmi_ap_state
state(void)
{
	struct vmi_ap_state s = { .cr0 = read_cr0(), .cr2 = 0xdead0, .cr3 = root(), .cr4 = read_cr4(),
	    .efer = EFER_NX, .eip = (uint32_t)ap_entry, .eflags = AP_EFLAGS,
	    .eax = 0xa, .ebx = 0xb, .ecx = 0xc, .edx = 0xd, .esp = (uint32_t)(ap_stack + 256), .ebp = 0xb9,
	    .esi = 0x51, .edi = 0xd1, .cs = 0x08, .ss = 0x10, .ds = 0x10, .es = 0x20, .fs = 0x21, .gs = 0x22,
	    .ldtr = SEL_LDT, .gdt_limit = sizeof(ap_gdt) - 1, .gdt_base = (uint32_t)ap_gdt,
	    .idt_base = (uint32_t)ap_tables, .idt_limit = sizeof(ap_tables) - 9 };
	uint32_t b = (uint32_t)ap_tables;

	CHECK((cpuid(0x80000001).edx & (1u << 20)) != 0);
	for (uint32_t i = 0; i < 5; i++)
		ap_gdt[i] = early_gdt[i];
	ap_gdt[SEL_LDT / 8] = 15 | (uint64_t)(b & 0xffffff) << 16 | 0x820000000000 | (uint64_t)(b >> 24) << 56;
	return s;
}

TEST(smp, no_state, "1.9: invalid/missing state = AP does not start")
{
	announce("APICWrite: a STARTUP message to a CPU without a state");
	message(1, 0x4500);
	message(1, 0x4608);
	wait_ticks(12000);
	IS(ap_started, 0);
}

TEST(smp, bad_state, "1.9: CR0 must have PE and PG; LME/LMA unsupported")
{
	struct vmi_ap_state s = state();

	announce("SetInitialAPState: PE and PG have to be set, LME and LMA clear");
	announce("SetInitialAPState: more CPUs than this ROM knows");
	announce("APICWrite: a STARTUP message to a CPU without a state");
	VMI(VMI_SET_AP_STATE, (uint32_t)&s, 200);
	s.cr0 &= ~CR0_PG;
	VMI(VMI_SET_AP_STATE, (uint32_t)&s, 1);
	s = state();
	s.efer = 0x100;
	VMI(VMI_SET_AP_STATE, (uint32_t)&s, 1);
	message(1, 0x4608);
	wait_ticks(12000);
	IS(ap_started, 0);
}

TEST(smp, started, "1.6: 62; 1.9: INIT, SetInitialAPState, STARTUP: in protected mode with the state given")
{
	struct vmi_ap_state s = state();
	const uint32_t wanted[] = { s.eax, s.ebx, s.ecx, s.edx, s.esi, s.edi, s.ebp, s.esp, s.cr3, s.cs, s.ds,
	    s.eflags, s.ss, s.es, s.fs, s.gs, s.ldtr, s.cr0, s.cr2, s.cr4, (uint32_t)s.efer,
	    (uint32_t)s.gdt_limit << 16, s.gdt_base, (uint32_t)s.idt_limit << 16, s.idt_base };

	IS(sizeof(s), 90);
	message(1, 0x4500);
	VMI(VMI_SET_AP_STATE, (uint32_t)&s, 1);
	s.eip = 0;			/* the ROM has it: the block may go */
	announce("APICWrite: a STARTUP message to a CPU without a state");
	message(1, 0xc4608);		/* to all others, which have none */
	wait_ticks(12000);
	IS(ap_started, 0);
	message(1, 0x4608);
	message(1, 0x4608);
	for (uint32_t i = 0; i < 20 && !ap_started; i++)
		wait_ticks(12000);
	IS(ap_started, 1);
	for (uint32_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (ap_seen[i] != wanted[i])
			wrong("word %u of what it saw is 0x%x, not 0x%x", i, ap_seen[i], wanted[i]);
	IS(VMI(VMI_GET_CR3), root());
}

/* The first MiB where a kernel in the upper half may have it, with another table from before the ROM on. */
#define BELOW_ROM	(0xb0000u / PAGE)
TEST(smp, started_high, "README: the first MiB mapped with one offset")
{
	uint32_t count = pae ? 512 : 1024, first = count - BELOW_ROM;
	uint8_t *low = rom;
	struct vmi_ap_state s = state();

	allocate(&spare[1], VMI_PAGE_PT);
	set_entry(window_directory(), window_directory_index() + 1, (uint32_t)&spare[1] | USER, 0, VMI_PAGE_PD, 0);
	for (uint32_t i = 0; i < 256; i++)
		set_entry(first + i < count ? &window_table : &spare[1], (first + i) % count, i * PAGE | KERNEL, 0,
		    VMI_PAGE_PT, 0);
	rom = (uint8_t *)(uint32_t)shown(first) + (uint32_t)low;
	IS(VMI(VMI_APIC_READ, APIC_VERSION), shown(0)[APIC_VERSION / 4]);
	VMI(VMI_APIC_WRITE, APIC_TPR, 0x20);
	IS(shown(0)[APIC_TPR / 4], 0x20);
	VMI(VMI_APIC_WRITE, APIC_TPR, 0);
	ap_started = 0;
	ap_seen[8] = 0;
	message(1, 0x4500);
	VMI(VMI_SET_AP_STATE, (uint32_t)&s, 1);
	message(1, 0x4608);
	for (uint32_t i = 0; i < 20 && !ap_started; i++)
		wait_ticks(12000);
	IS(ap_started, 1);
	IS(ap_seen[7], (uint32_t)(ap_stack + 256));
	IS(ap_seen[8], root());
	rom = low;
	IS(VMI(VMI_APIC_READ, APIC_TPR), 0);
}

TEST(smp, both_call, "one ROM for all processors")
{
	uint32_t routine = routine_of(VMI_GET_CR3);
	struct registers r = { 0 };

	ap_routine = routine;
	ap_calls = 20000;
	for (uint32_t i = 0; i < 20000; i++) {
		invoke(routine, &r);
		if (r.eax != root())
			wrong("CR3 is 0x%x", r.eax);
		__asm__ volatile("pause");
	}
	for (uint32_t i = 0; i < 20 && ap_calls != 0; i++)
		wait_ticks(12000);
	IS(ap_calls, 0);
}

TEST(smp, no_longer, "1.9: no state: EAX 0 takes it back (README)")
{
	ap_started = 0;
	message(1, 0x4500);
	VMI(VMI_SET_AP_STATE, 0, 1);
	announce("APICWrite: a STARTUP message to a CPU without a state");
	message(1, 0x4608);
	wait_ticks(12000);
	IS(ap_started, 0);
}

TEST(smp, other_table, "1.9: descriptor tables of another CPU may not be written through VMI")
{
	announce("WriteGDTEntry: the table is another CPU's");
	VMI(VMI_WRITE_GDT_ENTRY, (uint32_t)ap_gdt, 4, (uint32_t)early_gdt[4], (uint32_t)(early_gdt[4] >> 32));
}

/* Past the ROM, which has a lock then: the CPU will never give it back. */
TEST(wrongsmp, stuck, "1.9: a CPU that is taken away in the middle of a call")
{
	struct vmi_ap_state s = state();
	struct registers r = { 0 };
	uint64_t took = 0;

	announce("another CPU's call has not come to its end \\(CPU 1");
	ap_routine = routine_of(VMI_GET_CR3);
	for (uint32_t tries = 0; tries < 8 && took < 1000000; tries++) {
		ap_started = 0;
		ap_calls = 1000000000;
		message(1, 0x4500);
		VMI(VMI_SET_AP_STATE, (uint32_t)&s, 1);
		message(1, 0x4608);
		for (uint32_t i = 0; i < 20 && !ap_started; i++)
			wait_ticks(12000);
		IS(ap_started, 1);
		wait_ticks(1000 + 7 * tries);
		shown(0)[ICR_HIGH / 4] = 1u << 24;
		shown(0)[ICR_LOW / 4] = 0x4500;
		took = rdtsc();
		invoke(routine_of(VMI_GET_CR3), &r);
		took = rdtsc() - took;
		IS(r.eax, root());
	}
}

TEST(wrongapic, register, "registers are 16 bytes apart")
{
	CHECK(go_on_with_rom());
	announce("APICRead: no register is there");
	VMI(VMI_APIC_READ, 0x34);
	announce("APICWrite: no register is there");
	VMI(VMI_APIC_WRITE, 0x84, 0);
}

/* The run ends here, if the call does what it has to. */
TEST(off, shutdown, "1.6: 37 Shutdown: no return")
{
	CHECK(go_on_with_rom());
	print("ok 1 - off.shutdown\n# end 1 0\n");
	VMI(VMI_SHUTDOWN);
	for (;;)
		;
}

/* A byte of the CMOS that nobody else uses: it outlives a reset. */
static uint8_t
mark(uint8_t value)
{
	uint8_t was;

	port_out(0x70, 0x50);
	was = port_in(0x71);
	port_out(0x71, value);
	return was;
}

TEST(reboot, way, "1.6: 36 Reboot: EAX 0 soft, 1 hard: the machine starts again")
{
	uint32_t way = asked("hard") ? 1 : asked("soft") ? 0 : 2;

	CHECK(go_on_with_rom());
	if (mark(0x5a) == 0x5a)
		return;
	if (way == 2)
		announce("Reboot: there is no such way to reboot");
	VMI(VMI_REBOOT, way);
	wrong("it is still on");
}
