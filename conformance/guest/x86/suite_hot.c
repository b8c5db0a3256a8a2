/*
 * What the hot paths of x86 cost where a layer below makes calls dear: how many calls
 * a switch of threads takes, and the gate, and how many instructions the gate is,
 * counted by single steps. And traps that such a layer has ways of its own to report.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../capture.h"
#include "../user/world.h"
#include "../xen/refusals.h"

#define SUITE_ISA__(path)		#path
#define SUITE_ISA_(dir, file)		SUITE_ISA__(../dir/file)
#define SUITE_ISA(file)			SUITE_ISA_(PV_ISA_DIR, file)
#include SUITE_ISA(hot_words.h)

/* -- calls into the layer below --------------------------------------------------------- */

#define ROUNDS	10u

static struct pv_thread there;

static void
ping(void *arg)
{
	for (;;)
		pv_thread_switch(&there, arg);
}

/* Two spaces, TLS, stack and FPU change; and each way it is one call, or none where there is nothing below. */
USER_CASE(switch_is_one_call)
{
	static uint8_t stack[8192] __attribute__((aligned(64)));
	static uint8_t fpu[8192] __attribute__((aligned(64)));
	struct pv_thread *self = pv_cpu()->thread, before = *self;
	struct pv_space other;
	uint64_t start, calls;
	pv_irq_state gate;

	CHECK_OK(pv_space_create(&other));
	CHECK_OK(pv_thread_init(&there, stack, sizeof(stack), ping, self));
	there.space = &other;
	there.tls = USER_DATA + 64;
	there.fpu = fpu;
	there.fpu_owned = true;
	gate = pv_irq_save();
	self->space = &user.space;
	self->tls = USER_DATA;
	pv_thread_switch(self, &there);
	start = pv_hypercall_count();
	for (unsigned i = 0; i < ROUNDS; i++)
		pv_thread_switch(self, &there);
	calls = pv_hypercall_count() - start;
	self->space = before.space;
	self->tls = before.tls;
	pv_space_activate(pv_space_kernel());
	pv_irq_restore(gate);
	CHECK_OK(pv_space_destroy(&other));
	/* A ROM may leave the switch to the kernel. */
	if (!suite_text_is(pv_backend_name(), "vmi") || calls == 0)
		CHECK_EQ(calls, pv_has(PV_CAP_DIRECT_TABLES) ? 2 * ROUNDS : 0);
	else
		CHECK_EQ(calls, 2 * ROUNDS);
}

static void
gate_makes_no_call(void)
{
	uint64_t start = pv_hypercall_count(), calls;
	pv_irq_state state = pv_irq_save(), seen;

	for (unsigned i = 0; i < 1000; i++) {
		pv_irq_state s = pv_irq_save();

		pv_irq_disable();
		seen = pv_irq_read();
		pv_irq_restore(s);
	}
	(void)seen;
	calls = pv_hypercall_count() - start;
	pv_irq_restore(state);
	CHECK_EQ(calls, 0);
}

/* -- instructions of the gate ------------------------------------------------------------ */

static volatile unsigned steps;

static bool
on_step(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	steps++;
	return steps < 1000;
}

/* Behind the site come three more: the pushf, the andl, and the popf that ends it. */
#define BEFORE	"pushf\n\torl $0x100, (%%" SUITE_SP ")\n\tpopf\n\t"
#define AFTER	"\n\tpushf\n\tandl $~0x100, (%%" SUITE_SP ")\n\tpopf"
#define REST	3u

static void
step_save(void)
{
	pv_irq_state s;

	__asm__ volatile(BEFORE PV_SITE(13) AFTER : "=a" (s) : PV_SITE_OPERAND(irq_save) : "cc", "memory");
}

static void
step_disable(void)
{
	__asm__ volatile(BEFORE PV_SITE(9) AFTER : : PV_SITE_OPERAND(irq_disable) : "cc", "memory");
}

static void
step_enable(void)
{
	__asm__ volatile(BEFORE PV_SITE(6) AFTER : : PV_SITE_OPERAND(irq_enable) : "cc", "memory");
}

static void
step_restore(void)
{
	/* Where the state is the flags, it must go on being stepped. */
	pv_irq_state state = pv_irq_state_open | (pv_irq_state_mask > 0xff ? 0x102 : 0);

	__asm__ volatile(BEFORE PV_SITE(6) AFTER : : PV_SITE_ARG1 (state), PV_SITE_OPERAND(irq_restore)
	    : "cc", "memory");
}

static void
step_read(void)
{
	pv_irq_state s;

	__asm__ volatile(BEFORE PV_SITE(9) AFTER : "=a" (s) : PV_SITE_OPERAND(irq_read) : "cc", "memory");
}

/* The fewest of several tries: something may be pending. */
static unsigned
count(void (*fn)(void))
{
	unsigned least = ~0u;

	for (unsigned i = 0; i < 8; i++) {
		steps = 0;
		fn();
		least = steps < least ? steps : least;
		pv_irq_enable();
	}
	(void)pv_dr_write(6, 0);
	return least - REST;
}

/* At most: save, disable and read in place, with a NOP; the others a call of a few more. */
static void
gate_is_few_instructions(void)
{
	unsigned save, disable, enable, restore, read;
	bool in_place = suite_mode()[0] != 'u';

	if (pv_op_count((unsigned)pv_op_slot("isa.irq_save")) > 0)
		SKIP("what is counted makes a detour");
	if (suite_text_is(pv_backend_name(), "vmi"))
		SKIP("a ROM takes as long as it likes");
	CHECK_OK(pv_trap_set(PV_CAUSE_STEP, on_step, NULL));
	save = count(step_save);
	disable = count(step_disable);
	enable = count(step_enable);
	restore = count(step_restore);
	read = count(step_read);
	(void)pv_trap_set(PV_CAUSE_STEP, NULL, NULL);
	pv_printf("# gate: save %u, disable %u, enable %u, restore %u, read %u instructions\n", save, disable, enable,
	    restore, read);
	CHECK(enable >= 1 && enable <= 6);
	CHECK(restore >= 1 && restore <= 5);	/* its argument is there already */
	if (!in_place)
		return;
	CHECK(save >= 1 && save <= 4);
	CHECK(disable >= 1 && disable <= 2);
	CHECK(read >= 1 && read <= 3);
}

/* -- reported in ways of its own ----------------------------------------------------------- */

static volatile unsigned nmis;

static bool
on_nmi(void *arg)
{
	(void)arg;
	nmis++;
	return true;
}

/* Through a closed gate, and again: the way back lets the next one in. */
static void
nmi_to_itself(void)
{
	pv_irq_state gate = pv_irq_save();
	long first, second;
	unsigned after_first;

	nmis = 0;
	CHECK_OK(pv_nmi_set(on_nmi, NULL));
	first = XEN(XEN_VCPU_OP, XEN_VCPUOP_SEND_NMI, pv_cpu_nr(), 0, 0);
	after_first = nmis;
	second = XEN(XEN_VCPU_OP, XEN_VCPUOP_SEND_NMI, pv_cpu_nr(), 0, 0);
	(void)pv_nmi_set(NULL, NULL);
	pv_irq_restore(gate);
	CHECK_EQ(first, 0);
	CHECK_EQ(second, 0);
	CHECK_EQ(after_first, 1);
	CHECK_EQ(nmis, 2);
}

static const struct suite_case cases[] = {
	{ "switch_is_one_call", switch_is_one_call, "cpu.switch_begin cpu.switch_end pv_thread_switch", 0, NULL },
	{ "gate_makes_no_call", gate_makes_no_call, "isa.irq_save isa.irq_restore", 0, NULL },
	{ "gate_is_few_instructions", gate_is_few_instructions,
	    "isa.irq_save isa.irq_disable isa.irq_enable isa.irq_restore isa.irq_read", 0, NULL },
};
SUITE(suite_hot, "hot", cases);

static const struct suite_case below[] = {
	{ "nmi_to_itself", nmi_to_itself, "trap.nmi_enable pv_nmi_set isa.iret", 0, NULL },
};
SUITE_WHERE(suite_reported, "reported", below, refusal_applies);
