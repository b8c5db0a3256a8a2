/*
 * What the entry and exit code of the Xen backend on x86_64 is made of. Assembly
 * only; numbers are checked in trap.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"
#include "../../common/x86_64/save.h"

	/* A frame of Xen's has these two on top; <pv/x86_64/frame.h> has them in their places. */
	.macro	take_top
	pop	%rcx
	pop	%r11
	.endm
