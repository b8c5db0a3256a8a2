/*
 * Interrupts of devices on sparc64, end to end: the 16550 of a sun4u machine, the
 * doorbell of our sun4v firmware. They come when they should, not while masked, gate
 * closed or level raised, and again only when they were ended.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../line_world.h"
#include "../suites.h"

#define UART		0x3f8u
#define UART_IER	(UART + 1)
#define UART_IIR	(UART + 2)
#define UART_MCR	(UART + 4)
#define IER_EMPTY	0x02u
#define IIR_NONE	0x01u
#define MCR_OUT2	0x08u

/* The doorbell, conformance/firmware/sun4v: a device without registers; VINTR_SETSTATE to 1 rings it. */
#define BELL_HANDLE	0x100u
#define BELL_INO	0x10u
#define VINTR_SETSTATE	0xacu
#define RECEIVED	1u

static uint32_t source, flags;
static unsigned quieted;

static void
ring_bell(unsigned ino)
{
	register uint64_t o0 __asm__("o0") = BELL_HANDLE;
	register uint64_t o1 __asm__("o1") = ino;
	register uint64_t o2 __asm__("o2") = RECEIVED;
	register uint64_t o5 __asm__("o5") = VINTR_SETSTATE;

	__asm__ volatile("ta 0x80" : "+r" (o0), "+r" (o1), "+r" (o2), "+r" (o5) : : "o3", "o4", "cc", "memory");
}

/* Which device this machine has; false: none. */
static bool
device(void)
{
	if (pv_has(PV_CAP_PORTS)) {
		source = pv_line_isa(4);
		flags = PV_LINE_LEVEL;
		return source != ~0u;
	}
	source = BELL_HANDLE << 8 | BELL_INO;
	flags = PV_LINE_EDGE;
	return suite_text_is(pv_line_controller(), "sun4v mondos");
}

static void
raise(void)
{
	if (!pv_has(PV_CAP_PORTS)) {
		ring_bell(BELL_INO);
		return;
	}
	pv_out8(UART_MCR, pv_in8(UART_MCR) | MCR_OUT2);
	pv_out8(UART_IER, 0);
	pv_out8(UART_IER, IER_EMPTY);
}

static enum pv_line_result
quiet(struct pv_line *line)
{
	(void)line;
	quieted++;
	if (pv_has(PV_CAP_PORTS))
		pv_out8(UART_IER, 0);
	return PV_LINE_MINE;
}

static void
fresh(void)
{
	lines_fresh();
	line_action = quiet;
	quieted = 0;
}

#define DEVICE() do {								\
	if (!device())								\
		SKIP("no device that interrupts on command");			\
	fresh();								\
	CHECK_OK(line_source(0, source, flags));				\
} while (0)

static void
comes(void)
{
	DEVICE();
	raise();
	CHECK(suite_wait(&calls, 1));
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 1);
	CHECK(line_notes[0].line == &lines[0]);
	CHECK(!line_notes[0].open && line_notes[0].depth == 1);
	raise();
	CHECK(suite_wait(&calls, 2));
	lines_fresh();
}

static void
gate_holds_it_back(void)
{
	DEVICE();
	pv_irq_disable();
	raise();
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 0);
	pv_irq_enable();
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static void
mask_holds_it_back(void)
{
	DEVICE();
	pv_line_mask(&lines[0]);
	raise();
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 0);
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 1));
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 1);
	lines_fresh();
}

static void
level_holds_it_back(void)
{
	uint8_t before;

	DEVICE();
	before = pv_irq_raise(12);
	raise();
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 0);
	pv_irq_lower(before);
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static enum pv_line_result
later(struct pv_line *line)
{
	(void)quiet(line);
	return PV_LINE_LATER;
}

static void
later_until_ended(void)
{
	DEVICE();
	line_action = later;
	raise();
	CHECK(suite_wait(&calls, 1));
	raise();
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 1);
	pv_line_end(&lines[0]);
	CHECK(suite_wait(&calls, 2));
	pv_line_end(&lines[0]);
	lines_fresh();
}

static void
unbound_is_quiet(void)
{
	uint64_t spurious;

	DEVICE();
	CHECK_OK(pv_line_unbind(&lines[0]));
	spurious = pv_line_spurious();
	raise();
	pv_delay_ns(PV_NS_PER_MS);
	CHECK_EQ(calls, 0);
	CHECK_EQ(pv_line_spurious(), spurious);
	(void)quiet(&lines[0]);
	CHECK_OK(line_source(0, source, flags));
	raise();
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static void
sources_that_are_not_there(void)
{
	fresh();
	CHECK_STATUS(line_source(0, 0x3ffffff0, PV_LINE_LEVEL), PV_E_NOENT);
	CHECK_STATUS(line_source(0, 0x00fff0, PV_LINE_LEVEL), PV_E_NOENT);
	CHECK_STATUS(line_source(0, PV_LINE_MSI, 0), PV_E_NOENT);
	lines_fresh();
}

#define LINE	"pv_line_bind line.find line.setup line.end"

static const struct suite_case cases[] = {
	{ "comes", comes, LINE, 0 },
	{ "gate_holds_it_back", gate_holds_it_back, LINE, 0 },
	{ "mask_holds_it_back", mask_holds_it_back, "pv_line_mask pv_line_unmask line.mask line.unmask", 0 },
	{ "level_holds_it_back", level_holds_it_back, "pv_irq_raise pv_irq_lower", 0 },
	{ "later_until_ended", later_until_ended, "pv_line_end line.end line.mask", 0 },
	{ "unbound_is_quiet", unbound_is_quiet, "pv_line_unbind line.remove line.setup", 0 },
	{ "sources_that_are_not_there", sources_that_are_not_there, "line.find", CASE_ONCE },
};
SUITE(suite_input, "input", cases);
