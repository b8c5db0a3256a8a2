/*
 * The MMU of radix_model.h: walks tables as hardware does, caches what it found,
 * and looks at whole trees.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "radix_parts.h"

#define RESERVED_LARGE(level)	(((1ull << (12 + 9 * ((level) - 1))) - 1) & PV_PTE_FRAME & ~0x1000ull)

static uint64_t
entry_at(uint64_t table, unsigned index)
{
	return *(uint64_t *)((char *)model_page(table & ~(PAGE - 1)) + (table & (PAGE - 1)) + index * 8);
}

/* Bits that must be zero in a present entry: SDM volume 3A, 4.4.2 and 4.5. */
static void
check_reserved(uint64_t e, unsigned level, bool leaf)
{
	bool pae = pv_radix_geometry.top == 3;
	uint64_t bad = 0;

	if (pae && level == 3)
		bad |= 0x1e6;
	if (!pae && level == 4)
		bad |= PV_PTE_PS;
	if (!machine.caps[PV_CAP_NX] || (pae && level == 3))
		bad |= PV_PTE_NX;
	bad |= PV_PTE_FRAME & ~((1ull << machine.phys_bits) - 1);
	bad |= 0x7ff0000000000000ull;
	if (leaf && level > 1)
		bad |= RESERVED_LARGE(level);
	if ((leaf && !machine.has_pat && (e & (level == 1 ? PV_PTE_PAT : 0x1000)) != 0) || (e & bad) != 0)
		model_broken("entry 0x%llx of level %u has reserved bits", (unsigned long long)e, level);
	if (leaf && level == 3 && !machine.has_huge)
		model_broken("1 GiB page on a CPU without");
}

struct walk
model_walk(uint64_t root, uint64_t va)
{
	struct walk w = { .write = true, .user = true, .exec = true };
	uint64_t table = root;

	for (unsigned level = pv_radix_geometry.top;; level--) {
		unsigned index = (unsigned)(va >> (12 + 9 * (level - 1))) & 511;
		uint64_t e = entry_at(table, index);
		bool leaf = level == 1 || (level < pv_radix_geometry.top && (e & PV_PTE_PS) != 0);

		w.level = level;
		if ((e & PV_PTE_P) == 0)
			return w;
		check_reserved(e, level, leaf);
		if (level < 3 || pv_radix_geometry.top == 4) {
			w.write = w.write && (e & PV_PTE_W) != 0;
			w.user = w.user && (e & PV_PTE_U) != 0;
			w.exec = w.exec && (e & PV_PTE_NX) == 0;
		}
		if (leaf) {
			uint64_t in_page = (1ull << (12 + 9 * (level - 1))) - 1;

			w.present = true;
			w.global = (e & PV_PTE_G) != 0;
			w.pa = (e & PV_PTE_FRAME & ~in_page) | (va & in_page);
			w.leaf = e;
			w.where = model_page(table & ~(PAGE - 1)) + (table & (PAGE - 1)) / 8 + index;
			return w;
		}
		if (!page[page_nr(e & PV_PTE_FRAME)].used)
			model_broken("a table leads to a free page at 0x%llx", (unsigned long long)e);
		table = e & PV_PTE_FRAME;
	}
}

struct walk
space_walk(const struct pv_space *space, uint64_t va)
{
	return model_walk(space->root.v, va);
}

static struct cached {
	uint64_t va, pa;
	bool valid, write, dirty;
} tlb[256];

void
mmu_reset(void)
{
	memset(tlb, 0, sizeof(tlb));
}

unsigned
model_cached(uint64_t va)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 256; i++)
		n += tlb[i].valid && tlb[i].va == (va & ~(PAGE - 1));
	return n;
}

bool
model_access(uint64_t va, bool write, uint64_t *pa)
{
	struct cached *c = NULL;
	struct walk w;

	for (unsigned i = 0; i < 256; i++)
		if (tlb[i].valid && tlb[i].va == (va & ~(PAGE - 1)))
			c = &tlb[i];
	if (c != NULL && (!write || (c->write && c->dirty))) {
		*pa = c->pa | (va & (PAGE - 1));
		return true;
	}
	w = model_walk(machine.root, va);
	if (!w.present || (write && !w.write))
		return false;
	*w.where |= PV_PTE_A | (write ? PV_PTE_D : 0);
	for (unsigned i = 0; i < 256 && c == NULL; i++)
		c = tlb[i].valid ? NULL : &tlb[i];
	if (c == NULL)
		model_broken("the model's translation cache is full");
	*c = (struct cached){ va & ~(PAGE - 1), w.pa & ~(PAGE - 1), true, w.write, write };
	*pa = w.pa;
	return true;
}

void
mmu_flush(uint64_t start, uint64_t last)
{
	for (unsigned i = 0; i < 256; i++)
		if (tlb[i].va >= start && tlb[i].va <= last)
			tlb[i].valid = false;
	/* Any invalidation drops the paging-structure caches: SDM volume 3A, 4.10.4.1. */
	for (unsigned i = 0; i < POOL_PAGES; i++)
		page[i].released_live = false;
}

bool
mmu_reaches(uint64_t table, unsigned level, uint64_t wanted)
{
	unsigned n = level == pv_radix_geometry.top ? pv_radix_geometry.root_entries : 512;

	if ((table & ~(PAGE - 1)) == wanted)
		return true;
	for (unsigned i = 0; level > 1 && i < n; i++) {
		uint64_t e = entry_at(table, i);

		if ((e & (PV_PTE_P | PV_PTE_PS)) == PV_PTE_P &&
		    mmu_reaches(e & PV_PTE_FRAME, level - 1, wanted))
			return true;
	}
	return false;
}

bool
mmu_reachable(uint64_t table)
{
	for (unsigned i = 0; i < NR_ROOTS; i++)
		if (roots[i] != 0 && mmu_reaches(roots[i], pv_radix_geometry.top, table))
			return true;
	return false;
}

static unsigned
count(uint64_t table, unsigned level, unsigned first, unsigned n)
{
	unsigned sum = 1;

	for (unsigned i = first; level > 1 && i < n; i++) {
		uint64_t e = entry_at(table, i);

		if ((e & (PV_PTE_P | PV_PTE_PS)) == PV_PTE_P)
			sum += count(e & PV_PTE_FRAME, level - 1, 0, 512);
	}
	return sum;
}

unsigned
model_tables(uint64_t root, bool kernel_half)
{
	return count(root, pv_radix_geometry.top, 0,
	    kernel_half ? pv_radix_geometry.root_entries : pv_radix_geometry.kernel_first);
}

static uint64_t
hash(uint64_t table, unsigned level, uint64_t va, uint64_t h)
{
	unsigned n = level == pv_radix_geometry.top ? pv_radix_geometry.root_entries : 512;

	for (unsigned i = 0; i < n; i++) {
		uint64_t e = entry_at(table, i), at = va + ((uint64_t)i << (12 + 9 * (level - 1)));

		if ((e & PV_PTE_P) == 0)
			continue;
		if (level > 1 && (e & PV_PTE_PS) == 0) {
			h = hash(e & PV_PTE_FRAME, level - 1, at, h);
			continue;
		}
		h = (h ^ at) * 0x100000001b3ull;
		h = (h ^ e) * 0x100000001b3ull;
	}
	return h;
}

uint64_t
model_hash(uint64_t root)
{
	return hash(root, pv_radix_geometry.top, 0, 0xcbf29ce484222325ull);
}
