/*
 * What memory costs a guest whose physical addresses are not the machine's: the tables that
 * translate them, the kernel map that is built at start of day, and a translation either way.
 *
 * Output: P2M <pages> <bytes of tables> <instructions> <hypercalls> <instructions there> <and back>.
 * The first two costs are those of the start of day, from the library's first portable function to
 * pv_main(), with what the hypervisor does meanwhile; the last two are of one translation, with call
 * and return. They are instructions only under an instruction-counting clock.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/pv.h>
#include "../../../backends/xen/p2m.h"
#include "../../../hooks/hooks_internal.h"
#include "../bench.h"

/* A library without the backend has none of them. */
#pragma weak pv_xen_p2m
#pragma weak pv_xen_frame_of
#pragma weak pv_xen_physical

#define PLACES	1000u		/* spread over all memory */

/* The linker leads calls of pv_begin() to the second. */
void __real_pv_begin(pv_status read, const struct pv_start *start) PV_NORETURN;
void __wrap_pv_begin(pv_status read, const struct pv_start *start) PV_NORETURN;

static uint64_t began, start_cost, start_calls;
static unsigned long frame[PLACES], sum;

void
__wrap_pv_begin(pv_status read, const struct pv_start *start)
{
	began = bench_stamp();
	__real_pv_begin(read, start);
}

void
bench_started(void)
{
	start_cost = bench_stamp() - began;
	start_calls = pv_hypercall_count();
}

static unsigned long
page_at(unsigned place)
{
	return (unsigned long)((uint64_t)place * (pv_xen_p2m.nr - 1) >> 10);
}

/* A call and a return, which the loops have besides; in assembly, so that it is no more. */
unsigned long bench_nothing(pv_paddr pa);
__asm__(".text\nbench_nothing:\n\tret\n");

static void
no_translation(void)
{
	for (unsigned i = 0; i < PLACES; i++)
		frame[i] = bench_nothing(pv_pa((uint64_t)page_at(i) << PV_PAGE_SHIFT));
}

static void
there(void)
{
	for (unsigned i = 0; i < PLACES; i++)
		frame[i] = pv_xen_frame_of(pv_pa((uint64_t)page_at(i) << PV_PAGE_SHIFT));
}

static void
no_way_back(void)
{
	for (unsigned i = 0; i < PLACES; i++)
		sum += bench_nothing(pv_pa(frame[i]));
}

static void
back(void)
{
	for (unsigned i = 0; i < PLACES; i++)
		sum += (unsigned long)pv_xen_physical(frame[i]).v;
}

/* Of one round, to the nearest; the least of a few. */
static unsigned
per_round(void (*fn)(void))
{
	uint64_t least = ~0ull;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t start = bench_stamp(), cost;

		fn();
		cost = bench_stamp() - start;
		least = cost < least ? cost : least;
	}
	return ((uint32_t)least + PLACES / 2) / PLACES;
}

void
bench_memory(void)
{
	unsigned to, from;

	if (!pv_has(PV_CAP_DIRECT_TABLES) || &pv_xen_p2m == NULL)
		return;
	to = per_round(there) - per_round(no_translation) + 2;
	there();
	from = per_round(back) - per_round(no_way_back) + 2;
	pv_printf("P2M %lu %lu %llu %u %u %u\n", pv_xen_p2m.nr,
	    pv_xen_p2m.nr * (unsigned long)(sizeof(*pv_xen_p2m.list) + sizeof(*pv_xen_p2m.mark)),
	    (unsigned long long)start_cost, (unsigned)start_calls, to, from);
}
