/*
 * The page that a PV guest shares with Xen, and the entry by which Xen calls it
 * with events. PVH has its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/pte.h>
#include "xen.h"

static uint8_t shared_page[4096] __attribute__((aligned(4096)));
struct xen_shared_info *pv_xen_shared;

static pv_status
map(void)
{
	struct xen_callback_register event = { XEN_CALLBACK_EVENT, XEN_CALLBACK_MASK_EVENTS,
	    XEN_CALLBACK_AT(pv_xen_event_entry) };

	long result;
	/* The frame is not ours: it is shown where a page of the image was. */
	result = pv_xen_va_mapping((uintptr_t)shared_page, pv_xen_start_info->shared_info | PV_PTE_P | PV_PTE_W |
	    (pv_has(PV_CAP_NX) ? PV_PTE_NX : 0), XEN_FLUSH_INVLPG_LOCAL);
	if (result < 0)
		pv_panic("Xen does not let its shared page be mapped (%ld)", result);
	pv_xen_shared = (struct xen_shared_info *)shared_page;
	pv_xen_must("line.init", NULL, XEN_CALLBACK_OP, XEN_CALLBACK_REGISTER, (unsigned long)&event, 0, 0);
	return PV_OK;
}

pv_status (*pv_xen_shared_map)(void) = map;
