/*
 * Each exception of x86 that the kernel can raise for itself: the cause, vector and
 * error code, and the address that it names; what a trap leaves as it was; NMI and
 * machine check from outside.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../capture.h"
#include "../suites.h"

#define SUITE_ISA__(path)		#path
#define SUITE_ISA_(dir, file)		SUITE_ISA__(../dir/file)
#define SUITE_ISA(file)			SUITE_ISA_(PV_ISA_DIR, file)
#include SUITE_ISA(fault_rows.h)

#define OUTSIDE_WAIT_MS	15000u	/* another guest starts a program for it: a second where nothing else runs */

/* Expected faults: what, cause, vector, error code. The code is in <isa>/fault_code.S. */
#define FAULTS(X)							\
	X(divide_by_zero, PV_CAUSE_DIVIDE, 0, 0)			\
	X(quotient_too_big, PV_CAUSE_DIVIDE, 0, 0)			\
	X(breakpoint, PV_CAUSE_BREAKPOINT, 3, 0)			\
	X(breakpoint_long, PV_CAUSE_BREAKPOINT, 3, 0)			\
	X(overflow, PV_CAUSE_OVERFLOW, 4, 0)				\
	X(bound, PV_CAUSE_OVERFLOW, 5, 0)				\
	X(undefined, PV_CAUSE_ILLEGAL, 6, 0)				\
	X(lock_of_nothing, PV_CAUSE_ILLEGAL, 6, 0)			\
	X(fpu_off, PV_CAUSE_FPU_OFF, 7, 0)				\
	X(fpu_error, PV_CAUSE_FPU_ERROR, 16, 0)				\
	X(bad_selector, PV_CAUSE_PROTECTION, 13, 0x7ff8)		\
	X(bad_msr_value, PV_CAUSE_PROTECTION, 13, 0)			\
	FAULTS_OF_ISA(X)

struct fault {
	void (*raise)(void *arg);
	const char *at;
	enum pv_cause cause;
	uint32_t vector, code;
	bool is_int;		/* may be written as an int n */
};

static void
take_nobodys(void *arg)
{
	(void)arg;
	__asm__ volatile("int $0x20" ::: "memory");
}

/*
 * A layer below takes `int n` by the error code that the CPU pushes; QEMU 7.2 counts gates of x86_64
 * twice there, so that another vector is delivered. One that leads nowhere shows it, before there were
 * cases with gates of their own.
 */
static bool
counts_gates_twice(void)
{
	static bool asked, twice;
	struct pv_trap trap;

	if (!asked)
		twice = pv_has(PV_CAP_DIRECT_TABLES) && suite_catch(take_nobodys, NULL, &trap) &&
		    trap.cause == PV_CAUSE_PROTECTION && (uint32_t)trap.code == 0x20 * 16 + 2;
	asked = true;
	return twice;
}

static void
expect(const struct fault *f)
{
	struct pv_trap trap;
	bool came;

	if (f->is_int && counts_gates_twice())
		SKIP("this emulator takes int %u for int %u", f->vector, f->vector * 2);
	if (f->cause == PV_CAUSE_FPU_ERROR)
		pv_fpu_clear();
	else
		pv_fpu_set();
	came = suite_catch(f->raise, NULL, &trap);
	/* An FPU error stays pending until it is cleared. */
	pv_fpu_clear();
	__asm__ volatile("fninit");
	pv_fpu_set();
	CHECK(came);
	CHECK_EQ(trap.cause, f->cause);
	CHECK_EQ(trap.code, (uint64_t)f->vector << 32 | f->code);
	CHECK_EQ(trap.pc, (uintptr_t)f->at);
	CHECK_EQ(trap.access, 0);
}

/* Elsewhere POPF leaves IF alone, and a layer below remarks on instructions that are for ring 0. */
static bool
in_ring0(void)
{
	uint16_t cs;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	return (cs & 3) == 0;
}

static void announce(const char *at);

#define FAULT_CASE(name, cause_, vector_, code_)			\
void fault_##name(void *arg);						\
extern const char fault_##name##_at[];					\
static void								\
name(void)								\
{									\
	announce(fault_##name##_at);					\
	expect(&(const struct fault){ fault_##name, fault_##name##_at, cause_, vector_, code_,	\
	    vector_ == FAULT_BY_INT });						\
}
FAULTS(FAULT_CASE)

static void
announce(const char *at)
{
	if (at == fault_bad_msr_value_at && !in_ring0())
		pv_printf("# vmi-complaint Trap: .*opcode 0xf30\n");
}

/* -- single step -- */

void fault_step(void *arg);
extern const char fault_step_at[];

static unsigned steps;
static struct pv_trap first_step;

static bool
on_step(struct pv_trap *trap, void *arg)
{
	(void)arg;
	if (steps++ == 0)
		first_step = *trap;
	return steps < 100;
}

static bool
goes_on(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	return true;
}

static void
step(void)
{
	CHECK_OK(pv_trap_set(PV_CAUSE_STEP, on_step, NULL));
	/* It goes on just as well; but it is another cause. */
	CHECK_OK(pv_trap_set(PV_CAUSE_BREAKPOINT, goes_on, NULL));
	steps = 0;
	fault_step(NULL);
	(void)pv_trap_set(PV_CAUSE_STEP, NULL, NULL);
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, NULL, NULL);
	(void)pv_dr_write(6, 0);
	/* After the nop, the pushf, the andl, and the popf that ends it. */
	CHECK_EQ(steps, 4);
	CHECK_EQ(first_step.code, 1ull << 32);
	CHECK_EQ(first_step.pc, (uintptr_t)fault_step_at);
}

/* -- what a trap leaves as it was -- */

void fault_registers(void);
extern volatile uintptr_t fault_registers_in[FAULT_REGISTERS], fault_registers_out[FAULT_REGISTERS];

/* CF PF AF ZF SF DF OF and ID are the interrupted code's own; IF only where it is the gate. */
#define FLAG_IF		0x200u
#define FLAGS_KEPT	(0x2u | 0x8d5u | 0x400u | (in_ring0() ? pv_irq_state_mask & FLAG_IF : 0))

static void
registers_with(uintptr_t flags)
{
	const uintptr_t high = (uintptr_t)0x1f2e3d4cu << (sizeof(uintptr_t) * 4);
	pv_irq_state gate = pv_irq_save();
	pv_status s = pv_trap_set(PV_CAUSE_BREAKPOINT, goes_on, NULL);

	for (unsigned i = 0; i < FAULT_SET_REGISTERS; i++)
		fault_registers_in[i] = high + 0x01010101u * (i + 1);
	fault_registers_in[FAULT_REGISTERS - 1] = flags;
	fault_registers();
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, NULL, NULL);
	pv_irq_restore(gate);
	CHECK_OK(s);
	for (unsigned i = 0; i + 1 < FAULT_REGISTERS; i++) {
		if (fault_registers_in[i] != fault_registers_out[i]) {
			suite_fail(__FILE__, __LINE__, "register %u is 0x%lx, not 0x%lx", i,
			    (unsigned long)fault_registers_out[i], (unsigned long)fault_registers_in[i]);
			return;
		}
	}
	CHECK_EQ(fault_registers_out[FAULT_REGISTERS - 1] & FLAGS_KEPT, flags & FLAGS_KEPT);
}

static void
registers_are_kept(void)
{
	registers_with(0x2);
	registers_with(0x2 | FLAG_IF);
}

static void
flags_are_kept(void)
{
	static const uintptr_t flags[] = { 0x1, 0x4, 0x10, 0x40, 0x80, 0x800, 0x8d5, 0x400, 0xcd5 };

	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		registers_with(flags[i] | 0x2);
		registers_with(flags[i] | 0x2 | FLAG_IF);
	}
}

static bool gate_in_handler;

static bool
looks_at_gate(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	gate_in_handler = pv_irq_enabled();
	return true;
}

static void
gate_over_a_trap(void)
{
	bool open, closed;

	CHECK_OK(pv_trap_set(PV_CAUSE_BREAKPOINT, looks_at_gate, NULL));
	gate_in_handler = true;
	pv_irq_enable();
	__asm__ volatile("int3" ::: "memory");
	open = pv_irq_enabled();
	pv_irq_disable();
	__asm__ volatile("int3" ::: "memory");
	closed = !pv_irq_enabled();
	pv_irq_enable();
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, NULL, NULL);
	CHECK(!gate_in_handler);
	CHECK(open);
	CHECK(closed);
}

static unsigned depth;

static bool
breaks_again(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	if (++depth < 4)
		__asm__ volatile("int3" ::: "memory");
	return true;
}

static void
traps_nest(void)
{
	depth = 0;
	CHECK_OK(pv_trap_set(PV_CAUSE_BREAKPOINT, breaks_again, NULL));
	__asm__ volatile("int3" ::: "memory");
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, NULL, NULL);
	CHECK_EQ(depth, 4);
}

/* -- from outside -- */

static volatile unsigned came;
static void *volatile nmi_argument;
static int token;

static bool
nmi_handler(void *arg)
{
	came++;
	nmi_argument = arg;
	return true;
}

static bool
nmi_declined(void *arg)
{
	(void)arg;
	came++;
	return false;
}

static bool
wait_until_it_came(void)
{
	for (unsigned ms = 0; ms < OUTSIDE_WAIT_MS && came == 0; ms++)
		pv_delay_ns(PV_NS_PER_MS);
	return came != 0;
}

#define LAPIC		0xfee00000u
#define LAPIC_ID	0x20u
#define LAPIC_ICR_LOW	0x300u
#define LAPIC_ICR_HIGH	0x310u
#define ICR_NMI		0x4400u

/*
 * Somebody sends one. A layer below that has a local APIC for its guest may keep to itself what
 * comes from outside; then the CPU sends one to itself.
 */
static bool
send_nmi(void)
{
	volatile void *lapic;
	char word[40];

	if (suite_option("lacks", word, sizeof(word)) && suite_text_has(word, "nmi"))
		return false;
	if (suite_pc() || !suite_text_has(pv_line_controller(), "lapic"))
		return suite_ask("monitor nmi");
	if (pv_io_map(pv_pa(LAPIC), PV_PAGE_SIZE, PV_MAP_UC, &lapic) != PV_OK)
		return false;
	pv_mmio_write32((volatile char *)lapic + LAPIC_ICR_HIGH,
	    pv_mmio_read32((volatile char *)lapic + LAPIC_ID));
	pv_mmio_write32((volatile char *)lapic + LAPIC_ICR_LOW, ICR_NMI);
	pv_io_unmap(lapic, PV_PAGE_SIZE);
	return true;
}

/* It comes through a closed gate. */
static void
nmi_reaches_its_handler(void)
{
	pv_irq_state gate;

	came = 0;
	CHECK_OK(pv_nmi_set(nmi_handler, &token));
	gate = pv_irq_save();
	if (!send_nmi()) {
		pv_irq_restore(gate);
		SKIP("nobody is there to send an NMI");
	}
	(void)wait_until_it_came();
	pv_irq_restore(gate);
	CHECK_OK(pv_nmi_set(NULL, NULL));
	CHECK_EQ(came, 1);
	CHECK(nmi_argument == &token);
}

static volatile bool logged;

static void
log_nmi(void *context, const char *line)
{
	(void)context;
	logged = suite_text_has(line, "NMI");
}

static void
nmi_without_taker_is_logged(void)
{
	const struct pv_hooks real = *pv_hooks_get();
	struct pv_hooks set = real;
	bool asked;

	came = 0;
	logged = false;
	set.log = log_nmi;
	CHECK_OK(pv_hooks_set(&set));
	CHECK_OK(pv_nmi_set(nmi_declined, NULL));
	asked = send_nmi();
	if (asked)
		(void)wait_until_it_came();
	(void)pv_nmi_set(NULL, NULL);
	(void)pv_hooks_set(&real);
	if (!asked)
		SKIP("nobody is there to send an NMI");
	CHECK_EQ(came, 1);
	CHECK(logged);
}

#define MSR_MCG_STATUS	0x17au
#define MSR_MC0_STATUS	0x401u
static struct pv_trap machine_trap;

static bool
on_machine_check(struct pv_trap *trap, void *arg)
{
	(void)arg;
	machine_trap = *trap;
	came++;
	/* While MCIP is set the next one would be a shutdown. */
	(void)pv_msr_write(MSR_MC0_STATUS, 0);
	(void)pv_msr_write(MSR_MCG_STATUS, 0);
	return true;
}

/* An uncorrected error of bank 0 that the interrupted code survives. */
static void
machine_check(void)
{
	uintptr_t cr4 = pv_cr4_read();
	bool asked;

	if (!suite_pc())
		SKIP("errors of the machine are for the layer below");
	came = 0;
	CHECK_OK(pv_trap_set(PV_CAUSE_MACHINE_CHECK, on_machine_check, NULL));
	CHECK_OK(pv_trap_set(PV_CAUSE_ILLEGAL, goes_on, NULL));		/* should it be taken for another */
	CHECK_OK(pv_cr4_write(cr4 | PV_CR4_MCE));
	asked = suite_ask("monitor mce 0 0 0xb000000000000000 0x5 0 0");
	if (asked)
		(void)wait_until_it_came();
	CHECK_OK(pv_cr4_write(cr4));
	(void)pv_trap_set(PV_CAUSE_MACHINE_CHECK, NULL, NULL);
	(void)pv_trap_set(PV_CAUSE_ILLEGAL, NULL, NULL);
	if (!asked)
		SKIP("nobody is there to report an error of the machine");
	CHECK_EQ(came, 1);
	CHECK_EQ(machine_trap.code, 18ull << 32);
}

static const struct suite_case cases[] = {
	/* A layer below may remark on a value that no register takes. */
#define FAULT_ENTRY(name, cause, vector, code)					\
	{ #name, name, "trap.init pv_trap_set", 0, name == bad_msr_value ? "WRMSR 0x0*6e1 " : NULL },
	FAULTS(FAULT_ENTRY)
	{ "step", step, "trap.init isa.iret", 0 },
	{ "registers_are_kept", registers_are_kept, "isa.iret trap.init", 0 },
	{ "flags_are_kept", flags_are_kept, "isa.iret", 0 },
	{ "gate_over_a_trap", gate_over_a_trap, "isa.iret trap.init", 0 },
	{ "traps_nest", traps_nest, "isa.iret trap.init", 0 },
	{ "nmi_reaches_its_handler", nmi_reaches_its_handler, "trap.nmi_enable pv_nmi_set", CASE_ONCE },
	{ "nmi_without_taker_is_logged", nmi_without_taker_is_logged, "pv_nmi_set", CASE_ONCE },
	{ "machine_check", machine_check, "trap.init pv_trap_set", CASE_ONCE },
};
SUITE(suite_fault, "fault", cases);
