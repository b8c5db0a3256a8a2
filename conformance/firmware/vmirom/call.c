/*
 * Every call that has a frame comes through here: counted, audited, refused or delayed
 * on request, then done by the file of its subject.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define LOCK_SPINS	4000000u	/* longer than any call takes */

/*
 * False: this CPU has it already. That is an NMI or a machine check in the middle of a call, whose handler calls; it
 * cannot wait. (A fault in the ROM looks the same.) One word says both, so there is no time at which it has no owner.
 */
bool
rom_lock(const struct frame *f)
{
	struct ram *r = ram();
	uint32_t spins = 0, owner, me = (cpuid(1).ebx >> 24) + 1;

	while ((owner = __sync_val_compare_and_swap(&r->lock, 0, me)) != 0) {
		if (owner == me)
			return false;
		if (++spins == LOCK_SPINS) {
			complain(f, "another CPU's call has not come to its end (CPU %u", owner - 1);
			r->lock = me;
			break;
		}
		__asm__ volatile("pause");
	}
	return true;
}

static void
unlock(struct ram *r)
{
	__asm__ volatile("" : : : "memory");
	*(volatile uint32_t *)&r->lock = 0;
}

struct cpu *
this_cpu(void)
{
	return &ram()->cpu[(cpuid(1).ebx >> 24) % CPUS];
}

static bool
is_that(struct ram *r, struct frame *f, uint32_t call, uint32_t number)
{
	return number != 0 && call == f->call && r->counts[call] == number;
}

/* Whether the words, or the client, say that this one is not to be done. */
static bool
refused(struct ram *r, struct frame *f)
{
	const struct words *w = WORDS;

	if (!is_that(r, f, w->refuse_call, w->refuse_number) &&
	    !(r->up && is_that(r, f, r->refuse_call, r->refuse_number)))
		return false;
	say("refused %s %u", call_name(f->call), r->counts[f->call]);
	if (f->call == CALL_INIT)
		f->eax = 0xffffffff;
	return true;
}

/* What lazy mode CPU queues; anything else flushes that first. */
static bool
may_wait(uint32_t call)
{
	return call == CALL_RELOCATION || call == VMI_SET_CR3 || call == VMI_SET_LDT ||
	    call == VMI_UPDATE_KERNEL_STACK || (call >= VMI_WRITE_GDT_ENTRY && call <= VMI_WRITE_IDT_ENTRY) ||
	    call == VMI_IRET || call == VMI_SYSEXIT;
}

/* The subject of a call. */
static void
dispatch(struct frame *f)
{
	switch (f->call) {
	case VMI_IRET:
		cpu_iret(f);
		break;
	case VMI_SYSEXIT:
		cpu_sysexit(f);
		break;
	case VMI_SET_GDT ... VMI_UPDATE_KERNEL_STACK:
		desc_call(f);
		break;
	case VMI_SET_IOPL_MASK:
		cpu_iopl(f);
		break;
	case VMI_REBOOT:
	case VMI_SHUTDOWN:
		power_call(f);
		break;
	case VMI_SET_CR3:
	case VMI_SET_PXE ... VMI_SET_LINEAR_MAPPING:
	case VMI_SET_LAZY_MODE:
		mmu_call(f);
		break;
	case VMI_SET_AP_STATE ... VMI_APIC_READ:
		apic_call(f);
		break;
	case VMI_GET_FREQUENCY ... VMI_WALLCLOCK_UPDATED:
		time_call(f);
		break;
	case VMI_IO_DELAY:
		break;
	case VMI_HALT:
		mmu_before_halt(f);	/* the rest is not under the lock */
		break;
	case CALL_INIT:
		relocate_init(f);
		break;
	case CALL_RELOCATION:
		relocate_info(f);
		break;
	default:
		cpu_call(f);
	}
}

void
rom_call(struct frame *f)
{
	struct ram *r = ram();
	bool locked = rom_lock(f);

	r->counts[f->call]++;
	if (WORDS->audit)
		audit_convention(f);
	if (r->up) {
		time_delay(this_cpu());
		time_poll(this_cpu());
	}
	if (this_cpu()->mode == VMI_LAZY_CPU && !may_wait(f->call))
		mmu_flush_queue(f);
	if (!refused(r, f))
		dispatch(f);
	if (locked)
		unlock(r);
	if (f->call == VMI_HALT)
		cpu_halt(f);
	if (f->call == CALL_INIT && f->eax == 0 && WORDS->ring1 && !r->ring.on)
		ring_start(f);
}
