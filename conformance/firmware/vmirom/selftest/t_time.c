/*
 * Counters, alarms, the wallclock: section 1.8.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define BASE_SECONDS	1767323045u	/* 2026-01-02 03:04:05, what the run's clock starts at */
#define VECTOR_LVTT	0x28
#define APIC_TPR	0x80
#define APIC_EOI	0xb0
#define APIC_SPURIOUS	0xf0
#define APIC_LVTT	0x320

static uint32_t hz;

static uint64_t
counter(uint32_t which)
{
	return VMI(VMI_GET_COUNTER, which);
}

static void
alarm(uint32_t flags, uint64_t expiry, uint64_t period)
{
	struct registers r = { flags, (uint32_t)(expiry >> 32), (uint32_t)expiry, 0, 0, 0, 0,
	    { (uint32_t)period, (uint32_t)(period >> 32) }, 0 };

	IS(kind(VMI_SET_ALARM), VMI_KIND_CALL);
	invoke(routine_of(VMI_SET_ALARM), &r);
}

static uint32_t
cancel(uint32_t which)
{
	return (uint32_t)VMI(VMI_CANCEL_ALARM, which);
}

static void
open_irq0(void)
{
	irq0_open(true);
	VMI(VMI_ENABLE_INTERRUPTS);
}

static void
close_irq0(void)
{
	VMI(VMI_DISABLE_INTERRUPTS);
	irq0_open(false);
}

/* Until the real counter says so; with interrupts open they come. */
static void
wait_until(uint64_t when)
{
	while (counter(VMI_COUNTER_REAL) < when)
		;
}

TEST(time, frequency, "1.6: 66 GetCycleFrequency: EDX:EAX cycles/s")
{
	uint64_t from, to;

	CHECK(go_on_with_rom());
	from = VMI(VMI_GET_FREQUENCY);
	hz = (uint32_t)from;
	CHECK(hz != 0 && hz == from);
	from = counter(VMI_COUNTER_REAL);
	wait_ticks(47727);		/* 40 ms */
	to = counter(VMI_COUNTER_REAL);
	if (to - from < hz / 25 - hz / 5000 || to - from > hz / 25 + hz / 5000)
		wrong("%u cycles in 40 ms at %u Hz", (uint32_t)(to - from), hz);
}

/* 1.8: clients stop the PIT first. What it had raised for the firmware comes once. */
static void
stop_pit(void)
{
	port_out(0x43, 0x30);
	open_irq0();
	wait_ticks(60000);
	close_irq0();
}

TEST(time, silence, "nothing armed, no interrupt")
{
	uint32_t before;

	stop_pit();
	before = trap_count[0x20];
	open_irq0();
	wait_ticks(60000);
	IS(trap_count[0x20], before);
	close_irq0();
}

TEST(time, counters, "1.6: 67 GetCycleCounter; 1.8: identity at any instant: real = stolen + available; other index: 0")
{
	uint64_t before = counter(VMI_COUNTER_REAL), available = counter(VMI_COUNTER_AVAILABLE);
	uint64_t stolen = counter(VMI_COUNTER_STOLEN), after = counter(VMI_COUNTER_REAL);

	CHECK(before < available + stolen && available + stolen < after);
	CHECK(asked("delay") ? stolen != 0 : stolen == 0);
	CHECK(counter(3) == 0 && counter(7) == 0);
}

TEST(time, one_shot, "1.6: 68, 69 alarms; 1.8: fires as soon as counter >= expiry, not before; disarms itself")
{
	uint32_t before = trap_count[0x20];
	uint64_t expiry = counter(VMI_COUNTER_REAL) + hz / 100;

	open_irq0();
	alarm(VMI_COUNTER_REAL, expiry, 0);
	while (trap_count[0x20] == before)
		;
	CHECK(counter(VMI_COUNTER_REAL) >= expiry);
	CHECK(counter(VMI_COUNTER_REAL) < expiry + hz / 2000);
	wait_until(expiry + hz / 10);
	IS(trap_count[0x20], before + 1);
	IS(cancel(VMI_COUNTER_REAL), 0);
	close_irq0();
}

TEST(time, halted, "1.8: a halted CPU is woken by its alarm")
{
	uint32_t before = trap_count[0x20];
	uint64_t expiry = counter(VMI_COUNTER_REAL) + hz / 50;

	irq0_open(true);
	alarm(VMI_COUNTER_REAL, expiry, 0);
	VMI(VMI_HALT);
	CHECK(counter(VMI_COUNTER_REAL) >= expiry);
	IS(trap_count[0x20], before + 1);
	close_irq0();
}

TEST(time, past, "1.8: expiry in the past is legal and fires at once")
{
	uint32_t before = trap_count[0x20];
	uint64_t now = counter(VMI_COUNTER_REAL);

	open_irq0();
	alarm(VMI_COUNTER_REAL, now - hz / 20, 0);
	wait_until(now + hz / 1000);
	IS(trap_count[0x20], before + 1);
	alarm(VMI_COUNTER_REAL, 0, 0);
	wait_until(now + hz / 100);
	IS(trap_count[0x20], before + 2);
	close_irq0();
}

TEST(time, periodic, "1.8: periodic: expiry, then every period: 21 in 20 periods and a bit")
{
	uint32_t before = trap_count[0x20];
	uint64_t now = counter(VMI_COUNTER_REAL);

	open_irq0();
	alarm(VMI_COUNTER_REAL | VMI_ALARM_PERIODIC, now, hz / 100);
	wait_until(now + hz / 5 + hz / 500);
	IS(trap_count[0x20], before + 21);
	IS(cancel(VMI_COUNTER_REAL), 1);
	IS(cancel(VMI_COUNTER_REAL), 0);
	wait_until(now + hz / 3);	/* README: one that the PIT had begun may still come */
	CHECK(trap_count[0x20] - before - 21 <= 1);
	close_irq0();
}

TEST(time, missed, "1.8: missed periods collapse into one; the next expiry is the first e0 + n*period above")
{
	uint32_t before = trap_count[0x20];
	uint64_t start = counter(VMI_COUNTER_REAL) + hz / 100;

	irq0_open(true);
	alarm(VMI_COUNTER_REAL | VMI_ALARM_PERIODIC, start, hz / 100);
	wait_until(start + hz / 20 + hz / 200);
	VMI(VMI_ENABLE_INTERRUPTS);
	IS(trap_count[0x20], before + 1);
	wait_until(start + 6 * (hz / 100) - hz / 1000);
	IS(trap_count[0x20], before + 1);
	wait_until(start + 6 * (hz / 100) + hz / 1000);
	IS(trap_count[0x20], before + 2);
	IS(cancel(VMI_COUNTER_REAL), 1);
	close_irq0();
}

TEST(time, far, "2.4: a PIT one-shot reaches 54.9 ms at most: longer alarms are re-armed by the ROM")
{
	uint32_t before = trap_count[0x20];
	uint64_t expiry = counter(VMI_COUNTER_REAL) + hz / 3;

	irq0_open(true);
	alarm(VMI_COUNTER_REAL, expiry, 0);
	while (counter(VMI_COUNTER_REAL) < expiry)
		VMI(VMI_HALT);
	CHECK(counter(VMI_COUNTER_REAL) < expiry + hz / 1000);
	CHECK(trap_count[0x20] - before >= 1 && trap_count[0x20] - before <= 8);
	IS(cancel(VMI_COUNTER_REAL), 0);
	close_irq0();
}

TEST(time, replaced, "1.8: arming an armed alarm replaces it; period 0 means one-shot whatever the flag says")
{
	uint32_t before = trap_count[0x20];
	uint64_t now = counter(VMI_COUNTER_REAL);

	open_irq0();
	alarm(VMI_COUNTER_REAL, now + hz / 100, 0);
	alarm(VMI_COUNTER_REAL | VMI_ALARM_PERIODIC, now + hz / 50, 0);
	wait_until(now + hz / 60);
	IS(trap_count[0x20], before);
	wait_until(now + hz / 10);
	IS(trap_count[0x20], before + 1);
	close_irq0();
}

TEST(time, both, "1.8: one alarm per counter")
{
	uint32_t before = trap_count[0x20];
	uint64_t now = counter(VMI_COUNTER_REAL);

	open_irq0();
	alarm(VMI_COUNTER_AVAILABLE, now - counter(VMI_COUNTER_STOLEN) + hz / 50, 0);
	alarm(VMI_COUNTER_REAL, now + hz / 100, 0);
	wait_until(now + hz / 80);
	IS(trap_count[0x20], before + 1);
	IS(cancel(VMI_COUNTER_REAL), 0);
	wait_until(now + hz / 40);
	IS(trap_count[0x20], before + 2);
	IS(cancel(VMI_COUNTER_AVAILABLE), 0);
	close_irq0();
}

TEST(time, lvtt, "1.8: 0x10000 wired to the local APIC's LVTT vector; needs an APIC EOI")
{
	uint32_t before = trap_count[VECTOR_LVTT];
	uint64_t expiry;

	VMI(VMI_APIC_WRITE, APIC_SPURIOUS, 0x12f);
	VMI(VMI_APIC_WRITE, APIC_LVTT, VECTOR_LVTT);
	VMI(VMI_ENABLE_INTERRUPTS);
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT, counter(VMI_COUNTER_REAL) + hz, 0);
	expiry = counter(VMI_COUNTER_REAL) + hz / 100;	/* from after its calibration */
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT, expiry, 0);
	wait_until(expiry - hz / 1000);
	IS(trap_count[VECTOR_LVTT], before);
	wait_until(expiry + hz / 1000);
	IS(trap_count[VECTOR_LVTT], before + 1);
	VMI(VMI_APIC_WRITE, APIC_EOI, 0);
	IS(cancel(VMI_COUNTER_REAL), 0);
	expiry = counter(VMI_COUNTER_REAL) + hz / 4;	/* further than the PIT reaches */
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT, expiry, 0);
	VMI(VMI_HALT);
	IS(trap_count[VECTOR_LVTT], before + 2);
	CHECK(counter(VMI_COUNTER_REAL) >= expiry && counter(VMI_COUNTER_REAL) < expiry + hz / 1000);
	VMI(VMI_APIC_WRITE, APIC_EOI, 0);
	expiry = counter(VMI_COUNTER_REAL) + hz / 100;
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT, expiry, 0);
	IS(cancel(VMI_COUNTER_REAL), 1);
	wait_until(expiry + hz / 100);
	IS(trap_count[VECTOR_LVTT], before + 2);
	VMI(VMI_DISABLE_INTERRUPTS);
}

TEST(time, lvtt_periodic, "1.8: LVTT, periodic; with the vector and mask bit the guest wrote")
{
	uint32_t before = trap_count[VECTOR_LVTT];
	uint64_t now = counter(VMI_COUNTER_REAL);

	VMI(VMI_ENABLE_INTERRUPTS);
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT | VMI_ALARM_PERIODIC, now, hz / 100);
	for (uint32_t i = 0; i < 5; i++) {
		wait_until(now + i * (hz / 100) + hz / 1000);
		IS(trap_count[VECTOR_LVTT], before + 1 + i);
		VMI(VMI_APIC_WRITE, APIC_EOI, 0);
	}
	IS(cancel(VMI_COUNTER_REAL), 1);
	VMI(VMI_APIC_WRITE, APIC_LVTT, 0x10000 | VECTOR_LVTT);
	now = counter(VMI_COUNTER_REAL);
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT, now, 0);
	wait_until(now + hz / 100);
	IS(trap_count[VECTOR_LVTT], before + 5);
	IS(VMI(VMI_APIC_READ, APIC_LVTT), 0x10000 | VECTOR_LVTT);
	VMI(VMI_DISABLE_INTERRUPTS);
	cancel(VMI_COUNTER_REAL);
}

TEST(time, wallclock, "1.6: 70 GetWallclockTime: EDX:EAX ns since 1970 UTC")
{
	uint64_t first = VMI(VMI_GET_WALLCLOCK), second, from = counter(VMI_COUNTER_REAL);
	uint32_t elapsed;

	CHECK(first >= BASE_SECONDS * 1000000000ull && first < (BASE_SECONDS + 30) * 1000000000ull);
	wait_until(from + hz / 10);
	second = VMI(VMI_GET_WALLCLOCK);
	elapsed = (uint32_t)(second - first);
	if (elapsed < 99900000 || elapsed > 101000000)
		wrong("%u ns in 100 ms", elapsed);
}

TEST(time, updated, "1.6: 71 WallclockUpdated: true once after wallclock moved relative to the real counter")
{
	uint8_t hour;
	uint64_t before = VMI(VMI_GET_WALLCLOCK), after;

	IS(VMI(VMI_WALLCLOCK_UPDATED), 0);
	port_out(0x70, 4);
	hour = port_in(0x71);
	port_out(0x70, 4);
	port_out(0x71, hour + 1);
	IS(VMI(VMI_WALLCLOCK_UPDATED), 1);
	IS(VMI(VMI_WALLCLOCK_UPDATED), 0);
	after = VMI(VMI_GET_WALLCLOCK);
	CHECK(after - before > 3598 * 1000000000ull && after - before < 3602 * 1000000000ull);
	port_out(0x70, 4);
	port_out(0x71, hour);
	IS(VMI(VMI_WALLCLOCK_UPDATED), 1);
}

TEST(delay, stolen, "1.8: stolen advances while the CPU is ready but not run; README: delay=")
{
	uint64_t stolen, real;

	CHECK(go_on_with_rom());
	hz = (uint32_t)VMI(VMI_GET_FREQUENCY);
	stolen = counter(VMI_COUNTER_STOLEN);
	real = counter(VMI_COUNTER_REAL);
	for (uint32_t i = 0; i < 100; i++)
		VMI(VMI_CLTS);
	stolen = counter(VMI_COUNTER_STOLEN) - stolen;
	real = counter(VMI_COUNTER_REAL) - real;
	CHECK(stolen >= hz / 100 && stolen < real + hz / 1000 && real < 3 * stolen);
}

TEST(delay, available, "1.8: an alarm on the available counter: not before its expiry; stolen time is none of it")
{
	uint32_t before;
	uint64_t expiry;

	stop_pit();
	before = trap_count[0x20];
	open_irq0();
	expiry = counter(VMI_COUNTER_AVAILABLE) + hz / 100;
	alarm(VMI_COUNTER_AVAILABLE, expiry, 0);
	while (trap_count[0x20] == before)
		;
	CHECK(counter(VMI_COUNTER_AVAILABLE) >= expiry);
	CHECK(counter(VMI_COUNTER_AVAILABLE) < expiry + hz / 1000);
	IS(cancel(VMI_COUNTER_AVAILABLE), 0);
	close_irq0();
}

TEST(wrongtime, unasked, "3.6: SetAlarm without prior frequency query")
{
	CHECK(go_on_with_rom());
	announce("SetAlarm: the frequency was never asked for");
	alarm(VMI_COUNTER_REAL, 0x7fffffffffffffff, 0);
	IS(cancel(VMI_COUNTER_REAL), 1);
	hz = (uint32_t)VMI(VMI_GET_FREQUENCY);
}

TEST(wrongtime, counter, "3.6: alarms with counter > 1; 1.8: SetAlarm is a no-op")
{
	uint32_t before;

	stop_pit();
	before = trap_count[0x20];
	announce("SetAlarm: no alarm has this counter, or these flags");
	announce("CancelAlarm: no alarm has this counter");
	alarm(VMI_COUNTER_STOLEN, 0, 0);
	alarm(VMI_COUNTER_REAL | 0x200, 0, 0);
	open_irq0();
	wait_ticks(1000);
	close_irq0();
	IS(trap_count[0x20], before);
	IS(cancel(VMI_COUNTER_STOLEN), 0);
	IS(cancel(VMI_COUNTER_REAL), 0);
}

TEST(wrongnoapic, lvtt_alarm, "1.8: LVTT where there is no local APIC")
{
	hz = (uint32_t)VMI(VMI_GET_FREQUENCY);
	announce("SetAlarm: there is no local APIC");
	alarm(VMI_COUNTER_REAL | VMI_ALARM_LVTT, 0, 0);
	IS(cancel(VMI_COUNTER_REAL), 0);
}
