/*
 * Devices as far as all machines have them: register mappings, PCI configuration,
 * bus addresses. Ports are x86/suite_port.c's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

/* Devices are at addresses of the machine, which memory has by pv_bus_address(). */
static pv_paddr
as_device(pv_paddr page)
{
	pv_maddr at = { 0 };

	if (pv_bus_address(page, PV_PAGE_SIZE, &at) != PV_OK)
		pv_panic("a page has no bus address");
	return pv_pa(at.v);
}

/*
 * A layer below that keeps the tables lets those guests alone set cache attributes that have devices;
 * the others have write-back, which is what their memory is.
 */
static bool
only_write_back(void)
{
	return pv_has(PV_CAP_DIRECT_TABLES) && !pv_has(PV_CAP_PORTS);
}

static unsigned
any_attribute(void)
{
	return only_write_back() ? PV_MAP_WB : PV_MAP_UC;
}

static void
map_shows_the_frame(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	static const unsigned flags[] = { PV_MAP_WB, PV_MAP_UC, PV_MAP_WC, PV_MAP_WT };
	unsigned nr = only_write_back() ? 1 : sizeof(flags) / sizeof(flags[0]);
	pv_paddr page = suite_page(), at = as_device(page);
	volatile uint32_t *direct = h->map_frame(h->context, page);
	bool same = true;

	for (unsigned i = 0; i < nr; i++) {
		volatile void *p;

		CHECK_OK(pv_io_map(pv_pa_add(at, 0x124), 8, flags[i], &p));
		CHECK_EQ((uintptr_t)p & PV_PAGE_MASK, 0x124);
		pv_mmio_write32(p, 0xabcd0000 + i);
		pv_mb();
		same = same && direct[0x124 / 4] == 0xabcd0000 + i;
		direct[0x124 / 4] = ~i;
		pv_mb();
		same = same && pv_mmio_read32(p) == ~i;
		pv_io_unmap(p, 8);
	}
	h->unmap_frame(h->context, (void *)(uintptr_t)direct);
	suite_page_free(page);
	CHECK(same);
}

/* The attribute asked for is the one in force, for the whole of what was asked: three pages here. */
static void
check_attribute(pv_paddr from, unsigned kind)
{
	static const uintptr_t places[] = { 0, 1, PV_PAGE_SIZE, PV_PAGE_SIZE + 1 };
	volatile void *p;
	unsigned flags;
	pv_paddr pa;
	struct pv_cpu_id id;
	uint64_t mask;

	/* Above what a CPU can address there may be a mark of whose address it is. */
	pv_cpu_identify(&id);
	mask = id.phys_bits > 0 && id.phys_bits < 64 ? (1ull << id.phys_bits) - 1 : ~0ull;
	CHECK_OK(pv_io_map(from, PV_PAGE_SIZE + 2, kind, &p));
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		CHECK_OK(pv_space_query(pv_space_kernel(), pv_va((uintptr_t)p + places[i]), &pa, &flags));
		CHECK_EQ(pa.v & mask, from.v + places[i]);
		CHECK_EQ(flags & PV_MAP_CACHE_MASK, kind);
		CHECK_EQ(flags & (PV_PROT_WRITE | PV_PROT_USER | PV_PROT_EXEC), PV_PROT_WRITE);
	}
	pv_io_unmap(p, PV_PAGE_SIZE + 2);
}

static void
map_has_its_attribute(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr run, at;

	CHECK_OK(h->pages_alloc(h->context, 3, 0, &run));
	at = as_device(run);
	check_attribute(pv_pa_add(at, PV_PAGE_SIZE - 1), PV_MAP_WB);
	if (!only_write_back()) {
		check_attribute(pv_pa_add(at, PV_PAGE_SIZE - 1), PV_MAP_UC);
		check_attribute(pv_pa_add(at, PV_PAGE_SIZE - 1), PV_MAP_WC);
		check_attribute(pv_pa_add(at, PV_PAGE_SIZE - 1), PV_MAP_WT);
	}
	h->pages_free(h->context, run, 3);
}

/* Refused, not made something else; the record says why, and nothing is left of it. */
static void
attribute_without_devices(void)
{
	static const unsigned kinds[] = { PV_MAP_UC, PV_MAP_WC, PV_MAP_WT };
	uint64_t before, after, total;
	volatile void *p = NULL;
	struct pv_refusal r;
	pv_paddr page;

	if (!only_write_back())
		return;
	pv_printf("# xen-complaint Bad L1 flags\n");
	pv_freestanding_pages(&before, &total);
	page = suite_page();
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		CHECK_STATUS(pv_io_map(as_device(page), PV_PAGE_SIZE, kinds[i], &p), PV_E_REFUSED);
		CHECK(p == NULL);
		CHECK(pv_refusal_get(&r));
		CHECK(r.hint != NULL && suite_text_has(r.hint, "cache attribute"));
	}
	suite_page_free(page);
	pv_freestanding_pages(&after, &total);
	CHECK_EQ(after, before);
}

static volatile uint32_t sink;

static void
read_word(void *arg)
{
	sink = *(volatile uint32_t *)arg;
}

static void
unmap_is_gone(void)
{
	struct pv_trap trap;
	pv_paddr page = suite_page();
	volatile void *p;
	bool before, after;

	CHECK_OK(pv_io_map(as_device(page), PV_PAGE_SIZE, any_attribute(), &p));
	before = suite_catch(read_word, (void *)(uintptr_t)p, &trap);
	pv_io_unmap(p, PV_PAGE_SIZE);
	after = suite_catch(read_word, (void *)(uintptr_t)p, &trap);
	suite_page_free(page);
	CHECK(!before);
	CHECK(after);
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
}

/* After the first rounds nothing is lost: neither pages nor addresses. */
static void
map_leaks_nothing(void)
{
	uint64_t before = 0, after, total;
	volatile void *p, *first = NULL;
	pv_paddr page = suite_page();

	for (unsigned i = 0; i < 20; i++) {
		CHECK_OK(pv_io_map(as_device(page), PV_PAGE_SIZE, any_attribute(), &p));
		first = i == 0 ? p : first;
		CHECK(p == first);
		pv_io_unmap(p, PV_PAGE_SIZE);
		if (i == 2)
			pv_freestanding_pages(&before, &total);
	}
	pv_freestanding_pages(&after, &total);
	suite_page_free(page);
	CHECK_EQ(after, before);
}

static void
map_refuses(void)
{
	volatile void *p = NULL;

	CHECK_STATUS(pv_io_map(pv_pa(0x1000), 0, PV_MAP_UC, &p), PV_E_INVAL);
	CHECK_STATUS(pv_io_map(pv_pa(0x1000), 4, PV_MAP_UC, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_io_map(pv_pa(0x1000), 4, PV_PROT_EXEC, &p), PV_E_INVAL);
	CHECK_STATUS(pv_io_map(pv_pa(0x1000), 4, PV_PROT_USER, &p), PV_E_INVAL);
	CHECK_STATUS(pv_io_map(pv_pa(~0ull - 10), 12, PV_MAP_UC, &p), PV_E_INVAL);
	CHECK_STATUS(pv_io_map(pv_pa(0x1000), ~(size_t)0, PV_MAP_UC, &p), PV_E_INVAL);
	CHECK(p == NULL);
}

static void
pci_refuses(void)
{
	struct pv_pci_address where = { 0 };
	uint32_t v;

	CHECK_STATUS(pv_pci_read(where, 0, 3, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_read(where, 0, 8, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_read(where, 0, 0, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_read(where, 2, 4, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_read(where, 1, 2, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_read(where, 256, 1, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_read(where, 0, 4, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_pci_write(where, 2, 4, 0), PV_E_INVAL);
	CHECK_STATUS(pv_pci_write(where, 256, 4, 0), PV_E_INVAL);
	where.device = 32;
	CHECK_STATUS(pv_pci_read(where, 0, 4, &v), PV_E_INVAL);
	where.device = 0;
	where.function = 8;
	CHECK_STATUS(pv_pci_read(where, 0, 4, &v), PV_E_INVAL);
	CHECK_STATUS(pv_pci_write(where, 0, 4, 0), PV_E_INVAL);
}

static void
bus_address_of_memory(void)
{
	pv_paddr page = suite_page();
	pv_maddr first, inside;
	pv_status s = pv_bus_address(page, PV_PAGE_SIZE, &first);
	pv_status t = pv_bus_address(pv_pa_add(page, 100), 4, &inside);

	suite_page_free(page);
	CHECK_OK(s);
	CHECK_OK(t);
	CHECK_EQ(inside.v, first.v + 100);
	/* Bare metal without an IOMMU: devices see what the CPU sees. */
	if (!pv_has(PV_CAP_PARAVIRT))
		CHECK_EQ(first.v, page.v);
}

static void
bus_address_refuses(void)
{
	pv_maddr out;

	CHECK_STATUS(pv_bus_address(pv_pa(0x1000), 0, &out), PV_E_INVAL);
	CHECK_STATUS(pv_bus_address(pv_pa(0x1000), 4, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_bus_address(pv_pa(~0ull - 1), 4, &out), PV_E_INVAL);
}

static void
bus_alloc_below_a_limit(void)
{
	uint64_t before, with, after, total, limit = 16u << 20;
	pv_maddr bus, low_bus;
	pv_paddr pa, low;

	pv_freestanding_pages(&before, &total);
	CHECK_OK(pv_bus_alloc(4, 0, &pa, &bus));
	/* Where a layer below has given us our memory, it need not have any that is as low. */
	if (pv_has(PV_CAP_DIRECT_TABLES))
		limit = bus.v + (1u << 20);
	CHECK_OK(pv_bus_alloc(4, limit, &low, &low_bus));
	pv_freestanding_pages(&with, &total);
	pv_bus_free(pa, 4);
	pv_bus_free(low, 4);
	pv_freestanding_pages(&after, &total);
	CHECK(low_bus.v + 4 * PV_PAGE_SIZE <= limit);
	if (!pv_has(PV_CAP_PARAVIRT))
		CHECK(bus.v == pa.v && low_bus.v == low.v);
	CHECK_EQ((pa.v | low.v) & PV_PAGE_MASK, 0);
	CHECK_EQ(with, before - 8);
	CHECK_EQ(after, before);
}

static void
bus_alloc_refuses(void)
{
	uint64_t before, after, total;
	pv_maddr bus;
	pv_paddr pa;

	pv_freestanding_pages(&before, &total);
	CHECK_STATUS(pv_bus_alloc(0, 0, &pa, &bus), PV_E_INVAL);
	CHECK_STATUS(pv_bus_alloc(1, 0, NULL, &bus), PV_E_INVAL);
	CHECK_STATUS(pv_bus_alloc(1, 0, &pa, NULL), PV_E_INVAL);
	CHECK_STATUS(pv_bus_alloc(~(size_t)0, 0, &pa, &bus), sizeof(size_t) == 8 ? PV_E_INVAL : PV_E_NOMEM);
	CHECK_STATUS(pv_bus_alloc((size_t)total + 1, 0, &pa, &bus), PV_E_NOMEM);
	CHECK_STATUS(pv_bus_alloc(1, PV_PAGE_SIZE - 1, &pa, &bus), PV_E_NOMEM);
	pv_freestanding_pages(&after, &total);
	CHECK_EQ(after, before);
}

static void
bus_alloc_without_the_hook(void)
{
	const struct pv_hooks real = *pv_hooks_get();
	struct pv_hooks set = real;
	pv_maddr bus;
	pv_paddr pa;
	pv_status s;

	set.pages_alloc = NULL;
	set.pages_free = NULL;
	CHECK_OK(pv_hooks_set(&set));
	s = pv_bus_alloc(1, 0, &pa, &bus);
	CHECK_OK(pv_hooks_set(&real));
	CHECK_STATUS(s, PV_E_NOMEM);
}

static const struct suite_case cases[] = {
	{ "map_shows_the_frame", map_shows_the_frame, "pv_io_map pv_io_unmap mmu.map", 0 },
	{ "map_has_its_attribute", map_has_its_attribute, "pv_io_map mmu.map mmu.query", CASE_ONCE },
	{ "attribute_without_devices", attribute_without_devices, "pv_io_map mmu.map pv_refusal_get",
	    CASE_ONCE | CASE_DIRECT },
	{ "unmap_is_gone", unmap_is_gone, "pv_io_unmap mmu.unmap mmu.sync", 0 },
	{ "map_leaks_nothing", map_leaks_nothing, "pv_io_map pv_io_unmap mmu.unmap", CASE_ONCE },
	{ "map_refuses", map_refuses, "pv_io_map", CASE_ONCE },
	{ "pci_refuses", pci_refuses, "pv_pci_read pv_pci_write", CASE_ONCE },
	{ "bus_address_of_memory", bus_address_of_memory, "io.bus_address pv_bus_address", CASE_ONCE },
	{ "bus_address_refuses", bus_address_refuses, "pv_bus_address", CASE_ONCE },
	{ "bus_alloc_below_a_limit", bus_alloc_below_a_limit,
	    "pv_bus_alloc pv_bus_free io.bus_address", CASE_ONCE },
	{ "bus_alloc_refuses", bus_alloc_refuses, "pv_bus_alloc", CASE_ONCE },
	{ "bus_alloc_without_the_hook", bus_alloc_without_the_hook, "pv_bus_alloc", CASE_ONCE },
};
SUITE(suite_io, "io", cases);
