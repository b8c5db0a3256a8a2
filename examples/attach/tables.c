/*
 * This kernel's GDT, IDT and TSS, written and loaded through <pv/x86/desc.h>. The
 * slots that libpv uses in any GDT (PV_GDT_LDT, PV_GDT_TLS) are left free.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define NR_DESCRIPTORS	16u
#define CODE		0x9bu
#define DATA		0x93u
#define TASK		0x89u
#define FLAT_32		0xcu

uint64_t gdt[NR_DESCRIPTORS] __attribute__((aligned(4096)));
static uint64_t idt[256 * GATE_WORDS] __attribute__((aligned(4096)));
struct tss tss __attribute__((aligned(128)));
static uint8_t fault_stack[4096] __attribute__((aligned(16)));

/* A system segment has a descriptor of 16 bytes in long mode. */
static void
write_task(void)
{
	uint64_t base = (uintptr_t)&tss;

	tss.iobitmap = sizeof(tss);
	(void)pv_gdt_write(gdt, TSS_SELECTOR / 8, pv_segment((uint32_t)base, sizeof(tss) - 1, TASK, 0));
	if (GATE_WORDS == 2)
		(void)pv_gdt_write(gdt, TSS_SELECTOR / 8 + 1, base >> 32);
}

static void
write_gates(void)
{
	for (unsigned v = 0; v < 256; v++) {
		uintptr_t stub = (uintptr_t)stubs + 8 * v;
		unsigned ist = v == 8 && pv_has(PV_CAP_IST) ? 1 : 0;

		(void)pv_idt_write(idt, v, pv_gate_low(stub, KERNEL_CS, PV_GATE_INTERRUPT, 0, ist),
		    pv_gate_high(stub));
	}
}

void
tables_load(void)
{
	uint64_t code = pv_segment(0, 0xfffff, CODE, CODE_FLAGS), data = pv_segment(0, 0xfffff, DATA, FLAT_32);

	ok_status("tables.gdt_write", pv_gdt_write(gdt, KERNEL_CS / 8, code), PV_OK);
	(void)pv_gdt_write(gdt, KERNEL_DS / 8, data);
	/* i386: %fs. In long mode the base does not come from here. */
	(void)pv_gdt_write(gdt, 5, pv_segment((uint32_t)(uintptr_t)&boot_cpu, 0xfffff, DATA, FLAT_32));
	write_task();
	write_gates();
	ok_status("tables.gdt_load", pv_gdt_load(gdt, sizeof(gdt) - 1), PV_OK);
	load_segments();
	ok_status("tables.idt_load", pv_idt_load(idt, sizeof(idt) - 1), PV_OK);
	ok_status("tables.tr_load", pv_tr_load(TSS_SELECTOR), PV_OK);
	/* There is one TSS, and libpv knows it by now. */
	ok_status("tables.ist_set", pv_ist_set(1, (uintptr_t)fault_stack + sizeof(fault_stack)),
	    pv_has(PV_CAP_IST) ? PV_OK : PV_E_ABSENT);
}

void
tables_test(void)
{
	uint64_t data = pv_segment(0, 0xfffff, DATA, FLAT_32);
	uintptr_t at;
	unsigned limit;

	if ((families & PV_FAMILY_TRAPS) != 0)
		return;
	pv_gdt_read(&at, &limit);
	CHECK("tables.gdt_read", at == (uintptr_t)gdt && limit == sizeof(gdt) - 1);
	pv_idt_read(&at, &limit);
	CHECK("tables.idt_read", at == (uintptr_t)idt && limit == sizeof(idt) - 1);
	CHECK("tables.tr_read", pv_tr_read() == TSS_SELECTOR);
	CHECK("tables.ist_in_own_tss", !pv_has(PV_CAP_IST) ||
	    tss_ist1(&tss) == (uintptr_t)fault_stack + sizeof(fault_stack));
	pv_switch_begin();
	pv_switch_kernel_sp((uintptr_t)fault_stack + 512);
	pv_switch_end();
	CHECK("tables.kernel_sp_in_own_tss", tss_kernel_sp(&tss) == (uintptr_t)fault_stack + 512);
	ok_status("tables.tls_write", pv_tls_write(2, pv_segment(0x1000, 0xfffff, 0xf3, FLAT_32)), PV_OK);
	CHECK("tables.tls_in_own_gdt", gdt[PV_GDT_TLS + 2] == pv_segment(0x1000, 0xfffff, 0xf3, FLAT_32));
	ok_status("tables.tls_kernel_refused", pv_tls_write(0, data), PV_E_INVAL);
	ok_status("tables.no_such_vector", pv_idt_write(idt, 256, 0, 0), PV_E_INVAL);
	ok_status("tables.no_such_task", pv_tr_load(KERNEL_DS), PV_E_INVAL);
}
