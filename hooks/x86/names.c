/*
 * Names of the x86 ISA ops, by slot, and the parts of them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../table.h"

#define NAME(member)	[__builtin_offsetof(struct pv_isa_ops, member) / sizeof(pv_slot)] = "isa." #member

const char *const pv_isa_op_names[PV_NR_ISA_OPS] = {
	NAME(irq_save), NAME(irq_disable), NAME(irq_enable), NAME(irq_restore), NAME(irq_read),
	NAME(cr2_read), NAME(cr3_read), NAME(cr3_write), NAME(fpu_clear), NAME(fpu_set), NAME(counter),
	NAME(pte_get), NAME(pte_set), NAME(pte_clear), NAME(invlpg),
	NAME(in8), NAME(in16), NAME(in32), NAME(out8), NAME(out16), NAME(out32),
	NAME(iret), NAME(swapgs),
	NAME(cpuid), NAME(cr0_read), NAME(cr0_write), NAME(cr2_write), NAME(cr4_read), NAME(cr4_write),
	NAME(xcr0_read), NAME(xcr0_write), NAME(dr_read), NAME(dr_write), NAME(msr_read), NAME(msr_write),
	NAME(rdpmc), NAME(wbinvd), NAME(base_set), NAME(base_get),
	NAME(pte_exchange), NAME(pte_protect_begin), NAME(pte_protect_commit),
	NAME(table_claim), NAME(table_release), NAME(root_set), NAME(flush_range), NAME(flush_all),
	NAME(gdt_load), NAME(idt_load), NAME(ldt_load), NAME(tr_load),
	NAME(gdt_write), NAME(ldt_write), NAME(idt_write),
	NAME(gdt_read), NAME(idt_read), NAME(ldt_read), NAME(tr_read),
	NAME(tls_write), NAME(ist_set), NAME(vector_deliver), NAME(iopl_set),
};

/* Ops that are linked only where they are used. */
extern const void *const pv_need_control[] PV_WEAK, *const pv_need_desc[] PV_WEAK;

const struct pv_part_place pv_isa_parts[] = {
	PV_PART_PLACE(control, isa.cr0_read, isa.base_get),
	PV_PART_PLACE(desc, isa.gdt_load, isa.iopl_set),
	{ NULL, NULL, 0, 0 }
};
