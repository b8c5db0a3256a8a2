/*
 * How a table call on i386 names its slot: by absolute address.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../sites.h"

uint32_t
pv_isa_table_operand(uintptr_t at, uintptr_t slot)
{
	(void)at;
	return (uint32_t)slot;
}
