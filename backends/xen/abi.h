/*
 * The part of Xen's interface that this backend uses, written from the public
 * headers: numbers, structures, their layout on x86_64. `Xen:` names the header.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ABI_H
#define PV_XEN_ABI_H

/* Hypercall numbers. Xen: xen.h */
#define XEN_SET_TRAP_TABLE	0
#define XEN_STACK_SWITCH	3
#define XEN_MEMORY_OP		12
#define XEN_UPDATE_VA_MAPPING	14
#define XEN_SET_TIMER_OP	15
#define XEN_CONSOLE_IO		18
#define XEN_IRET		23
#define XEN_VCPU_OP		24
#define XEN_SET_SEGMENT_BASE	25
#define XEN_MMUEXT_OP		26
#define XEN_SCHED_OP		29
#define XEN_CALLBACK_OP		30
#define XEN_EVENT_CHANNEL_OP	32
#define XEN_PHYSDEV_OP		33

#define XEN_CONSOLEIO_WRITE	0
#define XEN_CONSOLEIO_READ	1
#define XEN_SEGBASE_GS_KERNEL	2
#define XEN_FLUSH_INVLPG_LOCAL	2
#define XEN_VCPUOP_STOP_PERIODIC	7	/* Xen: vcpu.h */
#define XEN_VCPUOP_REGISTER_INFO	10
#define XEN_SCHEDOP_BLOCK	1	/* Xen: sched.h */
#define XEN_SCHEDOP_SHUTDOWN	2
#define XEN_SHUTDOWN_POWEROFF	0
#define XEN_SHUTDOWN_REBOOT	1
#define XEN_SHUTDOWN_CRASH	3
#define XEN_CALLBACK_EVENT	0	/* Xen: callback.h */
#define XEN_CALLBACK_FAILSAFE	1
#define XEN_EVTCHNOP_BIND_VIRQ	1	/* Xen: event_channel.h */
#define XEN_EVTCHNOP_UNMASK	9
#define XEN_VIRQ_TIMER		0

#define XEN_KERNEL_CS		0xe033u	/* Xen: arch-x86/xen-x86_64.h */
#define XEN_KERNEL_DS		0xe02bu

#ifndef __ASSEMBLER__
#include <pv/types.h>

/* Per-CPU page of the hypervisor. Xen: xen.h */
struct xen_vcpu_time {
	uint32_t version;		/* odd: being written */
	uint32_t pad;
	uint64_t tsc;
	uint64_t system_time;
	uint32_t mul;
	int8_t shift;
	uint8_t flags;
	uint8_t pad1[2];
};

struct xen_vcpu_info {
	uint8_t pending;
	uint8_t mask;
	uint8_t pad[6];
	uint64_t pending_sel;
	uint64_t cr2;
	uint64_t pad1;
	struct xen_vcpu_time time;
};
PV_STATIC_ASSERT(sizeof(struct xen_vcpu_info) == 64, "Xen: struct vcpu_info");

struct xen_shared_info {
	struct xen_vcpu_info vcpu[32];
	uint64_t evtchn_pending[64];
	uint64_t evtchn_mask[64];
	uint32_t wc_version, wc_sec, wc_nsec, wc_sec_hi;
};
PV_STATIC_ASSERT(__builtin_offsetof(struct xen_shared_info, evtchn_mask) == 2560, "Xen: struct shared_info");

struct xen_start_info {
	char magic[32];
	uint64_t nr_pages;
	uint64_t shared_info;		/* machine address */
	uint32_t flags, pad;
	uint64_t store_mfn;
	uint32_t store_evtchn, pad1;
	uint64_t console_mfn;
	uint32_t console_evtchn, pad2;
	uint64_t pt_base;		/* VA, as all below */
	uint64_t nr_pt_frames;
	uint64_t mfn_list;
	uint64_t mod_start;
	uint64_t mod_len;
	char args[1024];
};
PV_STATIC_ASSERT(__builtin_offsetof(struct xen_start_info, args) == 128, "Xen: struct start_info");

struct xen_trap_info {
	uint8_t vector;
	uint8_t flags;			/* bits 0-1 DPL, bit 2 mask events */
	uint16_t cs;
	uint32_t pad;
	uint64_t address;
};

struct xen_register_vcpu_info {
	uint64_t mfn;
	uint32_t offset;
	uint32_t reserved;
};

struct xen_callback_register {
	uint16_t type;
	uint16_t flags;
	uint32_t pad;
	uint64_t address;
};

struct xen_bind_virq {
	uint32_t virq, vcpu, port;
};
#endif

#endif
