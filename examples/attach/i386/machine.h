/*
 * Where this kernel puts things on i386 with PAE. For C and assembly; nothing here
 * is libpv's, and no address is the one that libpv's own entry code would use.
 *
 *	0x80000000	the image and the first 512 MiB of physical memory
 *	0xc0000000	windows on single pages, then mappings for libpv
 *	0xf0000000	the page tables of the current space, by recursion
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ATTACH_MACHINE_H
#define ATTACH_MACHINE_H

#define KERNBASE	0x80000000
#define DIRECT		0x80000000
#define DIRECT_SIZE	0x20000000
#define RECURSIVE	0xf0000000	/* a hypervisor may have what is above 0xf5800000 */
#define RECURSIVE_SLOT	384		/* in the last directory, */
#define RECURSIVE_SLOTS	4		/* and those after it */
#define RECURSIVE_TOP	2		/* the table of four entries is no page of tables */
#define KVA_START	0xc0000000
#define KVA_SIZE	0x1000000
#define VA_MASK		0xffffffff

#define USER_END	0x80000000
#define USER_ROOTS	2		/* entries of the root below USER_END */
#define USER_A		0x10000000	/* two user addresses in different tables of every level */
#define USER_B		0x50000000

/* Selectors. */
#define KERNEL_CS	0x10
#define KERNEL_DS	0x18
#define CPU_SELECTOR	0x28		/* for %fs */
#define TSS_SELECTOR	0x30

/* What start() gets for a magic number when Xen started a PV guest, with start_info; PVH is 0. */
#define STARTED_BY_XEN	1

/* Where struct pv_cpu lies in this kernel's struct cpu. */
#define CPU_PV		128

#define CODE_FLAGS	0xc		/* granular, 32-bit */
#define GATE_WORDS	1

#endif
