/*
 * Model-specific registers: an access may fault, which is caught. Backends themselves
 * use them, so they are apart from the other control registers.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "registers.h"

pv_status (*pv_x86_msr_reader)(uint32_t nr, uint64_t *value);
pv_status (*pv_x86_msr_writer)(uint32_t nr, uint64_t value);

pv_status
pv_x86_msr_read(uint32_t nr, uint64_t *value)
{
	uint32_t lo = 0, hi = 0, failed = 1;

	if (pv_x86_msr_reader != NULL)
		return pv_x86_msr_reader(nr, value);
	__asm__ volatile("1: rdmsr\n\txor %2, %2\n2:\n\t" PV_X86_CATCH
	    : "+a" (lo), "+d" (hi), "+r" (failed) : "c" (nr) : "cc", "memory");
	*value = (uint64_t)hi << 32 | lo;
	return failed == 0 ? PV_OK : PV_E_ABSENT;
}

pv_status
pv_x86_msr_write(uint32_t nr, uint64_t value)
{
	uint32_t failed = 1;

	if (pv_x86_msr_writer != NULL)
		return pv_x86_msr_writer(nr, value);
	__asm__ volatile("1: wrmsr\n\txor %0, %0\n2:\n\t" PV_X86_CATCH
	    : "+r" (failed) : "c" (nr), "a" ((uint32_t)value), "d" ((uint32_t)(value >> 32)) : "cc", "memory");
	return failed == 0 ? PV_OK : PV_E_ABSENT;
}
