/*
 * Two backends that are made up and a kernel to attach to them, for attach_test.c.
 * The op table is the real one; its ops record their call. Everything else that the
 * stages call is stood in for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ATTACH_FAKE_H
#define ATTACH_FAKE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../hooks/table.h"

static char said[4096], calls[256];
static pv_status says_trap, says_mmu, says_time, says_setup, says_patch;
static struct pv_space *mmu_space;
static struct pv_space kernel_space;
static unsigned alpha_probes, beta_probes, setups, patches, no_spaces, no_timers;
static bool alpha_here, beta_here;
static enum pv_boot_how beta_how;	/* beta is there if the machine entered the image like this */

/* -- ops ------------------------------------------------------------------------- */

static void
note(const char *name)
{
	strcat(calls, calls[0] != '\0' ? " " : "");
	strcat(calls, name);
}

/* Keeps all registers but the result, as sites want it, and says PV_OK. */
void host_nothing(void);
/* The same without a result. */
void host_quiet(void);
__asm__(".text\nhost_nothing:\n\txor %eax, %eax\nhost_quiet:\n\tret\n");

static void
console_write(const char *text, size_t size)
{
	size_t used = strlen(said);

	ck_assert_uint_lt(used + size, sizeof(said));
	memcpy(said + used, text, size);
	said[used + size] = '\0';
}

static pv_status
trap_init(void)
{
	note("traps");
	return says_trap;
}

static pv_status
user_init(void)
{
	note("user");
	return PV_OK;
}

static pv_status
mmu_init(struct pv_space *kernel)
{
	note("mmu");
	mmu_space = kernel;
	return says_mmu;
}

static pv_status
time_init(void)
{
	note("time");
	return says_time;
}

static pv_status
time_lines(void)
{
	note("timer-line");
	return PV_OK;
}

static pv_status
line_init(void)
{
	note("lines");
	return PV_OK;
}

static const char *
alpha_line_name(void)
{
	return "alpha";
}

static const char *
beta_line_name(void)
{
	return "beta";
}

/* Tables without a gap, of nothing but host_nothing(); and then those that matter. */
#define FULL(type)	union { pv_slot slot[sizeof(struct type) / sizeof(pv_slot)]; struct type ops; }
static struct {
	FULL(pv_isa_ops) isa;
	FULL(pv_console_ops) console;
	FULL(pv_cpu_ops) cpu;
	FULL(pv_trap_ops) trap;
	FULL(pv_mmu_ops) mmu;
	FULL(pv_line_ops) line;
	FULL(pv_time_ops) time;
	FULL(pv_user_ops) user;
	FULL(pv_io_ops) io;
	FULL(pv_power_ops) power;
} full;
static struct pv_line_ops beta_line;

static void
fill_tables(void)
{
	pv_slot *slot = (pv_slot *)&full;

	for (size_t i = 0; i < sizeof(full) / sizeof(pv_slot); i++)
		slot[i] = host_nothing;
	full.isa.ops.irq_restore = host_quiet;
	full.console.ops.write = console_write;
	full.trap.ops.init = trap_init;
	full.user.ops.init = user_init;
	full.mmu.ops.init = mmu_init;
	full.time.ops.init = time_init;
	full.time.ops.lines = time_lines;
	full.line.ops.init = line_init;
	full.line.ops.name = alpha_line_name;
	memset(&beta_line, 0, sizeof(beta_line));
	beta_line.name = beta_line_name;
}

/* -- backends: alpha has everything and wants everything; beta is content with the CPU -------- */

static bool
alpha_probe(const struct pv_start *start, const char **why)
{
	(void)start;
	alpha_probes++;
	*why = "alpha is elsewhere";
	return alpha_here;
}

static bool
beta_probe(const struct pv_start *start, const char **why)
{
	beta_probes++;
	*why = "beta was entered otherwise";
	return beta_here && start->how == beta_how;
}

static pv_status
setup(const struct pv_start *start)
{
	ck_assert(start->attach);
	setups++;
	return says_setup;
}

static bool
has(enum pv_cap cap)
{
	return cap == PV_CAP_NX;
}

static struct pv_backend alpha = {
	.name = "alpha", .families = PV_FAMILY_ALL, .probe = alpha_probe, .setup = setup, .has = has,
	.isa = &full.isa.ops, .console = &full.console.ops, .cpu = &full.cpu.ops, .trap = &full.trap.ops,
	.mmu = &full.mmu.ops, .line = &full.line.ops, .time = &full.time.ops, .user = &full.user.ops,
	.io = &full.io.ops, .power = &full.power.ops,
};
static struct pv_backend beta = {
	.name = "beta", .parent = &alpha, .families = PV_FAMILY_CPU, .probe = beta_probe, .setup = setup,
	.has = has, .line = &beta_line,
};
const struct pv_backend *const pv_backends[] = { &alpha, &beta, NULL };

/* -- what else init.c calls ------------------------------------------------------------ */

struct pv_space *
pv_space_kernel(void)
{
	return &kernel_space;
}

void
pv_spaces_none(void)
{
	no_spaces++;
}

void
pv_timers_init(void)
{
	note("timers");
}

void
pv_timers_none(void)
{
	no_timers++;
}

void
pv_lines_reset(void)
{
}

pv_status
pv_patch(bool on, struct pv_patch_result *result)
{
	ck_assert(on && result == NULL);
	patches++;
	note("patch");
	return says_patch;
}

const char *
pv_boot_read_error(void)
{
	return "";
}

void
pv_frame_print(const struct pv_frame *frame)
{
	(void)frame;
}

void
pv_frame_set_pc(struct pv_frame *frame, uintptr_t pc)
{
	(void)frame;
	(void)pc;
}

/* -- a kernel ------------------------------------------------------------------------- */

static struct pv_hooks hooks;
static struct pv_boot boot;
static struct pv_attach attach;

static void
start(void)
{
	fill_tables();
	alpha_here = false;
	beta_here = true;
	for (size_t i = 0; i < sizeof(hooks) / sizeof(pv_slot); i++)
		((pv_slot *)&hooks)[i] = host_nothing;
	hooks.size = sizeof(hooks);
	hooks.log = NULL;
	boot.size = sizeof(boot);
	boot.loader = boot.args = boot.text;
	attach = (struct pv_attach){ .size = sizeof(attach), .families = PV_FAMILY_ALL, .hooks = &hooks,
	    .args = "pv=nopatch" };
}

static void
assert_said(const char *text)
{
	ck_assert_msg(strstr(said, text) != NULL, "not \"%s\" but: %s", text, said);
}

static void
assert_untouched(void)
{
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_NONE);
	ck_assert_ptr_null(pv_boot_get());
	ck_assert_str_eq(pv_backend_name(), "none");
	ck_assert_uint_eq(pv_families(), PV_FAMILY_ALL);
	ck_assert_uint_eq(setups, 0);
	ck_assert(pv_ops.line.name != alpha_line_name && pv_ops.line.name != beta_line_name);
	ck_assert(!pv_has(PV_CAP_NX));
}

static void
attach_now(void)
{
	ck_assert_int_eq(pv_attach(&attach), PV_OK);
	ck_assert_int_eq(pv_stage_now(), PV_STAGE_EARLY);
}

#endif
