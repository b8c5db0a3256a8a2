/*
 * A batch is of the thread that began it: what comes in between, an interrupt, a fault,
 * another thread, changes page tables as if there were none, and may have its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../line_world.h"
#include "world.h"

#define RW	(PV_PROT_READ | PV_PROT_WRITE)
#define VALUE	0x6b8b4567u

/* Two pages of kernel addresses: one for the batch, one for what comes in between. */
static pv_vaddr pages;
static pv_paddr frame;
static pv_status said[4];
static uint32_t seen;
static volatile unsigned came;
static struct pv_thread other;
static uint8_t stack[2 * PV_STACK_MIN] __attribute__((aligned(64)));

static pv_vaddr
page(unsigned n)
{
	return pv_va(pages.v + n * PV_PAGE_SIZE);
}

static pv_status
map(unsigned n)
{
	return pv_space_map(pv_space_kernel(), page(n), frame, PV_PAGE_SIZE, RW);
}

static pv_status
unmap(unsigned n)
{
	pv_status s = pv_space_unmap(pv_space_kernel(), page(n), PV_PAGE_SIZE);

	pv_space_sync(pv_space_kernel());
	return s;
}

static bool
batch_world(void)
{
	const struct pv_hooks *h = pv_hooks_get();

	seen = came = 0;
	said[0] = said[1] = said[2] = said[3] = PV_E_STAGE;
	if (pages.v == 0 && h->va_alloc(h->context, 2 * PV_PAGE_SIZE, &pages) != PV_OK)
		return false;
	frame = suite_page();
	*(uint32_t *)h->phys_to_virt(h->context, frame) = VALUE;
	return true;
}

/* Afterwards nothing is mapped, whatever came of it. */
static void
batch_over(void)
{
	(void)unmap(0);
	(void)unmap(1);
	suite_page_free(frame);
}

/* Comes in the middle of a batch. */
static void
in_between(void)
{
	came++;
	said[0] = map(1);
	if (said[0] == PV_OK)
		seen = *(volatile uint32_t *)page(1).v;
	said[1] = unmap(1);
	pv_mmu_begin();
	said[2] = map(1);
	said[3] = pv_mmu_end();
	if (said[3] == PV_OK)
		seen += *(volatile uint32_t *)page(1).v;
	(void)unmap(1);
}

/* What was collected before and after is done. */
static void
expect_batch(pv_status mapped, pv_status ended)
{
	pv_paddr pa;
	unsigned flags;
	pv_status there = pv_space_query(pv_space_kernel(), page(0), &pa, &flags);

	batch_over();
	CHECK_EQ(came, 1);
	for (unsigned i = 0; i < 4; i++)
		CHECK_OK(said[i]);
	CHECK_EQ(seen, 2 * VALUE);
	CHECK_OK(mapped);
	CHECK_OK(ended);
	CHECK_OK(there);
}

static enum pv_line_result
on_line(struct pv_line *line)
{
	(void)line;
	in_between();
	return PV_LINE_MINE;
}

USER_CASE(interrupt_in_a_batch)
{
	pv_status mapped, ended;

	CHECK(batch_world());
	lines_fresh();
	line_action = on_line;
	CHECK_OK(line_soft(0, 3, 0));
	pv_mmu_begin();
	mapped = map(0);
	pv_line_raise(3);
	(void)suite_wait(&calls, 1);
	ended = pv_mmu_end();
	lines_fresh();
	expect_batch(mapped, ended);
}

/* The page is not there until somebody touches it. */
static bool
on_fault(struct pv_trap *t, void *arg)
{
	(void)arg;
	if ((t->address & ~(uintptr_t)PV_PAGE_MASK) != page(1).v || came != 0)
		return false;
	came++;
	return map(1) == PV_OK;
}

USER_CASE(fault_in_a_batch)
{
	pv_status mapped, ended, there;
	pv_paddr pa;
	unsigned flags;

	CHECK(batch_world());
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, on_fault, NULL));
	pv_mmu_begin();
	mapped = map(0);
	seen = *(volatile uint32_t *)page(1).v;
	ended = pv_mmu_end();
	CHECK_OK(pv_trap_set(PV_CAUSE_PAGE_FAULT, NULL, NULL));
	there = pv_space_query(pv_space_kernel(), page(0), &pa, &flags);
	batch_over();
	CHECK_EQ(came, 1);
	CHECK_EQ(seen, VALUE);
	CHECK_OK(mapped);
	CHECK_OK(ended);
	CHECK_OK(there);
}

static void
run_other(void *arg)
{
	(void)arg;
	in_between();
	pv_thread_switch(&other, &user.main);
}

USER_CASE(switch_in_a_batch)
{
	pv_status mapped, ended;
	pv_irq_state gate;

	CHECK(batch_world());
	CHECK_OK(pv_thread_init(&other, stack, sizeof(stack), run_other, NULL));
	gate = pv_irq_save();
	pv_mmu_begin();
	mapped = map(0);
	pv_thread_switch(&user.main, &other);
	ended = pv_mmu_end();
	pv_irq_restore(gate);
	expect_batch(mapped, ended);
}

static const struct suite_case cases[] = {
	{ "interrupt_in_a_batch", interrupt_in_a_batch, "pv_mmu_begin pv_mmu_end mmu.begin mmu.end", 0 },
	{ "fault_in_a_batch", fault_in_a_batch, "pv_mmu_begin pv_mmu_end", 0 },
	{ "switch_in_a_batch", switch_in_a_batch, "pv_mmu_begin pv_mmu_end pv_thread_switch", 0 },
};

SUITE(suite_batch, "batch", cases);
