/*
 * Segments by the ROM that every kernel needs: the per-thread slots of the GDT, the
 * privilege of ports, and what was loaded before the ROM began.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "vmi.h"
#include "../../hooks/x86/uframe.h"

#define KERNEL_DS	0x10u
#define TSS_BUSY	(2ull << 40)	/* LTR wants it clear */

/* The tables that libpv loads, where a ROM may want them: on pages of their own. */
static uint64_t gdt_page[512] __attribute__((aligned(4096)));
static uint64_t idt_page[512] __attribute__((aligned(4096)));

static struct pv_vmi_pointer gdt_now;	/* that was loaded; asking the ROM would end what it collects */
static uintptr_t bases[3];		/* as pv_base_get() gives them */
uint32_t pv_vmi_iopl;			/* the level in force, as flags have it */

void
pv_vmi_gdt_read(struct pv_vmi_pointer *p)
{
	if (pv_vmi_has(VMI_GetGDT))
		pv_vmi_rom_GetGDT(p);
	else
		__asm__ volatile("sgdt %0" : "=m" (*p));
}

void
pv_vmi_idt_read(struct pv_vmi_pointer *p)
{
	if (pv_vmi_has(VMI_GetIDT))
		pv_vmi_rom_GetIDT(p);
	else
		__asm__ volatile("sidt %0" : "=m" (*p));
}

unsigned
pv_vmi_tr_read(void)
{
	uint16_t selector;

	if (pv_vmi_has(VMI_GetTR))
		return pv_vmi_rom_GetTR() & 0xffff;
	__asm__ volatile("str %0" : "=r" (selector));
	return selector;
}

void
pv_vmi_gdt_write(void *table, unsigned index, uint64_t descriptor)
{
	if (pv_vmi_has(VMI_WriteGDTEntry))
		pv_vmi_rom_WriteGDTEntry(table, index, (uint32_t)descriptor, (uint32_t)(descriptor >> 32));
	else
		((volatile uint64_t *)table)[index] = descriptor;
}

uint64_t *
pv_vmi_gdt_slot(unsigned selector)
{
	return selector + 7 <= gdt_now.limit ? (uint64_t *)(uintptr_t)(gdt_now.base + selector) : NULL;
}

pv_status
pv_vmi_tls_write(unsigned slot, uint64_t descriptor)
{
	uint32_t high = (uint32_t)(descriptor >> 32);

	/* Empty, or a present data segment of ring 3: anything else would let user mode climb. */
	if (slot > 2 || (descriptor != 0 && (high & (0xf8u << 8 | 1u << 21)) != 0xf0u << 8))
		return PV_E_INVAL;
	if (pv_vmi_gdt_slot((PV_GDT_TLS + slot) * 8) == NULL)
		return PV_E_RANGE;
	pv_vmi_gdt_write((void *)(uintptr_t)gdt_now.base, PV_GDT_TLS + slot, descriptor);
	return PV_OK;
}

void
pv_vmi_base_set(unsigned which, uintptr_t base)
{
	if (which >= 3)
		return;
	bases[which] = base;
	/* FS is the kernel's, its base is fixed. */
	if (which == PV_BASE_USER_GS || which == PV_BASE_GS)
		(void)pv_vmi_tls_write(0, pv_segment((uint32_t)base, 0xfffff, 0xf3, 0xc));
}

uintptr_t
pv_vmi_base_get(unsigned which)
{
	return which < 3 ? bases[which] : 0;
}

/* The ROM's IRET leaves the level as it is; without a call for it the kernel, in ring 0, sets it itself. */
void
pv_vmi_iopl_use(uintptr_t flags)
{
	if ((flags & PV_FLAGS_IOPL) == pv_vmi_iopl)
		return;
	pv_vmi_iopl = (uint32_t)flags & PV_FLAGS_IOPL;
	if (pv_vmi_has(VMI_SetIOPLMask))
		pv_vmi_rom_SetIOPLMask(pv_vmi_iopl);
	else
		__asm__ volatile("pushf\n\tandl %1, (%%esp)\n\torl %0, (%%esp)\n\tpopf"
		    : : "r" (pv_vmi_iopl), "i" (~(uint32_t)PV_FLAGS_IOPL) : "cc", "memory");
}

void
pv_vmi_gdt_load(const struct pv_vmi_pointer *p)
{
	gdt_now = *p;
	if (pv_vmi_has(VMI_SetGDT))
		pv_vmi_rom_SetGDT(p);
	else
		__asm__ volatile("lgdt %0" : : "m" (*p) : "memory");
}

void
pv_vmi_idt_load(const struct pv_vmi_pointer *p)
{
	if (pv_vmi_has(VMI_SetIDT))
		pv_vmi_rom_SetIDT(p);
	else
		__asm__ volatile("lidt %0" : : "m" (*p) : "memory");
}

/* A table that libpv loaded goes to a page of its own. */
static void
move(struct pv_vmi_pointer *p, uint64_t *page)
{
	if ((pv_families() & PV_FAMILY_TRAPS) == 0 || p->limit >= PV_PAGE_SIZE)
		return;
	__builtin_memcpy(page, (const void *)(uintptr_t)p->base, p->limit + 1u);
	p->base = (uint32_t)(uintptr_t)page;
}

/* A ROM that began late need not have looked at what the CPU had. */
void
pv_vmi_segments_tell(void)
{
	struct pv_vmi_pointer idt;
	unsigned tr = pv_vmi_tr_read();
	const uint64_t *tss;

	for (unsigned i = 0; i < 3; i++)
		bases[i] = pv_native_base_get(i);
	pv_vmi_gdt_read(&gdt_now);
	pv_vmi_idt_read(&idt);
	move(&gdt_now, gdt_page);
	move(&idt, idt_page);
	pv_vmi_gdt_load(&gdt_now);
	pv_vmi_idt_load(&idt);
	tss = pv_vmi_gdt_slot(tr & ~7u);
	if (tr != 0 && tss != NULL && pv_vmi_has(VMI_SetTR)) {
		pv_vmi_gdt_write((void *)(uintptr_t)gdt_now.base, tr / 8, *tss & ~TSS_BUSY);
		pv_vmi_rom_SetTR(tr);
	}
	if (pv_cpu()->kernel_sp != 0)
		pv_vmi_rom_UpdateKernelStack(KERNEL_DS | pv_vmi_ring, pv_cpu()->kernel_sp);
}
