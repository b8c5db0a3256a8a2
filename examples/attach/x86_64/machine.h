/*
 * Where this kernel puts things on x86_64. For C and assembly; nothing here is
 * libpv's, and no address is the one that libpv's own entry code would use.
 *
 *	0xffffffffc0000000	the image: virtual = physical + this
 *	0xffffd00000000000	windows on single pages, then mappings for libpv
 *	0xffffc00000000000	the page tables of the current space, by recursion
 *	0xffffa00000000000	the first 4 GiB of physical memory
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ATTACH_MACHINE_H
#define ATTACH_MACHINE_H

#define KERNBASE	0xffffffffc0000000
#define DIRECT		0xffffa00000000000
#define DIRECT_SLOT	320
#define DIRECT_SIZE	0x100000000
#define RECURSIVE	0xffffc00000000000
#define RECURSIVE_SLOT	384
#define RECURSIVE_SLOTS	1
#define RECURSIVE_TOP	4		/* highest level that recursion shows */
#define KVA_START	0xffffd00000000000
#define KVA_SIZE	0x1000000
#define VA_MASK		0x0000ffffffffffff

#define USER_END	0x0000800000000000
#define USER_ROOTS	256		/* entries of the root below USER_END */
#define USER_A		0x0000000010000000	/* two user addresses in different tables of every level */
#define USER_B		0x00007f0000000000

/* Selectors. */
#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define TSS_SELECTOR	0x30

/* What start() gets for a magic number when Xen started a PV guest, with start_info; PVH is 0. */
#define STARTED_BY_XEN	1

/* Where struct pv_cpu lies in this kernel's struct cpu. */
#define CPU_PV		128

#define CODE_FLAGS	0xa		/* granular, 64-bit */
#define GATE_WORDS	2

#endif
