/*
 * What the sparc64 machines share: the C side of the trap table, the clock on a
 * 64-bit counter, and ops for what no sparc64 backend does yet.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_SPARC64_H
#define PV_COMMON_SPARC64_H

#include "../../../hooks/hooks_internal.h"
#include <pv/sparc64/frame.h>
#include "layout.h"

/* The boot CPU's record is the first; its start code points %g6 there. */
extern struct pv_cpu pv_sparc64_cpus[PV_MAX_CPUS];

/* -- entry.S: a boot module, as the loader of a sun4u machine said in the image -- */
extern const volatile uint32_t pv_sparc64_module[2];
/* What to say of an image whose data have no addresses of their own. */
extern const char pv_sparc64_one_page[];

/* -- traps.c -- */

/*
 * A memory fault as this machine describes it: fill in access and address from trap->frame.
 * True: it is an address of the current user space. Set by setup().
 */
extern bool (*pv_sparc64_fault)(struct pv_trap *trap);
/* Of the machine, asked first: true if nothing more is to be said and the instruction can be begun again. */
extern bool (*pv_sparc64_resolve)(struct pv_frame *frame);

/* Called by the trap table. */
void pv_sparc64_trap(struct pv_frame *frame);
void pv_sparc64_fatal(uint64_t tt, uint64_t pc, uint64_t level) PV_NORETURN;

/* Page faults among the trap types: those that the MMU of either machine raises. */
bool pv_sparc64_is_page_fault(unsigned tt);

/* -- user.c -- */
extern const struct pv_user_ops pv_sparc64_user_ops PV_WEAK;
/* The kernel's last word before user mode, and what the frame gets of the thread. Gate closed. */
void pv_sparc64_user_ready(struct pv_frame *frame);
/* Called by the trap table, see there. */
void pv_sparc64_user_windows(struct pv_frame *frame);
/* A system call came. */
void pv_sparc64_syscall(struct pv_frame *frame);
/* Of this machine's trap table, set by setup(): there; no window of the program is in the register file. */
extern void (*pv_sparc64_to_user)(struct pv_frame *frame);

/* -- time.c -- */

/* Counter of the clock: rate and where it is known from. From setup(); delays work from here on. */
void pv_sparc64_time_set(uint64_t hz, const char *clock, const char *found_by);

pv_status pv_sparc64_time_init(void);
pv_status pv_sparc64_time_lines(void);
uint64_t pv_sparc64_time_now(void);
uint64_t pv_sparc64_time_stolen(void);
void pv_sparc64_time_delay(uint64_t ns);
void pv_sparc64_time_alarm(uint64_t when);
void pv_sparc64_time_source(struct pv_time_source *out);
/* The scale of the clock, for programs in user mode. */
bool pv_sparc64_time_page(struct pv_clock_page *page);

/* -- cpu.c -- */
void pv_sparc64_code_sync(const void *start, size_t size);
void pv_sparc64_halt(void);
void pv_sparc64_switch_begin(void);
void pv_sparc64_switch_kernel_sp(uintptr_t top);
void pv_sparc64_switch_tls(uintptr_t base);
void pv_sparc64_switch_fpu(bool owned);
void pv_sparc64_switch_end(void);
/* What the running thread's %g7 is in user mode; 0: the program's own. */
uintptr_t pv_sparc64_tls(void);
/* A record that %g6 points to: make it what entry code needs. Before anything can trap. */
void pv_sparc64_cpu_begin(struct pv_cpu *cpu, uint32_t id);
/* Both machines set up the boot CPU's table in start code: nothing is left to do. */
pv_status pv_sparc64_trap_init(void);

/* -- soft.c: interrupts that software raises, on levels of SOFTINT -- */
pv_status pv_sparc64_line_send(uint32_t n, uint32_t cpu);
/* Levels 1 to 5: true if it was one of these. */
bool pv_sparc64_soft_deliver(unsigned level);
/* cpu.idle for CPUs that have nothing better, or nothing that surely waits: `pause` gives way for a moment. */
void pv_sparc64_idle(void (*pause)(void));

/* An instruction of a template. */
#define PV_SPARC64_CODE(word)								\
	(uint8_t)((word) >> 24), (uint8_t)((word) >> 16), (uint8_t)((word) >> 8), (uint8_t)(word)

/* -- absent.c: the parent of both backends -- */
extern const struct pv_backend pv_sparc64_absent;

/* SOFTINT: what makes level n pending; two bits beside the levels belong to the timers. */
#define PV_SOFTINT_TICK		0x00001ul
#define PV_SOFTINT_STICK	0x10000ul
#define PV_SOFTINT_TIMERS	(PV_SOFTINT_TICK | PV_SOFTINT_STICK)
#define PV_TIMER_LEVEL		14u

static inline uint64_t
pv_sparc64_softint(void)
{
	uint64_t v;

	__asm__ volatile("rd %%softint, %0" : "=r" (v));
	return v;
}

static inline void
pv_sparc64_softint_set(uint64_t bits)
{
	__asm__ volatile("wr %0, 0, %%set_softint" : : "r" (bits) : "memory");
}

static inline void
pv_sparc64_softint_clear(uint64_t bits)
{
	__asm__ volatile("wr %0, 0, %%clear_softint" : : "r" (bits) : "memory");
}

#endif
