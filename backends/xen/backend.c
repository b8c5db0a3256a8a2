/*
 * The Xen backend: a PV guest. What it is made of, when it applies, what it sets up
 * first. README has the reading order; PVH guests are pvh.c's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "control.h"
#include "mmu.h"
#include "p2m.h"
#include "ports.h"
#include "trap.h"

extern const struct pv_backend pv_native_backend;

PV_STATIC_ASSERT(__builtin_offsetof(struct pv_cpu, hv_area) == 128, "HV_AREA in x86_64/gate.S");
PV_STATIC_ASSERT(sizeof(struct xen_vcpu_info) == sizeof(((struct pv_cpu *)0)->hv_area), "room for vcpu_info");

/* The code segment tells: Xen gives it to nobody but a PV guest (Xen: arch-x86/xen-x86_64.h, xen-x86_32.h). */
bool
pv_xen_is_pv(void)
{
	uint16_t cs;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	return (cs & ~3) == (XEN_KERNEL_CS & ~3);
}

/* A kernel with entry code of its own may want the console before it said how it was started. */
static bool
probe(const struct pv_start *start, const char **why)
{
	if (start->how == PV_BOOT_XEN_PV || (start->how == PV_BOOT_NONE && pv_xen_is_pv()))
		return true;
	*why = "Xen did not start this image as a PV guest";
	return false;
}

/* What a kernel with entry code of its own knows, see <pv/x86/boot.h>. */
static pv_status
attached(const struct pv_start *start)
{
	if (start->word[0] == 0 || start->word[1] == 0 || ((start->word[0] | start->word[1]) & PV_PAGE_MASK) != 0) {
		pv_printf("pv: Xen started this kernel: struct pv_attach wants start_word[0], the address of "
		    "start_info, and start_word[1], VIRT_BASE\n");
		return PV_E_INVAL;
	}
	if (pv_cpu() == NULL || pv_cpu()->self != pv_cpu()) {
		pv_printf("pv: the per-CPU register leads to no struct pv_cpu: give yours to pv_cpu_init() and "
		    "point the register at it, pv_percpu_offset before it, before pv_attach()\n");
		return PV_E_INVAL;
	}
	pv_xen_start_info = (const struct xen_start_info *)start->word[0];
	pv_xen_virt_base = start->word[1];
	return PV_OK;
}

static pv_status
setup(const struct pv_start *start)
{
	pv_status s = start->attach ? attached(start) : PV_OK;

	if (s != PV_OK)
		return s;
	pv_xen_p2m_init();
	if (pv_xen_vcpu_info_move(pv_xen_mfn_of(pv_cpu()->hv_area)) != PV_OK)
		pv_panic("Xen refused to move vcpu_info, where the gate of this CPU is");
	pv_xen_ports_setup();
	pv_xen_fpu_set();
	return PV_OK;
}

static const struct pv_isa_ops isa_ops = {
	.irq_save = pv_xen_irq_save,
	.irq_disable = pv_xen_irq_disable,
	.irq_enable = pv_xen_irq_enable,
	.irq_restore = pv_xen_irq_restore,
	.irq_read = pv_xen_irq_read,
	.cr2_read = pv_xen_cr2_read,
	.cr3_read = pv_xen_cr3_read,
	.cr3_write = pv_xen_cr3_write,
	.fpu_clear = (pv_site_op)pv_xen_fpu_clear,
	.fpu_set = (pv_site_op)pv_xen_fpu_set,
	.pte_get = pv_xen_pte_get,
	.pte_set = pv_xen_pte_set,
	.pte_clear = pv_xen_pte_clear,
	.invlpg = pv_xen_invlpg,
	.iret = pv_xen_iret,
	.swapgs = pv_xen_swapgs,
	.cpuid = pv_xen_cpuid,
	.pte_exchange = pv_xen_pte_exchange,
	.pte_protect_begin = pv_xen_pte_protect_begin,
	.pte_protect_commit = pv_xen_pte_protect_commit,
	.table_claim = pv_xen_table_claim,
	.table_release = pv_xen_table_release,
	.root_set = pv_xen_root_set,
	.flush_range = pv_xen_flush_range,
	.flush_all = pv_xen_flush_all,
};

static const struct pv_part parts[] = {
	PV_PART(isa, pv_xen_control_ops),
	PV_PART(isa, pv_xen_desc_ops),
	PV_PART(mmu, pv_xen_space_ops),
	PV_PART(user, pv_xen_user_ops),
	PV_PART(line, pv_xen_input_ops),
	PV_PART(time, pv_xen_wall_ops),
	PV_PART(io, pv_xen_io_ops),
	{ 0, 0, NULL }
};

const struct pv_backend pv_xen_backend = {
	.name = "xen",
	.parent = &pv_native_backend,
	.families = PV_FAMILY_ALL,
	.probe = probe,
	.setup = setup,
	.own_memory = pv_xen_own_memory,
	.has = pv_xen_has,
	.isa = &isa_ops,
	.console = &pv_xen_console_ops,
	.cpu = &pv_xen_cpu_ops,
	.trap = &pv_xen_trap_ops,
	.mmu = &pv_xen_mmu_ops,
	.line = &pv_xen_line_ops,
	.time = &pv_xen_time_ops,
	.power = &pv_xen_power_ops,
	.parts = parts,
	.templates = pv_xen_templates,
	.irq_state_mask = 0xff,
	.irq_state_open = 0,
	.call_name = pv_xen_call_named,
};
