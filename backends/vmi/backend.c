/*
 * The VMI backend: is there a ROM that can be used, and its start at stage MMU. All
 * tables of ops are the parent's until then; see start.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../common/x86/kernel_map.h"
#include "../common/x86/layout.h"

#define START_LOW	3u		/* pv_start.word[]: where an attached kernel shows the first megabyte */

/* Where the first megabyte is seen, to be called there too; 0: nobody knows. */
static uintptr_t
low_memory(const struct pv_start *start)
{
	if (start->attach)
		return start->how != PV_BOOT_XEN_PV ? start->word[START_LOW] : 0;
	return start->how != PV_BOOT_XEN_PV && pv_direct_map.size >= VMI_AREA_END ? pv_direct_map.base : 0;
}

/* Once: the console asks probes, too. A ROM that looks like one and is bad is worth a line. */
static enum pv_vmi_fault
look(uintptr_t low, uint32_t least_top)
{
	static bool looked;
	static enum pv_vmi_fault found;

	if (looked)
		return found;
	looked = true;
	pv_vmi_low = low;
	found = pv_vmi_scan((const uint8_t *)(low + VMI_AREA_START), VMI_AREA_END - VMI_AREA_START, least_top,
	    &pv_vmi_rom);
	pv_vmi_rom.at += VMI_AREA_START;
	if (found != PV_VMI_GOOD && found != PV_VMI_NONE)
		pv_log("vmi: the ROM at 0x%x is not used: %s: going on natively", (unsigned)pv_vmi_rom.at,
		    pv_vmi_fault_text(found));
	return found;
}

static bool
probe(const struct pv_start *start, const char **why)
{
	uintptr_t low = low_memory(start);
	enum pv_vmi_fault fault = PV_VMI_NONE;

	*why = "nothing shows the option ROM area to this backend";
	if (low == 0)
		return false;
	/* An attached kernel asks where the hole begins before it maps; our own map ends at PV_VA_END. */
	fault = look(low, start->attach ? PV_KERNEL_START : PV_VA_END);
	*why = pv_vmi_fault_text(fault);
	return fault == PV_VMI_GOOD;
}

static pv_status
setup(const struct pv_start *start)
{
	return pv_native_backend.setup(start);
}

/* As on bare metal, with windows that are the ROM's business later. */
static pv_status
own_memory(const struct pv_boot *boot)
{
	pv_status s = pv_hooks_set(pv_hooks_freestanding(boot));

	if (s != PV_OK)
		return s;
	pv_native_mmu_setup();
	s = pv_kernel_map_make(boot, pv_vmi_window);
	if (s != PV_OK)
		return s;
	pv_root_set(pv_space_kernel()->root, pv_space_kernel()->root);
	pv_flush_all(true);
	pv_kernel_map_use();
	return PV_OK;
}

static pv_status
mmu_init(struct pv_space *kernel)
{
	pv_status s = pv_native_backend.mmu->init(kernel);

	if (s == PV_OK)
		pv_vmi_start();
	return s;
}

static bool
has(enum pv_cap cap)
{
	/* A ROM that refuses is found out at stage MMU. */
	if (cap == PV_CAP_PARAVIRT)
		return pv_vmi_on || pv_stage_now() < PV_STAGE_MMU;
	if (cap == PV_CAP_STOLEN_TIME && pv_vmi_has(VMI_GetCycleCounter))
		return true;
	return pv_native_backend.has(cap);
}

static const struct pv_mmu_ops mmu_ops = {
	.init = mmu_init,
};

/* The others follow when the ROM has begun. */
static const struct pv_part parts[] = {
	PV_PART(mmu, pv_vmi_space_ops),
	{ 0, 0, NULL }
};

const struct pv_backend pv_vmi_backend = {
	.name = "vmi",
	.parent = &pv_native_backend,
	.families = PV_FAMILY_CPU | PV_FAMILY_TRAPS | PV_FAMILY_MMU,
	.probe = probe,
	.setup = setup,
	.own_memory = own_memory,
	.has = has,
	.mmu = &mmu_ops,
	.parts = parts,
	.irq_state_mask = VMI_IF,
	.irq_state_open = VMI_IF,
};
