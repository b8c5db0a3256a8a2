/*
 * The one live op table, and the names of its members.
 *
 * There is exactly one writable copy. Stage EARLY fills it from the chosen backend
 * and its parents and checks that no member is missing. Only the
 * inline wrappers of the family headers, the library's own services and assembly
 * dereference it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_OPS_H
#define PV_OPS_H

#include <pv/console.h>
#include <pv/cpu.h>
#include <pv/desc.h>
#include <pv/hooks.h>
#include <pv/io.h>
#include <pv/irq.h>
#include <pv/mmu.h>
#include <pv/power.h>
#include <pv/time.h>
#include <pv/user.h>
#include PV_ISA_HEADER(ops.h)

PV_BEGIN_DECLS

struct pv_ops {
	struct pv_isa_ops isa;		/* first: sites name their op by offset */
	struct pv_console_ops console;
	struct pv_cpu_ops cpu;
	struct pv_trap_ops trap;
	struct pv_mmu_ops mmu;
	struct pv_line_ops line;
	struct pv_time_ops time;
	struct pv_user_ops user;
	struct pv_io_ops io;
	struct pv_power_ops power;
};

#define PV_NR_OPS	(sizeof(struct pv_ops) / sizeof(void (*)(void)))

/* The table seen as slots, for those who walk it. */
typedef void (*pv_slot)(void);

extern struct pv_ops pv_ops;

/* "isa.irq_save" for slot n, or NULL. In the order of the struct; a test compares. */
const char *pv_op_name(unsigned slot);
/* Slot of a name, or -1. */
int pv_op_slot(const char *name);
/* Calls of slot n under pv=count; 0 otherwise. */
uint64_t pv_op_count(unsigned slot);

PV_END_DECLS
#endif
