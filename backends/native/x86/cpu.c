/*
 * The CPU on bare metal x86: per-CPU record, features and capabilities, idling,
 * what a thread switch sets.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"

#define MSR_EFER	0xc0000080u
#define EFER_NXE	0x800u

static struct pv_cpu boot_cpu;

void
pv_native_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	__asm__ volatile("cpuid" : "=a" (out[0]), "=b" (out[1]), "=c" (out[2]), "=d" (out[3])
	    : "a" (leaf), "c" (subleaf));
}

bool
pv_native_cpu_feature(unsigned leaf, unsigned reg, unsigned bit)
{
	uint32_t out[4];

	pv_native_cpuid(leaf & 0x80000000u, 0, out);
	if (out[0] < leaf)
		return false;
	pv_native_cpuid(leaf, 0, out);
	return (out[reg] >> bit & 1) != 0;
}

/* The first Pentium Pros say so and have it not (IA-32 volume 2, SYSENTER). */
static bool
has_sysenter(void)
{
	uint32_t r[4];

	pv_native_cpuid(1, 0, r);
	if ((r[0] & 0x0ff00f00) == 0x600 && (r[0] & 0xff) < 0x33)
		return false;
	return (r[3] >> 11 & 1) != 0;
}

bool
pv_native_has(enum pv_cap cap)
{
	switch (cap) {
	case PV_CAP_NX:
		return pv_native_cpu_feature(0x80000001, 3, 20);
	case PV_CAP_LARGE_PAGES:
		return true;		/* part of PAE and of long mode */
	case PV_CAP_GLOBAL_PAGES:
		return pv_native_cpu_feature(1, 3, 13);
	case PV_CAP_IST:
		return sizeof(void *) == 8;
	case PV_CAP_FAST_SYSCALL:
		return sizeof(void *) == 8 ? pv_native_cpu_feature(0x80000001, 3, 11) : has_sysenter();
	case PV_CAP_STABLE_COUNTER:
		return pv_native_cpu_feature(0x80000007, 3, 8);
	case PV_CAP_ACPI:
		return pv_native_acpi() != NULL;
	case PV_CAP_PORTS:
	case PV_CAP_WALL_CLOCK:
	case PV_CAP_NMI:
		return true;
	default:
		return false;
	}
}

/* What the kernel's own entry code may have left out; own entry has set PAE and NXE already. */
static void
control_bits(void)
{
	uintptr_t cr4 = pv_native_cr4_read();

	if (pv_native_cpu_feature(1, 3, 24) && pv_native_cpu_feature(1, 3, 25))
		cr4 |= PV_CR4_OSFXSR | PV_CR4_OSXMMEX;
	__asm__ volatile("mov %0, %%cr4" : : "r" (cr4) : "memory");
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
	pv_native_cpuid(1, 0, out);
	boot_cpu.hw_id = out[1] >> 24;
	boot_cpu.kernel_sp = (uintptr_t)pv_native_boot_stack_top;
}

pv_status
pv_native_setup(const struct pv_start *start)
{
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
	uint32_t r[4], max;

	memset(out, 0, sizeof(*out));
	pv_native_cpuid(0, 0, r);
	memcpy(out->vendor, &r[1], 4);
	memcpy(out->vendor + 4, &r[3], 4);
	memcpy(out->vendor + 8, &r[2], 4);
	pv_native_cpuid(1, 0, r);
	out->stepping = r[0] & 15;
	out->model_nr = (r[0] >> 4 & 15) | (r[0] >> 12 & 0xf0);
	out->family = (r[0] >> 8 & 15) + ((r[0] >> 8 & 15) == 15 ? r[0] >> 20 & 0xff : 0);
	pv_native_cpuid(0x80000000, 0, r);
	max = r[0];
	if (max >= 0x80000004) {
		for (unsigned i = 0; i < 3; i++) {
			pv_native_cpuid(0x80000002 + i, 0, r);
			memcpy(out->model + 16 * i, r, 16);
		}
	}
	out->phys_bits = 36;
	out->virt_bits = sizeof(void *) == 8 ? 48 : 32;
	if (max >= 0x80000008) {
		pv_native_cpuid(0x80000008, 0, r);
		out->phys_bits = r[0] & 0xff;
		if (sizeof(void *) == 8)
			out->virt_bits = r[0] >> 8 & 0xff;
	}
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
switch_begin(void)
{
}

static void
switch_fpu(bool owned)
{
	if (owned)
		pv_fpu_clear();
	else
		pv_fpu_set();
}

static void
switch_end(void)
{
}

const struct pv_cpu_ops pv_native_cpu_ops = {
	.idle = idle,
	.halt = halt,
	.identify = identify,
	.code_sync = code_sync,
	.switch_begin = switch_begin,
	.switch_kernel_sp = pv_native_kernel_sp_set,
	.switch_tls = pv_native_switch_tls,
	.switch_fpu = switch_fpu,
	.switch_end = switch_end,
};
