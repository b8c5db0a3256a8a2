/*
 * The end of a host test's main(): its suites run as Check is told by the
 * environment.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOST_RUN_H
#define PV_HOST_RUN_H

#include <check.h>

/* The exit status. Frees the runner. */
static inline int
run_all(SRunner *runner)
{
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
