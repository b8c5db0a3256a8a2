/*
 * Which ops the VMI backend takes over, by which calls a ROM has.
 * Source: backends/vmi/ops.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"
#include "../../backends/vmi/vmi.h"

struct pv_vmi_answer pv_vmi_answers[VMI_NR_CALLS];
const struct pv_cpu_ops pv_vmi_cpu_ops;
const struct pv_time_ops pv_vmi_time_ops;
const struct pv_power_ops pv_vmi_power_ops;
const char pv_vmi_rom_IRET[1];
VMI_FN void
pv_vmi_rom_IODelay(void)
{
}

/* Leaves, of which the addresses count. */
#define LEAF(name)	".globl " #name "\n" #name ": .byte 0\n"
__asm__(".data\n" LEAF(pv_vmi_irq_save) LEAF(pv_vmi_cr2_read) LEAF(pv_vmi_cr3_read) LEAF(pv_vmi_cr3_write)
    LEAF(pv_vmi_root_set) LEAF(pv_vmi_fpu_clear) LEAF(pv_vmi_fpu_set) LEAF(pv_vmi_counter) LEAF(pv_vmi_pte_set)
    LEAF(pv_vmi_pte_clear) LEAF(pv_vmi_pte_exchange) LEAF(pv_vmi_pte_protect_begin)
    LEAF(pv_vmi_pte_protect_commit) LEAF(pv_vmi_table_claim) LEAF(pv_vmi_table_release) LEAF(pv_vmi_invlpg)
    LEAF(pv_vmi_flush_range) LEAF(pv_vmi_flush_all) LEAF(pv_vmi_cpuid) ".text\n");

static pv_slot taken[sizeof(struct pv_ops) / sizeof(pv_slot)];

void
pv_table_override(size_t op, pv_slot fn)
{
	taken[op / sizeof(pv_slot)] = fn;
}

#define TAKEN(member)	taken[__builtin_offsetof(struct pv_ops, isa.member) / sizeof(pv_slot)]
#define TAKEN_IO(member)	taken[__builtin_offsetof(struct pv_ops, io.member) / sizeof(pv_slot)]
#define EXPECT(member, leaf)	ck_assert_uint_eq((uintptr_t)TAKEN(member), (uintptr_t)(leaf))

static void
start(void)
{
	memset(pv_vmi_answers, 0, sizeof(pv_vmi_answers));
	memset(taken, 0, sizeof(taken));
	pv_vmi_answers[VMI_IRET] = (struct pv_vmi_answer){ 0xc9000, VMI_KIND_JUMP };
}

static void
give(enum vmi_call call)
{
	pv_vmi_answers[call] = (struct pv_vmi_answer){ 0xc8000 + 32 * call, VMI_KIND_CALL };
}

START_TEST(nothing_but_the_way_out)
{
	pv_vmi_take_ops();
	for (unsigned i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		ck_assert(taken[i] == NULL || &taken[i] == &TAKEN(iret));
	EXPECT(iret, 0xc9000);
}
END_TEST

START_TEST(sites_call_the_rom_itself)
{
	give(VMI_DisableInterrupts);
	give(VMI_IRET);
	pv_vmi_take_ops();
	EXPECT(irq_disable, 0xc8000 + 32 * VMI_DisableInterrupts);
	EXPECT(irq_save, pv_vmi_irq_save);
	EXPECT(irq_enable, 0);
	EXPECT(iret, pv_vmi_rom_IRET);
}
END_TEST

/* To set a bit takes reading the rest. */
START_TEST(fpu_set_takes_two_calls)
{
	give(VMI_SetCR0);
	pv_vmi_take_ops();
	EXPECT(fpu_set, 0);
	give(VMI_GetCR0);
	pv_vmi_take_ops();
	EXPECT(fpu_set, pv_vmi_fpu_set);
	start();
	give(VMI_GetCR0);
	pv_vmi_take_ops();
	EXPECT(fpu_set, 0);
}
END_TEST

/* A ROM that hears of entries, or of tables: what is a table has to be known. */
START_TEST(tables_go_with_entries)
{
	static const uint8_t one_of[] = { VMI_SetPxELong, VMI_UpdatePxELong, VMI_AllocatePage };

	for (unsigned i = 0; i < sizeof(one_of); i++) {
		start();
		give((enum vmi_call)one_of[i]);
		pv_vmi_answers[VMI_ReleasePage].kind = VMI_KIND_NOP;
		pv_vmi_take_ops();
		EXPECT(table_claim, pv_vmi_table_claim);
		EXPECT(pte_exchange, one_of[i] != VMI_AllocatePage ? pv_vmi_pte_exchange : 0);
		EXPECT(table_release, pv_vmi_table_release);
	}
}
END_TEST

/* What is answered by NOP is left out: nothing is told of an entry, nothing is done to wait. */
START_TEST(nop_is_nothing)
{
	give(VMI_SetPxELong);
	pv_vmi_answers[VMI_UpdatePxELong].kind = VMI_KIND_NOP;
	pv_vmi_answers[VMI_IODelay].kind = VMI_KIND_NOP;
	pv_vmi_take_ops();
	EXPECT(pte_exchange, 0);
	EXPECT(pte_protect_begin, 0);
	EXPECT(pte_protect_commit, 0);
	EXPECT(pte_set, pv_vmi_pte_set);
	ck_assert(TAKEN_IO(port_delay) == (pv_slot)pv_vmi_rom_IODelay);
	start();
	give(VMI_IODelay);
	pv_vmi_take_ops();
	ck_assert(TAKEN_IO(port_delay) == (pv_slot)pv_vmi_rom_IODelay);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ nothing_but_the_way_out, 0 }, { sites_call_the_rom_itself, 0 }, { fpu_set_takes_two_calls, 0 },
		{ tables_go_with_entries, 0 }, { nop_is_nothing, 0 },
	};

	return RUN_CASES("vmi_ops", start, cases);
}
