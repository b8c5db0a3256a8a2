/*
 * Page-table entries, the queue of lazy modes, flushes, linear mappings.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

static void
store(const struct waiting *w)
{
	volatile uint32_t *entry = (volatile uint32_t *)w->where;

	if (w->what == WAITS_PXE) {
		entry[0] = w->low;
	} else {
		/* Never a mixture of both halves that is present. */
		if (entry[0] & 1)
			entry[0] = 0;
		entry[1] = w->high;
		entry[0] = w->low;
	}
}

bool
mmu_queue(struct frame *f, const struct waiting *w)
{
	(void)f;
	(void)w;
	return false;
}

void
mmu_load_cr3(struct frame *f, uint32_t cr3)
{
	(void)f;
	write_cr3(cr3);
}

void
mmu_flush_queue(struct frame *f, struct cpu *c)
{
	(void)f;
	(void)c;
}

void
mmu_before_user(struct frame *f)
{
	(void)f;
}

static void
flush_tlb(uint32_t flags)
{
	uint32_t cr4 = read_cr4();

	if ((flags & VMI_FLUSH_GLOBAL) && (cr4 & CR4_PGE)) {
		write_cr4(cr4 & ~CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
}

void
mmu_call(struct frame *f)
{
	struct waiting w;

	switch (f->call) {
	case VMI_SET_CR3:
		mmu_load_cr3(f, f->eax);
		break;
	case VMI_SET_PXE:
		w = (struct waiting){ .what = WAITS_PXE, .where = f->edx, .low = f->eax, .flags = f->ecx };
		store(&w);
		break;
	case VMI_SET_PXE_LONG:
		w = (struct waiting){ .what = WAITS_PXE_LONG, .where = f->ecx, .low = f->eax, .high = f->edx,
		    .flags = f->stack[0] };
		store(&w);
		break;
	case VMI_INVAL_PAGE:
		__asm__ volatile("invlpg (%0)" : : "r"(f->eax) : "memory");
		break;
	case VMI_FLUSH_TLB:
		flush_tlb(f->eax);
		break;
	}
}
