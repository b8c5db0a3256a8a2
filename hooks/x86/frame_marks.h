/*
 * Values of pv_frame.vector that no CPU gives: what a user frame came from when it
 * was not an exception. Read by assembly too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_FRAME_MARKS_H
#define PV_X86_FRAME_MARKS_H

#define PV_FRAME_CALL		0x80	/* a system call; pv_frame.code keeps its number */
#define PV_FRAME_PLAIN		0x100	/* made or changed by the kernel: no call to restart */
#define PV_FRAME_CALL_FAST	0x180	/* a system call by SYSENTER: ecx and edx may be lost */
#define PV_FRAME_SYSEXIT	0x181	/* the same on its way back, fit for SYSEXIT */

#endif
