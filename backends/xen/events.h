/*
 * Event channels, for the files of the Xen backends. A port has one owner, which
 * says who is called when an event comes in on it; ports that nobody owns are masked.
 *
 * In the hypervisor's memory an event is either a bit of two levels of bitmaps
 * (events.c) or an entry in one of sixteen queues (fifo.c); Xen is asked once which.
 * Linked by kernels that bind lines: fifo.c, lines.c, pirq.c. The others have the
 * timer's channel only, and the bitmaps do for that.
 *
 * All functions: gate closed, unless said otherwise.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_XEN_EVENTS_H
#define PV_XEN_EVENTS_H

#include "xen.h"

/* Ports that this backend serves, in either form. Xen gives out the lowest that is free. */
#define PV_XEN_PORTS		4096u

enum {
	PV_XEN_PORT_FREE = 0,
	PV_XEN_PORT_TIMER,
	PV_XEN_PORT_SENT,		/* what CPUs send each other and themselves */
	PV_XEN_PORT_INPUT		/* + the input of pv_line_ops */
};

/* Sources of lines that only this backend has: virtual interrupts, and ports that somebody else opened. */
#define PV_XEN_LINE_VIRQ	0x50000000u	/* + XEN_VIRQ_*; of the CPU that the line is for */
#define PV_XEN_LINE_PORT	0x50001000u	/* + port; the line's unbinding leaves it open */

/* Where the state of ports is. Ports are below `nr`. */
struct pv_xen_port_form {
	const char *name;
	/* Make port usable: masked, not pending. */
	pv_status (*expand)(uint32_t port);
	void (*mask)(uint32_t port);
	/* True: nothing is left to do. False: only Xen can unmask it now. `local`: it is this CPU's. */
	bool (*unmask)(uint32_t port, bool local);
	void (*clear)(uint32_t port);
	/*
	 * Take one event that is pending and not masked, cleared: its port. PV_XEN_PORTS: there is
	 * none. If there may be more, pv_xen_more_events() was called.
	 */
	uint32_t (*next)(struct pv_cpu *cpu);
};

/* -- events.c -- */

/* Bring them up with everything masked, once. The upcall is the caller's to register. */
pv_status pv_xen_events_init(void);
/* Take what is pending, in the interrupt. Not the PV upcall: no depth, no hooks. */
void pv_xen_events_take(void);
/* This CPU has events that it has not looked at yet: opening the gate delivers. */
void pv_xen_more_events(void);

/* Open a port of this CPU or another one for an owner, masked. The status says why not; nothing is open then. */
pv_status pv_xen_port_virq(uint32_t virq, uint32_t cpu, uint16_t owner, uint32_t *port);
pv_status pv_xen_port_ipi(uint32_t cpu, uint16_t owner, uint32_t *port);
pv_status pv_xen_port_pirq(uint32_t pirq, uint32_t cpu, uint16_t owner, uint32_t *port);
/* The same for one that is open already. */
pv_status pv_xen_port_adopt(uint32_t port, uint32_t cpu, uint16_t owner);
/* PV_E_NOENT: it is closed. */
pv_status pv_xen_port_open(uint32_t port);
/* Masked, without owner; still open. */
void pv_xen_port_leave(uint32_t port);
void pv_xen_port_close(uint32_t port);
void pv_xen_port_mask(uint32_t port);
void pv_xen_port_unmask(uint32_t port);
/* Forget what is pending. */
void pv_xen_port_clear(uint32_t port);
pv_status pv_xen_port_send(uint32_t port);
/* Interdomain ports and physical interrupts; others stay where they were opened. */
pv_status pv_xen_port_move(uint32_t port, uint32_t cpu);
/* 0 comes first, 15 last, 7 is what a port begins with; in the two-level form there are none. */
void pv_xen_port_priority(uint32_t port, uint32_t priority);

/* -- fifo.c -- */

/* The queues, or NULL: Xen has none, or would not. */
const struct pv_xen_port_form *pv_xen_fifo_start(void) PV_WEAK;

/* -- lines.c -- */

/* Stage LINES: the channels by which a CPU interrupts itself and others. */
pv_status pv_xen_lines_start(void) PV_WEAK;
/* The first of our inputs, as the line service knows them: others may have some below. */
extern uint32_t pv_xen_input_base;
/* An event of an owner that is not the timer. */
void pv_xen_lines_event(uint32_t port, uint16_t owner) PV_WEAK;

/* -- pirq.c: physical interrupts of a first domain -- */

/* Ask what there is. */
void pv_xen_pirq_start(void);
/* True if this global system interrupt is there; then how it is wired: PV_LINE_LEVEL, PV_LINE_LOW. */
bool pv_xen_pirq_has(uint32_t gsi, uint32_t *wired);
/* The one that ISA interrupt n is wired to; ~0: none that is ours. */
uint32_t pv_xen_pirq_isa(uint32_t n);
/* Make Xen route it like that. PV_E_ABSENT: it is wired otherwise. */
pv_status pv_xen_pirq_map(uint32_t gsi, uint32_t flags, uint32_t *pirq);
/* The guest is done with it, if Xen wants to know. */
void pv_xen_pirq_eoi(uint32_t pirq);

#endif
