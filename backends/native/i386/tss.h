/*
 * The task state of i386 (IA-32 manual, volume 3, section 8.2.1) and what else of
 * the tables is its own. Included by x86/tables.c only.
 *
 * There are no interrupt stacks: a double fault gets a task of its own, because the
 * stack may be what is broken.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_TSS_H
#define PV_NATIVE_TSS_H

#define PV_GATE_WORDS		1
#define PV_FAULT_STACKS		1
#define PV_FAULT_STACK		8192	/* bytes of each: handlers print */
#define PV_KERNEL_CODE_FLAGS	0xc
#define PV_SEGMENTS_OF_ISA		/* that of the per-CPU record has its base */
#define PERCPU_SELECTOR		0x28u
#define DOUBLE_FAULT_TSS	0x38u

struct pv_tss {
	uint32_t link;
	struct {
		uint32_t esp, ss;
	} ring[3];
	uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, iobitmap;
} __attribute__((packed));
PV_STATIC_ASSERT(sizeof(struct pv_tss) == 104, "IA-32 volume 3, figure 8-2");

static struct pv_tss double_fault_tss;
static struct pv_tss *main_tss;

/*
 * Reached by a task switch: the interrupted registers are in the main TSS. There is nothing to
 * go back to.
 */
static void
double_fault(void)
{
	pv_panic("double fault at 0x%x, stack 0x%x: the kernel stack ran out, its tables are damaged, or the "
	    "gate was opened before pv_start(PV_STAGE_LINES)",
	    (unsigned)main_tss->eip, (unsigned)main_tss->esp);
}

static inline void
pv_tss_set_kernel_sp(struct pv_tss *tss, uintptr_t top)
{
	tss->ring[0].esp = top;
	if (pv_native_sysenter_on)
		pv_native_wrmsr(0x175, top);	/* SYSENTER_ESP */
}

static inline pv_status
pv_tss_set_ist(struct pv_tss *tss, unsigned n, uintptr_t top)
{
	(void)tss;
	(void)n;
	(void)top;
	return PV_E_ABSENT;
}

static inline unsigned
pv_tss_ist_of(unsigned vector)
{
	(void)vector;
	return 0;
}

static inline void
pv_tss_setup(struct pv_tss *tss, uint16_t iobitmap, uint8_t stacks[PV_FAULT_STACKS][PV_FAULT_STACK])
{
	main_tss = tss;
	tss->iobitmap = iobitmap;
	tss->ring[0].ss = PV_NATIVE_KERNEL_DS;
	double_fault_tss.iobitmap = 0xffff;
	double_fault_tss.cr3 = (uint32_t)pv_cr3_read();
	double_fault_tss.eip = (uint32_t)(uintptr_t)double_fault;
	double_fault_tss.eflags = 2;
	double_fault_tss.esp = (uint32_t)(uintptr_t)stacks[1] - 16;
	double_fault_tss.cs = PV_NATIVE_KERNEL_CS;
	double_fault_tss.ss = double_fault_tss.ds = double_fault_tss.es = PV_NATIVE_KERNEL_DS;
	double_fault_tss.fs = PERCPU_SELECTOR;
}

static inline void
pv_tables_isa_segments(uint64_t *gdt, struct pv_cpu *cpu)
{
	uintptr_t base = (uintptr_t)cpu - (uintptr_t)pv_percpu_offset;

	gdt[PERCPU_SELECTOR / 8] = pv_segment(base, 0xfffff, 0x93, 0xc);
}

static inline void
pv_tables_isa_reload(struct pv_cpu *cpu)
{
	(void)cpu;
	__asm__ volatile(
	    "ljmp %0, $1f\n"
	    "1:	mov %1, %%ds\n\t"
	    "mov %1, %%es\n\t"
	    "mov %1, %%ss\n\t"
	    "mov %2, %%fs\n\t"
	    "mov %3, %%gs"
	    : : "i" (PV_NATIVE_KERNEL_CS), "r" (PV_NATIVE_KERNEL_DS), "r" (PERCPU_SELECTOR), "r" (0) : "memory");
}

static inline void
pv_tables_isa_tss(uint64_t *gdt, void *tss)
{
	(void)tss;
	gdt[DOUBLE_FAULT_TSS / 8] = pv_segment((uint32_t)(uintptr_t)&double_fault_tss,
	    sizeof(double_fault_tss) - 1, 0x89, 0);
}

static inline void
pv_tables_isa_gates(uint64_t *idt)
{
	idt[8] = pv_gate_low(0, DOUBLE_FAULT_TSS, 0x5, 0, 0);	/* task gate */
}

#endif
