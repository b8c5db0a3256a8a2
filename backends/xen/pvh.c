/*
 * Xen as a PVH guest sees it, and any other guest with page tables and interrupts of
 * its own: how Xen is found (CPUID), the page by which it is called, and what the
 * loader may have left out, the memory map. All the CPU's is the native backend's.
 * Console, events, time and power are those of the PV guest next door.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../common/boot/build.h"
#include "pvh.h"
#include "refuse.h"

#define CPUID_FEATURES		1u
#define CPUID_HYPERVISOR	(1u << 31)	/* in ecx: somebody is below */
#define CPUID_STEP		0x100u		/* hypervisors that imitate others have several sets of leaves */
#define CPUID_LAST		0x4000ff00u
#define CPUID_PAGES		2u		/* leaf: eax pages of hypercalls, ebx the MSR that fills them */

#define MAP_ENTRIES		128u

/* As ACPI's E820 has them, packed. */
struct entry {
	pv_le64 base, size;
	pv_le32 type;
} __attribute__((packed));
PV_STATIC_ASSERT(sizeof(struct entry) == 20, "Xen: memory.h, XENMEM_memory_map");

static void
cpuid(uint32_t leaf, uint32_t r[4])
{
	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]), "=d" (r[3]) : "a" (leaf), "c" (0));
}

/* The first of Xen's leaves; 0: there are none. */
static uint32_t
leaves(void)
{
	static uint32_t found;
	uint32_t r[4];

	if (found != 0)
		return found;
	cpuid(CPUID_FEATURES, r);
	if ((r[2] & CPUID_HYPERVISOR) == 0)
		return 0;
	for (uint32_t leaf = XEN_CPUID_FIRST_LEAF; leaf <= CPUID_LAST; leaf += CPUID_STEP) {
		cpuid(leaf, r);
		if (r[1] == XEN_CPUID_SIGNATURE_EBX && r[2] == XEN_CPUID_SIGNATURE_ECX &&
		    r[3] == XEN_CPUID_SIGNATURE_EDX && r[0] >= leaf + CPUID_PAGES) {
			found = leaf;
			break;
		}
	}
	return found;
}

static bool
probe(const struct pv_start *start, const char **why)
{
	if (start->how == PV_BOOT_XEN_PV)
		*why = "Xen started this image as a PV guest";
	else if (leaves() == 0)
		*why = "CPUID does not name Xen";
	else
		return true;
	return false;
}

pv_status
pv_xenpvh_frame(const volatile void *va, uint64_t *frame)
{
	pv_paddr pa = pv_pa((uintptr_t)va - pv_direct_map.image_offset);
	pv_status s = PV_OK;

	/* Of our own entry code the offset is known from the beginning; others have a hook for it. */
	if (pv_direct_map.image_offset == 0)
		s = pv_hooks_get()->virt_to_phys != NULL ? pv_virt_to_phys(va, &pa) : PV_E_STAGE;
	*frame = pa.v >> PV_PAGE_SHIFT;
	return s;
}

bool
pv_xenpvh_calls(void)
{
	static bool ready;
	uint32_t r[4];
	uint64_t frame;

	if (ready || leaves() == 0 || pv_xenpvh_frame(pv_xen_hypercall_page, &frame) != PV_OK)
		return ready;
	cpuid(leaves() + CPUID_PAGES, r);
	__asm__ volatile("wrmsr" : : "c" (r[1]), "a" ((uint32_t)(frame << PV_PAGE_SHIFT)),
	    "d" ((uint32_t)(frame >> (32 - PV_PAGE_SHIFT))) : "memory");
	ready = true;
	return true;
}

uint64_t
pv_xenpvh_param(uint32_t index)
{
	struct xen_hvm_param p = { .domid = XEN_DOMID_SELF, .index = index };

	return pv_xen_call(XEN_HVM_OP, XEN_HVMOP_GET_PARAM, (unsigned long)&p, 0, 0) == 0 ? p.value : 0;
}

/* -- what the loader left out: see build.h -- */

pv_status
pv_boot_ask_map(void)
{
	static struct entry entries[MAP_ENTRIES];
	struct xen_memory_map map = { MAP_ENTRIES, (unsigned long)entries };
	long result;

	if (!pv_xenpvh_calls())
		return PV_E_NOENT;
	result = pv_xen_call(XEN_MEMORY_OP, XEN_MEM_MEMORY_MAP, (unsigned long)&map, 0, 0);
	if (result != 0) {
		(void)pv_snprintf(pv_boot_reason, sizeof(pv_boot_reason),
		    "the loader gave no memory map, and Xen refused XENMEM_memory_map (%ld %s)", result,
		    pv_xen_error_name(result));
		return PV_E_REFUSED;
	}
	/* Xen says how many it has given, and is silent about those that found no room. */
	if (map.nr_entries >= MAP_ENTRIES)
		pv_boot_build_odd(1);
	for (const struct entry *e = entries; e < entries + MAP_ENTRIES && e < entries + map.nr_entries; e++)
		pv_boot_build_e820(pv_pa(pv_le64_get(e->base)), pv_le64_get(e->size), pv_le32_get(e->type));
	return PV_OK;
}

/* -- the backend -- */

static pv_status
setup(const struct pv_start *start)
{
	pv_status s = pv_native_backend.setup(start);
	uint64_t frame;

	if (s != PV_OK)
		return s;
	if (!pv_xenpvh_calls()) {
		pv_printf("xenpvh: where the image lies in physical memory is not known: give .hooks with "
		    "virt_to_phys to pv_attach()\n");
		return PV_E_STAGE;
	}
	pv_xenpvh_console_choose();
	pv_xenpvh_devices = pv_xen_first_domain() || start->how != PV_BOOT_PVH;
	pv_xen_shared_map = pv_xenpvh_shared;
	s = pv_xenpvh_frame(pv_cpu()->hv_area, &frame);
	return s == PV_OK ? pv_xen_vcpu_info_move(frame) : s;
}

static bool
has(enum pv_cap cap)
{
	/* Reading them gives all ones. */
	if (cap == PV_CAP_PORTS && !pv_xenpvh_devices)
		return false;
	return cap == PV_CAP_PARAVIRT || cap == PV_CAP_WALL_CLOCK || cap == PV_CAP_STOLEN_TIME ||
	    pv_native_backend.has(cap);
}

static pv_status
own_memory(const struct pv_boot *boot)
{
	pv_status s = pv_native_backend.own_memory(boot);

	if (s == PV_OK)
		pv_xenpvh_console_lost();
	return s;
}

static pv_status
mmu_init(struct pv_space *kernel)
{
	pv_status s = pv_native_backend.mmu->init(kernel);

	return s == PV_OK && !pv_started.attach ? pv_xenpvh_console_remap() : s;
}

static const struct pv_mmu_ops mmu_ops = {
	.init = mmu_init,
};

static const struct pv_part parts[] = {
	PV_PART(line, pv_xenpvh_input_ops),
	PV_PART(io, pv_xenpvh_io_ops),
	PV_PART(time, pv_xen_wall_ops),
	{ 0, 0, NULL }
};

const struct pv_backend pv_xenpvh_backend = {
	.name = "xenpvh",
	.parent = &pv_native_backend,
	.families = PV_FAMILY_CPU,
	.probe = probe,
	.setup = setup,
	.own_memory = own_memory,
	.has = has,
	.console = &pv_xenpvh_console_ops,
	.mmu = &mmu_ops,
	.line = &pv_xenpvh_line_ops,
	.time = &pv_xen_time_ops,
	.power = &pv_xen_power_ops,
	.parts = parts,
	.irq_state_mask = 0x200,
	.irq_state_open = 0x200,
	.call_name = pv_xen_call_named,
};
