/*
 * Sites on x86_64: table addressing is RIP-relative, so that PIE kernels link.
 * Arguments in rdi, rsi; result in rax.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_SITE_H
#define PV_X86_64_SITE_H

#define PV_SITE_TABLE(op)	"pv_ops+" op "(%%rip)"
#define PV_SITE_REGPARM
#define PV_SITE_RESULT		"rax"
#define PV_SITE_ARG1		"D"	/* constraint of a site's first argument */

#include <pv/x86/site.h>

#endif
