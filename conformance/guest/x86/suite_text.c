/*
 * The kernel's text on x86: nobody writes it but the patcher, nothing is writable
 * and executable, and the patcher touches no site that is not as it was linked.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/pte.h>
#include "../capture.h"
#include "../suites.h"

static void *
direct(uint64_t pa)
{
	const struct pv_hooks *h = pv_hooks_get();

	return h->phys_to_virt(h->context, pv_pa(pa));
}

static bool
physical(const volatile void *va, uint64_t *pa)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr at;

	if (h->virt_to_phys(h->context, va, &at) != PV_OK)
		return false;
	*pa = at.v;
	return true;
}

/* -- protection -- */

static void
write_byte(void *arg)
{
	volatile uint8_t *p = arg;

	*p = *p;
}

static const char constant[] = "constant";

static void
write_faults_at(const volatile void *va)
{
	struct pv_trap trap = { 0 };

	CHECK(suite_catch(write_byte, (void *)(uintptr_t)va, &trap));
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK_EQ(trap.access, PV_ACCESS_WRITE | PV_ACCESS_PRESENT);
}

static void
text_is_read_only(void)
{
	uint64_t pa;

	write_faults_at((const void *)(uintptr_t)text_is_read_only);
	write_faults_at(constant);
	/* And in the direct map. */
	CHECK(physical((const void *)(uintptr_t)text_is_read_only, &pa));
	write_faults_at(direct(pa));
	CHECK(physical(constant, &pa));
	write_faults_at(direct(pa));
}

static void
run_it(void *arg)
{
	void (*fn)(void);

	memcpy(&fn, &arg, sizeof(fn));
	fn();
}

static void
data_does_not_run(void)
{
	static uint8_t data[16] = { 0xc3 };		/* ret */
	struct pv_trap trap = { 0 };
	uint64_t pa;

	if (!pv_has(PV_CAP_NX))
		SKIP("this CPU cannot forbid execution");
	CHECK(suite_catch(run_it, data, &trap));
	CHECK_EQ(trap.cause, PV_CAUSE_PAGE_FAULT);
	CHECK(physical(data, &pa));
	CHECK(suite_catch(run_it, direct(pa), &trap));
	CHECK_EQ(trap.access, PV_ACCESS_EXEC | PV_ACCESS_PRESENT);
}

/* Walk all tables of the root in force: how many leaves are mapped, and how many may do both. */
static unsigned leaves, both;
static uint64_t first_both;

/* Wholly in what the layer below keeps for itself (the first range there): no entry of this kernel's. */
static bool
below_us(uint64_t va, uint64_t size)
{
	struct pv_reserved_range r;

	return pv_has(PV_CAP_DIRECT_TABLES) && pv_space_reserved(0, &r) == PV_OK && va >= r.start.v &&
	    va + (size - 1) <= r.start.v + (r.size - 1);
}

/* The address that an entry covers from, in the form the CPU wants. */
static uint64_t
address(uint64_t va)
{
	return sizeof(uintptr_t) == 8 && (va >> 47 & 1) != 0 ? va | 0xffff000000000000ull : va;
}

static void
walk(const pv_pte *table, unsigned entries, unsigned level, uint64_t va, uint64_t rights)
{
	for (unsigned i = 0; i < entries; i++) {
		uint64_t e = pv_pte_get(&table[i]).v, mine, span = 1ull << (12 + 9 * (level - 1));
		uint64_t at = address(va + i * span);

		if ((e & PV_PTE_P) == 0 || below_us(at, span))
			continue;
		/* The PAE root has neither bit. */
		mine = sizeof(uintptr_t) == 4 && level == 3 ? rights :
		    (rights & e & PV_PTE_W) | ((rights | e) & PV_PTE_NX);
		if (level > 1 && (e & PV_PTE_PS) == 0) {
			walk(direct(e & PV_PTE_FRAME), 512, level - 1, at, mine);
			continue;
		}
		leaves++;
		if ((mine & PV_PTE_W) != 0 && (mine & PV_PTE_NX) == 0 && both++ == 0)
			first_both = at;
	}
}

static void
nothing_is_writable_and_executable(void)
{
	uintptr_t root = pv_cr3_read();

	if (!pv_has(PV_CAP_NX))
		SKIP("this CPU cannot forbid execution");
	leaves = both = 0;
	if (sizeof(uintptr_t) == 8)
		walk(direct(root & PV_PTE_FRAME), 512, 4, 0, PV_PTE_W);
	else
		walk(direct(root & ~31u), 4, 3, 0, PV_PTE_W);
	CHECK(leaves > 100);
	if (both > 0)
		suite_fail(__FILE__, __LINE__, "%u mappings, the first at 0x%llx", both,
		    (unsigned long long)first_both);
}

/* Sites hold one instruction sequence per op: that of the template, or a direct call. */
static void
sites_of_an_op_are_alike(void)
{
	struct pv_site_info a, b;

	for (unsigned i = 0; pv_site_get(i, &a) == PV_OK; i++) {
		for (unsigned j = i + 1; pv_site_get(j, &b) == PV_OK; j++) {
			if (a.patched != 2 || !suite_text_is(a.op, b.op) || a.length != b.length)
				continue;
			CHECK_EQ(b.patched, 2);
			CHECK(memcmp(a.now, b.now, a.length) == 0);
			break;
		}
	}
}

/* Bare metal has the instructions of every op that is shaped like the machine, for every site. */
static void
native_is_all_inline(void)
{
	struct pv_site_info info;
	unsigned others = 0, n = 0;
	pv_status s;

	if (pv_has(PV_CAP_PARAVIRT))
		return;
	s = pv_patch(true, NULL);
	for (; pv_site_get(n, &info) == PV_OK; n++)
		others += suite_text_has(info.op, "isa.") && info.patched != 2;
	if (suite_text_is(suite_mode(), "unpatched"))
		(void)pv_patch(false, NULL);
	CHECK_OK(s);
	CHECK_EQ(others, 0);
	CHECK(n > 20);
}

/* -- damage -- */

/* A site that is never run. */
__attribute__((noinline, used)) static void
victim(void)
{
	pv_irq_disable();
}

static bool
victim_site(struct pv_site_info *out)
{
	uintptr_t at = (uintptr_t)victim, best = 64;
	struct pv_site_info info;
	bool found = false;

	for (unsigned i = 0; pv_site_get(i, &info) == PV_OK; i++) {
		if (info.address - at < best) {
			best = info.address - at;
			*out = info;
			found = true;
		}
	}
	return found;
}

/* Write a byte of the image, wherever it is, through a window. */
static void
poke(uintptr_t va, uint8_t value)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t pa = 0;
	volatile uint8_t *window;

	if (!physical((const void *)va, &pa))
		pv_panic("the image has no physical address");
	window = h->map_frame(h->context, pv_pa(pv_page_down(pa)));
	window[pa & PV_PAGE_MASK] = value;
	h->unmap_frame(h->context, (void *)(uintptr_t)window);
	pv_code_sync((const void *)va, 1);
}

/* With this byte of the image changed the patcher refuses both ways, says so, and writes nothing there. */
static void
refused_with(uintptr_t va, uint8_t value, const char *word)
{
	uint8_t before = *(volatile uint8_t *)va;
	const char *said;
	pv_status on, off, after;
	bool named, kept;

	poke(va, value);
	suite_capture_begin();
	on = pv_patch(true, NULL);
	off = pv_patch(false, NULL);
	said = suite_capture_end();
	named = suite_text_has(said, word);
	kept = *(volatile uint8_t *)va == value;
	poke(va, before);
	after = pv_patch(!suite_text_is(suite_mode(), "unpatched"), NULL);
	CHECK_STATUS(on, PV_E_FORMAT);
	CHECK_STATUS(off, PV_E_FORMAT);
	CHECK_OK(after);
	CHECK(named);
	CHECK(kept);
}

static void
damaged_site_is_refused(void)
{
	struct pv_site_info info;
	char address[24];

	CHECK(victim_site(&info));
	CHECK(suite_text_is(info.op, "isa.irq_disable"));
	(void)pv_snprintf(address, sizeof(address), "0x%lx", (unsigned long)info.address);
	for (unsigned i = 0; i < info.length; i++) {
		refused_with(info.address + i, info.now[i] ^ 0x40, address);
		refused_with(info.address + i, info.now[i] ^ 0x01, "isa.irq_disable");
	}
}

/* A refusal leaves every site as it was: all are looked at before any is written. */
static void
damage_stops_before_the_first_write(void)
{
	struct pv_site_info info, before, after;
	unsigned changed = 0, n = 0;
	bool on = suite_text_is(suite_mode(), "unpatched");
	uint8_t byte;

	CHECK(victim_site(&info));
	byte = *(volatile uint8_t *)info.address;
	poke(info.address, 0xcc);
	while (pv_site_get(n, &before) == PV_OK)
		n++;
	suite_capture_begin();
	(void)pv_patch(on, NULL);
	(void)suite_capture_end();
	for (unsigned i = 0; i < n; i++) {
		(void)pv_site_get(i, &after);
		changed += after.address != info.address && (after.patched != 0) == on;
	}
	poke(info.address, byte);
	CHECK_OK(pv_patch(!on, NULL));
	CHECK_EQ(changed, 0);
}

static const struct suite_case cases[] = {
	{ "text_is_read_only", text_is_read_only, "pv_patch", 0 },
	{ "data_does_not_run", data_does_not_run, "pv_patch", 0 },
	{ "nothing_is_writable_and_executable", nothing_is_writable_and_executable, "pv_patch", 0 },
	{ "sites_of_an_op_are_alike", sites_of_an_op_are_alike, "pv_site_get", 0 },
	{ "native_is_all_inline", native_is_all_inline, "pv_patch", 0 },
	{ "damaged_site_is_refused", damaged_site_is_refused, "pv_patch", 0 },
	{ "damage_stops_before_the_first_write", damage_stops_before_the_first_write, "pv_patch", CASE_ONCE },
};
SUITE(suite_text, "text", cases);
