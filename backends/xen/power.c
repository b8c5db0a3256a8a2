/*
 * Ends of a Xen guest: the domain is shut down, with the reason. What becomes of it
 * then the toolstack's configuration says.
 *
 * A first domain takes the machine with it. Its power off comes from ACPI where that
 * can be reached (the parent's way); Xen itself only halts the machine when it is
 * told that the first domain is off, and restarts it for the other reasons.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "xen.h"

extern const struct pv_backend pv_native_backend;

bool
pv_xen_first_domain(void)
{
	struct xen_feature_info f = { 0, 0 };

	if (pv_xen_start_info != NULL)
		return (pv_xen_start_info->flags & XEN_SIF_INITDOMAIN) != 0;
	return pv_xen_call(XEN_XEN_VERSION, XEN_VER_GET_FEATURES, (unsigned long)&f, 0, 0) == 0 &&
	    (f.submap >> XEN_FEAT_DOM0 & 1) != 0;
}

static pv_status
shutdown(unsigned reason)
{
	struct xen_sched_shutdown s = { reason };

	(void)pv_xen_call(XEN_SCHED_OP, XEN_SCHEDOP_SHUTDOWN, (unsigned long)&s, 0, 0);
	return PV_E_REFUSED;
}

static pv_status
off(void)
{
	struct xen_physdev_set_iopl ports = { 1 };

	if (pv_xen_first_domain()) {
		/* A PV kernel may not use ports otherwise; Xen refuses this to others, who may always. */
		if (pv_xen_start_info != NULL)
			(void)pv_xen_call(XEN_PHYSDEV_OP, XEN_PHYSDEVOP_SET_IOPL, (unsigned long)&ports, 0, 0);
		(void)pv_native_backend.power->off();
		pv_printf("xen: this machine cannot be switched off from here: Xen halts it\n");
	}
	return shutdown(XEN_SHUTDOWN_POWEROFF);
}

static pv_status
reboot(void)
{
	return shutdown(XEN_SHUTDOWN_REBOOT);
}

static pv_status
crash(void)
{
	pv_printf("xen: the kernel cannot go on; this domain ends as crashed\n");
	return shutdown(XEN_SHUTDOWN_CRASH);
}

const struct pv_power_ops pv_xen_power_ops = {
	.off = off,
	.reboot = reboot,
	.crash = crash,
};
