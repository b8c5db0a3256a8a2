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
#define SECOND_INO	0x11u		/* nobody binds it */
#define ERROR_INO	0x13u		/* an error that cannot be resumed from */
#define VINTR_SETCOOKIE	0xa8u
#define VINTR_GETVALID	0xa9u
#define VINTR_SETVALID	0xaau
#define VINTR_GETSTATE	0xabu
#define VINTR_SETSTATE	0xacu
#define VINTR_SETTARGET	0xaeu
#define RECEIVED	1u
#define DELIVERED	2u
#define IDLE		0u
#define COOKIE		0x10000u	/* + input, backends/sun4v/sparc64/queues.c */
#define NOBODYS_INPUT	2000u

/* The mapping register of the 16550's input, at its physical address. */
#define MAPPING		0x1fe00001058ul
#define MAPPING_VALID	0x80000000ul
#define NUMBER		0x7ebu
#define MANY		200u
#define ERRORS		40u		/* the queue has room for 31 */

static uint32_t source, flags;
static unsigned quieted;

static uint64_t
bell_ino(uint64_t ino, unsigned function, uint64_t value)
{
	register uint64_t o0 __asm__("o0") = BELL_HANDLE;
	register uint64_t o1 __asm__("o1") = ino;
	register uint64_t o2 __asm__("o2") = value;
	register uint64_t o5 __asm__("o5") = function;

	__asm__ volatile("ta 0x80" : "+r" (o0), "+r" (o1), "+r" (o2), "+r" (o5) : : "o3", "o4", "cc", "memory");
	return o1;
}

static uint64_t
bell(unsigned function, uint64_t value)
{
	return bell_ino(BELL_INO, function, value);
}

/* Is the input connected, as the layer below has it? */
static bool
connected(void)
{
	uint64_t map;

	if (!pv_has(PV_CAP_PORTS))
		return bell(VINTR_GETVALID, 0) != 0;
	__asm__ volatile("ldxa [%1] 0x15, %0" : "=r" (map) : "r" (MAPPING) : "memory");
	return (map & MAPPING_VALID) != 0;
}

/* Whoever bound it or not. Bits 30 to 26, the target, are as they were. */
static void
connect(bool on)
{
	uint64_t map;

	if (!pv_has(PV_CAP_PORTS)) {
		(void)bell_ino(SECOND_INO, VINTR_SETCOOKIE, COOKIE | NOBODYS_INPUT);
		(void)bell_ino(SECOND_INO, VINTR_SETTARGET, 0);
		(void)bell_ino(SECOND_INO, VINTR_SETVALID, on);
		return;
	}
	__asm__ volatile("ldxa [%1] 0x15, %0" : "=r" (map) : "r" (MAPPING) : "memory");
	map = on ? map | MAPPING_VALID : map & ~MAPPING_VALID;
	__asm__ volatile("stxa %0, [%1] 0x15" : : "r" (map), "r" (MAPPING) : "memory");
}

/* Which device this machine has; false: none. */
static bool
device(void)
{
	if (pv_has(PV_CAP_PORTS)) {
		source = NUMBER;
		flags = PV_LINE_LEVEL;
		return true;
	}
	source = BELL_HANDLE << 8 | BELL_INO;
	flags = PV_LINE_LEVEL;
	return suite_text_is(pv_line_controller(), "sun4v mondos");
}

static void
raise(void)
{
	if (!pv_has(PV_CAP_PORTS)) {
		(void)bell(VINTR_SETSTATE, RECEIVED);
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
	/* Ended: the layer below holds nothing back for this source. */
	CHECK(pv_has(PV_CAP_PORTS) || bell(VINTR_GETSTATE, 0) == 0);
	lines_fresh();
}

/* More of them than a queue below has room for. */
static void
comes_many_times(void)
{
	DEVICE();
	for (unsigned i = 1; i <= MANY; i++) {
		raise();
		CHECK(suite_wait(&calls, i));
	}
	lines_fresh();
}

static uint64_t state_seen;

static enum pv_line_result
look_at_state(struct pv_line *line)
{
	state_seen = bell(VINTR_GETSTATE, 0);
	return quiet(line);
}

/* What the hypervisor has of the source while the handler runs: a level is not ended before, an edge is. */
static void
state_in_handler(uint32_t as, uint64_t wanted)
{
	fresh();
	CHECK_OK(line_source(0, source, as));
	line_action = look_at_state;
	raise();
	CHECK(suite_wait(&calls, 1));
	CHECK_EQ(state_seen, wanted);
}

/* The hypervisor's interrupts are what the kernel takes them for. */
static void
comes_as_an_edge(void)
{
	DEVICE();
	if (pv_has(PV_CAP_PORTS)) {
		fresh();
		CHECK_STATUS(line_source(0, source, PV_LINE_EDGE), PV_E_ABSENT);
		return;
	}
	fresh();
	CHECK_OK(line_source(0, source, PV_LINE_EDGE));
	raise();
	CHECK(suite_wait(&calls, 1));
	pv_line_mask(&lines[0]);
	raise();
	pv_line_unmask(&lines[0]);
	CHECK(suite_wait(&calls, 2));
	state_in_handler(PV_LINE_EDGE, IDLE);
	state_in_handler(PV_LINE_LEVEL, DELIVERED);
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

/* Nobody can end a storm but who comes between. */
static void
too_long(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	(void)quiet(&lines[0]);
}

static void
mask_holds_it_back(void)
{
	static struct pv_timer timer = PV_TIMER_INIT(too_long, NULL);
	bool storm;

	DEVICE();
	pv_line_mask(&lines[0]);
	CHECK_OK(pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + PATIENCE_MS * PV_NS_PER_MS, 0));
	raise();
	pv_delay_ns(PV_NS_PER_MS);
	storm = !pv_timer_cancel(&timer);
	CHECK(!storm);
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
	/* The doorbell is no level: it does not ring again because nobody heard it. */
	if (!pv_has(PV_CAP_PORTS)) {
		fresh();
		CHECK_OK(line_source(0, source, PV_LINE_EDGE));
	}
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
	CHECK(connected());
	CHECK_OK(pv_line_unbind(&lines[0]));
	CHECK(!connected());
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

/* Wait for an interrupt that nobody takes, and make the device quiet. */
static void
await_spurious(uint64_t before)
{
	uint64_t end = pv_time_ns() + PATIENCE_MS * PV_NS_PER_MS;

	while (pv_line_spurious() == before && pv_time_ns() < end)
		pv_cpu_relax();
	pv_delay_ns(PV_NS_PER_MS);
	(void)quiet(&lines[0]);
}

/* One that is still connected when its line has gone: it is counted, and not ended, so that it comes no more. */
static void
left_over_is_spurious(void)
{
	uint64_t spurious;

	DEVICE();
	fresh();
	spurious = pv_line_spurious();
	if (pv_has(PV_CAP_PORTS))
		connect(true);
	else
		(void)bell(VINTR_SETVALID, 1);
	raise();
	await_spurious(spurious);
	if (pv_has(PV_CAP_PORTS))
		connect(false);
	else
		(void)bell(VINTR_SETVALID, 0);
	CHECK_EQ(pv_line_spurious(), spurious + 1);
	CHECK(pv_has(PV_CAP_PORTS) || bell(VINTR_GETSTATE, 0) == DELIVERED);
}

/* An interrupt of an input that nobody bound is counted, and no more. */
static void
nobodys_is_spurious(void)
{
	uint64_t spurious;

	DEVICE();
	fresh();
	spurious = pv_line_spurious();
	connect(true);
	if (pv_has(PV_CAP_PORTS))
		raise();
	else
		(void)bell_ino(SECOND_INO, VINTR_SETSTATE, RECEIVED);
	await_spurious(spurious);
	connect(false);
	CHECK_EQ(pv_line_spurious(), spurious + 1);
	CHECK_OK(line_source(0, source, flags));	/* and it rings for who binds it */
	calls = 0;
	raise();
	CHECK(suite_wait(&calls, 1));
	lines_fresh();
}

static void
ring_error(void *arg)
{
	(void)arg;
	(void)bell_ino(ERROR_INO, VINTR_SETSTATE, RECEIVED);
}

/* More of them than their queue has room for: each is taken from it. */
static void
error_is_a_machine_check(void)
{
	struct pv_trap trap;
	unsigned right = 0;

	DEVICE();
	lines_fresh();
	if (pv_has(PV_CAP_PORTS))
		SKIP("no hypervisor that tells of errors");
	(void)bell_ino(ERROR_INO, VINTR_SETTARGET, 0);
	(void)bell_ino(ERROR_INO, VINTR_SETVALID, 1);
	for (unsigned i = 0; i < ERRORS; i++)
		right += suite_catch(ring_error, NULL, &trap) && trap.cause == PV_CAUSE_MACHINE_CHECK;
	(void)bell_ino(ERROR_INO, VINTR_SETVALID, 0);
	CHECK_EQ(right, ERRORS);
}

static void
route_and_cpu(void)
{
	DEVICE();
	CHECK_OK(pv_line_route(&lines[0], pv_cpu_nr()));
	raise();
	CHECK(suite_wait(&calls, 1));
	fresh();
	lines[0].source = source;
	lines[0].flags = flags;
	lines[0].cpu = 1;
	CHECK_STATUS(pv_line_bind(&lines[0]), PV_E_RANGE);
	lines_fresh();
}

static void
isa_is_wired(void)
{
	bool ports = pv_has(PV_CAP_PORTS);

	for (uint32_t n = 0; n < 16; n++)
		CHECK_EQ(pv_line_isa(n), ports && n == 4 ? NUMBER : ~0u);
}

static void
sources_that_are_not_there(void)
{
	fresh();
	CHECK_STATUS(line_source(0, 0x3ffffff0, PV_LINE_LEVEL), PV_E_NOENT);
	CHECK_STATUS(line_source(0, 0x00fff0, PV_LINE_LEVEL), PV_E_NOENT);
	CHECK_STATUS(line_source(0, PV_LINE_MSI, 0), PV_E_NOENT);
	/* Of another bridge than there is, by the same input; of the bridge, and none of its inputs. */
	CHECK_STATUS(line_source(0, NUMBER & 0x3f, PV_LINE_LEVEL), PV_E_NOENT);
	CHECK_STATUS(line_source(0, NUMBER | 0x3f, PV_LINE_LEVEL), PV_E_NOENT);
	lines_fresh();
}

#define LINE	"pv_line_bind line.find line.setup line.end"

static const struct suite_case cases[] = {
	{ "comes", comes, LINE " line.init", 0 },
	{ "comes_many_times", comes_many_times, LINE, CASE_ONCE },
	{ "comes_as_an_edge", comes_as_an_edge, "line.find line.setup", CASE_ONCE },
	{ "gate_holds_it_back", gate_holds_it_back, LINE, 0 },
	{ "mask_holds_it_back", mask_holds_it_back, "pv_line_mask pv_line_unmask line.mask line.unmask", 0 },
	{ "level_holds_it_back", level_holds_it_back, "pv_irq_raise pv_irq_lower", 0 },
	{ "later_until_ended", later_until_ended, "pv_line_end line.end line.mask", 0 },
	{ "unbound_is_quiet", unbound_is_quiet, "pv_line_unbind line.remove line.setup", 0 },
	{ "nobodys_is_spurious", nobodys_is_spurious, "pv_line_spurious line.setup", 0 },
	{ "left_over_is_spurious", left_over_is_spurious, "pv_line_spurious line.remove", 0 },
	{ "error_is_a_machine_check", error_is_a_machine_check, "", CASE_ONCE },
	{ "route_and_cpu", route_and_cpu, "pv_line_route line.route line.setup", CASE_ONCE },
	{ "isa_is_wired", isa_is_wired, "pv_line_isa line.isa", CASE_ONCE },
	{ "sources_that_are_not_there", sources_that_are_not_there, "line.find", CASE_ONCE },
};
SUITE(suite_input, "input", cases);
