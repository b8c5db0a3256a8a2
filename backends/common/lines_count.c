/*
 * What stage LINES tells about itself, whether a line is ever bound or not.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../../hooks/hooks_internal.h"

static uint64_t spurious[PV_MAX_CPUS];		/* each touched by its CPU only, gate closed */

void
pv_lines_spurious(void)
{
	spurious[pv_cpu()->id]++;
}

uint64_t
pv_line_spurious(void)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < PV_MAX_CPUS; i++)
		sum += spurious[i];
	return sum;
}

const char *
pv_line_controller(void)
{
	return pv_ops.line.name();
}
