/*
 * What the files of the native x86 backend share. Nobody outside of
 * backends/native includes this.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_X86_H
#define PV_NATIVE_X86_H

#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/x86/pte.h>
#include <pv/backend.h>
#include PV_ISA_HEADER(frame.h)
#include "../../../hooks/hooks_internal.h"
#include "../../common/x86/child.h"
#include "../../common/x86/registers.h"

/* A header of this backend's folder for the ISA, from a file in x86/. */
#define PV_BACKEND_ISA__(path)		#path
#define PV_BACKEND_ISA_(dir, file)	PV_BACKEND_ISA__(../dir/file)
#define PV_BACKEND_ISA(file)		PV_BACKEND_ISA_(PV_ISA_DIR, file)

/*
 * Vectors. 0-31 are the CPU's. Input n of the interrupt controller has vector 0x20 + n up to
 * 0x7f, and one more beyond, because 0x80 is the system call: 206 inputs, the last at 0xee. The
 * first 16 are the 8259's where it is in use, which wants them in a row at a multiple of 8.
 */
#define PV_VECTOR_INPUT		0x20u
#define PV_VECTOR_SYSCALL	0x80u
#define PV_VECTOR_CROSS		0xf0u	/* + n, 0..3 */
#define PV_VECTOR_SOFT		0xf4u
#define PV_VECTOR_ERROR		0xfeu
#define PV_VECTOR_SPURIOUS	0xffu	/* the low four bits are hardwired to ones in old APICs */

#define PV_NATIVE_INPUTS	(PV_VECTOR_TIMER - PV_VECTOR_INPUT - 1)

static inline unsigned
pv_native_input_vector(uint32_t input)
{
	return PV_VECTOR_INPUT + input + (PV_VECTOR_INPUT + input >= PV_VECTOR_SYSCALL ? 1 : 0);
}

static inline uint32_t
pv_native_vector_input(unsigned vector)
{
	return vector - PV_VECTOR_INPUT - (vector > PV_VECTOR_SYSCALL ? 1 : 0);
}

/* For kernels with an IDT of their own. */
pv_status pv_native_vector_deliver(unsigned vector);

/* -- the op functions of each family, put together in backend.c -- */
extern const struct pv_template pv_native_templates[];

/* <isa>/gate.S: site convention, never called from C */
void pv_native_irq_save(void), pv_native_irq_disable(void), pv_native_irq_enable(void);
void pv_native_irq_restore(void), pv_native_irq_read(void);
void pv_native_cr2_read(void), pv_native_cr3_read(void), pv_native_cr3_write(void);
void pv_native_fpu_clear(void), pv_native_fpu_set(void), pv_native_counter(void);
void pv_native_pte_get(void), pv_native_pte_set(void), pv_native_pte_clear(void), pv_native_invlpg(void);
void pv_native_in8(void), pv_native_in16(void), pv_native_in32(void);
void pv_native_out8(void), pv_native_out16(void), pv_native_out32(void);
void pv_native_iret(void), pv_native_swapgs(void);

/* <isa>/entry.S */
/* Weak: a kernel with entry code of its own must not get ours, with its boot headers and tables. */
extern const char pv_native_boot_stack_top[] PV_WEAK;

/* Distance of struct pv_cpu from the per-CPU register; see <pv/cpu.h>. */
extern const char pv_percpu_offset[] PV_WEAK;

/* cpu.c, <isa>/base.c */
bool pv_native_record_found(void);			/* does the register lead to a record? */
pv_status pv_native_setup(const struct pv_start *start);	/* stage EARLY */
void pv_native_switch_tls(uintptr_t base);
bool pv_native_has(enum pv_cap cap);
bool pv_native_cpu_feature(unsigned leaf, unsigned reg, unsigned bit);	/* eax=0..edx=3 */
void pv_native_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

static inline uint64_t
pv_native_rdmsr(uint32_t nr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (nr));
	return (uint64_t)hi << 32 | lo;
}

static inline void
pv_native_wrmsr(uint32_t nr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c" (nr), "a" ((uint32_t)value), "d" ((uint32_t)(value >> 32)) : "memory");
}

/*
 * Ports, without a site: the backend's own use, also before the table is live. pv_native_outb() and pv_native_inb() are
 * for any time; the two below, smaller, are for the start, when nobody can have taken the ports away yet.
 */
static inline void
pv_native_start_outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a" (v), "Nd" (port) : "memory");
}

static inline uint8_t
pv_native_start_inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a" (v) : "Nd" (port) : "memory");
	return v;
}
#include PV_BACKEND_ISA(port.h)

/* A count that the compiler does not know, lest it write all rounds of a loop out: port accesses look small to it. */
#define PV_NATIVE_LOOP(count)	__asm__("" : "+r" (count))

/* console.c */
extern const struct pv_console_ops pv_native_console_ops;
void pv_native_console_setup(const struct pv_boot *boot);

/* traps.c and <isa>/trap.S */
extern const struct pv_trap_ops pv_native_trap_ops;
/* Called by trap.S for every vector; gives the frame to return to. */
struct pv_frame *pv_native_trap(struct pv_frame *frame);
/*
 * edge.c: a trap from kernel mode in the few instructions to and from user mode. NULL: it was not;
 * a kernel frame: go on there; a user frame: it is that code's fault.
 */
struct pv_frame *pv_native_edge(struct pv_frame *frame) PV_WEAK;
extern const char pv_native_stubs[];			/* see stubs.h */
extern const char pv_native_trap_return[];		/* stack: struct pv_frame, gate closed */

/* tables.c: the GDT, IDT and TSS of our own entry code */
#define PV_NATIVE_KERNEL_CS	0x08u
#define PV_NATIVE_KERNEL_DS	0x10u
#define PV_NATIVE_USER_BASE	0x18u	/* x86_64: 32-bit code, unused; i386: user code */
#define PV_NATIVE_USER_DS	0x20u
#define PV_NATIVE_TSS		0x30u
#define PV_NATIVE_LDT		(PV_GDT_LDT * 8)
#define PV_NATIVE_GDT_ENTRIES	16u
#define PV_NATIVE_IOBITMAP	8192u
void pv_native_tables_early(struct pv_cpu *cpu);	/* GDT and per-CPU base, stage EARLY */
void pv_native_tables_traps(void);			/* IDT and TSS, stage TRAPS */
void pv_native_kernel_sp_set(uintptr_t top);
uint8_t *pv_native_iobitmap(void);			/* 8192 bytes: bit set = port forbidden; NULL: none */

/* desc.c */
pv_status pv_native_ist_set(unsigned n, uintptr_t top);		/* tables.c */

/* gdt.c */
struct pv_native_pointer {
	uint16_t limit;
	uintptr_t base;
} __attribute__((packed));
void pv_native_gdt_read(uintptr_t *table, unsigned *limit);
/* The place of a selector's descriptor; NULL: the table is not that long. */
uint64_t *pv_native_gdt_slot(unsigned selector, unsigned bytes);
pv_status pv_native_tls_write(unsigned slot, uint64_t descriptor);

static inline void
pv_native_lgdt(const void *table, unsigned limit)
{
	struct pv_native_pointer p = { (uint16_t)limit, (uintptr_t)table };

	__asm__ volatile("lgdt %0" : : "m" (p) : "memory");
}

static inline void
pv_native_lidt(const void *table, unsigned limit)
{
	struct pv_native_pointer p = { (uint16_t)limit, (uintptr_t)table };

	__asm__ volatile("lidt %0" : : "m" (p) : "memory");
}

/* control.c */

static inline uintptr_t
pv_native_cr0_read(void)
{
	uintptr_t v;

	__asm__ volatile("mov %%cr0, %0" : "=r" (v) : : "memory");
	return v;
}

/* <isa>/base.c */
void pv_native_base_set(unsigned which, uintptr_t base);

/* pte.c */
uint64_t pv_native_pte_exchange(uint64_t *where, uint64_t entry);
uint64_t pv_native_pte_protect_begin(uint64_t *where);
void pv_native_pte_protect_commit(uint64_t *where, uint64_t entry);
void pv_native_root_set(pv_paddr kernel, pv_paddr user);
void pv_native_flush_range(uintptr_t start, uintptr_t end);
void pv_native_flush_all(bool global);

/* mmu.c: page tables */
extern const struct pv_mmu_ops pv_native_mmu_ops;
extern const struct pv_mmu_ops pv_native_space_ops PV_WEAK;	/* space.c */
/* For our own entry code: final page tables, then a pool of pages. */
pv_status pv_native_own_memory(const struct pv_boot *boot);

/* lapic.c: the local APIC, used by lines and by time */
#define PV_LAPIC_ID		0x020u
#define PV_LAPIC_VERSION	0x030u
#define PV_LAPIC_TPR		0x080u
#define PV_LAPIC_EOI		0x0b0u
#define PV_LAPIC_SVR		0x0f0u
#define PV_LAPIC_ISR		0x100u	/* 8 registers */
#define PV_LAPIC_IRR		0x200u	/* 8 registers */
#define PV_LAPIC_ESR		0x280u
#define PV_LAPIC_ICR_LOW	0x300u
#define PV_LAPIC_ICR_HIGH	0x310u
#define PV_LAPIC_LVT_TIMER	0x320u
#define PV_LAPIC_LVT_LINT0	0x350u
#define PV_LAPIC_LVT_LINT1	0x360u
#define PV_LAPIC_LVT_ERROR	0x370u
#define PV_LAPIC_TIMER_INIT	0x380u
#define PV_LAPIC_TIMER_COUNT	0x390u
#define PV_LAPIC_TIMER_DIVIDE	0x3e0u
/*
 * Enable this CPU's, with NMI open and the 8259 let through; idempotent. False: there is none
 * (CPUID says so, or pv=nolapic, or it cannot be mapped). Stage MMU.
 */
bool pv_native_lapic_enable(void);
/* The rest only after that. */
uint32_t pv_native_lapic_read(unsigned reg);
void pv_native_lapic_end(void);
/* Let the 8259 through to this CPU, or not. */
void pv_native_lapic_wire(bool on);
/* Send a vector to a CPU, this one included. PV_E_RANGE: no such CPU; PV_E_TIMEOUT. */
pv_status pv_native_lapic_send(uint32_t cpu, unsigned vector);
/* The name by which interrupt controllers address a CPU. PV_E_RANGE. */
pv_status pv_native_lapic_address(uint32_t cpu, uint32_t *id);

/* acpi: found and parsed once, at stage MMU; NULL when there is none to believe */
struct pv_acpi;
const struct pv_acpi *pv_native_acpi(void);

/* lines.c: bringing the controller up */
extern const struct pv_line_ops pv_native_line_ops;
enum { PV_NATIVE_PIC = 1, PV_NATIVE_IOAPIC = 2 };
#define PV_NATIVE_ISA		16u	/* inputs of the 8259 pair */

static inline bool
pv_native_is_pic(uint32_t input)
{
	return pv_native_lines.with == PV_NATIVE_PIC && input < PV_NATIVE_ISA;
}

void pv_native_input_end(uint32_t input);

/* inputs.c: pv_native_input_ops; weak, because kernels that have no use for lines do without */
void pv_native_inputs_init(void) PV_WEAK;	/* takes the vectors over */
void pv_native_own_taken(void) PV_WEAK;		/* there if soft_sent can be */

/* ioapic.c: by global system interrupt */
bool pv_native_ioapic_init(const struct pv_acpi *acpi);	/* false: none that answers */
bool pv_native_ioapic_has(uint32_t gsi);
uint32_t pv_native_ioapic_isa(uint32_t n);
/* Trigger and polarity, PV_LINE_LEVEL and PV_LINE_LOW, as the firmware says. */
uint32_t pv_native_ioapic_wired(uint32_t gsi);
void pv_native_ioapic_set(uint32_t gsi, unsigned vector, uint32_t flags, uint32_t apic_id);
void pv_native_ioapic_route(uint32_t gsi, uint32_t apic_id);
void pv_native_ioapic_mask(uint32_t gsi, bool masked);

/* pic.c: the pair of 8259s */
bool pv_native_pic_init(void);		/* vectors set, all masked; false: there is none */
uint32_t pv_native_pic_wired(unsigned irq);
pv_status pv_native_pic_set(unsigned irq, uint32_t flags);
void pv_native_pic_mask(unsigned irq, bool masked);
void pv_native_pic_end(unsigned irq);
bool pv_native_pic_requested(unsigned irq);	/* of the master: it waits to be taken */
bool pv_native_pic_spurious(unsigned irq);	/* and ends it as far as there is something to end */

/* time.c; wall.c, weak because kernels that do not ask for the wall clock do without */
extern const struct pv_time_ops pv_native_time_ops;
extern const struct pv_time_ops pv_native_wall_ops PV_WEAK;
void pv_native_wall_start(void) PV_WEAK;

/* power.c */
extern const struct pv_power_ops pv_native_power_ops;

/* user.c, <isa>/user.S */
extern const struct pv_user_ops pv_native_user_ops PV_WEAK;

#define PV_NATIVE_KERNEL_FS	0x28u	/* i386: the per-CPU record */
#define PV_SCRATCH_STEP		3	/* i386, in pv_cpu.scratch: a single step held back at SYSENTER */

/* io.c: pv_native_io_ops */

/* access.c; widths are 1, 2, 4; what is read has zeroes above */
void pv_native_port(uint16_t port, unsigned width, uint32_t *value, bool write);
void pv_native_mmio(volatile void *p, unsigned width, uint32_t *value, bool write);

/* pci.c */
pv_status pv_native_pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value);
pv_status pv_native_pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value);
/* Without memory: bus << 16, device << 11, function << 8, register. */
void pv_native_pci_ports(uint32_t address, unsigned width, uint32_t *value, bool write);

/* cpu.c */
extern const struct pv_cpu_ops pv_native_cpu_ops;

#endif
