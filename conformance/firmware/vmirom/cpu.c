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

static void
set_cr0(struct frame *f)
{
	uint32_t now = read_cr0(), lost = now & ~f->eax & CR0_KEPT;

	if (lost != 0)
		complain(f, "PE and PG cannot be turned off again (value %x", f->eax);
	if ((f->eax & ~CR0_DEFINED) != 0)
		complain(f, "reserved bits are set (value %x", f->eax);
	if ((f->eax & ~now & CR0_PG) && !guard_root(f, read_cr3()))
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

static void
set_dr(struct frame *f)
{
	switch (f->eax) {
	case 0: __asm__ volatile("movl %0, %%db0" : : "r"(f->edx)); break;
	case 1: __asm__ volatile("movl %0, %%db1" : : "r"(f->edx)); break;
	case 2: __asm__ volatile("movl %0, %%db2" : : "r"(f->edx)); break;
	case 3: __asm__ volatile("movl %0, %%db3" : : "r"(f->edx)); break;
	case 6: __asm__ volatile("movl %0, %%db6" : : "r"(f->edx)); break;
	case 7: __asm__ volatile("movl %0, %%db7" : : "r"(f->edx)); break;
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
	case 0: __asm__ volatile("movl %%db0, %0" : "=r"(f->eax)); break;
	case 1: __asm__ volatile("movl %%db1, %0" : "=r"(f->eax)); break;
	case 2: __asm__ volatile("movl %%db2, %0" : "=r"(f->eax)); break;
	case 3: __asm__ volatile("movl %%db3, %0" : "=r"(f->eax)); break;
	case 6: __asm__ volatile("movl %%db6, %0" : "=r"(f->eax)); break;
	case 7: __asm__ volatile("movl %%db7, %0" : "=r"(f->eax)); break;
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
