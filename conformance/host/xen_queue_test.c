/*
 * The queue of calls to Xen, on the model hypervisor: what is collected belongs to the
 * code that collects it, whatever comes in between, and what is refused is reported
 * without a way back into the queue.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "xen_host.h"
#include "../../backends/xen/batch.h"
#include "../../backends/xen/desc.h"
#include "../../backends/xen/mmu.h"
#include "../../backends/xen/p2m.h"
#include "../../backends/xen/trap.h"
#include "../../hooks/user_isa.h"
#include "run.h"

#define U		0x40000000ul
#define V		(U + 0x100000)		/* below the same leaf table */
#define RW		(PV_PROT_READ | PV_PROT_WRITE | PV_PROT_USER)
#define FEW		24u
#define SIZE(pages)	((uintptr_t)(pages) * 4096)

static struct pv_space space;
static pv_status inner;
static unsigned came;

/* -- what the kernel and the rest of the library do ------------------------------------- */

static void (*upcall)(void);
static void (*trap)(void);
static void (*other_thread)(void);

const char pv_xen_trap_entries[1], pv_xen_event_entry[1], pv_xen_failsafe_entry[1];

void
pv_xen_upcall(void)
{
	if (upcall != NULL)
		upcall();
}

bool
pv_trap_deliver(struct pv_trap *t)
{
	(void)t;
	if (trap != NULL)
		trap();
	return true;
}

bool
pv_nmi_deliver(void)
{
	return true;
}

uintptr_t
pv_isa_context_make(uintptr_t top, void (*entry)(void *arg), void *arg)
{
	(void)entry;
	(void)arg;
	return top - 64;
}

/* The other thread runs until it switches back. */
void
pv_isa_context_switch(uintptr_t *save, uintptr_t to)
{
	*save = to;
	other_thread();
}

static struct pv_frame
kernel_frame(unsigned vector)
{
	struct pv_frame f;

	memset(&f, 0, sizeof(f));
	f.vector = vector;
	f.cs = XEN_KERNEL_CS & ~3u;
	return f;
}

static void
event(void (*handler)(void))
{
	struct pv_frame f = kernel_frame(32);
	pv_irq_state gate = pv_irq_save();

	upcall = handler;
	pv_xen_event(&f);
	upcall = NULL;
	pv_irq_restore(gate);
}

static void
fault(void (*handler)(void))
{
	struct pv_frame f = kernel_frame(14);
	pv_irq_state gate = pv_irq_save();

	trap = handler;
	(void)pv_xen_trap(&f);
	trap = NULL;
	pv_irq_restore(gate);
}

static void
thread(void (*body)(void))
{
	static char stacks[2][16384] __attribute__((aligned(16)));
	static struct pv_thread from, to;
	pv_irq_state gate = pv_irq_save();

	ck_assert_int_eq(pv_thread_init(&from, stacks[0], sizeof(stacks[0]), (void (*)(void *))abort, NULL), PV_OK);
	ck_assert_int_eq(pv_thread_init(&to, stacks[1], sizeof(stacks[1]), (void (*)(void *))abort, NULL), PV_OK);
	from.sp = 0;
	other_thread = body;
	pv_thread_switch(&from, &to);
	pv_irq_restore(gate);
}

static void (*const ways[])(void (*handler)(void)) = { event, fault, thread };
#define NR_WAYS	(sizeof(ways) / sizeof(ways[0]))

/* -- what is mapped ------------------------------------------------------------------------- */

static bool
mapped(uintptr_t va)
{
	return (xm_walk(xm.p2m[space.root.v / 4096], va) & XM_P) != 0;
}

static uint64_t *
entry_of(uintptr_t va)
{
	return xh_entry(space.root, va);
}

static pv_status
map(uintptr_t va, unsigned pages)
{
	return pv_space_map(&space, pv_va(va), xh_page(0), SIZE(pages), RW);
}

static void
start(void)
{
	xh_start_mmu();
	ck_assert_int_eq(pv_space_create(&space), PV_OK);
	/* The tables are there. */
	ck_assert_int_eq(map(V + SIZE(FEW), 1), PV_OK);
	came = 0;
}

static void
finish(void)
{
	ck_assert_int_eq(pv_space_destroy(&space), PV_OK);
	ck_assert_uint_eq(xh.pages_used, 0);
	xh_check("at the end");
}

static void
no_record(void)
{
	struct pv_refusal r;

	ck_assert_msg(!pv_refusal_get(&r), "%s was refused %s (%s)", r.op, r.call, r.code_name);
}

static void
expect_record(const char *call)
{
	struct pv_refusal r;

	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.call, call);
}

/* -- whose levels are open ----------------------------------------------------------------- */

/* Comes in the middle of a batch: a mapping of its own is done when it goes on. */
static void
maps_one(void)
{
	came++;
	ck_assert_msg(mapped(U) && mapped(U + SIZE(FEW - 1)), "what was collected waits");
	ck_assert(!pv_xen_batch_open());
	inner = map(V, 1);
	ck_assert(inner != PV_OK || mapped(V));
}

static void
maps_in_a_batch(void)
{
	pv_mmu_begin();
	ck_assert_int_eq(map(V, 2), PV_OK);
	ck_assert(!mapped(V));
	inner = pv_mmu_end();
	ck_assert(mapped(V) && mapped(V + 4096));
	came++;
}

START_TEST(others_do_not_collect)
{
	unsigned calls;

	pv_mmu_begin();
	ck_assert_int_eq(map(U, FEW), PV_OK);
	ck_assert(!mapped(U));
	ways[_i](maps_one);
	ck_assert_uint_eq(came, 1);
	ck_assert_int_eq(inner, PV_OK);
	/* What had begun to collect goes on to do so. */
	calls = xm.calls;
	ck_assert_int_eq(map(U + SIZE(FEW), FEW), PV_OK);
	ck_assert_uint_eq(xm.calls, calls);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert_uint_eq(xm.calls, calls + 1);
	ck_assert(mapped(U + SIZE(2 * FEW - 1)));
	no_record();
	finish();
}
END_TEST

START_TEST(others_have_batches_of_their_own)
{
	pv_mmu_begin();
	pv_xen_batch_begin();
	ck_assert_int_eq(map(U, FEW), PV_OK);
	ways[_i](maps_in_a_batch);
	ck_assert_uint_eq(came, 1);
	ck_assert_int_eq(inner, PV_OK);
	ck_assert_int_eq(map(U + SIZE(FEW), 1), PV_OK);
	ck_assert_int_eq(pv_xen_batch_end(), PV_OK);
	ck_assert(!mapped(U + SIZE(FEW)));
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert(mapped(U + SIZE(FEW)));
	finish();
}
END_TEST

static void
is_refused_one(void)
{
	xm.refused.ordered = false;
	xm.refuse_at = 1;
	maps_one();
	ck_assert_int_eq(inner, PV_E_REFUSED);
	ck_assert(!mapped(V));
	expect_record("mmu_update");
}

START_TEST(refusals_are_whose_they_are)
{
	pv_mmu_begin();
	ck_assert_int_eq(map(U, FEW), PV_OK);
	ways[_i](is_refused_one);
	ck_assert_uint_eq(came, 1);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert(mapped(U + SIZE(FEW - 1)));
	no_record();

	came = 0;
	pv_mmu_begin();
	ck_assert_int_eq(pv_space_unmap(&space, pv_va(U + SIZE(1)), SIZE(1)), PV_OK);
	xm.refused.ordered = false;
	xm.refuse_at = 1;
	ways[_i](maps_one);
	ck_assert_uint_eq(came, 1);
	ck_assert_int_eq(inner, PV_OK);
	ck_assert_int_eq(pv_mmu_end(), PV_E_REFUSED);
	expect_record("mmu_update");
	finish();
}
END_TEST

/* A handler of an interrupt preempts: the next thread collects, and is interrupted for the first. */
static void
preempted(void)
{
	thread(maps_in_a_batch);
	came++;
}

START_TEST(preemption)
{
	unsigned calls;

	pv_mmu_begin();
	ck_assert_int_eq(map(U, FEW), PV_OK);
	event(preempted);
	ck_assert_uint_eq(came, 2);
	calls = xm.calls;
	ck_assert_int_eq(map(U + SIZE(FEW), 1), PV_OK);
	ck_assert_uint_eq(xm.calls, calls);
	ck_assert_int_eq(pv_mmu_end(), PV_OK);
	ck_assert(mapped(U + SIZE(FEW)));
	finish();
}
END_TEST

static void
nothing(void)
{
}

START_TEST(switches_are_one_call)
{
	unsigned calls = xm.calls;

	thread(nothing);
	ck_assert_uint_eq(xm.calls - calls, 1);
	no_record();
	finish();
}
END_TEST

/* -- an interrupt right before the gate closes -------------------------------------------------- */

static unsigned closings, closing_wanted;

void interrupt_here(void);
extern const char interrupting_save[];

__attribute__((used)) void
interrupt_here(void)
{
	if (xm.info->mask == 0 && ++closings == closing_wanted)
		event(nothing);
}

/* In the place of pv_xen_irq_save(), by the convention of call sites. */
__asm__(".pushsection .text\n"
    "interrupting_save:\n\t"
    "push %rcx\n\tpush %rdx\n\tpush %rsi\n\tpush %rdi\n\tpush %r8\n\tpush %r9\n\tpush %r10\n\tpush %r11\n\t"
    "call interrupt_here\n\t"
    "pop %r11\n\tpop %r10\n\tpop %r9\n\tpop %r8\n\tpop %rdi\n\tpop %rsi\n\tpop %rdx\n\tpop %rcx\n\t"
    "jmp pv_xen_irq_save\n"
    ".popsection");

/* With an interrupt before the n-th time that fn closes the gate. False: it does not so often. */
static bool
interrupted_at(unsigned n, void (*fn)(void))
{
	closings = 0;
	closing_wanted = n;
	pv_ops.isa.irq_save = (void (*)(void))(uintptr_t)interrupting_save;
	fn();
	pv_ops.isa.irq_save = pv_xen_irq_save;
	return closings >= n;
}

static uint64_t *entry, got;
static pv_paddr table;

static void
gets_entry(void)
{
	got = pv_pte_get((const pv_pte *)entry).v;
}

static void
releases_table(void)
{
	ck_assert_int_eq(pv_table_release(table, 1), PV_OK);
}

/* A read in a batch gives what was written, also if it is carried out just then. */
START_TEST(read_is_interrupted)
{
	const uint64_t old = xh_page(0).v | PV_PTE_P | PV_PTE_A, new = xh_page(1).v | PV_PTE_P | PV_PTE_A;
	bool more = true;

	entry = entry_of(V + SIZE(FEW));
	for (unsigned n = 1; more; n++) {
		pv_pte_set((pv_pte *)entry, pv_pte_of(old));
		pv_mmu_begin();
		pv_pte_set((pv_pte *)entry, pv_pte_of(new));
		more = interrupted_at(n, gets_entry);
		ck_assert_int_eq(pv_mmu_end(), PV_OK);
		ck_assert_msg((got & PV_PTE_FRAME) == xh_page(1).v, "closing %u: 0x%llx", n,
		    (unsigned long long)got);
	}
	finish();
}
END_TEST

/* What a page's aliases are is found out at one moment. */
START_TEST(release_is_interrupted)
{
	bool more = true;

	ck_assert_int_eq(pv_hooks_get()->page_alloc(NULL, &table), PV_OK);
	for (unsigned n = 1; more; n++) {
		pv_mmu_begin();
		ck_assert_int_eq(pv_table_claim(table, 1), PV_OK);
		more = interrupted_at(n, releases_table);
		ck_assert_int_eq(pv_mmu_end(), PV_OK);
		ck_assert_msg((xm_walk(xm.root, XM_DIRECT + (uintptr_t)table.v) & XM_W) != 0,
		    "closing %u: still read-only", n);
	}
	pv_hooks_get()->page_free(NULL, table);
	finish();
}
END_TEST

/* -- what is refused, and told ---------------------------------------------------------------- */

static uint64_t *window_entry;
static unsigned windows;

/* A kernel that shows tables through a window of its own, whose entry it writes. */
static void *
show(void *context, pv_paddr pa)
{
	(void)context;
	if (window_entry != NULL && pa.v < XM_PAGES * 4096ull) {
		windows++;
		pv_pte_set((pv_pte *)window_entry, pv_pte_of((pa.v & PV_PTE_FRAME) | PV_PTE_P | PV_PTE_NX));
		ck_assert_msg(xm_mfn(*window_entry) == xm.p2m[pa.v / 4096], "a window is not there");
	}
	return pa.v < XM_PAGES * 4096ull ? (void *)(XM_DIRECT + (uintptr_t)pa.v) : NULL;
}

/* In a batch: a root that Xen will not pin, which has it searched for, and pages. */
static pv_paddr
collect_refused_root(void)
{
	pv_paddr page;

	ck_assert_int_eq(pv_hooks_get()->page_alloc(NULL, &page), PV_OK);
	window_entry = NULL;
	windows = 0;
	pv_mmu_begin();
	ck_assert_int_eq(pv_table_claim(page, 4), PV_OK);
	ck_assert_int_eq(map(U, FEW), PV_OK);
	xm.refused.ordered = false;
	xm.refuse_at = 2;
	window_entry = entry_of(U + SIZE(100));
	return page;
}

static void
release_root(pv_paddr page)
{
	ck_assert_int_eq(pv_table_release(page, 4), PV_OK);
	pv_hooks_get()->page_free(NULL, page);
}

START_TEST(reports_take_windows)
{
	struct pv_hooks *h = (struct pv_hooks *)(uintptr_t)pv_hooks_get();
	pv_paddr page = collect_refused_root();
	struct pv_refusal r;

	h->phys_to_virt = show;
	ck_assert_int_eq(pv_mmu_end(), PV_E_REFUSED);
	window_entry = NULL;
	ck_assert_uint_gt(windows, 0);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "isa.table_claim");
	ck_assert_int_eq(r.index, 1);
	ck_assert_uint_eq(pv_refusal_count(), 1);
	for (unsigned i = 0; i < FEW; i++)
		ck_assert_msg(mapped(U + SIZE(i)), "page %u", i);
	no_record();
	release_root(page);
}
END_TEST

/* The first refusal explains; what a search for its reason is refused follows from it. */
static void *
is_refused(void *context, pv_paddr pa)
{
	if (window_entry != NULL) {
		window_entry = NULL;
		windows++;
		ck_assert_int_eq(pv_xen_queue_update("another", 1ull << 50, 0, XEN_DOMID_SELF), PV_E_REFUSED);
	}
	return show(context, pa);
}

START_TEST(reports_do_not_nest)
{
	struct pv_hooks *h = (struct pv_hooks *)(uintptr_t)pv_hooks_get();
	pv_paddr page = collect_refused_root();
	struct pv_refusal r;

	h->phys_to_virt = is_refused;
	ck_assert_int_eq(pv_mmu_end(), PV_E_REFUSED);
	ck_assert_uint_eq(windows, 1);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "isa.table_claim");
	ck_assert_uint_eq(pv_refusal_count(), 2);
	for (unsigned i = 0; i < FEW; i++)
		ck_assert_msg(mapped(U + SIZE(i)), "page %u", i);
	no_record();
	release_root(page);
}
END_TEST

/* A record that waits to be read keeps its own reason. */
START_TEST(reasons_stay)
{
	pv_pte *e = (pv_pte *)entry_of(V + SIZE(FEW));
	struct pv_refusal r;
	uint64_t *large;
	pv_paddr page;

	ck_assert_int_eq(pv_hooks_get()->page_alloc(NULL, &page), PV_OK);
	large = (uint64_t *)(XM_DIRECT + (uintptr_t)page.v);
	large[3] = PV_PTE_P | PV_PTE_W | PV_PTE_PS;
	pv_pte_set(e, pv_pte_of(PV_XEN_MACHINE | 900 << 12 | PV_PTE_P));
	/* Refused before Xen is asked, and again when it was. */
	ck_assert_int_eq(pv_table_claim(page, 4), PV_E_REFUSED);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "isa.pte_set");
	ck_assert_ptr_nonnull(r.hint);
	ck_assert_str_eq(r.hint, "machine frame 0x384 is no device's that this guest may use");
	ck_assert_int_eq(pv_table_claim(page, 4), PV_E_REFUSED);
	ck_assert(pv_refusal_get(&r));
	ck_assert_str_eq(r.op, "isa.table_claim");
	ck_assert_str_eq(r.hint, "large pages cannot be had here");
	large[3] = 0;
	pv_hooks_get()->page_free(NULL, page);
	finish();
}
END_TEST

/* -- -- */

static Suite *
queue_suite(void)
{
	Suite *suite = suite_create("xen_queue");
	TCase *tcase = tcase_create("queue");

	tcase_add_checked_fixture(tcase, start, NULL);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, others_do_not_collect, 0, NR_WAYS);
	tcase_add_loop_test(tcase, others_have_batches_of_their_own, 0, NR_WAYS);
	tcase_add_loop_test(tcase, refusals_are_whose_they_are, 0, NR_WAYS);
	tcase_add_test(tcase, preemption);
	tcase_add_test(tcase, switches_are_one_call);
	tcase_add_test(tcase, read_is_interrupted);
	tcase_add_test(tcase, release_is_interrupted);
	tcase_add_test(tcase, reports_take_windows);
	tcase_add_test(tcase, reports_do_not_nest);
	tcase_add_test(tcase, reasons_stay);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return run_all(srunner_create(queue_suite()));
}
