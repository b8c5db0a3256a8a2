/*
 * The guest's memory as its page tables map it, at the same addresses in this process,
 * and walks of those tables.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "xen_model.h"

static int memory = -1;
static char *all;			/* every frame, as Xen sees it */
static uint64_t shown[XM_VIEW];		/* the entry behind each page of the view */

void *
xm_at(unsigned long mfn)
{
	if (mfn >= XM_FRAMES)
		abort();
	return all + mfn * 4096;
}

static void
place(uintptr_t va, int protection, unsigned long mfn)
{
	int flags = MAP_FIXED | (protection == PROT_NONE ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);

	if (mmap((void *)va, 4096, protection, flags, protection == PROT_NONE ? -1 : memory,
	    protection == PROT_NONE ? 0 : (off_t)mfn * 4096) == MAP_FAILED) {
		perror("xen_model: mmap");
		abort();
	}
}

/* Once more in the same process: the frames are zero, nothing is mapped. */
void
xm_view_init(void)
{
	if (memory < 0) {
		memory = memfd_create("machine", 0);
		if (memory < 0 || ftruncate(memory, XM_FRAMES * 4096l) != 0)
			abort();
		all = mmap(NULL, XM_FRAMES * 4096l, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	} else {
		__builtin_memset(all, 0, XM_FRAMES * 4096l);
	}
	if (all == MAP_FAILED || mmap((void *)XM_DIRECT, XM_VIEW * 4096ul, PROT_NONE,
	    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
		abort();
	__builtin_memset(shown, 0, sizeof(shown));
}

/* Whole pages are taken, and what lies between variables with them. */
__attribute__((no_sanitize("address"))) void
xm_lend(unsigned long mfn, uintptr_t va)
{
	volatile uint64_t *to = xm_at(mfn);

	for (unsigned i = 0; i < 512; i++)
		to[i] = ((const volatile uint64_t *)va)[i];
	place(va, PROT_READ | PROT_WRITE, mfn);
}

uint64_t *
xm_leaf(unsigned long root, uintptr_t va)
{
	uint64_t *table = xm_at(root);

	for (unsigned level = 4;; level--) {
		unsigned index = (va >> (12 + 9 * (level - 1))) & 511;

		if (level == 4 && index >= 256 && index < 272)
			return NULL;
		if (level == 1)
			return &table[index];
		if ((table[index] & XM_P) == 0 || xm_mfn(table[index]) >= XM_FRAMES)
			return NULL;
		table = xm_at(xm_mfn(table[index]));
	}
}

uint64_t
xm_walk(unsigned long root, uintptr_t va)
{
	uint64_t *where = xm_leaf(root, va);

	return where == NULL || (*where & XM_P) == 0 ? 0 : *where;
}

void
xm_view_page(uintptr_t va)
{
	unsigned long n = (va - XM_DIRECT) / 4096;
	uint64_t entry;
	int protection;

	if (n >= XM_VIEW)
		return;
	entry = xm_walk(xm.root, va);
	if (xm_mfn(entry) >= XM_FRAMES)
		entry = 0;		/* registers of a device: there are none */
	if (((entry ^ shown[n]) & (XM_FRAME | XM_P | XM_W)) == 0)
		return;
	protection = (entry & XM_P) == 0 ? PROT_NONE : (entry & XM_W) == 0 ? PROT_READ : PROT_READ | PROT_WRITE;
	place(va & ~4095ul, protection, xm_mfn(entry));
	shown[n] = entry;
}

void
xm_view_all(void)
{
	for (unsigned long n = 0; n < XM_VIEW; n++)
		xm_view_page(XM_DIRECT + n * 4096);
}

/* All of the view is below one table of level 2. */
static bool
leads_to_view(unsigned long mfn, unsigned index)
{
	unsigned long table = xm.root;

	for (unsigned level = 4; level >= 2; level--) {
		unsigned on_the_way = (XM_DIRECT >> (12 + 9 * (level - 1))) & 511;
		const uint64_t *entry = (const uint64_t *)xm_at(table) + on_the_way;

		if (table == mfn)
			return level == 2 || index == on_the_way;
		if ((*entry & XM_P) == 0 || xm_mfn(*entry) >= XM_FRAMES)
			return false;
		table = xm_mfn(*entry);
	}
	return false;
}

/* An entry of a table was changed: show what depends on it. */
void
xm_view_table(unsigned long mfn, unsigned index)
{
	if (xm.root == 0)
		return;
	if (xm.frame[mfn].type != XM_L1) {
		if (leads_to_view(mfn, index))
			xm_view_all();
		return;
	}
	for (uintptr_t va = XM_DIRECT; va < XM_DIRECT + XM_VIEW * 4096ul; va += 512 * 4096ul) {
		const uint64_t *where = xm_leaf(xm.root, va);

		if (where != NULL && (const char *)where == (const char *)xm_at(mfn))
			xm_view_page(va + index * 4096ul);
	}
}
