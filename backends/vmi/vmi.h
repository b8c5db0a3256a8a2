/*
 * The part of VMI 3.0 that this backend uses, and what its files share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_VMI_H
#define PV_VMI_H

#include <pv/backend.h>
#include "../../hooks/hooks_internal.h"

#define VMI_AREA_START		0xc0000u
#define VMI_AREA_END		0xe0000u
#define VMI_AREA_STEP		2048u
#define VMI_SIGNATURE		0x696d5663u	/* "cVmi" */
#define VMI_MAJOR		3u
#define VMI_ENTRY_INIT		0x80u
#define VMI_ENTRY_RELOCATION	0x88u

enum vmi_call {
	VMI_ENABLE_INTERRUPTS = 29,
	VMI_DISABLE_INTERRUPTS = 30,
	VMI_GET_INTERRUPT_MASK = 31,
	VMI_SET_INTERRUPT_MASK = 32,
};

enum vmi_kind {
	VMI_KIND_NONE = 0,
	VMI_KIND_CALL = 1,
	VMI_KIND_JUMP = 2,
	VMI_KIND_NOP = 3,
};

struct vmi_rom {
	uint16_t signature;
	uint8_t length;			/* 512-byte units */
	uint8_t entry[4];
	uint8_t pad;
	uint32_t vmi_signature;
	uint8_t minor, major;
	uint8_t jump_slots, reserved;
	uint32_t virtual_top;
	uint16_t reserved1, licence, pci, pnp;
} __attribute__((packed));
PV_STATIC_ASSERT(sizeof(struct vmi_rom) == 0x1c, "VMI 3.0 ROM header");

/* i386/call.S: gcc's regparm(3) convention. */
uint32_t pv_vmi_init_call(uintptr_t entry);
uint64_t pv_vmi_relocation_call(uintptr_t entry, uint32_t call);
/* Site convention: GetInterruptMask, then DisableInterrupts. */
void pv_vmi_irq_save(void);
extern uintptr_t pv_vmi_get_mask, pv_vmi_disable;	/* what irq_save calls */

#endif
