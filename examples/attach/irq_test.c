/*
 * Stage EARLY, and time and interrupts: libpv has clock, timer and controller, or
 * has not; what interrupts comes through this kernel's own stubs.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define TICK_NS		(10 * PV_NS_PER_MS)
#define PATIENCE_NS	(2 * PV_NS_PER_SEC)

/* Serial ports: offsets of registers. The second one where the first is somebody else's. */
#define COM1		0x3f8u
#define COM2		0x2f8u
#define ENABLE		1u
#define WHY		2u
#define CONTROL		4u
#define SCRATCH		7u
#define WANT_EMPTY	0x02u		/* interrupt when there is room for another character */
#define OUT2		0x08u		/* lets the interrupt out */

static uint16_t com;

static volatile unsigned ticks, taken;

void
early_test(void)
{
	const struct pv_boot *b = pv_boot_get();
	uint64_t start = pv_counter(), after;

	CHECK("early.backend", pv_backend_name()[0] != '\0' && pv_console_name()[0] != '\0');
	pv_delay_ns(2 * PV_NS_PER_MS);
	after = pv_counter();
	CHECK("early.delay", after - start > 100000);
	/* The copy does not point into the original. */
	CHECK("early.boot", b != &boot && b->args >= b->text && b->args < b->text + PV_BOOT_TEXT &&
	    pv_boot_ram_bytes(b) == pv_boot_ram_bytes(&boot));
	CHECK("early.record", pv_cpu() == &boot_cpu.pv && pv_cpu_nr() == 0);
	CHECK("early.gate_closed", !pv_irq_enabled());
	ok_status("early.no_lines", pv_line_bind(&(struct pv_line){ .source = 4 }), PV_E_STAGE);
}

static void
tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	ticks++;
}

static enum pv_line_result
fired(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	/* Reading why it interrupts is what quietens a serial port. */
	(void)pv_in8(com + WHY);
	pv_out8(com + ENABLE, 0);
	taken++;
	return PV_LINE_MINE;
}

static enum pv_line_result
soft_fired(struct pv_line *line, void *arg)
{
	(void)line;
	(void)arg;
	taken++;
	return PV_LINE_MINE;
}

/* Idle until the counter stands at n; false when time is up. */
static bool
wait_for(const volatile unsigned *counter, unsigned n)
{
	uint64_t start = pv_time_ns();

	for (;;) {
		pv_irq_disable();
		if (*counter >= n || pv_time_ns() - start > PATIENCE_NS)
			break;
		pv_cpu_idle();
	}
	pv_irq_enable();
	return *counter >= n;
}

static void
test_clock(void)
{
	uint64_t a = pv_time_ns(), b;

	pv_delay_ns(5 * PV_NS_PER_MS);
	b = pv_time_ns();
	CHECK("time.delay_by_clock", b - a >= 5 * PV_NS_PER_MS);
	ok_status("time.wall", pv_wall_get(&a), PV_OK);
}

static void
test_ticks(bool own)
{
	static struct pv_timer timer = PV_TIMER_INIT(tick, NULL);
	uint64_t start = pv_time_ns(), through_us = boot_cpu.delivered;

	ok_status("time.timer_set", pv_timer_set(&timer, PV_TIMER_REAL, start + TICK_NS, TICK_NS), PV_OK);
	CHECK("time.ticks", wait_for(&ticks, 5));
	CHECK("time.not_early", pv_time_ns() - start >= 5 * TICK_NS);
	CHECK("time.through_own_stubs", boot_cpu.delivered - through_us >= (own ? 5 : 0));
	CHECK("time.timer_cancel", pv_timer_cancel(&timer));
}

/* Only a machine without ports may have none. */
static bool
find_com(void)
{
	static const uint16_t ports[] = { COM1, COM2 };

	if (!pv_has(PV_CAP_PORTS))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		com = ports[i];
		pv_out8(com + SCRATCH, 0x6c);
		if (pv_in8(com + SCRATCH) == 0x6c)
			return true;
	}
	CHECK("lines.serial_port", false);
	return false;
}

/* While somebody counts what is emulated, ports are left alone: the line is bound and unbound. */
static void
test_serial(void)
{
	static struct pv_line serial = { .flags = PV_LINE_AS_WIRED, .handler = fired, .name = "serial" };
	bool quiet = counted() && pv_has(PV_CAP_PORTS);

	if (!quiet && !find_com())
		return;
	taken = 0;
	serial.source = pv_line_isa(!quiet && com == COM1 ? 4 : 3);
	ok_status("lines.bind", pv_line_bind(&serial), PV_OK);
	if (!quiet) {
		pv_out8(com + CONTROL, pv_in8(com + CONTROL) | OUT2);
		pv_out8(com + ENABLE, WANT_EMPTY);
		CHECK("lines.device", wait_for(&taken, 1));
	}
	ok_status("lines.unbind", pv_line_unbind(&serial), PV_OK);
}

static void
test_lines(bool own)
{
	static struct pv_line soft = { .source = PV_LINE_SOFT + 3, .handler = soft_fired, .name = "soft" };
	static struct pv_line cross = { .source = PV_LINE_CROSS, .handler = soft_fired, .name = "cross" };
	uint64_t through_us = boot_cpu.delivered;

	test_serial();
	taken = 1;
	ok_status("lines.bind_soft", pv_line_bind(&soft), PV_OK);
	pv_line_raise(3);
	CHECK("lines.soft", wait_for(&taken, 2));
	ok_status("lines.bind_cross", pv_line_bind(&cross), PV_OK);
	ok_status("lines.send", pv_line_send(0, 0), PV_OK);
	CHECK("lines.cross", wait_for(&taken, 3));
	CHECK("lines.through_own_stubs", boot_cpu.delivered - through_us >= (own ? 3 : 0));
	CHECK("lines.nothing_lost", boot_cpu.lost == 0);
}

/* A vector that libpv does not know is this kernel's to use. */
static void
test_own_vector(void)
{
	uint64_t before = boot_cpu.own;

	ok_status("lines.not_libpvs", pv_vector_deliver(OWN_VECTOR), PV_E_NOENT);
	ok_status("lines.not_an_interrupt", pv_vector_deliver(14), PV_E_NOENT);
	ok_status("lines.no_vector", pv_vector_deliver(256), PV_E_NOENT);
	__asm__ volatile("int %0" : : "i" (OWN_VECTOR) : "memory", "cc");
	CHECK("lines.own_vector", boot_cpu.own == before + 1);
}

void
irq_test(void)
{
	bool own = (families & PV_FAMILY_TRAPS) == 0;
	bool time = (families & PV_FAMILY_TIME) != 0, lines = (families & PV_FAMILY_LINES) != 0;
	static struct pv_timer timer = PV_TIMER_INIT(tick, NULL);
	static struct pv_line line = { .source = 4, .handler = fired };

	if (time)
		test_clock();
	if (time && lines)
		test_ticks(own);
	else
		/* A timer needs an interrupt: without both families there is none. */
		ok_status("time.no_timer", pv_timer_set(&timer, PV_TIMER_REAL, 1, 0),
		    time ? PV_E_ABSENT : PV_E_STAGE);
	if (time && lines)
		test_lines(own);
	if (!lines)
		ok_status("lines.not_handed_over", pv_line_bind(&line), PV_E_STAGE);
	if (own)
		test_own_vector();
}
