/*
 * Refused: CPUs, scheduling, memory, grants, devices, and calls that nobody knows.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refusals.h"

#define NO_CPU		31u
#define NO_DOMAIN	0x1234u
#define UNTOUCHED	77		/* of a status */

static long
vcpu_op(unsigned cmd, unsigned cpu, const void *arg)
{
	return XEN(XEN_VCPU_OP, cmd, cpu, arg, 0);
}

static void
call_that_nobody_knows(void)
{
	GIVES(XEN(11, 0, 0, 0, 0), -XEN_ENOSYS);
	GIVES(XEN(55, 0, 0, 0, 0), -XEN_ENOSYS);
}

static void
cpu_that_is_none(void)
{
	struct xen_set_periodic_timer timer = { .period_ns = 10000000 };

	GIVES(vcpu_op(XEN_VCPUOP_IS_UP, NO_CPU, NULL), -XEN_ENOENT);
	GIVES(vcpu_op(XEN_VCPUOP_UP, NO_CPU, NULL), -XEN_ENOENT);
	GIVES(vcpu_op(XEN_VCPUOP_SET_PERIODIC, NO_CPU, &timer), -XEN_ENOENT);
}

static void
cpu_op_that_nobody_knows(void)
{
	GIVES(vcpu_op(99, 0, NULL), -XEN_ENOSYS);
}

static void
info_moved_twice(void)
{
	struct refusal_page p = refusal_page();
	struct xen_register_vcpu_info info = { .mfn = p.mfn, .offset = 64 };

	GIVES(refusal_info_moved(), true);
	GIVES(vcpu_op(XEN_VCPUOP_REGISTER_INFO, 0, &info), -XEN_EINVAL);
	GIVES(*(volatile char *)(p.va + 64), 0);
	refusal_page_free(p);
}

static void
info_across_pages(void)
{
	struct refusal_page p = refusal_page();
	struct xen_register_vcpu_info info = { .mfn = p.mfn, .offset = 4096 - 32 };

	GIVES(vcpu_op(XEN_VCPUOP_REGISTER_INFO, 0, &info), -XEN_ENXIO);
	info.offset = 1;
	GIVES(vcpu_op(XEN_VCPUOP_REGISTER_INFO, 0, &info), -XEN_ENXIO);
	refusal_page_free(p);
}

static void
runstate_to_nowhere(void)
{
	struct xen_register_area area = { .v = (unsigned long)NOT_OURS };

	GIVES(vcpu_op(XEN_VCPUOP_REGISTER_RUNSTATE, 0, &area), -XEN_EFAULT);
	GIVES(vcpu_op(XEN_VCPUOP_GET_RUNSTATE_INFO, 0, NOT_OURS), -XEN_EFAULT);
}

static void
tick_that_is_too_short(void)
{
	struct xen_set_periodic_timer timer = { .period_ns = 1000 };

	GIVES(vcpu_op(XEN_VCPUOP_SET_PERIODIC, 0, &timer), -XEN_EINVAL);
	timer.period_ns = (uint64_t)1 << 63;
	GIVES(vcpu_op(XEN_VCPUOP_SET_PERIODIC, 0, &timer), -XEN_EINVAL);
}

static void
timer_from_nowhere(void)
{
	GIVES(vcpu_op(XEN_VCPUOP_SET_SINGLESHOT, 0, NOT_OURS), -XEN_EFAULT);
}

static void
sched_op_that_nobody_knows(void)
{
	GIVES(XEN(XEN_SCHED_OP, 99, 0, 0, 0), -XEN_ENOSYS);
}

static void
poll_of_too_many_ports(void)
{
	uint32_t port = 1;
	struct xen_sched_poll poll = { .ports = (unsigned long)&port, .nr_ports = 129 };

	GIVES(XEN(XEN_SCHED_OP, XEN_SCHEDOP_POLL, &poll, 0, 0), -XEN_EINVAL);
	poll.nr_ports = 1;
	poll.ports = (unsigned long)NOT_OURS;
	GIVES(XEN(XEN_SCHED_OP, XEN_SCHEDOP_POLL, &poll, 0, 0), -XEN_EFAULT);
}

static void
shutdown_from_nowhere(void)
{
	GIVES(XEN(XEN_SCHED_OP, XEN_SCHEDOP_SHUTDOWN, NOT_OURS, 0, 0), -XEN_EFAULT);
}

static void
version_that_nobody_knows(void)
{
	struct xen_feature_info info = { .submap_idx = 7, .submap = 0x5a5a };

	GIVES(XEN(XEN_XEN_VERSION, 99, &info, 0, 0), -XEN_ENOSYS);
	GIVES(XEN(XEN_XEN_VERSION, XEN_VER_GET_FEATURES, &info, 0, 0), -XEN_EINVAL);
	GIVES((long)info.submap, 0x5a5a);
	GIVES(XEN(XEN_XEN_VERSION, XEN_VER_GET_FEATURES, NOT_OURS, 0, 0), -XEN_EFAULT);
}

static void
assist_that_nobody_knows(void)
{
	GIVES(XEN(XEN_VM_ASSIST, XEN_VMASST_CMD_ENABLE, 31, 0, 0), -XEN_EINVAL);
	GIVES(XEN(XEN_VM_ASSIST, 9, XEN_VMASST_TYPE_WRITABLE_PAGETABLES, 0, 0), -XEN_ENOSYS);
}

static void
console_op_that_nobody_knows(void)
{
	GIVES(XEN(XEN_CONSOLE_IO, 9, 0, 0, 0), -XEN_ENOSYS);
}

static void
console_from_nowhere(void)
{
	GIVES(XEN(XEN_CONSOLE_IO, XEN_CONSOLEIO_WRITE, 5, NOT_OURS, 0), -XEN_EFAULT);
	GIVES(XEN(XEN_CONSOLE_IO, XEN_CONSOLEIO_READ, 0x80000000u, NOT_OURS, 0), -XEN_E2BIG);
}

static void
memory_op_that_nobody_knows(void)
{
	GIVES(XEN(XEN_MEMORY_OP, 60, 0, 0, 0), -XEN_ENOSYS);
}

static void
memory_of_nobody(void)
{
	struct xen_memory_domain domain = { .domid = NO_DOMAIN };

	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_CURRENT_RESERVATION, &domain, 0, 0), -XEN_ESRCH);
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_CURRENT_RESERVATION, NOT_OURS, 0, 0), -XEN_EFAULT);
}

/* Reservations count what was done: nothing. */
static void
memory_that_is_not_there(void)
{
	unsigned long frame = refusal_foreign_frame();
	struct xen_memory_reservation r = { .extent_start = (unsigned long)&frame, .nr_extents = 1,
		.domid = XEN_DOMID_SELF };

	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_DECREASE_RESERVATION, &r, 0, 0), 0);
	r.extent_start = (unsigned long)NOT_OURS;
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_DECREASE_RESERVATION, &r, 0, 0), 0);
	r.domid = NO_DOMAIN;
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_DECREASE_RESERVATION, &r, 0, 0), 0);
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_DECREASE_RESERVATION, NOT_OURS, 0, 0), 0);
}

static void
memory_in_extents_that_are_too_large(void)
{
	unsigned long frame = 0;
	struct xen_memory_reservation r = { .extent_start = (unsigned long)&frame, .nr_extents = 1,
		.extent_order = 30, .domid = XEN_DOMID_SELF };

	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_POPULATE_PHYSMAP, &r, 0, 0), unless_shim(SHIM_ONLINE, 0));
	r.extent_order = 0;
	r.nr_extents = 1ul << 30;
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_POPULATE_PHYSMAP, &r, 0, 0), 0);
}

/* Only where the hypervisor keeps the guest's second translation. */
static void
memory_put_where_there_is_no_map(void)
{
	struct xen_add_to_physmap add = { .domid = XEN_DOMID_SELF, .space = XEN_MAPSPACE_SHARED_INFO };
	struct xen_remove_from_physmap remove = { .domid = XEN_DOMID_SELF };

	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_ADD_TO_PHYSMAP, &add, 0, 0), -XEN_EACCES);
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_REMOVE_FROM_PHYSMAP, &remove, 0, 0), -XEN_EACCES);
	add.domid = NO_DOMAIN;
	GIVES(XEN(XEN_MEMORY_OP, XEN_MEM_ADD_TO_PHYSMAP, &add, 0, 0), -XEN_ESRCH);
}

static long
grant_op(unsigned cmd, void *arg)
{
	return XEN(XEN_GRANT_TABLE_OP, cmd, arg, 1, 0);
}

static void
grant_op_that_nobody_knows(void)
{
	uint32_t nothing[16] = { 0 };

	GIVES(grant_op(99, nothing), unless_shim(SHIM_GRANT_OP, -XEN_ENOSYS));
	GIVES(grant_op(XEN_GNTTABOP_MAP_GRANT_REF, NOT_OURS), unless_shim(SHIM_GRANT_OP, -XEN_EFAULT));
}

static void
grants_of_a_version_that_is_none(void)
{
	struct xen_set_version v = { .version = 9 };
	long wanted = unless_shim(SHIM_GRANT_OP, -XEN_EINVAL);

	GIVES(grant_op(XEN_GNTTABOP_SET_VERSION, &v), wanted);
	GIVES((long)v.version, wanted == -XEN_EINVAL ? 1 : 9);
}

static void
grants_of_nobody(void)
{
	unsigned long frames[1] = { 0 };
	struct xen_setup_table setup = { .dom = NO_DOMAIN, .nr_frames = 1, .frame_list = (unsigned long)frames };
	struct xen_query_size size = { .dom = NO_DOMAIN };

	GIVES(grant_op(XEN_GNTTABOP_SETUP_TABLE, &setup), 0);
	GIVES(setup.status, unless_shim(SHIM_GRANT_DOMAIN, XEN_GNTST_BAD_DOMAIN));
	GIVES(grant_op(XEN_GNTTABOP_QUERY_SIZE, &size), 0);
	GIVES(size.status, XEN_GNTST_BAD_DOMAIN);
	GIVES(frames[0] != 0, setup.status == XEN_GNTST_OKAY);
}

static void
grants_without_bounds(void)
{
	static unsigned long frames[2];
	struct xen_setup_table setup = { .dom = XEN_DOMID_SELF, .nr_frames = 100000, .status = UNTOUCHED,
		.frame_list = (unsigned long)frames };
	long wanted = unless_shim(SHIM_GRANT_FRAMES, 0);

	GIVES(grant_op(XEN_GNTTABOP_SETUP_TABLE, &setup), wanted);
	GIVES(setup.status, wanted == 0 ? XEN_GNTST_GENERAL_ERROR : UNTOUCHED);
	GIVES((long)frames[0], 0);
}

static void
grant_that_was_not_given(void)
{
	struct refusal_page p = refusal_page();
	struct xen_map_grant_ref map = { .host_addr = (uintptr_t)p.va, .flags = XEN_GNTMAP_HOST_MAP,
		.ref = 0x7fffffff, .dom = 0 };

	GIVES(grant_op(XEN_GNTTABOP_MAP_GRANT_REF, &map), 0);
	GIVES(map.status, XEN_GNTST_BAD_GNTREF);
	map.dom = NO_DOMAIN;
	GIVES(grant_op(XEN_GNTTABOP_MAP_GRANT_REF, &map), 0);
	GIVES(map.status, XEN_GNTST_BAD_DOMAIN);
	map.flags = 0;
	GIVES(grant_op(XEN_GNTTABOP_MAP_GRANT_REF, &map), 0);
	GIVES(map.status, XEN_GNTST_BAD_GNTREF);
	*p.va = 1;
	refusal_page_free(p);
}

static void
grant_that_is_not_mapped(void)
{
	struct refusal_page p = refusal_page();
	struct xen_unmap_grant_ref unmap = { .host_addr = (uintptr_t)p.va, .handle = 0x7fffffff, .status = UNTOUCHED };
	long wanted = unless_shim(SHIM_GRANT_OP, 0);

	GIVES(grant_op(XEN_GNTTABOP_UNMAP_GRANT_REF, &unmap), wanted);
	GIVES(unmap.status, wanted == 0 ? XEN_GNTST_BAD_HANDLE : UNTOUCHED);
	*p.va = 1;
	refusal_page_free(p);
}

static long
map_grant(struct xen_map_grant_ref *map, const void *va, unsigned flags, uint32_t ref)
{
	*map = (struct xen_map_grant_ref){ .host_addr = (uintptr_t)va, .flags = XEN_GNTMAP_HOST_MAP | flags,
		.ref = ref };
	return grant_op(XEN_GNTTABOP_MAP_GRANT_REF, map);
}

/* Of the domain to itself: it may be looked at, and is given back once. */
static void
grant_that_is_read_only(void)
{
	struct refusal_page table = refusal_page(), window = refusal_page(), p = refusal_page();
	volatile struct xen_grant_entry *e = (volatile struct xen_grant_entry *)table.va + 20;
	unsigned long frame = 0;
	struct xen_setup_table setup = { .dom = XEN_DOMID_SELF, .nr_frames = 1, .frame_list = (unsigned long)&frame };
	struct xen_unmap_grant_ref unmap = { .host_addr = (uintptr_t)window.va };
	struct xen_map_grant_ref map;

	*p.va = 9;
	GIVES(grant_op(XEN_GNTTABOP_SETUP_TABLE, &setup), 0);
	GIVES(setup.status, XEN_GNTST_OKAY);
	GIVES(call_update_va(table.va, ENTRY(frame, PTE_RW), XEN_UVMF_INVLPG), 0);
	e->domid = 0;
	e->frame = (uint32_t)p.mfn;
	e->flags = XEN_GTF_PERMIT_ACCESS | XEN_GTF_READONLY;
	/* No translation of what was there may be left: mapping a grant flushes none. */
	GIVES(call_update_va(window.va, 0, XEN_UVMF_INVLPG | XEN_UVMF_ALL), 0);
	GIVES(map_grant(&map, window.va, 0, 20), 0);
	GIVES(map.status, XEN_GNTST_GENERAL_ERROR);
	GIVES(e->flags, XEN_GTF_PERMIT_ACCESS | XEN_GTF_READONLY);
	GIVES(map_grant(&map, window.va, XEN_GNTMAP_READONLY, 20), 0);
	GIVES(map.status, XEN_GNTST_OKAY);
	GIVES(e->flags, XEN_GTF_PERMIT_ACCESS | XEN_GTF_READONLY | XEN_GTF_READING);
	GIVES(*(volatile char *)window.va, 9);
	unmap.handle = map.handle;
	GIVES(grant_op(XEN_GNTTABOP_UNMAP_GRANT_REF, &unmap), 0);
	GIVES(unmap.status, XEN_GNTST_OKAY);
	GIVES(e->flags, XEN_GTF_PERMIT_ACCESS | XEN_GTF_READONLY);
	GIVES(grant_op(XEN_GNTTABOP_UNMAP_GRANT_REF, &unmap), 0);
	GIVES(unmap.status, XEN_GNTST_BAD_HANDLE);
	e->flags = 0;
	GIVES(remap(table, PTE_RW), 0);
	GIVES(remap(window, PTE_RW), 0);
	refusal_page_free(p);
	refusal_page_free(window);
	refusal_page_free(table);
}

static long
physdev_op(unsigned cmd, void *arg)
{
	return XEN(XEN_PHYSDEV_OP, cmd, arg, 0, 0);
}

static void
privilege_that_is_none(void)
{
	struct xen_physdev_set_iopl iopl = { .iopl = 4 };

	GIVES(physdev_op(XEN_PHYSDEVOP_SET_IOPL, &iopl), -XEN_EINVAL);
}

static void
ports_that_are_none(void)
{
	struct refusal_page p = refusal_page();
	struct xen_physdev_set_iobitmap bitmap = { .bitmap = (unsigned long)p.va, .nr_ports = 65537 };

	GIVES(physdev_op(XEN_PHYSDEVOP_SET_IOBITMAP, &bitmap), -XEN_EINVAL);
	refusal_page_free(p);
}

static void
interrupt_that_is_none(void)
{
	struct xen_physdev_eoi eoi = { .irq = 0xfffff };
	struct xen_physdev_irq_status_query query = { .irq = 0xfffff };

	GIVES(physdev_op(XEN_PHYSDEVOP_EOI, &eoi), -XEN_EINVAL);
	GIVES(physdev_op(XEN_PHYSDEVOP_IRQ_STATUS_QUERY, &query), -XEN_EINVAL);
}

static void
interrupt_of_nobody(void)
{
	struct xen_physdev_map_pirq map = { .domid = NO_DOMAIN, .type = XEN_MAP_PIRQ_TYPE_GSI, .index = 9, .pirq = 9 };

	GIVES(physdev_op(XEN_PHYSDEVOP_MAP_PIRQ, &map), -XEN_ESRCH);
}

/* With its mapping goes the right to an interrupt. Of the pins 13 is nobody's: coprocessors do without. */
static void
interrupt_given_back(void)
{
	struct xen_physdev_map_pirq map = { .domid = XEN_DOMID_SELF, .type = XEN_MAP_PIRQ_TYPE_GSI, .index = 13,
	    .pirq = 13 };
	struct xen_physdev_unmap_pirq unmap = { .domid = XEN_DOMID_SELF, .pirq = 13 };

	GIVES(physdev_op(XEN_PHYSDEVOP_MAP_PIRQ, &map), 0);
	GIVES(physdev_op(XEN_PHYSDEVOP_UNMAP_PIRQ, &unmap), 0);
	GIVES(physdev_op(XEN_PHYSDEVOP_UNMAP_PIRQ, &unmap), -XEN_EINVAL);
	GIVES(physdev_op(XEN_PHYSDEVOP_MAP_PIRQ, &map), -XEN_EPERM);
}

static void
physdev_op_that_nobody_knows(void)
{
	GIVES(physdev_op(99, NULL), -XEN_ENOSYS);
	GIVES(physdev_op(XEN_PHYSDEVOP_SET_IOPL, NOT_OURS), -XEN_EFAULT);
}

static void
platform_of_another_version(void)
{
	struct xen_platform_op op = { .cmd = XEN_PF_SETTIME64, .interface_version = 1 };

	GIVES(XEN(XEN_PLATFORM_OP, &op, 0, 0, 0), -XEN_EACCES);
	op.interface_version = XEN_PF_INTERFACE_VERSION;
	op.cmd = 999;
	GIVES(XEN(XEN_PLATFORM_OP, &op, 0, 0, 0), -XEN_ENOSYS);
	op.cmd = XEN_PF_SETTIME64;
	op.u.settime64.mbz = 1;
	GIVES(XEN(XEN_PLATFORM_OP, &op, 0, 0, 0), -XEN_EINVAL);
}

#define GRANT		"Bad ref|Bad domain|Could not find domain|bad flags|Bad flags|Bad d[0-9]+ handle|limited to"

static const struct suite_case cases[] = {
	REFUSAL(call_that_nobody_knows, 0, NULL),
	REFUSAL(cpu_that_is_none, 0, NULL),
	REFUSAL(cpu_op_that_nobody_knows, 0, NULL),
	REFUSAL(info_moved_twice, 0, NULL),
	REFUSAL(info_across_pages, 0, NULL),
	REFUSAL(runstate_to_nowhere, REFUSAL_LEVELS4, NULL),
	REFUSAL(tick_that_is_too_short, 0, NULL),
	REFUSAL(timer_from_nowhere, 0, NULL),
	REFUSAL(sched_op_that_nobody_knows, 0, NULL),
	REFUSAL(poll_of_too_many_ports, 0, NULL),
	REFUSAL(shutdown_from_nowhere, 0, NULL),
	REFUSAL(version_that_nobody_knows, 0, NULL),
	REFUSAL(assist_that_nobody_knows, 0, NULL),
	REFUSAL(console_op_that_nobody_knows, REFUSAL_DOM0, NULL),
	REFUSAL(console_from_nowhere, REFUSAL_DOM0, NULL),
	REFUSAL(memory_op_that_nobody_knows, 0, NULL),
	REFUSAL(memory_of_nobody, 0, NULL),
	REFUSAL(memory_that_is_not_there, 0, SAYS_OWNER "|Bad page free"),
	REFUSAL(memory_in_extents_that_are_too_large, 0, NULL),
	REFUSAL(memory_put_where_there_is_no_map, 0, NULL),
	REFUSAL(grant_op_that_nobody_knows, 0, NULL),
	REFUSAL(grants_of_a_version_that_is_none, 0, NULL),
	REFUSAL(grants_of_nobody, 0, NULL),
	REFUSAL(grants_without_bounds, 0, GRANT),
	REFUSAL(grant_that_was_not_given, REFUSAL_DOM0, GRANT),
	REFUSAL(grant_that_is_not_mapped, 0, GRANT),
	REFUSAL(grant_that_is_read_only, REFUSAL_DOM0, "Attempt to write-pin|Zero flags|Bad d[0-9]+ handle"),
	REFUSAL(privilege_that_is_none, REFUSAL_DOM0, NULL),
	REFUSAL(ports_that_are_none, REFUSAL_DOM0, NULL),
	REFUSAL(interrupt_that_is_none, 0, NULL),
	REFUSAL(interrupt_given_back, REFUSAL_DOM0, "pirq 13 not mapped"),
	REFUSAL(interrupt_of_nobody, 0, NULL),
	REFUSAL(physdev_op_that_nobody_knows, REFUSAL_DOM0, NULL),
	REFUSAL(platform_of_another_version, REFUSAL_DOM0, NULL),
};
SUITE_WHERE(suite_refused_others, "refusals", cases, refusal_applies);
