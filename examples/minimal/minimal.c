/*
 * A whole kernel: says where it runs, takes a tick from the timer, powers off.
 *
 * Everything here is portable; which machine, boot protocol or hypervisor it is
 * does not appear.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/pv.h>

static volatile unsigned ticks;

static void
tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	ticks++;
}

static void
say_memory(const struct pv_boot *boot)
{
	pv_printf("memory    %llu KiB of RAM in %u ranges, %u modules\n",
	    (unsigned long long)(pv_boot_ram_bytes(boot) >> 10), (unsigned)boot->nr_ranges, (unsigned)boot->nr_modules);
	for (unsigned i = 0; i < boot->nr_modules; i++)
		pv_printf("module    %llu bytes, \"%s\"\n", (unsigned long long)boot->module[i].size,
		    boot->module[i].args);
}

static void
say_sites(void)
{
	unsigned n = 0, patched = 0;
	struct pv_site_info site;

	while (pv_site_get(n, &site) == PV_OK) {
		patched += site.patched != 0;
		n++;
	}
	pv_printf("sites     %u, %u of them rewritten\n", n, patched);
}

/* Wait for `n` ticks of 10 ms, asleep. */
static void
take_ticks(unsigned n)
{
	static struct pv_timer timer = PV_TIMER_INIT(tick, NULL);
	struct pv_time_source clock;
	uint64_t start = pv_time_ns();

	pv_time_source(&clock);
	pv_printf("clock     %s, %llu Hz by %s; timer %s; lines %s\n", clock.clock, (unsigned long long)clock.hz,
	    clock.found_by, clock.timer, pv_line_controller());
	if (pv_timer_set(&timer, PV_TIMER_REAL, start + 10 * PV_NS_PER_MS, 10 * PV_NS_PER_MS) != PV_OK)
		pv_panic("the timer could not be set");
	for (;;) {
		pv_irq_disable();
		if (ticks >= n)
			break;
		pv_cpu_idle();
	}
	pv_irq_enable();
	(void)pv_timer_cancel(&timer);
	pv_printf("ticks     %u in %u ms\n", ticks, (unsigned)((uint32_t)(pv_time_ns() - start) / 1000000));
}

void
pv_main(const struct pv_boot *boot)
{
	pv_printf("\nlibpv %s on %s\n", PV_VERSION_TEXT, PV_ISA_NAME);
	pv_printf("started   by %s%s%s, backend %s, console %s\n", pv_boot_how_name(boot->how),
	    boot->loader[0] != '\0' ? " from " : "", boot->loader, pv_backend_name(), pv_console_name());
	pv_printf("args      \"%s\"\n", boot->args);
	say_memory(boot);
	say_sites();
	if (pv_start(PV_STAGE_LINES) != PV_OK)
		pv_panic("no interrupts, no ticks");
	take_ticks(5);
	pv_printf("goodbye\n");
	(void)pv_power_off();
	pv_printf("this machine cannot power itself off\n");
	pv_cpu_halt();
}
