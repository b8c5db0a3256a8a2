/*
 * struct pv_frame for C files of both x86 widths: the names of its members, the
 * stack pointer.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_X86_FRAME_H
#define PV_COMMON_X86_FRAME_H

#include <pv/isa.h>
#include PV_ISA_HEADER(frame.h)

#define PV_COMMON_ISA__(path)		#path
#define PV_COMMON_ISA_(dir, file)	PV_COMMON_ISA__(../dir/file)
#define PV_COMMON_ISA(file)		PV_COMMON_ISA_(PV_ISA_DIR, file)
#include PV_COMMON_ISA(frame_words.h)

#endif
