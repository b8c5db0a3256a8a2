/*
 * Descriptor tables: what is written is what the CPU then uses, reads give what is
 * in force, and nonsense is refused. Entries are looked at through the CPU (LSL,
 * LAR, loads, traps), not only in memory.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include "../capture.h"
#include "../suites.h"

#define SUITE_ISA__(path)		#path
#define SUITE_ISA_(dir, file)		SUITE_ISA__(../dir/file)
#define SUITE_ISA(file)			SUITE_ISA_(PV_ISA_DIR, file)
#include SUITE_ISA(desc_use.h)

#define DATA		0x92u		/* present, ring 0, writable data */
#define DATA_USER	0xf2u
#define FLAG_32		0x4u
#define DPL_BITS	(3ull << 45)	/* a backend may run the kernel in another ring */

static uintptr_t self = (uintptr_t)&self;

static bool
limit_of(unsigned selector, uint32_t *limit)
{
	uintptr_t out = 0;
	bool ok;

	__asm__ volatile("lsl %2, %0" : "+r" (out), "=@ccz" (ok) : "r" ((uintptr_t)selector));
	*limit = (uint32_t)out;
	return ok;
}

/* The access byte, without the ring and the accessed bit. */
static bool
access_of(unsigned selector, unsigned *access)
{
	uintptr_t out = 0;
	bool ok;

	__asm__ volatile("lar %2, %0" : "+r" (out), "=@ccz" (ok) : "r" ((uintptr_t)selector));
	*access = (unsigned)(out >> 8) & 0x9e;
	return ok;
}

struct lead {
	unsigned selector;
	bool there;
};

static void
follow(void *arg)
{
	struct lead *lead = arg;

	lead->there = segment_leads_to(lead->selector, (uintptr_t)&self);
}

/* Loaded, the selector leads to `self`. */
static bool
leads_home(unsigned selector)
{
	struct lead lead = { .selector = selector };
	struct pv_trap trap;

	if (suite_catch(follow, &lead, &trap))
		segment_forget();
	return lead.there;
}

static uint64_t *
live_gdt(unsigned *entries)
{
	uintptr_t table;
	unsigned limit;

	pv_gdt_read(&table, &limit);
	*entries = (limit + 1) / 8;
	return (uint64_t *)table;
}

/* An entry of the live table that nobody uses; 0: there is none. */
static unsigned
spare_entry(uint64_t *gdt, unsigned entries)
{
	while (--entries > PV_GDT_TLS + 2)
		if (gdt[entries] == 0)
			return entries;
	return 0;
}

static void
segments_are_built(void)
{
	CHECK_EQ(pv_segment(0, 0xfffff, 0x9b, 0xa), 0x00af9b000000ffffull);
	CHECK_EQ(pv_segment(0, 0xfffff, 0x93, 0xc), 0x00cf93000000ffffull);
	CHECK_EQ(pv_segment(0x12345678, 0xabcde, 0xf2, 0x4), 0x124af2345678bcdeull);
	CHECK_EQ(pv_segment(0xffffffff, 0, 0, 0), 0xff0000ffffff0000ull);
}

/* -- GDT -- */

/* Of a flat segment: a ROM with a hole at the end of the addresses lets none reach it. */
static uint32_t
last_address(void)
{
	struct pv_reserved_range first;

	if (suite_pc() && pv_space_reserved(0, &first) == PV_OK && (uint32_t)(first.start.v + first.size) == 0)
		return (uint32_t)first.start.v - 1;
	return 0xffffffff;
}

static void
gdt_in_force_is_read(void)
{
	unsigned entries, last;
	uint64_t *gdt = live_gdt(&entries);
	uintptr_t table;
	uint16_t cs;
	uint32_t limit;

	pv_gdt_read(&table, &last);
	CHECK_EQ(last & 7, 7);
	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	/* A layer below may have flat segments of its own, beyond what is a kernel's to fill. */
	if (!pv_has(PV_CAP_PARAVIRT) || (unsigned)cs / 8 < entries) {
		CHECK((unsigned)cs / 8 < entries);
		CHECK((gdt[cs / 8] >> 40 & 0x98) == 0x98);	/* present code */
	}
	CHECK(limit_of(cs, &limit));
	CHECK_EQ(limit, last_address());
	CHECK(!limit_of(entries * 8, &limit));
}

static void
gdt_write_is_used(void)
{
	unsigned entries, n, access = 0;
	uint64_t *gdt = live_gdt(&entries), seen;
	uint64_t d = pv_segment((uint32_t)(uintptr_t)&self, 0x234, DATA, FLAG_32);
	bool there, same_base, gone;
	uint32_t limit = 0, none;

	n = spare_entry(gdt, entries);
	CHECK(n != 0);
	CHECK_OK(pv_gdt_write(gdt, n, d));
	seen = gdt[n];
	there = limit_of(n * 8, &limit) && access_of(n * 8, &access);
	same_base = leads_home(n * 8);
	CHECK_OK(pv_gdt_write(gdt, n, 0));
	gone = !limit_of(n * 8, &none);
	CHECK_EQ(seen & ~DPL_BITS, d & ~DPL_BITS);
	CHECK(there);
	CHECK_EQ(limit, 0x234);
	CHECK_EQ(access, DATA & 0x9e);
	CHECK(same_base);
	CHECK(gone);
}

static void
gdt_write_refuses(void)
{
	unsigned entries;
	uint64_t *gdt = live_gdt(&entries);

	CHECK_STATUS(pv_gdt_write(NULL, 1, 0), PV_E_INVAL);
	CHECK_STATUS(pv_gdt_write(gdt, 8192, 0), PV_E_INVAL);
	CHECK_STATUS(pv_gdt_write(gdt, ~0u, 0), PV_E_INVAL);
}

static uint64_t own_table[512] __attribute__((aligned(4096)));

static bool
goes_on(struct pv_trap *trap, void *arg)
{
	(*(unsigned *)arg) = (unsigned)(trap->code >> 32);
	return true;
}

/* A longer copy, with a segment of its own behind the end of the old one. */
static void
gdt_load_is_used(void)
{
	unsigned entries, new_limit, trapped = 0;
	uint64_t *gdt = live_gdt(&entries);
	uintptr_t new_table;
	pv_irq_state gate = pv_irq_save();
	uint32_t limit = 0, none;
	bool there, gone;
	pv_status s, t;

	memcpy(own_table, gdt, entries * 8);
	own_table[entries] = pv_segment(0, 0x345, DATA, FLAG_32);
	s = pv_gdt_load(own_table, (entries + 1) * 8 - 1);
	pv_gdt_read(&new_table, &new_limit);
	there = limit_of(entries * 8, &limit);
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, goes_on, &trapped);
	__asm__ volatile("int3" ::: "memory");
	(void)pv_trap_set(PV_CAUSE_BREAKPOINT, NULL, NULL);
	t = pv_gdt_load(gdt, entries * 8 - 1);
	gone = !limit_of(entries * 8, &none);
	pv_irq_restore(gate);
	CHECK_OK(s);
	CHECK_OK(t);
	CHECK_EQ(new_table, (uintptr_t)own_table);
	CHECK_EQ(new_limit, (entries + 1) * 8 - 1);
	CHECK(there);
	CHECK_EQ(limit, 0x345);
	CHECK_EQ(trapped, 3);
	CHECK(gone);
}

static void
loads_refuse(void)
{
	uintptr_t gdt, idt, same_gdt, same_idt;
	unsigned gdt_limit, idt_limit, limit;

	pv_gdt_read(&gdt, &gdt_limit);
	pv_idt_read(&idt, &idt_limit);
	CHECK_STATUS(pv_gdt_load(NULL, 127), PV_E_INVAL);
	CHECK_STATUS(pv_gdt_load(own_table, 126), PV_E_INVAL);
	CHECK_STATUS(pv_gdt_load(own_table, 0x10007), PV_E_INVAL);
	if (!pv_has(PV_CAP_PARAVIRT) || pv_idt_load(NULL, 4095) != PV_E_ABSENT) {
		CHECK_STATUS(pv_idt_load(NULL, 4095), PV_E_INVAL);
		CHECK_STATUS(pv_idt_load(own_table, 4094), PV_E_INVAL);
		CHECK_STATUS(pv_idt_load(own_table, 0x10007), PV_E_INVAL);
	}
	pv_gdt_read(&same_gdt, &limit);
	CHECK_EQ(limit, gdt_limit);
	pv_idt_read(&same_idt, &limit);
	CHECK_EQ(limit, idt_limit);
	CHECK_EQ(same_gdt, gdt);
	CHECK_EQ(same_idt, idt);
}

/* -- segments that are not there -- */

static unsigned bad_selector;

static void
load_es(void *arg)
{
	(void)arg;
	__asm__ volatile("mov %0, %%es" : : "r" (bad_selector) : "memory");
}

static void
load_ss(void *arg)
{
	(void)arg;
	__asm__ volatile("mov %0, %%ss" : : "r" (bad_selector) : "memory");
}

static void
absent_segment(void (*load)(void *), unsigned vector)
{
	unsigned entries, n;
	uint64_t *gdt = live_gdt(&entries);
	struct pv_trap trap = { 0 };
	uint16_t cs;
	bool came;

	n = spare_entry(gdt, entries);
	CHECK(n != 0);
	/* Of the ring that we are in, so that nothing else is wrong with it. */
	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	bad_selector = n * 8 | (cs & 3);
	CHECK_OK(pv_gdt_write(gdt, n, pv_segment(0, 0xfffff, (DATA & ~0x80u) | (cs & 3u) << 5, 0xc)));
	came = suite_catch(load, NULL, &trap);
	CHECK_OK(pv_gdt_write(gdt, n, 0));
	CHECK(came);
	CHECK_EQ(trap.cause, PV_CAUSE_SEGMENT);
	CHECK_EQ(trap.code, (uint64_t)vector << 32 | n * 8);
}

static void
absent_segments_trap(void)
{
	absent_segment(load_es, 11);
	absent_segment(load_ss, 12);
}

/* -- LDT -- */

static void
ldt_is_used(void)
{
	uint64_t d = pv_segment((uint32_t)(uintptr_t)&self, 0x456, DATA, FLAG_32);
	unsigned before = pv_ldt_read(), with, after, access = 0;
	uint32_t limit = 0, none;
	bool there, leads, beyond, gone;

	CHECK_OK(pv_ldt_write(own_table, 3, d));
	CHECK_OK(pv_ldt_write(own_table, 4, d));
	CHECK_OK(pv_ldt_load(own_table, 4));
	with = pv_ldt_read();
	there = limit_of(3 << 3 | 4, &limit) && access_of(3 << 3 | 4, &access);
	leads = leads_home(3 << 3 | 4);
	beyond = limit_of(4 << 3 | 4, &none);
	CHECK_OK(pv_ldt_load(NULL, 0));
	after = pv_ldt_read();
	gone = !limit_of(3 << 3 | 4, &none);
	CHECK_EQ(before, 0);
	CHECK(with != 0);
	CHECK_EQ(after, 0);
	CHECK(there);
	CHECK_EQ(limit, 0x456);
	CHECK_EQ(access, DATA & 0x9e);
	CHECK(leads);
	CHECK(!beyond);
	CHECK(gone);
}

static void
ldt_refuses(void)
{
	CHECK_STATUS(pv_ldt_load(NULL, 1), PV_E_INVAL);
	CHECK_STATUS(pv_ldt_load(own_table, 8193), PV_E_INVAL);
	CHECK_STATUS(pv_ldt_write(NULL, 0, 0), PV_E_INVAL);
	CHECK_STATUS(pv_ldt_write(own_table, 8192, 0), PV_E_INVAL);
	CHECK_EQ(pv_ldt_read(), 0);
}

/* -- per-thread segments -- */

static void
tls_slots_are_used(void)
{
	unsigned entries;
	uint64_t *gdt = live_gdt(&entries);

	for (unsigned slot = 0; slot < 3; slot++) {
		uint64_t before = gdt[PV_GDT_TLS + slot];
		uint32_t limit = 0, none;
		bool there, leads, gone;
		uint64_t d = pv_segment((uint32_t)(uintptr_t)&self, 0x77 + slot, DATA_USER, FLAG_32);
		pv_status s = pv_tls_write(slot, d);

		there = limit_of(PV_TLS_SELECTOR(slot), &limit);
		leads = leads_home(PV_TLS_SELECTOR(slot));
		(void)pv_tls_write(slot, 0);
		gone = !limit_of(PV_TLS_SELECTOR(slot), &none);
		(void)pv_gdt_write(gdt, PV_GDT_TLS + slot, before);
		CHECK_OK(s);
		CHECK(there);
		CHECK_EQ(limit, 0x77 + slot);
		CHECK(leads);
		CHECK(gone);
	}
}

static const struct {
	const char *what;
	unsigned slot, access, flags;
} not_for_users[] = {
	{ "slot 3", 3, DATA_USER, FLAG_32 },
	{ "slot ~0", ~0u, DATA_USER, FLAG_32 },
	{ "code", 0, 0xfa, FLAG_32 },
	{ "long-mode code", 0, 0xfa, 0x2 },
	{ "data with the long-mode bit", 0, DATA_USER, 0x2 },
	{ "ring 0", 0, DATA, FLAG_32 },
	{ "ring 2", 0, 0xd2, FLAG_32 },
	{ "a call gate", 0, 0xec, FLAG_32 },
	{ "a task state", 0, 0xe9, 0 },
};

static void
tls_refuses_what_lets_users_climb(void)
{
	unsigned entries;
	uint64_t *gdt = live_gdt(&entries), before = gdt[PV_GDT_TLS];

	for (unsigned i = 0; i < sizeof(not_for_users) / sizeof(not_for_users[0]); i++) {
		uint64_t d = pv_segment(0, 0xfffff, not_for_users[i].access, not_for_users[i].flags);
		pv_status s = pv_tls_write(not_for_users[i].slot, d);

		if (s != PV_E_INVAL)
			suite_fail(__FILE__, __LINE__, "%s gives %s", not_for_users[i].what,
			    pv_status_name(s));
	}
	CHECK_EQ(gdt[PV_GDT_TLS], before);
}

/* -- task register -- */

#define TSS_BUSY	(2ull << 40)

/* A layer below that switches stacks has the only task state there is. */
static bool
no_task(void)
{
	return pv_has(PV_CAP_PARAVIRT) && pv_tr_read() == 0 && pv_tr_load(8) == PV_E_ABSENT;
}

static void
tr_load_is_used(void)
{
	unsigned entries, tr = pv_tr_read(), access = 0;
	uint64_t *gdt = live_gdt(&entries);
	pv_status s, busy;

	if (no_task())
		SKIP("the task state is the layer's below");
	CHECK(tr != 0 && tr / 8 < entries);
	CHECK(access_of(tr, &access));
	CHECK_EQ(access | 2, 0x8a);			/* present task state */
	busy = pv_tr_load(tr);
	CHECK_OK(pv_gdt_write(gdt, tr / 8, gdt[tr / 8] & ~TSS_BUSY));
	s = pv_tr_load(tr);
	CHECK_STATUS(busy, PV_E_INVAL);
	CHECK_OK(s);
	CHECK_EQ(pv_tr_read(), tr);
	CHECK((gdt[tr / 8] & TSS_BUSY) != 0);
}

static void
tr_load_refuses(void)
{
	unsigned entries, tr = pv_tr_read();
	uint16_t cs;

	(void)live_gdt(&entries);
	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	if (no_task()) {
		CHECK_STATUS(pv_tr_load(0), PV_E_ABSENT);
		CHECK_STATUS(pv_tr_load(cs), PV_E_ABSENT);
		return;
	}
	CHECK_STATUS(pv_tr_load(0), PV_E_INVAL);
	CHECK_STATUS(pv_tr_load(tr | 3), PV_E_INVAL);
	CHECK_STATUS(pv_tr_load(tr | 4), PV_E_INVAL);
	CHECK_STATUS(pv_tr_load(cs), PV_E_INVAL);
	CHECK_STATUS(pv_tr_load(entries * 8), PV_E_RANGE);
	CHECK_EQ(pv_tr_read(), tr);
}

static const struct suite_case cases[] = {
	{ "segments_are_built", segments_are_built, "pv_segment", CASE_ONCE },
	{ "gdt_in_force_is_read", gdt_in_force_is_read, "isa.gdt_read", 0 },
	{ "gdt_write_is_used", gdt_write_is_used, "isa.gdt_write isa.gdt_read", 0 },
	{ "gdt_write_refuses", gdt_write_refuses, "isa.gdt_write", 0 },
	{ "gdt_load_is_used", gdt_load_is_used, "isa.gdt_load isa.gdt_read", 0 },
	{ "loads_refuse", loads_refuse, "isa.gdt_load isa.idt_load", 0 },
	{ "absent_segments_trap", absent_segments_trap, "isa.gdt_write trap.init", 0 },
	{ "ldt_is_used", ldt_is_used, "isa.ldt_load isa.ldt_write isa.ldt_read", 0 },
	{ "ldt_refuses", ldt_refuses, "isa.ldt_load isa.ldt_write isa.ldt_read", 0 },
	{ "tls_slots_are_used", tls_slots_are_used, "isa.tls_write", 0 },
	{ "tls_refuses_what_lets_users_climb", tls_refuses_what_lets_users_climb, "isa.tls_write", 0 },
	{ "tr_load_is_used", tr_load_is_used, "isa.tr_load isa.tr_read", 0 },
	{ "tr_load_refuses", tr_load_refuses, "isa.tr_load isa.tr_read", 0 },
};
SUITE(suite_desc, "desc", cases);
