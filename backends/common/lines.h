/*
 * What the parts of the line service share: lines.c keeps the registry,
 * lines_deliver.c runs handlers, lines_late.c slows down sources that nobody claims.
 *
 * A wire is one input of the controller with all lines that are bound to it; a
 * software or cross line has a wire of its own behind those. Lock order: registry,
 * then wire; both with the gate closed, neither while a handler runs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_LINES_H
#define PV_COMMON_LINES_H

#include "../../hooks/hooks_internal.h"
#include "latch.h"

#define PV_LINES_SOFT		32u
#define PV_LINES_CROSS		4u
#define PV_LINES_OWN		(PV_LINES_SOFT + PV_LINES_CROSS)
#define PV_LINES_WIRES		(PV_MAX_LINES + PV_LINES_OWN)
#define PV_LINES_LEVELS		16u
#define PV_LINES_STORM		1000u	/* unclaimed in a row, see <pv/irq.h> */
/* Edges: so many unclaimed in a row are let through, then each waits, twice as long as the one before. */
#define PV_LINES_PATIENCE	8u
#define PV_LINES_LATE_LEAST	10000u	/* ns */
#define PV_LINES_LATE_DOUBLE	13u	/* times at most: 82 ms */
#define PV_LINES_LATE_FORGET	PV_NS_PER_SEC	/* no unclaimed edge for so long: patience as at first */

struct pv_wire {
	uint32_t latch;
	uint32_t input;
	uint32_t flags;			/* LEVEL, LOW, SHARED as settled at the first bind */
	uint32_t cpu;			/* where it is routed */
	uint32_t on;			/* the CPU that has to look at it when pending or waiting */
	uint32_t holds;			/* masks of its lines, handlers that said LATER, the storm, being late */
	uint16_t unclaimed;
	uint8_t level;			/* the lowest of its lines */
	bool used;			/* the slot has had an input: searches go on behind it */
	bool busy;			/* a CPU runs its handlers */
	bool pending;			/* edge: it came and its handlers have not run since */
	bool waiting;			/* it came and CPU `on` is at its level or above */
	bool shut;			/* masked at the controller */
	bool storm;
	bool late;			/* unclaimed too often: held until late_until */
	bool listed;			/* counted in pv_lines_listed */
	uint64_t late_until;		/* while not late: the last unclaimed edge, or the end of its wait */
	struct pv_line *first;
	struct pv_line *cursor;		/* the line that a run calls next */
};

/* pv_line.later */
#define PV_LATER_NO		0u
#define PV_LATER_HELD		1u	/* the handler said LATER */
#define PV_LATER_ENDED		2u	/* pv_line_end() overtook the handler that will say LATER */

extern struct pv_wire pv_lines_wire[PV_LINES_WIRES];
/* Wires that are pending or waiting; changed atomically. */
extern uint32_t pv_lines_listed;
/*
 * Which handlers a CPU runs now: one that opened the gate may be interrupted by one of a higher
 * level, so one for each level. Written under the wire's latch by that CPU, read by any.
 */
extern struct pv_line *pv_lines_running[PV_MAX_CPUS][PV_LINES_LEVELS];

static inline uint8_t
pv_lines_level(const struct pv_line *line)
{
	return line->level != 0 ? line->level : 8;
}

static inline struct pv_wire *
pv_lines_own(uint32_t n)
{
	return &pv_lines_wire[PV_MAX_LINES + n];
}

static inline bool
pv_lines_is_own(const struct pv_wire *w)
{
	return w >= pv_lines_own(0);
}

/* The wire of an input, or NULL. Without latch: look at its input again under the wire's. */
struct pv_wire *pv_lines_find(uint32_t input);
/* Bring the controller's mask and the list in step with the wire's state. Latch held. */
void pv_lines_update(struct pv_wire *w);
/*
 * After a reason to hold the wire went away: true if CPU `on` must be told. A run under way looks by
 * itself when it ends. A waiting wire was passed over while it was held, even if the level has dropped.
 * Latch held.
 */
bool pv_lines_release(struct pv_wire *w);
/* Its handlers ran for an edge and none claimed it: hold it for a while if that happens often. Latch held. */
void pv_lines_unclaimed_edge(struct pv_wire *w);
/* Make a CPU look at what it holds back. No latch held. */
void pv_lines_kick(uint32_t cpu);
/* A software or cross line may run again: wake the CPUs that skipped it. No latch held. */
void pv_lines_kick_skipped(void);
/* Forget what is pending, on all CPUs. */
void pv_lines_forget(void);
/* This CPU has not raised own line n. Gate closed. */
void pv_lines_own_clear(struct pv_cpu *cpu, uint32_t n);

#endif
