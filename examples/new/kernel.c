/*
 * @NAME@: where this kernel begins. By now traps, page tables and a pool of pages
 * are in place; interrupts are closed.
 */
#include <pv/pv.h>

void use_hooks(void);

static volatile unsigned ticks;

/* Runs in the timer interrupt: short, and nothing that waits. */
static void
tick(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	ticks++;
}

void
pv_main(const struct pv_boot *boot)
{
	static struct pv_timer timer = PV_TIMER_INIT(tick, NULL);

	pv_printf("@NAME@ on %s, backend %s, started by %s, %llu MiB\n", PV_ISA_NAME, pv_backend_name(),
	    pv_boot_how_name(boot->how), (unsigned long long)(pv_boot_ram_bytes(boot) >> 20));
	use_hooks();

	/* Clock, timer, interrupt controller; then the gate may be opened. */
	if (pv_start(PV_STAGE_LINES) != PV_OK)
		pv_panic("no interrupts");
	if (pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns(), 100 * PV_NS_PER_MS) != PV_OK)
		pv_panic("no timer");

	for (unsigned seen = 0; seen < 5;) {
		pv_irq_disable();
		if (ticks == seen)
			pv_cpu_idle();		/* opens the gate; loses no wake-up */
		pv_irq_enable();
		while (seen < ticks)
			pv_printf("tick %u\n", ++seen);
	}
	(void)pv_timer_cancel(&timer);

	pv_printf("@NAME@ is done\n");
	(void)pv_power_off();
	pv_cpu_halt();
}
