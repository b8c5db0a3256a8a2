/*
 * The names that Xen's headers give to calls and errors, for people.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "refuse.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

/* Calls by their number; those with commands of their own are looked up there first. */
static const char *const call[] = {
	[XEN_SET_TRAP_TABLE] = "set_trap_table", [XEN_MMU_UPDATE] = "mmu_update", [XEN_SET_GDT] = "set_gdt",
	[XEN_STACK_SWITCH] = "stack_switch", [XEN_SET_CALLBACKS] = "set_callbacks",
	[XEN_FPU_TASKSWITCH] = "fpu_taskswitch", [XEN_PLATFORM_OP] = "platform_op",
	[XEN_SET_DEBUGREG] = "set_debugreg", [XEN_GET_DEBUGREG] = "get_debugreg",
	[XEN_UPDATE_DESCRIPTOR] = "update_descriptor", [XEN_MEMORY_OP] = "memory_op",
	[XEN_MULTICALL] = "multicall", [XEN_UPDATE_VA_MAPPING] = "update_va_mapping",
	[XEN_SET_TIMER_OP] = "set_timer_op", [XEN_XEN_VERSION] = "xen_version",
	[XEN_CONSOLE_IO] = "console_io", [XEN_GRANT_TABLE_OP] = "grant_table_op",
	[XEN_VM_ASSIST] = "vm_assist", [XEN_UPDATE_VA_MAPPING_OTHERDOMAIN] = "update_va_mapping_otherdomain",
	[XEN_IRET] = "iret", [XEN_VCPU_OP] = "vcpu_op", [XEN_SET_SEGMENT_BASE] = "set_segment_base",
	[XEN_MMUEXT_OP] = "mmuext_op", [XEN_NMI_OP] = "nmi_op", [XEN_SCHED_OP] = "sched_op",
	[XEN_CALLBACK_OP] = "callback_op", [XEN_EVENT_CHANNEL_OP] = "event_channel_op",
	[XEN_PHYSDEV_OP] = "physdev_op", [XEN_HVM_OP] = "hvm_op",
};

static const char *const mmuext[] = {
	"MMUEXT_PIN_L1_TABLE", "MMUEXT_PIN_L2_TABLE", "MMUEXT_PIN_L3_TABLE", "MMUEXT_PIN_L4_TABLE",
	"MMUEXT_UNPIN_TABLE", "MMUEXT_NEW_BASEPTR", "MMUEXT_TLB_FLUSH_LOCAL", "MMUEXT_INVLPG_LOCAL",
	"MMUEXT_TLB_FLUSH_MULTI", "MMUEXT_INVLPG_MULTI", "MMUEXT_TLB_FLUSH_ALL", "MMUEXT_INVLPG_ALL",
	"MMUEXT_FLUSH_CACHE", "MMUEXT_SET_LDT", NULL, "MMUEXT_NEW_USER_BASEPTR", "MMUEXT_CLEAR_PAGE",
	"MMUEXT_COPY_PAGE", "MMUEXT_FLUSH_CACHE_GLOBAL",
};
PV_STATIC_ASSERT(XEN_MMUEXT_FLUSH_CACHE_GLOBAL == LENGTH(mmuext) - 1, "Xen: xen.h");

static const char *const evtchn[] = {
	"EVTCHNOP_bind_interdomain", "EVTCHNOP_bind_virq", "EVTCHNOP_bind_pirq", "EVTCHNOP_close",
	"EVTCHNOP_send", "EVTCHNOP_status", "EVTCHNOP_alloc_unbound", "EVTCHNOP_bind_ipi",
	"EVTCHNOP_bind_vcpu", "EVTCHNOP_unmask", "EVTCHNOP_reset", "EVTCHNOP_init_control",
	"EVTCHNOP_expand_array", "EVTCHNOP_set_priority",
};
PV_STATIC_ASSERT(XEN_EVTCHNOP_SET_PRIORITY == LENGTH(evtchn) - 1, "Xen: event_channel.h");

static const char *const vcpu[] = {
	"VCPUOP_initialise", "VCPUOP_up", "VCPUOP_down", "VCPUOP_is_up", "VCPUOP_get_runstate_info",
	"VCPUOP_register_runstate_memory_area", "VCPUOP_set_periodic_timer", "VCPUOP_stop_periodic_timer",
	"VCPUOP_set_singleshot_timer", "VCPUOP_stop_singleshot_timer", "VCPUOP_register_vcpu_info",
	"VCPUOP_send_nmi", "VCPUOP_get_physid", "VCPUOP_register_vcpu_time_memory_area",
};
PV_STATIC_ASSERT(XEN_VCPUOP_REGISTER_TIME == LENGTH(vcpu) - 1, "Xen: vcpu.h");

static const char *const sched[] = {
	"SCHEDOP_yield", "SCHEDOP_block", "SCHEDOP_shutdown", "SCHEDOP_poll", "SCHEDOP_remote_shutdown",
	"SCHEDOP_shutdown_code", "SCHEDOP_watchdog", "SCHEDOP_pin_override",
};
PV_STATIC_ASSERT(XEN_SCHEDOP_PIN_OVERRIDE == LENGTH(sched) - 1, "Xen: sched.h");

static const char *const callback[] = { "CALLBACKOP_register", "CALLBACKOP_unregister" };
static const char *const nmi[] = { "XENNMI_register_callback", "XENNMI_unregister_callback" };
static const char *const console[] = { "CONSOLEIO_write", "CONSOLEIO_read" };

static const char *const physdev[] = {
	[XEN_PHYSDEVOP_IRQ_STATUS_QUERY] = "PHYSDEVOP_irq_status_query",
	[XEN_PHYSDEVOP_SET_IOPL] = "PHYSDEVOP_set_iopl", [XEN_PHYSDEVOP_SET_IOBITMAP] = "PHYSDEVOP_set_iobitmap",
	[XEN_PHYSDEVOP_APIC_READ] = "PHYSDEVOP_apic_read", [XEN_PHYSDEVOP_APIC_WRITE] = "PHYSDEVOP_apic_write",
	[XEN_PHYSDEVOP_ALLOC_IRQ_VECTOR] = "PHYSDEVOP_alloc_irq_vector", [XEN_PHYSDEVOP_EOI] = "PHYSDEVOP_eoi",
	[XEN_PHYSDEVOP_MAP_PIRQ] = "PHYSDEVOP_map_pirq", [XEN_PHYSDEVOP_UNMAP_PIRQ] = "PHYSDEVOP_unmap_pirq",
	[XEN_PHYSDEVOP_PIRQ_EOI_GMFN_V1] = "PHYSDEVOP_pirq_eoi_gmfn_v1",
	[XEN_PHYSDEVOP_SETUP_GSI] = "PHYSDEVOP_setup_gsi",
	[XEN_PHYSDEVOP_GET_FREE_PIRQ] = "PHYSDEVOP_get_free_pirq",
	[XEN_PHYSDEVOP_PCI_MMCFG_RESERVED] = "PHYSDEVOP_pci_mmcfg_reserved",
	[XEN_PHYSDEVOP_PCI_DEVICE_ADD] = "PHYSDEVOP_pci_device_add",
	[XEN_PHYSDEVOP_PCI_DEVICE_REMOVE] = "PHYSDEVOP_pci_device_remove",
	[XEN_PHYSDEVOP_PIRQ_EOI_GMFN_V2] = "PHYSDEVOP_pirq_eoi_gmfn_v2",
};

static const char *const memory[] = {
	[XEN_MEM_INCREASE_RESERVATION] = "XENMEM_increase_reservation",
	[XEN_MEM_DECREASE_RESERVATION] = "XENMEM_decrease_reservation",
	[XEN_MEM_POPULATE_PHYSMAP] = "XENMEM_populate_physmap",
	[XEN_MEM_ADD_TO_PHYSMAP] = "XENMEM_add_to_physmap",
	[XEN_MEM_MEMORY_MAP] = "XENMEM_memory_map",
	[XEN_MEM_MACHINE_MEMORY_MAP] = "XENMEM_machine_memory_map",
	[XEN_MEM_MACHPHYS_MAPPING] = "XENMEM_machphys_mapping",
};

static const char *const version[] = {
	[XEN_VER_VERSION] = "XENVER_version", [XEN_VER_PLATFORM_PARAMETERS] = "XENVER_platform_parameters",
	[XEN_VER_GET_FEATURES] = "XENVER_get_features",
};

static const struct {
	unsigned nr;
	unsigned count;
	const char *const *name;
} commands[] = {
	{ XEN_MMUEXT_OP, LENGTH(mmuext), mmuext }, { XEN_EVENT_CHANNEL_OP, LENGTH(evtchn), evtchn },
	{ XEN_VCPU_OP, LENGTH(vcpu), vcpu }, { XEN_SCHED_OP, LENGTH(sched), sched },
	{ XEN_CALLBACK_OP, LENGTH(callback), callback }, { XEN_NMI_OP, LENGTH(nmi), nmi },
	{ XEN_CONSOLE_IO, LENGTH(console), console }, { XEN_PHYSDEV_OP, LENGTH(physdev), physdev },
	{ XEN_MEMORY_OP, LENGTH(memory), memory }, { XEN_XEN_VERSION, LENGTH(version), version },
};

const char *
pv_xen_call_name(unsigned nr, uint64_t cmd)
{
	for (unsigned i = 0; i < LENGTH(commands); i++)
		if (commands[i].nr == nr && cmd < commands[i].count && commands[i].name[cmd] != NULL)
			return commands[i].name[cmd];
	return nr < LENGTH(call) && call[nr] != NULL ? call[nr] : "?";
}

const char *
pv_xen_call_named(uint32_t nr)
{
	return pv_xen_call_name(nr, UINT64_MAX);
}

#define ERROR(name)	[XEN_##name] = #name
static const char *const error[] = {
	ERROR(EPERM), ERROR(ENOENT), ERROR(ESRCH), ERROR(EIO), ERROR(ENXIO), ERROR(E2BIG), ERROR(ENOEXEC),
	ERROR(EBADF), ERROR(ECHILD), ERROR(EAGAIN), ERROR(ENOMEM), ERROR(EACCES), ERROR(EFAULT), ERROR(EBUSY),
	ERROR(EEXIST), ERROR(EXDEV), ERROR(ENODEV), ERROR(ENOTDIR), ERROR(EISDIR), ERROR(EINVAL), ERROR(ENFILE),
	ERROR(EMFILE), ERROR(ENOSPC), ERROR(EROFS), ERROR(EMLINK), ERROR(EDOM), ERROR(ERANGE), ERROR(EDEADLK),
	ERROR(ENAMETOOLONG), ERROR(ENOLCK), ERROR(ENOSYS), ERROR(ENOTEMPTY), ERROR(ENODATA), ERROR(ETIME),
	ERROR(EBADMSG), ERROR(EOVERFLOW), ERROR(EILSEQ), ERROR(ENOTSOCK), ERROR(EMSGSIZE), ERROR(EOPNOTSUPP),
	ERROR(EADDRINUSE), ERROR(EADDRNOTAVAIL), ERROR(ENOBUFS), ERROR(EISCONN), ERROR(ENOTCONN),
	ERROR(ETIMEDOUT), ERROR(ECONNREFUSED),
};

const char *
pv_xen_error_name(long code)
{
	unsigned long n = (unsigned long)-code;

	return code < 0 && n < LENGTH(error) && error[n] != NULL ? error[n] : "?";
}
