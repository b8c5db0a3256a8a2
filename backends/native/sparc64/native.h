/*
 * What the files of the native sparc64 backend share: a sun4u machine started by
 * OpenFirmware. Nobody outside of this folder includes it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_SPARC64_H
#define PV_NATIVE_SPARC64_H

#include "../../common/sparc64/sparc64.h"

/* Physical memory as the miss handler of traps.S maps it, 4 MiB at a time. */
#define PV_NATIVE_DIRECT	0xfffff80000000000ul
#define PV_NATIVE_DIRECT_SIZE	(1ul << 41)
/* Kernel addresses for mappings made at run time; below the hole. */
#define PV_NATIVE_VA_START	0x10000000000ul
#define PV_NATIVE_VA_END	0x20000000000ul
/* The image has a locked translation of 4 MiB; start.S and the linker script know it, too. */
#define PV_NATIVE_IMAGE		0x400000ul
#define PV_NATIVE_IMAGE_SIZE	0x400000ul

/* -- of.c: the OpenFirmware client interface (IEEE 1275, SPARC binding) -- */

#define PV_OF_NONE	0u

bool pv_native_of_present(void);
/* Node of a path, parent, first child, next sibling; PV_OF_NONE when there is none. */
uint32_t pv_native_of_find(const char *path);
uint32_t pv_native_of_parent(uint32_t node);
uint32_t pv_native_of_child(uint32_t node);
uint32_t pv_native_of_peer(uint32_t node);
/* The node that the firmware's console output goes to. */
uint32_t pv_native_of_stdout(void);
/* Bytes of the property that were copied (at most size), or -1. */
int pv_native_of_get(uint32_t node, const char *name, void *to, size_t size);
bool pv_native_of_get_u32(uint32_t node, const char *name, uint32_t *value);
/* Property as text with an end; "" when it is absent. */
void pv_native_of_get_text(uint32_t node, const char *name, char *to, size_t size);
void pv_native_of_write(const char *text, size_t size);
/* Let the firmware run a Forth command. True: it came back without an error. */
bool pv_native_of_command(const char *command);
/* Give the machine back. */
void pv_native_of_exit(void) PV_NORETURN;

/* -- oftree.c: what the device tree says -- */

/* Does the root node say so? */
bool pv_native_of_compatible(const char *machine);
/* First entry of a node's "reg" as physical address. PV_E_NOENT, PV_E_FORMAT. */
pv_status pv_native_of_reg(uint32_t node, pv_paddr *pa, uint64_t *size);
/* The boot CPU's node. */
uint32_t pv_native_of_cpu(void);

/* -- mmu.c, space.c -- */
extern const struct pv_mmu_ops pv_native_mmu_ops;
extern const struct pv_mmu_ops pv_native_space_ops PV_WEAK;

/* -- console.c -- */
extern const struct pv_console_ops pv_native_console_ops;
void pv_native_console_setup(void);

/* -- time.c -- */
uint64_t pv_native_counter(void);
void pv_native_compare(uint64_t when);
pv_status pv_native_time_setup(void);
extern const struct pv_template pv_native_templates[];

/* -- start.S, called by assembly -- */
extern uint64_t pv_native_of_handler, pv_native_of_tba;
uint64_t pv_native_of_call(uint64_t *cells);
void pv_native_begin(void) PV_NORETURN;
void pv_native_take_over(void);
/* Let both TLBs forget what a page or a context has; what: address | DEMAP_* of mmu.h. */
void pv_native_demap(uintptr_t what, uint64_t context);

/* -- start.S: where backends/common/sparc64/entry.S goes on -- */
void pv_native_start(void);

#endif
