/*
 * Call sites that the patcher can rewrite, for sparc64.
 *
 * A site is four instructions, a call through the live table, and a record in the
 * section pv_sites (<pv/site.h>). It works before patching. [op] is the op's offset
 * in the table, which the kernel links below 4 GiB (code models medlow and medmid).
 * Arguments are in %o0 to %o2, the result in %o0, as in C.
 *
 * Functions in the table follow the C convention, so a site spoils what a call may:
 * PV_SITE_SPOILT names that, beside the registers that hold arguments.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_SITE_H
#define PV_SPARC64_SITE_H

#include <pv/site.h>
#include <pv/sparc64/ops.h>

#define PV_SITE_LEAST	16u

#define PV_SITE									\
	".Lpv_site%=: sethi %%hi(pv_ops + %c[op]), %%g1\n\t"				\
	"ldx [%%g1 + %%lo(pv_ops + %c[op])], %%g1\n\t"				\
	"jmpl %%g1, %%o7\n\t"							\
	"nop\n\t"								\
	PV_SITE_RECORD("%c[op]", "16", "0")

#define PV_SITE_OPERAND(member)		[op] "i" (__builtin_offsetof(struct pv_isa_ops, member))

/* %o1 and %o2 come before the rest: a site that takes them as arguments leaves them out. */
#define PV_SITE_SPOILT	"g1", "g2", "g3", "g4", "g5", "o3", "o4", "o5", "o7", "cc", "memory"
#define PV_SITE_REG(name, which)	register uint64_t name __asm__(which)

#endif
