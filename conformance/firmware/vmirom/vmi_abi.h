/*
 * VMI 3.0 as numbers: the ROM's own copy, for C and assembler. Nothing of ours is in
 * it; what the published interface leaves open is settled in README.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef VMI_ABI_H
#define VMI_ABI_H

/* The ROM header: offsets. */
#define VMI_AT_LENGTH		0x02	/* in units of 512 bytes */
#define VMI_AT_SIGNATURE	0x08
#define VMI_AT_MINOR		0x0c	/* minor comes first */
#define VMI_AT_MAJOR		0x0d
#define VMI_AT_TOP		0x10	/* first linear address that is the hypervisor's; 0: none */
#define VMI_AT_LICENCE		0x16
#define VMI_AT_PCI		0x18
#define VMI_AT_INIT		0x80	/* room for one jump each */
#define VMI_AT_RELOCATION	0x88
#define VMI_SIGNATURE		0x696d5663	/* "cVmi" */

/* DL of GetRelocationInfo. */
#define VMI_KIND_NONE		0	/* leave the native code */
#define VMI_KIND_CALL		1
#define VMI_KIND_JUMP		2
#define VMI_KIND_NOP		3	/* delete the operation */

/* Calls. */
#define VMI_CPUID		0
#define VMI_WRMSR		1
#define VMI_RDMSR		2
#define VMI_SET_GDT		3
#define VMI_SET_LDT		4
#define VMI_SET_IDT		5
#define VMI_SET_TR		6
#define VMI_GET_GDT		7
#define VMI_GET_LDT		8
#define VMI_GET_IDT		9
#define VMI_GET_TR		10
#define VMI_WRITE_GDT_ENTRY	11
#define VMI_WRITE_LDT_ENTRY	12
#define VMI_WRITE_IDT_ENTRY	13
#define VMI_UPDATE_KERNEL_STACK	14
#define VMI_SET_CR0		15
#define VMI_SET_CR2		16
#define VMI_SET_CR3		17
#define VMI_SET_CR4		18
#define VMI_GET_CR0		19
#define VMI_GET_CR2		20
#define VMI_GET_CR3		21
#define VMI_GET_CR4		22
#define VMI_WBINVD		23
#define VMI_SET_DR		24
#define VMI_GET_DR		25
#define VMI_RDPMC		26
#define VMI_RDTSC		27
#define VMI_CLTS		28
#define VMI_ENABLE_INTERRUPTS	29
#define VMI_DISABLE_INTERRUPTS	30
#define VMI_GET_INTERRUPT_MASK	31
#define VMI_SET_INTERRUPT_MASK	32
#define VMI_IRET		33
#define VMI_SYSEXIT		34
#define VMI_HALT		35
#define VMI_REBOOT		36
#define VMI_SHUTDOWN		37
#define VMI_SET_PXE		38
#define VMI_SET_PXE_LONG	39
#define VMI_UPDATE_PXE		40
#define VMI_UPDATE_PXE_LONG	41
#define VMI_MACHINE_TO_PHYSICAL	42	/* no published meaning */
#define VMI_PHYSICAL_TO_MACHINE	43	/* no published meaning */
#define VMI_ALLOCATE_PAGE	44
#define VMI_RELEASE_PAGE	45
#define VMI_INVAL_PAGE		46
#define VMI_FLUSH_TLB		47
#define VMI_SET_LINEAR_MAPPING	48
#define VMI_INL			49
#define VMI_INB			50
#define VMI_INW			51
#define VMI_INSL		52
#define VMI_INSB		53
#define VMI_INSW		54
#define VMI_OUTL		55
#define VMI_OUTB		56
#define VMI_OUTW		57
#define VMI_OUTSL		58
#define VMI_OUTSB		59
#define VMI_OUTSW		60
#define VMI_SET_IOPL_MASK	61
#define VMI_SET_AP_STATE	62
#define VMI_APIC_WRITE		63
#define VMI_APIC_READ		64
#define VMI_IO_DELAY		65
#define VMI_GET_FREQUENCY	66
#define VMI_GET_COUNTER		67
#define VMI_SET_ALARM		68
#define VMI_CANCEL_ALARM	69
#define VMI_GET_WALLCLOCK	70
#define VMI_WALLCLOCK_UPDATED	71
#define VMI_SET_CALLBACKS	72	/* no published meaning */
#define VMI_SET_LAZY_MODE	73
#define VMI_CALLS		74

/* Ours, not published: GetRelocationInfo of REFUSE << 16 | N << 8 | call has the Nth call from then on not done. */
#define REFUSE			0x5246

/* AllocatePage and ReleasePage; of the level bits PT and PD also SetPxE and UpdatePxE. */
#define VMI_PAGE_PT		0x01
#define VMI_PAGE_PD		0x02
#define VMI_PAGE_PDP		0x04
#define VMI_PAGE_PML4		0x08
#define VMI_PAGE_LEVELS		0x0f
#define VMI_PAGE_PAE		0x10
#define VMI_PAGE_CLONE		0x20
#define VMI_PAGE_ZEROED		0x40

/* SetPxE and UpdatePxE. */
#define VMI_PTE_CURRENT_AS	0x10	/* bits 12 to 31 are the address mapped */
#define VMI_PTE_DEFER		0x20

/* FlushTLB. */
#define VMI_FLUSH_TLB_BIT	0x01	/* always set */
#define VMI_FLUSH_GLOBAL	0x02

/* SetLazyMode. */
#define VMI_LAZY_OFF		0
#define VMI_LAZY_MMU		1
#define VMI_LAZY_CPU		2

/* GetCycleCounter, SetAlarm, CancelAlarm. */
#define VMI_COUNTER_REAL	0
#define VMI_COUNTER_AVAILABLE	1
#define VMI_COUNTER_STOLEN	2
#define VMI_ALARM_COUNTER	0x000000ff
#define VMI_ALARM_PERIODIC	0x00000100
#define VMI_ALARM_LVTT		0x00010000	/* else IRQ0 */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* SetInitialAPState: what EAX points to. */
struct vmi_ap_state {
	uint32_t cr0, cr2, cr3, cr4;
	uint64_t efer;
	uint32_t eip, eflags;
	uint32_t eax, ebx, ecx, edx, esp, ebp, esi, edi;
	uint16_t cs, ss, ds, es, fs, gs, ldtr;
	uint16_t gdt_limit;
	uint32_t gdt_base;
	uint32_t idt_base;
	uint16_t idt_limit;
} __attribute__((packed));
#endif

#endif
