/*
 * The wrong hot ops by name; their code is in <isa>/gate.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../mutants.h"

void mutant_nothing(void), mutant_save_stays_open(void), mutant_save_says_open(void);
void mutant_save_says_closed(void), mutant_restore_opens(void), mutant_restore_closes(void);
void mutant_read_says_closed(void), mutant_read_closes(void), mutant_cr2_page_off(void);
void mutant_cr3_page_off(void), mutant_counter_stands(void), mutant_in_all_ones(void);
void mutant_out8_other(void), mutant_out16_half(void), mutant_out32_half(void), mutant_pte_get_no_nx(void);
void mutant_pte_set_no_soft(void), mutant_pte_set_next(void), mutant_pte_set_half(void);
void mutant_pte_clear_p(void), mutant_iret_closed(void), mutant_iret_spoils(void), mutant_iret_carry(void);

const struct mutant mutants_gate[] = {
	MUTANT("isa.irq_save", "does not close", mutant_save_stays_open),
	MUTANT_FATAL("isa.irq_save", "says it was open", mutant_save_says_open),
	MUTANT("isa.irq_save", "says it was closed", mutant_save_says_closed),
	MUTANT("isa.irq_disable", "does nothing", mutant_nothing),
	MUTANT_FATAL("isa.irq_enable", "does nothing", mutant_nothing),
	MUTANT_FATAL("isa.irq_restore", "always opens", mutant_restore_opens),
	MUTANT_FATAL("isa.irq_restore", "always closes", mutant_restore_closes),
	MUTANT("isa.irq_read", "says it is closed", mutant_read_says_closed),
	MUTANT("isa.irq_read", "closes", mutant_read_closes),
	MUTANT("isa.cr2_read", "is a page off", mutant_cr2_page_off),
	MUTANT_FATAL("isa.cr3_read", "is a page off", mutant_cr3_page_off),
	MUTANT("isa.cr3_write", "does nothing", mutant_nothing),
	MUTANT("isa.fpu_clear", "does nothing", mutant_nothing),
	MUTANT("isa.fpu_set", "does nothing", mutant_nothing),
	MUTANT("isa.counter", "stands still", mutant_counter_stands),
	MUTANT("isa.pte_get", "drops no-execute", mutant_pte_get_no_nx),
	MUTANT("isa.pte_set", "drops a software bit", mutant_pte_set_no_soft),
	MUTANT_FATAL("isa.pte_set", "writes the next entry", mutant_pte_set_next),
	MUTANT_FATAL("isa.pte_set", "writes the low half", mutant_pte_set_half),
	MUTANT("isa.pte_clear", "keeps all but present", mutant_pte_clear_p),
	MUTANT("isa.invlpg", "does nothing", mutant_nothing),
	MUTANT("isa.in8", "reads all ones", mutant_in_all_ones),
	MUTANT("isa.in16", "reads all ones", mutant_in_all_ones),
	MUTANT("isa.in32", "reads all ones", mutant_in_all_ones),
	MUTANT_FATAL("isa.out8", "flips a bit", mutant_out8_other),
	MUTANT("isa.out16", "writes a byte", mutant_out16_half),
	MUTANT("isa.out32", "writes half", mutant_out32_half),
	MUTANT_FATAL("isa.iret", "leaves the gate closed", mutant_iret_closed),
	MUTANT_FATAL("isa.iret", "spoils a register", mutant_iret_spoils),
	MUTANT_FATAL("isa.iret", "sets carry", mutant_iret_carry),
	{ 0 }
};
