/*
 * The task state of x86_64 (AMD64 volume 2, section 12.2.5) and what else of the
 * tables is its own. Included by x86/tables.c only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_TSS_H
#define PV_NATIVE_TSS_H

#define PV_GATE_WORDS		2
#define PV_FAULT_STACKS		4
#define PV_FAULT_STACK		8192	/* bytes of each: handlers print */
#define PV_KERNEL_CODE_FLAGS	0xa	/* granular, 64-bit */
#define PV_SEGMENTS_OF_ISA	[5] = FLAT(CODE | DPL3, PV_KERNEL_CODE_FLAGS),	/* user code, 64-bit */

struct pv_tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iobitmap;
} __attribute__((packed));
PV_STATIC_ASSERT(sizeof(struct pv_tss) == 104, "AMD64 volume 2, figure 12-8");

static inline void
pv_tss_set_kernel_sp(struct pv_tss *tss, uintptr_t top)
{
	tss->rsp[0] = top;
}

static inline pv_status
pv_tss_set_ist(struct pv_tss *tss, unsigned n, uintptr_t top)
{
	if (n < 1 || n > 7)
		return PV_E_INVAL;
	tss->ist[n - 1] = top;
	return PV_OK;
}

/*
 * Double fault, NMI and machine check come at bad moments: stacks of their own. So does a debug
 * trap that was held back until SYSCALL had been executed: the stack is the user's then.
 */
static inline unsigned
pv_tss_ist_of(unsigned vector)
{
	return vector == 8 ? 1 : vector == 2 ? 2 : vector == 18 ? 3 : vector == 1 ? 4 : 0;
}

static inline void
pv_tss_setup(struct pv_tss *tss, uint16_t iobitmap, uint8_t stacks[PV_FAULT_STACKS][PV_FAULT_STACK])
{
	tss->iobitmap = iobitmap;
	for (unsigned i = 0; i < PV_FAULT_STACKS; i++)
		tss->ist[i] = (uintptr_t)stacks[i + 1];	/* stacks grow down from the end */
}

static inline void
pv_tables_isa_segments(uint64_t *gdt, struct pv_cpu *cpu)
{
	(void)gdt;
	(void)cpu;
}

/* Load the new segments; GS keeps its base in an MSR. */
static inline void
pv_tables_isa_reload(struct pv_cpu *cpu)
{
	uintptr_t tmp;

	__asm__ volatile(
	    "push %1\n\t"
	    "lea 1f(%%rip), %0\n\t"
	    "push %0\n\t"
	    "lretq\n"
	    "1:	mov %2, %%ds\n\t"
	    "mov %2, %%es\n\t"
	    "mov %2, %%ss\n\t"
	    "mov %3, %%fs\n\t"
	    "mov %3, %%gs"
	    : "=&r" (tmp) : "i" (PV_NATIVE_KERNEL_CS), "r" (PV_NATIVE_KERNEL_DS), "r" (0) : "memory");
	pv_native_wrmsr(0xc0000101, (uintptr_t)cpu - (uintptr_t)pv_percpu_offset);
	pv_native_wrmsr(0xc0000102, 0);
}

static inline void
pv_tables_isa_tss(uint64_t *gdt, void *tss)
{
	gdt[PV_NATIVE_TSS / 8 + 1] = (uint64_t)(uintptr_t)tss >> 32;
}

static inline void
pv_tables_isa_gates(uint64_t *idt)
{
	(void)idt;
}

#endif
