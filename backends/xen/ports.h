/*
 * I/O ports, as far as this domain has them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_PORTS_H
#define PV_XEN_PORTS_H

#include "xen.h"

/* Stage EARLY: get them, or put something else behind their ops. */
void pv_xen_ports_setup(void);
bool pv_xen_ports_allowed(void);

/* pci.c */
pv_status pv_xen_pci_read(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t *value);
pv_status pv_xen_pci_write(struct pv_pci_address where, unsigned reg, unsigned width, uint32_t value);

/* <isa>/gate.S, site convention: all ones; nothing */
void pv_xen_port_ones(void), pv_xen_port_nothing(void);

#endif
