/*
 * The suites in the order they run on sparc64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../suites.h"

const struct suite *const suites[] = {
	&suite_record,	/* first, because it looks for what was in the TLBs at the start */
	&suite_status, &suite_format, &suite_boot, &suite_hooks, &suite_console, &suite_patch,
	&suite_words, &suite_count, &suite_trap,
	&suite_io, &suite_irq, &suite_space, &suite_marks, &suite_tlb, &suite_buffer,
	&suite_thread, &suite_copy, &suite_user, &suite_state, &suite_windows, &suite_entry,
	&suite_early_cases, &suite_time, &suite_wall, &suite_counter_cases, &suite_timer, &suite_timers,
	&suite_lines, &suite_level, &suite_batch, &suite_device, &suite_input,
	&suite_refused_memory, &suite_refused_devices, &suite_sweep,
	NULL
};
