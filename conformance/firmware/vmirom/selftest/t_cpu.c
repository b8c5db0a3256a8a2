/*
 * Calls that are one instruction, or little more, on bare hardware: section 1.6.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176

/* A call that touches flags only: all registers but MAY keep what they had. */
enum { MAY_NOTHING = 0, MAY_EAX = 1, MAY_ALL = 15 };

static uint32_t segments = 0x10;	/* DS and ES at the call */

static struct registers
flags_only(uint32_t call, uint32_t eax, uint32_t may)
{
	struct registers r = { eax, 0xc, 0xd, 0xb, 0x51, 0xd1, 0xb9, { 0 }, 0 };
	uint32_t routine;

	IS(kind(call), VMI_KIND_CALL);
	routine = routine_of(call);
	call_ds = call_es = segments;
	invoke(routine, &r);
	call_ds = call_es = 0x10;
	CHECK(r.esi == 0x51 && r.edi == 0xd1 && r.ebp == 0xb9);
	CHECK((may & MAY_EAX) || r.eax == eax);
	CHECK(may == MAY_ALL || (r.ebx == 0xb && r.ecx == 0xc && r.edx == 0xd));
	return r;
}

TEST(cpu, cpuid, "1.6: 0 CPUID: EAX leaf, ECX subleaf; EAX EBX ECX EDX; not a C function")
{
	struct registers r = flags_only(VMI_CPUID, 0, MAY_ALL);
	struct cpuid c = cpuid(0);

	CHECK(r.eax == c.eax && r.ebx == c.ebx && r.ecx == c.ecx && r.edx == c.edx);
}

TEST(cpu, msr, "1.6: 1, 2 WRMSR, RDMSR: ECX index, EDX:EAX value, as the instruction")
{
	wrmsr(MSR_SYSENTER_ESP, 0x1234);
	IS(VMI(VMI_RDMSR, 0, 0, MSR_SYSENTER_ESP), 0x1234);
	VMI(VMI_WRMSR, 0x5678, 0, MSR_SYSENTER_ESP);
	IS(rdmsr(MSR_SYSENTER_ESP), 0x5678);
	VMI(VMI_WRMSR, 0x0c0ffee0, 0x1234, 0xc0000102);
	CHECK(VMI(VMI_RDMSR, 0, 0, 0xc0000102) == 0x12340c0ffee0ull || !(cpuid(0x80000001).edx & (1u << 29)));
}

TEST(cpu, cr, "1.6: 15-22 SetCR0, SetCR2, SetCR3, SetCR4: EAX; GetCR...: EAX, the guest's view")
{
	uint32_t cr0 = read_cr0(), cr4 = read_cr4();

	IS(VMI(VMI_GET_CR0), cr0);
	VMI(VMI_SET_CR0, cr0 ^ 0x20);
	IS(read_cr0(), cr0 ^ 0x20);
	VMI(VMI_SET_CR0, cr0);
	IS(VMI(VMI_GET_CR4), cr4);
	VMI(VMI_SET_CR4, cr4 ^ CR4_PSE);
	IS(read_cr4(), cr4 ^ CR4_PSE);
	VMI(VMI_SET_CR4, cr4);
	VMI(VMI_SET_CR2, 0xdead0);
	IS(read_cr2(), 0xdead0);
	write_cr2(0xbeef0);
	IS(VMI(VMI_GET_CR2), 0xbeef0);
}

TEST(cpu, clts, "1.6: 28 CLTS")
{
	write_cr0(read_cr0() | 8);
	VMI(VMI_CLTS);
	IS(read_cr0() & 8, 0);
}

TEST(cpu, wbinvd, "1.6: 23 WBINVD, std")
{
	VMI(VMI_WBINVD);
}

TEST(cpu, dr, "1.6: 24, 25 SetDR, GetDR: EAX number, EDX value")
{
	static const uint32_t number[] = { 0, 1, 2, 3 };

	for (uint32_t i = 0; i < 4; i++)
		VMI(VMI_SET_DR, number[i], 0x1000 + i);
	for (uint32_t i = 0; i < 4; i++)
		IS(VMI(VMI_GET_DR, number[i]), 0x1000 + i);
	VMI(VMI_SET_DR, 6, 0xffff0ff0);
	IS(VMI(VMI_GET_DR, 6), 0xffff0ff0);
	VMI(VMI_SET_DR, 7, 0x455);
	IS(VMI(VMI_GET_DR, 7), 0x455);
	VMI(VMI_SET_DR, 7, 0x400);
}

TEST(cpu, rdtsc, "1.6: 27 RDTSC: EDX:EAX")
{
	uint64_t before = rdtsc(), there = VMI(VMI_RDTSC), after = rdtsc();

	CHECK(before < there && there < after);
}

TEST(cpu, rdpmc, "1.6: 26 RDPMC: ECX counter; the emulator has none: the instruction's fault is the call's")
{
	uint32_t before = trap_count[6] + trap_count[13];

	skip_fault = 2;
	VMI(VMI_RDPMC, 0, 0, 0);
	IS(trap_count[6] + trap_count[13], before + 1);
	CHECK(last_trap.eip - (uint32_t)rom < rom[VMI_AT_LENGTH] * 512u);
	skip_fault = 2;
	VMI(VMI_RDMSR, 0, 0, 0x12345678);	/* TCG knows no bad MSR: 0 */
	skip_fault = 0;
}

TEST(cpu, mask, "1.6: 29-32: CS/SS only, flags only; GetInterruptMask returns exactly 0 or 0x200")
{
	IS(flags_only(VMI_GET_INTERRUPT_MASK, 0, MAY_EAX).eax, 0);
	flags_only(VMI_ENABLE_INTERRUPTS, 7, MAY_NOTHING);
	CHECK(eflags() & EFLAGS_IF);
	IS(flags_only(VMI_GET_INTERRUPT_MASK, 0, MAY_EAX).eax, 0x200);
	flags_only(VMI_DISABLE_INTERRUPTS, 7, MAY_NOTHING);
	CHECK(!(eflags() & EFLAGS_IF));
}

TEST(cpu, mask_image, "1.6: 32 takes full EFLAGS images from clients: look at bit 9 alone")
{
	flags_only(VMI_SET_INTERRUPT_MASK, 0xffffffff, MAY_NOTHING);
	CHECK((eflags() & (EFLAGS_IF | EFLAGS_DF | EFLAGS_IOPL | 0x100)) == EFLAGS_IF);
	flags_only(VMI_SET_INTERRUPT_MASK, 0xfffffdff, MAY_NOTHING);
	CHECK((eflags() & (EFLAGS_IF | EFLAGS_DF | EFLAGS_IOPL | 0x100)) == 0);
}

/* Segments that stand for nothing: these calls have to do without. */
TEST(cpu, mask_segments, "1.5: DS and ES flat too unless stated \"CS/SS only\"")
{
	segments = 0;
	flags_only(VMI_ENABLE_INTERRUPTS, 7, MAY_NOTHING);
	flags_only(VMI_SET_INTERRUPT_MASK, 0x200, MAY_NOTHING);
	flags_only(VMI_GET_INTERRUPT_MASK, 7, MAY_EAX);
	flags_only(VMI_DISABLE_INTERRUPTS, 7, MAY_NOTHING);
	segments = 0x10;
}

TEST(cpu, pending, "1.6: 29, 32: pending interrupts are delivered before return")
{
	uint32_t before = trap_count[0x20];

	irq0_open(true);
	pit_one_shot(100);
	wait_ticks(1000);
	IS(trap_count[0x20], before);
	flags_only(VMI_ENABLE_INTERRUPTS, 0, MAY_NOTHING);
	flags_only(VMI_DISABLE_INTERRUPTS, 0, MAY_NOTHING);
	IS(trap_count[0x20], before + 1);
	pit_one_shot(100);
	wait_ticks(1000);
	flags_only(VMI_SET_INTERRUPT_MASK, 0x200, MAY_NOTHING);
	flags_only(VMI_SET_INTERRUPT_MASK, 0, MAY_NOTHING);
	IS(trap_count[0x20], before + 2);
	irq0_open(false);
}

TEST(cpu, halt, "1.6: 35 Halt: enable interrupts and halt, atomically; returns after an interrupt")
{
	uint32_t before = trap_count[0x20];

	irq0_open(true);
	pit_one_shot(2000);
	VMI(VMI_HALT);
	IS(trap_count[0x20], before + 1);
	CHECK(eflags() & EFLAGS_IF);
	pit_one_shot(100);
	__asm__ volatile("cli");
	wait_ticks(1000);
	VMI(VMI_HALT);			/* one that is pending already is enough */
	IS(trap_count[0x20], before + 2);
	__asm__ volatile("cli");
	irq0_open(false);
}

TEST(cpu, iopl, "1.6: 61 SetIOPLMask: EAX = level << 12, the only way to change IOPL")
{
	VMI(VMI_SET_IOPL_MASK, 0x3000);
	IS(eflags() & EFLAGS_IOPL, 0x3000);
	VMI(VMI_SET_IOPL_MASK, 0);
	IS(eflags() & EFLAGS_IOPL, 0);
}

TEST(cpu, io_delay, "1.6: 65 IODelay")
{
	if (kind(VMI_IO_DELAY) == VMI_KIND_CALL)
		VMI(VMI_IO_DELAY);
}

/* The CMOS index port and RAM bytes: a device that keeps what it is given. */
static uint32_t
io(uint32_t call, uint32_t eax, uint32_t port)
{
	struct registers r = { eax, 0xc, port, 0xb, 0x51, 0xd1, 0xb9, { 0 }, 0 };
	bool out = call >= VMI_OUTL;

	invoke(routine_of(call), &r);
	CHECK(r.ecx == 0xc && r.edx == port && r.ebx == 0xb && r.esi == 0x51 && r.edi == 0xd1 && r.ebp == 0xb9);
	CHECK(!out || r.eax == eax);
	return r.eax;
}

TEST(cpu, ports, "1.6: 49-51, 55-57: order is long, byte, word; EDX port; clobbers none")
{
	io(VMI_OUTB, 0x0f, 0x70);
	io(VMI_OUTB, 0xa5, 0x71);
	IS(io(VMI_INB, 0x11111100, 0x71), 0x111111a5);
	io(VMI_OUTL, 0x80000000, 0xcf8);
	IS(io(VMI_INL, 0, 0xcf8), 0x80000000);
	IS(io(VMI_INL, 0, 0xcfc), 0x12378086);
	IS(io(VMI_INW, 0x22220000, 0xcfe), 0x22221237);
	io(VMI_OUTL, 0x80000004, 0xcf8);
	io(VMI_OUTW, io(VMI_INW, 0, 0xcfc) & 0xffff, 0xcfc);
}

static void
string(uint32_t call, void *buffer, uint32_t port, uint32_t count, uint32_t size)
{
	bool out = call >= VMI_OUTSL;
	uint32_t esi = out ? (uint32_t)buffer : 0x51, edi = out ? 0xd1 : (uint32_t)buffer;
	struct registers r = { 0xa, count, port, 0xb, esi, edi, 0xb9, { 0 }, 0 };

	invoke(routine_of(call), &r);
	IS(r.ecx, 0);
	IS(r.esi, out ? esi + count * size : esi);
	IS(r.edi, out ? edi : edi + count * size);
	CHECK(r.eax == 0xa && r.edx == port && r.ebx == 0xb && r.ebp == 0xb9);
}

TEST(cpu, strings, "1.6: 52-54, 58-60: EDI or ESI, EDX port, ECX count; EDI or ESI, ECX move")
{
	uint32_t words[2] = { 0x80000000, 0x80000000 };

	string(VMI_OUTSL, words, 0xcf8, 2, 4);
	string(VMI_INSL, words, 0xcfc, 2, 4);
	IS(words[1], 0x12378086);
	string(VMI_INSW, words, 0xcfe, 2, 2);
	IS(words[0], 0x12371237);
	string(VMI_INSB, words, 0xcfc, 3, 1);
	IS(words[0], 0x12868686);
	words[0] = 0x0e0f;
	string(VMI_OUTSB, words, 0x70, 2, 1);
	io(VMI_OUTB, 0x77, 0x71);
	io(VMI_OUTB, 0x0e, 0x70);
	IS(io(VMI_INB, 0, 0x71), 0x77);
	io(VMI_OUTL, 0x80000004, 0xcf8);
	words[0] = io(VMI_INW, 0, 0xcfc);
	string(VMI_OUTSW, words, 0xcfc, 1, 2);
}
