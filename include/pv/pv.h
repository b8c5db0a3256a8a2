/*
 * libpv: one kernel binary on bare metal and under hypervisors.
 *
 * The library is an interface over CPU, MMU, time, interrupts and descriptor
 * tables, backends that realise it (native, Xen, VMI, sun4v), and code that
 * chooses among them when the machine boots. Read the headers in this order:
 *
 *	types.h status.h	addresses, byte orders, how things fail
 *	boot.h console.h	the first minute of a kernel
 *	cpu.h irq.h desc.h	the CPU, its gate and lines, its traps
 *	time.h mmu.h user.h io.h power.h
 *	hooks.h			what the library needs from the kernel
 *	x86/..., sparc64/...	the same machines without gloves
 *
 * There are two ways in. With our entry code, every boot protocol ends in the
 * kernel's pv_main(), with everything up to stage MMU done. A kernel with its own
 * entry code calls pv_attach() stage by stage.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_PV_H
#define PV_PV_H

#include <pv/boot.h>
#include <pv/console.h>
#include <pv/cpu.h>
#include <pv/desc.h>
#include <pv/hooks.h>
#include <pv/io.h>
#include <pv/irq.h>
#include <pv/mmu.h>
#include <pv/power.h>
#include <pv/status.h>
#include <pv/time.h>
#include <pv/types.h>
#include <pv/user.h>

PV_BEGIN_DECLS

#define PV_VERSION_MAJOR	0
#define PV_VERSION_MINOR	1
#define PV_VERSION_TEXT		"0.1"

/*
 * Stages. Each needs the one before. Entered in order, on the boot CPU, gate closed.
 *
 *	EARLY	nothing needed: backend chosen, op table live, console, delay
 *	TRAPS	trap tables, system call entry; GDT, IDT and TSS are libpv's from here on
 *		unless the kernel keeps them (families without PV_FAMILY_TRAPS)
 *	MMU	needs hooks; spaces or the pte ops; sites are patched from here on
 *	TIME	clock and timer
 *	LINES	interrupt controller; the gate may be opened from here on
 *	SMP	more CPUs: not in this version, PV_E_ABSENT
 */
enum pv_stage {
	PV_STAGE_NONE = 0,
	PV_STAGE_EARLY,
	PV_STAGE_TRAPS,
	PV_STAGE_MMU,
	PV_STAGE_TIME,
	PV_STAGE_LINES,
	PV_STAGE_SMP
};
const char *pv_stage_name(enum pv_stage stage);
enum pv_stage pv_stage_now(void);

/*
 * What a kernel hands over to libpv; what it keeps it does itself, through the ISA ops. Who then
 * owns which piece of the machine is in docs/attach.md. Services of a family that was kept say
 * PV_E_ABSENT, or PV_E_STAGE, and touch nothing.
 */
#define PV_FAMILY_CPU		0x01u	/* gate, control registers, idle, thread switch */
#define PV_FAMILY_TRAPS		0x02u	/* IDT or trap table, NMI, system call entry */
#define PV_FAMILY_MMU		0x04u	/* all page-table writes go through <pv/x86/pte.h> or spaces */
#define PV_FAMILY_TIME		0x08u	/* clock; and the timer, if the lines are handed over */
#define PV_FAMILY_LINES		0x10u	/* interrupt controller */
#define PV_FAMILY_ALL		0x1fu
/* Those that libpv has: all of them with our entry code. */
unsigned pv_families(void);

/*
 * Bring the library to `stage`, through all stages before it. Our entry code has already done
 * this up to MMU; a kernel then calls pv_start(PV_STAGE_LINES) once it wants interrupts.
 * The status and the console name what failed. PV_E_STAGE: before stage EARLY; else what the
 * stage failed with: the stages before it stand.
 */
pv_status pv_start(enum pv_stage stage);

/* For kernels with their own entry code. */
struct pv_attach {
	uint32_t size;			/* sizeof(struct pv_attach) */
	unsigned families;		/* PV_FAMILY_* that the kernel hands over */
	const char *args;		/* command line, for pv=... ; stays in place; NULL: that of boot */
	const struct pv_hooks *hooks;	/* NULL: pv_hooks_set() follows before stage MMU */
	const struct pv_boot *boot;	/* boot data if the kernel read it with pv_boot_read_*(); copied */
	uintptr_t start_word[4];	/* registers at entry, for backends that need them (Xen: start_info) */
	enum pv_boot_how how;		/* how the kernel was entered */
};

/*
 * Attach up to stage EARLY: choose a backend and make the op table live. Before, the boot CPU's
 * struct pv_cpu went through pv_cpu_init() and hangs on the per-CPU register (<pv/cpu.h>).
 * PV_E_INVAL: attach is NULL, the backend cannot do without a family that is missing, a hook or the
 * record is not there (named on the console); PV_E_ABSENT: no backend, or not the one that pv= names;
 * PV_E_VERSION: a struct pv_attach, pv_boot or pv_hooks of another size; PV_E_EXIST: attached already.
 * Otherwise what the backend's setup says. After a failure all is as before, and it can be tried
 * again. Then pv_hooks_set() and pv_start() for the rest.
 */
pv_status pv_attach(const struct pv_attach *attach);

/* Call sites: how many there are, how they stand, and rewriting them (stage MMU). */
struct pv_site_info {
	uintptr_t address;
	const char *op;
	uint8_t length;
	uint8_t patched;		/* 0 table call, 1 direct call, 2 inline instructions */
	uint8_t before[16];
	uint8_t now[16];
};
struct pv_patch_result {
	unsigned sites;
	unsigned inlined;		/* template instructions */
	unsigned direct;		/* direct calls */
	unsigned left;			/* still through the table */
};
/*
 * Rewrite all sites for the live table, or back to table calls. Gate may be open; one CPU runs.
 * PV_E_FORMAT: a site does not hold what was linked there; it is named on the console, and none
 * was written; or one does not take what is written, as the message says. PV_E_STAGE: no backend or
 * no hooks yet; PV_E_NOMEM: hook map_frame gave no window. What hook virt_to_phys says when it fails
 * comes back as it is. But for the first case sites work then as before, some of them rewritten.
 */
pv_status pv_patch(bool on, struct pv_patch_result *result);
/* Site n as it stands now; PV_E_NOENT behind the last. Any time. */
pv_status pv_site_get(unsigned n, struct pv_site_info *out);

PV_END_DECLS
#endif
