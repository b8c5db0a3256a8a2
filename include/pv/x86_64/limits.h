/*
 * What the x86_64 instruction set fixes: page size, cache line, halves of the address space.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_LIMITS_H
#define PV_X86_64_LIMITS_H

#define PV_PAGE_SHIFT		12
#define PV_CACHE_LINE		64
#define PV_LARGE_SHIFT		21

/* User addresses end a page early: SYSRET to the first address beyond would fault in the kernel. */
#define PV_USER_START		((uintptr_t)0)
#define PV_USER_END		((uintptr_t)0x00007ffffffff000)
#define PV_KERNEL_START		((uintptr_t)0xffff800000000000)
#define PV_KERNEL_LAST		((uintptr_t)0xffffffffffffffff)
#define PV_CACHE_COLOURS	1
#define PV_CACHE_ALIAS_MASK	((uintptr_t)0)

/* Kernel stacks: the smallest, and what a user frame takes of it at its top. */
#define PV_STACK_MIN		4096u
#define PV_UFRAME_ROOM		256u
/* What a user stack pointer has above it that is not the program's. */
#define PV_USER_SP_AREA		0u

/* Page tables, for <pv/x86/pte.h>: level 1 are the leaf tables, this one is the root. */
#define PV_TABLE_LEVELS		4
#define PV_TABLE_ROOT_ENTRIES	512

#endif
