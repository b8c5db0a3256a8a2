/*
 * Does a loaded segment lead to its base? On x86_64 only FS and GS have one, and GS
 * is the kernel's. Included by x86/suite_desc.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
/* `base` is the address of a word that holds its own address. May fault. */
static bool
segment_leads_to(unsigned selector, uintptr_t base)
{
	pv_irq_state gate = pv_irq_save();
	uintptr_t before = pv_base_get(PV_BASE_FS), loaded;

	__asm__ volatile("mov %0, %%fs" : : "r" (selector) : "memory");
	loaded = pv_base_get(PV_BASE_FS);
	__asm__ volatile("mov %0, %%fs" : : "r" (0) : "memory");
	pv_base_set(PV_BASE_FS, before);
	pv_irq_restore(gate);
	return loaded == (uint32_t)base;
}

/* After a fault in it. */
static void
segment_forget(void)
{
	__asm__ volatile("mov %0, %%fs" : : "r" (0) : "memory");
}
