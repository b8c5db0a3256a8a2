/*
 * What the files of the sun4v backend share. Nobody outside of this folder
 * includes it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SUN4V_H
#define PV_SUN4V_H

#include "../../common/sparc64/sparc64.h"

/* -- hcall.c: calls into the hypervisor (UltraSPARC Virtual Machine Specification) -- */

/* Fast trap functions, ta 0x80. */
#define PV_SUN4V_MACH_EXIT	0x00u
#define PV_SUN4V_MACH_SIR	0x02u
#define PV_SUN4V_CPU_YIELD	0x12u
#define PV_SUN4V_TOD_GET	0x50u
#define PV_SUN4V_TOD_SET	0x51u
#define PV_SUN4V_CONS_GETCHAR	0x60u
#define PV_SUN4V_CONS_PUTCHAR	0x61u

/* Core trap functions, ta 0xff: there before anything is negotiated. */
#define PV_SUN4V_API_SET_VERSION	0u
#define PV_SUN4V_API_PUTCHAR		1u
#define PV_SUN4V_API_EXIT		2u

#define PV_SUN4V_GROUP_SUN4V	0u
#define PV_SUN4V_GROUP_CORE	1u

#define PV_SUN4V_EOK		0
#define PV_SUN4V_EBADTRAP	7
#define PV_SUN4V_EWOULDBLOCK	9

/* Status; the first result, if there is one, in *result (may be NULL). */
int64_t pv_sun4v_fast(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t *result);
int64_t pv_sun4v_core(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t *result);
const char *pv_sun4v_error_name(int64_t status);
/* Keep a refusal; returns PV_E_REFUSED, or PV_E_ABSENT when the call does not exist here. */
pv_status pv_sun4v_refused(const char *op, const char *call_name, uint64_t arg, int64_t status);

/* Ask for the API groups that this backend speaks. */
pv_status pv_sun4v_negotiate(void);
bool pv_sun4v_negotiated(void);

/* -- console.c -- */
extern const struct pv_console_ops pv_sun4v_console_ops;

/* -- start.c, called by start.S -- */
void pv_sun4v_begin(uint64_t memory_base, uint64_t memory_size) PV_NORETURN;
bool pv_sun4v_started(void);

/* -- start.S: where backends/common/sparc64/entry.S goes on -- */
void pv_sun4v_start(void);

#endif
