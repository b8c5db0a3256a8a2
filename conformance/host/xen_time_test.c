/*
 * Time under the model hypervisor: clocks that go back, are never finished or absurd;
 * alarms in real and in virtual time; and any request of theirs refused.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "xen_host_events.h"
#include "../../backends/xen/events.h"
#include "../../backends/xen/refuse.h"
#include "run.h"

#define MS		1000000ull
#define INIT_MOST	10u		/* requests that bringing time up makes, at most */

/* -- the rest of the library ----------------------------------------------------------- */

void
pv_lines_spurious(void)
{
	ck_abort_msg("an event of nobody's");
}

pv_status
pv_virt_to_phys(const volatile void *va, pv_paddr *pa)
{
	*pa = pv_pa((uintptr_t)va);
	return PV_OK;
}

/* -- the guest --------------------------------------------------------------------------- */

static void
ran(struct pv_timer *timer, void *arg)
{
	(void)arg;
	ck_assert(!pv_irq_enabled());
	ck_assert_uint_ge(timer->kind == PV_TIMER_REAL ? pv_time_ns() : pv_time_sched_ns(), timer->when);
}

static struct pv_timer real = PV_TIMER_INIT(ran, NULL), virtual = PV_TIMER_INIT(ran, NULL);

/* Before stage TIME. */
static void
begin(bool fifo)
{
	xh_start();
	xh_no_fifo = !fifo;
	xh_first_domain = true;
	pv_ops.time = pv_xen_time_ops;
	pv_ops.time.wall_get = pv_xen_wall_ops.wall_get;
	pv_ops.time.wall_set = pv_xen_wall_ops.wall_set;
	pv_ops.time.clock_page = pv_xen_wall_ops.clock_page;
	xm.upcall = pv_xen_upcall;
}

static void
time_up(void)
{
	ck_assert_int_eq(pv_ops.time.init(), PV_OK);
	pv_timers_init();
}

static void
begin_2l(void)
{
	begin(false);
}

static void
begin_fifo(void)
{
	begin(true);
}

static void
pass(uint64_t ns)
{
	xm_advance(ns);
	xm_deliver();
}

/* An alarm comes when it is due, and once. */
static void
alarm_works(void)
{
	uint64_t before = real.count;

	ck_assert_int_eq(pv_timer_set(&real, PV_TIMER_REAL, pv_time_ns() + 5 * MS, 0), PV_OK);
	pass(4 * MS);
	ck_assert_uint_eq(real.count, before);
	pass(MS);
	ck_assert_uint_eq(real.count, before + 1);
	pass(20 * MS);
	ck_assert_uint_eq(real.count, before + 1);
}

static void
refuse(unsigned n)
{
	xm.refused.ordered = false;
	xm.refuse_with = -XEN_ENOMEM;
	xm.refuse_at = n;
}

/* True: what was ordered was refused, and there is a record that names it. */
static bool
was_refused(const char *call)
{
	struct pv_refusal r;

	xm.refuse_at = 0;
	if (!xm.refused.ordered)
		return false;
	ck_assert_msg(pv_refusal_get(&r), "request %u was refused, and there is no record", xm.refused.nr);
	ck_assert_str_eq(r.call, call != NULL ? call : pv_xen_call_name(xm.refused.nr, xm.refused.arg[0]));
	ck_assert_str_eq(r.code_name, "ENOMEM");
	ck_assert(!pv_refusal_get(&r));
	return true;
}

/* -- clocks --------------------------------------------------------------------------------- */

/* Xen corrects its clocks, whatever it says of the counter; none of that is seen (P10). */
START_TEST(clock_that_goes_back)
{
	uint64_t last = 0, last_ns = 0, base = xm.now;

	xm.clock_flags = _i != 0 ? XEN_PVCLOCK_TSC_STABLE_BIT : 0;
	time_up();
	for (unsigned i = 0; i < 2000; i++) {
		uint64_t now, ns;

		xm.now = base + i * 1000ull + (uint64_t)rand() % 100000;
		if (i % 64 == 32)
			xm.clock_flags ^= _i > 1 ? XEN_PVCLOCK_TSC_STABLE_BIT : 0;
		xm_advance(0);
		now = pv_ops.time.now();
		ck_assert_msg(now >= last, "reading %u: %lu, and before %lu", i, (unsigned long)now,
		    (unsigned long)last);
		last = now;
		ns = pv_time_ns();
		ck_assert_uint_ge(ns, last_ns);
		last_ns = ns;
	}
	ck_assert_uint_ge(last, base + 1900000);
}
END_TEST

static void
unfinished(void)
{
	xm.info->time.version |= 1;
	xm.info->time.system_time = 0;
}

static void
no_scale(void)
{
	xm.info->time.mul = 0;
}

static void
scale_too_large(void)
{
	xm.info->time.shift = 31;
	xm.info->time.system_time = ~0ull;
}

static void
scale_too_small(void)
{
	xm.info->time.shift = -31;
	xm.info->time.system_time = 0;
}

static void (*const absurd[])(void) = { unfinished, no_scale, scale_too_large, scale_too_small };

/* The last that made sense goes on; a delay ends all the same, and what makes sense again is taken. */
START_TEST(clock_that_cannot_be)
{
	uint64_t before;

	time_up();
	before = pv_time_ns();
	ck_assert_uint_eq(before, xm.now);
	absurd[_i]();
	for (unsigned i = 0; i < 10; i++)
		ck_assert_uint_eq(pv_time_ns(), before);
	pv_delay_ns(1000);
	pass(MS);
	ck_assert_uint_eq(pv_time_ns(), before + MS);
	alarm_works();
}
END_TEST

/* From the beginning: a status, a message, and nothing is bound. */
START_TEST(clock_that_never_could_be)
{
	absurd[_i]();
	ck_assert_int_eq(pv_ops.time.init(), PV_E_FORMAT);
	ck_assert_ptr_nonnull(strstr(xh.said, "clock cannot be"));
	ck_assert_uint_eq(xm.virq[XEN_VIRQ_TIMER], 0);
	xm_advance(0);
	time_up();
	alarm_works();
}
END_TEST

/* -- alarms --------------------------------------------------------------------------------- */

START_TEST(alarm_comes_once)
{
	time_up();
	alarm_works();
	ck_assert_uint_eq(xm.alarm, 0);
	/* In the past: at once. */
	ck_assert_int_eq(pv_timer_set(&real, PV_TIMER_REAL, 1, 0), PV_OK);
	ck_assert_uint_eq(real.count, 2);
	ck_assert_int_eq(pv_timer_set(&real, PV_TIMER_REAL, pv_time_ns() + MS, 0), PV_OK);
	ck_assert(pv_timer_cancel(&real));
	ck_assert_uint_eq(xm.alarm, 0);
	xh_check("alarms");
}
END_TEST

/* What others had of the CPU does not count. */
START_TEST(virtual_time_stands_while_stolen)
{
	time_up();
	ck_assert_uint_eq(pv_time_stolen_ns(), 0);
	ck_assert_int_eq(pv_timer_set(&virtual, PV_TIMER_VIRTUAL, pv_time_sched_ns() + 5 * MS, 0), PV_OK);
	ck_assert_int_eq(pv_timer_set(&real, PV_TIMER_REAL, pv_time_ns() + 5 * MS, 0), PV_OK);
	pass(2 * MS);
	xm_steal(3 * MS);
	xm_deliver();
	ck_assert_uint_eq(pv_time_stolen_ns(), 3 * MS);
	ck_assert_uint_eq(real.count, 1);
	ck_assert_uint_eq(virtual.count, 0);
	/* Set for what is left, and the thief comes again. */
	ck_assert_uint_eq(xm.alarm, xm.now + 3 * MS);
	xm_steal(3 * MS);
	xm_deliver();
	ck_assert_uint_eq(virtual.count, 0);
	pass(3 * MS - 1);
	ck_assert_uint_eq(virtual.count, 0);
	pass(1);
	ck_assert_uint_eq(virtual.count, 1);
}
END_TEST

/* -- any request refused ----------------------------------------------------------------------- */

/* First of all: where Xen writes is what it was, and then what the guest wants. */
START_TEST(own_words_are_refused)
{
	struct pv_cpu *cpu = pv_cpu();
	unsigned long mfn = xm.p2m[((uintptr_t)cpu - XM_DIRECT) / 4096];

	/* Back to before xh_start() moved them. */
	xm_put_typed(&xm.frame[mfn]);
	xm.info_moved = false;
	xm.info = &xm_shared->vcpu[0];
	refuse(1);
	ck_assert_int_eq(pv_xen_vcpu_info_move(mfn), PV_E_REFUSED);
	ck_assert(was_refused("VCPUOP_register_vcpu_info"));
	ck_assert(xm.info == &xm_shared->vcpu[0]);
	ck_assert_int_eq(pv_xen_vcpu_info_move(mfn), PV_OK);
	ck_assert((char *)xm.info == (char *)xm_at(mfn) + ((uintptr_t)cpu->hv_area & 4095));
	time_up();
	pv_irq_enable();
	alarm_works();
	xh_check("moved");
}
END_TEST

/* Request n of stage TIME: it is up, or can be brought up, or says why the kernel ends. */
START_TEST(start_is_refused_anywhere)
{
	pv_status s;

	if (setjmp(xh.panicked) != 0) {
		xh.expect_panic = false;
		ck_assert_ptr_nonnull(strstr(xh.panic, "pv=nofifo"));
		ck_assert(was_refused("EVTCHNOP_expand_array"));
		return;
	}
	xh.expect_panic = true;
	refuse((unsigned)_i + 1);
	s = pv_ops.time.init();
	xh.expect_panic = false;
	if (!was_refused(NULL)) {
		ck_assert_int_eq(s, PV_OK);
		ck_assert_int_gt(_i, 3);
		return;
	}
	if (s != PV_OK) {
		ck_assert_uint_eq(xm.virq[XEN_VIRQ_TIMER], 0);
		ck_assert_int_eq(pv_ops.time.init(), PV_OK);
	}
	pv_timers_init();
	alarm_works();
	/* Without run states nothing counts as stolen. */
	if (xm.runstate == NULL) {
		xm_steal(MS);
		ck_assert_uint_eq(pv_time_stolen_ns(), 0);
	}
	xh_check("start");
}
END_TEST

/* A kernel that waits for an alarm which is not set would wait for ever. */
START_TEST(alarm_is_refused)
{
	uint64_t was;

	time_up();
	ck_assert_int_eq(pv_timer_set(&real, PV_TIMER_REAL, pv_time_ns() + 10 * MS, 0), PV_OK);
	was = xm.alarm;
	refuse(1);
	xh.expect_panic = true;
	if (setjmp(xh.panicked) == 0) {
		(void)pv_timer_set(&virtual, _i != 0 ? PV_TIMER_VIRTUAL : PV_TIMER_REAL, pv_time_ns() + MS, 0);
		ck_abort_msg("the alarm was refused, and nobody said so");
	}
	xh.expect_panic = false;
	ck_assert_ptr_nonnull(strstr(xh.panic, "VCPUOP_set_singleshot_timer"));
	ck_assert(was_refused("VCPUOP_set_singleshot_timer"));
	ck_assert_uint_eq(xm.alarm, was);
}
END_TEST

/* One that cannot be stopped comes for nobody. */
START_TEST(stop_is_refused)
{
	time_up();
	ck_assert_int_eq(pv_timer_set(&real, PV_TIMER_REAL, pv_time_ns() + MS, 0), PV_OK);
	refuse(1);
	ck_assert(pv_timer_cancel(&real));
	ck_assert(was_refused("VCPUOP_stop_singleshot_timer"));
	pass(2 * MS);
	ck_assert_uint_eq(real.count, 0);
	alarm_works();
}
END_TEST

START_TEST(wall_clock_is_refused)
{
	uint64_t before, ns;

	time_up();
	ck_assert_int_eq(pv_wall_get(&before), PV_OK);
	refuse(1);
	ck_assert_int_eq(pv_wall_set(before + 77 * MS), PV_E_REFUSED);
	ck_assert(was_refused("XENPF_settime64"));
	ck_assert_int_eq(pv_wall_get(&ns), PV_OK);
	ck_assert_uint_eq(ns, before);
	xh_first_domain = false;
	ck_assert_int_eq(pv_wall_set(before), PV_E_ABSENT);
}
END_TEST

int
main(void)
{
	static void (*const starts[])(void) = { begin_2l, begin_fifo };
	Suite *suite = suite_create("xen_time");

	for (unsigned i = 0; i < 2; i++) {
		TCase *tcase = tcase_create(i == 0 ? "two levels" : "queues");

		tcase_add_checked_fixture(tcase, starts[i], NULL);
		tcase_set_timeout(tcase, 60);
		tcase_add_loop_test(tcase, clock_that_goes_back, 0, 3);
		tcase_add_loop_test(tcase, clock_that_cannot_be, 0, sizeof(absurd) / sizeof(absurd[0]));
		tcase_add_loop_test(tcase, clock_that_never_could_be, 0, sizeof(absurd) / sizeof(absurd[0]));
		tcase_add_test(tcase, alarm_comes_once);
		tcase_add_test(tcase, virtual_time_stands_while_stolen);
		tcase_add_test(tcase, own_words_are_refused);
		tcase_add_loop_test(tcase, start_is_refused_anywhere, 0, INIT_MOST);
		tcase_add_loop_test(tcase, alarm_is_refused, 0, 2);
		tcase_add_test(tcase, stop_is_refused);
		tcase_add_test(tcase, wall_clock_is_refused);
		suite_add_tcase(suite, tcase);
	}
	return run_all(srunner_create(suite));
}
