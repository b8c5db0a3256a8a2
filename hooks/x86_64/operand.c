/*
 * How a table call on x86_64 names its slot: relative to the next instruction.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../sites.h"

uint32_t
pv_isa_table_operand(uintptr_t at, uintptr_t slot)
{
	return (uint32_t)(slot - (at + 6));
}
