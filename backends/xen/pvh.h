/*
 * What the files of the backend `xenpvh` share.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_PVH_H
#define PV_XEN_PVH_H

#include "../common/x86/child.h"
#include "xen.h"

/*
 * Hypercalls work from here on. False: this is not Xen, or nobody has said yet where in physical
 * memory the image is (a kernel with entry code of its own, before it hands over its hooks).
 */
bool pv_xenpvh_calls(void);

/* The guest frame behind an address of the image or of a record of the kernel's. */
pv_status pv_xenpvh_frame(const volatile void *va, uint64_t *frame);

/* pvh_console.c */
extern const struct pv_console_ops pv_xenpvh_console_ops;
/* Stage MMU, our own entry code: its tables, by which the ring was seen, are gone. */
pv_status pv_xenpvh_console_remap(void);

/* <isa>/pvh_map.c: show a page beyond the direct map on the entry code's tables. NULL: it cannot be. */
void *pv_xenpvh_boot_map(pv_paddr pa);

/* A parameter of this domain (Xen: hvm/params.h); 0 if Xen refuses or it was never set. */
uint64_t pv_xenpvh_param(uint32_t index);

#endif
