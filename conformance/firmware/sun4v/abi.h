/*
 * Numbers of the sun4v interface: errors, calls, descriptors, traps.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ABI_H
#define ABI_H

enum error {
	EOK, ENOCPU, ENORADDR, ENOINTR, EBADPGSZ, EBADTSB, EINVAL, EBADTRAP, EBADALIGN, EWOULDBLOCK,
	ENOACCESS, EIO, ECPUERROR, ENOTSUPPORTED, ENOMAP, ETOOMANY, ECHANNEL, EBUSY, ERRORS
};

/* API groups. */
#define GROUP_SUN4V	0x000
#define GROUP_CORE	0x001
#define GROUP_INTR	0x002
#define GROUP_SOFT	0x003
#define GROUP_LDC	0x101

/* Queues, as CPU_QCONF names them. */
#define QUEUE_FIRST	0x3c
#define QUEUE_CPU	0
#define QUEUE_DEV	1
#define QUEUE_RESUMABLE	2
#define QUEUE_NONRESUMABLE 3
#define QUEUES		4
#define ENTRY_SIZE	64

/* TTE. */
#define TTE_V		(1ul << 63)
#define TTE_NFO		(1ul << 62)
#define TTE_RA		0x00ffffffffffe000ul
#define TTE_E		(1ul << 11)
#define TTE_CP		(1ul << 10)
#define TTE_CV		(1ul << 9)
#define TTE_P		(1ul << 8)
#define TTE_X		(1ul << 7)
#define TTE_W		(1ul << 6)
#define TTE_SIZE	15ul
#define PAGE_8K		0
#define PAGE_64K	1
#define PAGE_4M		3
#define PAGE_256M	5
#define PAGE_SIZES	0x2bu		/* a T1's, bit n for code n */
#define PAGE_SHIFT(code) (13 + 3 * (code))
#define CONTEXTS	0x2000u

/* Fault status area. */
#define FAULT_INSTRUCTION 0
#define FAULT_DATA	0x40
#define FAULT_SIZE	128
#define FT_MISS		3
#define FT_INVALID_RA	4
#define FT_PRIVILEGE	5
#define FT_PROTECTION	6
#define FT_NFO		7
#define FT_SIDE_EFFECT	8
#define FT_INVALID_VA	9
#define FT_INVALID_ASI	10
#define FT_NC_ATOMIC	11
#define FT_PAGE_SIZE	15
#define FT_TSB_ENTRY	16

/* Traps. */
#define TT_IFAULT	0x08
#define TT_IMISS_MMU	0x09
#define TT_IERROR	0x0a
#define TT_DFAULT	0x30
#define TT_DMISS_MMU	0x31
#define TT_DERROR	0x32
#define TT_ALIGN	0x34
#define TT_REAL_I	0x3e
#define TT_REAL_D	0x3f
#define TT_IMISS	0x64
#define TT_DMISS	0x68
#define TT_DPROT	0x6c
#define TT_CPU_MONDO	0x7c
#define TT_NONRESUMABLE	0x7f
#define TT_FAST		0x180
#define TT_FAST1	0x181
#define TT_MAP		0x183
#define TT_UNMAP	0x184
#define TT_TRACE	0x185
#define TT_QUEUE	0x1e0
#define TT_CORE		0x1ff

#define PSTATE_IE	2ul
#define PSTATE_PRIV	4ul
#define PSTATE_PEF	0x10ul
#define PSTATE_TLE	0x100ul

/* Virtual interrupts. */
#define VINTR_IDLE	0
#define VINTR_RECEIVED	1
#define VINTR_DELIVERED	2

#endif
