/*
 * A VMI backend that calls its ROM wrongly: the linker leads its calls of stubs here
 * (--wrap), and the one that the mutant is about is dropped or has a wrong argument.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../../backends/vmi/vmi.h"
#include "../mutants.h"

extern const struct pv_backend pv_vmi_backend;
const struct pv_backend *const mutant_below = &pv_vmi_backend;

/* Of all wrappers only that of the mutant does anything else than its call. */
enum {
	RIGHT_ALL, FLUSH_DROPPED, FLUSH_LOCAL, INVAL_DROPPED, INVAL_NEXT, SET_LOSES_NX, UPDATE_DROPPED, UPDATE_OTHER,
	NEVER_ENDS, ALLOCATE_DROPPED, RELEASE_DROPPED, RELEASE_LEVEL, ALARM_LATE, ALARM_PAST, COUNTER_STOLEN,
	STACK_OFF, IOPL_DROPPED, GDT_NEXT, IDT_DROPPED, LDT_DROPPED, LDT_ENTRY_DROPPED,
	TR_DROPPED, GDT_LOAD_DROPPED, IDT_LOAD_DROPPED, CR0_DROPPED, CR2_DROPPED, CR3_DROPPED, CR4_DROPPED, DR_OTHER,
	DR_ZERO, ENTRY_OTHER, ENTRY_MISSING, HALT_RETURNS,
};

#define ROM(op_name, text, number)		{ op_name, text, NULL, false, number }
#define ROM_FATAL(op_name, text, number)	{ op_name, text, NULL, true, number }

const struct mutant mutants_rom[] = {
	ROM("isa.flush_all", "is not told the ROM", FLUSH_DROPPED),
	ROM("isa.flush_all", "leaves the ROM global entries", FLUSH_LOCAL),
	ROM_FATAL("isa.invlpg", "is not told the ROM", INVAL_DROPPED),
	ROM_FATAL("isa.invlpg", "tells the ROM the next page", INVAL_NEXT),
	ROM_FATAL("isa.flush_range", "is not told the ROM", INVAL_DROPPED),
	ROM("isa.pte_set", "tells the ROM without NX", SET_LOSES_NX),
	ROM("isa.pte_exchange", "is not told the ROM", UPDATE_DROPPED),
	ROM_FATAL("isa.pte_exchange", "tells the ROM of another page", UPDATE_OTHER),
	ROM_FATAL("mmu.end", "relies on what the ROM deferred", NEVER_ENDS),
	ROM("isa.table_claim", "is not told the ROM", ALLOCATE_DROPPED),
	ROM("isa.table_release", "is not told the ROM", RELEASE_DROPPED),
	ROM("isa.table_release", "tells the ROM another level", RELEASE_LEVEL),
	ROM_FATAL("time.alarm", "is late by the ROM", ALARM_LATE),
	ROM_FATAL("time.alarm", "is past for the ROM", ALARM_PAST),
	ROM_FATAL("time.now", "is the stolen time", COUNTER_STOLEN),
	ROM_FATAL("cpu.switch_kernel_sp", "tells the ROM another stack", STACK_OFF),
	ROM("cpu.idle", "makes no call", HALT_RETURNS),
	ROM("isa.iopl_set", "is not told the ROM", IOPL_DROPPED),
	ROM_FATAL("isa.tls_write", "tells the ROM the next slot", GDT_NEXT),
	ROM_FATAL("isa.gdt_write", "tells the ROM the next slot", GDT_NEXT),
	ROM_FATAL("isa.idt_write", "is not told the ROM", IDT_DROPPED),
	ROM_FATAL("isa.ldt_load", "is not told the ROM", LDT_DROPPED),
	ROM("isa.ldt_write", "is not told the ROM", LDT_ENTRY_DROPPED),
	ROM("isa.tr_load", "is not told the ROM", TR_DROPPED),
	ROM_FATAL("isa.gdt_load", "is not told the ROM", GDT_LOAD_DROPPED),
	ROM_FATAL("isa.idt_load", "is not told the ROM", IDT_LOAD_DROPPED),
	ROM("isa.cr0_write", "is not told the ROM", CR0_DROPPED),
	ROM("isa.cr2_write", "is not told the ROM", CR2_DROPPED),
	ROM_FATAL("isa.root_set", "is not told the ROM", CR3_DROPPED),
	ROM("isa.cr4_write", "is not told the ROM", CR4_DROPPED),
	ROM("isa.dr_write", "writes another register", DR_OTHER),
	ROM("isa.dr_read", "is zero", DR_ZERO),
	ROM_FATAL("isa.in8", "leads to another entry", ENTRY_OTHER),
	ROM_FATAL("isa.fpu_clear", "is no native instruction where the ROM has none", ENTRY_MISSING),
	{ 0 }
};

#define IS(what)	(mutant_rom == (what))

/* In place of the stub of a call: not at all if `dropped`, with arguments that may be wrong else. */
#define WRAP(type, name, dropped, types, ...)					\
type __real_pv_vmi_rom_##name types VMI_FN;					\
type __wrap_pv_vmi_rom_##name types VMI_FN;					\
VMI_FN type									\
__wrap_pv_vmi_rom_##name types							\
{										\
	if (dropped)								\
		return (type)0;							\
	return __real_pv_vmi_rom_##name(__VA_ARGS__);				\
}

WRAP(void, SetIOPLMask, IS(IOPL_DROPPED), (uint32_t mask), mask)
WRAP(void, SetLDT, IS(LDT_DROPPED), (uint32_t selector), selector)
WRAP(void, SetTR, IS(TR_DROPPED), (uint32_t selector), selector)
WRAP(void, SetGDT, IS(GDT_LOAD_DROPPED), (const void *p), p)
WRAP(void, SetIDT, IS(IDT_LOAD_DROPPED), (const void *p), p)
WRAP(void, SetCR0, IS(CR0_DROPPED), (uint32_t v), v)
WRAP(void, SetCR2, IS(CR2_DROPPED), (uint32_t v), v)
WRAP(void, SetCR3, IS(CR3_DROPPED), (uint32_t v), v)
WRAP(void, SetCR4, IS(CR4_DROPPED), (uint32_t v), v)
WRAP(void, Halt, IS(HALT_RETURNS), (void))
WRAP(void, WriteGDTEntry, false, (void *table, uint32_t index, uint32_t low, uint32_t high),
    table, index + IS(GDT_NEXT), low, high)
WRAP(void, WriteIDTEntry, IS(IDT_DROPPED), (void *table, uint32_t index, uint32_t low, uint32_t high),
    table, index, low, high)
WRAP(void, WriteLDTEntry, IS(LDT_ENTRY_DROPPED), (void *table, uint32_t index, uint32_t low, uint32_t high),
    table, index, low, high)
WRAP(void, UpdateKernelStack, false, (uint32_t selector, uint32_t sp), selector, sp - IS(STACK_OFF) * 1024u)
WRAP(void, SetDR, false, (uint32_t n, uint32_t v), n ^ IS(DR_OTHER), v)
WRAP(uint32_t, GetDR, IS(DR_ZERO), (uint32_t n), n)
WRAP(void, AllocatePage, IS(ALLOCATE_DROPPED),
    (uint32_t frame, uint32_t flags, uint32_t source, uint32_t first, uint32_t count),
    frame, flags, source, first, count)
WRAP(void, ReleasePage, IS(RELEASE_DROPPED), (uint32_t frame, uint32_t flags),
    frame, IS(RELEASE_LEVEL) ? flags ^ (VMI_PAGE_PT | VMI_PAGE_PD) : flags)
WRAP(void, SetPxELong, false, (uint64_t entry, void *where, uint32_t flags),
    IS(SET_LOSES_NX) ? entry & ~PV_PTE_NX : entry, where, flags)
WRAP(void, UpdatePxELong, IS(UPDATE_DROPPED), (void *where, uint32_t flags),
    (uint8_t *)where + IS(UPDATE_OTHER) * PV_PAGE_SIZE, flags)
WRAP(void, InvalPage, IS(INVAL_DROPPED), (uintptr_t va), va + (IS(INVAL_NEXT) ? PV_PAGE_SIZE : 0))
WRAP(void, FlushTLB, IS(FLUSH_DROPPED), (uint32_t what), IS(FLUSH_LOCAL) ? what & ~VMI_FLUSH_GLOBAL : what)
WRAP(void, SetLazyMode, IS(NEVER_ENDS) && mode == VMI_LAZY_OFF, (uint32_t mode), mode)
WRAP(uint64_t, GetCycleCounter, false, (uint32_t which), IS(COUNTER_STOLEN) ? VMI_COUNTER_STOLEN : which)
WRAP(void, SetAlarm, false, (uint32_t flags, uint64_t expiry, uint64_t period),
    flags, IS(ALARM_PAST) ? 0 : IS(ALARM_LATE) ? expiry + (1u << 31) : expiry, period)

/* Leaves go straight to the ROM: those whose call has something in place of its stub are led there. */
void __real_pv_vmi_leaves_aim(volatile uint8_t *window);
void __wrap_pv_vmi_leaves_aim(volatile uint8_t *window);
extern uint8_t pv_vmi_rom_CLTS[];
void
__wrap_pv_vmi_leaves_aim(volatile uint8_t *window)
{
	static const struct {
		enum vmi_call call;
		uintptr_t entry;
	} leads[] = {
		{ VMI_SetCR0, (uintptr_t)__wrap_pv_vmi_rom_SetCR0 },
		{ VMI_SetCR3, (uintptr_t)__wrap_pv_vmi_rom_SetCR3 },
		{ VMI_InvalPage, (uintptr_t)__wrap_pv_vmi_rom_InvalPage },
		{ VMI_CLTS, (uintptr_t)pv_vmi_rom_CLTS },
	};
	enum { LEADS = sizeof(leads) / sizeof(leads[0]) };
	uint32_t entries[LEADS];

	for (unsigned i = 0; i < LEADS; i++) {
		entries[i] = pv_vmi_answers[leads[i].call].entry;
		if (!IS(RIGHT_ALL))
			pv_vmi_answers[leads[i].call].entry = leads[i].entry;
	}
	__real_pv_vmi_leaves_aim(window);
	for (unsigned i = 0; i < LEADS; i++)
		pv_vmi_answers[leads[i].call].entry = entries[i];
}

/* Behind the answers of the ROM. */
const char *__real_pv_vmi_relocate(uintptr_t base, uint32_t size, uint8_t *stubs, enum vmi_call *call);
const char *__wrap_pv_vmi_relocate(uintptr_t base, uint32_t size, uint8_t *stubs, enum vmi_call *call);
const char *
__wrap_pv_vmi_relocate(uintptr_t base, uint32_t size, uint8_t *stubs, enum vmi_call *call)
{
	const char *why = __real_pv_vmi_relocate(base, size, stubs, call);

	if (IS(ENTRY_OTHER))
		pv_vmi_answers[VMI_INB].entry = pv_vmi_answers[VMI_INW].entry;
	/* The stub of what the ROM has not returns at once. */
	if (IS(ENTRY_MISSING))
		stubs[VMI_CLTS * 8] = 0xc3;
	return why;
}
