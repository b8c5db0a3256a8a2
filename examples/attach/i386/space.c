/*
 * The top of a space on i386 with PAE: four directories, made with the space
 * because the CPU reads the root only when it is loaded. The upper two are copies of
 * the kernel's; four entries of the last lead to the directories.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../attach.h"

#define DIRECTORIES	4u

static pv_pte *
directory(const struct space *s, unsigned n)
{
	pv_pte *root = direct(s->root);

	return direct(pv_pte_frame(pv_pte_get(&root[n])));
}

static void
copy_kernel(const struct space *s, unsigned n)
{
	pv_pte *to = directory(s, n), *from = directory(&kernel_space, n);

	for (unsigned i = 0; i < (n == DIRECTORIES - 1 ? RECURSIVE_SLOT : 512); i++)
		if ((pv_pte_get(&from[i]).v & PV_PTE_P) != 0)
			pv_pte_set(&to[i], pv_pte_get(&from[i]));
}

void
space_make(struct space *s)
{
	pv_pte *root = direct(s->root);
	uint64_t flags = pv_has(PV_CAP_DIRECT_TABLES) ? PV_PTE_P : PV_PTE_P | PV_PTE_W | nx;
	pv_paddr dir[DIRECTORIES];

	for (unsigned n = 0; n < DIRECTORIES; n++) {
		if (page_alloc(NULL, &dir[n]) != PV_OK || pv_table_claim(dir[n], 2) != PV_OK)
			pv_panic("attach: no page for a directory");
		pv_pte_set(&root[n], pv_pte_make(dir[n], pv_table_flags(PV_TABLE_LEVELS, false)));
	}
	for (unsigned n = USER_ROOTS; s != &kernel_space && n < DIRECTORIES; n++)
		copy_kernel(s, n);
	for (unsigned n = 0; n < DIRECTORIES; n++)
		pv_pte_set(&directory(s, DIRECTORIES - 1)[RECURSIVE_SLOT + n], pv_pte_make(dir[n], flags));
	/* A layer below wants to see a root of PAE whole. */
	if (pv_table_claim(s->root, PV_TABLE_LEVELS) != PV_OK)
		pv_panic("attach: a root is refused");
}

/* Xen's root has the directories that it needed: the others are made, and all four lead to each other. */
void
space_adopt(void)
{
	pv_pte *root = direct(kernel_space.root);
	struct place p;

	for (unsigned n = 0; n < DIRECTORIES; n++) {
		pv_paddr dir = pv_pte_frame(pv_pte_get(&root[n]));

		if ((pv_pte_get(&root[n]).v & PV_PTE_P) == 0) {
			if (table_page(&dir) != PV_OK || pv_table_claim(dir, 2) != PV_OK)
				pv_panic("attach: no page for a directory");
			pv_pte_set(&root[n], pv_pte_make(dir, pv_table_flags(PV_TABLE_LEVELS, false)));
		}
	}
	for (unsigned n = 0; n < DIRECTORIES; n++) {
		if (!place_open(&kernel_space, RECURSIVE + n * 0x200000u, 2, DIRECT_MAP, false, &p))
			pv_panic("attach: no directory for the recursive slots");
		pv_pte_set(p.at, pv_pte_make(pv_pte_frame(pv_pte_get(&root[n])), PV_PTE_P));
		place_close(&p);
	}
}

void
space_unmake(struct space *s)
{
	pv_pte *root = direct(s->root);

	for (unsigned n = USER_ROOTS; n < DIRECTORIES; n++) {
		pv_paddr dir = pv_pte_frame(pv_pte_get(&root[n]));

		pv_pte_clear(&root[n]);
		if (pv_table_release(dir, 2) != PV_OK)
			pv_panic("attach: a directory was not released");
		page_free(NULL, dir);
	}
}
