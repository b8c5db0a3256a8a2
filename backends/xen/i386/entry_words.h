/*
 * What the entry and exit code of the Xen backend on i386 is made of. Assembly only.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../abi.h"
#include "../../common/i386/save.h"
#include "segments.h"
#include "../../../hooks/x86/frame_marks.h"

	.macro	save
	save_and_load XEN_KERNEL_DS, XEN_KERNEL_FS
	cld
	.endm
