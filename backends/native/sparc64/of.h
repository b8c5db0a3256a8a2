/*
 * OpenFirmware: its client interface, and what its device tree says. The tree is
 * not trusted: host tests and a fuzzer run oftree.c on trees of their own.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_NATIVE_OF_H
#define PV_NATIVE_OF_H

#include <pv/boot.h>

/* -- of.c: the client interface (IEEE 1275, SPARC binding) -- */

#define PV_OF_NONE	0u

bool pv_native_of_present(void);
/* Node of a path, parent, first child, next sibling; PV_OF_NONE when there is none. */
uint32_t pv_native_of_find(const char *path);
uint32_t pv_native_of_parent(uint32_t node);
uint32_t pv_native_of_child(uint32_t node);
uint32_t pv_native_of_peer(uint32_t node);
/* The node that the firmware's console output goes to. */
uint32_t pv_native_of_stdout(void);
/* Bytes of the property, or -1. */
int pv_native_of_length(uint32_t node, const char *name);
/* Bytes of it that were copied (at most size), or -1: also of one that is longer than this, if the firmware says so. */
#define PV_OF_PROPERTY_MOST	1024u
int pv_native_of_get(uint32_t node, const char *name, void *to, size_t size);
void pv_native_of_write(const char *text, size_t size);
/* A byte that was typed; -1: none was. */
int pv_native_of_read(void);
/* Let the firmware run a Forth command. True: it came back without an error. */
bool pv_native_of_command(const char *command);
/* Give the machine back. */
void pv_native_of_exit(void) PV_NORETURN;

/* -- oftree.c: what the device tree says -- */

bool pv_native_of_get_u32(uint32_t node, const char *name, uint32_t *value);
/* Property as text with an end; "" when it is absent. */
void pv_native_of_get_text(uint32_t node, const char *name, char *to, size_t size);
/* Is it one of the texts in a list, each with its end? The last may lack it. */
bool pv_native_of_lists(const char *list, size_t size, const char *what);
/* Does a node say so, among others? */
bool pv_native_of_compatible(uint32_t node, const char *what);
/* First entry of a node's "reg" as physical address. PV_E_NOENT, PV_E_FORMAT. */
pv_status pv_native_of_reg(uint32_t node, pv_paddr *pa, uint64_t *size);
/* The boot CPU's node. */
uint32_t pv_native_of_cpu(void);
/* The first node below that has it as its "name" or "model". */
uint32_t pv_native_of_search(uint32_t from, const char *name);
/* The PCI host bridge, and where it shows a space of the bus (0 configuration, 1 I/O, 2 memory). */
uint32_t pv_native_of_bridge(void);
pv_status pv_native_of_pci_space(unsigned space, pv_paddr *pa, uint64_t *size);
/* The number that the first interrupt of a device arrives with. PV_E_NOENT, PV_E_FORMAT. */
pv_status pv_native_of_interrupt(uint32_t node, uint32_t *number);
/* Within a build of boot data: the memory map. */
void pv_native_of_memory(void);

#endif
