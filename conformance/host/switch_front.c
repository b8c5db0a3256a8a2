/*
 * The public functions of a thread switch, over the op table: what hooks/cpu.c has, for
 * tests that have no call sites.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <pv/cpu.h>
#include "../../hooks/hooks_internal.h"

void
pv_switch_begin(void)
{
	pv_ops.cpu.switch_begin();
}

void
pv_switch_kernel_sp(uintptr_t top)
{
	pv_ops.cpu.switch_kernel_sp(top);
}

void
pv_switch_tls(uintptr_t base)
{
	pv_ops.cpu.switch_tls(base);
}

void
pv_switch_fpu(bool owned)
{
	pv_ops.cpu.switch_fpu(owned);
}

void
pv_switch_end(void)
{
	pv_ops.cpu.switch_end();
}
