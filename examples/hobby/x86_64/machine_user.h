/*
 * What programs do that is the machine's own: things that it refuses.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define KERNEL_ADDRESS	((uintptr_t)0xffffffff80100000ul)

static inline void
bad_instruction(void)
{
	__asm__ volatile("ud2");
}

static inline void
privileged_instruction(void)
{
	__asm__ volatile("hlt");
}

static inline void
divide_by_zero(void)
{
	int zero = 0;

	__asm__ volatile("idivl %0" : : "r" (zero) : "eax", "edx", "cc");
}
