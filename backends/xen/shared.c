/*
 * The page that a PV guest shares with Xen. PVH has its own.
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
	long result;

	/* The frame is not ours: it is shown where a page of the image was. */
	result = pv_xen_va_mapping((uintptr_t)shared_page, pv_xen_start_info->shared_info | PV_PTE_P | PV_PTE_W |
	    (pv_has(PV_CAP_NX) ? PV_PTE_NX : 0), XEN_FLUSH_INVLPG_LOCAL);
	if (result < 0)
		pv_panic("Xen does not let its shared page be mapped (%ld)", result);
	pv_xen_shared = (struct xen_shared_info *)shared_page;
	return PV_OK;
}

pv_status (*pv_xen_shared_map)(void) = map;
