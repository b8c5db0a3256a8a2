/*
 * The native x86 backend: bare metal, or anything that looks like it. Reading order
 * for newcomers: README, <isa>/entry.S, start.c, cpu.c, tables.c, traps.c, then the
 * family you care about.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "native.h"
#include "../../common/radix/radix.h"

static bool
probe(const struct pv_start *start, const char **why)
{
	uint16_t cs;

	if (start->how == PV_BOOT_XEN_PV) {
		*why = "Xen PV started this image, and bare metal instructions do not work there";
		return false;
	}
	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	if ((cs & 3) != 0) {
		*why = "the kernel does not run in ring 0";
		return false;
	}
	return true;
}

static const struct pv_isa_ops isa_ops = {
	.irq_save = pv_native_irq_save,
	.irq_disable = pv_native_irq_disable,
	.irq_enable = pv_native_irq_enable,
	.irq_restore = pv_native_irq_restore,
	.irq_read = pv_native_irq_read,
	.cr2_read = pv_native_cr2_read,
	.cr3_read = pv_native_cr3_read,
	.cr3_write = pv_native_cr3_write,
	.fpu_clear = pv_native_fpu_clear,
	.fpu_set = pv_native_fpu_set,
	.counter = pv_native_counter,
	.pte_get = pv_native_pte_get,
	.pte_set = pv_native_pte_set,
	.pte_clear = pv_native_pte_clear,
	.invlpg = pv_native_invlpg,
	.in8 = pv_native_in8,
	.in16 = pv_native_in16,
	.in32 = pv_native_in32,
	.out8 = pv_native_out8,
	.out16 = pv_native_out16,
	.out32 = pv_native_out32,
	.iret = pv_native_iret,
	.swapgs = pv_native_swapgs,
	.cpuid = pv_native_cpuid,
	.pte_exchange = pv_native_pte_exchange,
	.pte_protect_begin = pv_native_pte_protect_begin,
	.pte_protect_commit = pv_native_pte_protect_commit,
	.table_claim = pv_native_table_check,
	.table_release = pv_native_table_check,
	.root_set = pv_native_root_set,
	.flush_range = pv_native_flush_range,
	.flush_all = pv_native_flush_all,
};

static const struct pv_part parts[] = {
	PV_PART(isa, pv_native_control_ops),
	PV_PART(isa, pv_native_desc_ops),
	PV_PART(mmu, pv_native_space_ops),
	PV_PART(user, pv_native_user_ops),
	PV_PART(io, pv_native_io_ops),
	PV_PART(line, pv_native_input_ops),
	PV_PART(time, pv_native_wall_ops),
	{ 0, 0, NULL }
};

const struct pv_backend pv_native_backend = {
	.name = "native",
	.families = PV_FAMILY_CPU,
	.probe = probe,
	.setup = pv_native_setup,
	.own_memory = pv_native_own_memory,
	.has = pv_native_has,
	.isa = &isa_ops,
	.console = &pv_native_console_ops,
	.cpu = &pv_native_cpu_ops,
	.trap = &pv_native_trap_ops,
	.mmu = &pv_native_mmu_ops,
	.line = &pv_native_line_ops,
	.time = &pv_native_time_ops,
	.power = &pv_native_power_ops,
	.parts = parts,
	.templates = pv_native_templates,
	.irq_state_mask = 0x200,
	.irq_state_open = 0x200,
};
