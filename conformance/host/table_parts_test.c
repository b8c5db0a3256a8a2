/*
 * The op table of a kernel that uses no part of it: hooks/table.c without the objects
 * pv_need_<part>. What a kernel has that uses all of them is in table_test.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/table.h"
#include "cases.h"

#define NR	((unsigned)PV_NR_OPS)

static void
op(void)
{
}

static union {
	struct pv_ops ops;
	pv_slot slot[PV_NR_OPS];
} family;
static struct pv_backend backend;

void
pv_panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	panic_now(format, args);
	abort();
}

void
pv_console_write(const char *text, size_t size)
{
	say(text, size);
}

static void
start(void)
{
	said[0] = '\0';
	for (unsigned i = 0; i < NR; i++)
		family.slot[i] = op;
	backend = (struct pv_backend){
		.name = "alone", .isa = &family.ops.isa, .console = &family.ops.console, .cpu = &family.ops.cpu,
		.trap = &family.ops.trap, .mmu = &family.ops.mmu, .line = &family.ops.line, .time = &family.ops.time,
		.user = &family.ops.user, .io = &family.ops.io, .power = &family.ops.power,
	};
}

/* The part that an op belongs to, as the headers' functions say PV_NEED(); NULL: it is always linked. */
static const char *
part_of(const char *name)
{
	static const struct {
		const char *op, *part;
	} list[] = {
		{ "isa.cr0_read", "control" }, { "isa.cr4_write", "control" }, { "isa.base_get", "control" },
		{ "isa.gdt_load", "desc" }, { "isa.tls_write", "desc" }, { "isa.iopl_set", "desc" },
		{ "mmu.create", "space" }, { "mmu.activate", "space" }, { "mmu.protect", "space" },
		{ "mmu.query", "space" },
		{ "mmu.harvest", "space" }, { "mmu.begin", "space" }, { "mmu.reserved", "space" },
		{ "line.find", "lines" }, { "line.setup", "lines" }, { "line.end", "lines" }, { "line.msi", "lines" },
		{ "time.wall_get", "wall" }, { "time.wall_set", "wall" }, { "time.clock_page", "wall" },
		{ "user.init", "user" }, { "user.enter", "user" }, { "io.in_string", "io" }, { "io.bus_address", "io" },
	};

	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (strcmp(list[i].op, name) == 0)
			return list[i].part;
	return NULL;
}

static pv_slot
live(unsigned slot)
{
	return ((pv_slot *)&pv_ops)[slot];
}

static bool
without(unsigned slot)
{
	const char *name = pv_op_name(slot), *belongs = part_of(name);
	char words[80];

	if (belongs == NULL)
		return false;
	start();
	family.slot[slot] = NULL;
	ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
	snprintf(words, sizeof(words), "op '%s' was called and is not linked: say PV_NEED(%s)", name, belongs);
	EXPECT_PANIC(words, live(slot)());
	pv_op_counts[slot] = 0;
	return true;
}

/* A gap is no fault of the backend's where the op is in a part that nobody uses. Whoever calls it is told. */
START_TEST(a_part_that_is_not_there)
{
	unsigned found = 0;

	for (unsigned i = 0; i < NR; i++)
		found += without(i);
	ck_assert_uint_eq(found, 24);
}
END_TEST

/* The op is named, not the first one of its part. */
START_TEST(the_one_that_was_called_is_named)
{
	int slot = pv_op_slot("io.pci_read");

	backend.io = NULL;
	backend.user = NULL;
	ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
	EXPECT_PANIC("op 'io.pci_read'", live((unsigned)slot)());
	pv_op_counts[slot] = 0;
}
END_TEST

START_TEST(a_gap_elsewhere_is_the_backends)
{
	static const char *const names[] = { "isa.irq_save", "isa.cpuid", "isa.pte_exchange", "console.write",
	    "mmu.init", "mmu.map", "mmu.unmap", "mmu.sync", "line.init", "time.now", "time.source", "power.off" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		start();
		family.slot[pv_op_slot(names[i])] = NULL;
		ck_assert_int_eq(pv_table_fill(&backend), PV_E_ABSENT);
		assert_said(names[i]);
	}
}
END_TEST

/* A backend that keeps such an op in its ordinary table has it all the same. */
START_TEST(what_is_there_is_used)
{
	ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
	for (unsigned i = 0; i < NR; i++)
		ck_assert(live(i) == op);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ a_part_that_is_not_there, 0 }, { the_one_that_was_called_is_named, 0 },
		{ a_gap_elsewhere_is_the_backends, 0 }, { what_is_there_is_used, 0 },
	};

	return RUN_CASES("table_parts", start, cases);
}
