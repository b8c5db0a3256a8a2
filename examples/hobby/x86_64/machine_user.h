/*
 * What programs do that is the machine's own, see ../x86/machine_user.h: the words of
 * x86_64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define KERNEL_ADDRESS	((uintptr_t)0xffffffff80100000ul)
#define AX		"%%rax"
#define SP		"%%rsp"
#define WIDTH		"q"
#define PRIVILEGED_HERE(_) \
	_("swapgs", swapgs, "swapgs") _("sysret", sysret, "mov $0x400000, %%ecx; sysretq")
#include "../x86/machine_user.h"
