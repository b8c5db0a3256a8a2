/*
 * The platform assumptions of libpv and its few sizes. A kernel that disagrees
 * defines PV_CONFIG_HEADER as the name of a header of its own, which is read
 * first and may define any of these. Each value checks itself. Library and kernel
 * must be compiled with the same ones: structs of the interface depend on them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_CONFIG_H
#define PV_CONFIG_H

#ifdef PV_CONFIG_HEADER
# include PV_CONFIG_HEADER
#endif

/* Fixed-width integers. Define PV_CONFIG_OWN_INTS when PV_CONFIG_HEADER provides them. */
#ifndef PV_CONFIG_OWN_INTS
# include <stdint.h>
# include <stddef.h>
# include <stdbool.h>
# include <stdarg.h>
#endif

/* Static assertions in both languages the headers are read by. */
#ifdef __cplusplus
# define PV_STATIC_ASSERT(cond, text)	static_assert(cond, text)
# define PV_BEGIN_DECLS			extern "C" {
# define PV_END_DECLS			}
#else
# define PV_STATIC_ASSERT(cond, text)	_Static_assert(cond, text)
# define PV_BEGIN_DECLS
# define PV_END_DECLS
#endif

/* CPUs that libpv keeps a per-CPU record for. */
#ifndef PV_MAX_CPUS
# define PV_MAX_CPUS		32
#endif
PV_STATIC_ASSERT(PV_MAX_CPUS >= 1 && PV_MAX_CPUS <= 4096, "PV_MAX_CPUS: 1 to 4096");

/* Memory ranges, modules and bytes of text that pv_boot keeps of what the loader said. */
#ifndef PV_BOOT_RANGES
# define PV_BOOT_RANGES		128
#endif
PV_STATIC_ASSERT(PV_BOOT_RANGES >= 16, "PV_BOOT_RANGES: at least 16");
#ifndef PV_BOOT_MODULES
# define PV_BOOT_MODULES	16
#endif
PV_STATIC_ASSERT(PV_BOOT_MODULES >= 1, "PV_BOOT_MODULES: at least 1");
#ifndef PV_BOOT_TEXT
# define PV_BOOT_TEXT		8192
#endif
PV_STATIC_ASSERT(PV_BOOT_TEXT >= 1024, "PV_BOOT_TEXT: at least 1024 bytes");

/* Interrupt lines that can be bound at one time. */
#ifndef PV_MAX_LINES
# define PV_MAX_LINES		256
#endif
PV_STATIC_ASSERT(PV_MAX_LINES >= 32, "PV_MAX_LINES: at least 32");

#define PV_INLINE		static inline __attribute__((always_inline, unused))
#define PV_PRINTF(f, a)		__attribute__((format(printf, f, a)))
#define PV_NORETURN		__attribute__((noreturn))
#define PV_WEAK			__attribute__((weak))

/*
 * In a function or outside of one: this file uses a part of the op table that is linked only where
 * somebody uses it. All functions of the interface say so for themselves; a kernel says it when it
 * does with instructions of its own what it has a part for. No code and no data come of it.
 */
#define PV_NEED(part)		__asm__(".globl pv_need_" #part)

#endif
