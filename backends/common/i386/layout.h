/*
 * Where things are in the address space that our entry code sets up on i386.
 *
 *	0xc0000000	the image and the direct map: virtual = physical + this, first 768 MiB
 *	0xf0000000	mappings made at run time (device registers), windows at their end
 *	0xf5800000	kept free: a hypervisor's hole
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_LAYOUT_WORDS_H
#define PV_COMMON_LAYOUT_WORDS_H

#define PV_KERNEL_OFFSET	0xc0000000
#define PV_DIRECT_BASE		0xc0000000
#define PV_DIRECT_LIMIT		0x30000000		/* 768 MiB */
#define PV_VA_START		0xf0000000
#define PV_VA_END		0xf5000000
#define PV_BOOT_REACH		0x30000000
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
#define EFER_NXE		0x00000800

#define BOOT_CS			0x08
#define BOOT_DS			0x10

#endif
