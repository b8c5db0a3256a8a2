/*
 * The suites in the order they run: what others stand on comes first.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../suites.h"
#include "../xen/refusals.h"

const struct suite *const suites[] = {
	&suite_status, &suite_format, &suite_boot, &suite_hooks, &suite_console, &suite_uart, &suite_patch, &suite_text,
	&suite_count, &suite_trap, &suite_fault, &suite_desc, &suite_gate, &suite_port, &suite_io,
	&suite_irq, &suite_cpu, &suite_pte, &suite_space, &suite_marks, &suite_thread, &suite_copy, &suite_user,
	&suite_state, &suite_ring3, &suite_exit,
	&suite_choice, &suite_early_cases, &suite_time, &suite_wall, &suite_counter_cases, &suite_clock,
	&suite_timer, &suite_timers, &suite_lines, &suite_level, &suite_batch, &suite_edge,
	&suite_wire, &suite_below, &suite_hot, &suite_reported, &suite_calls, &suite_storm, &suite_step,
	&suite_refused_tables, &suite_refused_frames, &suite_refused_descriptors, &suite_refused_events,
	&suite_refused_others, &suite_refused_library,
	&suite_rom,		/* i386 has these; else this is the end */
	&suite_refused_rom,
	NULL
};
