/*
 * Instructions of the library that may fault, and where to go on if they do: user
 * copies, probes of registers that may not exist. Each is one record in the
 * section pv_extable; both addresses are relative to the field they stand in.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

struct recovery {
	int32_t fault;
	int32_t fixup;
};

extern const struct recovery __start_pv_extable[] PV_WEAK;
extern const struct recovery __stop_pv_extable[] PV_WEAK;

uintptr_t
pv_trap_recover(uintptr_t pc)
{
	for (const struct recovery *r = __start_pv_extable; r < __stop_pv_extable; r++)
		if ((uintptr_t)&r->fault + (uintptr_t)(intptr_t)r->fault == pc)
			return (uintptr_t)&r->fixup + (uintptr_t)(intptr_t)r->fixup;
	return 0;
}
