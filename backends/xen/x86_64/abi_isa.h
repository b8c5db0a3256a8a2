/*
 * What Xen's interface has its own way on x86_64. Included by ../abi.h alone.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_ABI_ISA_H
#define PV_XEN_ABI_ISA_H

/* Selectors: kernel and user mode share them. Xen: arch-x86/xen-x86_64.h */
#define XEN_KERNEL_CS		0xe033
#define XEN_KERNEL_DS		0xe02b
#define XEN_USER_CS		0xe033
#define XEN_USER_DS		0xe02b
#define XEN_USER_CS32		0xe023
#define XEN_SEGBASE_FS		0
#define XEN_SEGBASE_GS_USER	1
#define XEN_SEGBASE_GS_KERNEL	2
#define XEN_SEGBASE_GS_USER_SEL	3
#define XEN_VGCF_IN_SYSCALL	0x100	/* iret: RCX and R11 need not be restored */

/* Addresses that are the hypervisor's; the machine-to-physical table is at their beginning. */
#define XEN_HOLE_START		0xffff800000000000
#define XEN_HOLE_END		0xffff880000000000
#define XEN_M2P_START		0xffff800000000000
#define XEN_M2P_END		0xffff804000000000

#ifndef __ASSEMBLER__
typedef unsigned long xen_callback;
#define XEN_CALLBACK_AT(entry)	((unsigned long)(entry))

#define XEN_ISA_VCPU_PAD	1

/* From the wall clock on. Xen: xen.h, struct shared_info; arch-x86/xen.h, struct arch_shared_info */
#define XEN_ISA_SHARED_INFO							\
	uint32_t wc_version, wc_sec, wc_nsec, wc_sec_hi;			\
	unsigned long max_pfn, pfn_to_mfn_frame_list_list, nmi_reason;		\
	unsigned long p2m_cr3, p2m_vaddr, p2m_generation;

/* The registers of a CPU that is to start. Xen: arch-x86/xen-x86_64.h */
struct xen_cpu_user_regs {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint32_t error_code, entry_vector;
	uint64_t rip;
	uint16_t cs, pad0;
	uint8_t saved_upcall_mask, pad1[3];
	uint64_t rflags, rsp;
	uint16_t ss, pad2[3], es, pad3[3], ds, pad4[3], fs, pad5[3], gs, pad6[3];
};

struct xen_vcpu_guest_context {
	char fpu_ctxt[512];
	unsigned long flags;
	struct xen_cpu_user_regs user_regs;
	struct xen_trap_info trap_ctxt[256];
	unsigned long ldt_base, ldt_ents;
	unsigned long gdt_frames[16], gdt_ents;
	unsigned long kernel_ss, kernel_sp;
	unsigned long ctrlreg[8];		/* [1]: root of user mode */
	unsigned long debugreg[8];
	unsigned long event_callback_eip, failsafe_callback_eip, syscall_callback_eip;
	unsigned long vm_assist;
	uint64_t fs_base, gs_base_kernel, gs_base_user;
};

/* What iret finds on the stack, from the top: the stub has pushed the first three. */
struct xen_iret_context {
	uint64_t rax, r11, rcx, flags, rip, cs, rflags, rsp, ss;
};

static inline unsigned long
xen_cr3(unsigned long mfn)
{
	return mfn << 12;
}
#endif

#endif
