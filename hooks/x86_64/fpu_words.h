/*
 * Mnemonics of the state instructions, x86_64: with REX.W, so that the instruction
 * and data pointers are kept in full.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_64_FPU_WORDS_H
#define PV_X86_64_FPU_WORDS_H

#define PV_FXSAVE	"fxsave64"
#define PV_FXRSTOR	"fxrstor64"
#define PV_XSAVE	"xsave64"
#define PV_XRSTOR	"xrstor64"

#endif
