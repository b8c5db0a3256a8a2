/*
 * Interrupt lines and their notes. See line_world.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "line_world.h"

struct pv_line lines[NR_LINES];
struct line_note line_notes[NR_LINE_NOTES];
volatile unsigned calls;
enum pv_line_result (*line_action)(struct pv_line *line);
static unsigned inside;

static enum pv_line_result
handler(struct pv_line *line, void *arg)
{
	enum pv_line_result result = PV_LINE_MINE;
	unsigned n = calls;

	(void)arg;
	if (n < NR_LINE_NOTES) {
		line_notes[n].line = line;
		line_notes[n].level = pv_cpu()->level;
		line_notes[n].depth = pv_cpu()->depth;
		line_notes[n].open = pv_irq_enabled();
		line_notes[n].nested = inside != 0;
	}
	calls = n + 1;
	inside++;
	if (line_action != NULL)
		result = line_action(line);
	inside--;
	return result;
}

void
lines_fresh(void)
{
	for (unsigned i = 0; i < NR_LINES; i++)
		(void)pv_line_unbind(&lines[i]);
	pv_irq_lower(0);
	memset(lines, 0, sizeof(lines));
	memset(line_notes, 0, sizeof(line_notes));
	for (unsigned i = 0; i < NR_LINES; i++) {
		lines[i].handler = handler;
		lines[i].name = "suite";
	}
	calls = 0;
	inside = 0;
	line_action = NULL;
}

pv_status
line_soft(unsigned n, uint32_t number, uint8_t level)
{
	lines[n].level = level;
	return line_source(n, PV_LINE_SOFT + number, 0);
}

pv_status
line_source(unsigned n, uint32_t source, uint32_t flags)
{
	lines[n].source = source;
	lines[n].flags = flags;
	lines[n].cpu = pv_cpu_nr();
	return pv_line_bind(&lines[n]);
}
