/*
 * VMI_Init and VMI_GetRelocationInfo: which call is answered by what.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

/* Calls that a client may leave out on this ROM, where no audit needs them. */
static bool
may_be_deleted(uint32_t call)
{
	return call == VMI_IO_DELAY || call == VMI_UPDATE_PXE || call == VMI_UPDATE_PXE_LONG ||
	    call == VMI_ALLOCATE_PAGE || call == VMI_RELEASE_PAGE || call == VMI_SET_LINEAR_MAPPING;
}

/* What this machine can do. */
static bool
is_there(uint32_t call)
{
	switch (call) {
	case VMI_MACHINE_TO_PHYSICAL:
	case VMI_PHYSICAL_TO_MACHINE:
	case VMI_SET_CALLBACKS:
		return false;
	case VMI_SET_AP_STATE:
		return apic_usable() && !WORDS->ring1;
	case VMI_APIC_WRITE:
	case VMI_APIC_READ:
		return apic_usable();
	case VMI_GET_FREQUENCY ... VMI_WALLCLOCK_UPDATED:
		return (cpuid(1).edx & CPUID1_EDX_TSC) != 0;
	case VMI_SYSEXIT:
		return (cpuid(1).edx & CPUID1_EDX_SEP) != 0;
	}
	return call < VMI_CALLS;
}

static uint32_t
kind_of(const struct words *w, uint32_t call)
{
	if (!is_there(call))
		return VMI_KIND_NONE;
	if (call == VMI_IRET || call == VMI_SYSEXIT)
		return w->form == FORM_CALL ? VMI_KIND_CALL : VMI_KIND_JUMP;
	if (w->none && !w->ring1)
		return VMI_KIND_NONE;
	if ((w->form == FORM_NOP && may_be_deleted(call)) || (w->form == FORM_DEFAULT && call == VMI_IO_DELAY))
		return VMI_KIND_NOP;
	return VMI_KIND_CALL;
}

/* The lies that the words ask for. */
static void
spoil(uint8_t bad, uint32_t call, uint32_t *kind, uint32_t *address)
{
	bool gate = call >= VMI_ENABLE_INTERRUPTS && call <= VMI_SET_INTERRUPT_MASK;

	if (bad == BAD_ADDRESS || (bad == BAD_ADDRESS_ONE && call == VMI_SET_CR3))
		*address = low_memory(0x1000);
	if (bad == BAD_KIND || (bad == BAD_KIND_ONE && call == VMI_WBINVD))
		*kind = 7;
	if (bad == BAD_RESERVED)
		*kind |= 0x100;
	if ((bad == BAD_IRET && call == VMI_IRET) ||
	    (bad == BAD_SYSEXIT && call == VMI_SYSEXIT) ||
	    (bad == BAD_GATE && gate && call != VMI_ENABLE_INTERRUPTS) ||
	    (bad == BAD_TIME && call == VMI_GET_COUNTER))
		*kind = VMI_KIND_NONE;
	if (bad == BAD_IRET_NOP && call == VMI_IRET)
		*kind = VMI_KIND_NOP;
	if (bad == BAD_JUMP && gate)
		*kind = VMI_KIND_JUMP;
}

/* EAX call; EDX:EAX = kind and address. */
void
relocate_info(struct frame *f)
{
	const struct words *w = WORDS;
	uint32_t call = f->eax, kind = kind_of(w, call), address = 0, slot = call;
	struct ram *r = ram();

	if (call >> 16 == REFUSE && (call & 0xff) < VMI_CALLS) {
		r->refuse_call = call & 0xff;
		r->refuse_number = (call >> 8 & 0xff) != 0 ? r->counts[r->refuse_call] + (call >> 8 & 0xff) : 0;
	}
	if (call == VMI_IRET && kind == VMI_KIND_CALL)
		slot = SLOT_IRET_CALL;
	if (kind == VMI_KIND_CALL || kind == VMI_KIND_JUMP)
		address = w->ring1 ? ring_slot(slot) : (uint32_t)slots + SLOT_SIZE * slot;
	spoil(w->bad, call, &kind, &address);
	f->eax = address;
	f->edx = kind;
}

void
relocate_init(struct frame *f)
{
	struct ram *r = ram();

	if (!r->up)		/* what the client's loader left there is not ours */
		for (uint32_t i = offsetof(struct ram, up); i < sizeof(*r); i++)
			((volatile uint8_t *)r)[i] = 0;
	f->eax = WORDS->bad == BAD_INIT ? 0xffffffff : 0;
	if (f->eax == 0 && !r->up) {
		time_init();
		cpu_unwatch(f);
	}
	r->up = f->eax == 0;
	this_cpu()->cr3 = (read_cr0() & CR0_PG) ? read_cr3() : 0;
}
