/*
 * The machine description as boot data and as facts about the machine.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SUN4V_MD_BOOT_H
#define PV_SUN4V_MD_BOOT_H

#include "md.h"

#define PV_SUN4V_QUEUES		4u	/* CPU mondo, device mondo, resumable, non-resumable error */
#define PV_SUN4V_QUEUE_BITS_MAX	20u

/* Rates that a counter can have. */
#define PV_SUN4V_HZ_LEAST	1000000ull
#define PV_SUN4V_HZ_MOST	100000000000ull

struct pv_sun4v_machine {
	uint64_t stick_hz;		/* 0: not said, or none that can be */
	uint64_t stick_said;		/* as it stands there */
	uint8_t queue_bits[PV_SUN4V_QUEUES];	/* log2 of the entries; 0: not said */
	char model[32];			/* "" when not said */
};

/*
 * Memory that can be mapped: whole pages of `page` bytes, a power of two, below `limit`. A hypervisor
 * looks at both ends of a page.
 */
struct pv_sun4v_reach {
	uint64_t page, limit;
};

/*
 * Within a build of boot data, whose reader reads addresses of this program: add memory, command
 * line, name of the loader and modules. Gives the number of memory blocks.
 */
uint32_t pv_sun4v_md_boot(const struct pv_sun4v_md *md, const struct pv_sun4v_reach *reach);
/* A block of memory; what is out of reach is odd. */
void pv_sun4v_ram(uint64_t base, uint64_t size, const struct pv_sun4v_reach *reach);

/* What it says of a CPU and of the platform; false: it has no such CPU. */
bool pv_sun4v_md_machine(const struct pv_sun4v_md *md, uint64_t cpu_id, struct pv_sun4v_machine *out);

/*
 * Within the same build: the virtual interrupts of its devices and channels, each handle << INO_BITS |
 * ino; how many. What has no room, or numbers that cannot be, is odd.
 */
#define PV_SUN4V_INO_BITS	8
#define PV_SUN4V_HANDLE_BITS	22
uint32_t pv_sun4v_md_sources(const struct pv_sun4v_md *md, uint32_t *source, uint32_t most);

#endif
