/*
 * Guests that are wrong: each ends the run, or is told in the log, by its word. What the
 * hypervisor has to say is announced before; who comes back from an end has failed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

#define VA	0x4000000000ul

static void
fatal(const char *pattern)
{
	end_here();
	announce(pattern);
}

static void
still_here(void)
{
	print("Bail out! the guest is still there\n");
}

/* The three: a trap at TL 2. Nothing is left to do for the guest's own handler. */
TEST(wrongtl, ta, "4.6: a third level goes to the hypervisor and kills the guest")
{
	fatal("killed: .*\\(trap 0x112, TL 2\\b");
	run_next(1, nested_trap, 0, 0);
	run_next(2, nested_trap, 0, 0);
	probe_trap();
	still_here();
}

TEST(wrongmiss, miss, "4.6: a miss at TL 2 too")
{
	mmu_on();
	tsb_make(MMU_TSB_CTX0, SIZE_8K, 1, 0);
	fatal("killed: a trap at TL 2 ");
	run_next(1, nested_trap, 0, 0);
	run_next(2, nested_load, VA, 0);
	probe_trap();
	still_here();
}

TEST(wronggl, call, "4.6: %gl counts, max 2 in privileged mode: a call with GL 3 is the end")
{
	fatal("killed: GL above 2");
	run_next(1, nested_gl, 0, 0);
	probe_trap();
	still_here();
}

TEST(wronglevel, call, "4.6: MAXPTL 2: a call with TL 3 is the end, whatever brought it there")
{
	fatal("killed: TL above 2");
	call_at_tl3();
	still_here();
}

TEST(wrongglobals, miss, "4.6: a trap at GL 2 has no globals left")
{
	mmu_on();
	fatal("killed: .*GL 2");
	load_at_gl2(VA);
	still_here();
}

TEST(wrongarea, miss, "4.3: a miss without a fault status area is fatal")
{
	u64 base = (u64)__image_start;

	IS(FAST(MMU_MAP_PERM_ADDR, base, 0, TTE_KERNEL | base | SIZE_4M, BOTH), EOK);
	IS(mmu_switch(1, 0), EOK);
	fatal("killed: .*fault status area.*\\(trap 0x(68|31), TL 0\\b");
	skip_next(1);
	probe_load(VA, ASI_PRIMARY);
	still_here();
}

TEST(wrongentry, early, "4.4: a trap taken without lowering TL first lands at TL 3: the guest is dead")
{
	fatal("killed: .*\\(trap 0x110, TL 2\\b");
	trap_at_entry();
	still_here();
}

TEST(exit, code, "4.3: MACH_EXIT: no return; README: the log has the code")
{
	fatal("exit 77$");
	FAST(MACH_EXIT, 77);
	still_here();
}

TEST(apiexit, code, "4.2: API_EXIT: no return, works without any group")
{
	for (u64 group = 0; group < 4; group++)
		CORE(API_SET_VERSION, group, 0, 0);
	fatal("exit 78$");
	CORE(API_EXIT, 78);
	still_here();
}

/* The machine starts again (the harness does not keep it from that), and the image with it, but for this word. */
TEST(again, sir, "4.3: MACH_SIR: what was set before is gone: boot state, versions, mappings, timers")
{
	volatile u64 *mark = (volatile u64 *)0x1000000;

	if (*mark == POISON) {
		*mark = 0;
		IS(FAST(MMU_UNMAP_PERM_ADDR, VA, 0, BOTH), ENOMAP);
		IS(FAST(CPU_QINFO, QUEUE_CPU), EOK);
		IS(last.o[2], 0);
		announce("MMU_UNMAP_PERM_ADDR: ENOMAP");
		return;
	}
	*mark = POISON;
	IS(FAST(CPU_QCONF, QUEUE_CPU, (u64)page_pool(512), 8), EOK);
	IS(FAST(MMU_MAP_PERM_ADDR, VA, 0, tte(page_pool(PAGE), TTE_KERNEL), BOTH), EOK);
	mmu_on();
	set_stick_cmpr(get_stick() + 1000);
	set_softint(0xfffe);
	set_pil(3);
	FAST(MACH_SIR);
	still_here();
}

TEST(reset, sir, "4.3: MACH_SIR: reset, no return")
{
	fatal("reset");
	FAST(MACH_SIR);
	still_here();
}

TEST(wrongflood, calls, "README: a guest that does nothing but wrong comes to an end")
{
	fatal("killed: this is line \\d+ of the log|CPU_STATE: ENOCPU");
	for (u64 i = 0; i < 20000; i++)
		FAST(CPU_STATE, 77);
	still_here();
}

TEST(wrongqueues, many, "README: no more than 31 different accesses to queue registers")
{
	uint32_t *code = page_pool(PAGE);
	u64 base = (u64)page_pool(128);

	for (u64 i = 0; i < 32; i++) {
		*code++ = 0x01000025;				/* sethi 0x25, %g0 */
		*code++ = 0xc0d804a0 | (uint32_t)(i << 14);	/* ldxa [%r]0x25, %g0 */
	}
	REFUSED(EINVAL, CPU_QCONF, QUEUE_CPU, base, 2);
	IS(FAST(CPU_QINFO, QUEUE_CPU), EOK);
	IS(last.o[2], 0);
}
