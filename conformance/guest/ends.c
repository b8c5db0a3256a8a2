/*
 * Ends that a run cannot come back from. See ends.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/backend.h>
#include "capture.h"
#include "ends.h"

static void
end_panic(void)
{
	pv_panic("%s %d", "this is end", 42);
}

static void
after_a_refusal(void)
{
	static const struct pv_refusal refusal = {
		.op = "test.op", .call = "TEST_CALL", .arg = { 0x12, 0x34 }, .nr_args = 2, .index = 3, .code = -22,
		.code_name = "EINVAL", .hint = "try something else",
	};

	pv_refuse(&refusal);
	pv_panic("something was refused");
}

static void
panic_hook(void *context, const char *message)
{
	(void)context;
	pv_printf("# the hook got: %s\n", message);
}

/* The hook returns, which it must not: the library goes on to stop the machine. */
static void
with_a_panic_hook(void)
{
	struct pv_hooks set = *pv_hooks_get();

	set.panic = panic_hook;
	(void)pv_hooks_set(&set);
	pv_panic("for the hook");
}

static void
panic_again(void *context, const char *message)
{
	(void)context;
	(void)message;
	pv_panic("panic in the hook");
}

static void
panic_in_the_hook(void)
{
	struct pv_hooks set = *pv_hooks_get();

	set.panic = panic_again;
	(void)pv_hooks_set(&set);
	pv_panic("first panic");
}

static void
page_given_twice(void)
{
	pv_paddr page = suite_page();

	suite_page_free(page);
	suite_page_free(page);
}

static void
page_of_nobody(void)
{
	suite_page_free(pv_pa(0xfffffffff000));
}

static void
half_a_page(void)
{
	suite_page_free(pv_pa(suite_page().v + 8));
}

static void
unmap_of_nobodys(void)
{
	pv_io_unmap((volatile void *)(PV_KERNEL_START - 16 * PV_PAGE_SIZE), 4);
}

static void
wild_write(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_vaddr va;

	if (h->va_alloc(h->context, PV_PAGE_SIZE, &va) == PV_OK)
		*(volatile uint32_t *)va.v = 1;
}

static void
power_crash(void)
{
	(void)pv_power_crash();
}

static void
power_reboot(void)
{
	(void)pv_power_reboot();
}

static void
power_off(void)
{
	(void)pv_power_off();
}

static void
still_runs(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	pv_printf("# it still runs\n");
}

/* For good: no interrupt comes through any more. On a busy machine, too, none is due before it halts. */
static void
cpu_halt(void)
{
	static struct pv_timer timer = { .handler = still_runs };

	pv_printf("# halting\n");
	(void)pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns() + 100 * PV_NS_PER_MS, 10 * PV_NS_PER_MS);
	pv_cpu_halt();
}

/* The timer of a PC is running when the firmware leaves it; Xen has something to tell at once. */
static void
gate_too_early(void)
{
	pv_irq_enable();
	for (unsigned i = 0; i < 10; i++)
		pv_delay_ns(100 * PV_NS_PER_MS);
}

static struct pv_thread here, there;

static void
goes_there(struct pv_timer *timer, void *arg)
{
	(void)timer;
	(void)arg;
	pv_thread_switch(&here, &there);
}

static void
is_there(void *arg)
{
	(void)arg;
	pv_printf("# the thread runs\n");
	pv_cpu_halt();
}

static void
two_threads(void)
{
	static uint8_t stack[16384] __attribute__((aligned(16)));

	pv_thread_adopt(&here, NULL, 0);
	if (pv_thread_init(&there, stack, sizeof(stack), is_there, NULL) != PV_OK)
		pv_printf("# no thread\n");
}

static void
switch_in_a_handler(void)
{
	static struct pv_timer timer = { .handler = goes_there };

	two_threads();
	(void)pv_timer_set(&timer, PV_TIMER_REAL, pv_time_ns(), 0);
	for (unsigned i = 0; i < 10; i++)
		pv_delay_ns(100 * PV_NS_PER_MS);
}

static void
switch_with_the_gate_open(void)
{
	two_threads();
	pv_thread_switch(&here, &there);
}

static const struct {
	const char *name;
	void (*run)(void);
	bool before_lines;
} ends[] = {
	{ "panic", end_panic },
	{ "refused", after_a_refusal },
	{ "panic-hook", with_a_panic_hook },
	{ "panic-again", panic_in_the_hook },
	{ "page-twice", page_given_twice },
	{ "page-of-nobody", page_of_nobody },
	{ "half-a-page", half_a_page },
	{ "unmap-of-nobodys", unmap_of_nobodys },
	{ "wild-write", wild_write },
	{ "illegal", suite_illegal },
	{ "double-fault", suite_lose_stack },
	{ "crash", power_crash },
	{ "reboot", power_reboot },
	{ "off", power_off },
	{ "halt", cpu_halt },
	{ "gate-too-early", gate_too_early, true },
	{ "switch-in-a-handler", switch_in_a_handler },
	{ "switch-with-the-gate-open", switch_with_the_gate_open },
};

void
suite_end(const char *name, bool lines)
{
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!suite_text_is(ends[i].name, name) || ends[i].before_lines == lines)
			continue;
		pv_printf("# end %s\n", name);
		ends[i].run();
		pv_printf("# the end did not come\n");
		pv_cpu_halt();
	}
	if (lines)
		pv_printf("# there is no end %s\n", name);
}
