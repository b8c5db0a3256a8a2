/*
 * The local APIC, and the start of further processors: the STARTUP message gets a vector
 * of the ROM's, and the processor the state that the client gave.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define MSR_APIC_BASE		0x1b
#define BASE_ENABLED		0x800u
#define BASE_X2APIC		0x400u
#define ICR_LOW			0x300u
#define ICR_HIGH		0x310u
#define ICR_MODE		0x700u
#define ICR_STARTUP		0x600u
#define ICR_SHORTHAND		0xc0000u
#define EFER_LONG		0x500u	/* LME, LMA */

/* There, on, and addressed by memory. */
bool
apic_usable(void)
{
	if (!(cpuid(1).edx & CPUID1_EDX_APIC))
		return false;
	return ((uint32_t)rdmsr(MSR_APIC_BASE) & (BASE_ENABLED | BASE_X2APIC)) == BASE_ENABLED;
}

static uint32_t
base(void)
{
	return (uint32_t)rdmsr(MSR_APIC_BASE) & ~(PAGE - 1);
}

uint32_t
apic_get(uint32_t offset)
{
	return window(base() + offset, 0, false);
}

void
apic_set(uint32_t offset, uint32_t value)
{
	window(base() + offset, value, true);
}

/* The client's own mapping where EAX is a linear address, as the specification has it; else the window. */
static void
access_apic(struct frame *f, bool write)
{
	uint32_t offset = f->eax % PAGE;

	if (offset % 16 != 0)
		complain(f, "no register is there (EAX %x", f->eax);
	if (f->eax < PAGE && write)
		apic_set(offset, f->edx);
	else if (f->eax < PAGE)
		f->eax = apic_get(offset);
	else if (write)
		*(volatile uint32_t *)f->eax = f->edx;
	else
		f->eax = *(volatile uint32_t *)f->eax;
}

static void *
ap_page(void)
{
	return (void *)((uint32_t)ram() + RAM_STRUCT + WINDOW_PAGES * PAGE);
}

/* Where a STARTUP message leads. */
static uint32_t
ap_trampoline(void)
{
	uint32_t at = rom_facts.ram + RAM_STRUCT + WINDOW_PAGES * PAGE;
	char *copy = ap_page();

	for (char *c = ap_begin; c < ap_end; c++)
		copy[c - ap_begin] = *c;
	*(uint32_t *)(copy + (ap_gdt_base - ap_begin)) = at + (uint32_t)(ap_gdt - ap_begin);
	*(uint32_t *)(copy + (ap_stack - ap_begin)) = at + PAGE;
	*(uint32_t *)(copy + (ap_to - ap_begin)) = rom_facts.rom + (uint32_t)(ap_flat - rom_start);
	return at;
}

/* On the new processor, without paging. The lock is held until it is on the client's tables. */
struct ap *
ap_prepare(void)
{
	struct ram *r = ram();
	uint32_t id = (cpuid(1).ebx >> 24) % CPUS;
	struct ap *ap = &r->ap[id];
	struct frame f = { .call = VMI_SET_AP_STATE };
	bool pae = (ap->state.cr4 & CR4_PAE) != 0;

	rom_lock(&f);
	ap->tables = window_tables(ap->mib, 0, pae);
	if (ap->mib != 0)
		window_identity(pae);
	ap->lock = (uint32_t)&r->lock;
	r->cpu[id].cr3 = ap->state.cr3;
	r->cpu[id].gdt_base = ap->state.gdt_base;
	return ap;
}

/* True if the message goes out, with its vector changed. */
static bool
startup(struct frame *f)
{
	struct ram *r = ram();
	uint32_t high = f->eax < PAGE ? apic_get(ICR_HIGH) : *(volatile uint32_t *)(f->eax + (ICR_HIGH - ICR_LOW));
	const struct ap *ap = &r->ap[(high >> 24) % CPUS];

	if ((f->edx & ICR_SHORTHAND) || !ap->given) {
		complain(f, "a STARTUP message to a CPU without a state (ICR %x", high);
		return false;
	}
	f->edx = (f->edx & ~0xffu) | ap_trampoline() / PAGE;
	return true;
}

static void
set_state(struct frame *f)
{
	const struct vmi_ap_state *s = (const struct vmi_ap_state *)f->eax;
	struct ap *ap = &ram()->ap[f->edx % CPUS];

	ap->given = false;
	if (f->edx >= CPUS) {
		complain(f, "more CPUs than this ROM knows (APIC id %u", f->edx);
		return;
	}
	if (!s)
		return;
	if (!(s->cr0 & CR0_PE) || !(s->cr0 & CR0_PG) || (s->efer & EFER_LONG)) {
		complain(f, "PE and PG have to be set, LME and LMA clear (CR0 %x, EFER %x", s->cr0, (uint32_t)s->efer);
		return;
	}
	ap->state = *s;
	ap->mib = low_memory(0);
	ap->given = true;
}

void
apic_call(struct frame *f)
{
	switch (f->call) {
	case VMI_SET_AP_STATE:
		set_state(f);
		break;
	case VMI_APIC_WRITE:
		if (f->eax % PAGE == ICR_LOW && (f->edx & ICR_MODE) == ICR_STARTUP && !startup(f))
			return;
		access_apic(f, true);
		break;
	case VMI_APIC_READ:
		access_apic(f, false);
		break;
	}
}
