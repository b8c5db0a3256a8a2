/*
 * Dispatch: faults that a test waits for, faults of libpv's own instructions,
 * interrupts for libpv, and the one vector that is this kernel's.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "attach.h"

#define PAGE_FAULT	14

static bool armed;
static struct caught caught;

static bool
take(unsigned vector, uint64_t code, uintptr_t address, uintptr_t pc)
{
	if (!armed)
		return false;
	armed = false;
	caught = (struct caught){ vector, code, address, pc };
	return true;
}

static void
interrupt(struct regs *r)
{
	if (pv_vector_deliver((unsigned)r->vector) == PV_OK)
		boot_cpu.delivered++;
	else if (r->vector == OWN_VECTOR)
		boot_cpu.own++;
	else
		boot_cpu.lost++;
}

void
trap(struct regs *r)
{
	uintptr_t address = r->vector == PAGE_FAULT ? pv_cr2_read() : 0;
	uintptr_t next;

	boot_cpu.traps++;
	if (r->vector >= 32) {
		interrupt(r);
		return;
	}
	next = pv_trap_recover(r->pc);
	if (next == 0 && take((unsigned)r->vector, r->code, address, r->pc))
		next = (uintptr_t)catch_out;
	if (next != 0) {
		r->pc = next;
		return;
	}
	ok("traps.unexpected", false, "vector %u, code 0x%x, address 0x%lx, at 0x%lx", (unsigned)r->vector,
	    (unsigned)r->code, (unsigned long)address, (unsigned long)r->pc);
	finish();
}

bool
catch(void (*fn)(void *arg), void *arg, struct caught *c)
{
	bool came;

	armed = true;
	came = catch_call(fn, arg);
	armed = false;
	*c = caught;
	return came;
}

/* -- the other way: libpv's stubs, causes -- */

static bool
by_cause(struct pv_trap *t, void *arg)
{
	(void)arg;
	boot_cpu.traps++;
	if (!take((unsigned)(t->code >> 32), (uint32_t)t->code, t->address, t->pc))
		return false;
	pv_trap_set_pc(t, (uintptr_t)catch_out);
	return true;
}

void
traps_by_libpv(void)
{
	for (unsigned c = 0; c < PV_CAUSE_COUNT; c++)
		if (pv_trap_set((enum pv_cause)c, by_cause, NULL) != PV_OK)
			ok("traps.set", false, "%s", pv_cause_name((enum pv_cause)c));
}

/* -- tests -- */

static void
breakpoint(void *arg)
{
	(void)arg;
	__asm__ volatile("int3");
}

static void
illegal(void *arg)
{
	(void)arg;
	__asm__ volatile("ud2");
}

static void
read_byte(void *arg)
{
	(void)*(volatile uint8_t *)arg;
}

static bool
nmi(void *arg)
{
	(void)arg;
	return true;
}

void
traps_test(void)
{
	bool own = (families & PV_FAMILY_TRAPS) == 0;
	uint64_t before = boot_cpu.traps;
	struct caught c;
	uint64_t word;

	CHECK("traps.breakpoint", catch(breakpoint, NULL, &c) && c.vector == 3);
	CHECK("traps.illegal", catch(illegal, NULL, &c) && c.vector == 6);
	CHECK("traps.page_fault", catch(read_byte, (void *)(uintptr_t)USER_A, &c) && c.vector == PAGE_FAULT &&
	    c.code == 0 && c.address == USER_A);
	CHECK("traps.none", !catch(read_byte, &before, &c));
	CHECK("traps.came_to_us", boot_cpu.traps == before + 3);
	/* libpv's own instruction faults, and goes on where pv_trap_recover() says. */
	ok_status("traps.recover", pv_copyin(&word, USER_A, sizeof(word)), PV_E_FAULT);
	if (!own)
		return;
	/* What only libpv's dispatch could do is refused, not forgotten. */
	ok_status("traps.set_refused", pv_trap_set(PV_CAUSE_BREAKPOINT, by_cause, NULL), PV_E_ABSENT);
	ok_status("traps.nmi_refused", pv_nmi_set(nmi, NULL), PV_E_ABSENT);
}
