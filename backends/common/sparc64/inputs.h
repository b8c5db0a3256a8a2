/*
 * Device interrupts of a sparc64 CPU on their way to lines: what a vector (sun4u) or
 * a mondo (sun4v) said is noted with the trap's own globals, whatever PIL is, and
 * handled at an interrupt level that PIL holds back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_SPARC64_INPUTS_H
#define PV_COMMON_SPARC64_INPUTS_H

#define PV_SPARC64_INPUTS		2048
#define PV_SPARC64_DEVICE_LEVEL		8
/* The last inputs are no wires: cross lines, software lines, and what nobody can tell. */
#define PV_SPARC64_INPUT_CROSS		2040	/* + n */
#define PV_SPARC64_INPUT_SOFT		2044
#define PV_SPARC64_INPUT_REPORT		2046	/* a resumable error was reported */
#define PV_SPARC64_INPUT_STRAY		2047
#define PV_SPARC64_WIRES		2040

#ifndef __ASSEMBLER__
#include "sparc64.h"

/* Which inputs have come: set by the trap table and by inputs.c, one CPU. */
extern uint64_t pv_sparc64_pending[PV_SPARC64_INPUTS / 64];

/* From the interrupt of PV_SPARC64_DEVICE_LEVEL. */
void pv_sparc64_inputs_deliver(void);

/* What a backend adds; set before anything is bound. */
struct pv_sparc64_inputs_ops {
	/* Let the source tell again; a level that is still asserted does at once. */
	void (*idle)(uint32_t input);
	/* What is no wire and no cross or software line. */
	void (*other)(uint32_t input);
};
extern const struct pv_sparc64_inputs_ops *pv_sparc64_inputs_ops;

/* An input begins masked; what comes of one that nobody began with is spurious. */
void pv_sparc64_input_begin(uint32_t input);
void pv_sparc64_input_forget(uint32_t input);
/* line.mask, unmask, end. Gate closed. */
void pv_sparc64_input_mask(uint32_t input);
void pv_sparc64_input_unmask(uint32_t input);
void pv_sparc64_input_end(uint32_t input);
#else

	/* Note input \reg; spoils \a, \b. Interrupts are off: nobody else writes on this CPU. */
	.macro	NOTE_INPUT reg, a, b
	sethi	%hi(pv_sparc64_pending), \a
	or	\a, %lo(pv_sparc64_pending), \a
	srlx	\reg, 6, \b
	sllx	\b, 3, \b
	add	\a, \b, \a
	mov	1, \b
	sllx	\b, \reg, \b			/* by its low 6 bits */
	ldx	[\a], \reg
	or	\reg, \b, \reg
	stx	\reg, [\a]
	mov	1 << PV_SPARC64_DEVICE_LEVEL, \a
	wr	\a, 0, %set_softint
	.endm

#endif
#endif
