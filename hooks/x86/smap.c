/*
 * Whether the CPU keeps the kernel off user pages: asked by all entry code, also of
 * kernels that have no user mode.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "uframe.h"

uint8_t pv_x86_smap;
