/*
 * Where the user programs of the suites live, and the words by which they and the
 * cases talk. Read by assembly too.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_USER_PLACES_H
#define SUITE_USER_PLACES_H

#define USER_CODE	0x400000	/* two pages, the second for what does not fit */
#define USER_DATA	0x600000	/* one page: the words */
#define USER_CONSTANT	0x680000	/* one page, read-only */
#define USER_STACK	0x700000	/* two pages, */
#define USER_STACK_TOP	0x701000	/* of which this much is used */
#define USER_HOLE	0xa00000	/* nothing: cases map it on demand */

/* Calls that the programs make on their own. */
#define CALL_EXIT	1
#define CALL_YIELD	2
#define CALL_SIGNAL	3
#define CALL_SIGRETURN	4
#define CALL_TEST	100		/* what cases ask for */

/* Words at USER_DATA. */
#define W_WAY		0		/* 0: int80 (the plain way), 1: the fast way */
#define W_NR		1
#define W_ARG		2		/* six */
#define W_RESULT	8
#define W_FAILED	9
#define W_SPOILED	10		/* registers that were not kept; ~0 until the program counted */
#define W_ADDRESS	11
#define W_VALUE		12
#define W_COUNT		13
#define W_STOP		14
#define W_NUMBER	15		/* what the signal handler got */
#define W_CONTEXT	16
#define W_FLAGS		17		/* x86: flags to run with, and those seen */
#define W_SELECTOR	18
#define W_PLACE		19		/* address of the last instruction of interest */
#define USER_WORDS	32

#endif
