/*
 * The op table: names of slots, filling from a backend and its parents, counting
 * shims, overriding. Sources: hooks/{table,parts,format,text,arith}.c, hooks/x86/names.c,
 * hooks/x86_64/count.S.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/table.h"
#include "cases.h"

#define NR	((unsigned)PV_NR_OPS)

/* Three generations of ops; each tells its generation and slot, and has 8 bytes of code. */
#define OPS(name, base)									\
	".globl " name "\n" name ":\n\t.set number, " base "\n\t.rept 160\n"		\
	"\tmov $number, %eax\n\tret\n\t.balign 8\n\t.set number, number + 1\n\t.endr\n"
__asm__(".text\n.balign 8\n" OPS("host_own", "1000") OPS("host_parents", "2000") OPS("host_firsts", "3000"));
extern const char host_own[], host_parents[], host_firsts[];

static pv_slot
op_of(const char *generation, unsigned slot)
{
	uintptr_t at = (uintptr_t)generation + 8 * slot;

	return (pv_slot)at;
}

static unsigned
call(pv_slot op)
{
	return ((unsigned (*)(void))op)();
}

/* The tables of a backend, as one row of slots in the order of struct pv_ops. */
struct tables {
	pv_slot slot[PV_NR_OPS];
};
static struct tables own, parents, firsts;
static struct pv_backend backend, parent, first;

static void
point(struct pv_backend *b, struct tables *t)
{
	const struct pv_ops *ops = (const void *)t;

	b->isa = &ops->isa;
	b->console = &ops->console;
	b->cpu = &ops->cpu;
	b->trap = &ops->trap;
	b->mmu = &ops->mmu;
	b->line = &ops->line;
	b->time = &ops->time;
	b->user = &ops->user;
	b->io = &ops->io;
	b->power = &ops->power;
}

static pv_slot *
live(void)
{
	return (pv_slot *)&pv_ops;
}

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

/* The first generation has everything, its heirs nothing of their own. */
static void
start(void)
{
	said[0] = '\0';
	memset(&own, 0, sizeof(own));
	memset(&parents, 0, sizeof(parents));
	for (unsigned i = 0; i < NR; i++)
		firsts.slot[i] = op_of(host_firsts, i);
	first = (struct pv_backend){ .name = "first" };
	parent = (struct pv_backend){ .name = "parent", .parent = &first };
	backend = (struct pv_backend){ .name = "own", .parent = &parent };
	point(&first, &firsts);
	point(&parent, &parents);
	point(&backend, &own);
}

/* -- names -------------------------------------------------------------------------------- */

START_TEST(every_slot_has_a_name_of_its_own)
{
	for (unsigned i = 0; i < NR; i++) {
		ck_assert_msg(pv_op_name(i) != NULL, "slot %u has no name", i);
		ck_assert_int_eq(pv_op_slot(pv_op_name(i)), (int)i);
	}
	ck_assert_ptr_null(pv_op_name(NR));
	ck_assert_ptr_null(pv_op_name(~0u));
}
END_TEST

START_TEST(names_that_are_none)
{
	static const char *const names[] = { "", "isa", "isa.", ".write", "console", "console.writ",
	    "console.write ", "mmu.Map", "no.op" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(pv_op_slot(names[i]) == -1, "\"%s\" has a slot", names[i]);
}
END_TEST

/* The names come in the order of the families, and only of these. */
START_TEST(names_go_by_family)
{
	static const char *const families[] = { "isa.", "console.", "cpu.", "trap.", "mmu.", "line.", "time.",
	    "user.", "io.", "power." };
	unsigned family = 0;

	for (unsigned i = 0; i < NR; i++) {
		while (family < 10 && strncmp(pv_op_name(i), families[family], strlen(families[family])) != 0)
			family++;
		ck_assert_msg(family < 10, "slot %u, %s, is out of order", i, pv_op_name(i));
	}
	ck_assert_uint_eq(family, 9);
}
END_TEST

START_TEST(names_are_where_the_struct_has_them)
{
#define PLACE(member)	{ __builtin_offsetof(struct pv_ops, member), #member }
	static const struct {
		size_t at;
		const char *name;
	} places[] = {
		PLACE(isa.irq_save), PLACE(isa.irq_restore), PLACE(isa.pte_get), PLACE(isa.invlpg), PLACE(isa.out32),
		PLACE(isa.msr_write), PLACE(isa.iopl_set), PLACE(console.write), PLACE(console.name),
		PLACE(cpu.idle), PLACE(cpu.switch_end), PLACE(trap.init), PLACE(trap.nmi_enable), PLACE(mmu.init),
		PLACE(mmu.map), PLACE(mmu.reserved), PLACE(line.init), PLACE(line.send), PLACE(line.name),
		PLACE(time.now), PLACE(time.clock_page), PLACE(user.enter), PLACE(user.ways), PLACE(io.in_string),
		PLACE(io.bus_address), PLACE(power.off), PLACE(power.crash),
	};

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		ck_assert_int_eq(pv_op_slot(places[i].name), (int)(places[i].at / sizeof(pv_slot)));
}
END_TEST

/* -- filling ------------------------------------------------------------------------------ */

START_TEST(nothing_may_be_called_before)
{
	for (unsigned i = 0; i < NR; i++)
		EXPECT_PANIC("before pv_attach()", live()[i]());
}
END_TEST

START_TEST(all_from_one)
{
	ck_assert_int_eq(pv_table_fill(&first), PV_OK);
	for (unsigned i = 0; i < NR; i++) {
		ck_assert(live()[i] == op_of(host_firsts, i));
		ck_assert(pv_table_real(i) == live()[i]);
		ck_assert_uint_eq(call(live()[i]), 3000 + i);
	}
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(all_from_the_grandparent)
{
	ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
	for (unsigned i = 0; i < NR; i++)
		ck_assert(live()[i] == op_of(host_firsts, i));
}
END_TEST

/* Whoever is nearest, slot by slot. */
START_TEST(gaps_are_the_parents)
{
	for (unsigned round = 0; round < 200; round++) {
		unsigned in_own = draw_below(5), in_parents = draw_below(5);

		start();
		for (unsigned i = 0; i < NR; i++) {
			if (draw_below(4) < in_own)
				own.slot[i] = op_of(host_own, i);
			if (draw_below(4) < in_parents)
				parents.slot[i] = op_of(host_parents, i);
			/* What the heirs have the first need not have. */
			if ((own.slot[i] != NULL || parents.slot[i] != NULL) && draw_below(2) == 0)
				firsts.slot[i] = NULL;
		}
		ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
		for (unsigned i = 0; i < NR; i++)
			ck_assert(live()[i] == (own.slot[i] != NULL ? own.slot[i] :
			    parents.slot[i] != NULL ? parents.slot[i] : firsts.slot[i]));
	}
}
END_TEST

START_TEST(a_family_left_out_is_the_parents)
{
	for (unsigned i = 0; i < NR; i++)
		own.slot[i] = op_of(host_own, i);
	backend.mmu = NULL;
	backend.isa = NULL;
	ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
	for (unsigned i = 0; i < NR; i++) {
		bool left_out = strncmp(pv_op_name(i), "mmu.", 4) == 0 || strncmp(pv_op_name(i), "isa.", 4) == 0;

		ck_assert(live()[i] == op_of(left_out ? host_firsts : host_own, i));
	}
}
END_TEST

/* Each op in turn is nobody's. */
START_TEST(a_gap_is_named)
{
	char words[80];

	for (unsigned i = 0; i < NR; i++) {
		start();
		firsts.slot[i] = NULL;
		ck_assert_int_eq(pv_table_fill(&backend), PV_E_ABSENT);
		snprintf(words, sizeof(words), "backend 'own' has no op '%s', nor has a parent", pv_op_name(i));
		assert_said(words);
	}
}
END_TEST

START_TEST(a_family_that_nobody_has)
{
	first.power = NULL;
	ck_assert_int_eq(pv_table_fill(&backend), PV_E_ABSENT);
	assert_said("has no op 'power.off'");
}
END_TEST

/* A part's table goes before that of the family; where it has a gap, or is not linked, nothing changes. */
START_TEST(parts_go_first)
{
	static struct tables in_part;
	const struct pv_ops *ops = (const void *)&in_part;
	const struct pv_part parts[] = {
		PV_PART(io, ops->io), { __builtin_offsetof(struct pv_ops, user), sizeof(struct pv_user_ops), NULL },
		PV_PART(mmu, ops->mmu), { 0, 0, NULL }
	};
	unsigned create = (unsigned)pv_op_slot("mmu.create"), map = (unsigned)pv_op_slot("mmu.map");
	unsigned read = (unsigned)pv_op_slot("io.pci_read");

	in_part.slot[create] = op_of(host_own, create);
	in_part.slot[read] = op_of(host_own, read);
	in_part.slot[map] = NULL;
	in_part.slot[pv_op_slot("user.ways")] = op_of(host_own, 0);
	parents.slot[create] = op_of(host_parents, create);
	parents.slot[map] = op_of(host_parents, map);
	parent.parts = parts;
	ck_assert_int_eq(pv_table_fill(&backend), PV_OK);
	for (unsigned i = 0; i < NR; i++)
		ck_assert(live()[i] == op_of(i == create || i == read ? host_own :
		    i == map ? host_parents : host_firsts, i));
	ck_assert(pv_backend_op(&parent, read) == op_of(host_own, read));
}
END_TEST

START_TEST(own_ops_are_told_from_inherited_ones)
{
	own.slot[5] = op_of(host_own, 5);
	own.slot[NR - 1] = op_of(host_own, NR - 1);
	backend.line = NULL;
	for (unsigned i = 0; i < NR; i++)
		ck_assert(pv_backend_op(&backend, i) == own.slot[i]);
	ck_assert(pv_backend_op(&backend, NR) == NULL);
	ck_assert(pv_backend_op(&first, 7) == op_of(host_firsts, 7));
}
END_TEST

/* -- counting and overriding ---------------------------------------------------------------- */

START_TEST(nothing_counts_without_shims)
{
	ck_assert_int_eq(pv_table_fill(&first), PV_OK);
	for (unsigned i = 0; i < NR; i++) {
		(void)call(live()[i]);
		ck_assert_uint_eq(pv_op_count(i), 0);
	}
	ck_assert_uint_eq(pv_op_count(NR), 0);
	ck_assert_uint_eq(pv_op_count(~0u), 0);
}
END_TEST

/* Slot n is called n + 1 times: no two shims are the same or share a count. */
START_TEST(each_shim_counts_its_own_op)
{
	ck_assert_int_eq(pv_table_fill(&first), PV_OK);
	pv_table_count();
	for (unsigned i = 0; i < NR; i++) {
		ck_assert(live()[i] != op_of(host_firsts, i));
		ck_assert(pv_table_real(i) == op_of(host_firsts, i));
		for (unsigned n = 0; n <= i; n++)
			ck_assert_uint_eq(call(live()[i]), 3000 + i);
	}
	for (unsigned i = 0; i < NR; i++)
		ck_assert_uint_eq(pv_op_count(i), i + 1);
}
END_TEST

/* A call that sets every register first, and an op that writes down what it finds. */
#define FOR_REGISTERS(x)	x(rax, 0) x(rcx, 1) x(rdx, 2) x(rbx, 3) x(rbp, 4) x(rsi, 5) x(rdi, 6) x(r8, 7)	\
	x(r9, 8) x(r10, 9) x(r11, 10) x(r12, 11) x(r13, 12) x(r14, 13) x(r15, 14)
#define SET(name, n)	"\tmov $0x1111 * (" #n " + 1), %" #name "\n"
#define NOTE(name, n)	"\tmov %" #name ", host_found + 8 * " #n "\n"
uint64_t host_found[15];
pv_slot host_callee;
void host_call(void), host_notes(void);
__asm__(".text\n"
    "host_call:\n\tpush %rbx\n\tpush %rbp\n\tpush %r12\n\tpush %r13\n\tpush %r14\n\tpush %r15\n"
    FOR_REGISTERS(SET)
    "\tcall *host_callee\n"
    "\tpop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rbp\n\tpop %rbx\n\tret\n"
    "host_notes:\n" FOR_REGISTERS(NOTE) "\tret\n");

START_TEST(a_shim_keeps_all_registers)
{
	for (unsigned i = 0; i < NR; i++)
		firsts.slot[i] = host_notes;
	ck_assert_int_eq(pv_table_fill(&first), PV_OK);
	pv_table_count();
	for (unsigned i = 0; i < NR; i += 13) {
		memset(host_found, 0, sizeof(host_found));
		host_callee = live()[i];
		host_call();
		for (unsigned n = 0; n < 15; n++)
			ck_assert_uint_eq(host_found[n], 0x1111 * (n + 1));
	}
}
END_TEST

START_TEST(another_function_behind_an_op)
{
	size_t at = __builtin_offsetof(struct pv_ops, time.now);
	unsigned slot = (unsigned)(at / sizeof(pv_slot));

	ck_assert_int_eq(pv_table_fill(&first), PV_OK);
	pv_table_override(at, op_of(host_own, slot));
	for (unsigned i = 0; i < NR; i++)
		ck_assert_uint_eq(call(live()[i]), (i == slot ? 1000 : 3000) + i);
	ck_assert(pv_table_real(slot) == live()[slot]);
}
END_TEST

START_TEST(another_function_behind_a_shim)
{
	size_t at = __builtin_offsetof(struct pv_ops, isa.pte_set);
	unsigned slot = (unsigned)(at / sizeof(pv_slot));
	pv_slot shim;

	ck_assert_int_eq(pv_table_fill(&first), PV_OK);
	pv_table_count();
	shim = live()[slot];
	pv_table_override(at, op_of(host_own, slot));
	ck_assert(live()[slot] == shim);
	ck_assert_uint_eq(call(live()[slot]), 1000 + slot);
	ck_assert_uint_eq(pv_op_count(slot), 1);
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ every_slot_has_a_name_of_its_own, 0 }, { names_that_are_none, 0 }, { names_go_by_family, 0 },
		{ names_are_where_the_struct_has_them, 0 }, { nothing_may_be_called_before, 0 }, { all_from_one, 0 },
		{ all_from_the_grandparent, 0 }, { gaps_are_the_parents, 0 },
		{ a_family_left_out_is_the_parents, 0 }, { a_gap_is_named, 0 }, { a_family_that_nobody_has, 0 },
		{ parts_go_first, 0 },
		{ own_ops_are_told_from_inherited_ones, 0 }, { nothing_counts_without_shims, 0 },
		{ each_shim_counts_its_own_op, 0 }, { a_shim_keeps_all_registers, 0 },
		{ another_function_behind_an_op, 0 }, { another_function_behind_a_shim, 0 },
	};

	return RUN_CASES("table", start, cases);
}
