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
#include "native.h"
#include "../../common/radix/radix.h"
#include PV_BACKEND_ISA(layout.h)
#include PV_BACKEND_ISA(swap.h)

#define MEGABYTE	0x100000ull
#define LARGE_FROM	0x200000ull
#define WINDOWS_SIZE	0x200000u		/* one leaf table */
#define WINDOWS_START	(PV_VA_END - WINDOWS_SIZE)
#define WINDOWS		4u			/* per CPU */
#define WINDOW_BITS	(PV_PTE_P | PV_PTE_W | PV_PTE_A | PV_PTE_D)
#define NR_RUNS		32u
PV_STATIC_ASSERT(PV_MAX_CPUS * WINDOWS <= 512, "PV_MAX_CPUS: windows for frames are made for 128 CPUs");

/* Defined by the kernel's linker script, page aligned; see the fragments of libpv. */
extern const char __pv_text_start[] PV_WEAK, __pv_text_end[] PV_WEAK;
extern const char __pv_rodata_start[] PV_WEAK, __pv_rodata_end[] PV_WEAK;

/* A stretch of the image with protection of its own. `flags` as seen at the linked address. */
static struct cut {
	uint64_t start, end;
	unsigned flags;
} cut[2];

static struct {
	uint64_t start, end;
} run[NR_RUNS];
static unsigned nr_runs;

static uint64_t *windows;		/* the leaf table of the windows; each entry changes in one step */

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
			(void)pv_native_swap64(&windows[i], (frame.v & PV_PTE_FRAME) | WINDOW_BITS | pv_radix.nx);
			va = (void *)(uintptr_t)(WINDOWS_START + i * PV_PAGE_SIZE);
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
	(void)pv_native_swap64(&windows[((uintptr_t)va - WINDOWS_START) >> PV_PAGE_SHIFT], 0);
	__asm__ volatile("invlpg (%0)" : : "r" (va) : "memory");
	pv_irq_restore(gate);
}

static pv_status
windows_make(struct pv_space *kernel)
{
	pv_paddr table;
	pv_status s = pv_radix_leaf_table(kernel, pv_va(WINDOWS_START), &table);

	windows = (uint64_t *)(uintptr_t)(PV_DIRECT_BASE + table.v);
	return s;
}

/* -- what is mapped ------------------------------------------------------------ */

static bool
covers(pv_paddr pa)
{
	for (unsigned i = 0; i < nr_runs; i++)
		if (pa.v >= run[i].start && pa.v < run[i].end)
			return true;
	return false;
}

static uint64_t
image_pa(const char *symbol)
{
	return (uintptr_t)symbol - PV_KERNEL_OFFSET;
}

static void
find_cuts(const struct pv_boot *boot)
{
	uintptr_t all = (uintptr_t)__pv_text_start | (uintptr_t)__pv_text_end | (uintptr_t)__pv_rodata_start |
	    (uintptr_t)__pv_rodata_end;

	if (__pv_text_start != NULL && __pv_rodata_end != NULL && (all & PV_PAGE_MASK) == 0) {
		cut[0].start = image_pa(__pv_text_start);
		cut[0].end = image_pa(__pv_text_end);
		cut[0].flags = PV_PROT_EXEC;
		cut[1].start = image_pa(__pv_rodata_start);
		cut[1].end = image_pa(__pv_rodata_end);
		return;
	}
	pv_log("the linker script does not define page-aligned __pv_text_start, __pv_text_end, "
	    "__pv_rodata_start and __pv_rodata_end: the whole image stays writable and executable");
	cut[0].start = pv_page_down(boot->kernel_base.v);
	cut[0].end = pv_page_up(boot->kernel_base.v + boot->kernel_size);
	cut[0].flags = PV_PROT_EXEC | PV_PROT_WRITE;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Map physical [start, end) at base + start; `linked`: code may run there. */
static pv_status
map_run(struct pv_space *kernel, uintptr_t base, uint64_t start, uint64_t end, bool linked)
{
	while (start < end) {
		unsigned flags = PV_PROT_WRITE;
		uint64_t stop = start < LARGE_FROM ? least(end, LARGE_FROM) : end;
		pv_status s;

		for (unsigned i = 0; i < 2; i++) {
			if (start >= cut[i].start && start < cut[i].end) {
				flags = cut[i].flags;
				stop = least(stop, cut[i].end);
			} else if (start < cut[i].start) {
				stop = least(stop, cut[i].start);
			}
		}
		if (!linked)
			flags &= ~PV_PROT_EXEC;
		flags |= PV_MAP_GLOBAL | (start < LARGE_FROM ? 0 : PV_MAP_LARGE);
		s = pv_radix_map(kernel, pv_va(base + (uintptr_t)start), pv_pa(start),
		    (uintptr_t)(stop - start), flags);
		if (s != PV_OK) {
			pv_log("kernel map: physical 0x%llx-0x%llx cannot be mapped: %s",
			    (unsigned long long)start, (unsigned long long)stop, pv_status_text(s));
			return s;
		}
		start = stop;
	}
	return PV_OK;
}

static bool
is_memory(enum pv_mem kind)
{
	return kind == PV_MEM_RAM || kind == PV_MEM_KERNEL || kind == PV_MEM_MODULE || kind == PV_MEM_BOOT ||
	    kind == PV_MEM_ACPI || kind == PV_MEM_NVS;
}

/* Join the ranges of the boot map, which are sorted, to runs of whole pages. */
static void
find_runs(const struct pv_boot *boot)
{
	run[0].end = MEGABYTE;
	nr_runs = 1;
	for (uint32_t i = 0; i < boot->nr_ranges; i++) {
		const struct pv_boot_range *r = &boot->range[i];
		uint64_t start = pv_page_down(r->base.v), end = r->base.v + r->size;

		if (!is_memory(r->kind) || start >= PV_DIRECT_LIMIT)
			continue;
		end = end < r->base.v || end > PV_DIRECT_LIMIT ? PV_DIRECT_LIMIT : pv_page_up(end);
		if (start <= run[nr_runs - 1].end) {
			if (end > run[nr_runs - 1].end)
				run[nr_runs - 1].end = end;
		} else if (nr_runs < NR_RUNS) {
			run[nr_runs].start = start;
			run[nr_runs++].end = end;
		} else {
			pv_log("kernel map: memory at 0x%llx is left out of the direct map: too many holes",
			    (unsigned long long)start);
		}
	}
}

/* Pixels are written often and never read back: write-combining. */
static pv_status
map_framebuffer(struct pv_space *kernel, const struct pv_framebuffer *fb)
{
	uint64_t start = pv_page_down(fb->base.v);
	uint64_t end = pv_page_up(fb->base.v + (uint64_t)fb->pitch * fb->height);

	if (fb->kind != PV_FB_RGB || start >= end || end > PV_DIRECT_LIMIT || covers(pv_pa(start)) ||
	    covers(pv_pa(end - 1)))
		return PV_OK;
	return pv_radix_map(kernel, pv_va(PV_DIRECT_BASE + (uintptr_t)start), pv_pa(start),
	    (uintptr_t)(end - start), PV_PROT_WRITE | PV_MAP_GLOBAL | PV_MAP_LARGE | PV_MAP_WC);
}

pv_status
pv_native_kernel_map(const struct pv_boot *boot)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space *kernel = pv_space_kernel();
	bool one = PV_DIRECT_BASE == PV_KERNEL_OFFSET;
	pv_paddr root;
	pv_status s;

	pv_native_mmu_setup();
	s = h->page_alloc(h->context, &root);
	if (s != PV_OK)
		return s;
	pv_radix_prepare(kernel, root);
	find_cuts(boot);
	find_runs(boot);
	for (unsigned i = 0; i < nr_runs && s == PV_OK; i++)
		s = map_run(kernel, PV_DIRECT_BASE, run[i].start, run[i].end, one);
	if (s == PV_OK && !one)
		s = map_run(kernel, PV_KERNEL_OFFSET, pv_page_down(boot->kernel_base.v),
		    pv_page_up(boot->kernel_base.v + boot->kernel_size), true);
	if (s == PV_OK)
		s = map_framebuffer(kernel, &boot->fb);
	if (s == PV_OK)
		s = windows_make(kernel);
	if (s != PV_OK)
		return s;
	pv_root_set(root, root);
	pv_native_flush_all(true);
	pv_direct_map.size = run[nr_runs - 1].end;
	pv_direct_map.covers = covers;
	pv_direct_map.va_end = WINDOWS_START;
	pv_direct_map.windows_size = WINDOWS_SIZE;
	pv_direct_map.window_close = window_close;
	pv_direct_map.window = window_open;
	return PV_OK;
}
