/*
 * Where things are in the address space that our entry code sets up: the layout of
 * the instruction set that is built for.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_X86_LAYOUT_H
#define PV_COMMON_X86_LAYOUT_H

#include <pv/isa.h>

#define PV_LAYOUT__(path)	#path
#define PV_LAYOUT_(dir)		PV_LAYOUT__(../dir/layout.h)
#define PV_LAYOUT(dir)		PV_LAYOUT_(dir)
#include PV_LAYOUT(PV_ISA_DIR)

#endif
