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

/* pvh_console.c */
extern const struct pv_console_ops pv_xenpvh_console_ops;
/* Once, while the entry code's tables are there: before the first character, or in stage EARLY. */
void pv_xenpvh_console_choose(void);
/* Our own entry code: its tables, by which the ring was seen, are gone; until stage MMU there is none. */
void pv_xenpvh_console_lost(void);
pv_status pv_xenpvh_console_remap(void);

/* <isa>/pvh_map.c: show a page beyond the direct map on the entry code's tables. NULL: it cannot be. */
void *pv_xenpvh_boot_map(pv_paddr pa);

/* pvh_events.c */
pv_status pv_xenpvh_shared(void);	/* as pv_xen_shared_map */
extern const struct pv_line_ops pv_xenpvh_line_ops;
/* There is a native interrupt controller, with devices behind it. From stage EARLY on. */
extern bool pv_xenpvh_devices;
/* pvh_lines.c */
extern const struct pv_line_ops pv_xenpvh_input_ops PV_WEAK;
extern const struct pv_io_ops pv_xenpvh_io_ops PV_WEAK;

/* A parameter of this domain (Xen: hvm/params.h); 0 if Xen refuses or it was never set. */
uint64_t pv_xenpvh_param(uint32_t index);

#endif
