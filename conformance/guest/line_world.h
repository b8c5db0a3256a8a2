/*
 * What the suites of interrupt lines share: lines, and a handler that notes what it
 * sees.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_LINE_WORLD_H
#define SUITE_LINE_WORLD_H

#include "wait.h"

#define NR_LINES	40u
#define NR_LINE_NOTES	64u

struct line_note {
	struct pv_line *line;
	uint32_t level, depth;		/* of this CPU, in the handler */
	bool open, nested;		/* the gate; inside another call of the handler */
};

extern struct pv_line lines[NR_LINES];
extern struct line_note line_notes[NR_LINE_NOTES];
extern volatile unsigned calls;		/* handler calls: line_notes[0] to line_notes[calls - 1] */
/* What the handler does besides and what it says; NULL: PV_LINE_MINE. */
extern enum pv_line_result (*line_action)(struct pv_line *line);

/* A case begins with this: nothing bound, whatever the last one left, level 0, nothing noted. */
void lines_fresh(void);
/* Bind line n to a software line, or any other source. */
pv_status line_soft(unsigned n, uint32_t number, uint8_t level);
pv_status line_source(unsigned n, uint32_t source, uint32_t flags);

#endif
