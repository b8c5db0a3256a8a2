/*
 * Exceptions of x86, for all who have their frames.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_EXCEPTION_H
#define PV_COMMON_EXCEPTION_H

#include <pv/backend.h>
#include "vectors.h"

#define VECTOR_NMI	2
#define VECTOR_PF	14

/* Gate closed. cr2 counts for page faults only. */
void pv_x86_exception(struct pv_frame *frame, bool user, uintptr_t cr2);
void pv_x86_nmi(struct pv_frame *frame);

#endif
