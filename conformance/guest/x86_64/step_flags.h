/*
 * The flags of a frame. Included by xen/suite_step.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
static void
frame_flags_clear(struct pv_frame *frame, unsigned long bits)
{
	frame->rflags &= ~bits;
}
