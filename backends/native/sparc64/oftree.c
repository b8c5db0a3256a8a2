/*
 * What OpenFirmware's device tree says of the machine: memory, command line, and
 * where in physical memory a device sits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define MAX_CELLS	60	/* of one "ranges" or "reg" that are looked at */
#define MAX_DEPTH	8	/* buses between a device and the root */
#define PCI_SPACE	0x03000000u

/* An address on some bus: the cells above the number, and the number. */
struct address {
	uint32_t high;
	uint64_t low;
};

static uint32_t
cells_of(uint32_t node, const char *name, uint32_t otherwise)
{
	uint32_t n;

	if (!pv_native_of_get_u32(node, name, &n))
		return otherwise;
	return n;
}

static struct address
address_at(const uint32_t *cell, uint32_t nr)
{
	struct address a = { 0, cell[nr - 1] };

	if (nr == 3)
		a.low |= (uint64_t)cell[1] << 32;
	if (nr >= 2)
		a.high = cell[0];
	return a;
}

static uint64_t
number_at(const uint32_t *cell, uint32_t nr)
{
	return nr == 2 ? (uint64_t)cell[0] << 32 | cell[1] : cell[0];
}

/*
 * One step up: through the "ranges" of bus `node`, from its children's addresses to
 * its parent's. A bridge without the property passes addresses on as they are.
 */
static bool
step_up(uint32_t node, uint32_t parent, struct address *a)
{
	uint32_t range[MAX_CELLS];
	uint32_t child_cells = cells_of(node, "#address-cells", 2);
	uint32_t size_cells = cells_of(node, "#size-cells", 1);
	uint32_t parent_cells = cells_of(parent, "#address-cells", 2);
	uint32_t each = child_cells + parent_cells + size_cells;
	int bytes = pv_native_of_get(node, "ranges", range, sizeof(range));
	char type[8];

	if (bytes < 0)
		return child_cells == parent_cells;
	if (child_cells - 1 > 2 || parent_cells - 1 > 2 || size_cells - 1 > 1)
		return false;
	pv_native_of_get_text(node, "device_type", type, sizeof(type));
	for (uint32_t i = 0; (i + each) * 4 <= (uint32_t)bytes; i += each) {
		struct address from = address_at(range + i, child_cells);
		struct address to = address_at(range + i + child_cells, parent_cells);
		uint64_t size = number_at(range + i + child_cells + parent_cells, size_cells);
		uint32_t mask = pv_text_equal(type, "pci") ? PCI_SPACE : 0xffffffffu;

		if (((a->high ^ from.high) & mask) != 0 || a->low - from.low >= size)
			continue;
		a->low = a->low - from.low + to.low;
		a->high = to.high;
		return true;
	}
	return false;
}

pv_status
pv_native_of_reg(uint32_t node, pv_paddr *pa, uint64_t *size)
{
	uint32_t reg[5];
	uint32_t bus = pv_native_of_parent(node);
	uint32_t address_cells = cells_of(bus, "#address-cells", 2);
	uint32_t size_cells = cells_of(bus, "#size-cells", 1);
	struct address a;

	if (address_cells - 1 > 2 || size_cells - 1 > 1)
		return PV_E_FORMAT;
	if (pv_native_of_get(node, "reg", reg, sizeof(reg)) < (int)(4 * (address_cells + size_cells)))
		return PV_E_NOENT;
	a = address_at(reg, address_cells);
	*size = number_at(reg + address_cells, size_cells);
	for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
		uint32_t parent = pv_native_of_parent(bus);

		if (parent == PV_OF_NONE) {
			*pa = pv_pa(((uint64_t)a.high << 32) + a.low);
			return PV_OK;
		}
		if (!step_up(bus, parent, &a))
			return PV_E_FORMAT;
		bus = parent;
	}
	return PV_E_FORMAT;
}

uint32_t
pv_native_of_cpu(void)
{
	uint32_t node = pv_native_of_child(pv_native_of_peer(0));

	for (unsigned n = 0; node != PV_OF_NONE && n < 64; n++) {
		char type[8];

		pv_native_of_get_text(node, "device_type", type, sizeof(type));
		if (pv_text_equal(type, "cpu"))
			return node;
		node = pv_native_of_peer(node);
	}
	return PV_OF_NONE;
}

bool
pv_native_of_compatible(const char *machine)
{
	char list[128];
	int n = pv_native_of_get(pv_native_of_peer(0), "compatible", list, sizeof(list) - 1);

	if (n < 0)
		return false;
	list[n] = '\0';
	for (const char *p = list; p < list + n; p += pv_text_length(p) + 1)
		if (pv_text_equal(p, machine))
			return true;
	return false;
}
