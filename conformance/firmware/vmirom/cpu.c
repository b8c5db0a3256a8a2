/*
 * Control and debug registers, the time stamp counter, the interrupt flag's rest: IRET, SYSEXIT,
 * Halt, IOPL. On bare hardware each is its instruction; what a hypervisor could not do
 * is refused, and told.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define CR0_KEPT	(CR0_PE | CR0_PG)		/* once on they stay on */
#define CR0_DEFINED	0xe005003fu
#define RPL		3u
#define DR7_ON(n)	(3u << 2 * (n))

static void
set_cr0(struct frame *f)
{
	uint32_t now = read_cr0(), lost = now & ~f->eax & CR0_KEPT;

	if (lost != 0)
		complain(f, "PE and PG cannot be turned off again (value %x", f->eax);
	if ((f->eax & ~CR0_DEFINED) != 0)
		complain(f, "reserved bits are set (value %x", f->eax);
	if ((f->eax & ~now & CR0_PG) && !mmu_space(f, read_cr3()))
		return;
	write_cr0((f->eax | lost) & CR0_DEFINED);
}

static void
set_cr4(struct frame *f)
{
	uint32_t value = f->eax;

	if ((read_cr0() & CR0_PG) && ((read_cr4() ^ value) & CR4_PAE)) {
		complain(f, "PAE cannot be changed while paging is on (value %x", value);
		value ^= CR4_PAE;
	}
	if (ram()->ring.on) {
		ram()->ring.cr4 = value;
		value |= read_cr4() & CR4_UMIP;
	}
	write_cr4(value);
}

/* The bit that ring 0 sets for itself is not the client's. */
static uint32_t
get_cr4(void)
{
	const struct ring *g = &ram()->ring;

	return g->on ? (read_cr4() & ~CR4_UMIP) | (g->cr4 & CR4_UMIP) : read_cr4();
}

/*
 * The ROM's memory: its own debug exceptions would have no end, because the way to their handler and
 * back touches it. The routines that it tells are the client's to stop at.
 */
static bool
is_own(uint32_t address)
{
	if (address - (uint32_t)ram() < RAM_KB * 1024)
		return true;
	return address - rom_base() < (uint32_t)(rom_end - rom_start) &&
	    address - (uint32_t)slots >= SLOT_SIZE * SLOTS && address - (uint32_t)ring_slots >= RING_SLOT_SIZE * SLOTS;
}

/* What the client has watched so far. */
void
cpu_unwatch(struct frame *f)
{
	const uint32_t address[] = { read_dr0(), read_dr1(), read_dr2(), read_dr3() };
	uint32_t on = read_dr7();

	for (uint32_t n = 0; n < 4; n++)
		if ((on & DR7_ON(n)) && is_own(address[n])) {
			complain(f, "the ROM's memory is watched no longer (number %u, address %x", n, address[n]);
			on &= ~DR7_ON(n);
		}
	write_dr7(on);
}

static void
set_dr(struct frame *f)
{
	if (f->eax < 4 && is_own(f->edx)) {
		complain(f, "the ROM's memory cannot be watched (number %u, address %x", f->eax, f->edx);
		return;
	}
	switch (f->eax) {
	case 0: write_dr0(f->edx); break;
	case 1: write_dr1(f->edx); break;
	case 2: write_dr2(f->edx); break;
	case 3: write_dr3(f->edx); break;
	case 6: write_dr6(f->edx); break;
	case 7: write_dr7(f->edx); break;
	default:
		complain(f, "there is no such debug register (number %u", f->eax);
	}
}

static void
get_dr(struct frame *f)
{
	uint32_t number = f->eax;

	f->eax = 0;
	switch (number) {
	case 0: f->eax = read_dr0(); break;
	case 1: f->eax = read_dr1(); break;
	case 2: f->eax = read_dr2(); break;
	case 3: f->eax = read_dr3(); break;
	case 6: f->eax = read_dr6(); break;
	case 7: f->eax = read_dr7(); break;
	default:
		complain(f, "there is no such debug register (number %u", number);
	}
}

static void
result(struct frame *f, uint64_t value)
{
	f->eax = (uint32_t)value;
	f->edx = (uint32_t)(value >> 32);
}

void
cpu_call(struct frame *f)
{
	switch (f->call) {
	case VMI_SET_CR0:
		set_cr0(f);
		break;
	case VMI_SET_CR2:
		write_cr2(f->eax);
		break;
	case VMI_SET_CR4:
		set_cr4(f);
		break;
	case VMI_GET_CR0:
		f->eax = read_cr0();
		break;
	case VMI_GET_CR2:
		f->eax = read_cr2();
		break;
	case VMI_GET_CR3:
		f->eax = read_cr3();
		break;
	case VMI_GET_CR4:
		f->eax = get_cr4();
		break;
	case VMI_WBINVD:
		__asm__ volatile("wbinvd" : : : "memory");
		break;
	case VMI_SET_DR:
		set_dr(f);
		break;
	case VMI_GET_DR:
		get_dr(f);
		break;
	case VMI_RDTSC:
		result(f, rdtsc());
		break;
	case VMI_CLTS:
		__asm__ volatile("clts");
		break;
	}
}

/* The frame is EIP, CS, EFLAGS [, ESP, SS]. IOPL is not the frame's: only SetIOPLMask changes it. */
void
cpu_iret(struct frame *f)
{
	uint32_t cs = f->stack[0], *flags = &f->stack[1];

	*flags = (*flags & ~EFLAGS_IOPL) | (f->eflags & EFLAGS_IOPL);
	if ((cs & RPL) != RPL && !(*flags & EFLAGS_VM))
		return;
	if (!(*flags & EFLAGS_IF))
		complain(f, "to user code with interrupts off (EFLAGS %x", *flags);
	mmu_before_user(f);
}

void
cpu_sysexit(struct frame *f)
{
	f->eip = f->edx;	/* there is no return address to tell */
	mmu_before_user(f);
}

/* Not under the lock: interrupts come, and their handlers call. */
void
cpu_halt(struct frame *f)
{
	ram()->ring.halted = ram()->ring.on;
	__asm__ volatile("sti; hlt; cli" : : : "memory");
	ram()->ring.halted = false;
	f->eflags |= EFLAGS_IF;
}

void
cpu_iopl(struct frame *f)
{
	if ((f->eax & ~EFLAGS_IOPL) != 0)
		complain(f, "bits outside of IOPL (value %x", f->eax);
	f->eflags = (f->eflags & ~EFLAGS_IOPL) | (f->eax & EFLAGS_IOPL);
}
