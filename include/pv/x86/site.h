/*
 * Call sites that the patcher can rewrite, for x86.
 *
 * A site is a call through the live table, filled up with one-byte NOPs to the
 * room its op needs, and a record in the section pv_sites. It works before
 * patching, at the price of one memory access. PV_SITE gives the text; the
 * operand [op] is the op's offset in the table. The record is linked to its
 * site's section (ELF SHF_LINK_ORDER): a linker that collects garbage drops a
 * function together with its records, and keeps both or none.
 *
 * Functions in the table that sites call preserve every register but the result:
 * PV_SITE_FN declares one in C.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_SITE_H
#define PV_X86_SITE_H

#include <pv/site.h>
#include <pv/x86/ops.h>

#define PV_SITE_LEAST	6u	/* bytes of the call in it */

#define PV_SITE(length)								\
	".Lpv_site%=: call *" PV_SITE_TABLE("%c[op]") "\n\t"	/* 6 bytes */		\
	".if " #length " > 6\n\t.skip " #length " - 6, 0x90\n\t.endif\n\t"	\
	PV_SITE_RECORD("%c[op]", #length, "0")

#define PV_SITE_OPERAND(member)		[op] "i" (__builtin_offsetof(struct pv_isa_ops, member))

#define PV_SITE_FN			__attribute__((no_caller_saved_registers)) PV_SITE_REGPARM

#endif
