/*
 * Interrupt lines, the half that interrupts call: running handlers, priority
 * levels, software and cross lines. Everything here runs with the gate closed.
 *
 * What cannot run now is held back: a level-triggered input is masked, an edge is
 * remembered in its wire, software and cross lines in a word per CPU. When the
 * obstacle goes away the CPU sends itself PV_LINE_SOFT; the interrupt comes once
 * its gate is open and pv_lines_deliver_soft() looks through what is held. So
 * handlers run in interrupts only, whoever opened the way.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lines.h"

PV_NEED(lines);

/* Per CPU, touched by that CPU only, but for `skipped`: an own line was pending while masked. */
static uint8_t cross_pending[PV_MAX_CPUS];
static bool skipped[PV_MAX_CPUS];

/* -- sending a CPU back to look ----------------------------------------------- */

void
pv_lines_kick(uint32_t cpu)
{
	pv_status s = pv_ops.line.send(PV_LINE_SOFT, cpu);

	if (s != PV_OK)
		pv_panic("lines: CPU %u cannot be interrupted (%s): what it holds back would be lost",
		    (unsigned)cpu, pv_status_text(s));
}

void
pv_lines_kick_skipped(void)
{
	for (uint32_t i = 0; i < PV_MAX_CPUS; i++)
		if (__atomic_exchange_n(&skipped[i], false, __ATOMIC_SEQ_CST))
			pv_lines_kick(i);
}

void
pv_lines_forget(void)
{
	memset(cross_pending, 0, sizeof(cross_pending));
	memset(skipped, 0, sizeof(skipped));
}

/* -- levels ------------------------------------------------------------------- */

uint8_t
pv_irq_raise(uint8_t level)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_cpu *cpu = pv_cpu();
	uint8_t before = (uint8_t)cpu->level;

	if (level > before)
		cpu->level = level < 15 ? level : 15;
	pv_irq_restore(gate);
	return before;
}

void
pv_irq_lower(uint8_t level)
{
	pv_irq_state gate = pv_irq_save();
	struct pv_cpu *cpu = pv_cpu();
	uint32_t id = cpu->id;
	uint32_t below;
	bool held;

	cpu->level = level < 15 ? level : 15;
	below = (2u << cpu->level) - 1;
	held = (cpu->pending_levels & ~below) != 0;
	cpu->pending_levels &= below;
	pv_irq_restore(gate);
	if (held)
		pv_lines_kick(id);
}

/* Something of this level has to wait for pv_irq_lower(); true if so. */
static bool
too_low(struct pv_cpu *cpu, uint8_t level)
{
	if (level > cpu->level)
		return false;
	cpu->pending_levels |= 1u << level;
	return true;
}

/* -- running handlers ---------------------------------------------------------- */

/* Call one handler at its level. The wire's latch is dropped meanwhile. */
static enum pv_line_result
call(struct pv_wire *w, struct pv_line *line)
{
	struct pv_cpu *cpu = pv_cpu();
	uint8_t level = pv_lines_level(line), before;
	struct pv_line **running = &pv_lines_running[cpu->id][level % PV_LINES_LEVELS];
	enum pv_line_result result;

	line->count++;
	__atomic_store_n(running, line, __ATOMIC_RELEASE);
	pv_latch_drop(&w->latch);

	before = pv_irq_raise(level);
	result = line->handler(line, line->arg);
	pv_irq_lower(before);

	pv_latch_take(&w->latch);
	if (line->bound != 0) {
		if (result != PV_LINE_LATER || line->later == PV_LATER_ENDED) {
			line->later = PV_LATER_NO;
		} else {
			line->later = PV_LATER_HELD;
			w->holds++;
		}
	}
	/* From here on the line's memory can be gone: pv_line_unbind() waits for this. */
	__atomic_store_n(running, (struct pv_line *)NULL, __ATOMIC_RELEASE);
	return result;
}

/* Nobody claimed it. True: a storm, the input is held from now on. */
static bool
unclaimed(struct pv_wire *w)
{
	pv_lines_spurious();
	if ((w->flags & PV_LINE_LEVEL) == 0) {
		pv_lines_unclaimed_edge(w);
		return false;
	}
	if (w->storm || ++w->unclaimed < PV_LINES_STORM)
		return false;
	w->storm = true;
	w->holds++;
	return true;
}

/* Run the handlers of a wire. Latch held, pv_lines_update() follows; true: a storm has begun. */
static bool
run(struct pv_wire *w)
{
	bool claimed = false, storm = false;

	w->pending = false;
	w->waiting = false;
	__atomic_store_n(&w->busy, true, __ATOMIC_RELAXED);
	pv_lines_update(w);
	for (struct pv_line *line = w->first; line != NULL; line = w->cursor) {
		w->cursor = line->next;
		if (call(w, line) != PV_LINE_NOT_MINE)
			claimed = true;
	}
	if (claimed)
		w->unclaimed = 0;
	else if (w->first != NULL)
		storm = unclaimed(w);
	__atomic_store_n(&w->busy, false, __ATOMIC_RELEASE);
	return storm;
}

/* Latch held. True: an edge came while the handlers ran, and they may run again. */
static bool
again(struct pv_wire *w, struct pv_cpu *cpu)
{
	if (!w->pending || w->waiting || w->holds != 0 || w->busy)
		return false;
	w->on = cpu->id;
	return true;
}

/* Drop the latch and do what must not be done with it held. */
static void
leave(struct pv_wire *w, struct pv_cpu *cpu, bool storm)
{
	const char *name = "?";
	uint32_t source = 0;
	bool kick = again(w, cpu);

	if (storm && w->first != NULL) {
		source = w->first->source;
		name = w->first->name != NULL ? w->first->name : name;
	}
	pv_latch_drop(&w->latch);
	if (storm)
		pv_log("lines: source %u (\"%s\") interrupted %u times and no handler claimed it: masked; "
		    "its device has no driver here, or the trigger is not level", (unsigned)source, name,
		    PV_LINES_STORM);
	if (kick)
		pv_lines_kick(cpu->id);
}

/* An interrupt came in on a wire that has lines. Latch held. */
static bool
take(struct pv_wire *w, struct pv_cpu *cpu, uint32_t input)
{
	bool level = (w->flags & PV_LINE_LEVEL) != 0;
	bool storm = false;

	/* An edge is over as soon as it is noted; a level input stays taken until its handlers ran. */
	if (!level) {
		w->pending = true;
		w->on = cpu->id;
		PV_OP_VOID_1(line.end, input);
	}
	if (w->holds == 0 && !w->busy) {
		if (too_low(cpu, w->level)) {
			w->waiting = true;
			w->on = cpu->id;
		} else {
			storm = run(w);
		}
	}
	pv_lines_update(w);
	if (level)
		PV_OP_VOID_1(line.end, input);
	return storm;
}

void
pv_lines_deliver(uint32_t input)
{
	struct pv_cpu *cpu = pv_cpu();
	struct pv_wire *w = pv_lines_find(input);

	if (w != NULL) {
		pv_latch_take(&w->latch);
		if (w->input == input && w->first != NULL) {
			leave(w, cpu, take(w, cpu, input));
			return;
		}
		pv_latch_drop(&w->latch);
	}
	pv_lines_spurious();
	PV_OP_VOID_1(line.end, input);
}

/* -- software and cross lines --------------------------------------------------- */

void
pv_lines_own_clear(struct pv_cpu *cpu, uint32_t n)
{
	if (n < PV_LINES_SOFT)
		cpu->soft_pending &= ~(1u << n);
	else
		cross_pending[cpu->id] &= (uint8_t)~(1u << (n - PV_LINES_SOFT));
}

/* Run own line n, which is pending on this CPU, or see to it that somebody comes back to it. */
static void
run_own(struct pv_cpu *cpu, uint32_t n)
{
	struct pv_wire *w = pv_lines_own(n);
	bool unheard = false;

	pv_latch_take(&w->latch);
	if (w->first == NULL) {
		pv_lines_own_clear(cpu, n);
		unheard = true;
	} else if (w->holds != 0) {
		__atomic_store_n(&skipped[cpu->id], true, __ATOMIC_SEQ_CST);
	} else if (!too_low(cpu, w->level)) {
		pv_lines_own_clear(cpu, n);
		unheard = call(w, w->first) == PV_LINE_NOT_MINE;
	}
	pv_latch_drop(&w->latch);
	if (unheard)
		pv_lines_spurious();
}

/* Each own line that is pending now once, the highest level first. One that is raised again waits. */
static void
run_all_own(struct pv_cpu *cpu)
{
	uint32_t soft = cpu->soft_pending;
	uint32_t cross = cross_pending[cpu->id];

	while (soft != 0 || cross != 0) {
		uint32_t best = PV_LINES_OWN;

		for (uint32_t n = 0; n < PV_LINES_OWN; n++) {
			uint32_t bit = n < PV_LINES_SOFT ? soft >> n : cross >> (n - PV_LINES_SOFT);

			if ((bit & 1) == 0)
				continue;
			if (best == PV_LINES_OWN || pv_lines_own(n)->level > pv_lines_own(best)->level)
				best = n;
		}
		if (best < PV_LINES_SOFT)
			soft &= ~(1u << best);
		else
			cross &= ~(1u << (best - PV_LINES_SOFT));
		run_own(cpu, best);
	}
}

void
pv_lines_deliver_cross(uint32_t n)
{
	struct pv_cpu *cpu = pv_cpu();

	if (n >= PV_LINES_CROSS)
		return;
	cross_pending[cpu->id] |= (uint8_t)(1u << n);
	run_own(cpu, PV_LINES_SOFT + n);
}

void
pv_line_raise(uint32_t n)
{
	struct pv_wire *w = pv_lines_own(n);
	pv_irq_state gate;
	struct pv_cpu *cpu;
	uint32_t id;
	bool wait = true;

	if (n >= PV_LINES_SOFT) {
		pv_log("lines: there is no software line %u to raise, only 0 to %u", (unsigned)n,
		    PV_LINES_SOFT - 1);
		return;
	}
	gate = pv_irq_save();
	cpu = pv_cpu();
	id = cpu->id;
	/* Unlocked look at the wire: a line that goes meanwhile is missed by the interrupt. */
	if (w->first == NULL) {
		pv_lines_spurious();
	} else {
		cpu->soft_pending |= 1u << n;
		wait = too_low(cpu, w->level);
	}
	pv_irq_restore(gate);
	if (!wait)
		pv_lines_kick(id);
}

/* -- what was held back ---------------------------------------------------------- */

/* The wire of the highest level that this CPU has something to do with now. */
static struct pv_wire *
next_held(struct pv_cpu *cpu)
{
	struct pv_wire *best = NULL;

	for (uint32_t i = 0; i < PV_MAX_LINES; i++) {
		struct pv_wire *w = &pv_lines_wire[i];

		if (!w->listed || w->on != cpu->id || w->holds != 0 || w->busy)
			continue;
		/* Noted again: its level may be another one since a line joined it. */
		if (w->waiting && too_low(cpu, w->level))
			continue;
		if (best == NULL || w->level > best->level)
			best = w;
	}
	return best;
}

/* The obstacle is gone: open a level-triggered input, run the handlers for a remembered edge. */
static void
run_held(struct pv_wire *w, struct pv_cpu *cpu)
{
	bool storm = false;

	pv_latch_take(&w->latch);
	if (w->listed && w->on == cpu->id && w->holds == 0 && !w->busy) {
		w->waiting = too_low(cpu, w->level);
		if (w->pending && !w->waiting)
			storm = run(w);
		pv_lines_update(w);
	}
	leave(w, cpu, storm);
}

void
pv_lines_deliver_soft(void)
{
	struct pv_cpu *cpu = pv_cpu();

	run_all_own(cpu);
	/* A bound, should edges keep coming: each leaves a kick behind, so nothing is lost. */
	for (uint32_t i = 0; i < PV_MAX_LINES; i++) {
		struct pv_wire *w;

		if (__atomic_load_n(&pv_lines_listed, __ATOMIC_SEQ_CST) == 0 || (w = next_held(cpu)) == NULL)
			return;
		run_held(w, cpu);
	}
	pv_lines_kick(cpu->id);
}
