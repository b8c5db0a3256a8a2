/*
 * The backend that is wrong in one op. See mutants.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/table.h"
#include "mutants.h"

extern const struct pv_backend pv_native_backend;

/* What the machine would have been run by. Mutants live on bare metal; their ops are everybody's. */
static const struct pv_backend *const real[] = { &pv_native_backend };

static const struct mutant *const tables[] = {
	mutants_time, mutants_line, mutants_chip,
	mutants_devices, mutants_desc, mutants_own,
	mutants_gate, mutants_isa, mutants_pte, mutants_mmu, mutants_cpu,
};

pv_slot mutant_right;

/* One table for all families: a slot that is not the mutant's stays NULL and is inherited. */
static union {
	struct pv_ops ops;
	pv_slot slot[PV_NR_OPS];
} wrong;

static struct pv_backend backend;

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
		for (const struct mutant *m = tables[t]; m->op != NULL; m++) {
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
		for (const struct mutant *m = tables[t]; m->op != NULL; m++) {
			name_of(m, name, sizeof(name));
			pv_printf("# mutant %s %s %s\n", m->op, m->fatal ? "may-die" : "must-fail", name);
		}
	}
}

static const struct pv_backend *
parent_of(const struct pv_start *start)
{
	const char *why;

	for (unsigned i = 0; i < sizeof(real) / sizeof(real[0]); i++)
		if (real[i]->probe(start, &why))
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

static bool
probe(const struct pv_start *start, const char **why)
{
	char wanted[96];
	const struct mutant *m;
	const struct pv_backend *parent;
	int slot;

	*why = "no mutant=NAME on the command line names one";
	if (pv_boot_option(&pv_boot_data, "mutant", wanted, sizeof(wanted)) != PV_OK || (m = find(wanted)) == NULL)
		return false;
	parent = parent_of(start);
	slot = pv_op_slot(m->op);
	if (parent == NULL || slot < 0)
		return false;
	mutant_right = right_of(parent, (unsigned)slot);
	wrong.slot[slot] = m->fn;
	backend.parent = parent;
	backend.families = parent->families;
	backend.setup = parent->setup;
	backend.own_memory = parent->own_memory;
	backend.has = parent->has;
	backend.irq_state_mask = parent->irq_state_mask;
	backend.irq_state_open = parent->irq_state_open;
	return true;
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
