/*
 * The MMU of a sun4u CPU (UltraSPARC I and II User's Manual, chapter 6), for
 * assembly and C.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_SPARC64_MMU_H
#define PV_NATIVE_SPARC64_MMU_H

#define ASI_QUAD		0x24	/* 128 bits at once, nucleus */
#define ASI_LSU			0x45
#define ASI_IMMU		0x50	/* registers; at 0 the tag target */
#define ASI_ITSB_POINTER	0x51
#define ASI_ITLB_IN		0x54
#define ASI_IMMU_DEMAP		0x57
#define ASI_DMMU		0x58
#define ASI_DTSB_POINTER	0x59
#define ASI_DTLB_IN		0x5c
#define ASI_DTLB_DATA		0x5d	/* entry n at n << 3 */
#define ASI_DTLB_TAG		0x5e
#define ASI_DMMU_DEMAP		0x5f

#define LSU_MMUS		0x0c
#define PRIMARY_CONTEXT		0x08
#define SECONDARY_CONTEXT	0x10
#define DMMU_SFSR		0x18
#define DMMU_SFAR		0x20
#define TSB_BASE		0x28
#define TAG_ACCESS		0x30

/* In the address of a demap: whose context, and whether all of it. */
#define DEMAP_PRIMARY		0x00
#define DEMAP_SECONDARY		0x10
#define DEMAP_NUCLEUS		0x20
#define DEMAP_CONTEXT		0x40

#define TTE_EXEC		0x80	/* one of the bits that are software's */
#define TTE_L			0x40
#define TTE_CP			0x20
#define TTE_CV			0x10
#define TTE_E			0x08
#define TTE_P			0x04
#define TTE_W			0x02

#endif
