/*
 * What tests of clocks and timers share: a clock that the test moves. The per-CPU
 * register of the process is pointed at a record of ours, the gate is a pair of
 * functions with the convention of sites. Each test program includes this once.
 * Compile with -mno-red-zone, link with -no-pie.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_TIMERS_MODEL_H
#define PV_TIMERS_MODEL_H

#include <asm/prctl.h>
#include <check.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../hooks/hooks_internal.h"

#define START	1000000u

struct pv_ops pv_ops;
static struct pv_cpu cpus[2];

/* -- what the library calls ----------------------------------------------------- */

static uint64_t raw, taken, step, armed, alarms, page_base, waited, wall;
static unsigned gate_closed_at_alarm, logged;
static bool stable;
uint64_t host_gate = 1;		/* 1: open */

/* Everything but the result is kept, as sites demand. */
__asm__("host_irq_save: mov host_gate(%rip), %rax\n\tmovq $0, host_gate(%rip)\n\tret\n"
	"host_irq_restore: mov %rdi, host_gate(%rip)\n\tret\n");
void host_irq_save(void), host_irq_restore(void);

bool
pv_has(enum pv_cap cap)
{
	return cap == PV_CAP_STABLE_COUNTER && stable;
}

void
pv_log(const char *format, ...)
{
	(void)format;
	logged++;
}

static jmp_buf panicked;
static char panic_text[200];

void
pv_panic(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(panic_text, sizeof(panic_text), format, ap);
	va_end(ap);
	longjmp(panicked, 1);
}

pv_status
pv_virt_to_phys(const volatile void *va, pv_paddr *pa)
{
	*pa = pv_pa((uintptr_t)va);
	return PV_OK;
}

static uint64_t
fake_now(void)
{
	raw += step;
	return raw;
}

static uint64_t
fake_stolen(void)
{
	return taken;
}

static void
fake_alarm(uint64_t when)
{
	armed = when;
	alarms++;
	gate_closed_at_alarm += host_gate == 0;
}

static void
fake_delay(uint64_t ns)
{
	waited = ns;
}

static pv_status
fake_clock_page(struct pv_clock_page *page)
{
	if (page_base == 0)
		return PV_E_ABSENT;
	page->base_count = page_base;
	page->mult = 7;
	page->wall_base_ns = wall;
	return PV_OK;
}

static pv_status
fake_wall_get(uint64_t *ns)
{
	*ns = wall + raw;
	return PV_OK;
}

static pv_status
fake_wall_set(uint64_t ns)
{
	wall = ns - raw;
	return PV_OK;
}

static void
on_cpu(unsigned n)
{
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpus[n]), 0);
}

/* Before pv_timers_init(). */
static void
setup_bare(void)
{
	for (unsigned i = 0; i < 2; i++) {
		cpus[i].self = &cpus[i];
		cpus[i].id = i;
	}
	on_cpu(0);
	pv_ops.isa.irq_save = host_irq_save;
	pv_ops.isa.irq_restore = host_irq_restore;
	pv_ops.time.now = fake_now;
	pv_ops.time.stolen = fake_stolen;
	pv_ops.time.alarm = fake_alarm;
	pv_ops.time.delay = fake_delay;
	pv_ops.time.clock_page = fake_clock_page;
	pv_ops.time.wall_get = fake_wall_get;
	pv_ops.time.wall_set = fake_wall_set;
	raw = START;
}

static void
setup(void)
{
	setup_bare();
	pv_timers_init();
	alarms = 0;
}

/* The hardware: while the alarm is due, the interrupt comes. */
static unsigned
interrupts(void)
{
	unsigned n = 0;

	while (armed != 0 && armed <= raw && n < 1000) {
		armed = 0;
		host_gate = 0;
		pv_timers_run();
		host_gate = 1;
		n++;
	}
	return n;
}

static void
advance(uint64_t ns)
{
	raw += ns;
	interrupts();
}

/* -- a handler that writes down when it ran --------------------------------------- */

static uint64_t ran_at[300];
static struct pv_timer *ran_timer[300];
static unsigned ran;

static void
note(struct pv_timer *timer, void *arg)
{
	(void)arg;
	ck_assert_uint_eq(host_gate, 0);
	ck_assert_uint_lt(ran, 300);
	ran_at[ran] = raw;
	ran_timer[ran++] = timer;
}

static struct pv_timer a = { .handler = note }, b = { .handler = note }, c = { .handler = note };

#endif
