/*
 * What only i386 can do wrong, which is nothing, and the registers that a trap must
 * keep. Included by x86/suite_fault.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define FAULTS_OF_ISA(X)

#define FAULT_BY_INT		~0u	/* the vector that only an int n raises: none, there is BOUND */

#define FAULT_REGISTERS		12	/* the last one is the flags */
#define FAULT_SET_REGISTERS	7	/* those that the case chooses, from the first */
