/*
 * What OpenFirmware's device tree says of the machine: memory, and where in
 * physical memory a device sits and with which number it interrupts. Properties are
 * big-endian cells; every one is checked against what was really there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "of.h"
#include "../../../hooks/hooks_internal.h"
#include "../../common/boot/build.h"

#define MAX_CELLS	60	/* of one property that are looked at */
#define MAX_RANGES	32	/* of memory */
#define MAX_DEPTH	8	/* buses between a device and the root */
#define MAX_PEERS	64	/* siblings that are looked at: a list in circles must end */
#define MAX_NODES	512	/* of a search */
#define PCI_SPACE	0x03000000u
#define NUMBER_MOST	0x7ffu	/* of an interrupt: 5 bits of the bridge's, 6 of its input */

/* An address on some bus: the cells above the number, and the number. */
struct address {
	uint32_t high;
	uint64_t low;
};

/* -- properties ------------------------------------------------------------------- */

/* Whole cells of a property, in this CPU's order; how many. */
static uint32_t
cells(uint32_t node, const char *name, uint32_t *to, uint32_t most)
{
	pv_be32 raw[MAX_CELLS];
	int bytes = pv_native_of_get(node, name, raw, most * sizeof(raw[0]));
	uint32_t n = bytes < 0 ? 0 : (uint32_t)bytes / sizeof(raw[0]);

	if (n > most)
		n = most;
	for (uint32_t i = 0; i < n; i++)
		to[i] = pv_be32_get(raw[i]);
	return n;
}

bool
pv_native_of_get_u32(uint32_t node, const char *name, uint32_t *value)
{
	return cells(node, name, value, 1) == 1;
}

void
pv_native_of_get_text(uint32_t node, const char *name, char *to, size_t size)
{
	int n = pv_native_of_get(node, name, to, size - 1);

	to[n < 0 || (size_t)n >= size ? 0 : n] = '\0';
}

static bool
is_first(const char *list, size_t size, const char *what)
{
	size_t n = 0;

	for (; what[n] != '\0'; n++)
		if (n == size || list[n] != what[n])
			return false;
	return n == size || list[n] == '\0';
}

/* Also called by early.c: no variables, no function of the kernel's. */
bool
pv_native_of_lists(const char *list, size_t size, const char *what)
{
	for (size_t i = 0; i < size; i++)
		if ((i == 0 || list[i - 1] == '\0') && is_first(list + i, size - i, what))
			return true;
	return false;
}

bool
pv_native_of_compatible(uint32_t node, const char *what)
{
	char list[128];
	int n = pv_native_of_get(node, "compatible", list, sizeof(list));

	return n >= 0 && n <= (int)sizeof(list) && pv_native_of_lists(list, (size_t)n, what);
}

static uint32_t
cells_of(uint32_t node, const char *name, uint32_t otherwise)
{
	uint32_t n;

	return pv_native_of_get_u32(node, name, &n) ? n : otherwise;
}

/* Addresses have 1 to 3 cells, sizes 1 or 2. */
static bool
shape(uint32_t bus, uint32_t *address_cells, uint32_t *size_cells)
{
	*address_cells = cells_of(bus, "#address-cells", 2);
	*size_cells = cells_of(bus, "#size-cells", 1);
	return *address_cells - 1 <= 2 && *size_cells - 1 <= 1;
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

static bool
is_pci(uint32_t node)
{
	char type[8];

	pv_native_of_get_text(node, "device_type", type, sizeof(type));
	return pv_text_equal(type, "pci");
}

/* -- addresses --------------------------------------------------------------------- */

/*
 * One step up: through the "ranges" of bus `node`, from its children's addresses to
 * its parent's. A bridge without the property passes addresses on as they are.
 */
static bool
step_up(uint32_t node, uint32_t parent, struct address *a, uint64_t *left)
{
	uint32_t range[MAX_CELLS], child_cells, parent_cells, size_cells, unused, each, n;
	uint32_t mask = is_pci(node) ? PCI_SPACE : 0xffffffffu;

	if (!shape(node, &child_cells, &size_cells) || !shape(parent, &parent_cells, &unused))
		return false;
	n = cells(node, "ranges", range, MAX_CELLS);
	if (n == 0)
		return child_cells == parent_cells;
	each = child_cells + parent_cells + size_cells;
	for (uint32_t i = 0; i + each <= n; i += each) {
		struct address from = address_at(range + i, child_cells);
		struct address to = address_at(range + i + child_cells, parent_cells);
		uint64_t size = number_at(range + i + child_cells + parent_cells, size_cells);

		if (((a->high ^ from.high) & mask) != 0 || a->low - from.low >= size)
			continue;
		*left = size - (a->low - from.low);
		a->low = a->low - from.low + to.low;
		a->high = to.high;
		return true;
	}
	return false;
}

pv_status
pv_native_of_reg(uint32_t node, pv_paddr *pa, uint64_t *size)
{
	uint32_t reg[5], address_cells, size_cells;
	uint32_t bus = pv_native_of_parent(node);
	struct address a;
	uint64_t left;

	if (!shape(bus, &address_cells, &size_cells))
		return PV_E_FORMAT;
	if (cells(node, "reg", reg, 5) < address_cells + size_cells)
		return PV_E_NOENT;
	a = address_at(reg, address_cells);
	*size = number_at(reg + address_cells, size_cells);
	for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
		uint32_t parent = pv_native_of_parent(bus);

		if (parent == PV_OF_NONE) {
			*pa = pv_pa(((uint64_t)a.high << 32) + a.low);
			return PV_OK;
		}
		left = *size;
		if (!step_up(bus, parent, &a, &left))
			return PV_E_FORMAT;
		if (left < *size)
			*size = left;
		bus = parent;
	}
	return PV_E_FORMAT;
}

uint32_t
pv_native_of_bridge(void)
{
	uint32_t node = pv_native_of_child(pv_native_of_peer(0));

	for (unsigned n = 0; node != PV_OF_NONE && n < MAX_PEERS; n++) {
		if (is_pci(node))
			return node;
		node = pv_native_of_peer(node);
	}
	return PV_OF_NONE;
}

pv_status
pv_native_of_pci_space(unsigned space, pv_paddr *pa, uint64_t *size)
{
	uint32_t bridge = pv_native_of_bridge();
	struct address a = { (uint32_t)space << 24, 0 };

	*size = 0;
	if (bridge == PV_OF_NONE)
		return PV_E_NOENT;
	/* Without "ranges" nothing was found: a host bridge must have them. */
	if (!step_up(bridge, pv_native_of_parent(bridge), &a, size) || *size == 0)
		return PV_E_FORMAT;
	*pa = pv_pa(((uint64_t)a.high << 32) + a.low);
	return PV_OK;
}

/* -- interrupts ---------------------------------------------------------------------- */

/*
 * Through the "interrupt-map" of a bus: an entry is the child's address and interrupt, the controller
 * and its interrupt. PV_E_NOENT: there is no map; PV_E_FORMAT: it has no such entry.
 */
static pv_status
map_interrupt(uint32_t bus, const uint32_t *unit, uint32_t unit_cells, uint32_t *number, uint32_t *controller)
{
	uint32_t map[MAX_CELLS], mask[4];
	uint32_t n = cells(bus, "interrupt-map", map, MAX_CELLS);
	uint32_t masks = cells(bus, "interrupt-map-mask", mask, 4), each = unit_cells + 3;

	if (n == 0)
		return PV_E_NOENT;
	for (uint32_t i = 0; i + each <= n; i += each) {
		bool same = map[i + unit_cells] ==
		    (*number & (unit_cells < masks ? mask[unit_cells] : 0xffffffffu));

		for (uint32_t c = 0; c < unit_cells; c++)
			same = same && map[i + c] == (unit[c] & (c < masks ? mask[c] : 0xffffffffu));
		if (!same)
			continue;
		*controller = map[i + unit_cells + 1];
		*number = map[i + unit_cells + 2];
		return PV_OK;
	}
	return PV_E_FORMAT;
}

/* The host bridge adds its own number, where it is not in yet. False: this is none. */
static bool
at_bridge(uint32_t node, uint32_t *number)
{
	uint32_t port;

	if (!pv_native_of_get_u32(node, "upa-portid", &port))
		return false;
	if (*number < 0x40)
		*number |= (port & 0x1f) << 6;
	return true;
}

pv_status
pv_native_of_interrupt(uint32_t node, uint32_t *number)
{
	uint32_t unit[3] = { 0 }, address_cells, size_cells, controller;

	if (!pv_native_of_get_u32(node, "interrupts", number))
		return PV_E_NOENT;
	for (unsigned depth = 0; depth < MAX_DEPTH; depth++) {
		uint32_t bus = pv_native_of_parent(node);
		pv_status s;

		if (bus == PV_OF_NONE)
			return PV_E_FORMAT;
		if (at_bridge(bus, number))
			return *number <= NUMBER_MOST ? PV_OK : PV_E_FORMAT;
		if (!shape(bus, &address_cells, &size_cells) || cells(node, "reg", unit, 3) < address_cells)
			return PV_E_FORMAT;
		s = map_interrupt(bus, unit, address_cells, number, &controller);
		if (s == PV_OK)
			return at_bridge(controller, number) && *number <= NUMBER_MOST ? PV_OK : PV_E_FORMAT;
		if (s != PV_E_NOENT)
			return s;
		node = bus;
	}
	return PV_E_FORMAT;
}

/* -- nodes ------------------------------------------------------------------------------ */

uint32_t
pv_native_of_cpu(void)
{
	uint32_t node = pv_native_of_child(pv_native_of_peer(0));

	for (unsigned n = 0; node != PV_OF_NONE && n < MAX_PEERS; n++) {
		char type[8];

		pv_native_of_get_text(node, "device_type", type, sizeof(type));
		if (pv_text_equal(type, "cpu"))
			return node;
		node = pv_native_of_peer(node);
	}
	return PV_OF_NONE;
}

/* `left`: nodes that may still be looked at; a tree without an end has one. */
static uint32_t
search(uint32_t from, const char *name, unsigned levels, unsigned *left)
{
	uint32_t node = pv_native_of_child(from);
	char text[32];

	for (; node != PV_OF_NONE && *left > 0; node = pv_native_of_peer(node)) {
		uint32_t found = PV_OF_NONE;

		--*left;
		pv_native_of_get_text(node, "name", text, sizeof(text));
		if (pv_text_equal(text, name))
			return node;
		pv_native_of_get_text(node, "model", text, sizeof(text));
		if (pv_text_equal(text, name))
			return node;
		if (levels > 1)
			found = search(node, name, levels - 1, left);
		if (found != PV_OF_NONE)
			return found;
	}
	return PV_OF_NONE;
}

uint32_t
pv_native_of_search(uint32_t from, const char *name)
{
	unsigned left = MAX_NODES;

	return search(from, name, MAX_DEPTH, &left);
}

/* -- memory ------------------------------------------------------------------------------- */

/* Address and size cells are two each at the root of a sparc64 machine. */
static unsigned
pairs(const char *name, pv_be64 pair[2 * MAX_RANGES])
{
	int bytes = pv_native_of_get(pv_native_of_find("/memory"), name, pair, 2 * MAX_RANGES * sizeof(pair[0]));

	return bytes < 0 ? 0 : (unsigned)bytes / (2 * sizeof(pair[0]));
}

void
pv_native_of_memory(void)
{
	pv_be64 pair[2 * MAX_RANGES];
	unsigned n = pairs("available", pair);

	for (unsigned i = 0; i < n; i++)
		pv_boot_build_range(pv_pa(pv_be64_get(pair[2 * i])), pv_be64_get(pair[2 * i + 1]), PV_MEM_RAM);
	n = pairs("reg", pair);
	/* Whatever is not in the map yet is the firmware's. */
	for (unsigned i = 0; i < n; i++)
		pv_boot_build_rest(pv_pa(pv_be64_get(pair[2 * i])), pv_be64_get(pair[2 * i + 1]),
		    PV_MEM_RESERVED);
}
