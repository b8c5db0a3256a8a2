/*
 * What the kernel says of itself: the texts in /proc.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

static void
about_backend(struct text *t)
{
	struct pv_time_source time;

	pv_time_source(&time);
	text_add(t, "backend   %s\n", pv_backend_name());
	text_add(t, "started   by %s\n", pv_boot_how_name(pv_boot_get()->how));
	text_add(t, "clock     %s, %llu Hz by %s; timer %s; lines %s\n", time.clock, (unsigned long long)time.hz,
	    time.found_by, time.timer, pv_line_controller());
	text_add(t, "calls by  %s\n", pv_syscall_ways());
}

static void
about_capabilities(struct text *t)
{
	text_add(t, "can      ");
	for (int cap = PV_CAP_NONE + 1; cap < PV_CAP_COUNT; cap++)
		if (pv_has((enum pv_cap)cap))
			text_add(t, " %s", pv_cap_name((enum pv_cap)cap));
	text_add(t, "\n");
}

static void
about_sites(struct text *t)
{
	unsigned counts[3] = { 0 }, n = 0;
	struct pv_site_info site;

	while (pv_site_get(n++, &site) == PV_OK)
		counts[MIN(site.patched, 2u)]++;
	text_add(t, "sites     %u in line, %u direct calls, %u through the table\n", counts[2], counts[1], counts[0]);
}

static void
about_pv(struct text *t)
{
	about_backend(t);
	about_capabilities(t);
	about_sites(t);
	text_add(t, "ticks     %llu\n", (unsigned long long)sched_ticks());
	text_add(t, "below     %llu calls, %llu refused\n", (unsigned long long)pv_hypercall_count(),
	    (unsigned long long)pv_refusal_count());
}

/* What was called below how often, in all and by name. Nothing may come in between: it would be in one only. */
static void
about_calls(struct text *t)
{
	pv_irq_state gate = pv_irq_save();
	const char *name;
	uint64_t count;

	text_add(t, "all %llu\n", (unsigned long long)pv_hypercall_count());
	for (uint32_t nr = 0; pv_hypercall_get(nr, &name, &count); nr++)
		if (count != 0)
			text_add(t, "%s %llu\n", name, (unsigned long long)count);
	pv_irq_restore(gate);
}

const struct about abouts[] = {
	{ "/proc/calls", about_calls },
	{ "/proc/mem", page_text },
	{ "/proc/ps", process_text },
	{ "/proc/pv", about_pv },
	{ NULL, NULL },
};
