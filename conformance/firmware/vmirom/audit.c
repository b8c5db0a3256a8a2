/*
 * What the ROM says on the debug console (port 0xe9), and the rules that hold for every
 * call. README has the form of the lines.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define CONSOLE		0xe9
#define NAME		20

static const char names[CALL_TRAP + 1][NAME] = {
	"CPUID", "WRMSR", "RDMSR", "SetGDT", "SetLDT", "SetIDT", "SetTR", "GetGDT", "GetLDT", "GetIDT", "GetTR",
	"WriteGDTEntry", "WriteLDTEntry", "WriteIDTEntry", "UpdateKernelStack", "SetCR0", "SetCR2", "SetCR3", "SetCR4",
	"GetCR0", "GetCR2", "GetCR3", "GetCR4", "WBINVD", "SetDR", "GetDR", "RDPMC", "RDTSC", "CLTS",
	"EnableInterrupts", "DisableInterrupts", "GetInterruptMask", "SetInterruptMask", "IRET", "SYSEXIT", "Halt",
	"Reboot", "Shutdown", "SetPxE", "SetPxELong", "UpdatePxE", "UpdatePxELong", "MachineToPhysical",
	"PhysicalToMachine", "AllocatePage", "ReleasePage", "InvalPage", "FlushTLB", "SetLinearMapping",
	"INL", "INB", "INW", "INSL", "INSB", "INSW", "OUTL", "OUTB", "OUTW", "OUTSL", "OUTSB", "OUTSW",
	"SetIOPLMask", "SetInitialAPState", "APICWrite", "APICRead", "IODelay", "GetCycleFrequency",
	"GetCycleCounter", "SetAlarm", "CancelAlarm", "GetWallclockTime", "WallclockUpdated", "SetCallbacks",
	"SetLazyMode", "VMI_Init", "GetRelocationInfo", "Trap",
};

const char *
call_name(uint32_t call)
{
	return names[call];
}

/* CALLS and more if no call has that name. */
uint32_t
call_number(const char *name, uint32_t length)
{
	uint32_t call, i;

	for (call = 0; call <= CALL_RELOCATION; call++) {
		for (i = 0; i < length && name[i] == names[call][i]; i++)
			;
		if (i == length && names[call][i] == '\0')
			break;
	}
	return call;
}

static void
put_string(const char *text)
{
	while (*text != '\0')
		outb(CONSOLE, (uint8_t)*text++);
}

static void
put_number(uint32_t value, uint32_t base)
{
	char digits[11];
	uint32_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	put_string(digits + at);
}

/* %s, %u, %x (which brings its 0x). */
static void
put_format(const char *format, va_list list)
{
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			outb(CONSOLE, (uint8_t)*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_string(va_arg(list, const char *));
			break;
		case 'u':
			put_number(va_arg(list, uint32_t), 10);
			break;
		case 'x':
			put_string("0x");
			put_number(va_arg(list, uint32_t), 16);
			break;
		}
	}
}

void
say(const char *format, ...)
{
	va_list list;

	put_string("(VMI) ");
	va_start(list, format);
	put_format(format, list);
	va_end(list);
	outb(CONSOLE, '\n');
}

void
complain_at(const char *place, const struct frame *f, const char *format, ...)
{
	va_list list;

	if (!WORDS->audit)
		return;
	put_string("(VMI) ");
	put_string(names[f->call]);
	put_string(": ");
	va_start(list, format);
	put_format(format, list);
	va_end(list);
	put_string(", from ");
	put_string("0x");
	put_number(f->eip, 16);
	put_string(") [");
	put_string(place);
	put_string("]\n");
}

/* The state that every call demands: CS and SS flat always, DS and ES for all that come through the gate. */
void
audit_convention(struct frame *f)
{
	struct ram *r = ram();
	uint32_t cs, ss;

	if (f->eflags & EFLAGS_DF)
		complain(f, "the direction flag is set (EFLAGS %x", f->eflags);
	if (!r->up && f->call < VMI_CALLS)
		complain(f, "called before VMI_Init (call %u", f->call);
	__asm__ volatile("movl %%cs, %0; movl %%ss, %1" : "=&r"(cs), "=r"(ss));
	if (r->ring.on)
		cs = r->ring.cs, ss = r->ring.ss;
	if (!desc_flat(cs & 0xffff))
		complain(f, "CS is not flat (selector %x", cs & 0xffff);
	if (!desc_flat(ss & 0xffff))
		complain(f, "SS is not flat (selector %x", ss & 0xffff);
	if (f->call == VMI_IRET || f->call == VMI_SYSEXIT)
		return;
	if (!desc_flat(f->ds & 0xffff))
		complain(f, "DS is not flat (selector %x", f->ds & 0xffff);
	if (!desc_flat(f->es & 0xffff))
		complain(f, "ES is not flat (selector %x", f->es & 0xffff);
}

/* At the end: how often each call was made. */
void
audit_counts(void)
{
	struct ram *r = ram();

	for (uint32_t call = 0; WORDS->audit && call <= CALL_RELOCATION; call++)
		if (r->counts[call] != 0)
			say("count %s %u", names[call], r->counts[call]);
}
