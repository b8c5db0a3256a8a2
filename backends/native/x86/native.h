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

/* A header of this backend's folder for the ISA, from a file in x86/. */
#define PV_BACKEND_ISA__(path)		#path
#define PV_BACKEND_ISA_(dir, file)	PV_BACKEND_ISA__(../dir/file)
#define PV_BACKEND_ISA(file)		PV_BACKEND_ISA_(PV_ISA_DIR, file)

/* Vectors. 0-31 are the CPU's; inputs of the interrupt controller follow. */
#define PV_VECTOR_INPUT		0x20u	/* + input */
#define PV_VECTOR_INPUTS	0x5fu	/* up to 0x7f below the system call, 0x81.. above: see lines.c */
#define PV_VECTOR_SYSCALL	0x80u
#define PV_VECTOR_TIMER		0xefu
#define PV_VECTOR_CROSS		0xf0u	/* + n, 0..3 */
#define PV_VECTOR_SOFT		0xf4u
#define PV_VECTOR_ERROR		0xfeu
#define PV_VECTOR_SPURIOUS	0xffu

/* Who handles vectors 32..255; NULL counts as spurious. Gate closed, on the interrupt. */
typedef void (*pv_native_vector_fn)(struct pv_frame *frame);
void pv_native_vector_set(unsigned vector, pv_native_vector_fn fn);

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
extern const char pv_native_boot_stack[], pv_native_boot_stack_top[];

/* cpu.c, <isa>/base.c */
pv_status pv_native_setup(const struct pv_start *start);	/* stage EARLY */
void pv_native_switch_tls(uintptr_t base);
bool pv_native_has(enum pv_cap cap);
bool pv_native_cpu_feature(unsigned leaf, unsigned reg, unsigned bit);	/* eax=0..edx=3 */
void pv_native_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
/* False when the access faulted. Works from stage TRAPS on. */
bool pv_native_msr_read_safe(uint32_t nr, uint64_t *value);
bool pv_native_msr_write_safe(uint32_t nr, uint64_t value);

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

static inline uint64_t
pv_native_rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return (uint64_t)hi << 32 | lo;
}

/* Ports, without a site: the backend's own use, also before the table is live. */
static inline void
pv_native_outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a" (v), "Nd" (port) : "memory");
}

static inline uint8_t
pv_native_inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a" (v) : "Nd" (port) : "memory");
	return v;
}

/* console.c */
extern const struct pv_console_ops pv_native_console_ops;
void pv_native_console_setup(const struct pv_boot *boot);

/* traps.c and <isa>/trap.S */
extern const struct pv_trap_ops pv_native_trap_ops;
void pv_native_trap(struct pv_frame *frame);		/* called by trap.S for every vector */
extern const char pv_native_stubs[];			/* 256 entries of 16 bytes */
extern const char pv_native_trap_return[];		/* stack: struct pv_frame, gate closed */

/* tables.c: the GDT, IDT and TSS of our own entry code */
#define PV_NATIVE_KERNEL_CS	0x08u
#define PV_NATIVE_KERNEL_DS	0x10u
#define PV_NATIVE_USER_BASE	0x18u	/* x86_64: 32-bit code, unused; i386: user code */
#define PV_NATIVE_USER_DS	0x20u
#define PV_NATIVE_TSS		0x30u
#define PV_NATIVE_LDT		0x40u
#define PV_NATIVE_GDT_ENTRIES	16u
#define PV_NATIVE_IOBITMAP	8192u
void pv_native_tables_early(struct pv_cpu *cpu);	/* GDT and per-CPU base, stage EARLY */
void pv_native_tables_traps(void);			/* IDT and TSS, stage TRAPS */
void pv_native_kernel_sp_set(uintptr_t top);
uint8_t *pv_native_iobitmap(void);			/* 8192 bytes: bit set = port forbidden */

/* desc.c */
pv_status pv_native_gdt_load(void *table, unsigned limit);
pv_status pv_native_idt_load(void *table, unsigned limit);
pv_status pv_native_ldt_load(void *table, unsigned nr);
pv_status pv_native_tr_load(unsigned selector);
pv_status pv_native_desc_write(void *table, unsigned index, uint64_t descriptor);
pv_status pv_native_idt_write(void *table, unsigned vector, uint64_t low, uint64_t high);
void pv_native_gdt_read(uintptr_t *table, unsigned *limit);
void pv_native_idt_read(uintptr_t *table, unsigned *limit);
unsigned pv_native_ldt_read(void);
unsigned pv_native_tr_read(void);
pv_status pv_native_tls_write(unsigned slot, uint64_t descriptor);
pv_status pv_native_ist_set(unsigned n, uintptr_t top);
pv_status pv_native_iopl_set(unsigned level);

/* control.c */
uintptr_t pv_native_cr0_read(void);
pv_status pv_native_cr0_write(uintptr_t value);
void pv_native_cr2_write(uintptr_t value);
uintptr_t pv_native_cr4_read(void);
pv_status pv_native_cr4_write(uintptr_t value);
pv_status pv_native_xcr0_read(uint64_t *value);
pv_status pv_native_xcr0_write(uint64_t value);
pv_status pv_native_dr_read(unsigned n, uintptr_t *value);
pv_status pv_native_dr_write(unsigned n, uintptr_t value);
pv_status pv_native_msr_read(uint32_t nr, uint64_t *value);
pv_status pv_native_msr_write(uint32_t nr, uint64_t value);
pv_status pv_native_rdpmc(uint32_t counter, uint64_t *value);
void pv_native_wbinvd(void);
void pv_native_base_set(unsigned which, uintptr_t base);
uintptr_t pv_native_base_get(unsigned which);

/* lapic.c: the local APIC, used by lines and by time */
#define PV_LAPIC_ID		0x020u
#define PV_LAPIC_VERSION	0x030u
#define PV_LAPIC_TPR		0x080u
#define PV_LAPIC_EOI		0x0b0u
#define PV_LAPIC_SVR		0x0f0u
#define PV_LAPIC_ICR_LOW	0x300u
#define PV_LAPIC_ICR_HIGH	0x310u
#define PV_LAPIC_LVT_TIMER	0x320u
#define PV_LAPIC_LVT_LINT0	0x350u
#define PV_LAPIC_LVT_LINT1	0x360u
#define PV_LAPIC_LVT_ERROR	0x370u
#define PV_LAPIC_TIMER_INIT	0x380u
#define PV_LAPIC_TIMER_COUNT	0x390u
#define PV_LAPIC_TIMER_DIVIDE	0x3e0u
/* Idempotent; false: no local APIC (CPUID or MADT say so, or it cannot be mapped). Stage MMU. */
bool pv_native_lapic_enable(void);
uint32_t pv_native_lapic_read(unsigned reg);
void pv_native_lapic_write(unsigned reg, uint32_t value);

/* acpi: found and parsed once, at stage MMU; NULL when there is none to believe */
struct pv_acpi;
const struct pv_acpi *pv_native_acpi(void);

/* lines.c, ioapic.c, pic.c */
extern const struct pv_line_ops pv_native_line_ops;

/* time.c, hpet.c, pit.c, rtc.c */
extern const struct pv_time_ops pv_native_time_ops;

/* power.c */
extern const struct pv_power_ops pv_native_power_ops;

/* user.c, user.S */
extern const struct pv_user_ops pv_native_user_ops;

/* io.c */
extern const struct pv_io_ops pv_native_io_ops;

/* cpu.c */
extern const struct pv_cpu_ops pv_native_cpu_ops;

#endif
