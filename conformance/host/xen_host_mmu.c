/*
 * The guest of xen_host.h at stage MMU: its page tables are those of the domain builder,
 * and the ops on them the backend's own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <check.h>
#include <string.h>

#include "xen_host.h"
#include "../../backends/xen/mmu.h"
#include "../../backends/xen/p2m.h"
#include "../../backends/xen/trap.h"
#include "../../backends/common/radix/radix.h"
#include "../../backends/common/x86/kernel_map.h"

/*
 * The kernel's part is where this process can have memory, not in the upper half. Root entries from
 * 256 on, which are not next to it, stay out of the tree: Xen's are there.
 */
const struct pv_radix_geometry pv_radix_geometry = {
	.top = 4, .root_entries = 256, .kernel_first = (XM_DIRECT >> 39) & 511, .kernel_start = XM_DIRECT,
	.root_mask = PV_PTE_FRAME,
};
struct pv_direct_map pv_direct_map;
struct pv_boot pv_boot_data;
uintptr_t pv_xen_virt_base = XM_DIRECT;

pv_status
pv_xenpvh_frame(const volatile void *va, uint64_t *frame)
{
	(void)va;
	(void)frame;
	return PV_E_ABSENT;
}

/* For programs that do without <isa>/base.c. */
__attribute__((weak)) void
pv_xen_switch_tls(uintptr_t base)
{
	(void)base;
}

uint64_t *
pv_kernel_map_window(uintptr_t va)
{
	(void)va;
	return NULL;
}

pv_status
pv_kernel_map_reserved(unsigned index, struct pv_reserved_range *out)
{
	(void)index;
	(void)out;
	return PV_E_NOENT;
}

/* No global pages, no large ones; NX. */
static void
cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	memset(out, 0, 16);
	if (leaf == 0x80000000u)
		out[0] = 0x80000008u;
	if (leaf == 0x80000001u)
		out[3] = 1u << 20 | 1u << 29;
	if (leaf == 0x80000008u)
		out[0] = 0x3028;
}

static void
ops_fill(void)
{
	struct pv_isa_ops *isa = &pv_ops.isa;

	isa->pte_get = pv_xen_pte_get;
	isa->pte_set = pv_xen_pte_set;
	isa->pte_clear = pv_xen_pte_clear;
	isa->cr3_read = pv_xen_cr3_read;
	isa->cr3_write = pv_xen_cr3_write;
	isa->invlpg = pv_xen_invlpg;
	isa->cpuid = cpuid;
	isa->pte_exchange = pv_xen_pte_exchange;
	isa->pte_protect_begin = pv_xen_pte_protect_begin;
	isa->pte_protect_commit = pv_xen_pte_protect_commit;
	isa->table_claim = pv_xen_table_claim;
	isa->table_release = pv_xen_table_release;
	isa->root_set = pv_xen_root_set;
	isa->flush_range = pv_xen_flush_range;
	isa->flush_all = pv_xen_flush_all;
	pv_ops.mmu = pv_xen_mmu_ops;
	pv_ops.mmu.create = pv_xen_space_ops.create;
	pv_ops.mmu.destroy = pv_xen_space_ops.destroy;
	pv_ops.mmu.activate = pv_xen_space_ops.activate;
	pv_ops.mmu.unmap = pv_xen_space_ops.unmap;
	pv_ops.mmu.protect = pv_xen_space_ops.protect;
	pv_ops.mmu.query = pv_xen_space_ops.query;
	pv_ops.mmu.harvest = pv_xen_space_ops.harvest;
	pv_ops.mmu.begin = pv_xen_space_ops.begin;
	pv_ops.mmu.end = pv_xen_space_ops.end;
	pv_ops.cpu = pv_xen_cpu_ops;
	pv_direct_map = (struct pv_direct_map){ .base = XM_DIRECT, .size = XM_PAGES * 4096ull,
		.image_offset = XM_DIRECT };
}

/* The builder's tables are known as such. */
static void
mark_tables(void)
{
	static uint8_t mark[XM_PAGES];
	unsigned long first = (xm_start_info.pt_base - XM_DIRECT) / 4096;

	memset(mark, 0, sizeof(mark));
	for (unsigned long n = 0; n < xm_start_info.nr_pt_frames; n++)
		mark[first + n] = n < 3 ? (uint8_t)(4 - n) : 1;
	mark[first] |= PV_XEN_PINNED;
	pv_xen_p2m.mark = mark;
}

void
xh_start_mmu(void)
{
	xh_start();
	memset(&pv_xen_p2m, 0, sizeof(pv_xen_p2m));
	ops_fill();
	pv_xen_p2m_init();
	mark_tables();
	pv_xen_root = pv_pa(xm_start_info.pt_base - XM_DIRECT);
	ck_assert_int_eq(pv_ops.mmu.init(pv_space_kernel()), PV_OK);
}

uint64_t *
xh_entry(pv_paddr root, uintptr_t va)
{
	uintptr_t at = (uintptr_t)xm_leaf(xm.p2m[root.v / 4096], va) - (uintptr_t)xm_at(0);

	return (uint64_t *)(XM_DIRECT + xm.m2p[at / 4096] * 4096 + at % 4096);
}

void
xh_check_halves(const struct pv_space *space, uintptr_t va, uintptr_t step, unsigned nr)
{
	unsigned long kernel = xm.p2m[space->root.v / 4096], user = xm.p2m[space->isa[PV_RADIX_EXTRA] / 4096];

	for (unsigned i = 0; i < nr; i++, va += step)
		ck_assert_msg(xm_walk(kernel, va) == xm_walk(user, va), "user mode sees another page at 0x%lx", va);
}
