/*
 * The top of a space on x86_64: a root whose upper half is every space's, but for
 * the slot that leads to the root itself.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../attach.h"

/* The first address of an upper entry of the root. */
static uintptr_t
slot_address(unsigned i)
{
	return ~(uintptr_t)VA_MASK | (uintptr_t)i << 39;
}

static void
fill(struct space *s)
{
	pv_pte *root = direct(s->root), *kernel = direct(kernel_space.root);

	for (unsigned i = USER_ROOTS; i < 512; i++)
		if (s != &kernel_space && i != RECURSIVE_SLOT && !below_us(slot_address(i)) &&
		    (pv_pte_get(&kernel[i]).v & PV_PTE_P) != 0)
			pv_pte_set(&root[i], pv_pte_get(&kernel[i]));
	/* Where tables hold machine frames, no alias of one may be writable. */
	pv_pte_set(&root[RECURSIVE_SLOT], pv_pte_make(s->root,
	    pv_has(PV_CAP_DIRECT_TABLES) ? PV_PTE_P : PV_PTE_P | PV_PTE_W | nx));
}

void
space_make(struct space *s)
{
	if (pv_table_claim(s->root, PV_TABLE_LEVELS) != PV_OK)
		pv_panic("attach: a root is refused");
	fill(s);
}

void
space_unmake(struct space *s)
{
	pv_pte *root = direct(s->root);

	for (unsigned i = USER_ROOTS; i < 512; i++)
		if (!below_us(slot_address(i)))
			pv_pte_clear(&root[i]);
}

void
space_adopt(void)
{
	fill(&kernel_space);
}
