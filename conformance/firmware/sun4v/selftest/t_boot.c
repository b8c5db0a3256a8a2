/*
 * Where a guest starts, and what works before any negotiation: sun4v.md 4.2, 4.4. These
 * cases run first in every run, in this order.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

TEST(boot, state,
    "4.4: TL = 2, GL = 2, PSTATE = PRIV only, PIL = 15, TBA = 0, TT = 0, %asi = 0, CWP = 0, CANSAVE = 6")
{
	const struct entry *e = &boot_entry;

	IS(e->tl, 2);
	IS(e->gl, 2);
	IS(e->pstate, PSTATE_PRIV);
	IS(e->pil, 15);
	IS(e->tba, 0);
	IS(e->tt, 0);
	IS(e->asi, 0);
	IS(e->cwp, 0);
	IS(e->cansave, 6);
	IS(e->canrestore, 0);
	IS(e->otherwin, 0);
}

TEST(boot, arguments,
    "4.4: %i0 = real memory base, %i1 = size of the block that starts there, %o0 = 0; section 5: "
    "%o4 = 0, but 4.4 does not promise it to a raw image")
{
	const struct entry *e = &boot_entry;

	IS(e->i[0], (u64)__image_start & ~(4 * MIB - 1));
	CHECK(e->i[1] >= (u64)__image_end - e->i[0]);
	IS(e->o[0], 0);
	CHECK(e->how == ENTRY_BY_ELF || e->how == ENTRY_AT_20);
	IS(e->o[4] == 0, e->how == ENTRY_BY_ELF);
}

TEST(boot, counters, "2.5: they have no bit that a compare register would take for off")
{
	u64 before = get_stick();

	CHECK(before >> 63 == 0);
	CHECK(get_stick() > before);
	CHECK(get_tick() >> 63 == 0);
}

TEST(boot, nothing_negotiated,
    "4.4: every fast trap function returns EBADTRAP until the core group is negotiated")
{
	announce("EBADTRAP");
	for (u64 f = 0; f < 0x104; f++)
		if (named_call(f) && FAST(f) != EBADTRAP)
			wrong("function 0x%x: status %u", f, last.o[0]);
	IS(hv(0x83, 0, 0x4000000000, 0, TTE_KERNEL | (u64)__image_start, BOTH, 0), EBADTRAP);
	IS(hv(0x84, 0, 0x4000000000, 0, BOTH, 0, 0), EBADTRAP);
	IS(FAST(0x1ff), EBADTRAP);
	IS(FAST(~0ul), EBADTRAP);
	IS(FAST(1ul << 32 | CPU_MYID), EBADTRAP);
}

TEST(boot, versions_unknown, "4.2: API_GET_VERSION: EINVAL if not negotiated")
{
	for (u64 group = 0; group < 4; group++)
		IS(CORE(API_GET_VERSION, group), EINVAL);
	IS(CORE(API_GET_VERSION, GROUP_LDC), EINVAL);
	IS(CORE(API_GET_VERSION, 0x7777), EINVAL);
}

TEST(boot, other_groups,
    "4.2: functions of a group that was not negotiated return EBADTRAP; other groups do not open core's")
{
	announce("EBADTRAP");
	IS(CORE(API_SET_VERSION, GROUP_SUN4V, 1, 0), EOK);
	IS(FAST(CPU_MYID), EBADTRAP);
	IS(CORE(API_SET_VERSION, GROUP_SUN4V, 0, 0), EOK);
	IS(CORE(API_SET_VERSION, GROUP_INTERRUPT, 2, 0), EOK);
	IS(FAST(CPU_MYID), EBADTRAP);
	IS(CORE(API_SET_VERSION, GROUP_INTERRUPT, 0, 0), EOK);
}

TEST(boot, refused_major, "4.11: a major that is not offered is refused, and negotiates nothing")
{
	announce("EBADTRAP");
	IS(CORE(API_SET_VERSION, GROUP_CORE, 2, 0), ENOTSUPPORTED);
	IS(FAST(CPU_MYID), EBADTRAP);
	IS(CORE(API_GET_VERSION, GROUP_CORE), EINVAL);
}
