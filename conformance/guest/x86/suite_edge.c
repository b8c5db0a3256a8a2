/*
 * Interrupt lines with the old devices of a PC at the other end, which are edge-
 * triggered: the serial port, the clock chip, the interval timer.
 *
 * The serial port is the console's, too: its interrupt is that of an empty
 * transmitter, on as soon as it is enabled, so nothing has to be sent for it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../line_world.h"
#include "../suites.h"

/* The first serial port, or the second where the first is somebody else's. */
#define COM1			0x3f8u
#define COM1_ISA		4u
#define COM2			0x2f8u
#define COM2_ISA		3u
#define UART_IER		1
#define UART_IIR		2
#define UART_MCR		4
#define UART_LSR		5
#define MCR_OUT2		0x08u
#define UART_SCRATCH		7
#define LSR_IDLE		0x60u	/* the transmitter and its shift register are empty */
#define IER_TX_EMPTY		0x02

#define RTC_ISA			8u
#define RTC_INDEX		0x70
#define RTC_DATA		0x71
#define RTC_STATUS_A		0x0a
#define RATE_1024_HZ		6
#define RTC_STATUS_B		0x0b
#define STATUS_B_PERIODIC	0x40
#define RTC_STATUS_C		0x0c	/* reading it ends the interrupt */

#define PIT_ISA			0u
#define PIT_CHANNEL_0		0x40
#define PIT_CONTROL		0x43
#define CONTROL_0_RATE		0x34
#define CONTROL_0_ONE_SHOT	0x30	/* alone, it stops the channel */
#define PIT_1024_HZ		1165u

/* -- the serial port ------------------------------------------------------------------- */

static uint16_t com;

static void
com_quiet(void)
{
	pv_out8((uint16_t)(com + UART_IER), 0);
	(void)pv_in8((uint16_t)(com + UART_IIR));
}

static void
com_raise(void)
{
	pv_out8((uint16_t)(com + UART_IER), IER_TX_EMPTY);
}

static bool
com_answers(uint16_t port)
{
	com = port;
	pv_out8((uint16_t)(com + UART_SCRATCH), 0x6c);
	return pv_in8((uint16_t)(com + UART_SCRATCH)) == 0x6c;
}

static uint32_t
com_source(void)
{
	return pv_line_isa(com == COM1 ? COM1_ISA : COM2_ISA);
}

/* One edge that is over by the time it returns. */
static void
com_pulse(void)
{
	com_raise();
	com_quiet();
}

static enum pv_line_result
com_served(struct pv_line *line)
{
	(void)line;
	com_quiet();
	return PV_LINE_MINE;
}

/* Line 0 on the serial port, nothing bound besides. False: the case has ended. */
static bool
begin_com(void)
{
	pv_status s;

	lines_fresh();
	if (!pv_has(PV_CAP_PORTS) || !(com_answers(COM1) || com_answers(COM2))) {
		suite_skip("no serial port");
		return false;
	}
	for (unsigned i = 0; i < 1000000 && (pv_in8((uint16_t)(com + UART_LSR)) & LSR_IDLE) != LSR_IDLE; i++)
		pv_cpu_relax();
	/* Its interrupt is behind a gate of its own, the modem control's OUT2. */
	pv_out8((uint16_t)(com + UART_MCR), pv_in8((uint16_t)(com + UART_MCR)) | MCR_OUT2);
	com_quiet();
	line_action = com_served;
	s = line_source(0, com_source(), PV_LINE_AS_WIRED);
	if (s != PV_OK)
		suite_fail(__FILE__, __LINE__, "bind gave %s", pv_status_name(s));
	return s == PV_OK;
}

static void
edges_arrive(void)
{
	if (!begin_com())
		return;
	for (unsigned i = 1; i <= 5; i++) {
		com_raise();
		CHECK(suite_wait(&calls, i));
		suite_settle();
		CHECK_EQ(calls, i);
	}
	CHECK_EQ(lines[0].count, 5);
	CHECK(!line_notes[0].open);
	lines_fresh();
}

static void
edge_with_explicit_flags(void)
{
	if (!begin_com())
		return;
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK_OK(line_source(0, com_source(), PV_LINE_EDGE));
	com_raise();
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static void
gate_holds_an_edge(void)
{
	unsigned closed;

	if (!begin_com())
		return;
	pv_irq_disable();
	com_raise();
	pv_delay_ns(PV_NS_PER_MS);
	closed = calls;
	pv_irq_enable();
	CHECK_EQ(closed, 0);
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

/* Three edges while it is masked, over before it is unmasked: remembered, once. */
static void
masked_edge_is_remembered(void)
{
	if (!begin_com())
		return;
	pv_line_mask(&lines[0]);
	for (unsigned i = 0; i < 3; i++) {
		com_raise();
		suite_settle();
		com_quiet();
	}
	suite_settle();
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	com_raise();
	CHECK(suite_wait(&calls, 2));
	lines_fresh();
}

static void
edge_waits_for_the_level(void)
{
	if (!begin_com())
		return;
	(void)pv_irq_raise(8);
	com_raise();
	suite_settle();
	com_quiet();
	CHECK_EQ(calls, 0);
	pv_irq_lower(7);
	CHECK(suite_wait(&calls, 1));
	suite_settle();
	CHECK_EQ(calls, 1);
	lines_fresh();
}

static enum pv_line_result
pulse_inside(struct pv_line *line)
{
	com_quiet();
	if (line->count == 1) {
		com_pulse();
		com_pulse();
	}
	return PV_LINE_MINE;
}

/* Edges during the handler call it again afterwards, once. */
static void
edge_during_its_handler(void)
{
	if (!begin_com())
		return;
	line_action = pulse_inside;
	com_raise();
	CHECK(suite_wait(&calls, 2));
	suite_settle();
	CHECK_EQ(calls, 2);
	CHECK(!line_notes[1].nested);
	lines_fresh();
}

static enum pv_line_result
quiet_and_later(struct pv_line *line)
{
	(void)line;
	com_quiet();
	return PV_LINE_LATER;
}

static void
edge_meanwhile_is_remembered(void)
{
	if (!begin_com())
		return;
	line_action = quiet_and_later;
	com_raise();
	CHECK(suite_wait(&calls, 1));
	com_raise();
	suite_settle();
	com_quiet();
	CHECK_EQ(calls, 1);
	pv_line_end(&lines[0]);
	CHECK(suite_wait(&calls, 2));
	lines_fresh();
}

static void
routed_edge_arrives(void)
{
	if (!begin_com())
		return;
	CHECK_STATUS(pv_line_route(&lines[0], PV_MAX_CPUS - 1), PV_E_RANGE);
	CHECK_OK(pv_line_route(&lines[0], pv_cpu_nr()));
	com_raise();
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static void
unbound_edge_is_gone(void)
{
	uint64_t before;
	unsigned stale;

	if (!begin_com())
		return;
	CHECK_OK(pv_line_unbind(&lines[0]));
	before = pv_line_spurious();
	com_pulse();
	suite_settle();
	CHECK_EQ(calls, 0);
	CHECK_EQ(pv_line_spurious(), before);
	CHECK_OK(line_source(0, com_source(), PV_LINE_AS_WIRED));
	suite_settle();
	/* An 8259 remembers an edge on a masked input, an IOAPIC does not. */
	stale = calls;
	CHECK(stale <= 1);
	com_raise();
	CHECK(suite_wait(&calls, stale + 1));
	lines_fresh();
}

static void
not_shared(void)
{
	if (!begin_com())
		return;
	CHECK_STATUS(line_source(1, lines[0].source, PV_LINE_AS_WIRED), PV_E_BUSY);
	CHECK_STATUS(line_source(1, lines[0].source, PV_LINE_AS_WIRED | PV_LINE_SHARED), PV_E_BUSY);
	CHECK_STATUS(line_source(1, lines[0].source, 0x20), PV_E_INVAL);
	com_raise();
	CHECK(suite_wait(&calls, 1));
	CHECK_EQ(lines[1].count, 0);
	lines_fresh();
}

/* -- the clock chip ----------------------------------------------------------------------- */

static uint8_t
rtc_get(uint8_t reg)
{
	pv_out8(RTC_INDEX, reg);
	return pv_in8(RTC_DATA);
}

static void
rtc_set(uint8_t reg, uint8_t value)
{
	pv_out8(RTC_INDEX, reg);
	pv_out8(RTC_DATA, value);
}

static void
rtc_periodic(bool on)
{
	pv_irq_state gate = pv_irq_save();
	uint8_t b = rtc_get(RTC_STATUS_B) & (uint8_t)~STATUS_B_PERIODIC;

	rtc_set(RTC_STATUS_A, (rtc_get(RTC_STATUS_A) & 0x70) | RATE_1024_HZ);
	rtc_set(RTC_STATUS_B, on ? b | STATUS_B_PERIODIC : b);
	(void)rtc_get(RTC_STATUS_C);
	pv_irq_restore(gate);
}

static enum pv_line_result
rtc_served(struct pv_line *line)
{
	(void)line;
	(void)rtc_get(RTC_STATUS_C);
	return PV_LINE_MINE;
}

static void
clock_chip_ticks(void)
{
	bool came;
	unsigned stopped;

	if (!pv_has(PV_CAP_PORTS))
		SKIP("no ports");
	lines_fresh();
	line_action = rtc_served;
	CHECK_OK(line_source(0, pv_line_isa(RTC_ISA), PV_LINE_AS_WIRED));
	rtc_periodic(true);
	came = suite_wait(&calls, 8);
	rtc_periodic(false);
	suite_settle();
	stopped = calls;
	pv_delay_ns(5 * PV_NS_PER_MS);
	CHECK(came);
	CHECK_EQ(calls, stopped);
	lines_fresh();
}

/* -- the interval timer --------------------------------------------------------------------- */

static void
pit_rate(unsigned count)
{
	pv_irq_state gate = pv_irq_save();

	pv_out8(PIT_CONTROL, count != 0 ? CONTROL_0_RATE : CONTROL_0_ONE_SHOT);
	if (count != 0) {
		pv_out8(PIT_CHANNEL_0, (uint8_t)count);
		pv_out8(PIT_CHANNEL_0, (uint8_t)(count >> 8));
	}
	pv_irq_restore(gate);
}

/* Where it is the library's timer its line is taken; elsewhere it is for anybody. */
static void
interval_timer_ticks(void)
{
	struct pv_time_source s;
	bool came;
	unsigned stopped;

	lines_fresh();
	if (pv_has(PV_CAP_PARAVIRT))
		SKIP("the interval timer is the layer's below");
	pv_time_source(&s);
	if (suite_text_is(s.timer, "pit")) {
		CHECK_STATUS(line_source(0, pv_line_isa(PIT_ISA), PV_LINE_AS_WIRED), PV_E_BUSY);
		return;
	}
	CHECK_OK(line_source(0, pv_line_isa(PIT_ISA), PV_LINE_AS_WIRED));
	pit_rate(PIT_1024_HZ);
	came = suite_wait(&calls, 8);
	pit_rate(0);
	suite_settle();
	stopped = calls;
	pv_delay_ns(5 * PV_NS_PER_MS);
	CHECK(came);
	/* An emulated 8254 sees its last count through. */
	CHECK(calls <= stopped + 1);
	lines_fresh();
}

#define EDGE	"pv_line_isa line.isa line.find line.setup line.unmask line.end line.init"

static const struct suite_case cases[] = {
	{ "edges_arrive", edges_arrive, EDGE, 0 },
	{ "edge_with_explicit_flags", edge_with_explicit_flags, EDGE, 0 },
	{ "gate_holds_an_edge", gate_holds_an_edge, EDGE, 0 },
	{ "masked_edge_is_remembered", masked_edge_is_remembered,
	    "pv_line_mask pv_line_unmask line.mask line.unmask", 0 },
	{ "edge_waits_for_the_level", edge_waits_for_the_level, "pv_irq_raise pv_irq_lower", 0 },
	{ "edge_during_its_handler", edge_during_its_handler, EDGE, 0 },
	{ "edge_meanwhile_is_remembered", edge_meanwhile_is_remembered, "pv_line_end line.end", 0 },
	{ "routed_edge_arrives", routed_edge_arrives, "pv_line_route line.route", 0 },
	{ "unbound_edge_is_gone", unbound_edge_is_gone, "pv_line_unbind line.remove", 0 },
	{ "not_shared", not_shared, "pv_line_bind", 0 },
	{ "clock_chip_ticks", clock_chip_ticks, EDGE " time.lines", 0 },
	{ "interval_timer_ticks", interval_timer_ticks, EDGE " time.lines", 0 },
};
SUITE(suite_edge, "edge", cases);
