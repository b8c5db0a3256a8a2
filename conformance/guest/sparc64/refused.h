/*
 * The frame of the suite `refused`: calls that the sun4v hypervisor refuses while a
 * kernel runs. Within an operation the first is refused, then the second, until it makes
 * no more; by the call TEST_REFUSE of our firmware (conformance/firmware/sun4v/README).
 * Each refusal is in the record, with the call, its argument and the error; and what was
 * asked for is done all the same, or is as it was and the status says so.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_REFUSED_H
#define SUITE_REFUSED_H

#include "../suites.h"

#define REFUSE_ALL	1u		/* flags of TEST_REFUSE: the console's calls, too */
#define REFUSE_LATER	2u		/* and all that come behind it */
#define REFUSED_EIO	11
#define REFUSED_EBADTRAP 7
#define REFUSED_MOST	16u		/* calls of an operation */

/*
 * An operation, and what it calls, in that order: op and call as the record has them. With "+" before them it is
 * done all the same, with "-" it has no status, and is not.
 */
struct operation {
	const char *name;
	const char *calls[REFUSED_MOST];
	bool (*before)(void);			/* NULL: nothing */
	pv_status (*run)(void);
	bool (*is_done)(void);			/* NULL: nobody can tell */
	bool (*after)(bool done);		/* back to what was before `before` */
	unsigned flags;				/* of TEST_REFUSE */
};

/* Refuse each call of the operation in turn; a case by itself. */
void refuse_each(const struct operation *o);
#define EACH(...) do {							\
	static const struct operation each_operation = { __VA_ARGS__ };	\
	refuse_each(&each_operation);					\
} while (0)

/* From now on the nth call, 0: none; how many there were since the last time. */
unsigned refuse(unsigned nth, unsigned error, unsigned flags);
void refused_forget(void);
/* For suites: there is such a hypervisor. */
bool refused_applies(unsigned flags);
/* A call; the result. */
uint64_t refused_call(unsigned function, uint64_t arg0, uint64_t arg1, uint64_t arg2);

#endif
