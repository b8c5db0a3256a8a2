/*
 * Refused calls of lines, console, date, idling and the end: see refused.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../capture.h"
#include "../line_world.h"
#include "refused.h"

/* The doorbell of our firmware: a device handle and an interrupt number. */
#define BELL_HANDLE	0x100u
#define BELL_INO	0x10u
#define BELL		(BELL_HANDLE << 8 | BELL_INO)

/* -- lines ---------------------------------------------------------------------------------- */

#define VINTR_SETSTATE	0xacu
#define RECEIVED	1u

static void
bell(void)
{
	(void)refused_call(VINTR_SETSTATE, BELL_HANDLE, BELL_INO, RECEIVED);
}

static bool
rings(void)
{
	unsigned before = calls;

	bell();
	return suite_wait(&calls, before + 1);
}

static bool
line_free(void)
{
	lines_fresh();
	return true;
}

static pv_status
line_bind(void)
{
	return line_source(0, BELL, PV_LINE_LEVEL);
}

static bool
line_bound(void)
{
	return line_free() && line_bind() == PV_OK && rings();
}

/* Whatever came of it: it can be bound now, and rings. */
static bool
line_works(bool done)
{
	bool good = (done || line_bind() == PV_OK) && rings();

	lines_fresh();
	return good;
}

static void
line_is_bound(void)
{
	EACH("bind", { "line.setup VINTR_SETCOOKIE", "line.setup VINTR_SETTARGET",
	    "line.setup VINTR_SETSTATE", "line.setup VINTR_SETVALID" }, line_free,
	    line_bind, NULL, line_works, 0);
}

static pv_status
line_unbind(void)
{
	return pv_line_unbind(&lines[0]);
}

/* The hypervisor would go on with it, and nobody hears. */
static bool
nobody_hears(void)
{
	unsigned before = calls;

	bell();
	suite_settle();
	return calls == before;
}

static bool
line_comes_back(bool done)
{
	(void)done;
	(void)pv_line_unbind(&lines[0]);
	return line_works(false);
}

static void
line_is_unbound(void)
{
	EACH("unbind", { "+line.remove VINTR_SETVALID" }, line_bound, line_unbind, nobody_hears,
	    line_comes_back, 0);
}

/* The mondo is there, and held back. */
static bool
line_rung(void)
{
	bool good = line_bound();

	pv_irq_disable();
	bell();
	return good;
}

static pv_status
line_handled(void)
{
	unsigned before = calls;

	pv_irq_enable();
	return suite_wait(&calls, before + 1) ? PV_OK : PV_E_FAULT;
}

/* The end of an interrupt is refused: no other comes until it is bound anew. */
static void
line_is_ended(void)
{
	EACH("end", { "+line.end VINTR_SETSTATE" }, line_rung, line_handled, NULL, line_comes_back, 0);
}

/* -- console, date, idle, the end -------------------------------------------------------------- */

#define PUT	"+console.write CONS_PUTCHAR"

static pv_status
print(void)
{
	pv_console_puts("# refused\n");
	return PV_OK;
}

static void
console_is_written(void)
{
	EACH("write", { PUT, PUT, PUT, PUT, PUT, PUT, PUT, PUT, PUT, PUT, PUT }, NULL, print, NULL, NULL,
	    REFUSE_ALL);
}

static pv_status
get(void)
{
	return pv_console_get() == -1 ? PV_OK : PV_E_INVAL;
}

static void
console_is_read(void)
{
	EACH("get", { "+console.get CONS_GETCHAR" }, NULL, get, NULL, NULL, 0);
}

static uint64_t date;

static bool
date_known(void)
{
	return pv_wall_get(&date) == PV_OK;
}

static pv_status
date_set(void)
{
	return pv_wall_set(date + 1000 * PV_NS_PER_SEC);
}

static bool
is_later(void)
{
	uint64_t now;

	return pv_wall_get(&now) == PV_OK && now - date >= 900 * PV_NS_PER_SEC;
}

static bool
date_back(bool done)
{
	(void)done;
	return pv_wall_set(date) == PV_OK && !is_later();
}

static void
date_is_set(void)
{
	EACH("wall_set", { "time.wall_set TOD_SET" }, date_known, date_set, is_later, date_back, 0);
}

#define SLEEP_MS	100u
#define SLEEP_MOST_MS	5000u

static volatile unsigned ticks;

static void
tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	ticks++;
}

/*
 * Idle until a timer has run, and nth times at least, should the host keep it from that for longer than the
 * timer takes: as many calls as it takes, of which the nth is refused. True: it has run, and so many were made.
 * CPU_YIELD returns at once there.
 */
static bool
sleeps(unsigned nth, unsigned flags)
{
	struct pv_timer timer = PV_TIMER_INIT(tick, NULL);
	uint64_t start = pv_time_ns();
	uint64_t length = SLEEP_MS * PV_NS_PER_MS;
	unsigned counted;

	ticks = 0;
	refused_forget();
	(void)refuse(nth, REFUSED_EIO, flags);
	if (pv_timer_set(&timer, PV_TIMER_REAL, start + length, length) != PV_OK)
		return false;
	pv_irq_disable();
	for (unsigned n = 0; (ticks == 0 || n < nth) && pv_time_ns() - start < SLEEP_MOST_MS * PV_NS_PER_MS; n++) {
		pv_cpu_idle();
		pv_irq_disable();
	}
	pv_irq_enable();
	counted = refuse(0, 0, 0);
	(void)pv_timer_cancel(&timer);
	return ticks != 0 && counted >= nth;
}

static void
idle_goes_on(void)
{
	for (unsigned nth = 1; nth <= 4; nth++) {
		for (unsigned later = 0; later <= REFUSE_LATER; later += REFUSE_LATER) {
			struct pv_refusal r;

			CHECK(sleeps(nth, later));
			CHECK(pv_refusal_get(&r));
			CHECK(suite_text_is(r.op, "cpu.idle"));
			CHECK(suite_text_is(r.call, (nth & 1) != 0 ? "CPU_YIELD" : "CPU_MYID"));
			CHECK_EQ(r.code, REFUSED_EIO);
		}
	}
}

static void
reboot_is_refused(void)
{
	struct pv_refusal r;
	pv_status s;

	refused_forget();
	(void)refuse(1, REFUSED_EIO, REFUSE_LATER);
	s = pv_power_reboot();
	(void)refuse(0, 0, 0);
	CHECK_STATUS(s, PV_E_REFUSED);
	CHECK(pv_refusal_get(&r));
	CHECK(suite_text_is(r.call, "MACH_SIR"));
	CHECK_EQ(r.code, REFUSED_EIO);
}

static const struct suite_case cases[] = {
	{ "line_is_bound", line_is_bound, "line.setup pv_refusal_get", CASE_ONCE },
	{ "line_is_unbound", line_is_unbound, "line.remove pv_refusal_get", CASE_ONCE },
	{ "line_is_ended", line_is_ended, "line.end pv_refusal_get", CASE_ONCE },
	{ "console_is_written", console_is_written, "console.write pv_refusal_get", CASE_ONCE },
	{ "console_is_read", console_is_read, "console.get pv_refusal_get", CASE_ONCE },
	{ "date_is_set", date_is_set, "time.wall_set pv_refusal_get", CASE_ONCE },
	{ "idle_goes_on", idle_goes_on, "cpu.idle pv_refusal_get", CASE_ONCE },
	{ "reboot_is_refused", reboot_is_refused, "power.reboot pv_refusal_get", CASE_ONCE },
};
SUITE_WHERE(suite_refused_devices, "refused", cases, refused_applies);
