/*
 * Wrong ops, on purpose: each must turn a case red that covers the op. A case that
 * kills no mutant proves nothing.
 *
 * The mutant kernel is the conformance kernel with one backend more, first in the
 * list. Its probe reads mutant=NAME from the command line, puts the wrong op of
 * that name into its own table, and takes the backend that would have been chosen
 * as its parent; everything else is inherited. mutant=list prints all names. Ops that
 * a backend puts into the table while it starts are replaced there, too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <pv/backend.h>

struct mutant {
	const char *op;			/* "isa.irq_save" */
	const char *what;		/* what is wrong: "does not close"; the name is op:what with dashes */
	pv_slot fn;			/* the wrong op, with the op's own convention */
	bool fatal;			/* the run may also die: nothing can work without this op */
	int rom;			/* fn NULL: what a backend tells its ROM instead (i386/mutants_rom.c) */
};

/* One table per family file, ended by op NULL; all listed in backend.c. */
#define MUTANT(op_name, text, function)		{ op_name, text, (pv_slot)(function), false, 0 }
#define MUTANT_FATAL(op_name, text, function)	{ op_name, text, (pv_slot)(function), true, 0 }

extern const struct mutant mutants_mmu[], mutants_cpu[], mutants_devices[], mutants_time[], mutants_line[];
/* The instruction set's: which of them there are is its own business. */
extern const struct mutant mutants_gate[] PV_WEAK, mutants_isa[] PV_WEAK, mutants_pte[] PV_WEAK, mutants_desc[] PV_WEAK;
extern const struct mutant mutants_own[] PV_WEAK, mutants_chip[] PV_WEAK, mutants_rom[] PV_WEAK;
/* The backend that is tried beside bare metal's: one with a layer below. */
extern const struct pv_backend *const mutant_below PV_WEAK;
extern int mutant_rom;			/* of the mutant that runs, or 0 */

/* The right op behind a wrong one, for variants that are wrong only now and then. */
extern pv_slot mutant_right;
/* The same as a function of a type: RIGHT(uint64_t (*)(void))() */
#define RIGHT(type)	((type)mutant_right)

#endif
