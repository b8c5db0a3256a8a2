/*
 * Which ops go by the ROM, once it is known which calls it has. What an op's leaf calls
 * has to be there as a whole: the stub of a call that is not does nothing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../common/x86/registers.h"
#include "../../hooks/x86/uframe.h"
#include "../../hooks/table.h"

#define ISA(member)	__builtin_offsetof(struct pv_ops, isa.member)
#define OP(member)	__builtin_offsetof(struct pv_ops, member)
#define STRAIGHT	NULL		/* sites call the ROM itself */

/* Hot ops, and the calls without which they stay native. An op may stand here for several calls. */
static const struct {
	uint16_t op;
	uint8_t call;
	pv_slot leaf;
	uint8_t also;			/* 0, which is CPUID: no other */
	uint8_t unless_nop;		/* answered NOP: there is nothing to tell, the native one does. 0: no other */
} hot[] = {
	{ ISA(irq_save), VMI_DisableInterrupts, pv_vmi_irq_save },
	{ ISA(irq_disable), VMI_DisableInterrupts, STRAIGHT },
	{ ISA(irq_enable), VMI_EnableInterrupts, STRAIGHT },
	{ ISA(irq_restore), VMI_SetInterruptMask, STRAIGHT },
	{ ISA(irq_read), VMI_GetInterruptMask, STRAIGHT },
	{ ISA(cr2_read), VMI_GetCR2, pv_vmi_cr2_read },
	{ ISA(cr3_read), VMI_GetCR3, pv_vmi_cr3_read },
	{ ISA(cr3_write), VMI_SetCR3, pv_vmi_cr3_write },
	{ ISA(root_set), VMI_SetCR3, (pv_slot)pv_vmi_root_set },
	{ ISA(fpu_clear), VMI_CLTS, pv_vmi_fpu_clear },
	{ ISA(fpu_set), VMI_SetCR0, pv_vmi_fpu_set, .also = VMI_GetCR0 },
	{ ISA(counter), VMI_RDTSC, pv_vmi_counter },
	{ ISA(pte_set), VMI_SetPxELong, pv_vmi_pte_set },
	{ ISA(pte_clear), VMI_SetPxELong, pv_vmi_pte_clear },
	{ ISA(pte_set), VMI_UpdatePxELong, pv_vmi_pte_set },
	{ ISA(pte_clear), VMI_UpdatePxELong, pv_vmi_pte_clear },
	{ ISA(pte_exchange), VMI_UpdatePxELong, (pv_slot)pv_vmi_pte_exchange },
	{ ISA(pte_protect_begin), VMI_UpdatePxELong, (pv_slot)pv_vmi_pte_protect_begin },
	{ ISA(pte_protect_commit), VMI_UpdatePxELong, (pv_slot)pv_vmi_pte_protect_commit },
	{ ISA(pte_exchange), VMI_SetPxELong, (pv_slot)pv_vmi_pte_exchange, .unless_nop = VMI_UpdatePxELong },
	{ ISA(pte_protect_begin), VMI_SetPxELong, (pv_slot)pv_vmi_pte_protect_begin,
	    .unless_nop = VMI_UpdatePxELong },
	{ ISA(pte_protect_commit), VMI_SetPxELong, (pv_slot)pv_vmi_pte_protect_commit,
	    .unless_nop = VMI_UpdatePxELong },
	/* Entries are told by what level their table has, which is remembered here, too. */
	{ ISA(table_release), VMI_AllocatePage, (pv_slot)pv_vmi_table_release },
	{ ISA(table_claim), VMI_SetPxELong, (pv_slot)pv_vmi_table_claim },
	{ ISA(table_release), VMI_SetPxELong, (pv_slot)pv_vmi_table_release },
	{ ISA(table_claim), VMI_UpdatePxELong, (pv_slot)pv_vmi_table_claim },
	{ ISA(table_release), VMI_UpdatePxELong, (pv_slot)pv_vmi_table_release },
	{ ISA(table_claim), VMI_AllocatePage, (pv_slot)pv_vmi_table_claim },
	{ ISA(table_release), VMI_ReleasePage, (pv_slot)pv_vmi_table_release },
	{ ISA(invlpg), VMI_InvalPage, pv_vmi_invlpg },
	{ ISA(flush_range), VMI_InvalPage, (pv_slot)pv_vmi_flush_range },
	{ ISA(flush_all), VMI_FlushTLB, (pv_slot)pv_vmi_flush_all },
	{ ISA(in8), VMI_INB, STRAIGHT }, { ISA(in16), VMI_INW, STRAIGHT }, { ISA(in32), VMI_INL, STRAIGHT },
	{ ISA(out8), VMI_OUTB, STRAIGHT }, { ISA(out16), VMI_OUTW, STRAIGHT }, { ISA(out32), VMI_OUTL, STRAIGHT },
	{ ISA(cpuid), VMI_CPUID, (pv_slot)pv_vmi_cpuid },
};

/* The others look themselves whether there is a call; a family is taken over as a whole. */
static const struct {
	const void *ops;		/* weak: NULL where the part is not linked */
	uint16_t at, size;
	uint8_t call;			/* without it: not at all */
} families[] = {
#define FAMILY(family, table, call)	{ &table, OP(family), sizeof(struct pv_##family##_ops), call }
	FAMILY(isa, pv_vmi_control_ops, VMI_IRET),
	FAMILY(isa, pv_vmi_desc_ops, VMI_IRET),
	FAMILY(cpu, pv_vmi_cpu_ops, VMI_IRET),
	FAMILY(io, pv_vmi_io_ops, VMI_IRET),
	FAMILY(power, pv_vmi_power_ops, VMI_IRET),
	FAMILY(user, pv_vmi_user_ops, VMI_IRET),
	FAMILY(time, pv_vmi_time_ops, VMI_GetCycleCounter),
	FAMILY(time, pv_vmi_wall_ops, VMI_GetCycleCounter),
};

static pv_slot
slot_of(uintptr_t address)
{
	pv_slot slot;

	memcpy(&slot, &address, sizeof(slot));
	return slot;
}

extern const char pv_vmi_rom_IRET[];

static bool
goes_by_rom(unsigned i)
{
	return pv_vmi_has((enum vmi_call)hot[i].call) &&
	    (hot[i].also == 0 || pv_vmi_has((enum vmi_call)hot[i].also)) &&
	    (hot[i].unless_nop == 0 || pv_vmi_answers[hot[i].unless_nop].kind != VMI_KIND_NOP);
}

void
pv_vmi_take_ops(void)
{
	const struct pv_vmi_answer *iret = &pv_vmi_answers[VMI_IRET];

	for (unsigned i = 0; i < sizeof(hot) / sizeof(hot[0]); i++)
		if (goes_by_rom(i))
			pv_table_override(hot[i].op, hot[i].leaf != STRAIGHT ? hot[i].leaf :
			    slot_of(pv_vmi_answers[hot[i].call].entry));
	/* Its site is a jump; the form that wants a return address goes by its stub. */
	pv_table_override(ISA(iret), slot_of(iret->kind == VMI_KIND_JUMP ? iret->entry :
	    (uintptr_t)pv_vmi_rom_IRET));
	/* By its stub, which does nothing where there is nothing to do. */
	if (pv_vmi_answers[VMI_IODelay].kind != VMI_KIND_NONE)
		pv_table_override(OP(io.port_delay), (pv_slot)pv_vmi_rom_IODelay);
	for (unsigned i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const pv_slot *table = families[i].ops;

		for (unsigned n = 0; table != NULL && n < families[i].size / sizeof(pv_slot); n++)
			if (table[n] != NULL && pv_vmi_has((enum vmi_call)families[i].call))
				pv_table_override(families[i].at + n * sizeof(pv_slot), table[n]);
	}
}
