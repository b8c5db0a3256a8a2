/*
 * For kernels that compile libpv's sources themselves (libpv.mk), in place of the
 * objects of an archive: all parts are there.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/config.h>

#define PART(name)							\
	extern const void *const pv_need_##name[];			\
	const void *const pv_need_##name[] = { NULL }

PART(control);
PART(desc);
PART(io);
PART(lines);
PART(space);
PART(tlb);
PART(user);
PART(wall);
