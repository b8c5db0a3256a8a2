/*
 * uptime: how long the machine has been up, what of it was stolen, and the date.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

int
main(int argc, char **argv)
{
	unsigned long up = (unsigned long)(time_of(TIME_UP) >> 20);
	unsigned long stolen = (unsigned long)(time_of(TIME_STOLEN) >> 20);
	uint64_t wall = time_of(TIME_WALL);

	(void)argc;
	(void)argv;
	/* Units of 2^20 ns, to milliseconds: times 1.048576. */
	up += up / 1000 * 48 + up % 1000 * 48 / 1000;
	stolen += stolen / 1000 * 48 + stolen % 1000 * 48 / 1000;
	print("up %lu.%03lu s, stolen %lu.%03lu s", up / 1000, up % 1000, stolen / 1000, stolen % 1000);
	if (wall != 0)
		print(", %llu ns since 1970", (unsigned long long)wall);
	print("\n");
	return 0;
}
