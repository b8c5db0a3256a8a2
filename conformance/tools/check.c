/*
 * pvcheck: will this kernel image boot by each protocol, and if not, why?
 * An ordinary program for the build machine. This file is the command line and
 * the order of the checks; pvcheck.h lists which file holds what. Nothing is
 * executed or simulated: a protocol "will boot" when its loader finds
 * everything it needs and the first instruction lies where it will jump.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pvcheck.h"

static struct ck_report report;		/* large: not on the stack */

static int
usage(void)
{
	unsigned i;

	(void)fprintf(stderr, "usage: pvcheck [-p protocol[,protocol...]] kernel ...\nprotocols:");
	for (i = 0; i < CK_NPROTO; i++)
		(void)fprintf(stderr, " %s", ck_proto_option((enum ck_proto)i));
	(void)fprintf(stderr, "\n");
	return (2);
}

/* "grub-mb1,xen-pv" as a mask; 0 if a word is none of ours. */
static unsigned
parse_wanted(const char *s)
{
	unsigned want = 0, i;
	const char *opt;
	size_t n;

	for (;;) {
		n = strcspn(s, ",");
		for (i = 0; i < CK_NPROTO; i++) {
			opt = ck_proto_option((enum ck_proto)i);
			if (strlen(opt) == n && memcmp(opt, s, n) == 0)
				break;
		}
		if (i == CK_NPROTO) {
			(void)fprintf(stderr, "pvcheck: \"%.*s\" is not a protocol\n", (int)n, s);
			return (0);
		}
		want |= 1u << i;
		if (s[n] == '\0')
			return (want);
		s += n + 1;
	}
}

static void
run_checks(const struct ck_image *im, struct ck_report *r)
{
	ck_image_checks(im, r);
	ck_site_checks(im, r);
	if (im->machine == CK_EM_SPARCV9) {
		ck_sparc64(im, r);
	} else if (!im->be && (im->machine == CK_EM_386 || im->machine == CK_EM_X86_64)) {
		ck_pvh(im, r);
		ck_multiboot1(im, r);
		ck_multiboot2(im, r);
		ck_xen(im, r);
	}
}

/* The exit status for one file. */
static int
check_file(const char *path, unsigned want)
{
	struct ck_image im;
	unsigned i;
	bool ok, any = false;
	char why[256];

	if (ck_read_file(&im, path) != 0) {
		(void)fprintf(stderr, "pvcheck: %s: %s\n", path, strerror(errno));
		return (2);
	}
	if (ck_parse(&im, why, sizeof(why)) != NULL) {
		(void)printf("%s: will not boot: %s\n", path, why);
		ck_free(&im);
		return (1);
	}
	memset(&report, 0, sizeof(report));
	run_checks(&im, &report);
	ck_print(&im, &report);
	for (i = 0; i < CK_NPROTO; i++)
		any = any || report.claimed[i];
	if (!any && report.nerror == 0)
		(void)printf("error: no loader finds a header or note of its own: add a Multiboot header "
		    "or Xen ELF notes, and KEEP() their sections in the linker script\n");
	ok = ck_verdict(&report, want);
	ck_free(&im);
	return (ok ? 0 : 1);
}

int
main(int argc, char **argv)
{
	unsigned want = 0;
	int a = 1, status = 0, one;

	if (a + 1 < argc && strcmp(argv[a], "-p") == 0) {
		want = parse_wanted(argv[a + 1]);
		if (want == 0)
			return (usage());
		a += 2;
	}
	if (a < argc && strcmp(argv[a], "--") == 0)
		a++;
	else if (a < argc && argv[a][0] == '-')
		return (usage());
	if (a == argc)
		return (usage());
	for (; a < argc; a++) {
		one = check_file(argv[a], want);
		if (one > status)
			status = one;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		(void)fprintf(stderr, "pvcheck: standard output: %s\n", strerror(errno));
		return (2);
	}
	return (status);
}
