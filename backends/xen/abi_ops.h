/*
 * Xen's interface, events to platform: event channels, scheduling, physical interrupts,
 * memory, the platform's clock. Included by abi.h alone, which says what the rules are.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ABI_OPS_H
#define PV_XEN_ABI_OPS_H

/* Virtual interrupts. Xen: xen.h */
#define XEN_VIRQ_TIMER		0	/* per CPU, as VIRQ_DEBUG */
#define XEN_VIRQ_DEBUG		1
#define XEN_VIRQ_CONSOLE	2	/* input on the hypervisor's console, first domain */
#define XEN_VIRQ_DOM_EXC	3
#define XEN_VIRQ_TBUF		4
#define XEN_VIRQ_DEBUGGER	6
#define XEN_VIRQ_XENOPROF	7
#define XEN_VIRQ_CON_RING	8
#define XEN_VIRQ_PCPU_STATE	9
#define XEN_VIRQ_MEM_EVENT	10
#define XEN_VIRQ_ARGO		11
#define XEN_VIRQ_ENOMEM		12
#define XEN_VIRQ_XENPMU		13
#define XEN_VIRQ_ARCH_0		16
#define XEN_NR_VIRQS		24

/* Event channels. Xen: event_channel.h */
#define XEN_EVTCHNOP_BIND_INTERDOMAIN	0
#define XEN_EVTCHNOP_BIND_VIRQ	1
#define XEN_EVTCHNOP_BIND_PIRQ	2
#define XEN_EVTCHNOP_CLOSE	3
#define XEN_EVTCHNOP_SEND	4
#define XEN_EVTCHNOP_STATUS	5
#define XEN_EVTCHNOP_ALLOC_UNBOUND	6
#define XEN_EVTCHNOP_BIND_IPI	7
#define XEN_EVTCHNOP_BIND_VCPU	8
#define XEN_EVTCHNOP_UNMASK	9
#define XEN_EVTCHNOP_RESET	10
#define XEN_EVTCHNOP_INIT_CONTROL	11
#define XEN_EVTCHNOP_EXPAND_ARRAY	12
#define XEN_EVTCHNOP_SET_PRIORITY	13
#define XEN_EVTCHNSTAT_CLOSED	0
#define XEN_EVTCHNSTAT_UNBOUND	1
#define XEN_EVTCHNSTAT_INTERDOMAIN	2
#define XEN_EVTCHNSTAT_PIRQ	3
#define XEN_EVTCHNSTAT_VIRQ	4
#define XEN_EVTCHNSTAT_IPI	5
#define XEN_BIND_PIRQ_WILL_SHARE	0x1
#define XEN_EVTCHN_FIFO_PRIORITY_MAX	0
#define XEN_EVTCHN_FIFO_PRIORITY_DEFAULT	7
#define XEN_EVTCHN_FIFO_PRIORITY_MIN	15
#define XEN_EVTCHN_FIFO_MAX_QUEUES	16
#define XEN_EVTCHN_FIFO_PENDING	31	/* bits of an event word */
#define XEN_EVTCHN_FIFO_MASKED	30
#define XEN_EVTCHN_FIFO_LINKED	29
#define XEN_EVTCHN_FIFO_BUSY	28
#define XEN_EVTCHN_FIFO_LINK_BITS	17
#define XEN_EVTCHN_FIFO_LINK_MASK	0x1ffff
#define XEN_EVTCHN_FIFO_NR_CHANNELS	131072
#define XEN_EVTCHN_2L_NR_CHANNELS	(sizeof(unsigned long) * sizeof(unsigned long) * 64)

struct xen_alloc_unbound {
	uint16_t dom, remote_dom;
	uint32_t port;
};

struct xen_bind_interdomain {
	uint16_t remote_dom;
	uint32_t remote_port;
	uint32_t local_port;
};

struct xen_bind_virq {
	uint32_t virq, vcpu, port;
};

struct xen_bind_pirq {
	uint32_t pirq, flags, port;
};

struct xen_bind_ipi {
	uint32_t vcpu, port;
};

struct xen_evtchn_port {		/* of close, send and unmask */
	uint32_t port;
};

struct xen_evtchn_status {
	uint16_t dom;
	uint32_t port;
	uint32_t status;
	uint32_t vcpu;
	union {
		struct {
			uint16_t remote_dom;	/* of XEN_EVTCHNSTAT_UNBOUND, too */
			uint32_t remote_port;
		};
		uint32_t pirq;
		uint32_t virq;
	};
};

struct xen_bind_vcpu {
	uint32_t port, vcpu;
};

struct xen_evtchn_reset {
	uint16_t dom;
};

struct xen_init_control {
	uint64_t control_gfn;
	uint32_t offset;
	uint32_t vcpu;
	uint8_t link_bits;
	uint8_t pad[7];
};

struct xen_expand_array {
	uint64_t array_gfn;
};

struct xen_set_priority {
	uint32_t port, priority;
};

struct xen_fifo_control {
	uint32_t ready;
	uint32_t reserved;
	uint32_t head[XEN_EVTCHN_FIFO_MAX_QUEUES];
};

/* Scheduling. Xen: sched.h */
#define XEN_SCHEDOP_YIELD	0
#define XEN_SCHEDOP_BLOCK	1
#define XEN_SCHEDOP_SHUTDOWN	2
#define XEN_SCHEDOP_POLL	3
#define XEN_SCHEDOP_REMOTE_SHUTDOWN	4
#define XEN_SCHEDOP_SHUTDOWN_CODE	5
#define XEN_SCHEDOP_WATCHDOG	6
#define XEN_SCHEDOP_PIN_OVERRIDE	7
#define XEN_SHUTDOWN_POWEROFF	0
#define XEN_SHUTDOWN_REBOOT	1
#define XEN_SHUTDOWN_SUSPEND	2
#define XEN_SHUTDOWN_CRASH	3
#define XEN_SHUTDOWN_WATCHDOG	4
#define XEN_SHUTDOWN_SOFT_RESET	5

struct xen_sched_shutdown {
	unsigned reason;
};

struct xen_sched_poll {
	unsigned long ports;		/* uint32_t[] */
	unsigned nr_ports;
	uint64_t timeout;		/* system time, ns; 0: none */
};

struct xen_sched_watchdog {
	uint32_t id;
	uint32_t timeout;		/* s */
};

/* Physical devices. Xen: physdev.h */
#define XEN_PHYSDEVOP_IRQ_STATUS_QUERY	5
#define XEN_PHYSDEVOP_SET_IOPL	6
#define XEN_PHYSDEVOP_SET_IOBITMAP	7
#define XEN_PHYSDEVOP_APIC_READ	8
#define XEN_PHYSDEVOP_APIC_WRITE	9
#define XEN_PHYSDEVOP_ALLOC_IRQ_VECTOR	10
#define XEN_PHYSDEVOP_EOI	12
#define XEN_PHYSDEVOP_MAP_PIRQ	13
#define XEN_PHYSDEVOP_UNMAP_PIRQ	14
#define XEN_PHYSDEVOP_PIRQ_EOI_GMFN_V1	17
#define XEN_PHYSDEVOP_SETUP_GSI	21
#define XEN_PHYSDEVOP_GET_FREE_PIRQ	23
#define XEN_PHYSDEVOP_PCI_MMCFG_RESERVED	24
#define XEN_PHYSDEVOP_PCI_DEVICE_ADD	25
#define XEN_PHYSDEVOP_PCI_DEVICE_REMOVE	26
#define XEN_PHYSDEVOP_PIRQ_EOI_GMFN_V2	28
#define XEN_IRQSTAT_NEEDS_EOI	0x1
#define XEN_IRQSTAT_SHARED	0x2
#define XEN_MAP_PIRQ_TYPE_MSI	0
#define XEN_MAP_PIRQ_TYPE_GSI	1
#define XEN_MAP_PIRQ_TYPE_MSI_SEG	3
#define XEN_MAP_PIRQ_TYPE_MULTI_MSI	4

struct xen_physdev_eoi {
	uint32_t irq;
};

struct xen_physdev_pirq_eoi_gmfn {
	unsigned long gmfn;
};

struct xen_physdev_irq_status_query {
	uint32_t irq;
	uint32_t flags;
};

struct xen_physdev_set_iopl {
	uint32_t iopl;
};

struct xen_physdev_set_iobitmap {
	unsigned long bitmap;		/* uint8_t[] */
	uint32_t nr_ports;
};

struct xen_physdev_apic {
	unsigned long apic_physbase;
	uint32_t reg;
	uint32_t value;
};

struct xen_physdev_irq {
	uint32_t irq, vector;
};

struct xen_physdev_map_pirq {
	uint16_t domid;
	int type;
	int index;
	int pirq;
	int bus;
	int devfn;
	int entry_nr;
	uint64_t table_base;
};

struct xen_physdev_unmap_pirq {
	uint16_t domid;
	int pirq;
};

struct xen_physdev_setup_gsi {
	int gsi;
	uint8_t triggering;		/* 0 edge, 1 level */
	uint8_t polarity;		/* 0 active high, 1 active low */
};

struct xen_physdev_get_free_pirq {
	int type;
	uint32_t pirq;
};

/* Memory. Xen: memory.h */
#define XEN_MEM_INCREASE_RESERVATION	0
#define XEN_MEM_DECREASE_RESERVATION	1
#define XEN_MEM_MAXIMUM_RAM_PAGE	2
#define XEN_MEM_CURRENT_RESERVATION	3
#define XEN_MEM_MAXIMUM_RESERVATION	4
#define XEN_MEM_MACHPHYS_MFN_LIST	5
#define XEN_MEM_POPULATE_PHYSMAP	6
#define XEN_MEM_ADD_TO_PHYSMAP	7
#define XEN_MEM_MEMORY_MAP	9
#define XEN_MEM_MACHINE_MEMORY_MAP	10
#define XEN_MEM_EXCHANGE	11
#define XEN_MEM_MACHPHYS_MAPPING	12
#define XEN_MEM_SET_MEMORY_MAP	13
#define XEN_MEM_MAXIMUM_GPFN	14
#define XEN_MEM_REMOVE_FROM_PHYSMAP	15
#define XEN_MEM_ADD_TO_PHYSMAP_BATCH	23
#define XEN_MEM_MACHPHYS_COMPAT_MFN_LIST	25
#define XEN_MEM_ACQUIRE_RESOURCE	28
#define XEN_MEMF_POPULATE_ON_DEMAND	0x10000
#define XEN_MEMF_EXACT_NODE_REQUEST	0x20000
#define XEN_MAPSPACE_SHARED_INFO	0
#define XEN_MAPSPACE_GRANT_TABLE	1
#define XEN_MAPSPACE_GMFN	2

struct xen_memory_reservation {
	unsigned long extent_start;	/* unsigned long[] */
	unsigned long nr_extents;
	unsigned extent_order;
	unsigned mem_flags;		/* bits 0-7: address bits */
	uint16_t domid;
};

struct xen_memory_exchange {
	struct xen_memory_reservation in, out;
	unsigned long nr_exchanged;
};

struct xen_memory_domain {
	uint16_t domid;
};

struct xen_machphys_mapping {
	unsigned long v_start, v_end;
	unsigned long max_mfn;
};

struct xen_machphys_mfn_list {
	unsigned max_extents;
	unsigned long extent_start;	/* unsigned long[] */
	unsigned nr_extents;
};

struct xen_add_to_physmap {
	uint16_t domid;
	uint16_t size;
	unsigned space;
	unsigned long idx;
	unsigned long gpfn;
};

struct xen_remove_from_physmap {
	uint16_t domid;
	unsigned long gpfn;
};

struct xen_memory_map {
	unsigned nr_entries;
	unsigned long buffer;		/* 20 bytes each, as ACPI's E820 has them */
};

/* Platform. Xen: platform.h */
#define XEN_PF_INTERFACE_VERSION	0x03000001
#define XEN_PF_SETTIME32	17
#define XEN_PF_SETTIME64	62

struct xen_settime32 {
	uint32_t secs, nsecs;
	uint64_t system_time;
};

struct xen_settime64 {
	uint64_t secs;
	uint32_t nsecs, mbz;
	uint64_t system_time;
};

struct xen_platform_op {
	uint32_t cmd;
	uint32_t interface_version;
	union {
		struct xen_settime32 settime32;
		struct xen_settime64 settime64;
		uint64_t pad[16];
	} u;
};

#endif
