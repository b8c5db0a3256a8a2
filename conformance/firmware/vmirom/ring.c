/*
 * The personality that keeps ring 0 for itself: the client's kernel runs in ring 1, its
 * programs in ring 3. Calls come here by a gate, traps and interrupts go to the client
 * as its own table has it. The processor's interrupt flag is the client's, but nobody
 * outside of ring 0 can change it: I/O privilege is 0 there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define RPL		3u
#define VECTOR_DB	1u
#define DR6_REASONS	0x0000200fu	/* the four, and DR7's guard */
#define VECTOR_NMI	2u
#define VECTOR_UD	6u
#define VECTOR_DF	8u
#define VECTOR_NP	11u
#define VECTOR_GP	13u
#define VECTOR_PF	14u
#define VECTOR_MC	18u
#define ERROR_IDT	2u	/* what an INT that may not be gives */
#define ERROR_EXTERNAL	1u
#define OP_INT		0xcdu
#define GATE_PRESENT	0x8000u
#define GATE_KIND	0x0f00u
#define GATE_INTERRUPT	0x0e00u
#define GATE_TRAP	0x0f00u
#define MSR_SYSENTER	0x174u
#define PORT_OFF	0x604
#define PORT_OFF_VALUE	0x2000
#define STACK_WORDS	4u	/* of the client's that a call may look at */

extern char ring_pop_es[] __attribute__((visibility("hidden")));
extern char ring_pop_ds[] __attribute__((visibility("hidden")));
extern char ring_iret[] __attribute__((visibility("hidden")));
extern char ring_tries[] __attribute__((visibility("hidden")));
extern char ring_sysenter[] __attribute__((visibility("hidden")));
extern char ring_try_failed[] __attribute__((visibility("hidden")));
void ring_go(struct trap *t) __attribute__((noreturn));

uint32_t
ring_slot(uint32_t slot)
{
	return (uint32_t)ring_slots + RING_SLOT_SIZE * slot;
}

#define dead(...)	dead_at(PLACE(__LINE__), __VA_ARGS__)

static void
dead_at(const char *place, const struct trap *t, const char *why)
{
	say("ring 0: %s (vector %u, error %x, address %x, from %x) [%s]", why, t->vector + 128, t->error,
	    read_cr2(), t->eip, place);
	outw(PORT_OFF, PORT_OFF_VALUE);
	for (;;)
		__asm__ volatile("cli; hlt");
}

static bool
has_error(uint32_t vector)
{
	return vector == VECTOR_DF || (vector >= 10 && vector <= 14) || vector == 17;
}

/* The client's gate of VECTOR, or 0. */
static const uint32_t *
gate_of(uint32_t vector)
{
	const struct ring *g = &ram()->ring;
	const uint32_t *gate = (const uint32_t *)(g->idt.base + 8 * vector);

	if ((vector * 8 | 7) > g->idt.limit || !(gate[1] & GATE_PRESENT) ||
	    ((gate[1] & GATE_KIND) != GATE_INTERRUPT && (gate[1] & GATE_KIND) != GATE_TRAP))
		return 0;
	return gate;
}

/* One that says of itself that it is not there. */
static bool
absent(uint32_t vector)
{
	const struct ring *g = &ram()->ring;
	const uint32_t *gate = (const uint32_t *)(g->idt.base + 8 * vector);

	return (vector * 8 | 7) <= g->idt.limit && !(gate[1] & GATE_PRESENT) &&
	    ((gate[1] & GATE_KIND) == GATE_INTERRUPT || (gate[1] & GATE_KIND) == GATE_TRAP);
}

static void
push(struct trap *t, uint32_t value)
{
	t->esp -= 4;
	*(volatile uint32_t *)t->esp = value;
}

/* The kernel's stack, from the task segment that the client chose. */
static void
kernel_stack(struct trap *t)
{
	const struct ring *g = &ram()->ring;
	const uint32_t *d = (const uint32_t *)(g->gdt.base + (g->tr & 0xfff8));
	const uint32_t *task = (const uint32_t *)(d[0] >> 16 | (d[1] & 0xff) << 16 | (d[1] & 0xff000000));

	if (g->tr == 0)
		dead(t, "a trap of a program, and no task register");
	t->esp = task[1];
	t->ss = (task[2] & 0xfffc) | 1;
}

/* An INT has led to VECTOR: it lies before where it goes on. */
static bool
by_int(const struct trap *t, uint32_t vector)
{
	const uint8_t *at = (const uint8_t *)t->eip - 2;

	return vector >= 32 && at[0] == OP_INT && at[1] == vector;
}

/* As the processor would with a client in ring 0. */
static void
reflect(struct trap *t, uint32_t vector, uint32_t error)
{
	const struct ring *g = &ram()->ring;
	const uint32_t *gate = gate_of(vector);
	uint32_t esp = t->esp, ss = t->ss, flags = (t->eflags & ~EFLAGS_IOPL) | g->iopl;

	if (!gate) {
		error = vector * 8 + ERROR_IDT + (by_int(t, vector) ? 0 : ERROR_EXTERNAL);
		t->eip -= by_int(t, vector) ? 2 : 0;	/* the fault is the instruction's */
		vector = absent(vector) ? VECTOR_NP : VECTOR_GP;
		gate = gate_of(vector);
		if (!gate)
			dead(t, "no gate for this");
	}
	if ((t->cs & RPL) == RPL) {
		kernel_stack(t);
		push(t, ss);
		push(t, esp);
	}
	push(t, flags);
	push(t, t->cs);
	push(t, t->eip);
	if (has_error(vector))
		push(t, error);
	t->cs = (gate[0] >> 16 & 0xfffc) | 1;
	t->eip = (gate[0] & 0xffff) | (gate[1] & 0xffff0000);
	t->eflags &= ~(EFLAGS_TF | EFLAGS_NT | EFLAGS_RF | EFLAGS_VM | EFLAGS_IOPL);
	if ((gate[1] & GATE_KIND) == GATE_INTERRUPT)
		t->eflags &= ~EFLAGS_IF;
}

/* Instructions that only ring 0 may execute, or I/O privilege. */
static bool
privileged(const uint8_t *at, uint32_t vector, uint32_t *opcode)
{
	while ((*at & 0xe7) == 0x26 || (*at & 0xfc) == 0x64 || (*at & 0xfe) == 0xf2)	/* prefixes */
		at++;
	*opcode = *at == 0x0f ? 0x0f00u | at[1] : *at;
	if (vector == VECTOR_UD)	/* none outside of ring 0: MONITOR, MWAIT, CLAC, STAC; XSETBV if not on */
		return *opcode == 0x0f01 && ((at[2] & 0xfc) == 0xc8 || at[2] == 0xd1);
	if (*at != 0x0f)
		return *at == 0xf4 || *at == 0xfa || *at == 0xfb || (*at & 0xf4) == 0xe4 || (*at & 0xfc) == 0x6c;
	return at[1] <= 0x01 || (at[1] >= 0x06 && at[1] <= 0x09) || (at[1] & 0xfc) == 0x20 ||
	    (at[1] >= 0x30 && at[1] <= 0x33) || at[1] == 0x35;
}

/* A trap that is not a call. */
static void
deliver(struct trap *t, uint32_t vector)
{
	struct frame trap = { .call = CALL_TRAP, .eip = t->eip }, *f = &trap;
	uint32_t ring = t->cs & RPL, n = t->error >> 3, opcode;
	const uint8_t *at = (const uint8_t *)t->eip;
	const uint32_t *gate;

	if (vector == VECTOR_GP && (t->error & (ERROR_IDT | ERROR_EXTERNAL)) == ERROR_IDT && *at == OP_INT) {
		gate = gate_of(n);
		if (gate && (gate[1] >> 13 & RPL) >= ring) {
			t->eip += 2;
			reflect(t, n, 0);
			return;
		}
	}
	if (vector == VECTOR_GP && ring == RPL && t->error == 0 && ring_port(t))
		return;
	if (vector == VECTOR_PF && this_cpu()->queued != 0) {
		mmu_flush_queue(f);	/* and once more: what waited may be what it lacks */
		return;
	}
	if ((vector == 3 || vector == 4) && ring == RPL) {
		gate = gate_of(vector);
		if (gate && (gate[1] >> 13 & RPL) < RPL) {
			t->eip -= 1;
			reflect(t, VECTOR_GP, vector * 8 + ERROR_IDT);
			return;
		}
	}
	if (ring == 1 && (vector == VECTOR_UD || (vector == VECTOR_GP && t->error == 0)) &&
	    privileged(at, vector, &opcode))
		complain(f, "a privileged instruction past the interface (opcode %x", opcode);
	reflect(t, vector, t->error);
}

/* What the client may set by a frame of its own; bit 1 is always set. */
static uint32_t
safe_flags(uint32_t flags, uint32_t iopl)
{
	return (flags & ~(EFLAGS_IOPL | EFLAGS_VM)) | iopl | 2;
}

/* CS, EFLAGS [, ESP, SS] are the call's arguments, flags as cpu_iret() left them; WHERE the frame began. */
static void
do_iret(struct trap *t, const struct frame *f, uint32_t where)
{
	const struct ring *g = &ram()->ring;
	bool user = (f->stack[0] & RPL) == RPL;

	t->eip = f->eip;
	t->cs = user ? f->stack[0] : (f->stack[0] & 0xfffc) | 1;
	t->eflags = safe_flags(f->stack[1], user ? g->iopl : 0);
	t->esp = user ? f->stack[2] : where + 12;
	if (user)
		t->ss = f->stack[3];
}

static void
do_sysexit(struct trap *t)
{
	const struct ring *g = &ram()->ring;

	t->cs = ((uint32_t)g->sysenter[0] + 16) | RPL;
	t->ss = ((uint32_t)g->sysenter[0] + 24) | RPL;
	t->eip = t->edx;
	t->esp = t->ecx;
	t->eflags = safe_flags(t->eflags | EFLAGS_IF, g->iopl);
}

static void
sysenter(struct trap *t)
{
	struct ring *g = &ram()->ring;

	t->cs = ((uint32_t)g->sysenter[0] & 0xfffc) | 1;
	t->ss = (((uint32_t)g->sysenter[0] + 8) & 0xfffc) | 1;
	t->esp = (uint32_t)g->sysenter[1];
	t->eip = (uint32_t)g->sysenter[2];
	t->eflags = safe_flags(t->eflags & ~EFLAGS_IF, 0) | (g->step ? EFLAGS_TF : 0);
	if (g->step)
		reflect(t, VECTOR_DB, 0);
	g->step = false;
}

/* The processor's own are the ROM's. False: not one of these. */
static bool
sysenter_msr(struct frame *f)
{
	uint64_t *msr = &ram()->ring.sysenter[f->ecx - MSR_SYSENTER];

	if (f->ecx - MSR_SYSENTER > 2 || (f->call != VMI_RDMSR && f->call != VMI_WRMSR))
		return false;
	if (f->call == VMI_WRMSR) {
		*msr = (uint64_t)f->edx << 32 | f->eax;
		ring_sysenter_gate();
	} else {
		f->eax = (uint32_t)*msr;
		f->edx = (uint32_t)(*msr >> 32);
	}
	return true;
}

/* Without what takes ring 0 and has no call: STAC and CLAC, XSETBV. */
static void
client_cpuid(struct frame *f)
{
	uint32_t leaf = f->eax, subleaf = f->ecx;

	(void)ring_try(f, 0);
	if (leaf == 1)
		f->ecx &= ~(CPUID1_ECX_XSAVE | CPUID1_ECX_OSXSAVE);
	else if (leaf == 7 && subleaf == 0)
		f->ebx &= ~CPUID7_EBX_SMAP;
}

/* Calls that have no frame elsewhere: calls.S. False: they have. FAULT: the client is to get a fault. */
static bool
plain_call(struct frame *f, bool *fault)
{
	uint32_t which = f->call <= VMI_RDMSR ? f->call : f->call == VMI_RDPMC ? 3 : f->call - VMI_INL + 4;

	*fault = false;
	switch (f->call) {
	case VMI_ENABLE_INTERRUPTS:
		f->eflags |= EFLAGS_IF;
		break;
	case VMI_DISABLE_INTERRUPTS:
		f->eflags &= ~EFLAGS_IF;
		break;
	case VMI_GET_INTERRUPT_MASK:
		f->eax = f->eflags & EFLAGS_IF;
		break;
	case VMI_SET_INTERRUPT_MASK:
		f->eflags = (f->eflags & ~EFLAGS_IF) | (f->eax & EFLAGS_IF);
		break;
	case VMI_CPUID:
		client_cpuid(f);
		break;
	case VMI_WRMSR ... VMI_RDMSR:
	case VMI_RDPMC:
	case VMI_INL ... VMI_OUTSW:
		if (!sysenter_msr(f))
			*fault = ring_try(f, which);
		break;
	default:
		return false;
	}
	ram()->counts[f->call]++;
	return true;
}

/* What the call has changed; EIP and ESP are not among it. */
static void
take(struct trap *t, const struct frame *f)
{
	t->eax = f->eax;
	t->ecx = f->ecx;
	t->edx = f->edx;
	t->ebx = f->ebx;
	t->esi = f->esi;
	t->edi = f->edi;
	t->eflags = (t->eflags & ~EFLAGS_IF) | (f->eflags & EFLAGS_IF);
}

/*
 * Arguments on the client's stack, of IRET the frame behind EIP. No word more is looked at: there may be no page behind
 * it.
 */
static uint32_t
arguments(uint32_t call, const uint32_t *first)
{
	switch (call) {
	case VMI_IRET:
		return (first[0] & RPL) == RPL ? 4 : 2;
	case VMI_ALLOCATE_PAGE:
	case VMI_SET_ALARM:
		return 2;
	case VMI_WRITE_GDT_ENTRY:
	case VMI_WRITE_LDT_ENTRY:
	case VMI_WRITE_IDT_ENTRY:
	case VMI_SET_PXE_LONG:
	case VMI_SET_LINEAR_MAPPING:
		return 1;
	default:
		return 0;
	}
}

/* [call] [return address] [arguments], or for IRET [call] [frame]: on the client's stack. */
static void
call(struct trap *t)
{
	struct ring *g = &ram()->ring;
	uint32_t *at = (uint32_t *)t->esp, words[sizeof(struct frame) / 4 + STACK_WORDS];
	struct frame *f = (struct frame *)words;
	uint32_t count;
	bool fault, iret;

	g->calling = true;
	g->cs = t->cs, g->ss = t->ss, g->esp = t->esp, g->slot = t->eip - 2;
	*f = (struct frame){ t->es, t->ds, t->edi, t->esi, t->ebp, t->esp, t->ebx, t->edx, t->ecx, t->eax,
	    (t->eflags & ~EFLAGS_IOPL) | g->iopl, at[0], at[1] };
	if (at[0] == SLOT_IRET_CALL)
		f->call = VMI_IRET, at++, f->eip = at[1];
	iret = f->call == VMI_IRET;
	count = arguments(f->call, at + 2);
	for (uint32_t i = 0; i < STACK_WORDS; i++)
		f->stack[i] = i < count ? at[2 + i] : 0;
	if (plain_call(f, &fault)) {
		take(t, f);
		g->calling = !fault;
		if (fault) {
			t->eip = g->slot;
			reflect(t, g->fault, g->fault_error);
			return;
		}
	} else {
		g->woken = 0;
		rom_call(f);
		take(t, f);
		g->iopl = f->eflags & EFLAGS_IOPL;
	}
	/* Should the way out fault, it is as if IRET did: the frame on top, and the call can be made again. */
	g->esp = (uint32_t)&at[1];
	g->slot -= 2;
	if (iret) {
		do_iret(t, f, (uint32_t)&at[1]);
	} else if (f->call == VMI_SYSEXIT) {
		do_sysexit(t);
	} else {
		t->eip = at[1];
		t->esp = (uint32_t)&at[2];
	}
	g->calling = false;
	if (f->call == VMI_HALT && g->woken != 0)
		reflect(t, g->woken, 0);
}

/* Open to the client itself, if at all. */
static void
ports_for(const struct trap *t)
{
	ram()->ring.task[25] = ((t->cs & RPL) == 1 && WORDS->ports ? PORTS_OPEN : PORTS_CLOSED) << 16;
}

/* The way out to a client whose frame or selectors are wrong: the fault is the call's. */
static void
bad_way_out(const struct trap *t)
{
	struct ring *g = &ram()->ring;
	struct trap out = *t, *top = (struct trap *)(g->stack + sizeof(g->stack)) - 1;

	out.cs = g->cs, out.ss = g->ss, out.esp = g->esp, out.eip = g->slot;
	out.eflags &= ~(EFLAGS_IF | EFLAGS_IOPL);
	reflect(&out, t->vector + 128, t->error);
	ports_for(&out);
	*top = out;
	ring_go(top);
}

/*
 * A debug exception of ring 0. What a call touches it touches for the client, which hears of it when the call is over;
 * what the ROM looks at on its own is nobody's. Its own memory is not watched: cpu.c.
 */
static void
watched(void)
{
	struct ring *g = &ram()->ring;
	uint32_t status = read_dr6();

	if (g->calling) {
		g->watched |= status & DR6_REASONS;	/* the next one may be all that DR6 has */
		g->late |= 1u << VECTOR_DB;
	} else {
		write_dr6(status & ~DR6_REASONS);
	}
}

/* In ring 0 itself: an instruction that may fault, or Halt; anything else is a mistake of the ROM or the end. */
static void
from_rom(struct trap *t, uint32_t vector)
{
	struct ring *g = &ram()->ring;
	uint32_t failed = (uint32_t)ring_try_failed;

	if (vector == VECTOR_NMI || vector == VECTOR_MC) {
		g->late |= 1u << vector;
	} else if (vector == VECTOR_DB && t->eip == (uint32_t)ring_sysenter) {
		g->step = true;		/* SYSENTER leaves TF as it is: it is the client's trap */
		t->eflags &= ~EFLAGS_TF;
	} else if (vector == VECTOR_DB) {
		watched();
	} else if (g->halted) {
		g->woken = vector;
		t->eflags &= ~EFLAGS_IF;
	} else if (t->eip == (uint32_t)ring_pop_es || t->eip == (uint32_t)ring_pop_ds) {
		t->esp = 0;		/* top of the stack that was in use */
	} else if (t->eip == (uint32_t)ring_iret) {
		bad_way_out(t);
	} else if (t->eip >= (uint32_t)ring_tries && t->eip < failed) {
		g->fault = vector;
		g->fault_error = t->error;
		t->eip = failed;
	} else {
		dead(t, "a fault of the ROM, or of what it was given");
	}
}

/* What came in ring 0, the debug exception last: its handler runs first. */
static void
deliver_late(struct trap *t)
{
	static const uint8_t order[] = { VECTOR_MC, VECTOR_NMI, VECTOR_DB };
	struct ring *g = &ram()->ring;

	for (uint32_t i = 0; i < sizeof(order); i++)
		if (g->late & 1u << order[i]) {
			g->late &= ~(1u << order[i]);
			reflect(t, order[i], 0);
			if (order[i] == VECTOR_DB) {
				write_dr6(read_dr6() | g->watched);
				g->watched = 0;
			}
		}
}

void
ring_trap(struct trap *t)
{
	uint32_t vector = t->vector + 128;

	if ((t->cs & RPL) == 0) {
		from_rom(t, vector);
		return;
	}
	if (vector == RING_SYSENTER)
		sysenter(t);
	else if (vector == RING_GATE && (t->cs & RPL) == 1 && t->eip - rom_base() < (uint32_t)(rom_end - rom_start))
		call(t);
	else
		deliver(t, vector);
	deliver_late(t);
	ports_for(t);
}

/* At the end of VMI_Init: the caller goes on in ring 1. */
void
ring_start(struct frame *f)
{
	struct ring *g = &ram()->ring;
	struct trap t = { .es = f->es, .ds = f->ds, .edi = f->edi, .esi = f->esi, .ebp = f->ebp, .ebx = f->ebx,
	    .edx = f->edx, .ecx = f->ecx, .eax = f->eax, .eip = f->eip, .esp = (uint32_t)f->stack };
	struct trap *top = (struct trap *)(g->stack + sizeof(g->stack)) - 1;
	struct table_register gdt;

	__asm__ volatile("sgdt %0; sidt %1; movl %%cs, %2; movl %%ss, %3"
	    : "=m"(gdt), "=m"(g->idt), "=&r"(g->cs), "=&r"(g->ss));
	__asm__ volatile("str %0" : "=r"(g->tr));
	g->cs = (g->cs & 0xfffc) | 1;
	g->ss = (g->ss & 0xfffc) | 1;
	g->tr &= 0xfff8;
	g->cr4 = read_cr4();
	if (cpuid(1).edx & CPUID1_EDX_SEP)
		for (uint32_t i = 0; i < 3; i++)
			g->sysenter[i] = rdmsr(MSR_SYSENTER + i);
	ring_table(f, &gdt);
	ring_own_tables();
	if (cpuid(0).eax >= 7 && (cpuid(7).ecx & 4))
		write_cr4(g->cr4 | CR4_UMIP);
	g->on = true;
	g->iopl = f->eflags & EFLAGS_IOPL;
	g->task[25] = (WORDS->ports ? PORTS_OPEN : PORTS_CLOSED) << 16;
	t.cs = g->cs;
	t.ss = g->ss;
	t.eflags = safe_flags(f->eflags, 0);
	*top = t;
	ring_go(top);
}
