/*
 * What programs do that is the machine's own, see ../x86/machine_user.h: the words of
 * i386.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define KERNEL_ADDRESS	((uintptr_t)0xc0100000ul)
#define AX		"%%eax"
#define SP		"%%esp"
#define WIDTH		"l"
#define PRIVILEGED_HERE(_) \
	_("sysexit", sysexit, "mov %%esp, %%ecx; mov $0x400000, %%edx; sysexit")
#include "../x86/machine_user.h"
