/*
 * The kernel's own address space for those who use our entry code: built once, in
 * stage MMU, from the boot map; then the entry code's tables are left behind.
 *
 * What is mapped, with no page both writable and executable:
 *  - the image, section by section, at PV_KERNEL_OFFSET;
 *  - the direct map at PV_DIRECT_BASE: RAM and whatever in RAM holds something (the
 *    image, modules, firmware tables), the first megabyte, and a framebuffer that
 *    lies in reach; the image's text and constants are read-only there. On i386
 *    both are one;
 *  - windows: one page each, four per CPU, for frames the direct map has not or has
 *    read-only.
 * Large pages do not begin before 2 MiB: below, memory types change within one.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel_map.h"
#include "layout.h"
#include "../radix/radix.h"
#include "../../../hooks/hooks_internal.h"

#define MEGABYTE	0x100000u
#define LARGE_FROM	0x200000u
#define WINDOWS_SIZE	0x200000u		/* one leaf table */
#define WINDOWS_START	(PV_VA_END - WINDOWS_SIZE)
#define WINDOWS		4u			/* per CPU */
#define NR_RUNS		32u
PV_STATIC_ASSERT(PV_MAX_CPUS * WINDOWS <= 512, "PV_MAX_CPUS: windows for frames are made for 128 CPUs");

/* Defined by the kernel's linker script, page aligned; see the fragments of libpv. */
extern const char __pv_text_start[] PV_WEAK, __pv_text_end[] PV_WEAK;
extern const char __pv_rodata_start[] PV_WEAK, __pv_rodata_end[] PV_WEAK;

#define IMAGE(symbol)	((uintptr_t)(symbol) - PV_KERNEL_OFFSET)

/*
 * What is not mapped like all other memory, which is writable and in large pages. `on` and `off` are
 * flags as seen at the linked address.
 */
static struct area {
	uintptr_t start, end;
	unsigned off, on;
} area[] = {
	{ IMAGE(__pv_text_start), IMAGE(__pv_text_end), PV_PROT_WRITE, PV_PROT_EXEC },
	{ IMAGE(__pv_rodata_start), IMAGE(__pv_rodata_end), PV_PROT_WRITE, 0 },
	{ 0, LARGE_FROM, PV_MAP_LARGE, 0 },
};

/* What the direct map has, ascending; the first one is always there. */
static struct run {
	uintptr_t start, end;
} run[NR_RUNS] = { { 0, MEGABYTE } }, *last_run = run;

static uint64_t *windows;		/* the leaf table of the windows */
static pv_window_fn window_set;

/* -- windows ----------------------------------------------------------------- */

/* Any context: an interrupt in the middle finds the next free one. */
static void *
window_open(pv_paddr frame)
{
	pv_irq_state gate = pv_irq_save();
	unsigned first = pv_cpu_nr() * WINDOWS;
	void *va = NULL;

	for (unsigned i = first; i < first + WINDOWS; i++) {
		if (windows[i] == 0) {
			va = (void *)(uintptr_t)(WINDOWS_START + i * PV_PAGE_SIZE);
			window_set(&windows[i], (uintptr_t)va, frame, PV_PAGE_SIZE);
			break;
		}
	}
	pv_irq_restore(gate);
	return va;
}

static void
window_close(void *va)
{
	pv_irq_state gate = pv_irq_save();

	/* An interrupt that finds the window free must not find its old translation. */
	window_set(pv_kernel_map_window((uintptr_t)va), (uintptr_t)va, pv_pa(0), 0);
	pv_irq_restore(gate);
}

uint64_t *
pv_kernel_map_window(uintptr_t va)
{
	return windows != NULL && va - WINDOWS_START < WINDOWS_SIZE ?
	    &windows[(va - WINDOWS_START) >> PV_PAGE_SHIFT] : NULL;
}

/* Their table comes with a mapping, and is reached like all others that are made here. */
static pv_status
windows_make(struct pv_space *kernel)
{
	pv_status s = pv_radix_map(kernel, pv_va(WINDOWS_START), pv_pa(0), PV_PAGE_SIZE, 0);
	struct pv_radix_place at;

	if (s != PV_OK)
		return s;
	pv_radix_find(kernel, WINDOWS_START, 1, &at);
	windows = (uint64_t *)(uintptr_t)(PV_DIRECT_BASE + at.table.v);
	pv_pte_clear(at.where);
	pv_radix_close(&at);
	return PV_OK;
}

/* -- what is mapped ------------------------------------------------------------ */

static bool
covers(pv_paddr pa)
{
	for (const struct run *r = run; r <= last_run; r++)
		if (pa.v >= r->start && pa.v < r->end)
			return true;
	return false;
}

static bool
whole_pages(const struct area *a)
{
	return a->start < a->end && ((a->start | a->end) & PV_PAGE_MASK) == 0;
}

/* Map physical [start, end) at base + start; `never`: flags that are not to be had there. */
static pv_status
map_run(struct pv_space *kernel, uintptr_t base, uintptr_t start, uintptr_t end, unsigned never)
{
	pv_status s = PV_OK;

	while (start < end && s == PV_OK) {
		unsigned flags = PV_PROT_WRITE | PV_MAP_GLOBAL | PV_MAP_LARGE;
		uintptr_t stop = end;

		for (const struct area *a = area; a < area + sizeof(area) / sizeof(area[0]); a++) {
			bool in = start >= a->start && start < a->end;
			uintptr_t edge = in ? a->end : a->start;

			if (in)
				flags = (flags & ~a->off) | a->on;
			if (edge > start && edge < stop)
				stop = edge;
		}
		s = pv_radix_map(kernel, pv_va(base + start), pv_pa(start), stop - start, flags & ~never);
		if (s != PV_OK)
			pv_log("kernel map: physical 0x%llx-0x%llx cannot be mapped: %s",
			    (unsigned long long)start, (unsigned long long)stop, pv_status_text(s));
		start = stop;
	}
	return s;
}

#define IS_MEMORY	(1u << PV_MEM_RAM | 1u << PV_MEM_KERNEL | 1u << PV_MEM_MODULE | 1u << PV_MEM_BOOT |	\
			 1u << PV_MEM_ACPI | 1u << PV_MEM_NVS)

/* Join the ranges of the boot map, which are sorted, to runs of whole pages. */
static void
find_runs(const struct pv_boot *boot)
{
	for (const struct pv_boot_range *r = boot->range; r < boot->range + boot->nr_ranges; r++) {
		uint64_t room = PV_DIRECT_LIMIT - r->base.v;
		uintptr_t start = (uintptr_t)r->base.v & ~PV_PAGE_MASK, end;

		if ((IS_MEMORY >> r->kind & 1) == 0 || r->base.v >= PV_DIRECT_LIMIT)
			continue;
		end = (uintptr_t)pv_page_up(r->base.v + (r->size < room ? r->size : room));
		if (start > last_run->end) {
			if (last_run == &run[NR_RUNS - 1]) {
				pv_log("kernel map: memory at 0x%llx is left out of the direct map: too many holes",
				    (unsigned long long)start);
				continue;
			}
			*++last_run = (struct run){ start, end };
		}
		if (end > last_run->end)
			last_run->end = end;
	}
}

/* Pixels are written often and never read back: write-combining. */
static pv_status
map_framebuffer(struct pv_space *kernel, const struct pv_framebuffer *fb)
{
	uint64_t end = fb->base.v + (uint64_t)fb->pitch * fb->height;
	uintptr_t start = (uintptr_t)fb->base.v & ~PV_PAGE_MASK;

	if (fb->kind != PV_FB_RGB || fb->base.v >= end || end > PV_DIRECT_LIMIT || covers(fb->base) ||
	    covers(pv_pa(end - 1)))
		return PV_OK;
	return pv_radix_map(kernel, pv_va(PV_DIRECT_BASE + start), pv_pa(start),
	    (uintptr_t)pv_page_up(end) - start, PV_PROT_WRITE | PV_MAP_GLOBAL | PV_MAP_LARGE | PV_MAP_WC);
}

static pv_status
map_all(struct pv_space *kernel, const struct pv_boot *boot)
{
	uintptr_t start = (uintptr_t)pv_page_down(boot->kernel_base.v);
	uintptr_t end = (uintptr_t)pv_page_up(boot->kernel_base.v + boot->kernel_size);
	bool one = PV_DIRECT_BASE == PV_KERNEL_OFFSET;
	pv_status s = PV_OK;

	if (!whole_pages(&area[0]) || !whole_pages(&area[1])) {
		pv_log("the linker script does not define page-aligned __pv_text_start, __pv_text_end, "
		    "__pv_rodata_start and __pv_rodata_end: the whole image stays writable and executable");
		area[0] = (struct area){ start, end, 0, PV_PROT_EXEC };
		area[1].end = 0;
	}
	find_runs(boot);
	for (const struct run *r = run; r <= last_run && s == PV_OK; r++)
		s = map_run(kernel, PV_DIRECT_BASE, r->start, r->end, one ? 0 : PV_PROT_EXEC);
	if (s == PV_OK && !one)
		s = map_run(kernel, PV_KERNEL_OFFSET, start, end, 0);
	if (s == PV_OK)
		s = map_framebuffer(kernel, &boot->fb);
	return s == PV_OK ? windows_make(kernel) : s;
}

pv_status
pv_kernel_map_make(const struct pv_boot *boot, pv_window_fn window)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space *kernel = pv_space_kernel();
	pv_paddr root;
	pv_status s;

	window_set = window;
	s = h->page_alloc(h->context, &root);
	if (s != PV_OK)
		return s;
	pv_radix_prepare(kernel, root);
	return map_all(kernel, boot);
}

void
pv_kernel_map_use(void)
{
	static const struct pv_direct_map map = {
		.base = PV_DIRECT_BASE, .image_offset = PV_KERNEL_OFFSET, .va_start = PV_VA_START,
		.va_end = WINDOWS_START, .windows_size = WINDOWS_SIZE, .covers = covers, .window = window_open,
		.window_close = window_close,
	};

	pv_direct_map = map;
	pv_direct_map.size = last_run->end;
}
