/*
 * Ports of a PVH guest in user mode. The rest of the family is native's: a guest beside
 * a first domain reads all ones wherever it looks. Linked by kernels that use ports.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "pvh.h"

static pv_status
port_permit(uint16_t first, uint32_t count, bool allow)
{
	return pv_xenpvh_devices ? pv_native_io_ops.port_permit(first, count, allow) : PV_E_ABSENT;
}

const struct pv_io_ops pv_xenpvh_io_ops = {
	.port_permit = port_permit,
};
