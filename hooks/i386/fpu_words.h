/*
 * Mnemonics of the state instructions, i386.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_I386_FPU_WORDS_H
#define PV_I386_FPU_WORDS_H

#define PV_FXSAVE	"fxsave"
#define PV_FXRSTOR	"fxrstor"
#define PV_XSAVE	"xsave"
#define PV_XRSTOR	"xrstor"

#endif
