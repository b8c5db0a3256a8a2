/*
 * Where the kernel's addresses are on sparc64, on both machines; for assembly and C.
 * examples/ld/sparc64.ld knows it, too.
 *
 * The image lies in one aligned piece of 4 MiB of real memory and has two permanent
 * translations: at PV_SPARC64_TEXT executable and not writable, 4 MiB above, at
 * PV_SPARC64_DATA, writable and not executable. Text and constants are linked at the
 * first, what is written at the second.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_LAYOUT_H
#define PV_SPARC64_LAYOUT_H

#define PV_SPARC64_TEXT		0x400000
#define PV_SPARC64_DATA		0x800000
#define PV_SPARC64_PAGE		0x400000	/* of both translations */
#define PV_SPARC64_ALIAS	(PV_SPARC64_DATA - PV_SPARC64_TEXT)
/* Both, for whoever wants to know what is not to be had. */
#define PV_SPARC64_IMAGE	PV_SPARC64_TEXT
#define PV_SPARC64_IMAGE_SIZE	(PV_SPARC64_ALIAS + PV_SPARC64_PAGE)

/* Real memory as the miss handlers map it, 4 MiB at a time. */
#define PV_SPARC64_DIRECT	0xfffff80000000000
#define PV_SPARC64_DIRECT_SIZE	0x20000000000
/* For mappings made at run time; below the hole. */
#define PV_SPARC64_VA_START	0x10000000000
#define PV_SPARC64_VA_END	0x20000000000

#endif
