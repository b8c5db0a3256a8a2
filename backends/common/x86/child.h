/*
 * What the native x86 backend lends to backends that have it as their parent.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_X86_CHILD_H
#define PV_COMMON_X86_CHILD_H

#include <pv/backend.h>

extern const struct pv_backend pv_native_backend;
/* The parts "lines" and "io" of it, for code that is in those parts too. */
extern const struct pv_line_ops pv_native_input_ops PV_WEAK;
extern const struct pv_io_ops pv_native_io_ops PV_WEAK;

/* The vector by which a hypervisor interrupts; native uses none from here to 0xfd. */
#define PV_VECTOR_HYPERVISOR	0xf5u

/* Who handles vectors 32..255; NULL counts as spurious. Gate closed, on the interrupt. */
typedef void (*pv_native_vector_fn)(struct pv_frame *frame);
void pv_native_vector_set(unsigned vector, pv_native_vector_fn fn);

#endif
