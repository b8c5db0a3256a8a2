/*
 * Numbers of the record and of the translation storage buffer, for C and assembly;
 * tsb.h says what they mean. The flags are those of <pv/mmu.h>, checked in record.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_TSB_NUMBERS_H
#define PV_TSB_NUMBERS_H

#define PV_TSB_SHIFT		12	/* log2 of the buffer's entries */
#define PV_TSB_SIZE_CODE	3	/* sun4u: 512 << n entries */
#define PV_TSB_TAG_INVALID	47	/* bit of a tag that no address has */
/*
 * Pages from which on sync() lets a whole context be forgotten instead. A page costs what a context does: a call
 * on sun4v, 2 stores and a round through trap level 1 on sun4u; and what a context forgets comes back by misses.
 */
#define PV_TSB_MANY		16

#define PV_TSB_WRITE		0x002
#define PV_TSB_EXEC		0x004
#define PV_TSB_LARGE		0x020
#define PV_TSB_REFERENCED	0x400
#define PV_TSB_MODIFIED		0x800
#define PV_TSB_DECIDE		0x03e	/* flags that decide machine bits, besides the two of the cache */
#define PV_TSB_CACHE_SHIFT	8
#define PV_TSB_CACHE_OUT	0x200	/* of the cache's two: not write-back, not write-through */

#define PV_TSB_LARGE_SHIFT	23	/* a leaf of level 2 */
#define PV_TSB_LARGE_PIECE	22	/* as the hardware has it: 4 MiB */
#define PV_TSB_VA_BITS		43

/* Members of struct pv_cpu that the miss path reads. */
#define PV_TSB_CPU_ROOT		128	/* hv_area[0]: the current space's root, or 0 */
#define PV_TSB_CPU_CONTEXT	136	/* hv_area[1] */

#endif
