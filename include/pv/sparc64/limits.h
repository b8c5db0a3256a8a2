/*
 * What the sparc64 instruction set fixes: page size, cache line, halves of the address space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_LIMITS_H
#define PV_SPARC64_LIMITS_H

#define PV_PAGE_SHIFT		13
#define PV_CACHE_LINE		64
#define PV_LARGE_SHIFT		23

/*
 * User and kernel are contexts of their own and may use the same addresses, below the hole of
 * 44-bit machines. The 16 KiB data cache is indexed by one bit above the page: two colours.
 */
#define PV_USER_START		((uintptr_t)0)
#define PV_USER_END		((uintptr_t)0x0000080000000000)
#define PV_KERNEL_START		((uintptr_t)0)
#define PV_KERNEL_LAST		((uintptr_t)0x000007ffffffffff)
#define PV_CACHE_COLOURS	2
#define PV_CACHE_ALIAS_MASK	((uintptr_t)1 << PV_PAGE_SHIFT)

/* Kernel stacks: the smallest, and what a user frame takes of it at its top. */
#define PV_STACK_MIN		8192u
#define PV_UFRAME_ROOM		1280u
/* What a user stack pointer has above it that is not the program's: a register window and six words. */
#define PV_USER_SP_AREA		176u

#endif
