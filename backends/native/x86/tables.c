/*
 * The GDT, IDT and TSS of a kernel that leaves them to libpv. One set: the boot
 * CPU's.
 *
 * The order of segments is what SYSCALL, SYSENTER and SYSEXIT demand: kernel code,
 * kernel data, user code (32-bit), user data, user code (64-bit).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "stubs.h"
#include PV_BACKEND_ISA(tss.h)

#define ACCESS_TSS	0x89u

/* Flat segments: what pv_segment(0, 0xfffff, access, flags) gives. */
#define FLAT(access, flags)	(0x000f00000000ffffull | (uint64_t)(access) << 40 | (uint64_t)(flags) << 52)
#define CODE			0x9b
#define DATA			0x93
#define DPL3			0x60
#define BITS_32			0xc	/* granular, 32-bit */

static uint64_t gdt[PV_NATIVE_GDT_ENTRIES] __attribute__((aligned(16))) = {
	[PV_NATIVE_KERNEL_CS / 8] = FLAT(CODE, PV_KERNEL_CODE_FLAGS),
	[PV_NATIVE_KERNEL_DS / 8] = FLAT(DATA, BITS_32),
	[PV_NATIVE_USER_BASE / 8] = FLAT(CODE | DPL3, BITS_32),
	[PV_NATIVE_USER_DS / 8] = FLAT(DATA | DPL3, BITS_32),
	PV_SEGMENTS_OF_ISA
};
static uint64_t idt[256 * PV_GATE_WORDS] __attribute__((aligned(16)));

/* The I/O bitmap follows the TSS; its last byte must be all ones. */
static struct {
	struct pv_tss tss;
	uint8_t iobitmap[PV_NATIVE_IOBITMAP + 1];
} __attribute__((packed, aligned(128))) task;

static uint8_t fault_stack[PV_FAULT_STACKS][PV_FAULT_STACK] __attribute__((aligned(16)));

/* What the task register leads to: ours, or that of a kernel that keeps the tables. */
static struct pv_tss *current;
static uint32_t current_limit;

void
pv_native_tss_loaded(uintptr_t base, uint32_t limit)
{
	current = (struct pv_tss *)base;
	current_limit = limit;
}

uint8_t *
pv_native_iobitmap(void)
{
	if (current == NULL || current->iobitmap + PV_NATIVE_IOBITMAP > current_limit)
		return NULL;
	return (uint8_t *)current + current->iobitmap;
}

void
pv_native_kernel_sp_set(uintptr_t top)
{
	if (current != NULL)
		pv_tss_set_kernel_sp(current, top);
	pv_cpu()->kernel_sp = top;
}

pv_status
pv_native_ist_set(unsigned n, uintptr_t top)
{
	return current != NULL ? pv_tss_set_ist(current, n, top) : PV_E_STAGE;
}

void
pv_native_tables_early(struct pv_cpu *cpu)
{
	pv_tables_isa_segments(gdt, cpu);
	pv_native_lgdt(gdt, sizeof(gdt) - 1);
	pv_tables_isa_reload(cpu);
}

/* Traps that user code may raise by instruction: breakpoint, overflow, system call. */
static unsigned
gate_dpl(unsigned vector)
{
	return vector == 3 || vector == 4 || vector == PV_VECTOR_SYSCALL ? 3 : 0;
}

void
pv_native_tables_traps(void)
{
	uintptr_t table;
	unsigned limit;

	/* An attached kernel came with a GDT of its own. */
	pv_native_gdt_read(&table, &limit);
	if (table != (uintptr_t)gdt)
		pv_native_tables_early(pv_cpu());
	memset(task.iobitmap, 0xff, sizeof(task.iobitmap));
	pv_tss_setup(&task.tss, (uint16_t)sizeof(struct pv_tss), fault_stack);
	gdt[PV_NATIVE_TSS / 8] = pv_segment((uint32_t)(uintptr_t)&task, sizeof(task) - 1, ACCESS_TSS, 0);
	pv_tables_isa_tss(gdt, &task);
	for (unsigned v = 0; v < 256; v++) {
		uintptr_t stub = (uintptr_t)pv_native_stubs + STUB_OFFSET(v);

		idt[v * PV_GATE_WORDS] = pv_gate_low(stub, PV_NATIVE_KERNEL_CS, PV_GATE_INTERRUPT, gate_dpl(v),
		    pv_tss_ist_of(v));
		if (PV_GATE_WORDS == 2)
			idt[v * PV_GATE_WORDS + 1] = pv_gate_high(stub);
	}
	pv_tables_isa_gates(idt);
	pv_native_lidt(idt, sizeof(idt) - 1);
	__asm__ volatile("ltr %w0" : : "r" (PV_NATIVE_TSS) : "memory");
	pv_native_tss_loaded((uintptr_t)&task, sizeof(task) - 1);
}
