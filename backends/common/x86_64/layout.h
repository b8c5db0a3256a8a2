/*
 * Where things are in the address space that our entry code sets up on x86_64.
 *
 *	0xffffffff80000000	the image: virtual = physical + this, first 2 GiB
 *	0xffffc90000000000	mappings made at run time (device registers)
 *	0xffff880000000000	direct map of physical memory
 *	0xffff800000000000	kept free: Xen's hole in PV guests
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_LAYOUT_WORDS_H
#define PV_COMMON_LAYOUT_WORDS_H

#define PV_KERNEL_OFFSET	0xffffffff80000000
#define PV_DIRECT_BASE		0xffff880000000000
#define PV_DIRECT_SLOT		272
#define PV_DIRECT_LIMIT		0x400000000000		/* 64 TiB */
#define PV_VA_START		0xffffc90000000000
#define PV_VA_END		0xffffc98000000000	/* one top-level slot, 512 GiB */
#define PV_BOOT_REACH		0x100000000		/* physical memory that the entry code maps */
#define PV_STACK_ROOM		256			/* of the boot stack, for a user frame */

#define PTE_P			0x001
#define PTE_W			0x002
#define PTE_PS			0x080
#define CR0_PE			0x00000001
#define CR0_MP			0x00000002
#define CR0_ET			0x00000010
#define CR0_NE			0x00000020
#define CR0_WP			0x00010000
#define CR0_PG			0x80000000
#define CR4_PAE			0x00000020
#define MSR_EFER		0xc0000080
#define EFER_LME		0x00000100
#define EFER_NXE		0x00000800

#define BOOT_CS32		0x08
#define BOOT_CS64		0x10
#define BOOT_DS			0x18

#endif
