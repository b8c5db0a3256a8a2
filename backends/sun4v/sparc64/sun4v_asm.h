/*
 * Numbers of the sun4v architecture (UltraSPARC Virtual Machine Specification) that
 * C and assembly share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SUN4V_ASM_H
#define PV_SUN4V_ASM_H

/* Trap instructions. */
#define PV_SUN4V_FAST_TRAP	0x80
#define PV_SUN4V_MAP_ADDR_TRAP	0x83
#define PV_SUN4V_UNMAP_ADDR_TRAP	0x84
#define PV_SUN4V_CORE_TRAP	0xff

/* Core trap functions: there before anything is negotiated. */
#define PV_SUN4V_API_SET_VERSION	0
#define PV_SUN4V_API_PUTCHAR		1
#define PV_SUN4V_API_EXIT		2

/* Fast trap functions. */
#define PV_SUN4V_MACH_EXIT		0x00
#define PV_SUN4V_MACH_DESC		0x01
#define PV_SUN4V_MACH_SIR		0x02
#define PV_SUN4V_CPU_YIELD		0x12
#define PV_SUN4V_CPU_QCONF		0x14
#define PV_SUN4V_CPU_MYID		0x16
#define PV_SUN4V_MMU_TSB_CTX0		0x20
#define PV_SUN4V_MMU_TSB_CTXNON0	0x21
#define PV_SUN4V_MMU_DEMAP_PAGE		0x22
#define PV_SUN4V_MMU_DEMAP_CTX		0x23
#define PV_SUN4V_MMU_DEMAP_ALL		0x24
#define PV_SUN4V_MMU_MAP_PERM_ADDR	0x25
#define PV_SUN4V_MMU_FAULT_AREA_CONF	0x26
#define PV_SUN4V_MMU_ENABLE		0x27
#define PV_SUN4V_MMU_UNMAP_PERM_ADDR	0x28
#define PV_SUN4V_CPU_MONDO_SEND		0x42
#define PV_SUN4V_TOD_GET		0x50
#define PV_SUN4V_TOD_SET		0x51
#define PV_SUN4V_CONS_GETCHAR		0x60
#define PV_SUN4V_CONS_PUTCHAR		0x61
#define PV_SUN4V_VINTR_SETCOOKIE	0xa8
#define PV_SUN4V_VINTR_GETVALID		0xa9
#define PV_SUN4V_VINTR_SETVALID		0xaa
#define PV_SUN4V_VINTR_SETSTATE		0xac
#define PV_SUN4V_VINTR_SETTARGET	0xae

/* API groups. */
#define PV_SUN4V_GROUP_SUN4V		0
#define PV_SUN4V_GROUP_CORE		1
#define PV_SUN4V_GROUP_INTERRUPT	2

/* Flags of mapping calls. */
#define PV_SUN4V_MMU_DATA		1
#define PV_SUN4V_MMU_BOTH		3

/* Valid, cacheable, privileged, 4 MiB; executable or writable. */
#define PV_SUN4V_TTE_TEXT		0x8000000000000783
#define PV_SUN4V_TTE_DATA		0x8000000000000743

/* The direct map's translation storage buffer: log2 of its entries, each for 4 MiB. */
#define PV_SUN4V_DIRECT_SHIFT		9

/* Queues, and their head registers in ASI 0x25; the tail is 8 behind. */
#define PV_SUN4V_ASI_QUEUE		0x25
#define PV_SUN4V_QUEUE_CPU_MONDO	0x3c
#define PV_SUN4V_QUEUE_HEAD(n)		(0x3c0 + 16 * (n))
/* Word 0 of a mondo that is ours: this, and the number of an input. No sysino looks so. */
#define PV_SUN4V_COOKIE			0x10000

#define PV_SUN4V_ASI_SCRATCH		0x20
#define PV_SUN4V_ASI_MMU		0x21	/* contexts: 0x08 primary, 0x10 secondary */
/* Scratchpad registers: the CPU's record, and the real address of its fault status area. */
#define PV_SUN4V_SCRATCH_CPU		0x00
#define PV_SUN4V_SCRATCH_FAULT		0x08

/* Fault status area: a half for instructions, then one for data, each type, address, context. */
#define PV_SUN4V_FAULT_AREA_SIZE	128
#define PV_SUN4V_FAULT_DATA		0x40
#define PV_SUN4V_FAULT_TYPE		0x00
#define PV_SUN4V_FAULT_ADDRESS		0x08
#define PV_SUN4V_FAULT_CONTEXT		0x10
/* Bit of a type that is ours: a call that the miss path made was refused, the rest of the word is its status. */
#define PV_SUN4V_FAULT_REFUSED		62

#endif
