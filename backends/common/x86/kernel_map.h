/*
 * The kernel's own address space for those who use our entry code, as several
 * backends have it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_KERNEL_MAP_H
#define PV_COMMON_KERNEL_MAP_H

#include <pv/boot.h>
#include <pv/mmu.h>

/*
 * Let the window at va, whose leaf entry this is, show a frame, writable and not executable, or
 * nothing (size 0), and see to it that this CPU has no older translation. Gate closed.
 */
typedef void (*pv_window_fn)(uint64_t *entry, uintptr_t va, pv_paddr frame, uintptr_t size);

/*
 * Build it, in tables that no CPU runs on yet, as that of pv_space_kernel(). Needs the freestanding
 * hooks; PV_E_NOMEM and what pv_space_map() says.
 */
pv_status pv_kernel_map_make(const struct pv_boot *boot, pv_window_fn window);
/* The CPU runs on it now: frames are reached through it from here on. */
void pv_kernel_map_use(void);

/* Is va one of a window? Its entry then. */
uint64_t *pv_kernel_map_window(uintptr_t va);

/* mmu.reserved for kernels that have this map: the three ranges that are libpv's. */
pv_status pv_kernel_map_reserved(unsigned index, struct pv_reserved_range *out);

#endif
