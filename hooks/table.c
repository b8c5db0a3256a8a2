/*
 * The live op table: filled from a backend and its parents, checked for gaps,
 * named for people. Under pv=count each slot holds a shim that counts and jumps
 * on to the real op.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "table.h"

#define SLOT(member)	(__builtin_offsetof(struct pv_ops, member) / sizeof(pv_slot))
#define NAME(member)	[SLOT(member)] = #member

PV_STATIC_ASSERT(__builtin_offsetof(struct pv_ops, isa) == 0, "sites address ops by their offset in isa");
PV_STATIC_ASSERT(PV_NR_OPS <= PV_COUNT_SHIMS, "hooks/<isa>/count.S has too few shims");

static const char *const names[PV_NR_OPS] = {
	NAME(console.write), NAME(console.get), NAME(console.name),
	NAME(cpu.idle), NAME(cpu.halt), NAME(cpu.identify), NAME(cpu.code_sync),
	NAME(cpu.switch_begin), NAME(cpu.switch_kernel_sp), NAME(cpu.switch_tls),
	NAME(cpu.switch_fpu), NAME(cpu.switch_end),
	NAME(trap.init), NAME(trap.nmi_enable),
	NAME(mmu.init), NAME(mmu.create), NAME(mmu.destroy), NAME(mmu.activate), NAME(mmu.map),
	NAME(mmu.unmap), NAME(mmu.protect), NAME(mmu.query), NAME(mmu.harvest), NAME(mmu.sync),
	NAME(mmu.begin), NAME(mmu.end), NAME(mmu.reserved),
	NAME(line.init), NAME(line.find), NAME(line.isa), NAME(line.setup), NAME(line.route),
	NAME(line.remove), NAME(line.mask), NAME(line.unmask), NAME(line.end), NAME(line.send),
	NAME(line.msi), NAME(line.name),
	NAME(time.init), NAME(time.lines), NAME(time.now), NAME(time.stolen), NAME(time.wall_get), NAME(time.wall_set),
	NAME(time.clock_page), NAME(time.delay), NAME(time.alarm), NAME(time.source),
	NAME(user.init), NAME(user.enter), NAME(user.ways),
	NAME(io.in_string), NAME(io.out_string), NAME(io.port_delay), NAME(io.port_permit),
	NAME(io.pci_read), NAME(io.pci_write), NAME(io.bus_address),
	NAME(power.off), NAME(power.reboot), NAME(power.crash),
};

/* Nothing is missing in the list: the ISA's ops have their own, the portable ones are all above. */
static void
unset(void)
{
	pv_panic("an operation was called before pv_attach(): attach to stage EARLY first");
}

/*
 * A union, because the table is both a struct to read and slots to walk. Its name in the object
 * file is pv_ops, which is how headers and call sites know it.
 */
union pv_ops_storage {
	pv_slot slot[PV_NR_OPS];
	struct pv_ops ops;
};
extern union pv_ops_storage pv_ops_storage __asm__("pv_ops");
union pv_ops_storage pv_ops_storage = { .slot = { [0 ... PV_NR_OPS - 1] = unset } };

pv_slot pv_ops_real[PV_COUNT_SHIMS];
uint64_t pv_op_counts[PV_COUNT_SHIMS];

const char *
pv_op_name(unsigned slot)
{
	if (slot >= PV_NR_OPS)
		return NULL;
	if (slot < PV_NR_ISA_OPS)
		return pv_isa_op_names[slot];
	return names[slot];
}

int
pv_op_slot(const char *name)
{
	for (unsigned i = 0; i < PV_NR_OPS; i++)
		if (pv_op_name(i) != NULL && pv_text_equal(pv_op_name(i), name))
			return (int)i;
	return -1;
}

uint64_t
pv_op_count(unsigned slot)
{
	return slot < PV_NR_OPS ? pv_op_counts[slot] : 0;
}

/* Ops that are linked only where they are used; the ISA's are in pv_isa_parts. */
static const struct pv_part_place parts[] = {
	PV_PART_PLACE(space, mmu.create, mmu.activate),
	PV_PART_PLACE(space, mmu.protect, mmu.harvest),
	PV_PART_PLACE(space, mmu.begin, mmu.reserved),
	PV_PART_PLACE(lines, line.find, line.msi),
	PV_PART_PLACE(wall, time.wall_get, time.clock_page),
	PV_PART_PLACE(user, user.init, user.ways),
	PV_PART_PLACE(io, io.in_string, io.bus_address),
	{ NULL, NULL, 0, 0 }
};

/* The part that a slot belongs to and that this kernel has not, or NULL. */
static const char *
unlinked_part(unsigned slot)
{
	const struct pv_part_place *p = slot < PV_NR_ISA_OPS ? pv_isa_parts : parts;
	size_t at = slot * sizeof(pv_slot);

	for (; p->name != NULL; p++)
		if (at >= p->first && at <= p->last)
			return p->need == NULL ? p->name : NULL;
	return NULL;
}

/* Behind the ops of such a part. They are called through their counting shims, so one has a count. */
static void
unlinked(void)
{
	unsigned slot = 0;

	while (slot < PV_NR_OPS - 1 && (pv_ops_real[slot] != unlinked || pv_op_counts[slot] == 0))
		slot++;
	pv_panic("op '%s' was called and is not linked: say PV_NEED(%s); in the file that calls it",
	    pv_op_name(slot), unlinked_part(slot));
}

/* Where each family lies in the live table, and where a backend keeps its own. */
static const struct {
	size_t in_ops, size, in_backend;
} family_places[] = {
#define FAMILY(name)	{ __builtin_offsetof(struct pv_ops, name), sizeof(((struct pv_ops *)0)->name),	\
			  __builtin_offsetof(struct pv_backend, name) }
	FAMILY(isa), FAMILY(console), FAMILY(cpu), FAMILY(trap), FAMILY(mmu), FAMILY(line),
	FAMILY(time), FAMILY(user), FAMILY(io), FAMILY(power),
};

/* The backend's own op for a slot, or NULL. */
pv_slot
pv_backend_op(const struct pv_backend *b, unsigned slot)
{
	size_t at = slot * sizeof(pv_slot);

	for (const struct pv_part *p = b->parts; p != NULL && p->size != 0; p++) {
		const pv_slot *table = p->ops;

		if (table != NULL && at - p->at < p->size && table[(at - p->at) / sizeof(pv_slot)] != NULL)
			return table[(at - p->at) / sizeof(pv_slot)];
	}
	for (unsigned i = 0; i < sizeof(family_places) / sizeof(family_places[0]); i++) {
		size_t in_family = at - family_places[i].in_ops;
		const pv_slot *table;

		if (in_family >= family_places[i].size)
			continue;
		memcpy(&table, (const char *)b + family_places[i].in_backend, sizeof(table));
		return table != NULL ? table[in_family / sizeof(pv_slot)] : NULL;
	}
	return NULL;
}

static pv_slot
inherited(const struct pv_backend *b, unsigned slot)
{
	for (; b != NULL; b = b->parent) {
		pv_slot op = pv_backend_op(b, slot);

		if (op != NULL)
			return op;
	}
	return NULL;
}

pv_status
pv_table_fill(const struct pv_backend *backend)
{
	for (unsigned i = 0; i < PV_NR_OPS; i++) {
		pv_slot op = inherited(backend, i);

		if (op == NULL && unlinked_part(i) != NULL) {
			pv_ops_real[i] = unlinked;
			pv_ops_storage.slot[i] = pv_count_shim(i);
			continue;
		}
		if (op == NULL) {
			const char *name = pv_op_name(i);

			pv_printf("pv: backend '%s' has no op '%s', nor has a parent of it\n", backend->name,
			    name != NULL ? name : "(without a name: add it to hooks/table.c)");
			return PV_E_ABSENT;
		}
		pv_ops_real[i] = op;
		pv_ops_storage.slot[i] = op;
	}
	return PV_OK;
}

void
pv_table_override(size_t op, pv_slot fn)
{
	unsigned slot = (unsigned)(op / sizeof(pv_slot));

	/* Under pv=count the live slot is a shim, which follows the real one. */
	if (pv_ops_storage.slot[slot] == pv_ops_real[slot])
		pv_ops_storage.slot[slot] = fn;
	pv_ops_real[slot] = fn;
}

/* Put the counting shims in front of every op. */
void
pv_table_count(void)
{
	for (unsigned i = 0; i < PV_NR_OPS; i++)
		pv_ops_storage.slot[i] = pv_count_shim(i);
}

pv_slot
pv_table_real(unsigned slot)
{
	return pv_ops_real[slot];
}
