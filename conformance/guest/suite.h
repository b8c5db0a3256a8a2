/*
 * The frame of the in-guest suites: cases, checks, expected faults.
 *
 * A suite is a constant table of cases. A case names itself, the ops and services
 * it covers, and when it runs; it fails at its first check that does not hold and
 * goes no further. Results are TAP lines on the console.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_H
#define SUITE_H

#include <pv/pv.h>
#include <pv/ops.h>
#include "../../examples/common/memory.h"

/* Runs once per boot, not in every mode of the sites: it touches no site that matters. */
#define CASE_ONCE	0x01u
/* Runs last, alone: it leaves the machine in a state that later cases would not like. */
#define CASE_LAST	0x02u
/* The layer below complains only if it has a part in page tables and selectors. */
#define CASE_DIRECT	0x04u

struct suite_case {
	const char *name;		/* "save_closes" */
	void (*run)(void);
	const char *covers;		/* "isa.irq_save isa.irq_restore", names of ops; or services: "pv_timer_set" */
	unsigned flags;
	/* What the layer below says about it on its own console, where it says something: see xen/refusals.h. */
	const char *complaints;
};

struct suite {
	const char *family;		/* "irq" */
	const struct suite_case *cases;
	unsigned nr_cases;
	bool (*applies)(unsigned flags);	/* to a case with these flags; NULL: to all */
};

#define SUITE(variable, family_name, table)		SUITE_WHERE(variable, family_name, table, NULL)
#define SUITE_WHERE(variable, family_name, table, function) \
	const struct suite variable = { family_name, table, sizeof(table) / sizeof((table)[0]), function }

/* The suites, in the order they run; NULL at the end: <isa>/suites.c. */
extern const struct suite *const suites[];

/* -- inside a case -- */
void suite_fail(const char *file, unsigned line, const char *format, ...) PV_PRINTF(3, 4);
void suite_skip(const char *format, ...) PV_PRINTF(1, 2);
/* Is the machine below a PC with all its chips: none in between, or a ROM that leaves them alone? */
bool suite_pc(void);
/* "unpatched", "patched" (at boot) or "live" (rewritten while running). */
const char *suite_mode(void);

#define CHECK(condition) do {							\
	if (!(condition)) {							\
		suite_fail(__FILE__, __LINE__, "%s", #condition);		\
		return;								\
	}									\
} while (0)

#define CHECK_EQ(a, b) do {							\
	unsigned long long check_a = (unsigned long long)(a), check_b = (unsigned long long)(b); \
	if (check_a != check_b) {						\
		suite_fail(__FILE__, __LINE__, "%s is 0x%llx, not 0x%llx (%s)", #a, check_a, check_b, #b); \
		return;								\
	}									\
} while (0)

#define CHECK_OK(status) do {							\
	pv_status check_s = (status);						\
	if (check_s != PV_OK) {							\
		suite_fail(__FILE__, __LINE__, "%s gave %s", #status, pv_status_name(check_s)); \
		return;								\
	}									\
} while (0)

#define CHECK_STATUS(status, wanted) do {					\
	pv_status check_s = (status);						\
	if (check_s != (wanted)) {						\
		suite_fail(__FILE__, __LINE__, "%s gave %s, not %s", #status, pv_status_name(check_s),	\
		    pv_status_name(wanted));					\
		return;								\
	}									\
} while (0)

#define SKIP(...) do {								\
	suite_skip(__VA_ARGS__);						\
	return;									\
} while (0)

/*
 * Call fn(arg) and catch the first trap in it: true and *trap if one came (trap->frame is gone
 * then), false if fn returned. Gate as it was before.
 */
bool suite_catch(void (*fn)(void *arg), void *arg, struct pv_trap *trap);

/* A word of the command line, NAME or NAME=VALUE. */
bool suite_option(const char *name, char *value, size_t size);

/* Before stage TIME: try what works then and what does not, for cases to look at (suite_early.c). */
void suite_early(void);
/* The CPU's counter, whatever the clock is. */
uint64_t suite_counter(void);
/* Is it what the clock counts by, at the rate that pv_time_source() tells? */
bool suite_counter_is_clock(void);

/* One page of the kernel's pool, given back by suite_page_free(). Panics when there is none. */
pv_paddr suite_page(void);
void suite_page_free(pv_paddr frame);

#endif
