/*
 * Traps: levels, halves of the table, what comes straight from the CPU. sun4v.md 4.6; and
 * scratchpads and timers, 4.8.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul

TEST(level, one, "4.6: TBA, 32 bytes each; one TL and one GL higher")
{
	struct trap *t = skip_next(1);

	probe_trap();
	IS(t->tt, TT_TA + 0x11);
	IS(t->tl, 1);
	IS(t->gl, 1);
	IS(t->half, 0);
	IS(t->npc, t->pc + 4);
	IS(t->tstate >> 40 & 7, 0);
}

TEST(level, two, "4.6: the same table again at +0x4000 for TL > 0; handlers may nest once")
{
	struct trap *t = run_next(1, nested_trap, 0, 0), *nested = skip_next(2);

	probe_trap();
	IS(t->tt, TT_TA + 0x11);
	IS(nested->tt, TT_TA + 0x12);
	IS(nested->tl, 2);
	IS(nested->gl, 2);
	IS(nested->half, 1);
	IS(nested->pc, nested_trap);
	IS(nested->tstate >> 40 & 7, 1);
}

TEST(level, miss_in_handler, "4.6: a miss inside a handler: TL 2, the other half; retry repeats it there")
{
	u64 *page = page_pool(PAGE);
	struct trap *t, *nested;
	struct tsb *tsb;

	page[1] = 0x1212;
	mmu_on();
	t = run_next(1, nested_load, VA + 8, 0);
	nested = skip_next(2);
	poison_fault_area();
	probe_trap();
	IS(nested->tt, TT_D_FAST_MISS);
	IS(nested->half, 1);
	IS(nested->tl, 2);
	IS(nested->gl, 2);
	IS(nested->pc, nested_load);
	IS(nested->fault[FAULT_D + FAULT_TYPE], POISON);
	IS(nested->fault[FAULT_D + FAULT_ADDRESS], VA);
	IS(nested->fault[FAULT_D + FAULT_CONTEXT], 0);
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	run_next(1, nested_load, VA + 8, 0);
	put_next(2, &tsb[VA >> 13 & 511], VA >> 22, tte(page, TTE_KERNEL));
	probe_trap();
	IS(nested->tt, TT_D_MMU_MISS);
	IS(nested->half, 1);
	IS(t->result, 0x1212);
	run_next(1, nested_load, VA + 8, 0);
	nested->tt = 0;
	probe_trap();
	IS(nested->tt, 0);
	IS(t->result, 0x1212);
}

/* What that routine does at TL 1 with that address. A fetch is left out by going back to the routine. */
static void
nested_kind(const void *routine, u64 va, u64 tt, u64 half, u64 type, u64 address)
{
	struct trap *nested = trap_of(2);
	const u64 *fault = nested->fault + half;

	run_next(1, routine, va, 0);
	if (routine == nested_exec)
		resume_next(2, nested_exec_resume);
	else
		skip_next(2);
	poison_fault_area();
	probe_trap();
	IS(nested->tt, tt);
	IS(nested->half, 1);
	IS(nested->tl, 2);
	IS(nested->gl, 2);
	IS(fault[FAULT_TYPE], type);
	IS(fault[FAULT_ADDRESS], address);
	IS(fault[FAULT_CONTEXT], 0);
}

TEST(level, fetch_in_handler, "4.6: the same of a fetch, and of a fault that a TSB entry makes")
{
	u64 *page = page_pool(PAGE);
	struct trap *t, *nested;
	struct tsb *tsb;

	memcpy(page, return_g2, 32);
	sync_code(page);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	t = run_next(1, nested_exec, VA, 0);
	nested = put_next(2, &tsb[VA >> 13 & 511], VA >> 22, tte(page, TTE_KERNEL));
	probe_trap();
	IS(nested->tt, TT_I_MMU_MISS);
	IS(nested->half, 1);
	IS(nested->pc, VA);
	IS(nested->fault[FAULT_I + FAULT_ADDRESS], VA);
	IS(t->result, VA);
	announce("guest: ");
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(page, TTE_KERNEL | SIZE_512K));
	run_next(1, nested_load, VA + PAGE, 0);
	skip_next(2);
	probe_trap();
	IS(nested->tt, TT_D_EXCEPTION);
	IS(nested->half, 1);
	IS(nested->fault[FAULT_D + FAULT_TYPE], TYPE_PAGE_SIZE);
}

TEST(level, all_kinds,
    "4.5, 4.6: each kind of miss and fault in a handler: trap type, half, levels, the area's contents")
{
	u64 *page = page_pool(PAGE), before = trap_of(2)->count;
	struct tsb *tsb;

	mmu_on();
	memcpy(page, return_g2, 32);
	sync_code(page);
	nested_kind(nested_exec, VA + 0x18, TT_I_FAST_MISS, FAULT_I, POISON, VA + 0x18);
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	nested_kind(nested_exec, VA + 0x18, TT_I_MMU_MISS, FAULT_I, TYPE_MISS, VA + 0x18);
	nested_kind(nested_store, VA + 0x18, TT_D_MMU_MISS, FAULT_D, TYPE_MISS, VA);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_RAM | TTE_P | TTE_X));
	nested_kind(nested_store, VA + 0x18, TT_FAST_PROTECTION, FAULT_D, POISON, VA);
	tsb_put(tsb, SIZE_8K, VA + PAGE, 0, tte(page, TTE_KERNEL | TTE_NFO));
	nested_kind(nested_load, VA + PAGE + 8, TT_D_EXCEPTION, FAULT_D, TYPE_NFO, VA + PAGE);
	announce("guest: a TSB entry");
	tsb_put(tsb, SIZE_8K, VA + 2 * PAGE, 0, tte(page, TTE_KERNEL | SIZE_512K));
	nested_kind(nested_exec, VA + 2 * PAGE, TT_I_EXCEPTION, FAULT_I, TYPE_PAGE_SIZE, VA + 2 * PAGE);
	tsb_put(tsb, SIZE_8K, VA + 3 * PAGE, 0, TTE_KERNEL | bad_ra(0));
	nested_kind(nested_store, VA + 3 * PAGE, TT_D_EXCEPTION, FAULT_D, TYPE_TSB_ENTRY, VA + 3 * PAGE);
	IS(trap_of(2)->count, before + 7);
}

TEST(level, straight,
    "4.6: 0x34 alignment, 0x10 illegal, 0x37 privileged action, level interrupts as on sun4u")
{
	u64 value, *page = page_pool(PAGE);

	memcpy(page, "\0\0\0\0", 4);		/* illtrap */
	memcpy(&page[4], return_o7, 32);
	sync_code(page);
	IS(load_asi((u64)page + 4, ASI_PRIMARY, &value), TT_ALIGNMENT);
	IS(exec((u64)page), TT_ILLEGAL);
	mmu_on();
	IS(load_asi((u64)page + 4, ASI_PRIMARY, &value), TT_ALIGNMENT);
	IS(exec((u64)page), TT_ILLEGAL);
	IS(exec((u64)&page[4]), 0);
}

TEST(level, privileged, "4.6: what user mode may not do is a trap to the guest")
{
	/* rdpr %tba, %o0; ldxa [%g0]0x20 */
	static const uint32_t rdpr_tba = 0x91514000, scratch = 0xc2d80400;
	u64 *page = page_pool(PAGE);
	struct tsb *tsb;

	*(uint32_t *)page = rdpr_tba;
	*(uint32_t *)&page[8] = scratch;
	sync_code(page);
	sync_code(&page[8]);
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(page, TTE_RAM | TTE_X));
	IS(user(VA, 5, 0, 0), TT_PRIVILEGED);
	IS(user(VA + 64, 5, 0, 0), TT_PRIVILEGED_ACTION);
}

TEST(level, windows, "4.6: spill and fill as on sun4u, MMU off and on, TL 0 and in a handler")
{
	for (u64 round = 0; round < 2; round++) {
		flush_windows();
		skip_next(1);
		probe_trap();
		IS(deep(20), 210);
		mmu_on();
	}
	IS(deep(20), 210);
}

u64
deep(u64 n)
{
	if (n == 0) {
		flush_windows();
		return 0;
	}
	return n + deep(n - 1) + (get_scratch(0) == 0);
}

TEST(level, scratchpads,
    "4.8: ASI 0x20 offsets 0x00, 0x08, 0x10, 0x18, 0x30, 0x38 are the guest's; calls and misses keep them")
{
	static const u64 offsets[] = { 0x08, 0x10, 0x18, 0x30, 0x38 };
	u64 record = get_scratch(0);

	for (u64 i = 0; i < ARRAY(offsets); i++)
		set_scratch(offsets[i], ~0ul / (i + 2));
	for (u64 round = 0; round < 2; round++) {
		IS(FAST(CPU_MYID), EOK);
		if (round)
			IS(load(VA), FAULTED);
		for (u64 i = 0; i < ARRAY(offsets); i++)
			IS(get_scratch(offsets[i]), ~0ul / (i + 2));
		IS(get_scratch(0), record);
		mmu_on();
	}
}

TEST(level, private_scratchpads, "4.8: offsets 0x20 and 0x28 are the hypervisor's only: an access faults")
{
	u64 value;

	mmu_on();
	IS(load_asi(0x20, ASI_SCRATCHPAD, &value) != 0, true);
	IS(store_asi(0x28, ASI_SCRATCHPAD, 1) != 0, true);
	IS(FAST(CPU_MYID), EOK);
}

#define TIMER_BIT	0x10000

/* Until so many timer interrupts came, or SOFTINT has the bit; the emulator may be late. */
static void
wait_for_timer(const struct strand *self, u64 wanted)
{
	u64 start = get_stick();

	while (self->timer < wanted && !(get_softint() & TIMER_BIT) && get_stick() - start < 500000000)
		FAST(CPU_YIELD);
}

static void
wait_ticks(u64 ticks)
{
	u64 start = get_stick();

	while (get_stick() - start < ticks)
		;
}

TEST(time, stick,
    "4.8: %stick is readable; %stick_cmpr fires once as level 14 with SOFTINT bit 16; bit 63 disables")
{
	struct strand *self = (struct strand *)get_scratch(0);
	u64 before = self->timer, start = get_stick();

	set_pil(0);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	set_stick_cmpr(start + 100000);
	wait_for_timer(self, before + 1);
	CHECK(get_stick() >= start + 100000);
	IS(self->timer, before + 1);
	IS(self->softint & TIMER_BIT, TIMER_BIT);
	set_stick_cmpr((get_stick() + 1000) | 1ul << 63);
	wait_ticks(5000000);
	IS(self->timer, before + 1);
	set_pil(14);
	set_stick_cmpr(get_stick() + 1000);
	wait_for_timer(self, before + 2);
	IS(self->timer, before + 1);
	IS(get_softint() & TIMER_BIT, TIMER_BIT);
	set_pil(13);
	wait_ticks(1000);
	IS(self->timer, before + 2);
	set_stick_cmpr(1ul << 63);
	set_pil(15);
	set_pstate(PSTATE_PRIV);
	IS(get_softint(), 0);
}

TEST(time, tick, "4.8: level 14 with SOFTINT bit 0 (tick)")
{
	struct strand *self = (struct strand *)get_scratch(0);
	u64 before = self->timer, start = get_stick();

	set_pil(13);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	set_tick_cmpr(get_tick() + 100000);
	while (self->timer == before && get_stick() - start < 500000000)
		FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	set_pil(15);
	IS(self->timer, before + 1);
	IS(self->softint & (TIMER_BIT | 1), 1);
	set_tick_cmpr(1ul << 63);
}

/* When the second changes next; *now is the new one. */
static u64
next_second(u64 *now)
{
	u64 start;

	IS(FAST(TOD_GET), EOK);
	for (start = last.o[1]; last.o[1] == start;)
		IS(FAST(TOD_GET), EOK);
	*now = last.o[1];
	return get_stick();
}

/* The emulator may have been away for a while at either end: one good second of three is enough. */
TEST(time, frequency, "4.8: the rate is the machine description's stick-frequency; TOD_GET counts seconds")
{
	u64 ticks = 0, first, second, frequency = 0;

	md_value(md_next(-1, "platform"), "stick-frequency", &frequency);
	for (u64 tries = 0; tries < 3; tries++) {
		ticks = next_second(&first);
		ticks = next_second(&second) - ticks;
		if (second == first + 1 && ticks > frequency / 2 && ticks < frequency * 2)
			return;
	}
	wrong("a second has 0x%x ticks, not 0x%x", ticks, frequency);
}

TEST(time, tod, "4.3: TOD_GET: o1 seconds since 1970; TOD_SET: EOK or ENOTSUPPORTED")
{
	u64 now, status;

	IS(FAST(TOD_GET), EOK);
	now = last.o[1];
	if (now < asked_number("clock", 0) || now > asked_number("clock", 0) + 100)
		wrong("it is %u", now);
	status = FAST(TOD_SET, now + 1000000);
	if (status == ENOTSUPPORTED) {
		announce("TOD_SET: ENOTSUPPORTED");
		IS(FAST(TOD_GET), EOK);
		CHECK(last.o[1] >= now && last.o[1] < now + 100);
		return;
	}
	IS(status, EOK);
	IS(FAST(TOD_GET), EOK);
	CHECK(last.o[1] >= now + 1000000 && last.o[1] < now + 1000100);
}
