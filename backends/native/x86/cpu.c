/*
 * The CPU on bare metal x86: per-CPU record, features and capabilities, idling,
 * what a thread switch sets.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

static struct pv_cpu boot_cpu;

void
pv_native_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile("cpuid" : "=a" (out[0]), "=b" (out[1]), "=c" (out[2]), "=d" (out[3])
	    : "a" (leaf), "c" (subleaf));
}

/* False, and all zeroes, beyond what the CPU has. */
static bool
leaf_read(uint32_t leaf, uint32_t out[4])
{
	pv_cpuid(leaf & 0x80000000u, 0, out);
	if (out[0] >= leaf) {
		pv_cpuid(leaf, 0, out);
		return true;
	}
	memset(out, 0, 4 * sizeof(out[0]));
	return false;
}

bool
pv_native_cpu_feature(unsigned leaf, unsigned reg, unsigned bit)
{
	uint32_t out[4];

	(void)leaf_read(leaf, out);
	return (out[reg] >> bit & 1) != 0;
}

/*
 * Which bit of CPUID stands for which bit of CR4 (AMD64 volume 2, section 3.1.3) and for which
 * capability. Bits of CR4 for paging modes that libpv does not use are not there.
 */
#define CAP(cap)	(32 + PV_CAP_##cap)
static const struct {
	uint32_t leaf;
	uint8_t reg, bit, what;
} features[] = {
	{ 1, 3, 1, 0 }, { 1, 3, 1, 1 }, { 1, 3, 4, 2 }, { 1, 3, 2, 3 }, { 1, 3, 3, 4 }, { 1, 3, 6, 5 },
	{ 1, 3, 7, 6 }, { 1, 3, 13, 7 }, { 1, 3, 5, 8 }, { 1, 3, 24, 9 }, { 1, 3, 25, 10 }, { 7, 2, 2, 11 },
	{ 7, 1, 0, 16 }, { 1, 2, 17, 17 }, { 1, 2, 26, 18 }, { 7, 1, 7, 20 }, { 7, 1, 20, 21 }, { 7, 2, 3, 22 },
	{ 0x80000001, 3, 20, CAP(NX) }, { 1, 3, 13, CAP(GLOBAL_PAGES) }, { 0x80000007, 3, 8, CAP(STABLE_COUNTER) },
	/* SYSCALL in long mode, SYSENTER else. */
	{ sizeof(void *) == 8 ? 0x80000001 : 1, 3, 11, CAP(FAST_SYSCALL) },
};

/* Bits of CR4 that the boot CPU has, and its capabilities. */
static uint32_t known[2];

#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define RTC_STATUS_D	0x0d		/* has bits that are always 0; where there is no chip all are 1 */

static void
find_features(void)
{
	/* Large pages are a part of PAE and of long mode. */
	uint32_t r[4], caps = 1u << PV_CAP_LARGE_PAGES | 1u << PV_CAP_PORTS;

	caps |= sizeof(void *) == 8 ? 1u << PV_CAP_IST : 0;
	pv_native_start_outb(RTC_INDEX, RTC_STATUS_D);
	if (pv_native_start_inb(RTC_DATA) != 0xff)
		caps |= 1u << PV_CAP_WALL_CLOCK;
	known[1] = caps;
	for (unsigned i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (pv_native_cpu_feature(features[i].leaf, features[i].reg, features[i].bit))
			known[features[i].what / 32] |= 1u << features[i].what % 32;
	/* The first Pentium Pros say so and have it not (IA-32 volume 2, SYSENTER). */
	pv_cpuid(1, 0, r);
	if (sizeof(void *) == 4 && (r[0] & 0x0ff00f00) == 0x600 && (r[0] & 0xff) < 0x33)
		pv_native_no_fast_syscall();
}

void
pv_native_no_fast_syscall(void)
{
	known[1] &= ~(1u << PV_CAP_FAST_SYSCALL);
}

uintptr_t
pv_native_cr4_known(void)
{
	return known[0];
}

void
pv_native_cr4_withhold(uintptr_t bits)
{
	known[0] &= ~bits;
}

bool
pv_native_has(enum pv_cap cap)
{
	if (cap == PV_CAP_ACPI)
		return pv_native_acpi() != NULL;
	/* They reach whoever has the IDT. */
	if (cap == PV_CAP_NMI)
		return (pv_families() & PV_FAMILY_TRAPS) != 0;
	return cap < PV_CAP_COUNT && (known[1] >> cap & 1) != 0;
}

/* What the kernel's own entry code may have left out; own entry has set PAE and NXE already. */
static void
control_bits(void)
{
	uintptr_t sse = PV_CR4_OSFXSR | PV_CR4_OSXMMEX;

	if ((known[0] & sse) == sse)
		__asm__ volatile("mov %0, %%cr4" : : "r" (pv_x86_cr4_read() | sse) : "memory");
	__asm__ volatile("mov %0, %%cr0" : :
	    "r" ((pv_native_cr0_read() & ~(uintptr_t)PV_CR0_EM) | PV_CR0_MP | PV_CR0_NE | PV_CR0_WP | PV_CR0_TS)
	    : "memory");
}

/* Our own entry code: the record and the tables are ours too. Attached kernels bring both. */
static void
own_record(void)
{
	uint32_t out[4];

	pv_cpu_init(&boot_cpu, 0);
	pv_native_tables_early(&boot_cpu);
	pv_cpuid(1, 0, out);
	boot_cpu.hw_id = out[1] >> 24;
	boot_cpu.kernel_sp = (uintptr_t)pv_native_boot_stack_top;
}

pv_status
pv_native_setup(const struct pv_start *start)
{
	find_features();
	if (!start->attach) {
		own_record();
		control_bits();
		if (pv_native_protect != NULL)
			pv_native_protect(true);
		pv_native_console_setup(&pv_boot_data);
		return PV_OK;
	}
	pv_native_console_setup(NULL);
	if (!pv_native_record_found()) {
		pv_printf("native: the per-CPU register leads to no struct pv_cpu: give yours to pv_cpu_init() and "
		    "point the register at it, pv_percpu_offset before it, before pv_attach()\n");
		return PV_E_INVAL;
	}
	if (pv_native_protect != NULL)
		pv_native_protect(false);
	return PV_OK;
}

static void
identify(struct pv_cpu_id *out)
{
	uint32_t r[4];

	memset(out, 0, sizeof(*out));
	pv_cpuid(0, 0, r);
	r[0] = r[2];			/* the name is ebx, edx, ecx */
	r[2] = r[3];
	r[3] = r[0];
	memcpy(out->vendor, &r[1], 12);
	pv_cpuid(1, 0, r);
	out->stepping = r[0] & 15;
	out->model_nr = (r[0] >> 4 & 15) | (r[0] >> 12 & 0xf0);
	out->family = r[0] >> 8 & 15;
	if (out->family == 15)
		out->family += r[0] >> 20 & 0xff;
	for (unsigned i = 0; i < 3; i++) {
		(void)leaf_read(0x80000002 + i, r);
		memcpy(out->model + 16 * i, r, 16);
	}
	if (!leaf_read(0x80000008, r))
		r[0] = 48 << 8 | 36;
	out->phys_bits = r[0] & 0xff;
	out->virt_bits = sizeof(void *) == 8 ? r[0] >> 8 & 0xff : 32;
}

/*
 * sti takes effect after the next instruction: an interrupt that is pending now is taken after
 * hlt began and ends it. Nothing can come in between.
 */
static void
idle(void)
{
	__asm__ volatile("sti; hlt" ::: "memory");
}

static void
halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}

/* CPUID serialises: what follows is fetched anew. */
static void
code_sync(const void *start, size_t size)
{
	uint32_t out[4];

	(void)start;
	(void)size;
	pv_native_cpuid(0, 0, out);
}

static void
switch_fpu(bool owned)
{
	if (owned)
		pv_fpu_clear();
	else
		pv_fpu_set();
}

/* Nothing is gathered: each part of a switch is done when it is asked for. */
static void
switch_edge(void)
{
}

const struct pv_cpu_ops pv_native_cpu_ops = {
	.idle = idle,
	.halt = halt,
	.identify = identify,
	.code_sync = code_sync,
	.switch_begin = switch_edge,
	.switch_kernel_sp = pv_native_kernel_sp_set,
	.switch_tls = pv_native_switch_tls,
	.switch_fpu = switch_fpu,
	.switch_end = switch_edge,
};
