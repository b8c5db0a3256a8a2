/*
 * sparc64 has no recorded call sites: hot ops go through the table. Included by
 * ../call.h.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_OP_CALL_H
#define PV_HOOKS_OP_CALL_H

#define PV_OP_VOID_0(member)		pv_ops.member()
#define PV_OP_64_0(member)		pv_ops.member()
#define PV_OP_VOID_1(member, arg)	pv_ops.member(arg)
#define PV_OP_VOID_1_64(member, arg)	pv_ops.member(arg)

#endif
