/*
 * User memory from the kernel: what may be copied, what is refused, what survives a
 * fault in the middle.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "world.h"

#define LAST_BYTES(n)	(USER_DATA + PV_PAGE_SIZE - (n))	/* behind them nothing is mapped */

static uint8_t buffer[64];
static uint8_t out[64];

static void
fill(void)
{
	for (unsigned i = 0; i < sizeof(buffer); i++)
		buffer[i] = (uint8_t)(i * 7 + 1);
	memset(out, 0xee, sizeof(out));
}

USER_CASE(both_ways)
{
	fill();
	/* All sizes and alignments of a few words. */
	for (unsigned size = 0; size <= 40; size++) {
		for (unsigned at = 0; at < 8; at++) {
			memset(out, 0xee, sizeof(out));
			CHECK_OK(pv_copyout(USER_DATA + 256 + at, buffer, size));
			CHECK_OK(pv_copyin(out, USER_DATA + 256 + at, size));
			CHECK(memcmp(out, buffer, size) == 0);
			CHECK_EQ(out[size], 0xee);
		}
	}
}

USER_CASE(kernel_addresses_refused)
{
	static uint32_t secret = 0x5ec2e7;
	uintptr_t kernel = (uintptr_t)&secret;

	CHECK_STATUS(pv_copyin(out, kernel, 4), PV_E_FAULT);
	CHECK_STATUS(pv_copyout(kernel, buffer, 4), PV_E_FAULT);
	CHECK_STATUS(pv_copyinstr((char *)out, kernel, 4, NULL), PV_E_FAULT);
	CHECK_STATUS(pv_fetch32((uint32_t *)(void *)out, kernel), PV_E_FAULT);
	CHECK_STATUS(pv_store32(kernel, 1), PV_E_FAULT);
	CHECK_EQ(secret, 0x5ec2e7);
}

USER_CASE(ranges_are_whole)
{
	pv_vaddr start, end;

	pv_space_user_range(&start, &end);
	CHECK_EQ(start.v, PV_USER_START);
	CHECK_EQ(end.v, PV_USER_END);
	/* Over the end, exactly at it, around the top of the address space. */
	CHECK_STATUS(pv_copyin(out, PV_USER_END - 4, 8), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, PV_USER_END, 1), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, USER_DATA, ~(size_t)0), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, USER_DATA, ~(size_t)0 - USER_DATA + 1), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, ~(uintptr_t)0 - 3, 8), PV_E_FAULT);
	CHECK_STATUS(pv_copyout(~(uintptr_t)0 - 3, buffer, 8), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, 0, 8), PV_E_FAULT);
	CHECK_OK(pv_copyin(out, PV_USER_END, 0));
}

USER_CASE(unmapped_is_a_status)
{
	fill();
	CHECK_STATUS(pv_copyin(out, USER_HOLE, 8), PV_E_FAULT);
	CHECK_STATUS(pv_copyout(USER_HOLE, buffer, 8), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, LAST_BYTES(8), 9), PV_E_FAULT);
	CHECK_STATUS(pv_copyin(out, LAST_BYTES(3), 20), PV_E_FAULT);
	CHECK_STATUS(pv_copyout(LAST_BYTES(13), buffer, 14), PV_E_FAULT);
	CHECK_OK(pv_copyin(out, LAST_BYTES(8), 8));
	CHECK_STATUS(pv_fetch32((uint32_t *)(void *)out, USER_HOLE), PV_E_FAULT);
	CHECK_STATUS(pv_store32(USER_HOLE, 1), PV_E_FAULT);
}

USER_CASE(read_only_is_a_status)
{
	fill();
	CHECK_STATUS(pv_copyout(USER_CONSTANT, buffer, 8), PV_E_FAULT);
	CHECK_STATUS(pv_store32(USER_CONSTANT, 1), PV_E_FAULT);
	CHECK_OK(pv_copyin(out, USER_CONSTANT, 9));
	CHECK(memcmp(out, "constant", 9) == 0);
}

USER_CASE(strings)
{
	size_t n = 99;

	CHECK_OK(pv_copyinstr((char *)out, USER_CONSTANT, sizeof(out), &n));
	CHECK_EQ(n, 8);
	CHECK(memcmp(out, "constant", 9) == 0);
	CHECK_OK(pv_copyinstr((char *)out, USER_CONSTANT, 9, &n));
	CHECK_EQ(n, 8);
	n = 99;
	CHECK_STATUS(pv_copyinstr((char *)out, USER_CONSTANT, 8, &n), PV_E_TOOLONG);
	CHECK_EQ(n, 99);
	CHECK_STATUS(pv_copyinstr((char *)out, USER_CONSTANT, 0, &n), PV_E_TOOLONG);
	CHECK_OK(pv_copyinstr((char *)out, USER_CONSTANT + 8, 1, NULL));
	CHECK_OK(pv_copyout(LAST_BYTES(4), "tail", 4));
	CHECK_STATUS(pv_copyinstr((char *)out, LAST_BYTES(4), 8, &n), PV_E_FAULT);
	CHECK_STATUS(pv_copyinstr((char *)out, LAST_BYTES(4), 4, &n), PV_E_TOOLONG);
	CHECK_STATUS(pv_copyinstr((char *)out, USER_HOLE, 4, &n), PV_E_FAULT);
	CHECK_STATUS(pv_copyinstr((char *)out, PV_USER_END - 1, 4, &n), PV_E_FAULT);
}

USER_CASE(words)
{
	uint32_t v = 0;

	CHECK_OK(pv_store32(USER_DATA + 512, 0xdeadbeef));
	CHECK_OK(pv_fetch32(&v, USER_DATA + 512));
	CHECK_EQ(v, 0xdeadbeef);
	CHECK_STATUS(pv_fetch32(&v, USER_DATA + 513), PV_E_INVAL);
	CHECK_STATUS(pv_store32(USER_DATA + 514, 1), PV_E_INVAL);
	CHECK_OK(pv_fetch32(&v, USER_DATA + 516));
	CHECK_EQ(v, 0);
}

/* -- a fault in the middle that the kernel resolves ---------------------------------- */

static unsigned demands;
static bool user_access_seen;

static bool
map_on_demand(struct pv_trap *trap, void *arg)
{
	uintptr_t page = trap->address & ~PV_PAGE_MASK;

	(void)arg;
	if (page < USER_HOLE || page >= USER_HOLE + 4 * PV_PAGE_SIZE ||
	    (trap->access & PV_ACCESS_PRESENT) != 0)
		return false;
	demands++;
	user_access_seen |= (trap->access & PV_ACCESS_USER) != 0;
	return pv_space_map(&user.space, pv_va(page), suite_page(), PV_PAGE_SIZE,
	    PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER) == PV_OK;
}

USER_CASE(demand_in_the_middle)
{
	uintptr_t border = USER_HOLE + PV_PAGE_SIZE;
	uint32_t v;
	size_t n;

	fill();
	demands = 0;
	user_access_seen = false;
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, map_on_demand, NULL));
	CHECK_OK(pv_copyout(border - 21, buffer, 50));
	CHECK_EQ(demands, 2);
	CHECK_OK(pv_copyin(out, border - 21, 50));
	CHECK(memcmp(out, buffer, 50) == 0);
	user_hole_free();
	demands = 0;
	CHECK_OK(pv_fetch32(&v, border));
	CHECK_OK(pv_copyinstr((char *)out, border - 3, 8, &n));
	CHECK_EQ(demands, 2);
	CHECK_EQ(n, 0);
	user_hole_free();
	CHECK(!user_access_seen);
}

/* A fault handler that sleeps: another thread copies meanwhile. */
static uint8_t stack[2 * PV_STACK_MIN] __attribute__((aligned(64)));
static struct pv_thread sleeper;
static pv_status sleeper_status;

static bool
sleep_on_demand(struct pv_trap *trap, void *arg)
{
	pv_irq_disable();
	pv_thread_switch(&sleeper, &user.main);
	return map_on_demand(trap, arg);
}

static void
sleeper_entry(void *arg)
{
	(void)arg;
	sleeper_status = pv_copyout(USER_HOLE + 8, buffer, 32);
	for (;;) {
		pv_irq_disable();
		pv_thread_switch(&sleeper, &user.main);
	}
}

static void
wake(void)
{
	pv_irq_state gate = pv_irq_save();

	pv_thread_switch(&user.main, &sleeper);
	pv_irq_restore(gate);
}

USER_CASE(fault_may_sleep)
{
	fill();
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, sleep_on_demand, NULL));
	CHECK_OK(pv_thread_init(&sleeper, stack, sizeof(stack), sleeper_entry, NULL));
	sleeper.space = &user.space;
	sleeper_status = PV_E_TIMEOUT;
	wake();
	CHECK_STATUS(sleeper_status, PV_E_TIMEOUT);
	CHECK_OK(pv_copyin(out, USER_DATA, 32));
	wake();
	CHECK_OK(sleeper_status);
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL));
	CHECK_OK(pv_copyin(out, USER_HOLE + 8, 32));
	CHECK(memcmp(out, buffer, 32) == 0);
	user_hole_free();
}

static const struct suite_case cases[] = {
	{ "both_ways", both_ways, "pv_copyin pv_copyout", CASE_ONCE },
	{ "kernel_addresses_refused", kernel_addresses_refused,
	    "pv_copyin pv_copyout pv_copyinstr pv_fetch32 pv_store32", CASE_ONCE },
	{ "ranges_are_whole", ranges_are_whole, "pv_copyin pv_copyout pv_space_user_range", CASE_ONCE },
	{ "unmapped_is_a_status", unmapped_is_a_status, "pv_copyin pv_copyout pv_fetch32 pv_store32", 0 },
	{ "read_only_is_a_status", read_only_is_a_status, "pv_copyout pv_store32", 0 },
	{ "strings", strings, "pv_copyinstr", CASE_ONCE },
	{ "words", words, "pv_fetch32 pv_store32", CASE_ONCE },
	{ "demand_in_the_middle", demand_in_the_middle,
	    "pv_copyin pv_copyout pv_copyinstr pv_fetch32 pv_trap_set", 0 },
	{ "fault_may_sleep", fault_may_sleep, "pv_copyout pv_thread_switch", 0 },
};

SUITE(suite_copy, "copy", cases);
