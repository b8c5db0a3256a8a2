/*
 * All suites by name; each is one file suite_NAME.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITES_H
#define SUITES_H

#include "suite.h"

extern const struct suite suite_irq, suite_cpu, suite_pte, suite_space;
extern const struct suite suite_thread, suite_user, suite_state, suite_copy, suite_ring3, suite_exit, suite_batch;
extern const struct suite suite_boot, suite_console, suite_count, suite_format, suite_hooks, suite_io, suite_patch;
extern const struct suite suite_status, suite_trap;
extern const struct suite suite_desc, suite_fault, suite_gate, suite_port, suite_text, suite_uart;
extern const struct suite suite_time, suite_wall, suite_timer, suite_timers, suite_clock, suite_early_cases;
extern const struct suite suite_counter_cases;
extern const struct suite suite_lines, suite_level, suite_edge, suite_wire, suite_choice, suite_below, suite_calls;
extern const struct suite suite_step, suite_storm, suite_tlb, suite_record, suite_marks;
extern const struct suite suite_hot, suite_reported, suite_words, suite_windows;
extern const struct suite suite_rom PV_WEAK, suite_refused_rom PV_WEAK;
extern const struct suite suite_device, suite_entry, suite_input, suite_buffer;	/* sparc64 */
extern const struct suite suite_refused_memory, suite_refused_devices, suite_sweep;

#endif
