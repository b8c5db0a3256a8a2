/*
 * Events of a guest with interrupts of its own: the shared page takes the place of a
 * page of the image, and Xen interrupts by a vector of our IDT.
 *
 * That vector is asked for as HVM_PARAM_CALLBACK_IRQ, which takes no local APIC and
 * has no end of interrupt: Xen injects it for as long as vcpu_info says that
 * something is pending, whenever it enters the guest with its gate open. The word
 * `mask` in vcpu_info means nothing here; the gate is the CPU's.
 *
 * Device interrupts stay native's, which finds a local APIC and IOAPICs in a first
 * domain and a PC's in an HVM guest. A PVH guest that is not the first has no
 * devices: its controller is not looked for. What CPUs send themselves and each
 * other goes through event channels in all of them. Which of the two a line belongs
 * to is pvh_lines.c's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "events.h"
#include "pvh.h"

#define CALLBACK_VECTOR		((uint64_t)XEN_HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 | PV_VECTOR_HYPERVISOR)

static uint8_t page[4096] __attribute__((aligned(4096)));
bool pv_xenpvh_devices;

static void
upcall(struct pv_frame *frame)
{
	(void)frame;
	pv_xen_events_take();
}

pv_status
pv_xenpvh_shared(void)
{
	struct xen_add_to_physmap add = { .domid = XEN_DOMID_SELF, .space = XEN_MAPSPACE_SHARED_INFO };
	struct xen_hvm_param vector = { .domid = XEN_DOMID_SELF, .index = XEN_HVM_PARAM_CALLBACK_IRQ,
	    .value = CALLBACK_VECTOR };
	uint64_t frame;
	pv_status s = pv_xenpvh_frame(page, &frame);

	if (s != PV_OK)
		return s;
	add.gpfn = (unsigned long)frame;
	s = pv_xen_try("line.init", "XENMEM_add_to_physmap", XEN_MEMORY_OP, XEN_MEM_ADD_TO_PHYSMAP,
	    (unsigned long)&add, 0, 0);
	if (s != PV_OK)
		return s;
	pv_native_vector_set(PV_VECTOR_HYPERVISOR, upcall);
	s = pv_xen_try("line.init", "HVMOP_set_param", XEN_HVM_OP, XEN_HVMOP_SET_PARAM, (unsigned long)&vector, 0, 0);
	if (s == PV_OK)
		pv_xen_shared = (struct xen_shared_info *)page;
	return s;
}

static pv_status
lines_init(void)
{
	pv_status s = PV_OK;

	if (pv_xenpvh_devices)
		s = pv_native_backend.line->init();
	return s == PV_OK ? pv_xen_line_ops.init() : s;
}

static const char *
lines_name(void)
{
	static char text[48];

	(void)pv_snprintf(text, sizeof(text), "%s%s%s", pv_xenpvh_devices ? pv_native_backend.line->name() : "",
	    pv_xenpvh_devices ? ", " : "", pv_xen_line_ops.name());
	return text;
}

const struct pv_line_ops pv_xenpvh_line_ops = {
	.init = lines_init,
	.name = lines_name,
};
