/*
 * Finding a VMI ROM among the bytes of the option ROM area. A pure function: no
 * access but to the bytes given.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_VMI_PROBE_H
#define PV_VMI_PROBE_H

#include <pv/types.h>

/* What is wrong with a ROM; in the order of looking. */
enum pv_vmi_fault {
	PV_VMI_GOOD = 0,
	PV_VMI_NONE,			/* there is none */
	PV_VMI_LENGTH_ZERO,
	PV_VMI_LENGTH_AREA,
	PV_VMI_SUM,
	PV_VMI_VERSION,
	PV_VMI_ENTRY,			/* VMI_Init or GetRelocationInfo */
	PV_VMI_PCI_NONE,
	PV_VMI_PCI_PLACE,
	PV_VMI_PCI_SIGNATURE,
	PV_VMI_PCI_LENGTH,
	PV_VMI_LICENCE_NONE,
	PV_VMI_LICENCE_TEXT,
	PV_VMI_TOP,
	PV_VMI_FAULTS
};

struct pv_vmi_rom {
	uint32_t at;			/* from the area's start */
	uint32_t size;
	uint32_t top;			/* first linear address of the hypervisor's, 0: it has none */
};

/*
 * The first good ROM of the area. Else what is wrong with the first that is none, which *rom then
 * leads to. `least_top`: a hole may begin there and not below.
 */
enum pv_vmi_fault pv_vmi_scan(const uint8_t *area, size_t size, uint32_t least_top, struct pv_vmi_rom *rom);

/* In words: "its checksum is wrong". */
const char *pv_vmi_fault_text(enum pv_vmi_fault fault);

#endif
