/*
 * The hooks: the check of the set, the freestanding set at work, log and recovery
 * of what was taken.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "capture.h"
#include "suites.h"

/* -- the check -- */

static const struct {
	size_t at;
	const char *name;
} members[] = {
#define MEMBER(member)	{ __builtin_offsetof(struct pv_hooks, member), #member }
	MEMBER(page_alloc), MEMBER(page_free), MEMBER(map_frame), MEMBER(unmap_frame), MEMBER(virt_to_phys),
	MEMBER(va_alloc), MEMBER(va_free), MEMBER(pages_alloc), MEMBER(pages_free),
};

static bool
refused_by_name(const struct pv_hooks *set, const char *name)
{
	const char *said;
	pv_status s;

	suite_capture_begin();
	s = pv_hooks_set(set);
	said = suite_capture_end();
	if (s == PV_E_INVAL && suite_text_has(said, name))
		return true;
	suite_fail(__FILE__, __LINE__, "without %s: %s, '%s'", name, pv_status_name(s), said);
	return false;
}

static void
each_missing_member_is_named(void)
{
	const struct pv_hooks real = *pv_hooks_get();

	for (unsigned i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		struct pv_hooks set = real;
		pv_slot none = NULL;

		memcpy((char *)&set + members[i].at, &none, sizeof(none));
		if (!refused_by_name(&set, members[i].name))
			break;
	}
	CHECK(memcmp(&real, pv_hooks_get(), sizeof(real)) == 0);
}

static pv_status
va_map(void *context, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags)
{
	(void)context;
	(void)va;
	(void)pa;
	(void)size;
	(void)flags;
	return PV_E_NOMEM;
}

static void
va_unmap(void *context, pv_vaddr va, uintptr_t size)
{
	(void)context;
	(void)va;
	(void)size;
}

static void
pairs_go_together(void)
{
	struct pv_hooks set = *pv_hooks_get();

	CHECK(set.va_map == NULL && set.va_unmap == NULL);
	set.va_map = va_map;
	if (!refused_by_name(&set, "va_unmap"))
		return;
	set.va_map = NULL;
	set.va_unmap = va_unmap;
	(void)refused_by_name(&set, "va_map");
}

static void
other_size_is_another_version(void)
{
	struct pv_hooks set = *pv_hooks_get();
	const char *said;
	pv_status s;

	set.size -= 4;
	suite_capture_begin();
	s = pv_hooks_set(&set);
	said = suite_capture_end();
	CHECK_STATUS(s, PV_E_VERSION);
	CHECK(suite_text_has(said, "size"));
	CHECK_EQ(pv_hooks_get()->size, sizeof(set));
}

/* -- the freestanding set -- */

static void
free_pages(uint64_t *n)
{
	uint64_t total;

	pv_freestanding_pages(n, &total);
}

static void
pages_are_zeroed_and_apart(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr page[3];
	bool zero = true;

	for (unsigned i = 0; i < 3; i++) {
		volatile uint64_t *p;

		page[i] = suite_page();
		p = h->map_frame(h->context, page[i]);
		for (unsigned w = 0; w < PV_PAGE_SIZE / 8; w++) {
			zero = zero && p[w] == 0;
			p[w] = ~0ull;
		}
		h->unmap_frame(h->context, (void *)(uintptr_t)p);
	}
	for (unsigned i = 0; i < 3; i++)
		suite_page_free(page[i]);
	CHECK(zero);
	CHECK(page[0].v != page[1].v && page[1].v != page[2].v && page[0].v != page[2].v);
	CHECK_EQ((page[0].v | page[1].v | page[2].v) & PV_PAGE_MASK, 0);
}

static void
pages_are_counted(void)
{
	uint64_t before, with, after, total;
	pv_paddr page;

	pv_freestanding_pages(&before, &total);
	page = suite_page();
	free_pages(&with);
	suite_page_free(page);
	free_pages(&after);
	CHECK_EQ(with, before - 1);
	CHECK_EQ(after, before);
	CHECK(before <= total && total > 1000);
	CHECK(total <= pv_boot_ram_bytes(pv_boot_get()) >> PV_PAGE_SHIFT);
}

static void
runs_below_a_limit(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t before, with, after, limit = 16u << 20;
	pv_paddr run, low;
	bool zero = true;
	pv_status s;

	free_pages(&before);
	CHECK_OK(h->pages_alloc(h->context, 7, 0, &run));
	s = h->pages_alloc(h->context, 2, limit, &low);
	/* Where tables of all memory had to be made low, those may have taken all there. */
	while (s == PV_E_NOMEM && pv_has(PV_CAP_DIRECT_TABLES) && limit < 64u << 20) {
		limit *= 2;
		s = h->pages_alloc(h->context, 2, limit, &low);
	}
	CHECK_OK(s);
	free_pages(&with);
	for (unsigned i = 0; i < 7; i++) {
		volatile uint32_t *p = h->map_frame(h->context, pv_pa_add(run, i * PV_PAGE_SIZE));

		zero = zero && p[0] == 0 && p[PV_PAGE_SIZE / 4 - 1] == 0;
		h->unmap_frame(h->context, (void *)(uintptr_t)p);
	}
	h->pages_free(h->context, run, 7);
	h->pages_free(h->context, low, 2);
	free_pages(&after);
	CHECK(zero);
	CHECK(low.v + 2 * PV_PAGE_SIZE <= limit);
	CHECK(run.v + 7 * PV_PAGE_SIZE <= low.v || low.v + 2 * PV_PAGE_SIZE <= run.v);
	CHECK_EQ(with, before - 9);
	CHECK_EQ(after, before);
}

static void
more_than_there_is(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	uint64_t before, total, after;
	pv_paddr run;

	pv_freestanding_pages(&before, &total);
	CHECK_STATUS(h->pages_alloc(h->context, (size_t)total + 1, 0, &run), PV_E_NOMEM);
	CHECK_STATUS(h->pages_alloc(h->context, 1, 1, &run), PV_E_NOMEM);
	CHECK_STATUS(h->pages_alloc(h->context, 0, 0, &run), PV_E_NOMEM);
	free_pages(&after);
	CHECK_EQ(after, before);
}

static void
windows_show_their_frame(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr page[4];
	volatile uint32_t *window[4];
	bool kept = true;

	for (uint32_t i = 0; i < 4; i++) {
		page[i] = suite_page();
		window[i] = h->map_frame(h->context, page[i]);
		CHECK(window[i] != NULL);
		*window[i] = 0xf00d0000 + i;
	}
	for (unsigned i = 4; i-- > 0;) {
		kept = kept && *window[i] == 0xf00d0000 + i;
		h->unmap_frame(h->context, (void *)(uintptr_t)window[i]);
	}
	for (uint32_t i = 0; i < 4; i++) {
		volatile uint32_t *again = h->map_frame(h->context, page[i]);

		kept = kept && *again == 0xf00d0000 + i;
		h->unmap_frame(h->context, (void *)(uintptr_t)again);
		suite_page_free(page[i]);
	}
	CHECK(kept);
}

static void
addresses_lead_to_their_frame(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	static uint8_t here[4];
	pv_paddr page = suite_page(), pa, image;
	volatile uint8_t *direct = h->phys_to_virt(h->context, page), *window;
	bool same;

	CHECK(direct != NULL);
	CHECK_OK(h->virt_to_phys(h->context, direct + 5, &pa));
	CHECK_OK(h->virt_to_phys(h->context, &here[1], &image));
	suite_page_free(page);
	CHECK_EQ(pa.v, page.v + 5);
	here[1] = 0x5a;
	window = h->map_frame(h->context, pv_pa(pv_page_down(image.v)));
	same = window[image.v & PV_PAGE_MASK] == 0x5a;
	h->unmap_frame(h->context, (void *)(uintptr_t)window);
	CHECK(same);
}

static void
address_of_nothing(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_vaddr va;
	pv_paddr pa;

	CHECK_OK(h->va_alloc(h->context, PV_PAGE_SIZE, &va));
	CHECK(h->virt_to_phys(h->context, pv_va_ptr(va), &pa) != PV_OK);
	h->va_free(h->context, va, PV_PAGE_SIZE);
	CHECK(h->phys_to_virt(h->context, pv_pa(1ull << 50)) == NULL);
}

static void
address_ranges_are_apart(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_vaddr a, b, again;
	uintptr_t size = 3 * PV_PAGE_SIZE;

	CHECK_OK(h->va_alloc(h->context, size, &a));
	CHECK_OK(h->va_alloc(h->context, size, &b));
	CHECK_EQ((a.v | b.v) & PV_PAGE_MASK, 0);
	CHECK(a.v + size <= b.v || b.v + size <= a.v);
	h->va_free(h->context, a, size);
	CHECK_OK(h->va_alloc(h->context, size, &again));
	h->va_free(h->context, again, size);
	h->va_free(h->context, b, size);
	CHECK_EQ(again.v, a.v);
	CHECK_STATUS(h->va_alloc(h->context, ~PV_PAGE_MASK, &a), PV_E_NOMEM);
	CHECK_STATUS(h->va_alloc(h->context, 0, &a), PV_E_NOMEM);
}

/* -- messages -- */

static char logged[64];

static void
log_hook(void *context, const char *line)
{
	(void)pv_snprintf(logged, sizeof(logged), "%s|%s", (const char *)context, line);
}

static void
log_goes_to_its_hook(void)
{
	const struct pv_hooks real = *pv_hooks_get();
	struct pv_hooks set = real;
	static char context[] = "context";
	const char *said;

	set.log = log_hook;
	set.context = context;
	CHECK_OK(pv_hooks_set(&set));
	suite_capture_begin();
	pv_log("%d lines of %s", 3, "text");
	said = suite_capture_end();
	CHECK_OK(pv_hooks_set(&real));
	CHECK(suite_text_is(said, ""));
	CHECK(suite_text_is(logged, "context|3 lines of text"));
}

static void
log_without_hook(void)
{
	const char *said;

	CHECK(pv_hooks_get()->log == NULL);
	suite_capture_begin();
	pv_log("%s", "to the console");
	said = suite_capture_end();
	CHECK(suite_text_is(said, "pv: to the console\n"));
}

static void
cpu_record_is_made(void)
{
	static struct pv_cpu cpu;

	memset(&cpu, 0xee, sizeof(cpu));
	pv_cpu_init(&cpu, 5);
	CHECK(cpu.self == &cpu);
	CHECK_EQ(cpu.id, 5);
	CHECK_EQ(cpu.depth, 0);
	CHECK_EQ(cpu.recover, 0);
	CHECK(cpu.thread == NULL && cpu.space == NULL);
}

static const struct suite_case cases[] = {
	{ "each_missing_member_is_named", each_missing_member_is_named,
	    "pv_hooks_set pv_hooks_get", CASE_ONCE },
	{ "pairs_go_together", pairs_go_together, "pv_hooks_set", CASE_ONCE },
	{ "other_size_is_another_version", other_size_is_another_version, "pv_hooks_set", CASE_ONCE },
	{ "pages_are_zeroed_and_apart", pages_are_zeroed_and_apart, "pv_hooks_freestanding", 0 },
	{ "pages_are_counted", pages_are_counted, "pv_freestanding_pages", 0 },
	{ "runs_below_a_limit", runs_below_a_limit, "pv_hooks_freestanding", CASE_ONCE },
	{ "more_than_there_is", more_than_there_is, "pv_hooks_freestanding", CASE_ONCE },
	{ "windows_show_their_frame", windows_show_their_frame, "pv_hooks_freestanding", 0 },
	{ "addresses_lead_to_their_frame", addresses_lead_to_their_frame,
	    "pv_hooks_freestanding", CASE_ONCE },
	{ "address_of_nothing", address_of_nothing, "pv_hooks_freestanding", CASE_ONCE },
	{ "address_ranges_are_apart", address_ranges_are_apart, "pv_hooks_freestanding", CASE_ONCE },
	{ "log_goes_to_its_hook", log_goes_to_its_hook, "pv_log pv_hooks_set", CASE_ONCE },
	{ "log_without_hook", log_without_hook, "pv_log", CASE_ONCE },
	{ "cpu_record_is_made", cpu_record_is_made, "pv_cpu_init", CASE_ONCE },
};
SUITE(suite_hooks, "hooks", cases);
