/*
 * Calls to Xen that are collected and made together: one queue per CPU, used by
 * pv_mmu_begin/end, by the switch of a thread, and by every function of this backend
 * that has more than one call to make.
 *
 * Within a level of collecting, entries keep their order; page-table updates that
 * follow each other become one mmu_update, extended operations one mmuext_op, and all
 * of it one multicall. A queue that fills up is carried out early; that is always
 * allowed. Outside of any level each call is made at once.
 *
 * A refused entry does not keep the others from being carried out. The first one is
 * in the CPU's refusal record, its index counted from the outermost begin.
 *
 * Levels belong to the code that opened them: struct pv_batch in the CPU's record. What
 * comes in between, interrupts, traps, other threads, finds all that was collected
 * carried out, and nothing open; only what a trap within this file's own functions asks
 * for is put behind what it interrupted.
 *
 * Context: any, this CPU; interrupts may come in between and use the queue as well.
 * Arguments that point to memory must stay as they are until the level is closed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_BATCH_H
#define PV_XEN_BATCH_H

#include "xen.h"

/* Open a level; they nest. */
void pv_xen_batch_begin(void);
/*
 * Close it. The outermost one carries out what was collected. PV_E_REFUSED: something since the
 * outermost begin was refused.
 */
pv_status pv_xen_batch_end(void);
/*
 * The same for what there is no going on without, such as the switch of a thread: what outer levels
 * have collected goes first and is theirs; at the end a refusal is a panic. Does not nest.
 */
void pv_xen_batch_begin_must(void);
void pv_xen_batch_end_must(void);
/*
 * An interrupt or a trap came, and is through: what was collected is carried out, and levels that are
 * open are put away for the time between.
 */
void pv_xen_batch_park(struct pv_batch *outer);
void pv_xen_batch_resume(const struct pv_batch *outer);
/* Carry out what was collected so far; levels stay open, and so does what was refused. */
void pv_xen_batch_flush(void);
bool pv_xen_batch_open(void);
/* After a flush: PV_E_REFUSED if something was refused since the outermost begin. */
pv_status pv_xen_batch_status(void);

/*
 * Any call whose result says nothing but whether it was refused; `op` names the libpv operation in
 * the record. PV_E_REFUSED comes only from calls that are made at once.
 */
pv_status pv_xen_queue(const char *op, unsigned nr, unsigned long a, unsigned long b, unsigned long c,
    unsigned long d);
/* One entry of mmu_update: machine address of the entry | XEN_MMU_*, new value, whose frames. */
pv_status pv_xen_queue_update(const char *op, uint64_t ptr, uint64_t value, unsigned domain);
/* One entry of mmuext_op on this domain. */
pv_status pv_xen_queue_ext(const char *op, unsigned cmd, unsigned long arg1, unsigned long arg2);

/* With what is collected by then, forget this CPU's translations: once, after everything else. */
pv_status pv_xen_queue_flush(const char *op);

/* Is there any update? */
bool pv_xen_queue_updates(void);
/* The value that a table entry at a machine address will have; false: as in memory. */
bool pv_xen_queue_find(uint64_t ma, uint64_t *value, bool *keeps_accessed);

#endif
