/*
 * I/O ports of a Xen PV guest. They are the first domain's, by instructions that Xen
 * emulates; the privilege goes with the flags of each frame, as on bare metal. Any
 * other domain has none: what is read is all ones.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include "ports.h"

static bool allowed;

bool
pv_xen_ports_allowed(void)
{
	return allowed;
}

/* Before there are sites, so that they get these and not the instructions. */
static void
no_ports(void)
{
	static const struct {
		uint16_t op;
		pv_site_op fn;
	} absent[] = {
#define ABSENT(name, fn)	{ __builtin_offsetof(struct pv_ops, isa.name), fn }
		ABSENT(in8, pv_xen_port_ones), ABSENT(in16, pv_xen_port_ones), ABSENT(in32, pv_xen_port_ones),
		ABSENT(out8, pv_xen_port_nothing), ABSENT(out16, pv_xen_port_nothing),
		ABSENT(out32, pv_xen_port_nothing),
	};

	for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		pv_table_override(absent[i].op, (pv_slot)absent[i].fn);
}

void
pv_xen_ports_setup(void)
{
	allowed = (pv_xen_start_info->flags & XEN_SIF_INITDOMAIN) != 0 &&
	    pv_xen_try("cpu.setup", NULL, XEN_VM_ASSIST, XEN_VMASST_CMD_ENABLE,
	    XEN_VMASST_TYPE_ARCHITECTURAL_IOPL, 0, 0) == PV_OK;
	if (!allowed)
		no_ports();
}
