/*
 * How the library calls an op that is hot and has the ordinary C convention: timer,
 * end of interrupt, thread switch. On x86 the call is a recorded site that becomes a
 * direct call; elsewhere it goes through the table. Each macro also type-checks the
 * call, in code that is never reached.
 *
 *	PV_OP_VOID_0(cpu.idle)		PV_OP_VOID_1(line.end, input)
 *	PV_OP_VOID_1_64(time.alarm, when)	now = PV_OP_64_0(time.now)
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_CALL_H
#define PV_HOOKS_CALL_H

#include <pv/ops.h>

#define PV_CALL_ISA__(path)		#path
#define PV_CALL_ISA_(dir, file)		PV_CALL_ISA__(dir/file)
#define PV_CALL_ISA(file)		PV_CALL_ISA_(PV_ISA_DIR, file)
#include PV_CALL_ISA(op_call.h)

#endif
