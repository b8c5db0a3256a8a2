/*
 * For tests of the native x86 clock: a machine whose devices are functions here; the
 * time stamp counter is the host's, and counts as 2.4 GHz. The test program includes
 * this once. Compile with -mno-red-zone, link with -no-pie.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef NATIVE_CLOCK_H
#define NATIVE_CLOCK_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../backends/common/acpi/acpi.h"
#include "../../backends/native/x86/clock.h"
#include "../../backends/native/x86/native.h"

#define TSC_HZ		2400000000u
#define LVT_DEADLINE	0x40000u
#define LVT_MASKED	0x10000u

struct pv_ops pv_ops;
uint64_t host_gate = 1;

__asm__("host_irq_save: mov host_gate(%rip), %rax\n\tmovq $0, host_gate(%rip)\n\tret\n"
	"host_irq_restore: mov %rdi, host_gate(%rip)\n\tret\n");
void host_irq_save(void), host_irq_restore(void);

/* -- the machine ---------------------------------------------------------------- */

static struct {
	bool tsc, deadline, crystal, hpet, hpet_wide, pit, lapic, lapic_counts, rtc, lines;
} has;
static uint32_t lvt, lapic_init;
static uint64_t deadline, lapic_started, hpet_skew, rtc_seconds, early_delay, port_delay;
struct pv_native_lines pv_native_lines;

/* An NMI's handler, in the middle of the next reading of the HPET. */
static void (*nmi)(void);

static uint32_t pit_ticks = 99;
static pv_native_vector_fn vector;
static unsigned pit_wired;
static unsigned runs, ends;
static char said[200];

void
pv_native_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	memset(out, 0, 16);
	if (leaf == 0)
		out[0] = has.crystal ? 0x15 : 0x0d;
	if (leaf == 0x15 && has.crystal) {
		out[0] = 2;
		out[1] = 200;
		out[2] = 24000000;
	}
}

bool
pv_native_cpu_feature(unsigned leaf, unsigned reg, unsigned bit)
{
	ck_assert_uint_eq(leaf, 1);
	return (reg == 3 && bit == 4 && has.tsc) || (reg == 2 && bit == 24 && has.deadline) ||
	    (reg == 3 && bit == 26);
}

static uint64_t
count(uint64_t hz)
{
	return (uint64_t)((unsigned __int128)pv_native_rdtsc() * hz / TSC_HZ);
}

static uint64_t
hpet_read(void)
{
	void (*handler)(void) = nmi;
	uint64_t now;

	nmi = NULL;
	if (handler != NULL)
		handler();
	now = count(100000000) + hpet_skew;
	return has.hpet_wide ? now : (uint32_t)now;
}

static void
hpet_sample(struct pv_native_sample *s)
{
	s->before = pv_native_rdtsc();
	s->reference = hpet_read();
	s->after = pv_native_rdtsc();
}

const struct pv_native_meter *
pv_native_hpet_start(void)
{
	static struct pv_native_meter meter = { hpet_sample, 100000000, UINT32_MAX, hpet_read, "hpet" };

	if (has.hpet_wide)
		meter.reference_mask = UINT64_MAX;
	return has.hpet ? &meter : NULL;
}

static uint64_t
pit_read(void)
{
	return count(PV_PIT_HZ) & PV_PIT_MASK;
}

static void
pit_sample(struct pv_native_sample *s)
{
	s->before = pv_native_rdtsc();
	s->reference = pit_read();
	s->after = pv_native_rdtsc();
}

const struct pv_native_meter *
pv_native_pit_start(void)
{
	static const struct pv_native_meter meter = { pit_sample, PV_PIT_HZ, PV_PIT_MASK, pit_read, "pit" };

	return has.pit ? &meter : NULL;
}

void
pv_native_port_delay(uint32_t ns)
{
	port_delay += ns;
}

void
pv_native_pit_delay(uint64_t ns)
{
	early_delay = ns;
}

void
pv_native_pit_alarm(uint32_t ticks)
{
	pit_ticks = ticks;
}

pv_status
pv_native_rtc_get(uint8_t century, uint64_t *seconds)
{
	ck_assert_uint_eq(century, 0x32);
	*seconds = rtc_seconds;
	return has.rtc ? PV_OK : PV_E_ABSENT;
}

pv_status
pv_native_rtc_set(uint8_t century, uint64_t seconds)
{
	ck_assert_uint_eq(century, 0x32);
	if (!has.rtc)
		return PV_E_ABSENT;
	if (seconds > 4102444800u)
		return PV_E_RANGE;
	rtc_seconds = seconds;
	return PV_OK;
}

bool
pv_native_lapic_enable(void)
{
	lvt = has.lapic ? LVT_MASKED | PV_VECTOR_TIMER : 0;
	return has.lapic;
}

/* Divided by one its timer runs at 62.5 MHz. */
uint32_t
pv_native_lapic_read(unsigned reg)
{
	uint64_t passed = count(62500000) - lapic_started;

	ck_assert_uint_eq(reg, PV_LAPIC_TIMER_COUNT);
	return has.lapic_counts && passed < lapic_init ? lapic_init - (uint32_t)passed : 0;
}

void
pv_native_lapic_write(unsigned reg, uint32_t value)
{
	if (reg == PV_LAPIC_LVT_TIMER) {
		lvt = value;
	} else if (reg == PV_LAPIC_TIMER_INIT) {
		lapic_init = value;
		lapic_started = count(62500000);
	} else if (reg == PV_LAPIC_EOI) {
		ck_assert_uint_eq(runs, 0);	/* ended before handlers run */
		ends++;
	} else {
		ck_assert_uint_eq(reg, PV_LAPIC_TIMER_DIVIDE);
		ck_assert_uint_eq(value, 0x0b);
	}
}

pv_status
pv_x86_msr_write(uint32_t nr, uint64_t value)
{
	ck_assert_uint_eq(nr, 0x6e0);
	deadline = value;
	return PV_OK;
}

const struct pv_acpi *
pv_native_acpi(void)
{
	static const struct pv_acpi acpi = { .century_register = 0x32 };

	return &acpi;
}

void
pv_native_vector_set(unsigned nr, pv_native_vector_fn fn)
{
	ck_assert_uint_eq(nr, PV_VECTOR_TIMER);
	vector = fn;
}

pv_status
pv_native_lines_pit(void)
{
	pit_wired++;
	return PV_OK;
}

unsigned
pv_families(void)
{
	return has.lines ? PV_FAMILY_ALL : PV_FAMILY_ALL & ~PV_FAMILY_LINES;
}

void
pv_timers_run(void)
{
	runs++;
}

void
pv_log(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(said, sizeof(said), format, ap);
	va_end(ap);
}

#endif
