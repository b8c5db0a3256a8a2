/*
 * The GDT of a 32-bit guest is in force from the first day (percpu.c).
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../desc.h"

struct pv_xen_descriptors pv_xen_gdt_now = { pv_xen_gdt, PV_XEN_GDT_ENTRIES };
