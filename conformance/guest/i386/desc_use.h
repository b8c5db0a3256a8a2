/*
 * Does a loaded segment lead to its base? Included by x86/suite_desc.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
/* `base` is the address of a word that holds its own address. May fault. */
static bool
segment_leads_to(unsigned selector, uintptr_t base)
{
	uint16_t before;
	uintptr_t word;

	__asm__ volatile("mov %%gs, %0\n\tmov %2, %%gs\n\tmov %%gs:0, %1\n\tmov %0, %%gs"
	    : "=&r" (before), "=&r" (word) : "r" (selector) : "memory");
	return word == base;
}

/* After a fault in it. */
static void
segment_forget(void)
{
	__asm__ volatile("mov %0, %%gs" : : "r" (0) : "memory");
}
