/*
 * What the entry and exit code of bare metal i386 is made of. Assembly only;
 * numbers are checked in traps.c and ways.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../common/i386/sysenter_words.h"

#define SLOT_IRET	(21 * 4)

	/*
	 * A site in assembly; see <pv/x86/site.h>. kind 0 call, 1 jump. By the time of the jump %ds may be
	 * the user's, with a base of the user's choice: the prefix makes it read through %cs, and means
	 * nothing to what the patcher puts behind it.
	 */
	.macro	site offset, length, kind
	.if	\kind
	.byte	0x2e
	.endif
.Lpv_site\@:
	.if	\kind
	jmp	*pv_ops + \offset
	.else
	call	*pv_ops + \offset
	.endif
	.if	\length > 6
	.skip	\length - 6, 0x90
	.endif
	.pushsection pv_sites, "ao", @progbits, .Lpv_site\@
	.balign	4
	.long	.Lpv_site\@ - .
	.short	\offset
	.byte	\length, \kind
	.popsection
	.endm

	.macro	save
	save_and_load KERNEL_DS, KERNEL_FS
	.endm

	/* User mode may have set AC, and so may a user copy that took this fault: it switches SMAP off. */
	.macro	clear_ac
	testb	$1, pv_x86_smap
	jz	773f
	.byte	0x0f, 0x01, 0xca	/* clac */
773:
	.endm
