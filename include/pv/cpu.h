/*
 * The CPU: what it is and can do, idling, per-CPU data, the switch of a thread.
 *
 * Code asks for capabilities, never for the name of a hypervisor. A capability
 * is settled at stage EARLY, PV_CAP_ACPI at stage MMU, and does not change afterwards.
 *
 * Per-CPU data hangs on one register (%gs, %fs, a global register) that the ISA
 * header names. libpv's part is struct pv_cpu; a kernel with per-CPU data of its
 * own embeds it and, on x86, defines the absolute symbol pv_percpu_offset as its
 * distance from that register (default 0).
 *
 * Context is written on each function; "any" means any time from stage EARLY on, any
 * CPU, gate open or closed, also in handlers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_CPU_H
#define PV_CPU_H

#include <pv/status.h>

PV_BEGIN_DECLS

enum pv_cap {
	PV_CAP_NONE = 0,
	PV_CAP_PARAVIRT,	/* something below owns the machine */
	PV_CAP_DIRECT_TABLES,	/* page tables hold machine frames; table pages must be claimed */
	PV_CAP_SPLIT_ROOTS,	/* user mode runs on a root of its own */
	PV_CAP_NX,		/* pages can be made not executable */
	PV_CAP_LARGE_PAGES,
	PV_CAP_GLOBAL_PAGES,
	PV_CAP_IST,		/* traps can have stacks of their own */
	PV_CAP_FAST_SYSCALL,	/* syscall or sysenter works */
	PV_CAP_PORTS,		/* I/O ports may be used */
	PV_CAP_STOLEN_TIME,	/* pv_time_stolen_ns() tells the truth */
	PV_CAP_WALL_CLOCK,	/* a clock chip, or a layer below, that answers */
	PV_CAP_NMI,		/* they reach pv_nmi_set()'s handler */
	PV_CAP_ACPI,		/* ACPI tables were found and believed */
	PV_CAP_STABLE_COUNTER,	/* the CPU counter runs at one rate */
	PV_CAP_COUNT
};

bool pv_has(enum pv_cap cap);
const char *pv_cap_name(enum pv_cap cap);
/* The chosen backend: "native". For people; code asks pv_has(). */
const char *pv_backend_name(void);

struct pv_cpu_id {
	char vendor[20];	/* "AuthenticAMD", "Sun" */
	char model[52];
	uint32_t family, model_nr, stepping;
	uint32_t phys_bits, virt_bits;
};
void pv_cpu_identify(struct pv_cpu_id *out);

/*
 * What pv_mmu_begin() has opened and pv_mmu_end() has not closed yet. It belongs to the code that did:
 * a switch of threads keeps it for the thread, and what comes in between, interrupts and traps, has
 * its own. All but the first member is for backends that collect.
 */
struct pv_batch {
	bool begun;			/* pv_mmu_begin(), and not yet pv_mmu_end() */
	uint16_t depth;			/* levels that the backend has open; 0: nothing is collected */
	uint32_t before;		/* entries carried out since the outermost begin */
	uint32_t serial;		/* tells one outermost begin from another; 0: of none */
	pv_status status;		/* what came of them: something was refused, or PV_OK */
	struct pv_space *space;		/* tables that are claimed now are made for it, or NULL */
};

/*
 * libpv's part of the per-CPU data. The first cache lines belong to entry code,
 * the last one is the page of a hypervisor that insists on one (Xen's vcpu_info).
 */
struct pv_cpu {
	struct pv_cpu *self;
	uint32_t id;			/* 0 is the boot CPU; dense */
	uint32_t hw_id;			/* APIC id, CPU number of the hypervisor */
	uintptr_t kernel_sp;		/* stack for entries from user mode */
	uintptr_t scratch[4];		/* entry code */
	uint32_t depth;			/* nested interrupts */
	uint32_t level;			/* priority level, see pv_irq_raise() */
	uint32_t pending_levels;	/* lines held back by the level, one bit per level */
	uint32_t soft_pending;		/* raised software lines */
	struct pv_thread *thread;	/* current, or NULL */
	struct pv_space *space;		/* current, or NULL: the kernel's */
	uintptr_t recover;		/* fault recovery of user copies: where to go on, 0 = none */
	uint64_t flags;
	struct pv_batch batch;
	uint64_t hv_area[8] __attribute__((aligned(64)));
};

/* This CPU's record. Any. */
PV_INLINE struct pv_cpu *pv_cpu(void);
#include PV_ISA_HEADER(percpu.h)

PV_INLINE uint32_t
pv_cpu_nr(void)
{
	return pv_cpu()->id;
}

/*
 * Make a record usable: for kernels that place it in per-CPU data of their own and point the
 * register there before pv_attach().
 */
void pv_cpu_init(struct pv_cpu *cpu, uint32_t id);

/* Spin-wait hint; yields to the sibling or the hypervisor. Any. */
PV_INLINE void pv_cpu_relax(void);
/*
 * Full, read and write barriers against other CPUs and devices. Any. Memory mapped with PV_MAP_WC
 * needs the full one: on x86 the others are for the compiler only, and leave such writes where they are.
 */
PV_INLINE void pv_mb(void);
PV_INLINE void pv_rmb(void);
PV_INLINE void pv_wmb(void);
#include PV_ISA_HEADER(barrier.h)

/*
 * Wait for an interrupt. Call with the gate closed, after checking that there is
 * nothing to do; an interrupt that came since the gate was closed is not lost. May
 * return early. Returns with the gate open. Never in a handler.
 */
void pv_cpu_idle(void);

/* Stop this CPU for good, gate closed. Any time, even before stage EARLY. */
void pv_cpu_halt(void) PV_NORETURN;

/* After instructions were written: this CPU fetches the new ones. Any. */
void pv_code_sync(const void *start, size_t size);

/*
 * The switch of a thread is one batch: what is set between begin and end takes
 * effect together, at end at the latest, in as few entries into the layer below
 * as it allows. Gate closed from begin to end. A kernel that switches by itself and lets
 * threads wait in the middle of a batch keeps pv_cpu()->batch with them: saved and zeroed after
 * end, put back when the thread goes on. pv_thread_switch() does.
 */
void pv_switch_begin(void);
/* Stack on which entries from user mode begin (top, exclusive). */
void pv_switch_kernel_sp(uintptr_t top);
/* Thread-local base of user mode. */
void pv_switch_tls(uintptr_t base);
/* FPU of the new thread: owned (true) or to be trapped at first use. */
void pv_switch_fpu(bool owned);
void pv_switch_end(void);

/*
 * FPU state in a buffer of pv_fpu_size() bytes, 64-byte aligned. Stage TRAPS: the first call settles
 * what a state is made of. Save and restore: FPU owned, gate closed; on x86 pv_fpu_restore() panics
 * when the CPU refuses what it is given.
 */
size_t pv_fpu_size(void);
void pv_fpu_init(void *state);		/* a fresh thread's state */
void pv_fpu_save(void *state);
void pv_fpu_restore(const void *state);

/* Part of the op table: what is not the ISA's own. */
struct pv_cpu_ops {
	/* See pv_cpu_idle(). */
	void (*idle)(void);

	/* Stop for good. */
	void (*halt)(void);

	void (*identify)(struct pv_cpu_id *out);

	/* Instructions were written. */
	void (*code_sync)(const void *start, size_t size);

	void (*switch_begin)(void);
	void (*switch_kernel_sp)(uintptr_t top);
	void (*switch_tls)(uintptr_t base);
	void (*switch_fpu)(bool owned);
	void (*switch_end)(void);
};

PV_END_DECLS
#endif
