/*
 * The backend that is wrong in one op. See mutants.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/table.h"
#include "mutants.h"

extern const struct pv_backend pv_native_backend;

static const struct mutant *const tables[] = {
	mutants_time, mutants_line, mutants_chip,
	mutants_devices, mutants_desc, mutants_own,
	mutants_gate, mutants_isa, mutants_pte, mutants_mmu, mutants_cpu, mutants_rom,
};

pv_slot mutant_right;
int mutant_rom;
static const struct mutant *chosen;

/* One table for all families: a slot that is not the mutant's stays NULL and is inherited. */
static union {
	struct pv_ops ops;
	pv_slot slot[PV_NR_OPS];
} wrong;

static struct pv_backend backend;
static bool own[PV_NR_OPS];	/* put into the table while it started */

static void
name_of(const struct mutant *m, char *out, size_t size)
{
	(void)pv_snprintf(out, size, "%s:%s", m->op, m->what);
	for (; *out != '\0'; out++)
		if (*out == ' ' || *out == ',')
			*out = '-';
}

static const struct mutant *
find(const char *wanted)
{
	char name[96];

	for (unsigned t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct mutant *m = tables[t]; m != NULL && m->op != NULL; m++) {
			name_of(m, name, sizeof(name));
			if (pv_text_equal(name, wanted))
				return m;
		}
	}
	return NULL;
}

/* In place of the suites' own, which has none to list. */
void suite_list_mutants(void);

void
suite_list_mutants(void)
{
	char name[96];

	for (unsigned t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		for (const struct mutant *m = tables[t]; m != NULL && m->op != NULL; m++) {
			if (m->rom != 0 && backend.parent == NULL)
				continue;
			name_of(m, name, sizeof(name));
			pv_printf("# mutant %s %s %s\n", m->op, m->fatal ? "may-die" : "must-fail", name);
		}
	}
	for (unsigned slot = 0; slot < PV_NR_OPS; slot++)
		if (own[slot] || (backend.parent != NULL && pv_backend_op(backend.parent, slot) != NULL))
			pv_printf("# own %s\n", pv_op_name(slot));
}

/*
 * What the machine would have been run by. Mutants live on bare metal and on one layer below; their ops are
 * everybody's.
 */
static const struct pv_backend *
parent_of(const struct pv_start *start)
{
	const struct pv_backend *const real[] = {
		&mutant_below != NULL ? mutant_below : NULL, &pv_native_backend
	};
	const char *why;

	for (unsigned i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		if (real[i] != NULL && real[i]->probe(start, &why))
			return real[i];
	return NULL;
}

/* The right op, as the parent has it or inherits it. */
static pv_slot
right_of(const struct pv_backend *b, unsigned slot)
{
	pv_slot op = NULL;

	for (; b != NULL && op == NULL; b = b->parent)
		op = pv_backend_op(b, slot);
	return op;
}

static void
become(const struct pv_backend *parent)
{
	backend.parent = parent;
	backend.families = parent->families;
	backend.setup = parent->setup;
	backend.own_memory = parent->own_memory;
	backend.has = parent->has;
	backend.irq_state_mask = parent->irq_state_mask;
	backend.irq_state_open = parent->irq_state_open;
	/* Cases ask for it, of backends that are not bare metal. */
	if (parent != &pv_native_backend)
		backend.name = parent->name;
}

/* mutant=list and mutant=none: nothing is wrong, on a ROM too. */
static bool
probe(const struct pv_start *start, const char **why)
{
	const struct pv_backend *parent = parent_of(start);
	char wanted[96];
	int slot;

	*why = "no mutant=NAME on the command line names one";
	if (parent == NULL || pv_boot_option(&pv_boot_data, "mutant", wanted, sizeof(wanted)) != PV_OK)
		return false;
	chosen = find(wanted);
	if (chosen == NULL && (parent == &pv_native_backend ||
	    !(pv_text_equal(wanted, "list") || pv_text_equal(wanted, "none"))))
		return false;
	become(parent);
	if (chosen == NULL)
		return true;
	slot = pv_op_slot(chosen->op);
	if (slot < 0)
		return false;
	mutant_rom = parent != &pv_native_backend ? chosen->rom : 0;
	mutant_right = right_of(parent, (unsigned)slot);
	wrong.slot[slot] = chosen->fn;
	return true;
}

/* The linker leads what a backend overrides here: the wrong op stands where the right one would have been put. */
void __real_pv_table_override(size_t op, pv_slot fn);
void __wrap_pv_table_override(size_t op, pv_slot fn);

void
__wrap_pv_table_override(size_t op, pv_slot fn)
{
	unsigned slot = (unsigned)(op / sizeof(pv_slot));

	if (pv_stage_now() < PV_STAGE_MMU) {
		own[slot] = true;
		if (chosen != NULL && chosen->fn != NULL && (int)slot == pv_op_slot(chosen->op)) {
			mutant_right = fn;
			fn = chosen->fn;
		}
	}
	__real_pv_table_override(op, fn);
}

static struct pv_backend backend = {
	.name = "mutant",
	.probe = probe,
	.isa = &wrong.ops.isa,
	.console = &wrong.ops.console,
	.cpu = &wrong.ops.cpu,
	.trap = &wrong.ops.trap,
	.mmu = &wrong.ops.mmu,
	.line = &wrong.ops.line,
	.time = &wrong.ops.time,
	.user = &wrong.ops.user,
	.io = &wrong.ops.io,
	.power = &wrong.ops.power,
};

/* In place of the library's own list. */
const struct pv_backend *const pv_backends[] = {
	&backend, &pv_native_backend, NULL
};
