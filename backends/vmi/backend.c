/*
 * The VMI backend, first thread: a ROM is found in the option ROM area, checked,
 * started, and the interrupt gate goes through it. See README for what is missing.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"

extern const struct pv_backend pv_native_backend;

PV_NEED(space);		/* mmu.protect */

static const struct vmi_rom *rom;
uintptr_t pv_vmi_get_mask, pv_vmi_disable;

/* All bytes of an option ROM add up to 0; QEMU shows headers whose ROM does not. */
static bool
sum_is_zero(const uint8_t *p, uint32_t size)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum == 0;
}

/* A VMI ROM that we can use at this place? *why says what is wrong with one that is nearly so. */
static bool
good_rom(const struct vmi_rom *r, uint32_t room, const char **why)
{
	if (r->signature != 0xaa55 || r->vmi_signature != VMI_SIGNATURE)
		return false;
	if (r->length == 0 || r->length * 512u > room) {
		*why = "its length leaves the option ROM area";
		return false;
	}
	if (!sum_is_zero((const uint8_t *)r, r->length * 512u)) {
		*why = "its checksum is wrong";
		return false;
	}
	if (r->major != VMI_MAJOR) {
		*why = "it speaks another major version than 3";
		return false;
	}
	return true;
}

static bool
probe(const struct pv_start *start, const char **why)
{
	*why = "there is no VMI ROM in the option ROM area";
	/* Only our own entry code says where low memory can be read, and only a PC has ROMs there. */
	if (start->attach || start->how == PV_BOOT_XEN_PV || pv_direct_map.size < VMI_AREA_END)
		return false;
	for (uint32_t at = VMI_AREA_START; at < VMI_AREA_END; at += VMI_AREA_STEP) {
		const struct vmi_rom *r = (const struct vmi_rom *)(pv_direct_map.base + at);

		if (good_rom(r, VMI_AREA_END - at, why)) {
			rom = r;
			return true;
		}
	}
	return false;
}

static pv_status
setup(const struct pv_start *start)
{
	return pv_native_backend.setup(start);
}

/* What the ROM wants for a call: its routine, or 0 to leave the native one. */
static uintptr_t
routine(enum vmi_call call)
{
	uint64_t info = pv_vmi_relocation_call((uintptr_t)rom + VMI_ENTRY_RELOCATION, call);

	pv_hypercalls++;
	return (info >> 32 & 0xff) == VMI_KIND_CALL ? (uintptr_t)(uint32_t)info : 0;
}

static void
use(size_t op, uintptr_t fn)
{
	pv_slot slot;

	memcpy(&slot, &fn, sizeof(slot));
	pv_table_override(op, slot);
}

#define GATE(member)	__builtin_offsetof(struct pv_ops, isa.member)

/* All four or none: half a gate would mean two kinds of state. */
static void
connect_gate(void)
{
	uintptr_t enable = routine(VMI_ENABLE_INTERRUPTS), set = routine(VMI_SET_INTERRUPT_MASK);

	pv_vmi_disable = routine(VMI_DISABLE_INTERRUPTS);
	pv_vmi_get_mask = routine(VMI_GET_INTERRUPT_MASK);
	if (enable == 0 || set == 0 || pv_vmi_disable == 0 || pv_vmi_get_mask == 0) {
		pv_log("vmi: the ROM leaves the interrupt gate to the kernel");
		return;
	}
	use(GATE(irq_enable), enable);
	use(GATE(irq_disable), pv_vmi_disable);
	use(GATE(irq_read), pv_vmi_get_mask);
	use(GATE(irq_restore), set);
	memcpy(&set, &(pv_slot){ pv_vmi_irq_save }, sizeof(set));
	use(GATE(irq_save), set);
}

/* The ROM must be executable where it will be called: in the kernel's own map, not before. */
static pv_status
own_memory(const struct pv_boot *boot)
{
	pv_status s = pv_native_backend.own_memory(boot);
	uintptr_t start = (uintptr_t)pv_page_down((uintptr_t)rom);
	uintptr_t end = (uintptr_t)pv_page_up((uintptr_t)rom + rom->length * 512u);
	uint32_t refused;

	/* The direct map shows it already, not executable. */
	if (s == PV_OK)
		s = pv_ops.mmu.protect(pv_space_kernel(), pv_va(start), end - start, PV_PROT_READ | PV_PROT_EXEC);
	if (s != PV_OK)
		return s;
	pv_hypercalls++;
	refused = pv_vmi_init_call((uintptr_t)rom + VMI_ENTRY_INIT);
	if (refused != 0) {
		pv_log("vmi: the ROM at 0x%lx refused to start (%u): going on without it",
		    (unsigned long)((uintptr_t)rom - pv_direct_map.base), (unsigned)refused);
		return PV_OK;
	}
	connect_gate();
	return PV_OK;
}

static bool
has(enum pv_cap cap)
{
	return cap == PV_CAP_PARAVIRT || pv_native_backend.has(cap);
}

const struct pv_backend pv_vmi_backend = {
	.name = "vmi",
	.parent = &pv_native_backend,
	.families = PV_FAMILY_ALL,
	.probe = probe,
	.setup = setup,
	.own_memory = own_memory,
	.has = has,
	.irq_state_mask = 0x200,
	.irq_state_open = 0x200,
};
