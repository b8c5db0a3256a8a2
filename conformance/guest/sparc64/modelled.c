/*
 * The kernel that host tests run on their model of a sun4v machine
 * (conformance/host/sun4v_model.h). The command line says what it does; at points() the
 * tests look, keep the machine as it is, or change it, and go on.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/pv.h>
#include <pv/sparc64/frame.h>
#include <pv/sparc64/tlb.h>
#include "../../../examples/common/memory.h"

#define SOURCES		8u
#define SOURCE(n)	(0x100u << 8 | (0x10 + (n)))
#define LOOPS		30u
/* By the way of the model: a core trap with this number. */
#define POINT		0x7001u
#define QUIET		0x7002u		/* %o0: a device whose level goes away */

#define VA		0x1e000000000ul	/* nobody's, below the hole */
#define RW		(PV_PROT_READ | PV_PROT_WRITE)

/* What the tests look at. */
volatile uint64_t modelled_hits[SOURCES], modelled_cross[4], modelled_checks, modelled_segment;
volatile uint64_t modelled_spurious, modelled_later;

/* Another strand's, for what it sends. */
uint16_t modelled_list[4];
uint64_t modelled_mondo[8] __attribute__((aligned(64)));

static void
tell(uint64_t what, uint64_t n, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t o0 __asm__("o0") = n;
	register uint64_t o1 __asm__("o1") = a;
	register uint64_t o2 __asm__("o2") = b;
	register uint64_t o3 __asm__("o3") = c;
	register uint64_t o4 __asm__("o4") = 0;
	register uint64_t o5 __asm__("o5") = what;

	__asm__ volatile("ta 0xff" : "+r" (o0), "+r" (o1), "+r" (o2), "+r" (o3), "+r" (o4), "+r" (o5)
	    : : "cc", "memory");
}

static void
point(uint64_t n, uint64_t a, uint64_t b, uint64_t c)
{
	tell(POINT, n, a, b, c);
}

static void
must(pv_status s, const char *what)
{
	if (s != PV_OK)
		pv_panic("%s: %s", what, pv_status_name(s));
}

static void
want(bool holds, const char *what)
{
	if (!holds)
		pv_panic("not so: %s", what);
}

/* -- queues and lines --------------------------------------------------------------------- */

static struct pv_line lines[SOURCES], cross[4];

static enum pv_line_result
hit(struct pv_line *line, void *arg)
{
	volatile uint64_t *count = arg;

	(void)line;
	tell(QUIET, (uint64_t)(count - modelled_hits), 0, 0, 0);
	++*count;
	return PV_LINE_MINE;
}

/* The third source hands its work to the loop. */
static enum pv_line_result
hit_later(struct pv_line *line, void *arg)
{
	(void)hit(line, arg);
	modelled_later++;
	return PV_LINE_LATER;
}

/* An error that nobody can resume from: here it is counted. */
static bool
machine_check(struct pv_trap *trap, void *arg)
{
	(void)trap;
	(void)arg;
	modelled_checks++;
	return true;
}

static void
bind(unsigned i)
{
	static const uint32_t flags[SOURCES] = { PV_LINE_EDGE, PV_LINE_LEVEL, PV_LINE_LEVEL, PV_LINE_LEVEL };

	lines[i] = (struct pv_line)PV_LINE_INIT(SOURCE(i), i == 2 ? hit_later : hit,
	    (void *)(uintptr_t)&modelled_hits[i], "modelled");
	lines[i].flags = flags[i];
	must(pv_line_bind(&lines[i]), "bind");
}

static void
work(void)
{
	for (volatile unsigned i = 0; i < LOOPS; i++) {
		if (modelled_later != 0) {
			modelled_later--;
			pv_line_end(&lines[2]);
		}
	}
}

static void
segment(uint64_t n)
{
	pv_irq_state state;
	uint8_t level;

	switch (n) {
	case 1:
		state = pv_irq_save();
		work();
		pv_irq_restore(state);
		break;
	case 2:
		pv_line_mask(&lines[0]);
		pv_line_mask(&lines[1]);
		work();
		pv_line_unmask(&lines[1]);
		pv_line_unmask(&lines[0]);
		break;
	case 3:
		level = pv_irq_raise(12);
		work();
		pv_irq_lower(level);
		break;
	case 4:
		must(pv_line_unbind(&lines[0]), "unbind");
		bind(0);
		break;
	case 5:
		pv_irq_disable();
		pv_cpu_idle();
		break;
	default:
		break;
	}
	work();
}

static void
do_lines(void)
{
	modelled_list[0] = 0xffff;
	modelled_mondo[0] = 0;
	must(pv_start(PV_STAGE_LINES), "lines");
	must(pv_trap_set(PV_CAUSE_MACHINE_CHECK, machine_check, NULL), "machine checks");
	for (unsigned i = 0; i < SOURCES - 1; i++)		/* nobody has the last */
		bind(i);
	for (unsigned i = 0; i < 4; i++) {
		cross[i] = (struct pv_line)PV_LINE_INIT(PV_LINE_CROSS + i, hit, (void *)(uintptr_t)&modelled_cross[i],
		    "cross");
		must(pv_line_bind(&cross[i]), "cross line");
	}
	pv_irq_enable();
	point(1, 0, 0, 0);
	segment(modelled_segment);
	point(2, 0, 0, 0);
	for (;;) {
		work();
		modelled_spurious = pv_line_spurious();
		point(3, 0, 0, 0);
	}
}

/* -- real addresses ------------------------------------------------------------------------ */

static volatile struct pv_tsb_entry buffer[512] __attribute__((aligned(512 * 16)));

/* All pages that there are, each with its number in it; and their numbers are still there at the end. */
static void
every_page(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	pv_paddr page, last = pv_pa(0);
	uint64_t n = 0, *p;

	while (h->page_alloc(h->context, &page) == PV_OK) {
		p = h->phys_to_virt(h->context, page);
		want(p != NULL && p[0] == 0 && p[PV_PAGE_SIZE / 8 - 1] == 0, "a page of zeroes");
		p[0] = last.v;
		p[PV_PAGE_SIZE / 8 - 1] = page.v;
		last = page;
		n++;
	}
	point(1, n, 0, 0);
	for (; n > 0; n--) {
		p = h->phys_to_virt(h->context, last);
		want(p[PV_PAGE_SIZE / 8 - 1] == last.v, "what was written to a page is there");
		page = last;
		last = pv_pa(p[0]);
		h->page_free(h->context, page);
	}
	want(last.v == 0, "the first page is the last");
}

/* Two views of a frame, mapped and direct; then the same by libpv's own frame functions. */
static void
views(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space *kernel = pv_space_kernel();
	pv_paddr a, b, found;
	unsigned flags;
	uint64_t *pa, *pb;

	must(h->page_alloc(h->context, &a), "a page");
	must(h->page_alloc(h->context, &b), "a page");
	must(pv_space_map(kernel, pv_va(VA | (a.v & PV_PAGE_SIZE)), a, PV_PAGE_SIZE, RW), "map");
	pa = (uint64_t *)(VA | (a.v & PV_PAGE_SIZE));
	pa[5] = 0x1234567;
	must(pv_space_query(kernel, pv_va((uintptr_t)pa), &found, &flags), "query");
	want(found.v == a.v, "query says the real address");
	pb = h->phys_to_virt(h->context, a);
	want(pb[5] == 0x1234567, "both views are one");
	pv_frame_copy(b, a);
	pb = h->phys_to_virt(h->context, b);
	want(pb[5] == 0x1234567, "a copy is one");
	pv_frame_zero(b);
	want(pb[5] == 0, "a frame of zeroes");
	must(pv_space_unmap(kernel, pv_va((uintptr_t)pa), PV_PAGE_SIZE), "unmap");
	pv_space_sync(kernel);
	h->page_free(h->context, a);
	h->page_free(h->context, b);
}

/* What devices and the hypervisor are told. */
static void
told(void)
{
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space space;
	pv_paddr run, part, code;
	pv_maddr bus;
	volatile uint64_t *p;

	must(pv_bus_alloc(16, 0, &run, &bus), "memory for a device");
	want(run.v == bus.v, "a device is told real addresses");
	must(h->virt_to_phys(h->context, (const volatile void *)buffer, &code), "where the image is");
	point(2, code.v, (uintptr_t)buffer, run.v);
	/* A permanent translation, by which the buffer is then seen. */
	part = pv_pa((run.v + 0xffff) & ~0xfffful);
	must(pv_perm_map(pv_va(VA + 0x100000), part, PV_TTE_64K, RW), "permanent");
	p = (volatile uint64_t *)(VA + 0x100000);
	p[7] = 7;
	want(((volatile uint64_t *)h->phys_to_virt(h->context, part))[7] == 7, "a permanent view");
	for (unsigned i = 0; i < 512; i++)
		p[2 * i] = PV_TSB_TAG_NONE;
	must(pv_tsb_set((volatile struct pv_tsb_entry *)(VA + 0x100000), 512), "a buffer under it");
	for (unsigned i = 0; i < 512; i++)
		buffer[i].tag = PV_TSB_TAG_NONE;
	must(pv_tsb_set(buffer, 512), "a buffer");
	must(pv_tsb_set(NULL, 0), "libpv's own");
	must(pv_perm_unmap(pv_va(VA + 0x100000)), "not permanent");
	pv_bus_free(run, 16);
	/* Tables of a space, which are reached by real address. */
	must(pv_space_create(&space), "a space");
	must(pv_space_map(&space, pv_va(0x10000), code, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER), "map");
	pv_space_activate(&space);
	pv_space_activate(NULL);
	must(pv_space_destroy(&space), "not a space");
}

static void
do_real(const struct pv_boot *boot)
{
	for (unsigned i = 0; i < boot->nr_ranges; i++)
		point(3, boot->range[i].base.v, boot->range[i].size, (uint64_t)boot->range[i].kind);
	must(pv_start(PV_STAGE_LINES), "lines");
	every_page();
	views();
	told();
}

/* -- what a page may, and where it is cached ------------------------------------------------- */

static volatile uint64_t faults, fault_access;

/* A call that must not get anywhere: back to the caller, whose address is still in %o7. */
static bool
fault(struct pv_trap *trap, void *arg)
{
	const struct pv_frame *f = trap->frame;

	(void)arg;
	faults++;
	fault_access = trap->access;
	if ((trap->access & PV_ACCESS_EXEC) != 0)
		pv_trap_set_pc(trap, (uintptr_t)f->o[7] + 8);
	else
		pv_trap_set_pc(trap, (uintptr_t)f->tnpc);
	return true;
}

/* retl; nop */
static void
function_at(uint32_t *p)
{
	p[0] = 0x81c3e008;
	p[1] = 0x01000000;
}

static void
call_at(uintptr_t va)
{
	__asm__ volatile("call %0\n\tnop" : : "r" (va) : "o7", "memory");
}

static void
do_bits(void)
{
	static const unsigned caches[] = { PV_MAP_WB, PV_MAP_WT, PV_MAP_WC, PV_MAP_UC };
	const struct pv_hooks *h = pv_hooks_get();
	struct pv_space *kernel = pv_space_kernel();
	pv_paddr frame;
	uintptr_t va, text;

	must(pv_start(PV_STAGE_TIME), "time");
	must(pv_trap_set(PV_CAUSE_PAGE_FAULT, fault, NULL), "faults");
	must(h->page_alloc(h->context, &frame), "a page");
	va = VA | (frame.v & PV_PAGE_SIZE);
	function_at(h->phys_to_virt(h->context, frame));
	pv_code_sync(h->phys_to_virt(h->context, frame), 8);
	must(pv_space_map(kernel, pv_va(va), frame, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_EXEC), "map");
	call_at(va);
	want(faults == 0, "code may run");
	must(pv_space_protect(kernel, pv_va(va), PV_PAGE_SIZE, PV_PROT_READ), "protect");
	pv_space_sync(kernel);
	want(*(volatile uint32_t *)va == 0x81c3e008, "data may be read");
	/* Its entry is in the buffer now: the fetch finds it, and must not take it. */
	call_at(va);
	want(faults == 1 && (fault_access & PV_ACCESS_EXEC) != 0, "data may not run");
	call_at((uintptr_t)h->phys_to_virt(h->context, frame));
	want(faults == 2, "the direct map may not run");
	call_at((uintptr_t)buffer);
	want(faults == 3, "the image's data may not run");
	__asm__ volatile("" : "=r" (text) : "0" ((uintptr_t)pv_main));
	*(volatile uint32_t *)text = 1;
	want(faults == 4 && (fault_access & PV_ACCESS_WRITE) != 0, "the image's text is not written");
	*(volatile uint32_t *)va = 1;
	want(faults == 5 && (fault_access & PV_ACCESS_WRITE) != 0, "what may be read only is not written");
	must(pv_space_unmap(kernel, pv_va(va), PV_PAGE_SIZE), "unmap");
	pv_space_sync(kernel);
	for (unsigned i = 0; i < 8; i++) {
		va = (VA | (frame.v & PV_PAGE_SIZE)) ^ (i & 1) * PV_PAGE_SIZE;
		must(pv_space_map(kernel, pv_va(va), frame, PV_PAGE_SIZE, RW | caches[i / 2]), "map");
		point(1, va, i, 0);
		*(volatile uint32_t *)va = i;
		point(2, va, i, frame.v);
		must(pv_space_unmap(kernel, pv_va(va), PV_PAGE_SIZE), "unmap");
		pv_space_sync(kernel);
	}
	want(faults == 5, "no more faults");
}

/* A device's registers: their block of real addresses is no memory. */
static void
do_device(void)
{
	volatile void *p;

	must(pv_start(PV_STAGE_TIME), "time");
	must(pv_io_map(pv_pa(0x8000000000ull), PV_PAGE_SIZE, PV_MAP_UC, &p), "registers");
	((volatile uint32_t *)p)[1] = 5;
	point(1, (uintptr_t)p, ((volatile uint32_t *)p)[1], 0);
	pv_io_unmap(p, PV_PAGE_SIZE);
}

/* -- strands ------------------------------------------------------------------------------------ */

#define USER_VA		0x12345600000ul
#define LARGE_VA	0x20000000000ul
#define RWU		(RW | PV_PROT_USER)

extern struct pv_cpu pv_sparc64_cpus[];

/* What another strand is to be given: its CPU's record, context, address; and what is told of the page. */
uint64_t modelled_other, modelled_context, modelled_va, modelled_frame;
volatile uint64_t modelled_told;

/* It reads or writes a word at %o0, as a user would, and has done it. */
__asm__(".globl modelled_load, modelled_store, modelled_done\n"
    "modelled_load:	ldxa [%o0]0x11, %o1\n"
    "modelled_done:	ba,a modelled_done\n	nop\n"
    "modelled_store:	stxa %o1, [%o0]0x11\n	ba,a modelled_done\n	nop\n");
extern const char modelled_load[], modelled_store[];
uint64_t modelled_entry[2];

static void
hear(void *arg, pv_vaddr va, unsigned flags)
{
	(void)arg;
	(void)va;
	modelled_told |= flags;
}

/* The same slot of the buffer, another address. */
static void
touch(uintptr_t va)
{
	uint64_t v;

	__asm__ volatile("ldxa [%1]0x11, %0" : "=r" (v) : "r" (va) : "memory");
}

static void
job(struct pv_space *space, uint64_t n)
{
	pv_vaddr va = pv_va(modelled_va);

	switch (n) {
	case 0:
		must(pv_space_protect(space, va, PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER), "protect");
		break;
	case 1:
		must(pv_space_unmap(space, va, PV_PAGE_SIZE), "unmap");
		break;
	case 2:
		must(pv_space_unmap_harvest(space, va, PV_PAGE_SIZE, hear, NULL), "unmap");
		break;
	case 3:
		must(pv_space_harvest(space, va, PV_PAGE_SIZE, hear, NULL), "harvest");
		break;
	case 4:
		must(pv_space_protect(space, va, PV_PAGE_SIZE, RWU | PV_MAP_WT), "protect");
		break;
	case 5:
		must(pv_space_protect(space, va, 0x800000, RWU | PV_MAP_WT), "protect a large page");
		break;
	case 6:
		must(pv_space_protect(space, pv_va(va.v + PV_PAGE_SIZE), PV_PAGE_SIZE, PV_PROT_READ | PV_PROT_USER),
		    "split");
		break;
	default:
		touch(va.v + 4096 * PV_PAGE_SIZE);
		return;
	}
	pv_space_sync(space);
}

/* touched: its page has been read before. */
static void
do_strands(bool touched)
{
	const struct pv_hooks *h = pv_hooks_get();
	static struct pv_space space;
	pv_paddr frame, other;

	must(pv_start(PV_STAGE_TIME), "time");
	must(h->page_alloc(h->context, &frame), "a page");
	must(h->page_alloc(h->context, &other), "a page");
	must(pv_space_create(&space), "a space");
	modelled_va = USER_VA | (frame.v & PV_PAGE_SIZE);
	modelled_frame = frame.v;
	must(pv_space_map(&space, pv_va(modelled_va), frame, PV_PAGE_SIZE, RWU), "map");
	must(pv_space_map(&space, pv_va(modelled_va + 4096 * PV_PAGE_SIZE), other, PV_PAGE_SIZE, RWU), "map");
	/* The real address of a large one is that of memory: the frame is anywhere in it. */
	must(pv_space_map(&space, pv_va(LARGE_VA), pv_pa(frame.v & ~0x7ffffful), 0x800000, RWU | PV_MAP_LARGE),
	    "map large");
	if (modelled_segment == 5 || modelled_segment == 6)
		modelled_va = LARGE_VA;
	pv_space_activate(&space);
	if (touched)
		touch(modelled_va);
	modelled_entry[0] = (uintptr_t)modelled_load;
	modelled_entry[1] = (uintptr_t)modelled_store;
	modelled_other = (uintptr_t)&pv_sparc64_cpus[1];
	pv_sparc64_cpus[1].hv_area[0] = pv_cpu()->hv_area[0];
	pv_sparc64_cpus[1].hv_area[1] = modelled_context = pv_cpu()->hv_area[1];
	point(1, 0, 0, 0);
	job(&space, modelled_segment);
	point(2, 0, 0, 0);
}

void
pv_main(const struct pv_boot *boot)
{
	pv_printf("modelled: %s\n", boot->args);
	switch (boot->args[0]) {
	case 'l':
		do_lines();
		break;
	case 'r':
		do_real(boot);
		break;
	case 'b':
		do_bits();
		break;
	case 'd':
		do_device();
		break;
	case 's':
		modelled_segment = (uint64_t)(boot->args[1] - '0');
		do_strands(boot->args[2] == 't');
		break;
	default:
		break;
	}
	pv_power_off();
}
