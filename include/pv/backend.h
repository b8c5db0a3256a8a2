/*
 * For authors of backends only: what a backend gives to the library.
 *
 * A backend is a probe, a table of ops with gaps, and a parent that fills the
 * gaps. It lives in one folder under backends/, never includes another backend's
 * header, and appears in one list (backends/meson.build, libpv.mk), in the order
 * of probing: most certain first, native last.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_BACKEND_H
#define PV_BACKEND_H

#include <pv/ops.h>
#include <pv/pv.h>

PV_BEGIN_DECLS

/* Instruction bytes that replace a site's call. */
struct pv_template {
	uint16_t op;			/* offsetof(struct pv_ops, ...) */
	uint8_t size;
	uint8_t percpu_at;		/* 0, or where a 32-bit per-CPU displacement gets pv_percpu_offset added */
	uint8_t bytes[16];
};

/*
 * A part: ops of one family that a kernel may never use. They have a table of their own, at the
 * bottom of the file that implements them, and the backend names that table weakly, so that it is
 * linked by the object pv_need_<part> alone (backends/meson.build makes it of what the chosen
 * backends list there). Whoever calls one of the ops says PV_NEED(part). Which ops make a part, for
 * all backends, is in hooks/table.c and hooks/<isa>/names.c.
 */
struct pv_part {
	uint16_t at, size;		/* the family in struct pv_ops; size 0: end of the list */
	const void *ops;		/* its struct pv_..._ops, with gaps; NULL: not linked */
};
#define PV_PART(family, table)								\
	{ __builtin_offsetof(struct pv_ops, family), sizeof(((struct pv_ops *)0)->family),	\
	  1 ? &(table) : &((const struct pv_ops *)0)->family }

struct pv_start {
	enum pv_boot_how how;		/* how the machine entered the image */
	bool attach;			/* through pv_attach(): the kernel has its own entry code */
	uintptr_t word[4];		/* what the entry code found in registers; see the backend's README */
};

/*
 * Ops are inherited, family by family. The other members are not: probe, setup and has must be there,
 * on x86 irq_state_mask and irq_state_open, too, and with our entry code own_memory; one that has
 * nothing of its own to say calls the parent's.
 */
struct pv_backend {
	const char *name;		/* "xen": what pv=NAME means */
	const struct pv_backend *parent;	/* who fills the gaps, or NULL */
	unsigned families;		/* PV_FAMILY_*: those a kernel must hand over */

	/*
	 * Is this the machine we run on? Stage EARLY: no memory, no traps; must not fault. If not,
	 * *why becomes a sentence for the line that refuses pv=NAME.
	 */
	bool (*probe)(const struct pv_start *start, const char **why);

	/* Chosen: set up what the ops need (per-CPU record, calls into the layer below). */
	pv_status (*setup)(const struct pv_start *start);

	/*
	 * Our entry code only, after stage TRAPS: build the kernel's own address space from the boot
	 * map and install the freestanding hooks. NULL: nothing to do.
	 */
	pv_status (*own_memory)(const struct pv_boot *boot);

	/* Which capabilities there are. Any time after setup. */
	bool (*has)(enum pv_cap cap);

	/* The ops, family by family; a gap, or a family left NULL, is the parent's. */
	const struct pv_isa_ops *isa;
	const struct pv_console_ops *console;
	const struct pv_cpu_ops *cpu;
	const struct pv_trap_ops *trap;
	const struct pv_mmu_ops *mmu;
	const struct pv_line_ops *line;
	const struct pv_time_ops *time;
	const struct pv_user_ops *user;
	const struct pv_io_ops *io;
	const struct pv_power_ops *power;

	/* Those of its ops that are linked only where they are used; they go before the family's. */
	const struct pv_part *parts;		/* or NULL */

	const struct pv_template *templates;	/* ends with size 0; may be NULL */

	/* x86: how a gate state says "open": (state & mask) == open. */
	unsigned long irq_state_mask, irq_state_open;

	/* The name of a call into the layer below by its number, for pv_hypercall_get(). NULL: not told apart. */
	const char *(*call_name)(uint32_t nr);
};

/* The list, NULL at the end; made by the build from its -Dbackends. */
extern const struct pv_backend *const pv_backends[];

/*
 * Put another function behind an op (offset in struct pv_ops) of the live table, before sites are
 * patched: for ops whose address is known only when the layer below was asked. The backend's own
 * static table leaves such ops to its parent; templates of the parent no longer apply to them.
 */
void pv_table_override(size_t op, pv_slot fn);

/* How a backend reports a refusal; keeps the first per CPU, counts all. */
void pv_refuse(const struct pv_refusal *refusal);
/* Entries into the layer below; a multicall is one. */
extern uint64_t pv_hypercalls;
/* The same by number, of a backend that has names for them. */
#define PV_HYPERCALL_NUMBERS	128
extern unsigned long pv_hypercalls_by[PV_HYPERCALL_NUMBERS];

PV_END_DECLS
#endif
