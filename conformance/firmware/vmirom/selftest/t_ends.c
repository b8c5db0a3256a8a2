/*
 * What a client in ring 1 cannot go on after: the ROM says why, and the machine is off.
 * A case is the last of its run, so all is said before it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "paging.h"

static uint32_t user_stack[64];

static void
last(const char *name, const char *pattern)
{
	print("ok 1 - %s\n", name);
	print("# vmi-complaint ring 0: %s \\(vector [0-9]+, error 0x\n", pattern);
	print("# end 1 0\n");
}

TEST(ringtask, no_task, "1.6: 6: a program's trap goes to the stack of the task that SetTR chose")
{
	CHECK(go_on_with_rom());
	last("ringtask.no_task", "a trap of a program, and no task register");
	user_enter((uint32_t)user_code, (uint32_t)(user_stack + 64));
}

TEST(ringgate, no_gate, "1.6: 5: an IDT without a gate for what comes, nor for the fault that this is")
{
	static uint64_t empty[2] __attribute__((aligned(4096)));
	struct __attribute__((packed)) { uint16_t limit; uint32_t base; } t = { 7, (uint32_t)empty };

	CHECK(go_on_with_rom());
	last("ringgate.no_gate", "no gate for this");
	VMI(VMI_SET_IDT, (uint32_t)&t);
	__asm__ volatile("int $0x31");
}

TEST(ringfault, fault, "README: a trap within ring 0 that is nobody's: a buffer that is not there")
{
	CHECK(paging_start());
	last("ringfault.fault", "a fault of the ROM, or of what it was given");
	VMI(VMI_GET_GDT, 0xdead0000);
}
