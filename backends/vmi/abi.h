/*
 * VMI 3.0 in numbers: the ROM's header, the calls, their flags. For C and assembly.
 * Nothing of this backend is in here.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_VMI_ABI_H
#define PV_VMI_ABI_H

/* Where option ROMs lie. Their headers begin at multiples of the step. */
#define VMI_AREA_START		0xc0000
#define VMI_AREA_END		0xe0000
#define VMI_AREA_STEP		2048

/* The header: offsets from the ROM's start. */
#define VMI_AT_SIGNATURE	0x00	/* 55 aa */
#define VMI_AT_LENGTH		0x02	/* one byte, of 512 bytes each; what the sum is over */
#define VMI_AT_VMI		0x08
#define VMI_AT_MAJOR		0x0d	/* the minor is before it */
#define VMI_AT_TOP		0x10	/* first linear address of the hypervisor's; 0: it has none */
#define VMI_AT_LICENCE		0x16	/* offset of a string; 0: none */
#define VMI_AT_PCI		0x18	/* offset of the PCI data structure; 0: none */
#define VMI_AT_INIT		0x80
#define VMI_AT_RELOCATION	0x88
#define VMI_HEADER		0x90	/* bytes */
#define VMI_OPTION_ROM		0xaa55
#define VMI_SIGNATURE		0x696d5663	/* "cVmi" */
#define VMI_MAJOR		3

/* PCI data structure: offsets from its start. */
#define VMI_PCI_LENGTH		16	/* two bytes: the image in 512 bytes each */
#define VMI_PCI_SIZE		24

/* What GetRelocationInfo says in dl. */
#define VMI_KIND_NONE		0	/* leave the native code */
#define VMI_KIND_CALL		1
#define VMI_KIND_JUMP		2
#define VMI_KIND_NOP		3	/* leave the operation out */

/* The calls: number, name. */
#define VMI_CALLS(X)									\
	X(0, CPUID) X(1, WRMSR) X(2, RDMSR) X(3, SetGDT) X(4, SetLDT) X(5, SetIDT) X(6, SetTR) X(7, GetGDT)	\
	X(8, GetLDT) X(9, GetIDT) X(10, GetTR) X(11, WriteGDTEntry) X(12, WriteLDTEntry) X(13, WriteIDTEntry)	\
	X(14, UpdateKernelStack) X(15, SetCR0) X(16, SetCR2) X(17, SetCR3) X(18, SetCR4) X(19, GetCR0)		\
	X(20, GetCR2) X(21, GetCR3) X(22, GetCR4) X(23, WBINVD) X(24, SetDR) X(25, GetDR) X(26, RDPMC)		\
	X(27, RDTSC) X(28, CLTS) X(29, EnableInterrupts) X(30, DisableInterrupts) X(31, GetInterruptMask)	\
	X(32, SetInterruptMask) X(33, IRET) X(34, SYSEXIT) X(35, Halt) X(36, Reboot) X(37, Shutdown)		\
	X(38, SetPxE) X(39, SetPxELong) X(40, UpdatePxE) X(41, UpdatePxELong) X(42, MachineToPhysical)		\
	X(43, PhysicalToMachine) X(44, AllocatePage) X(45, ReleasePage) X(46, InvalPage) X(47, FlushTLB)	\
	X(48, SetLinearMapping) X(49, INL) X(50, INB) X(51, INW) X(52, INSL) X(53, INSB) X(54, INSW)		\
	X(55, OUTL) X(56, OUTB) X(57, OUTW) X(58, OUTSL) X(59, OUTSB) X(60, OUTSW) X(61, SetIOPLMask)		\
	X(62, SetInitialAPState) X(63, APICWrite) X(64, APICRead) X(65, IODelay) X(66, GetCycleFrequency)	\
	X(67, GetCycleCounter) X(68, SetAlarm) X(69, CancelAlarm) X(70, GetWallclockTime)			\
	X(71, WallclockUpdated) X(72, SetCallbacks) X(73, SetLazyMode)
#define VMI_NR_CALLS		74

/* AllocatePage, ReleasePage; of these the levels also SetPxE and UpdatePxE. */
#define VMI_PAGE_PT		0x01
#define VMI_PAGE_PD		0x02
#define VMI_PAGE_PDP		0x04
#define VMI_PAGE_PAE		0x10
/* SetPxE, UpdatePxE: may wait until the next flush, or until the lazy mode ends. */
#define VMI_PTE_DEFER		0x20
/* FlushTLB: the first is always there. */
#define VMI_FLUSH_TLB		0x01
#define VMI_FLUSH_GLOBAL	0x02

/* SetLazyMode. */
#define VMI_LAZY_OFF		0
#define VMI_LAZY_MMU		1
#define VMI_LAZY_CPU		2

/* GetCycleCounter, SetAlarm, CancelAlarm. */
#define VMI_COUNTER_REAL	0
#define VMI_COUNTER_STOLEN	2
#define VMI_ALARM_IRQ0		0	/* and one-shot */

#define VMI_IF			0x200	/* of an interrupt mask */

#ifndef __ASSEMBLER__
enum vmi_call {
#define X(number, name)	VMI_##name = number,
	VMI_CALLS(X)
#undef X
};
#endif

#endif
