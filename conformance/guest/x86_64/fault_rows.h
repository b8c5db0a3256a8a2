/*
 * What only x86_64 can do wrong, and the registers that a trap must keep. Included
 * by x86/suite_fault.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define FAULTS_OF_ISA(X)						\
	X(not_canonical, PV_CAUSE_PROTECTION, 13, 0)

#define FAULT_BY_INT		5u	/* the vector that only an int n raises */
#define FAULT_REGISTERS		17	/* the last one is the flags */
#define FAULT_SET_REGISTERS	15	/* those that the case chooses, from the first */
