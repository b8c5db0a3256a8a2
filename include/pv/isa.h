/*
 * The one place that asks the compiler which instruction set it builds for.
 * Everything else writes  #include PV_ISA_HEADER(gate.h)  and never an #ifdef.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_ISA_H
#define PV_ISA_H

#if defined(__x86_64__)
# undef x86_64
# define PV_ISA_DIR	x86_64
# define PV_ISA_NAME	"x86_64"
#elif defined(__i386__)
# undef i386			/* GNU dialects predefine it as 1 */
# define PV_ISA_DIR	i386
# define PV_ISA_NAME	"i386"
#elif defined(__sparc__) && defined(__arch64__)
# define PV_ISA_DIR	sparc64
# define PV_ISA_NAME	"sparc64"
#else
# error "libpv: no folder for this instruction set; see docs/backend.md"
#endif

#define PV_ISA_HEADER__(dir, file)	<pv/dir/file>
#define PV_ISA_HEADER_(dir, file)	PV_ISA_HEADER__(dir, file)
#define PV_ISA_HEADER(file)		PV_ISA_HEADER_(PV_ISA_DIR, file)

#endif
