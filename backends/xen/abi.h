/*
 * Xen's interface as this backend uses it, written from the public headers: hypercalls,
 * errors, what start of day hands over, shared pages, page tables, descriptors, CPUs.
 * `Xen:` names the header. abi_ops.h has events, interrupts, memory and platform,
 * abi_io.h grants, rings and HVM; <isa>/abi_isa.h what an instruction set has its own way:
 * all of them come with this one. Structures have the C layout of the instruction set,
 * `unsigned long` holds an address or a frame number. `./pv test abi` compares all of it
 * with Xen's own headers. PVH's start info is read by backends/common/boot/pvh.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ABI_H
#define PV_XEN_ABI_H

#include <pv/isa.h>

/* Hypercall numbers. Xen: xen.h */
#define XEN_SET_TRAP_TABLE	0
#define XEN_MMU_UPDATE		1
#define XEN_SET_GDT		2
#define XEN_STACK_SWITCH	3
#define XEN_SET_CALLBACKS	4
#define XEN_FPU_TASKSWITCH	5
#define XEN_PLATFORM_OP		7
#define XEN_SET_DEBUGREG	8
#define XEN_GET_DEBUGREG	9
#define XEN_UPDATE_DESCRIPTOR	10
#define XEN_MEMORY_OP		12
#define XEN_MULTICALL		13
#define XEN_UPDATE_VA_MAPPING	14
#define XEN_SET_TIMER_OP	15
#define XEN_XEN_VERSION		17
#define XEN_CONSOLE_IO		18
#define XEN_GRANT_TABLE_OP	20
#define XEN_VM_ASSIST		21
#define XEN_UPDATE_VA_MAPPING_OTHERDOMAIN	22
#define XEN_IRET		23
#define XEN_VCPU_OP		24
#define XEN_SET_SEGMENT_BASE	25
#define XEN_MMUEXT_OP		26
#define XEN_NMI_OP		28
#define XEN_SCHED_OP		29
#define XEN_CALLBACK_OP		30
#define XEN_EVENT_CHANNEL_OP	32
#define XEN_PHYSDEV_OP		33
#define XEN_HVM_OP		34

/* Errors; hypercalls return them negative. Xen: errno.h */
#define XEN_EPERM		1
#define XEN_ENOENT		2
#define XEN_ESRCH		3
#define XEN_EIO			5
#define XEN_ENXIO		6
#define XEN_E2BIG		7
#define XEN_ENOEXEC		8
#define XEN_EBADF		9
#define XEN_ECHILD		10
#define XEN_EAGAIN		11
#define XEN_ENOMEM		12
#define XEN_EACCES		13
#define XEN_EFAULT		14
#define XEN_EBUSY		16
#define XEN_EEXIST		17
#define XEN_EXDEV		18
#define XEN_ENODEV		19
#define XEN_ENOTDIR		20
#define XEN_EISDIR		21
#define XEN_EINVAL		22
#define XEN_ENFILE		23
#define XEN_EMFILE		24
#define XEN_ENOSPC		28
#define XEN_EROFS		30
#define XEN_EMLINK		31
#define XEN_EDOM		33
#define XEN_ERANGE		34
#define XEN_EDEADLK		35
#define XEN_ENAMETOOLONG	36
#define XEN_ENOLCK		37
#define XEN_ENOSYS		38
#define XEN_ENOTEMPTY		39
#define XEN_ENODATA		61
#define XEN_ETIME		62
#define XEN_EBADMSG		74
#define XEN_EOVERFLOW		75
#define XEN_EILSEQ		84
#define XEN_ENOTSOCK		88
#define XEN_EMSGSIZE		90
#define XEN_EOPNOTSUPP		95
#define XEN_EADDRINUSE		98
#define XEN_EADDRNOTAVAIL	99
#define XEN_ENOBUFS		105
#define XEN_EISCONN		106
#define XEN_ENOTCONN		107
#define XEN_ETIMEDOUT		110
#define XEN_ECONNREFUSED	111

/* Domains. Xen: xen.h */
#define XEN_DOMID_FIRST_RESERVED	0x7ff0
#define XEN_DOMID_SELF		0x7ff0
#define XEN_DOMID_IO		0x7ff1	/* owner of memory that is no RAM */
#define XEN_DOMID_XEN		0x7ff2
#define XEN_DOMID_COW		0x7ff3
#define XEN_DOMID_INVALID	0x7ff4
#define XEN_DOMID_IDLE		0x7fff
#define XEN_DOMID_MASK		0x7fff

/* start_info.flags. Xen: xen.h */
#define XEN_SIF_PRIVILEGED	0x1
#define XEN_SIF_INITDOMAIN	0x2
#define XEN_SIF_MULTIBOOT_MOD	0x4
#define XEN_SIF_MOD_START_PFN	0x8	/* mod_start is a page number, and the module is not mapped */
#define XEN_SIF_VIRT_P2M_4TOOLS	0x10
#define XEN_SIF_PM_MASK		0xff00

/* ELF notes. Xen: elfnote.h */
#define XEN_ELFNOTE_ENTRY	1
#define XEN_ELFNOTE_HYPERCALL_PAGE	2
#define XEN_ELFNOTE_VIRT_BASE	3
#define XEN_ELFNOTE_PADDR_OFFSET	4
#define XEN_ELFNOTE_XEN_VERSION	5
#define XEN_ELFNOTE_GUEST_OS	6
#define XEN_ELFNOTE_GUEST_VERSION	7
#define XEN_ELFNOTE_LOADER	8
#define XEN_ELFNOTE_PAE_MODE	9
#define XEN_ELFNOTE_FEATURES	10
#define XEN_ELFNOTE_BSD_SYMTAB	11
#define XEN_ELFNOTE_HV_START_LOW	12
#define XEN_ELFNOTE_L1_MFN_VALID	13
#define XEN_ELFNOTE_SUSPEND_CANCEL	14
#define XEN_ELFNOTE_INIT_P2M	15
#define XEN_ELFNOTE_MOD_START_PFN	16
#define XEN_ELFNOTE_SUPPORTED_FEATURES	17
#define XEN_ELFNOTE_PHYS32_ENTRY	18

/* xen_version: commands, features. Xen: version.h, features.h */
#define XEN_VER_VERSION		0	/* returns major << 16 | minor */
#define XEN_VER_EXTRAVERSION	1
#define XEN_VER_CAPABILITIES	3
#define XEN_VER_CHANGESET	4
#define XEN_VER_PLATFORM_PARAMETERS	5
#define XEN_VER_GET_FEATURES	6
#define XEN_VER_PAGESIZE	7
#define XEN_VER_GUEST_HANDLE	8
#define XEN_VER_COMMANDLINE	9
#define XEN_FEAT_WRITABLE_PAGE_TABLES	0
#define XEN_FEAT_WRITABLE_DESCRIPTOR_TABLES	1
#define XEN_FEAT_AUTO_TRANSLATED_PHYSMAP	2
#define XEN_FEAT_SUPERVISOR_MODE_KERNEL	3
#define XEN_FEAT_PAE_PGDIR_ABOVE_4GB	4
#define XEN_FEAT_MMU_PT_UPDATE_PRESERVE_AD	5
#define XEN_FEAT_HIGHMEM_ASSIST	6
#define XEN_FEAT_GNTTAB_MAP_AVAIL_BITS	7
#define XEN_FEAT_HVM_CALLBACK_VECTOR	8
#define XEN_FEAT_HVM_SAFE_PVCLOCK	9
#define XEN_FEAT_HVM_PIRQS	10
#define XEN_FEAT_DOM0		11
#define XEN_FEAT_MEMORY_OP_VNODE_SUPPORTED	13
#define XEN_FEAT_LINUX_RSDP_UNRESTRICTED	15
#define XEN_FEAT_NOT_DIRECT_MAPPED	16
#define XEN_FEAT_DIRECT_MAPPED	17
#define XEN_FEAT_NR_SUBMAPS	1

/* CPUID. Xen: arch-x86/cpuid.h */
#define XEN_CPUID_FIRST_LEAF	0x40000000u
#define XEN_CPUID_SIGNATURE_EBX	0x566e6558u
#define XEN_CPUID_SIGNATURE_ECX	0x65584d4du
#define XEN_CPUID_SIGNATURE_EDX	0x4d4d566eu
#define XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD	0x1
#define XEN_HVM_CPUID_APIC_ACCESS_VIRT	0x1
#define XEN_HVM_CPUID_X2APIC_VIRT	0x2
#define XEN_HVM_CPUID_VCPU_ID_PRESENT	0x8	/* in EBX of leaf 4 */
#define XEN_HVM_CPUID_DOMID_PRESENT	0x10
#define XEN_HVM_CPUID_UPCALL_VECTOR	0x40

/* vm_assist. Xen: xen.h */
#define XEN_VMASST_CMD_ENABLE	0
#define XEN_VMASST_CMD_DISABLE	1
#define XEN_VMASST_TYPE_4GB_SEGMENTS	0
#define XEN_VMASST_TYPE_4GB_SEGMENTS_NOTIFY	1
#define XEN_VMASST_TYPE_WRITABLE_PAGETABLES	2
#define XEN_VMASST_TYPE_PAE_EXTENDED_CR3	3
#define XEN_VMASST_TYPE_ARCHITECTURAL_IOPL	4
#define XEN_VMASST_TYPE_RUNSTATE_UPDATE_FLAG	5
#define XEN_VMASST_TYPE_M2P_STRICT	32

#define XEN_CONSOLEIO_WRITE	0
#define XEN_CONSOLEIO_READ	1

/* Page tables: mmu_update (low bits of the address), mmuext_op, update_va_mapping. Xen: xen.h */
#define XEN_MMU_NORMAL_PT_UPDATE	0
#define XEN_MMU_MACHPHYS_UPDATE	1
#define XEN_MMU_PT_UPDATE_PRESERVE_AD	2
#define XEN_MMU_PT_UPDATE_NO_TRANSLATE	3
#define XEN_MMUEXT_PIN_L1_TABLE	0
#define XEN_MMUEXT_PIN_L2_TABLE	1
#define XEN_MMUEXT_PIN_L3_TABLE	2
#define XEN_MMUEXT_PIN_L4_TABLE	3
#define XEN_MMUEXT_UNPIN_TABLE	4
#define XEN_MMUEXT_NEW_BASEPTR	5
#define XEN_MMUEXT_TLB_FLUSH_LOCAL	6
#define XEN_MMUEXT_INVLPG_LOCAL	7
#define XEN_MMUEXT_TLB_FLUSH_MULTI	8
#define XEN_MMUEXT_INVLPG_MULTI	9
#define XEN_MMUEXT_TLB_FLUSH_ALL	10
#define XEN_MMUEXT_INVLPG_ALL	11
#define XEN_MMUEXT_FLUSH_CACHE	12
#define XEN_MMUEXT_SET_LDT	13
#define XEN_MMUEXT_NEW_USER_BASEPTR	15
#define XEN_MMUEXT_CLEAR_PAGE	16
#define XEN_MMUEXT_COPY_PAGE	17
#define XEN_MMUEXT_FLUSH_CACHE_GLOBAL	18
#define XEN_MMUEXT_MARK_SUPER	19
#define XEN_MMUEXT_UNMARK_SUPER	20
#define XEN_UVMF_NONE		0
#define XEN_UVMF_TLB_FLUSH	1
#define XEN_UVMF_INVLPG		2
#define XEN_UVMF_FLUSHTYPE_MASK	3
#define XEN_UVMF_MULTI		0	/* and the address of a bitmap of CPUs */
#define XEN_UVMF_LOCAL		0
#define XEN_UVMF_ALL		4
#define XEN_FLUSH_INVLPG_LOCAL	2	/* UVMF_INVLPG | UVMF_LOCAL */

/* Selectors, trap table, callbacks, NMI. Xen: arch-x86/xen.h, callback.h, nmi.h */
#define XEN_FIRST_RESERVED_GDT_PAGE	14
#define XEN_FIRST_RESERVED_GDT_ENTRY	7168	/* as many entries a GDT of the guest may have */
#define XEN_CALLBACK_REGISTER	0
#define XEN_CALLBACK_UNREGISTER	1
#define XEN_CALLBACK_EVENT	0
#define XEN_CALLBACK_FAILSAFE	1
#define XEN_CALLBACK_SYSCALL	2
#define XEN_CALLBACK_NMI	4
#define XEN_CALLBACK_SYSENTER	5
#define XEN_CALLBACK_SYSCALL32	7
#define XEN_CALLBACK_MASK_EVENTS	0x1	/* flags */
#define XEN_NMI_REGISTER_CALLBACK	0
#define XEN_NMI_UNREGISTER_CALLBACK	1
#define XEN_NMIREASON_IO_ERROR	0x1
#define XEN_NMIREASON_PCI_SERR	0x2
#define XEN_NMIREASON_UNKNOWN	0x4

/* CPUs. Xen: vcpu.h, arch-x86/xen.h */
#define XEN_VCPUOP_INITIALISE	0
#define XEN_VCPUOP_UP		1
#define XEN_VCPUOP_DOWN		2
#define XEN_VCPUOP_IS_UP	3
#define XEN_VCPUOP_GET_RUNSTATE_INFO	4
#define XEN_VCPUOP_REGISTER_RUNSTATE	5
#define XEN_VCPUOP_SET_PERIODIC	6
#define XEN_VCPUOP_STOP_PERIODIC	7
#define XEN_VCPUOP_SET_SINGLESHOT	8
#define XEN_VCPUOP_STOP_SINGLESHOT	9
#define XEN_VCPUOP_REGISTER_INFO	10
#define XEN_VCPUOP_SEND_NMI	11
#define XEN_VCPUOP_GET_PHYSID	12
#define XEN_VCPUOP_REGISTER_TIME	13
#define XEN_VCPU_SSHOTTMR_FUTURE	0x1
#define XEN_RUNSTATE_RUNNING	0
#define XEN_RUNSTATE_RUNNABLE	1
#define XEN_RUNSTATE_BLOCKED	2
#define XEN_RUNSTATE_OFFLINE	3
#define XEN_RUNSTATE_UPDATE	0x8000000000000000ull	/* in entry_time: being written */
#define XEN_VGCF_I387_VALID	0x1
#define XEN_VGCF_IN_KERNEL	0x4
#define XEN_VGCF_FAILSAFE_DISABLES_EVENTS	0x8
#define XEN_VGCF_SYSCALL_DISABLES_EVENTS	0x10
#define XEN_VGCF_ONLINE		0x20
#define XEN_LEGACY_MAX_VCPUS	32

#define XEN_PVCLOCK_TSC_STABLE_BIT	0x1
#define XEN_PVCLOCK_GUEST_STOPPED	0x2

#define XEN_ISA__(path)		#path
#define XEN_ISA_(dir, file)	XEN_ISA__(dir/file)
#define XEN_ISA(file)		XEN_ISA_(PV_ISA_DIR, file)
#ifdef __ASSEMBLER__
#include XEN_ISA(abi_isa.h)
#else
#include <pv/types.h>

/* Xen: arch-x86/xen.h */
struct xen_trap_info {
	uint8_t vector;
	uint8_t flags;			/* bits 0-1 DPL, bit 2 mask events */
	uint16_t cs;
	unsigned long address;
};

#include XEN_ISA(abi_isa.h)

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
	unsigned long pending_sel;
	unsigned long cr2;
	unsigned long pad1[XEN_ISA_VCPU_PAD];
	struct xen_vcpu_time time;
};
PV_STATIC_ASSERT(sizeof(struct xen_vcpu_info) == 64, "Xen: struct vcpu_info");

#define XEN_LONG_BITS		(8 * sizeof(unsigned long))

struct xen_shared_info {
	struct xen_vcpu_info vcpu[XEN_LEGACY_MAX_VCPUS];
	unsigned long evtchn_pending[XEN_LONG_BITS];
	unsigned long evtchn_mask[XEN_LONG_BITS];
	XEN_ISA_SHARED_INFO		/* wc_version, wc_sec, wc_nsec, wc_sec_hi, max_pfn and on */
};

struct xen_start_info {
	char magic[32];
	unsigned long nr_pages;
	unsigned long shared_info;	/* machine address */
	uint32_t flags;
	unsigned long store_mfn;
	uint32_t store_evtchn;
	union {
		struct {
			unsigned long console_mfn;
			uint32_t console_evtchn;
		};
		struct {		/* as first domain: where struct dom0_vga_console_info lies in here */
			uint32_t console_info, console_info_size;
		};
	};
	unsigned long pt_base;		/* VA, as all below */
	unsigned long nr_pt_frames;
	unsigned long mfn_list;
	unsigned long mod_start;
	unsigned long mod_len;
	char args[1024];
	unsigned long first_p2m_pfn;
	unsigned long nr_p2m_frames;
};

/* Xen: xen.h */
struct xen_mmu_update {
	uint64_t ptr;			/* machine address | XEN_MMU_* */
	uint64_t val;
};

struct xen_mmuext_op {
	unsigned cmd;
	unsigned long arg1;		/* machine frame, or linear address */
	unsigned long arg2;		/* entries, address of a bitmap of CPUs, or source frame */
};

struct xen_multicall_entry {
	unsigned long op;
	unsigned long result;
	unsigned long args[6];
};

/* Xen: version.h */
struct xen_feature_info {
	unsigned submap_idx;
	uint32_t submap;
};

struct xen_platform_parameters {
	unsigned long virt_start;
};

/* Xen: callback.h, nmi.h */
struct xen_callback_register {
	uint16_t type;
	uint16_t flags;
	xen_callback address;
};

struct xen_callback_unregister {
	uint16_t type;
	uint16_t unused;
};

struct xen_nmi_callback {
	unsigned long handler_address;
	unsigned long pad;
};

/* Xen: vcpu.h */
struct xen_runstate_info {
	int state;
	uint64_t entry_time;		/* system time, ns */
	uint64_t time[4];		/* ns in each XEN_RUNSTATE_* */
};

struct xen_register_area {		/* of VCPUOP_REGISTER_RUNSTATE and _TIME */
	union {
		unsigned long v;	/* VA */
		uint64_t p;
	};
};

struct xen_set_periodic_timer {
	uint64_t period_ns;
};

struct xen_set_singleshot_timer {
	uint64_t timeout_abs_ns;
	uint32_t flags;
};

struct xen_register_vcpu_info {
	uint64_t mfn;
	uint32_t offset;
	uint32_t reserved;
};

struct xen_get_physid {
	uint64_t phys_id;
};

#include "abi_ops.h"
#include "abi_io.h"
#endif

#endif
