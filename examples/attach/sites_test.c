/*
 * Call sites in a kernel whose text is never writable: libpv rewrites them through
 * windows that this kernel opens, or not at all.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

/* Never run: its call site is there to be damaged. */
static void __attribute__((noinline, used))
victim(void)
{
	pv_fpu_set();
}

/* The site in victim(). */
static uint8_t *
victim_site(void)
{
	struct pv_site_info site;

	for (unsigned n = 0; pv_site_get(n, &site) == PV_OK; n++)
		if (site.address - (uintptr_t)victim < 32)
			return (uint8_t *)site.address;
	pv_panic("attach: no call site in victim()");
}

static void
flip(bool through_window)
{
	uint8_t *at = victim_site() + 1, *to = at;
	uintptr_t in_page = (uintptr_t)at & PV_PAGE_MASK;

	if (through_window)
		to = (uint8_t *)map_frame(NULL, pv_pa((uintptr_t)at - in_page - KERNBASE)) + in_page;
	*to ^= 0xff;
	if (through_window)
		unmap_frame(NULL, to - in_page);
}

/* Before the kernel's own tables are in force text can be written; afterwards only through a window. */
void
corrupt_site(bool through_window)
{
	pv_printf("# damaging the call site at 0x%lx\n", (unsigned long)(uintptr_t)victim_site());
	flip(through_window);
}

static unsigned
nr_patched(void)
{
	struct pv_site_info site;
	unsigned patched = 0;

	for (unsigned n = 0; pv_site_get(n, &site) == PV_OK; n++)
		patched += site.patched != 0;
	return patched;
}

static bool
text_is_read_only(void)
{
	for (uintptr_t va = (uintptr_t)text_start; va < (uintptr_t)text_end; va += PV_PAGE_SIZE) {
		unsigned level;

		if ((pmap_lookup(&kernel_space, va, &level, DIRECT_MAP).v & (PV_PTE_W | PV_PTE_NX)) != 0)
			return false;
	}
	return true;
}

void
sites_test(void)
{
	struct pv_patch_result r;
	unsigned windows;

	ok_status("sites.back", pv_patch(false, &r), PV_OK);
	CHECK("sites.all_table_calls", r.sites > 0 && r.left == r.sites && nr_patched() == 0);
	corrupt_site(true);
	ok_status("sites.damaged", pv_patch(true, &r), PV_E_FORMAT);
	corrupt_site(true);
	CHECK("sites.damaged_nothing_written", r.inlined + r.direct == 0 && nr_patched() == 0);
	windows = windows_opened;
	ok_status("sites.live", pv_patch(true, &r), PV_OK);
	CHECK("sites.none_left", r.inlined + r.direct == r.sites && r.left == 0 && nr_patched() == r.sites);
	CHECK("sites.through_windows", windows_opened - windows >= r.sites);
	CHECK("sites.text_read_only", text_is_read_only());
}
