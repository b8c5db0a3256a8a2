/*
 * Counting under pv=count: each call of an op is seen. Without it the counts stay
 * zero and nothing stands between a call and its op.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

static bool
counting(void)
{
	char word[32];

	return suite_option("pv", word, sizeof(word)) && suite_text_has(word, "count");
}

static uint64_t
calls(const char *op)
{
	return pv_op_count((unsigned)pv_op_slot(op));
}

/* How often ops are counted for what `fn` calls that often. */
static void
expect_calls(const char *op, unsigned times, void (*fn)(void))
{
	uint64_t before = calls(op);
	pv_irq_state gate = pv_irq_save();

	for (unsigned i = 0; i < times; i++)
		fn();
	pv_irq_restore(gate);
	if (calls(op) - before != (counting() ? times : 0))
		suite_fail(__FILE__, __LINE__, "%s counts %u calls of %u", op, (unsigned)(calls(op) - before),
		    times);
}

static void
one_name(void)
{
	(void)pv_console_name();
}

static void
one_get(void)
{
	(void)pv_console_get();
}

static void
one_identify(void)
{
	struct pv_cpu_id id;

	pv_cpu_identify(&id);
}

static void
one_bus_address(void)
{
	pv_maddr out;

	(void)pv_bus_address(pv_pa(0x1000), 1, &out);
}

static void
table_calls(void)
{
	expect_calls("console.name", 3, one_name);
	expect_calls("console.get", 5, one_get);
	expect_calls("cpu.identify", 1, one_identify);
	expect_calls("io.bus_address", 2, one_bus_address);
}

/* What was called to get here has been counted; nothing has without pv=count. */
static void
since_boot(void)
{
	static const char *const ops[] = {
		"console.write", "trap.init", "mmu.init", "line.init", "time.init",
	};

	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if ((calls(ops[i]) != 0) != counting()) {
			suite_fail(__FILE__, __LINE__, "%s: %u calls", ops[i], (unsigned)calls(ops[i]));
			return;
		}
	}
}

static void
beyond_the_table(void)
{
	CHECK_EQ(pv_op_count(PV_NR_OPS), 0);
	CHECK_EQ(pv_op_count(~0u), 0);
}

static const struct suite_case cases[] = {
	{ "table_calls", table_calls, "pv_op_count", 0 },
	{ "since_boot", since_boot, "pv_op_count", CASE_ONCE },
	{ "beyond_the_table", beyond_the_table, "pv_op_count", CASE_ONCE },
};
SUITE(suite_count, "count", cases);
