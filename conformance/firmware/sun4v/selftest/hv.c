/*
 * Hypervisor calls of the self-test guest, by number; what each has to keep is checked
 * at every call.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "test.h"

struct call last;
u64 flip;

u64
hv(u64 trap, u64 function, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	static void (*const by_trap[])(struct call *) = {
		[0x00] = call_80, [0x01] = call_81, [0x02] = call_82, [0x03] = call_83, [0x04] = call_84,
		[0x05] = call_85, [0x06] = call_86, [0x7e] = call_fe, [0x7f] = call_ff
	};
	struct call call = { .o = { a, b, c, d, e, function }, .pstate = flip };

	by_trap[trap - 0x80](&call);	/* another strand may do calls meanwhile */
	last = call;
	if (last.o[0] == EOK)
		answered(trap, function);
	if (last.spoilt)
		wrong("trap 0x%x function 0x%x spoils what it has to keep (0x%x)", trap, function,
		    last.spoilt);
	return last.o[0];
}

void
need_group(u64 group, u64 major, u64 minor)
{
	u64 status = CORE(API_SET_VERSION, group, major, minor);

	if (status != EOK)
		wrong("group 0x%x version %u.%u: status %u", group, major, minor, status);
}

/* All that the suite uses; a hypervisor that lacks a group shows it in that group's cases. */
void
negotiate(void)
{
	CORE(API_SET_VERSION, GROUP_SUN4V, 1, 0);
	CORE(API_SET_VERSION, GROUP_CORE, 1, 1);
	CORE(API_SET_VERSION, GROUP_INTERRUPT, 2, 0);
	CORE(API_SET_VERSION, GROUP_SOFT_STATE, 1, 0);
	CORE(API_SET_VERSION, GROUP_LDC, 1, 0);
}
