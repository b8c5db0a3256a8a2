/*
 * The 8254 programmable interval timer. Channel 2, which drives the speaker, counts
 * freely and is read: it times the first delays, other counters, and where there is
 * nothing else the clock. Channel 0 gives one interrupt at a time.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "clock.h"
#include "native.h"

#define PIT_CHANNEL_0		0x40
#define PIT_CHANNEL_2		0x42
#define PIT_CONTROL		0x43
#define CONTROL_0_ONE_SHOT	0x30	/* channel 0, both bytes, mode 0: interrupt on terminal count */
#define CONTROL_2_RATE		0xb4	/* channel 2, both bytes, mode 2: counts down, starts again */
#define CONTROL_2_LATCH		0x80

#define SYSTEM_PORT		0x61
#define SYSTEM_GATE_2		0x01	/* channel 2 counts */
#define SYSTEM_SPEAKER		0x02
#define SYSTEM_KEEP		0x0c	/* memory and bus error enables; the rest cannot be written */

#define DELAY_PORT		0x80	/* diagnostic port: each access takes about a microsecond */

#define TICKS_PER_NS		(((uint64_t)PV_PIT_HZ << 32) / PV_NS_PER_SEC + 1)	/* times 2^32 */

#define STILL_MOST		10000u

static enum {
	UNKNOWN,
	COUNTS,
	DEAD
} channel_2;

/* The moment that the next reading tells. */
static void
latch(void)
{
	pv_native_outb(PIT_CONTROL, CONTROL_2_LATCH);
}

/* Turned round, so that it counts up. */
static uint32_t
read_latched(void)
{
	uint32_t low = pv_native_inb(PIT_CHANNEL_2), high = pv_native_inb(PIT_CHANNEL_2);

	return -(high << 8 | low) & PV_PIT_MASK;
}

static PV_APART uint64_t
read_now(void)
{
	latch();
	return read_latched();
}

static void
sample(struct pv_native_sample *s)
{
	s->before = pv_native_rdtsc();
	latch();
	s->after = pv_native_rdtsc();
	s->reference = read_latched();
}

/* Wait for that many ticks; false: it stands still. */
static bool
wait_ticks(uint32_t ticks)
{
	uint32_t last = (uint32_t)read_now(), moved, passed = 0;

	for (unsigned still = 0; still < STILL_MOST; still++) {
		moved = ((uint32_t)read_now() - last) & PV_PIT_MASK;
		if (moved == 0)
			continue;
		passed += moved;
		if (passed >= ticks)
			return true;
		last += moved;
		still = 0;
	}
	return false;
}

const struct pv_native_meter *
pv_native_pit_start(void)
{
	static const struct pv_native_meter meter = { sample, PV_PIT_HZ, PV_PIT_MASK, read_now, "pit" };

	if (channel_2 == UNKNOWN) {
		pv_native_outb(SYSTEM_PORT, (pv_native_inb(SYSTEM_PORT) & SYSTEM_KEEP) | SYSTEM_GATE_2);
		pv_native_outb(PIT_CONTROL, CONTROL_2_RATE);
		pv_native_outb(PIT_CHANNEL_2, 0);	/* 0 stands for 65536 */
		pv_native_outb(PIT_CHANNEL_2, 0);
		channel_2 = wait_ticks(1) ? COUNTS : DEAD;
	}
	return channel_2 == COUNTS ? &meter : NULL;
}

void
pv_native_port_delay(uint32_t ns)
{
	/* Each about a microsecond; some chip sets are twice as fast. */
	for (uint32_t left = ns / 500 + 2; left != 0; left--)
		(void)pv_native_inb(DELAY_PORT);
}

void
pv_native_pit_delay(uint64_t ns)
{
	/* One more for the tick that has begun, one for rounding. */
	uint32_t ticks = (uint32_t)(ns * TICKS_PER_NS >> 32) + 2;

	if (pv_native_pit_start() == NULL || !wait_ticks(ticks)) {
		channel_2 = DEAD;
		pv_native_port_delay((uint32_t)ns);
	}
}

void
pv_native_pit_alarm(uint32_t ticks)
{
	/* The control word alone stops the channel with its output low. */
	pv_native_outb(PIT_CONTROL, CONTROL_0_ONE_SHOT);
	if (ticks == 0)
		return;
	pv_native_outb(PIT_CHANNEL_0, (uint8_t)ticks);
	pv_native_outb(PIT_CHANNEL_0, (uint8_t)(ticks >> 8));
}
