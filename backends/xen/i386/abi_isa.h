/*
 * What Xen's interface has its own way on i386 (PAE). Included by ../abi.h alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ABI_ISA_H
#define PV_XEN_ABI_ISA_H

/* Selectors: the kernel runs in ring 1. Xen: arch-x86/xen-x86_32.h */
#define XEN_KERNEL_CS		0xe019
#define XEN_KERNEL_DS		0xe021
#define XEN_USER_CS		0xe02b
#define XEN_USER_DS		0xe033

/*
 * Addresses that are the hypervisor's by default; XENVER_platform_parameters says where they really
 * begin, XENMEM_machphys_mapping where the machine-to-physical table is.
 */
#define XEN_HOLE_START		0xf5800000
#define XEN_M2P_START		0xf5800000
#define XEN_M2P_END		0xf6800000

#ifndef __ASSEMBLER__
typedef struct xen_callback {
	unsigned long cs, eip;
} xen_callback;
#define XEN_CALLBACK_AT(entry)	{ XEN_KERNEL_CS, (unsigned long)(entry) }

#define XEN_ISA_VCPU_PAD	5

/* From the wall clock on. Xen: xen.h, struct shared_info; arch-x86/xen.h, struct arch_shared_info */
#define XEN_ISA_SHARED_INFO							\
	uint32_t wc_version, wc_sec, wc_nsec;					\
	unsigned long max_pfn, pfn_to_mfn_frame_list_list, nmi_reason;		\
	unsigned long p2m_cr3, p2m_vaddr, p2m_generation;			\
	uint32_t wc_sec_hi;

/* The registers of a CPU that is to start. Xen: arch-x86/xen-x86_32.h */
struct xen_cpu_user_regs {
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax;
	uint16_t error_code, entry_vector;
	uint32_t eip;
	uint16_t cs;
	uint8_t saved_upcall_mask, pad0;
	uint32_t eflags, esp;
	uint16_t ss, pad1, es, pad2, ds, pad3, fs, pad4, gs, pad5;
};

struct xen_vcpu_guest_context {
	char fpu_ctxt[512];
	unsigned long flags;
	struct xen_cpu_user_regs user_regs;
	struct xen_trap_info trap_ctxt[256];
	unsigned long ldt_base, ldt_ents;
	unsigned long gdt_frames[16], gdt_ents;
	unsigned long kernel_ss, kernel_sp;
	unsigned long ctrlreg[8];
	unsigned long debugreg[8];
	unsigned long event_callback_cs, event_callback_eip;
	unsigned long failsafe_callback_cs, failsafe_callback_eip;
	unsigned long vm_assist;
};

/* Frames from 4 GiB on have their upper bits below those of the address. */
static inline unsigned long
xen_cr3(unsigned long mfn)
{
	return mfn << 12 | mfn >> 20;
}
#endif

#endif
