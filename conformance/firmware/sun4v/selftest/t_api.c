/*
 * API versions, and functions that are not there: sun4v.md 4.2, 4.11.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

/* API_SET_VERSION and what it answered, both in one word. */
static u64
set(u64 group, u64 major, u64 minor)
{
	return CORE(API_SET_VERSION, group, major, minor) << 32 | (last.o[0] == EOK ? last.o[1] : 0);
}

static u64
get(u64 group)
{
	return CORE(API_GET_VERSION, group) == EOK ? last.o[1] << 32 | last.o[2] : ~0ul;
}

TEST(api, minors,
    "4.11: (0,1,x) (1,1,x>=1) (2,1,x) (2,2,x) (3,1,x) (0x101,1,x): 0 with actual minor 0 / 1 / 0 / 0 / 0")
{
	static const u64 asked_minors[] = { 0, 1, 2, 7, 0xffffffff };

	for (u64 i = 0; i < ARRAY(asked_minors); i++) {
		u64 minor = asked_minors[i];

		IS(set(GROUP_SUN4V, 1, minor), 0);
		IS(set(GROUP_CORE, 1, minor), minor > 0);
		IS(set(GROUP_INTERRUPT, 1, minor), 0);
		IS(set(GROUP_INTERRUPT, 2, minor), 0);
		IS(set(GROUP_SOFT_STATE, 1, minor), 0);
		IS(set(GROUP_LDC, 1, minor), 0);
	}
}

TEST(api, majors, "4.11: (0 or 1 or 3, major 2): ENOTSUPPORTED 13; what was negotiated before stays")
{
	static const u64 groups[] = { GROUP_SUN4V, GROUP_CORE, GROUP_SOFT_STATE };

	for (u64 i = 0; i < ARRAY(groups); i++) {
		u64 had;

		set(groups[i], 1, 0);
		had = get(groups[i]);
		IS(CORE(API_SET_VERSION, groups[i], 2, 0), ENOTSUPPORTED);
		IS(CORE(API_SET_VERSION, groups[i], ~0ul, 0), ENOTSUPPORTED);
		IS(CORE(API_SET_VERSION, groups[i], 1ul << 32 | 1, 0), ENOTSUPPORTED);
		IS(get(groups[i]), had);
	}
	IS(CORE(API_SET_VERSION, GROUP_INTERRUPT, 3, 0), ENOTSUPPORTED);
	IS(CORE(API_SET_VERSION, GROUP_LDC, 2, 0), ENOTSUPPORTED);
	set(GROUP_CORE, 1, 1);
}

TEST(api, unknown_group, "4.11: API_SET_VERSION(unknown group): EINVAL 6")
{
	static const u64 groups[] = { 4, 5, 0xff, 0x7777, ~0ul, 1ul << 32 | 1, 1ul << 63 };

	for (u64 i = 0; i < ARRAY(groups); i++) {
		IS(CORE(API_SET_VERSION, groups[i], 1, 0), EINVAL);
		IS(CORE(API_SET_VERSION, groups[i], 0, 0), EINVAL);
		IS(CORE(API_GET_VERSION, groups[i]), EINVAL);
	}
}

TEST(api, versions, "4.2: API_GET_VERSION: o1 major, o2 minor")
{
	set(GROUP_CORE, 1, 9);
	IS(get(GROUP_CORE), 1ul << 32 | 1);
	set(GROUP_CORE, 1, 0);
	IS(get(GROUP_CORE), 1ul << 32);
	set(GROUP_INTERRUPT, 1, 0);
	IS(get(GROUP_INTERRUPT), 1ul << 32);
	set(GROUP_INTERRUPT, 2, 0);
	IS(get(GROUP_INTERRUPT), 2ul << 32);
	set(GROUP_CORE, 1, 1);
}

TEST(api, drop, "4.2: major 0 drops the group; its functions return EBADTRAP again")
{
	announce("EBADTRAP");
	IS(FAST(CPU_MYID), EOK);
	IS(CORE(API_SET_VERSION, GROUP_CORE, 0, 0), EOK);
	IS(get(GROUP_CORE), ~0ul);
	IS(get(GROUP_SUN4V), 1ul << 32);
	IS(get(GROUP_INTERRUPT), 2ul << 32);
	IS(FAST(CPU_MYID), EBADTRAP);
	IS(CORE(API_SET_VERSION, GROUP_CORE, 0, 0), EOK);
	set(GROUP_CORE, 1, 1);
	IS(FAST(CPU_MYID), EOK);
}

TEST(api, core_function, "4.2: core trap 0xff has functions 0 to 3")
{
	announce("EBADTRAP");
	IS(CORE(4), EBADTRAP);
	IS(CORE(0x7777), EBADTRAP);
	IS(CORE(~0ul), EBADTRAP);
	IS(CORE(1ul << 32 | API_PUTCHAR), EBADTRAP);
}

TEST(api, unknown_functions, "4.11: any fast trap function unknown: EBADTRAP 7")
{
	static const u64 functions[] = {
		0x03, 0x04, 0x06, 0x0f, 0x1a, 0x1f, 0x2c, 0x30, 0x33, 0x41, 0x43, 0x4f, 0x52, 0x64, 0x6f,
		0x72, 0x8f, 0x96, 0xaf, 0xe8, 0xe9, 0x7fff, ~0ul, 1ul << 32, 1ul << 63 | CPU_MYID,
		1ul << 32 | CPU_YIELD
	};

	announce("EBADTRAP");
	for (u64 i = 0; i < ARRAY(functions); i++)
		if (FAST(functions[i]) != EBADTRAP)
			wrong("function 0x%x: status %u", functions[i], last.o[0]);
}

TEST(api, other_groups, "4.11: functions of a group not negotiated: EBADTRAP")
{
	announce("EBADTRAP");
	CORE(API_SET_VERSION, GROUP_INTERRUPT, 0, 0);
	CORE(API_SET_VERSION, GROUP_SOFT_STATE, 0, 0);
	CORE(API_SET_VERSION, GROUP_LDC, 0, 0);
	for (u64 f = INTR_DEVINO2SYSINO; f <= VINTR_SETTARGET; f++)
		IS(FAST(f), EBADTRAP);
	for (u64 f = LDC_TX_QCONF; f <= LDC_REVOKE; f++)
		IS(FAST(f), EBADTRAP);
	IS(FAST(SOFT_STATE_SET), EBADTRAP);
	IS(FAST(SOFT_STATE_GET), EBADTRAP);
	negotiate();
}

TEST(api, later_minors,
    "4.11: EBADTRAP: CPU_POKE at core 1.1; 4.3: CONS_READ, CONS_WRITE only at core 1.1 and up")
{
	announce("EBADTRAP");
	IS(FAST(CPU_POKE, 0), EBADTRAP);
	set(GROUP_CORE, 1, 0);
	IS(FAST(CONS_READ, 0, 0), EBADTRAP);
	IS(FAST(CONS_WRITE, 0, 0), EBADTRAP);
	IS(FAST(CPU_MYID), EOK);
	set(GROUP_CORE, 1, 1);
}

TEST(api, interrupt_majors,
    "4.2: interrupt major 1 = sysino calls, major 2 = cookie calls; 4.11: DEVINO2SYSINO with major 2: "
    "EBADTRAP")
{
	announce("EBADTRAP");
	set(GROUP_INTERRUPT, 2, 0);
	for (u64 f = INTR_DEVINO2SYSINO; f <= INTR_SETTARGET; f++)
		IS(FAST(f), EBADTRAP);
	set(GROUP_INTERRUPT, 1, 0);
	for (u64 f = VINTR_GETCOOKIE; f <= VINTR_SETTARGET; f++)
		IS(FAST(f), EBADTRAP);
	set(GROUP_INTERRUPT, 2, 0);
}

TEST(api, not_offered, "README: trap trace, dump and performance groups, PCI: EBADTRAP when not offered")
{
	announce("EBADTRAP");
	IS(FAST(0xb0), EBADTRAP);
	IS(FAST(0xd3), EBADTRAP);
	for (u64 f = 0x100; f <= 0x103; f++)
		IS(FAST(f), EBADTRAP);
}

TEST(api, other_traps,
    "4.1: ta 0x81 is for later platforms, 0x82 reserved; others from 0x80 on are nobody's")
{
	announce("EBADTRAP|guest: a trap instruction");
	IS(hv(0x81, 0, 0, 0, 0, 0, 0), EBADTRAP);
	IS(hv(0x82, 0, 0, 0, 0, 0, 0), EBADTRAP);
	IS(hv(0x86, 0, 0, 0, 0, 0, 0), EBADTRAP);
	IS(hv(0xfe, 0, 0, 0, 0, 0, 0), EBADTRAP);
}

TEST(api, spoilt, "4.1: treat all %o0 to %o5 as clobbered; README: those that are no results are spoilt")
{
	IS(FAST(CPU_MYID), EOK);
	for (u64 i = 2; i < 6; i++)
		CHECK(last.o[i] != 0 && last.o[i] != CPU_MYID);
	IS(FAST(MMU_DEMAP_ALL, 0, 0, BOTH), EOK);
	for (u64 i = 1; i < 6; i++)
		CHECK(last.o[i] != 0 && last.o[i] != MMU_DEMAP_ALL && last.o[i] != BOTH);
	CHECK(boot_entry.o[1] != 0 && boot_entry.o[5] != 0);
}

TEST(api, pstate, "3.2: a guest may have AM and CLE set, and interrupts enabled")
{
	static const u64 flips[] = {
		PSTATE_AM, PSTATE_CLE, PSTATE_TLE, PSTATE_IE, PSTATE_PEF,
		PSTATE_AM | PSTATE_CLE | PSTATE_TLE | PSTATE_IE | PSTATE_PEF
	};

	for (u64 i = 0; i < ARRAY(flips); i++) {
		flip = flips[i];
		IS(FAST(CPU_MYID), EOK);
		IS(last.o[1], 0);
		IS(FAST(CPU_STATE, 0), EOK);
		IS(last.o[1], 2);
		IS(get(GROUP_CORE), 1ul << 32 | 1);
	}
	flip = 0;
}

TEST(api, user, "4.1: only from privileged mode: from user mode ta 0x80 is the guest's trap 0x100")
{
	mmu_on();
	struct tsb *tsb = tsb_make(MMU_TSB_CTXNON0, SIZE_8K, 1, 0);
	u64 *code = page_pool(PAGE);

	memcpy(code, user_call, 32);
	sync_code(code);
	tsb_put(tsb, SIZE_8K, (u64)code, 0, tte(code, TTE_RAM | TTE_X | TTE_W));
	IS(user((u64)code, 5, 0, 0), TT_TA);
	IS(trap_of(1)->pc, code);
}
