/*
 * A machine for the tests of interrupt lines: CPUs with a gate, a controller that is
 * as unkind as real ones. Edges on a masked input are lost; a level input interrupts
 * again as soon as it was ended; software interrupts wait for the gate.
 *
 * One thread plays all CPUs: be_cpu() says which one runs. The call sites of the
 * gate run in user space: they call these ops through the table, which keep all
 * registers as sites expect it. Compile with -mno-red-zone, link with -no-pie.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef LINES_MODEL_H
#define LINES_MODEL_H

#include <asm/prctl.h>
#include <check.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../hooks/hooks_internal.h"

#define NR_CPUS		3u
#define NR_INPUTS	1024u
#define NR_MSI		4u
#define FIRST_MSI	(NR_INPUTS - NR_MSI)
#define WIRED_LEVEL	100u		/* sources from here on are wired as PCI is */

static struct input {
	bool connected, masked, raised, latched, in_service;
	uint32_t flags, cpu;
	unsigned masks, unmasks, ends, lost;
} in[NR_INPUTS];

static struct pv_cpu cpu_data[NR_CPUS];
static __thread unsigned me;
static bool gate_open[NR_CPUS], soft_sent[NR_CPUS];
static uint32_t cross_sent[NR_CPUS];
static pv_status setup_says, route_says, send_says, nmi_says;
static char said[4096];			/* all of the log */
static unsigned said_lines;
static uint64_t now_ns;			/* of all CPUs */
static struct pv_timer *timer_of[NR_CPUS];	/* the one that each CPU has set */
static pv_status timer_says;
static jmp_buf panicked;
static char panic_text[256];

pv_irq_state pv_irq_state_mask = 1, pv_irq_state_open = 1;

static void
be_cpu(unsigned n)
{
	me = n;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu_data[n]), 0);
}

/* -- the hardware -- */

static void poll(void);

static void
edge(unsigned i)
{
	if (in[i].masked || !in[i].connected)
		in[i].lost++;
	else
		in[i].latched = true;
	poll();
}

static void
level(unsigned i, bool up)
{
	in[i].raised = up;
	poll();
}

static bool
wants(const struct input *i)
{
	if (!i->connected || i->masked || i->in_service || i->cpu != me)
		return false;
	return (i->flags & PV_LINE_LEVEL) != 0 ? i->raised : i->latched;
}

/* One interrupt of this CPU, as its trap code does it; false: there is none. */
static bool
interrupt(void)
{
	for (unsigned n = 0; n < 4; n++) {
		if ((cross_sent[me] >> n & 1) != 0) {
			cross_sent[me] &= ~(1u << n);
			pv_lines_deliver_cross(n);
			return true;
		}
	}
	for (unsigned i = 0; i < NR_INPUTS; i++) {
		if (wants(&in[i])) {
			in[i].latched = false;
			in[i].in_service = true;
			pv_lines_deliver(i);
			ck_assert_msg(!in[i].in_service, "input %u was not ended", i);
			return true;
		}
	}
	if (soft_sent[me]) {
		soft_sent[me] = false;
		pv_lines_deliver_soft();
		return true;
	}
	return false;
}

static void
poll(void)
{
	/* A storm ends by being masked, not by giving up here. */
	for (unsigned n = 0; gate_open[me] && n < 100000; n++) {
		unsigned cpu = me;
		bool more;

		gate_open[cpu] = false;
		cpu_data[cpu].depth++;
		more = interrupt();
		ck_assert_uint_eq(me, cpu);
		ck_assert_msg(!gate_open[cpu], "an interrupt opened the gate");
		cpu_data[cpu].depth--;
		gate_open[cpu] = true;
		if (!more)
			return;
	}
	ck_assert_msg(!gate_open[me], "interrupts without end");
}

/* -- the ops -- */

static pv_status
op_init(void)
{
	return PV_OK;
}

static pv_status
op_find(uint32_t source, uint32_t *input, uint32_t *flags)
{
	if (source == PV_LINE_MSI) {
		for (*input = FIRST_MSI; *input < NR_INPUTS; ++*input)
			if (!in[*input].connected)
				return PV_OK;
		return PV_E_FULL;
	}
	if (source >= FIRST_MSI)
		return PV_E_NOENT;
	*input = source;
	if ((*flags & PV_LINE_AS_WIRED) != 0) {
		*flags &= ~(PV_LINE_LEVEL | PV_LINE_LOW);
		*flags |= source >= WIRED_LEVEL ? PV_LINE_LEVEL | PV_LINE_LOW : 0;
	}
	return PV_OK;
}

static uint32_t
op_isa(uint32_t n)
{
	return n == 0 ? 2 : n;
}

static pv_status
op_setup(uint32_t input, uint32_t flags, uint32_t cpu)
{
	ck_assert_uint_eq(flags & PV_LINE_AS_WIRED, 0);
	ck_assert_msg(!in[input].connected, "input %u is set up twice", input);
	if (cpu >= NR_CPUS)
		return PV_E_RANGE;
	if (setup_says == PV_OK)
		in[input] = (struct input){ .connected = true, .masked = true, .flags = flags, .cpu = cpu,
		    .raised = in[input].raised };
	return setup_says;
}

static pv_status
op_route(uint32_t input, uint32_t cpu)
{
	if (route_says == PV_OK)
		in[input].cpu = cpu;
	return route_says;
}

static void
op_remove(uint32_t input)
{
	ck_assert_msg(in[input].connected && in[input].masked, "input %u is removed live", input);
	in[input].connected = false;
}

static void
op_mask(uint32_t input)
{
	ck_assert_msg(in[input].connected && !in[input].masked, "input %u is masked twice", input);
	in[input].masked = true;
	in[input].masks++;
}

static void
op_unmask(uint32_t input)
{
	ck_assert_msg(in[input].connected && in[input].masked, "input %u is unmasked twice", input);
	in[input].masked = false;
	in[input].unmasks++;
}

static void
op_end(uint32_t input)
{
	ck_assert_msg(in[input].in_service, "input %u is ended, but was not taken", input);
	in[input].in_service = false;
	in[input].ends++;
}

static pv_status
op_send(uint32_t n, uint32_t cpu)
{
	if (send_says != PV_OK)
		return send_says;
	if (cpu >= NR_CPUS)
		return PV_E_RANGE;
	if (n == PV_LINE_SOFT)
		soft_sent[cpu] = true;
	else
		cross_sent[cpu] |= 1u << n;
	if (cpu == me)
		poll();
	return PV_OK;
}

static pv_status
op_msi(uint32_t input, uint64_t *address, uint32_t *data)
{
	*address = 0xfee00000u | in[input].cpu << 12;
	*data = input;
	return PV_OK;
}

static const char *
op_name(void)
{
	return "model";
}

static pv_status
op_nmi_enable(void)
{
	return nmi_says;
}

/* -- the gate: sites call these, which keep every register but the result -- */

__attribute__((used)) static unsigned long
gate_save(void)
{
	unsigned long was = gate_open[me];

	gate_open[me] = false;
	return was;
}

__attribute__((used)) static unsigned long
gate_read(void)
{
	return gate_open[me];
}

__attribute__((used)) static void
gate_close(void)
{
	gate_open[me] = false;
}

__attribute__((used)) static void
gate_set(unsigned long state)
{
	gate_open[me] = state != 0;
	poll();
}

__attribute__((used)) static void
gate_enable(void)
{
	gate_set(1);
}

#define KEEP_ALL(name, function, result)							\
	"	.type " name ", @function\n"						\
	name ":	push %rbp\n	mov %rsp, %rbp\n"					\
	"	push %rax\n	push %rcx\n	push %rdx\n	push %rsi\n	push %rdi\n"	\
	"	push %r8\n	push %r9\n	push %r10\n	push %r11\n"			\
	"	sub $576, %rsp\n	and $-64, %rsp\n	fxsave64 (%rsp)\n"			\
	"	call " function "\n	fxrstor64 (%rsp)\n" result				\
	"	lea -72(%rbp), %rsp\n"							\
	"	pop %r11\n	pop %r10\n	pop %r9\n	pop %r8\n"			\
	"	pop %rdi\n	pop %rsi\n	pop %rdx\n	pop %rcx\n	pop %rax\n"	\
	"	pop %rbp\n	ret\n"
#define RESULT	"	mov %rax, -8(%rbp)\n"

__asm__("	.text\n"
    KEEP_ALL("site_save", "gate_save", RESULT)
    KEEP_ALL("site_read", "gate_read", RESULT)
    KEEP_ALL("site_disable", "gate_close", "")
    KEEP_ALL("site_restore", "gate_set", "")
    KEEP_ALL("site_enable", "gate_enable", ""));
void site_save(void), site_read(void), site_disable(void), site_restore(void), site_enable(void);

struct pv_ops pv_ops = {
	.isa = { .irq_save = site_save, .irq_disable = site_disable, .irq_enable = site_enable,
	    .irq_restore = site_restore, .irq_read = site_read },
	.trap = { .nmi_enable = op_nmi_enable },
	.line = { .init = op_init, .find = op_find, .isa = op_isa, .setup = op_setup, .route = op_route,
	    .remove = op_remove, .mask = op_mask, .unmask = op_unmask, .end = op_end, .send = op_send,
	    .msi = op_msi, .name = op_name },
};

/* -- what the library needs besides -- */

void
pv_log(const char *format, ...)
{
	size_t used = strlen(said);
	va_list args;

	va_start(args, format);
	vsnprintf(said + used, sizeof(said) - used, format, args);
	va_end(args);
	said_lines++;
}

void
pv_panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(panic_text, sizeof(panic_text), format, args);
	va_end(args);
	longjmp(panicked, 1);
}

bool pv_time_up = true;

uint64_t
pv_time_ns(void)
{
	return now_ns;
}

pv_status
pv_timer_set(struct pv_timer *timer, enum pv_timer_kind kind, uint64_t when, uint64_t period)
{
	ck_assert_int_eq(kind, PV_TIMER_REAL);
	ck_assert_uint_eq(period, 0);
	ck_assert(!gate_open[me]);
	ck_assert(timer_of[me] == NULL || timer_of[me] == timer);
	if (timer_says != PV_OK)
		return timer_says;
	timer->when = when;
	timer->set = 1;
	timer_of[me] = timer;
	return PV_OK;
}

/* Time goes by on this CPU; its timer interrupts if its gate is open. */
static inline void
pass(uint64_t ns)
{
	struct pv_timer *timer = timer_of[me];

	now_ns += ns;
	if (timer == NULL || timer->when > now_ns)
		return;
	ck_assert(gate_open[me]);
	timer->set = 0;
	timer_of[me] = NULL;
	gate_open[me] = false;
	timer->handler(timer, timer->arg);
	gate_open[me] = true;
	poll();
}

const char *
pv_status_text(pv_status s)
{
	return s == PV_E_TIMEOUT ? "no answer in time" : "some status";
}

/* A machine with nothing bound; this is CPU 0, its gate open. */
static void
power_on(void)
{
	memset(in, 0, sizeof(in));
	memset(cpu_data, 0, sizeof(cpu_data));
	for (unsigned i = 0; i < NR_CPUS; i++) {
		cpu_data[i].self = &cpu_data[i];
		cpu_data[i].id = i;
		gate_open[i] = true;
		soft_sent[i] = false;
		cross_sent[i] = 0;
	}
	now_ns = 1000;
	memset(timer_of, 0, sizeof(timer_of));
	setup_says = route_says = send_says = nmi_says = timer_says = PV_OK;
	said[0] = '\0';
	said_lines = 0;
	be_cpu(0);
}

#endif
