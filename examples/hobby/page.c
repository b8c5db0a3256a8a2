/*
 * Pages of memory: one record for each that the machine has, with the number of its
 * users and what it is used for. The pages themselves come from libpv's freestanding
 * hooks; this file stands between, also for the pages that libpv itself takes for
 * tables, so that the account is whole.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define RESERVE		64u	/* pages that programs, files and pipes leave to the kernel */
#define COLOUR_TRIES	16u	/* pages of a wrong cache colour that are passed over */

struct record {
	uint16_t users;
	uint8_t use;
};

static const struct pv_hooks *hooks;	/* the freestanding ones */
static struct record *records;
static uint64_t nr_records;
static uint64_t counts[PAGE_USES];
static uint64_t pages_at_first;
static uint64_t out_of_colour;		/* pages given for addresses of another colour, so far */
static const char *const use_names[PAGE_USES] = {
	[PAGE_FREE] = "free", [PAGE_USER] = "user", [PAGE_FILE] = "files", [PAGE_STACK] = "stacks",
	[PAGE_HEAP] = "heap", [PAGE_PIPE] = "pipes", [PAGE_TABLE] = "tables",
};

static struct record *
record_of(pv_paddr page)
{
	uint64_t n = page.v >> PV_PAGE_SHIFT;

	if (n >= nr_records)
		pv_panic("page 0x%llx is none of this machine's", (unsigned long long)page.v);
	return &records[n];
}

static int
take(pv_paddr *page, enum page_use use)
{
	struct record *r;

	if (hooks->page_alloc(hooks->context, page) != PV_OK)
		return -ENOMEM;
	r = record_of(*page);
	r->users = 1;
	r->use = (uint8_t)use;
	counts[use]++;
	return 0;
}

bool
page_scarce(void)
{
	uint64_t left, all;

	pv_freestanding_pages(&left, &all);
	return left <= RESERVE;
}

int
page_new(pv_paddr *page, enum page_use use)
{
	bool first = current != NULL && current->pid == 1;	/* must not die of it */

	if ((use == PAGE_FILE || use == PAGE_PIPE || (use == PAGE_USER && !first)) && page_scarce())
		return -ENOMEM;
	if (use == PAGE_FILE && counts[PAGE_FILE] >= pages_at_first / 2)
		return -ENOMEM;
	return take(page, use);
}

int
page_new_at(pv_paddr *page, uintptr_t at)
{
	pv_paddr passed[COLOUR_TRIES];
	unsigned n = 0;
	int error;

	while ((error = page_new(page, PAGE_USER)) == 0 && ((page->v ^ at) & PV_CACHE_ALIAS_MASK) != 0 &&
	    n < COLOUR_TRIES)
		passed[n++] = *page;
	/* What is left is of another colour: slower is better than nothing. */
	if (error != 0 && n > 0) {
		*page = passed[--n];
		error = 0;
	}
	if (error == 0 && ((page->v ^ at) & PV_CACHE_ALIAS_MASK) != 0)
		out_of_colour++;
	while (n > 0)
		page_drop(passed[--n]);
	return error;
}

void
page_share(pv_paddr page)
{
	struct record *r = record_of(page);

	if (r->users == 0 || r->users == UINT16_MAX)
		pv_panic("page 0x%llx has %u users and gets one more", (unsigned long long)page.v, r->users);
	r->users++;
}

void
page_drop(pv_paddr page)
{
	struct record *r = record_of(page);

	if (r->users == 0)
		pv_panic("page 0x%llx has no users and loses one", (unsigned long long)page.v);
	if (--r->users > 0)
		return;
	counts[r->use]--;
	r->use = PAGE_FREE;
	hooks->page_free(hooks->context, page);
}

unsigned
page_users(pv_paddr page)
{
	return record_of(page)->users;
}

/* Where a page can be reached for a while: where it always is, if it is anywhere. A temporary address costs more. */
static uint8_t *
page_show(pv_paddr page, bool *temporary)
{
	uint8_t *at = hooks->phys_to_virt != NULL ? hooks->phys_to_virt(hooks->context, page) : NULL;

	*temporary = at == NULL;
	if (at == NULL)
		at = hooks->map_frame(hooks->context, page);
	if (at == NULL)
		pv_panic("no window on page 0x%llx", (unsigned long long)page.v);
	return at;
}

/* Both directions, page by page. */
static void
copy(pv_paddr at, void *to, const void *from, size_t size)
{
	while (size > 0) {
		uintptr_t offset = (uintptr_t)(at.v & PV_PAGE_MASK);
		size_t n = MIN(size, PV_PAGE_SIZE - offset);
		bool temporary;
		uint8_t *window = page_show(pv_pa(at.v - offset), &temporary);

		if (to != NULL) {
			memcpy(to, window + offset, n);
			to = (uint8_t *)to + n;
		} else {
			memcpy(window + offset, from, n);
			from = (const uint8_t *)from + n;
		}
		if (temporary)
			hooks->unmap_frame(hooks->context, window);
		at = pv_pa_add(at, n);
		size -= n;
	}
}

void
page_read(pv_paddr at, void *to, size_t size)
{
	copy(at, to, NULL, size);
}

void
page_write(pv_paddr at, const void *from, size_t size)
{
	copy(at, NULL, from, size);
}

void
page_text(struct text *t)
{
	uint64_t left, all, known = 0;

	pv_freestanding_pages(&left, &all);
	counts[PAGE_FREE] = left;
	text_add(t, "pages of %lu bytes: %llu\n", (unsigned long)PV_PAGE_SIZE, (unsigned long long)all);
	for (unsigned i = 0; i < PAGE_USES; i++) {
		text_add(t, "%-8s %8llu\n", use_names[i], (unsigned long long)counts[i]);
		known += counts[i];
	}
	text_add(t, "%-8s %8llu\n", "kernel", (unsigned long long)(all - known));
	text_add(t, "out of colour: %llu\n", (unsigned long long)out_of_colour);
	text_add(t, "heap in use: %lu bytes\n", (unsigned long)heap_in_use());
}

/* -- what libpv takes for itself -------------------------------------------------- */

static pv_status
table_alloc(void *context, pv_paddr *page)
{
	(void)context;
	return take(page, PAGE_TABLE) == 0 ? PV_OK : PV_E_NOMEM;
}

static void
table_free(void *context, pv_paddr page)
{
	(void)context;
	/* From before there were records: of the tables that the machine started on. */
	if (record_of(page)->users == 0)
		hooks->page_free(hooks->context, page);
	else
		page_drop(page);
}

static uint64_t
end_of_ram(const struct pv_boot *boot)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < boot->nr_ranges; i++)
		if (boot->range[i].kind == PV_MEM_RAM)
			end = boot->range[i].base.v + boot->range[i].size;
	return end;
}

void
page_init(const struct pv_boot *boot)
{
	struct pv_hooks own = *pv_hooks_get();
	uint64_t all;
	size_t bytes;
	pv_vaddr at;
	pv_paddr base;

	hooks = pv_hooks_freestanding(boot);
	nr_records = end_of_ram(boot) >> PV_PAGE_SHIFT;
	bytes = (size_t)pv_page_up(nr_records * sizeof(*records));
	if (hooks->pages_alloc(hooks->context, bytes >> PV_PAGE_SHIFT, 0, &base) != PV_OK ||
	    hooks->va_alloc(hooks->context, bytes, &at) != PV_OK ||
	    pv_space_map(pv_space_kernel(), at, base, bytes, PV_PROT_WRITE | PV_MAP_LARGE) != PV_OK)
		pv_panic("no memory for the records of %llu pages", (unsigned long long)nr_records);
	records = pv_va_ptr(at);
	memset(records, 0, bytes);
	pv_freestanding_pages(&pages_at_first, &all);
	own.page_alloc = table_alloc;
	own.page_free = table_free;
	if (pv_hooks_set(&own) != PV_OK)
		pv_panic("libpv did not take this kernel's hooks");
}
