/*
 * Sites on i386: absolute table addressing. Arguments in eax, edx, ecx; result in
 * eax, or edx:eax for 64 bits.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_SITE_H
#define PV_I386_SITE_H

#define PV_SITE_TABLE(op)	"pv_ops+" op
#define PV_SITE_REGPARM		__attribute__((regparm(3)))
#define PV_SITE_RESULT		"eax"
#define PV_SITE_ARG1		"a"	/* constraint of a site's first argument */

#include <pv/x86/site.h>

#endif
