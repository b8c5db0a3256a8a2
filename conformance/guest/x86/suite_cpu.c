/*
 * The x86 CPU ops: identification, control and debug registers, MSRs, bases, FPU
 * ownership, counter, idle.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "../suites.h"

static void
cpuid_vendor(void)
{
	struct pv_cpu_id id;
	uint32_t out[4];
	char text[13] = { 0 };

	pv_cpuid(0, 0, out);
	memcpy(text, &out[1], 4);
	memcpy(text + 4, &out[3], 4);
	memcpy(text + 8, &out[2], 4);
	pv_cpu_identify(&id);
	CHECK(out[0] >= 1);
	CHECK(memcmp(text, id.vendor, 13) == 0);
}

static void
cpuid_subleaf_matters(void)
{
	uint32_t out[4];

	/* The topology leaf gives its subleaf back in the low byte of ecx. */
	pv_cpuid(0, 0, out);
	if (out[0] < 0xb)
		SKIP("CPUID has no topology leaf");
	pv_cpuid(0xb, 0, out);
	CHECK_EQ(out[2] & 0xff, 0);
	if (out[1] == 0 && pv_has(PV_CAP_PARAVIRT)) {
		/* Taken away. Then features: subleaf 0 has a register full of them, of which 1 has none. */
		pv_cpuid(7, 0, out);
		CHECK(out[1] != 0);
		pv_cpuid(7, 1, out);
		CHECK_EQ(out[1], 0);
		return;
	}
	pv_cpuid(0xb, 1, out);
	CHECK_EQ(out[2] & 0xff, 1);
}

static void
identify_is_whole(void)
{
	struct pv_cpu_id id;

	memset(&id, 0xee, sizeof(id));
	pv_cpu_identify(&id);
	CHECK(id.phys_bits >= 32 && id.phys_bits <= 52);
	CHECK(id.virt_bits >= 32 && id.virt_bits <= 57);
	CHECK(id.family >= 5 && id.family < 0x100);
	CHECK(id.model[sizeof(id.model) - 1] == '\0');
}

static void
cr0_reads_what_runs(void)
{
	uintptr_t cr0 = pv_cr0_read();

	CHECK((cr0 & PV_CR0_PE) != 0);
	CHECK((cr0 & PV_CR0_PG) != 0);
	CHECK((cr0 & PV_CR0_WP) != 0);
}

static void
cr0_write_keeps(void)
{
	uintptr_t cr0 = pv_cr0_read(), seen;
	/* A layer below may keep all of the register but TS. */
	uintptr_t bit = pv_has(PV_CAP_DIRECT_TABLES) ? PV_CR0_TS : PV_CR0_AM;

	CHECK_OK(pv_cr0_write(cr0 ^ bit));
	seen = pv_cr0_read();
	CHECK_OK(pv_cr0_write(cr0));
	CHECK_EQ(seen, cr0 ^ bit);
	CHECK_EQ(pv_cr0_read(), cr0);
}

static void
cr0_write_refuses(void)
{
	uintptr_t cr0 = pv_cr0_read();

	CHECK_STATUS(pv_cr0_write(cr0 & ~(uintptr_t)PV_CR0_PG), PV_E_REFUSED);
	CHECK_STATUS(pv_cr0_write(cr0 & ~(uintptr_t)PV_CR0_PE), PV_E_REFUSED);
	if (pv_has(PV_CAP_DIRECT_TABLES))
		CHECK_STATUS(pv_cr0_write(cr0 & ~(uintptr_t)PV_CR0_WP), PV_E_REFUSED);
	CHECK_EQ(pv_cr0_read(), cr0);
}

static void
cr2_keeps(void)
{
	uintptr_t value;
	pv_irq_state gate = pv_irq_save();

	pv_cr2_write(0x1234567);
	value = pv_cr2_read();
	pv_irq_restore(gate);
	CHECK_EQ(value, 0x1234567);
}

static void
cr3_reads_root(void)
{
	CHECK_EQ(pv_cr3_read() & ~(uintptr_t)31, pv_space_kernel()->root.v & ~(uint64_t)31);
}

extern volatile uint32_t suite_probe_word;		/* shared with a mutant that loses it */
volatile uint32_t suite_probe_word;

static void
cr3_write_flushes_and_keeps(void)
{
	uintptr_t root = pv_cr3_read();

	suite_probe_word = 0x5a5a;
	pv_cr3_write(root);
	CHECK_EQ(pv_cr3_read(), root);
	CHECK_EQ(suite_probe_word, 0x5a5a);
}

#define CPUID_1_TSC	0x10u

static void
cr4_write_keeps(void)
{
	uintptr_t cr4 = pv_cr4_read(), bit, seen;
	uint32_t features[4];

	CHECK((cr4 & PV_CR4_PAE) != 0);
	pv_cpuid(1, 0, features);
	bit = (features[3] & CPUID_1_TSC) != 0 ? PV_CR4_TSD : PV_CR4_DE;
	CHECK_OK(pv_cr4_write(cr4 ^ bit));
	seen = pv_cr4_read();
	CHECK_OK(pv_cr4_write(cr4));
	CHECK_EQ(seen, cr4 ^ bit);
	CHECK_EQ(pv_cr4_read(), cr4);
}

static void
cr4_write_refuses(void)
{
	uintptr_t cr4 = pv_cr4_read();

	CHECK_STATUS(pv_cr4_write(cr4 & ~(uintptr_t)PV_CR4_PAE), PV_E_REFUSED);
	/* A reserved bit faults on the machine; here it is a status. */
	CHECK_STATUS(pv_cr4_write(cr4 | 1u << 31), PV_E_REFUSED);
	CHECK_EQ(pv_cr4_read(), cr4);
}

static void
debug_registers_keep(void)
{
	uintptr_t was[4], seen[4];
	pv_status s = PV_OK;

	for (unsigned i = 0; i < 4; i++) {
		s = s == PV_OK ? pv_dr_read(i, &was[i]) : s;
		s = s == PV_OK ? pv_dr_write(i, 0x1000u + i * 8) : s;
	}
	for (unsigned i = 0; i < 4; i++)
		s = s == PV_OK ? pv_dr_read(i, &seen[i]) : s;
	for (unsigned i = 0; i < 4; i++)
		s = s == PV_OK ? pv_dr_write(i, was[i]) : s;
	CHECK_OK(s);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(seen[i], 0x1000u + i * 8);
}

static volatile unsigned steps;

static bool
on_step(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	steps++;
	(void)pv_dr_write(7, 0);
	return true;
}

static void
debug_register_traps(void)
{
	uintptr_t dr6, dr0;
	static volatile uint32_t watched;

	steps = 0;
	CHECK_OK(pv_dr_read(0, &dr0));
	CHECK_OK(pv_trap_set(PV_CAUSE_STEP, on_step, NULL));
	CHECK_OK(pv_dr_write(0, (uintptr_t)&watched));
	CHECK_OK(pv_dr_write(6, 0));
	CHECK_OK(pv_dr_write(7, 0x000d0002u));		/* global, write, 4 bytes */
	watched = 1;
	CHECK_OK(pv_dr_write(7, 0));
	CHECK_OK(pv_dr_read(6, &dr6));
	CHECK_OK(pv_dr_write(6, 0));
	CHECK_OK(pv_dr_write(0, dr0));
	(void)pv_trap_set(PV_CAUSE_STEP, NULL, NULL);
	CHECK_EQ(steps, 1);
	CHECK((dr6 & 1) != 0);
}

static void
debug_register_limits(void)
{
	uintptr_t v;

	CHECK_STATUS(pv_dr_read(4, &v), PV_E_INVAL);
	CHECK_STATUS(pv_dr_read(5, &v), PV_E_INVAL);
	CHECK_STATUS(pv_dr_read(8, &v), PV_E_INVAL);
	CHECK_STATUS(pv_dr_write(4, 0), PV_E_INVAL);
}

static void
msr_read_known(void)
{
	uint64_t v = 0;

	CHECK_OK(pv_msr_read(0x277, &v));		/* PAT, as <pv/x86/pte.h> says */
	CHECK_EQ(v & 0xff, 6);
	CHECK_EQ(v >> 32 & 0xff, 1);
}

/* One that the machine lets a kernel write: SYSENTER_CS; above a layer perhaps FS_BASE alone, or none. */
static uint32_t
writable_msr(void)
{
	uint32_t nr = pv_has(PV_CAP_DIRECT_TABLES) ? 0xc0000100 : 0x174;
	uint64_t v;

	return pv_msr_read(nr, &v) == PV_OK && pv_msr_write(nr, v) == PV_OK ? nr : 0;
}

static void
msr_write_keeps(void)
{
	uint64_t was, seen;
	uint32_t nr = writable_msr();

	if (nr == 0) {
		CHECK(pv_has(PV_CAP_DIRECT_TABLES));
		CHECK_STATUS(pv_msr_write(0xc0000100, 0x38), PV_E_ABSENT);
		return;
	}
	CHECK_OK(pv_msr_read(nr, &was));
	CHECK_OK(pv_msr_write(nr, 0x38));
	CHECK_OK(pv_msr_read(nr, &seen));
	CHECK_OK(pv_msr_write(nr, was));
	CHECK_EQ(seen, 0x38);
}

/*
 * IA32_PKRS has 32 bits where it exists at all, so this write faults on every machine; and what
 * faults is a status.
 */
static void
msr_bad_value_is_a_status(void)
{
	CHECK_STATUS(pv_msr_write(0x6e1, ~0ull), PV_E_ABSENT);
}

static void
xcr0_follows_cr4(void)
{
	uint64_t v;

	if ((pv_cr4_read() & PV_CR4_OSXSAVE) == 0) {
		CHECK_STATUS(pv_xcr0_read(&v), PV_E_ABSENT);
		CHECK_STATUS(pv_xcr0_write(1), PV_E_ABSENT);
		return;
	}
	CHECK_OK(pv_xcr0_read(&v));
	CHECK((v & 1) != 0);
	CHECK_OK(pv_xcr0_write(v));
	CHECK_STATUS(pv_xcr0_write(v & ~1ull), PV_E_REFUSED);
	CHECK_STATUS(pv_xcr0_write(4), PV_E_REFUSED);
}

static void
rdpmc_does_not_crash(void)
{
	uint64_t v;
	pv_status s = pv_rdpmc(0x3fffffff, &v);

	CHECK(s == PV_E_ABSENT || s == PV_OK);
}

static void
wbinvd_keeps_memory(void)
{
	suite_probe_word = 0x1234;
	pv_wbinvd();
	CHECK_EQ(suite_probe_word, 0x1234);
}

static void
bases_keep(void)
{
	uintptr_t was, seen;
	pv_irq_state gate = pv_irq_save();

	was = pv_base_get(PV_BASE_USER_GS);
	pv_base_set(PV_BASE_USER_GS, 0x12345000);
	seen = pv_base_get(PV_BASE_USER_GS);
	pv_base_set(PV_BASE_USER_GS, was);
	pv_irq_restore(gate);
	CHECK_EQ(seen, 0x12345000);
	CHECK_EQ(pv_base_get(PV_BASE_USER_GS), was);
}

static void
per_cpu_record(void)
{
	CHECK(pv_cpu()->self == pv_cpu());
	CHECK_EQ(pv_cpu_nr(), 0);
	CHECK_EQ((uintptr_t)pv_cpu()->hv_area & 63, 0);
}

static void
fpu_use(void *arg)
{
	(void)arg;
	__asm__ volatile("fnop");
}

static void
fpu_set_traps(void)
{
	struct pv_trap trap;
	bool came;

	pv_fpu_set();
	came = suite_catch(fpu_use, NULL, &trap);
	pv_fpu_clear();
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_FPU_OFF);
	CHECK(!suite_catch(fpu_use, NULL, &trap));
	pv_fpu_set();
}

static void
fpu_ops_mirror_cr0(void)
{
	pv_fpu_clear();
	CHECK((pv_cr0_read() & PV_CR0_TS) == 0);
	pv_fpu_set();
	CHECK((pv_cr0_read() & PV_CR0_TS) != 0);
}

static void
counter_advances(void)
{
	uint64_t a = pv_counter(), b, c;

	for (volatile unsigned i = 0; i < 100; i++)
		continue;
	b = pv_counter();
	c = pv_counter();
	CHECK(b > a);
	CHECK(c >= b);
	CHECK(b - a < 1ull << 40);
}

static volatile unsigned soft_hits;

static enum pv_line_result
on_soft(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	soft_hits++;
	return PV_LINE_MINE;
}

static void
on_timer(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(*(volatile unsigned *)arg)++;
}

static void
idle_loses_nothing(void)
{
	static unsigned fired;
	struct pv_line line = { .source = PV_LINE_SOFT + 9, .handler = on_soft, .name = "idle" };
	struct pv_timer alarm_clock = { .handler = on_timer, .arg = &fired };

	soft_hits = fired = 0;
	CHECK_OK(pv_line_bind(&line));
	CHECK_OK(pv_timer_set(&alarm_clock, PV_TIMER_REAL, pv_time_ns() + 2 * PV_NS_PER_SEC, 0));
	pv_irq_disable();
	pv_line_raise(9);
	pv_cpu_idle();			/* pending already: must not sleep on it */
	(void)pv_line_unbind(&line);
	(void)pv_timer_cancel(&alarm_clock);
	CHECK(pv_irq_enabled());
	CHECK_EQ(soft_hits, 1);
	CHECK_EQ(*(volatile unsigned *)&fired, 0);
}

static void
idle_wakes_by_timer(void)
{
	static unsigned fired;
	struct pv_timer timer = { .handler = on_timer, .arg = &fired };
	unsigned rounds = 0;

	fired = 0;
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + 2 * PV_NS_PER_MS, 0));
	for (;;) {
		pv_irq_disable();
		if (*(volatile unsigned *)&fired != 0 || ++rounds > 1000)
			break;
		pv_cpu_idle();
	}
	pv_irq_enable();
	CHECK_EQ(fired, 1);
}

static void
code_sync_takes_new_code(void)
{
	/* The patcher rewrites a site, this function has one: both forms work one after the other. */
	pv_irq_state s = pv_irq_save();
	bool opened;

	pv_code_sync((const void *)(uintptr_t)code_sync_takes_new_code, 64);
	opened = pv_irq_enabled();
	pv_irq_restore(s);
	CHECK(!opened);
	CHECK(pv_irq_enabled());
}

/* One batch that sets a stack and the FPU; true if the gate stayed closed all the while. */
static bool
switch_to(uintptr_t sp, bool fpu)
{
	pv_irq_state gate = pv_irq_save();
	bool opened;

	pv_switch_begin();
	opened = pv_irq_enabled();
	pv_irq_disable();
	pv_switch_kernel_sp(sp);
	pv_switch_tls(0);
	pv_switch_fpu(fpu);
	pv_switch_end();
	opened |= pv_irq_enabled();
	pv_irq_restore(gate);
	return !opened;
}

static void
switch_batch(void)
{
	uintptr_t sp = pv_cpu()->kernel_sp, seen;

	CHECK(switch_to(sp - 256, true));
	CHECK((pv_cr0_read() & PV_CR0_TS) == 0);
	seen = pv_cpu()->kernel_sp;
	CHECK(switch_to(sp, false));
	CHECK((pv_cr0_read() & PV_CR0_TS) != 0);
	CHECK_EQ(seen, sp - 256);
	CHECK_EQ(pv_cpu()->kernel_sp, sp);
}

static const struct suite_case cases[] = {
	{ "cpuid_vendor", cpuid_vendor, "isa.cpuid cpu.identify", 0 },
	{ "cpuid_subleaf_matters", cpuid_subleaf_matters, "isa.cpuid", 0 },
	{ "identify_is_whole", identify_is_whole, "cpu.identify pv_cpu_identify", 0 },
	{ "cr0_reads_what_runs", cr0_reads_what_runs, "isa.cr0_read", 0 },
	{ "cr0_write_keeps", cr0_write_keeps, "isa.cr0_write isa.cr0_read", 0 },
	{ "cr0_write_refuses", cr0_write_refuses, "isa.cr0_write", 0 },
	{ "cr2_keeps", cr2_keeps, "isa.cr2_write isa.cr2_read", 0 },
	{ "cr3_reads_root", cr3_reads_root, "isa.cr3_read", 0 },
	{ "cr3_write_flushes_and_keeps", cr3_write_flushes_and_keeps, "isa.cr3_write isa.cr3_read", 0 },
	{ "cr4_write_keeps", cr4_write_keeps, "isa.cr4_write isa.cr4_read", 0 },
	{ "cr4_write_refuses", cr4_write_refuses, "isa.cr4_write", 0 },
	{ "debug_registers_keep", debug_registers_keep, "isa.dr_read isa.dr_write", 0 },
	{ "debug_register_traps", debug_register_traps, "isa.dr_write isa.dr_read", 0 },
	{ "debug_register_limits", debug_register_limits, "isa.dr_read isa.dr_write", 0 },
	{ "msr_read_known", msr_read_known, "isa.msr_read", 0 },
	{ "msr_write_keeps", msr_write_keeps, "isa.msr_write isa.msr_read", 0 },
	{ "msr_bad_value_is_a_status", msr_bad_value_is_a_status, "isa.msr_write", 0, "WRMSR 0x0*6e1 " },
	{ "xcr0_follows_cr4", xcr0_follows_cr4, "isa.xcr0_read isa.xcr0_write", 0 },
	{ "rdpmc_does_not_crash", rdpmc_does_not_crash, "isa.rdpmc", 0 },
	{ "wbinvd_keeps_memory", wbinvd_keeps_memory, "isa.wbinvd", 0 },
	{ "bases_keep", bases_keep, "isa.base_set isa.base_get", 0 },
	{ "per_cpu_record", per_cpu_record, "pv_cpu", 0 },
	{ "fpu_set_traps", fpu_set_traps, "isa.fpu_set isa.fpu_clear", 0 },
	{ "fpu_ops_mirror_cr0", fpu_ops_mirror_cr0, "isa.fpu_set isa.fpu_clear", 0 },
	{ "counter_advances", counter_advances, "isa.counter", 0 },
	{ "idle_loses_nothing", idle_loses_nothing, "cpu.idle", 0 },
	{ "idle_wakes_by_timer", idle_wakes_by_timer, "cpu.idle", 0 },
	{ "code_sync_takes_new_code", code_sync_takes_new_code, "cpu.code_sync pv_code_sync", 0 },
	{ "switch_batch", switch_batch,
	    "cpu.switch_begin cpu.switch_kernel_sp cpu.switch_tls cpu.switch_fpu cpu.switch_end", 0 },
};
SUITE(suite_cpu, "cpu", cases);
