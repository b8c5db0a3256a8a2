/*
 * A CPU for the tests of threads and user mode: a gate, a record, ops that write down
 * what they were asked, and three pages of user memory: one to use, behind it nothing,
 * and one that is read-only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef USER_MODEL_H
#define USER_MODEL_H

#define _GNU_SOURCE		/* names of the registers in a signal frame */
#include <asm/prctl.h>
#include <check.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <pv/syscall.h>
#include "../../hooks/x86/uframe.h"

#define PAGE		4096u
#define USER		0x10000000ul
#define HOLE		(USER + PAGE)
#define CONSTANT	0x20000000ul
#define USER_CS		0x2bu
#define USER_DS		0x23u

static struct pv_cpu cpu;
static struct pv_hooks hooks;
static unsigned faults;
static enum pv_stage stage;
static uint8_t *const user_page = (uint8_t *)USER;
static jmp_buf panicked;
static char panic_text[256];
static char done[512];			/* the ops that were called */

pv_irq_state pv_irq_state_mask = 1, pv_irq_state_open = 1;

#define EXPECT_PANIC(call) do {							\
	panic_text[0] = '\0';							\
	if (setjmp(panicked) == 0) {						\
		call;								\
		ck_abort_msg("%s did not panic", #call);			\
	}									\
} while (0)

static void
write_down(const char *format, ...)
{
	size_t used = strlen(done);
	va_list args;

	va_start(args, format);
	vsnprintf(done + used, sizeof(done) - used, format, args);
	va_end(args);
}

/* -- ops -- */

__asm__("	.text\n"
    "site_save:	movzbl gate_state(%rip), %eax\n	movb $0, gate_state(%rip)\n	ret\n"
    "site_read:	movzbl gate_state(%rip), %eax\n	ret\n"
    "site_disable:	movb $0, gate_state(%rip)\n	ret\n"
    "site_enable:	movb $1, gate_state(%rip)\n	ret\n"
    "site_restore:	mov %dil, gate_state(%rip)\n	ret\n");
extern bool gate_open __asm__("gate_state");
bool gate_open;
void site_save(void), site_read(void), site_disable(void), site_restore(void), site_enable(void);

static void
op_begin(void)
{
	write_down("begin ");
}

static void
op_kernel_sp(uintptr_t top)
{
	cpu.kernel_sp = top;
	write_down("sp:%lx ", (unsigned long)top);
}

static void
op_tls(uintptr_t base)
{
	write_down("tls:%lx ", (unsigned long)base);
}

static void
op_fpu(bool owned)
{
	write_down("fpu:%d ", owned);
}

static void
op_end(void)
{
	write_down("end ");
}

static struct pv_uframe *entered;
static jmp_buf in_user_mode;

static void
op_enter(struct pv_uframe *frame)
{
	entered = frame;
	pv_before_user();
	longjmp(in_user_mode, 1);
}

static const char *
op_ways(void)
{
	return "model";
}

struct pv_ops pv_ops = {
	.isa = { .irq_save = site_save, .irq_disable = site_disable, .irq_enable = site_enable,
	    .irq_restore = site_restore, .irq_read = site_read },
	.cpu = { .switch_begin = op_begin, .switch_kernel_sp = op_kernel_sp, .switch_tls = op_tls,
	    .switch_fpu = op_fpu, .switch_end = op_end },
	.user = { .enter = op_enter, .ways = op_ways },
};

/* -- what the library needs besides -- */

void
pv_space_activate(struct pv_space *space)
{
	cpu.space = space;
	write_down("space ");
}

const struct pv_hooks *
pv_hooks_get(void)
{
	return &hooks;
}

enum pv_stage
pv_stage_now(void)
{
	return stage;
}

unsigned
pv_families(void)
{
	return PV_FAMILY_ALL;
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

static inline void
never(void *arg)
{
	ck_abort_msg("this thread was not to run (%p)", arg);
}

/* -- the page fault -- */

static void
on_fault(int number, siginfo_t *info, void *arg)
{
	ucontext_t *u = arg;
	uintptr_t fixup = pv_trap_recover((uintptr_t)u->uc_mcontext.gregs[REG_RIP]);

	if (fixup == 0) {
		signal(number, SIG_DFL);
		return;
	}
	(void)info;
	faults++;
	u->uc_mcontext.gregs[REG_RIP] = (greg_t)fixup;
}

static void
map_fixed(uintptr_t at, size_t size, int prot)
{
	void *p = mmap((void *)at, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	ck_assert_ptr_eq(p, (void *)at);
}

static void
power_on(void)
{
	struct sigaction on_segv = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

	memset(&cpu, 0, sizeof(cpu));
	memset(&hooks, 0, sizeof(hooks));
	cpu.self = &cpu;
	ck_assert_int_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu), 0);
	ck_assert_int_eq(sigaction(SIGSEGV, &on_segv, NULL), 0);
	ck_assert_int_eq(sigaction(SIGBUS, &on_segv, NULL), 0);
	map_fixed(USER, PAGE, PROT_READ | PROT_WRITE);
	map_fixed(HOLE, PAGE, PROT_NONE);
	map_fixed(CONSTANT, PAGE, PROT_READ);
	pv_x86_user.cs = USER_CS;
	pv_x86_user.ds = USER_DS;
	gate_open = true;
	faults = 0;
	stage = PV_STAGE_LINES;
	done[0] = '\0';
}

#endif
