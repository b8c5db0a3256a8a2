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
privileged_instruction(void)
{
	__asm__ volatile("wrpr %g0, 0, %pil");
}

static inline void
divide_by_zero(void)
{
	__asm__ volatile("sdivx %%g0, %%g0, %%g0" : : : "memory");
}
