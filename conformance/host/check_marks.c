/*
 * Check writes a message to a file for each assertion that holds, so that it can say
 * after which one a case died. A case with a million of them does little else:
 * behind the first ones, only some are written. The programs link with
 * --wrap=_mark_point.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define ALL_UP_TO	1000u
#define THEN_ONE_IN	256u

void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);

void
__wrap__mark_point(const char *file, int line)
{
	static unsigned marks;

	if (++marks <= ALL_UP_TO || marks % THEN_ONE_IN == 0)
		__real__mark_point(file, line);
}
