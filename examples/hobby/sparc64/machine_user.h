/*
 * What programs do that is the machine's own: things that it refuses.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define KERNEL_ADDRESS	((uintptr_t)0xfffff80000000000ul)	/* no program's, on any machine */

static inline void
bad_instruction(void)
{
	__asm__ volatile("illtrap 0");
}

static inline void
divide_by_zero(void)
{
	__asm__ volatile("sdivx %%g0, %%g0, %%g0" : : : "memory");
}

/* No instruction for this is ignored here, so it only stays. */
static inline void
keep_cpu(void)
{
	for (;;)
		__asm__ volatile("" : : : "memory");
}

/* Use a stack that is the kernel's. */
static inline void
wild_stack(void)
{
	__asm__ volatile("mov %0, %%sp; stx %%g0, [%%sp]" : : "r" (KERNEL_ADDRESS) : "memory");
}

/* Instructions and what they are called in `fault`. 0x14 is the ASI of physical addresses. */
#define PRIVILEGED(_) \
	_("set-pil", set_pil, "wrpr %%g0, 15, %%pil") _("pstate", pstate, "rdpr %%pstate, %%g1") \
	_("set-pstate", set_pstate, "wrpr %%g0, 0, %%pstate") _("set-tba", set_tba, "wrpr %%g0, %%tba") \
	_("physical", physical, "ldxa [%%g0] 0x14, %%g1") _("done", done, "done") _("saved", saved, "saved")
#define DEFINE(text, name, instructions) \
	static inline void try_##name(void) { __asm__ volatile(instructions : : : "g1", "memory"); }
PRIVILEGED(DEFINE)
