/*
 * Strands: sun4v.md 4.3, 4.4. Each has everything of its own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul

static void
tell_state(struct strand *s)
{
	u64 id = 77;

	quietly(CPU_MYID, 0, 0, 0, &id);
	seen[0] = id;
	quietly(CPU_GET_RTBA, 0, 0, 0, &id);
	seen[1] = id;
	seen[2] = get_scratch(0) == (u64)s;
	quietly(MMU_FAULT_AREA_INFO, 0, 0, 0, &id);
	seen[3] = id;
	seen[4] = quietly(MMU_ENABLE, 0, (u64)__image_start, 0, 0);	/* EINVAL: it is off */
	step = 1;
	give_way();
}

TEST(strand, start,
    "4.3: CPU_START: MMU off, PRIV, arg in %o0; CPU_STATE 1 stopped, 2 running; its own everything")
{
	FAST(MMU_FAULT_AREA_CONF, (u64)fault_area);
	for (u64 cpu = 1; cpu < asked_number("strands", 1); cpu++) {
		IS(FAST(CPU_STATE, cpu), EOK);
		IS(last.o[1], 1);
		announce("MMU_ENABLE: EINVAL");
		strand_start(cpu, tell_state);
		IS(FAST(CPU_STATE, cpu), EOK);
		IS(last.o[1], 2);
		wait_for(1);
		IS(strand_state.pc, strand_entry);
		IS(strand_state.o[0], &strands[cpu]);
		IS(strand_state.pstate, PSTATE_PRIV);
		IS(strand_state.tl, 2);
		IS(strand_state.gl, 2);
		IS(strand_state.pil, 15);
		IS(strand_state.tba, 0);
		IS(seen[0], cpu);
		IS(seen[1], __image_start);
		IS(seen[2], true);
		IS(seen[3], 0);
		IS(seen[4], EINVAL);
		REFUSED(EINVAL, CPU_START, cpu, (u64)strand_entry, (u64)__image_start, 0);
		strand_stop(cpu);
	}
	IS(get_scratch(0), &strands[0]);
}

TEST(strand, start_refused, "4.3: CPU_START: ENORADDR, EBADALIGN; real trap table 256-byte aligned")
{
	u64 pc = (u64)strand_entry, rtba = (u64)__image_start;

	REFUSED(EBADALIGN, CPU_START, 1, pc + 2, rtba, 0);
	REFUSED(EBADALIGN, CPU_START, 1, pc, rtba + 128, 0);
	for (u64 n = 0, ra; (ra = bad_ra(n)) != 0; n++) {
		REFUSED(ENORADDR, CPU_START, 1, ra, rtba, 0);
		REFUSED(ENORADDR, CPU_START, 1, pc, ra, 0);
	}
	IS(FAST(CPU_STATE, 1), EOK);
	IS(last.o[1], 1);
	announce("CPU_STOP: E");
	CHECK(FAST(CPU_STOP, 1) != EOK);		/* nothing runs there */
}

static void
use_registers(struct strand *s)
{
	u64 value;

	set_scratch(0x08, 0x1111);
	set_context(SECONDARY, 0x77);
	set_pil(9);
	set_stick_cmpr(12345 | 1ul << 63);
	for (step = 1;;) {
		value = deep(12);
		seen[0] = value == 78 && get_scratch(0x08) == 0x1111 && probe_load(SECONDARY,
		    ASI_CONTEXT) == 0x77;
		s->arg[1]++;
		quietly(CPU_YIELD, 0, 0, 0, 0);
	}
}

TEST(strand, registers,
    "a strand's registers are its own: windows, globals, scratchpads, contexts, PIL, compare register")
{
	u64 runs = 0;

	strand_start(1, use_registers);
	set_scratch(0x08, 0x2222);
	set_context(SECONDARY, 0x99);
	for (u64 i = 0; i < 50; i++) {
		IS(deep(i), i * (i + 1) / 2);	/* and what has to be kept is checked at each call */
		IS(FAST(CPU_YIELD), EOK);
		IS(get_scratch(0x08), 0x2222);
		IS(probe_load(SECONDARY, ASI_CONTEXT), 0x99);
		if (step)
			IS(seen[0], true);
		runs = strands[1].arg[1];
	}
	CHECK(runs > 10);
	strand_stop(1);
	FAST(CPU_YIELD);
	runs = strands[1].arg[1];
	for (u64 i = 0; i < 20; i++)
		FAST(CPU_YIELD);
	IS(strands[1].arg[1], runs);
	strand_start(1, use_registers);			/* and again from the start */
	wait_for(1);
	strand_stop(1);
}

static void
leave_things(struct strand *s)
{
	(void)s;
	quietly(MMU_FAULT_AREA_CONF, (u64)fault_area, 0, 0, 0);
	set_stick_cmpr(get_stick() + 1000000000);
	step = 1;
	give_way();
}

TEST(strand, again, "4.4: a cpu that is started again has to configure everything itself")
{
	u64 *rtba;

	strand_start(1, leave_things);
	wait_for(1);
	strand_stop(1);
	announce("MMU_ENABLE: EINVAL");
	strand_start(1, tell_state);
	wait_for(1);
	IS(seen[3], 0);
	CHECK(strand_state.stick_cmpr - get_stick() > 1000000000);	/* not what it left */
	IS(strand_state.tl, 2);
	strand_stop(1);
	rtba = page_pool(256);
	IS(FAST(CPU_START, 1, (u64)strand_entry, (u64)rtba, (u64)&strands[1]), EOK);
	step = 0;
	wait_for(1);
	IS(seen[1], rtba);
	strand_stop(1);
}

static struct tsb_descriptor other_descriptor __attribute__((aligned(64)));
static uint8_t other_fault_area[128] __attribute__((aligned(64)));
static struct tsb *other_tsb;

/* Its own MMU: the image by the mapping that the first strand has, VA by a TSB of its own. */
static void
other_space(struct strand *s)
{
	u64 base = (u64)__image_start;
	struct call map = { .o = { base, 0, TTE_KERNEL | base | SIZE_4M, BOTH, 0, MMU_MAP_PERM_ADDR } };

	s->fault = (u64)other_fault_area;
	seen[0] = quietly(MMU_FAULT_AREA_CONF, (u64)other_fault_area, 0, 0, 0);
	call_80(&map);
	seen[1] = map.o[0];
	seen[2] = quietly(MMU_TSB_CTX0, 1, (u64)&other_descriptor, 0, 0);
	seen[3] = mmu_switch(1, 0);
	for (step = 1;; step++) {
		trap_of(1)->action = ACTION_SKIP;
		seen[4] = probe_load(VA, ASI_PRIMARY);
		trap_of(1)->action = ACTION_SKIP;
		seen[5] = probe_load(VA + PAGE, ASI_PRIMARY);
		trap_of(1)->action = ACTION_NONE;
		quietly(CPU_YIELD, 0, 0, 0, 0);
	}
}

TEST(strand, spaces,
    "4.4: perm mappings are per guest but enabled per cpu; TSBs and fault area are the cpu's own")
{
	u64 *mine = page_pool(PAGE), *theirs = page_pool(PAGE), *perm = page_pool(PAGE);
	struct tsb *tsb;

	mine[0] = 0x1111;
	theirs[0] = 0x2222;
	perm[0] = 0x3333;
	other_tsb = page_pool(512 * sizeof(struct tsb));
	tsb_describe(&other_descriptor, other_tsb, 512, SIZE_8K, 1);
	tsb_put(other_tsb, SIZE_8K, VA, 0, tte(theirs, TTE_KERNEL));
	mmu_on();
	tsb = tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	tsb_put(tsb, SIZE_8K, VA, 0, tte(mine, TTE_KERNEL));
	IS(FAST(MMU_MAP_PERM_ADDR, VA + PAGE, 0, tte(perm, TTE_KERNEL), BOTH), EOK);
	strand_start(1, other_space);
	for (u64 i = 1; i <= 20; i++) {
		wait_for(i);
		IS(load(VA), 0x1111);
		IS(load(VA + PAGE), 0x3333);
		if (i == 10)
			IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	}
	IS(seen[0] | seen[1] | seen[2] | seen[3], EOK);
	IS(seen[4], 0x2222);
	IS(seen[5], FAULTED);
	IS(strands[1].trap[0].tt, TT_D_MMU_MISS);
	IS(strands[1].trap[0].fault[FAULT_D + FAULT_ADDRESS], VA + PAGE);
	strand_stop(1);
	IS(FAST(MMU_UNMAP_PERM_ADDR, VA + PAGE, 0, BOTH), EOK);
}

static void
use_timer(struct strand *s)
{
	u64 until = get_stick() + 1000000000;

	set_pil(0);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	set_stick_cmpr(get_stick() + 1000);
	while (s->timer == 0 && get_stick() < until)
		quietly(CPU_YIELD, 0, 0, 0, 0);
	seen[0] = s->timer;
	step = 1;
	give_way();
}

TEST(strand, timer, "4.8: the compare register and SOFTINT are the cpu's own")
{
	struct strand *self = (struct strand *)get_scratch(0);
	u64 before = self->timer, until = get_stick() + 1000000000;

	set_pil(0);
	set_pstate(PSTATE_PRIV | PSTATE_IE);
	strand_start(1, use_timer);
	while (step < 1 && get_stick() < until)
		FAST(CPU_YIELD);
	set_pstate(PSTATE_PRIV);
	set_pil(15);
	IS(step, 1);
	CHECK(seen[0] >= 1);
	IS(self->timer, before);
	strand_stop(1);
}

static void
use_floats(struct strand *s)
{
	float_set(0x4444);
	for (step = 1;; step++) {
		if (float_wrong(0x4444))
			s->arg[2]++;
		quietly(CPU_YIELD, 0, 0, 0, 0);
	}
}

TEST(strand, floats,
    "4.1: registers other than %o0 to %o5 are preserved: those of the FPU, too; each strand has its own")
{
	float_set(0x5555);
	IS(FAST(CPU_MYID), EOK);
	IS(float_wrong(0x5555), 0);
	strand_start(1, use_floats);
	for (u64 i = 1; i < 10; i++) {
		wait_for(i);
		IS(float_wrong(0x5555), 0);
	}
	IS(strands[1].arg[2], 0);
	set_pstate(PSTATE_PRIV);
	strand_stop(1);
}

static void
use_special_registers(struct strand *s)
{
	(void)s;
	seen[0] = 0;
	for (step = 1;; step++)
		seen[0] |= registers_over_yields(0x15 + step, 3);
}

TEST(strand, special_registers,
    "a strand's registers are its own: window state, PIL, SOFTINT, compare, contexts, GSR, FSR, FPRS")
{
	strand_start(1, use_special_registers);
	for (u64 i = 0; i < 30; i++) {
		u64 differs = registers_over_yields(0x2a + 3 * i, 2);

		if (differs | seen[0]) {
			wrong("here 0x%x, there 0x%x, at number %u", differs, seen[0], i);
			break;
		}
	}
	CHECK(step > 3);
	strand_stop(1);
}

static void
count_up(struct strand *s)
{
	for (step = 1;; s->arg[1]++)
		quietly(CPU_MYID, 0, 0, 0, 0);
}

TEST(strand, slices, "README: strands take turns at hypercalls, after so many of one; none is done twice")
{
	u64 before;

	strand_start(1, count_up);
	for (u64 i = 0; i < 2000; i++)
		if (count_after_call(PSTATE_PRIV) != 1)
			wrong("what is behind call %u is done twice, or not", i);
	before = strands[1].arg[1];
	for (u64 i = 0; i < 2000; i++)
		IS(FAST(CPU_MYID), EOK);
	CHECK(strands[1].arg[1] > before + 100);
	strand_stop(1);
}

TEST(strand, many, "three more, each with its own steps")
{
	u64 count = asked_number("strands", 1);

	for (u64 cpu = 1; cpu < count; cpu++)
		strand_start(cpu, use_registers);
	for (u64 i = 0; i < 200; i++)
		FAST(CPU_YIELD);
	for (u64 cpu = 1; cpu < count; cpu++) {
		CHECK(strands[cpu].arg[1] > 10);
		strand_stop(cpu);
	}
}

TEST(broken, cpu, "README: broken=1; 4.3: CPU_STATE: 3 error; ECPUERROR 12: look for cpus in error state")
{
	static uint16_t list[4] __attribute__((aligned(64)));
	u64 *data = page_pool(64);

	IS(FAST(CPU_STATE, 1), EOK);
	IS(last.o[1], 3);
	REFUSED(EINVAL, CPU_START, 1, (u64)strand_entry, (u64)__image_start, 0);
	announce("CPU_STOP: E");
	CHECK(FAST(CPU_STOP, 1) != EOK);
	list[0] = 1;
	REFUSED(ECPUERROR, CPU_MONDO_SEND, 1, (u64)list, (u64)data);
	IS(list[0], 1);
}
