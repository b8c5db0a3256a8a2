/*
 * The x86 instruction-set ops, shared by x86_64 and i386: thin, shaped like the
 * machine. First member of the live table, so that a call site can name an op by
 * its offset alone.
 *
 * Two kinds of member:
 *  - PV_SITE_OP: called from recorded sites that the patcher rewrites. The function
 *    behind it has the *site convention*: arguments in the registers that
 *    <pv/ISA/site.h> lists, result in rax (edx:eax for 64 bits on i386), every
 *    other register preserved, flags free. Never called as a C function.
 *  - ordinary members, called through the wrappers in <pv/x86/cpu.h>, <pv/x86/pte.h>,
 *    <pv/x86/desc.h>; on i386 with the usual C convention.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_OPS_H
#define PV_X86_OPS_H

#include <pv/status.h>

PV_BEGIN_DECLS

typedef void (*pv_site_op)(void);
#define PV_SITE_OP(name)	pv_site_op name

struct pv_frame;

struct pv_isa_ops {
	/* -- the interrupt gate ------------------------------------------------ */

	/* -> state. Read the gate, then close it. */
	PV_SITE_OP(irq_save);
	/* Close the gate. */
	PV_SITE_OP(irq_disable);
	/* Open the gate; what is pending is delivered at the latest after the next instruction. */
	PV_SITE_OP(irq_enable);
	/* state -> . Back to what irq_save returned. */
	PV_SITE_OP(irq_restore);
	/* -> state. Look only. */
	PV_SITE_OP(irq_read);

	/* -- hot registers ----------------------------------------------------- */

	/* -> linear address of the last page fault; before anything else can fault. */
	PV_SITE_OP(cr2_read);
	/* -> physical address of the top table, with its low bits. */
	PV_SITE_OP(cr3_read);
	/* root -> . New top table; flushes what is not global. */
	PV_SITE_OP(cr3_write);
	/* FPU instructions work from here on. */
	PV_SITE_OP(fpu_clear);
	/* FPU instructions trap from here on. May spoil rax. */
	PV_SITE_OP(fpu_set);
	/* -> time stamp counter. May spoil rdx on x86_64. */
	PV_SITE_OP(counter);

	/* -- page-table entries ------------------------------------------------ */

	/* where -> entry, in terms of this guest's physical addresses. */
	PV_SITE_OP(pte_get);
	/* where, entry -> . The old entry is not present, or no CPU can be using it. */
	PV_SITE_OP(pte_set);
	/* where -> . Make it not present and zero. */
	PV_SITE_OP(pte_clear);
	/* linear address -> . Forget its translation on this CPU. */
	PV_SITE_OP(invlpg);

	/* -- I/O ports: port in dx, value in al/ax/eax -------------------------- */

	PV_SITE_OP(in8);
	PV_SITE_OP(in16);
	PV_SITE_OP(in32);
	PV_SITE_OP(out8);
	PV_SITE_OP(out16);
	PV_SITE_OP(out32);

	/* -- pieces of entry and exit code, used by assembly only ---------------- */

	/* Return to the frame on the stack: jumped to, never called. */
	PV_SITE_OP(iret);
	/* x86_64: swap kernel and user GS base; a no-op where the layer below does it. */
	PV_SITE_OP(swapgs);

	/* -- identification and control ----------------------------------------- */

	/* CPUID as this guest may see it; out is eax, ebx, ecx, edx. Any. */
	void (*cpuid)(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);
	uintptr_t (*cr0_read)(void);
	/*
	 * CR0 and CR4: PV_E_REFUSED: a bit would change that is not the kernel's to change, or that the
	 * CPU has not, or the layer below did not do it.
	 */
	pv_status (*cr0_write)(uintptr_t value);
	void (*cr2_write)(uintptr_t value);
	uintptr_t (*cr4_read)(void);
	pv_status (*cr4_write)(uintptr_t value);
	/* PV_E_ABSENT without XSAVE, or while CR4.OSXSAVE is off; write: PV_E_REFUSED: not a value for this CPU. */
	pv_status (*xcr0_read)(uint64_t *value);
	pv_status (*xcr0_write)(uint64_t value);
	/* Debug register n: 0-3, 6, 7. PV_E_INVAL: another, or upper bits of DR6 and DR7; write: PV_E_REFUSED. */
	pv_status (*dr_read)(unsigned n, uintptr_t *value);
	pv_status (*dr_write)(unsigned n, uintptr_t value);
	/* PV_E_ABSENT: no such register here (the access faulted and was caught). */
	pv_status (*msr_read)(uint32_t nr, uint64_t *value);
	pv_status (*msr_write)(uint32_t nr, uint64_t value);
	pv_status (*rdpmc)(uint32_t counter, uint64_t *value);
	/* Write back and empty all caches. */
	void (*wbinvd)(void);
	/* Segment bases: which is PV_BASE_FS, PV_BASE_GS, PV_BASE_USER_GS. */
	void (*base_set)(unsigned which, uintptr_t base);
	uintptr_t (*base_get)(unsigned which);

	/* -- page tables of a kernel that keeps its own -------------------------- */

	/* Replace in one step, by 0 as well; what hardware had set until then is in the result. */
	uint64_t (*pte_exchange)(uint64_t *where, uint64_t entry);
	/* Two-phase change of a live entry: begin returns it and stops hardware updates of it; */
	uint64_t (*pte_protect_begin)(uint64_t *where);
	/*
	 * commit puts the new one in one step. Without a begin an A or D that hardware sets in that
	 * moment is lost: an entry that may not be absent for a moment is for pte_exchange.
	 */
	void (*pte_protect_commit)(uint64_t *where, uint64_t entry);
	/* A page becomes a page table of this level (1 = leaf tables); all its aliases turn read-only. */
	pv_status (*table_claim)(pv_paddr table, unsigned level);
	/* It is ordinary memory again. PV_E_BUSY: still reachable from a root. */
	pv_status (*table_release)(pv_paddr table, unsigned level);
	/* Kernel root and the root of user mode (equal where PV_CAP_SPLIT_ROOTS is absent). */
	void (*root_set)(pv_paddr kernel, pv_paddr user);
	/* Forget translations of [start, end) on this CPU. */
	void (*flush_range)(uintptr_t start, uintptr_t end);
	/* Forget all; with global, also global ones. */
	void (*flush_all)(bool global);

	/* -- descriptor tables ---------------------------------------------------- */

	/* `limit` is the last valid byte. Table pages turn read-only under some backends. */
	pv_status (*gdt_load)(void *table, unsigned limit);
	pv_status (*idt_load)(void *table, unsigned limit);
	/* LDT of nr entries at `table`; nr 0 means none. */
	pv_status (*ldt_load)(void *table, unsigned nr);
	pv_status (*tr_load)(unsigned selector);
	/* One 8-byte slot of a table that is or will be loaded. */
	pv_status (*gdt_write)(void *table, unsigned index, uint64_t descriptor);
	pv_status (*ldt_write)(void *table, unsigned index, uint64_t descriptor);
	/* A gate: 8 bytes on i386, 16 on x86_64 (low, high). */
	pv_status (*idt_write)(void *table, unsigned vector, uint64_t low, uint64_t high);
	void (*gdt_read)(uintptr_t *table, unsigned *limit);
	void (*idt_read)(uintptr_t *table, unsigned *limit);
	unsigned (*ldt_read)(void);
	unsigned (*tr_read)(void);
	/* One of three per-thread segment slots of the GDT. */
	pv_status (*tls_write)(unsigned slot, uint64_t descriptor);
	/* Stack n (1-7) for gates that name one; PV_E_ABSENT without PV_CAP_IST. */
	pv_status (*ist_set)(unsigned n, uintptr_t top);
	/* For kernels that keep their own IDT: see pv_vector_deliver(). */
	pv_status (*vector_deliver)(unsigned vector);
	/* I/O privilege level of the current thread's user mode, 0 or 3. */
	pv_status (*iopl_set)(unsigned level);
};

PV_END_DECLS
#endif
