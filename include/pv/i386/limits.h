/*
 * What the i386 instruction set fixes: page size, cache line, halves of the address space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_LIMITS_H
#define PV_I386_LIMITS_H

#define PV_PAGE_SHIFT		12
#define PV_CACHE_LINE		64
#define PV_LARGE_SHIFT		21

#define PV_USER_START		((uintptr_t)0)
#define PV_USER_END		((uintptr_t)0xc0000000)
#define PV_KERNEL_START		((uintptr_t)0xc0000000)
#define PV_KERNEL_LAST		((uintptr_t)0xffffffff)
#define PV_CACHE_COLOURS	1
#define PV_CACHE_ALIAS_MASK	((uintptr_t)0)

/* Kernel stacks: the smallest, and what a user frame takes of it at its top. */
#define PV_STACK_MIN		4096u
#define PV_UFRAME_ROOM		256u
/* What a user stack pointer has above it that is not the program's. */
#define PV_USER_SP_AREA		0u

/* Page tables (PAE), for <pv/x86/pte.h>: level 1 are the leaf tables, this one is the root. */
#define PV_TABLE_LEVELS		3
#define PV_TABLE_ROOT_ENTRIES	4

#endif
