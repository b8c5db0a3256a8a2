/*
 * What the files of the native x86 clock share: time.c puts together what the
 * others know of one device each; tsc_choice.c is arithmetic and decisions only,
 * without a device, so that host tests can run it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_X86_CLOCK_H
#define PV_NATIVE_X86_CLOCK_H

#include <pv/time.h>

/* -- tsc_choice.c -- */

typedef void (*pv_native_cpuid_fn)(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
/* The rate of the TSC by CPUID leaves 15h and 16h, or 0 if they do not say it exactly. */
uint64_t pv_native_cpuid_hz(pv_native_cpuid_fn cpuid);

/* Two counters read at the same moment: the reference, and the unknown one before and after. */
struct pv_native_sample {
	uint64_t before, after;
	uint64_t reference;
};
/* A counter of known rate. Devices sample it with the TSC as the unknown one. */
struct pv_native_meter {
	void (*sample)(struct pv_native_sample *out);
	uint64_t reference_hz;
	uint64_t reference_mask;	/* its width */
	uint64_t (*read)(void);
	const char *name;
};
/* The rate of the unknown counter, or 0: the reference stands still, or this CPU is hardly ever here. */
uint64_t pv_native_measure(const struct pv_native_meter *meter);

/* Find and start a counter; NULL: there is none, or it is not to be believed. */
typedef const struct pv_native_meter *(*pv_native_meter_fn)(void);
/*
 * The rate of the TSC by CPUID, else by the first counter that tells one that a CPU can have; 0: none.
 * *found_by says who told it.
 */
uint64_t pv_native_choose(pv_native_cpuid_fn cpuid, const pv_native_meter_fn *start, unsigned nr,
    const char **found_by);

/* -- hpet.c -- */

/* Its main counter, found and mapped once. Stage MMU. */
const struct pv_native_meter *pv_native_hpet_start(void);

/* -- pit.c -- */

#define PV_PIT_HZ		1193182u
#define PV_PIT_MASK		0xffffu

/* Channel 2, which counts freely from here on, silently. */
const struct pv_native_meter *pv_native_pit_start(void);
/* Busy wait, before any clock is known. */
void pv_native_pit_delay(uint64_t ns);
/* The same by the pace of port accesses, for when nothing counts: rather too long than too short. */
void pv_native_port_delay(uint32_t ns);
/* Channel 0: one interrupt on ISA line 0 after `ticks` (1..65535); 0: none. */
void pv_native_pit_alarm(uint32_t ticks);

/* -- time.c, for wall.c -- */

/* How to tell the time from the counter; false: user mode has no such counter. */
bool pv_native_clock_page(struct pv_clock_page *page);

/* -- rtc.c -- */

/* Reading and setting it are lent to others: common/x86/child.h. */

/* Registers as the chip has them: second, minute, hour, day, month, year, century (0: it has none). */
#define PV_RTC_VALUES		7u
/* False: they are no date. mode is status register B. */
bool pv_native_rtc_decode(const uint8_t value[PV_RTC_VALUES], uint8_t mode, uint64_t *seconds);
/* value[6] is set to 0 when there is no century register. */
bool pv_native_rtc_encode(uint64_t seconds, uint8_t mode, bool century, uint8_t value[PV_RTC_VALUES]);

#endif
