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
extern const unsigned pv_native_nr_templates;

/* gate.c, ports.c: site convention */
extern const struct pv_isa_ops pv_native_site_ops;	/* only the PV_SITE_OP members */

/* cpu.c */
void pv_native_cpu_setup(void);		/* per-CPU base, feature discovery; stage EARLY */
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

/* traps.c and trap.S */
extern const struct pv_trap_ops pv_native_trap_ops;
void pv_native_trap(struct pv_frame *frame);		/* called by trap.S for every vector */
void pv_native_kernel_sp_set(uintptr_t top);
struct pv_native_desc_ops;				/* desc.c fills the descriptor members */

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
