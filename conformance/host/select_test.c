/*
 * Choosing among backends: the order of probing, pv=NAME and its words, what is
 * refused and how. Sources: hooks/{select,format,text,arith}.c,
 * backends/common/boot/options.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "cases.h"

#define NR	4u

/* -- four backends: what each one's probe says, and in which order they were asked ------------- */

static bool here[NR];
static const char *reason[NR];
static char asked[32];
static struct pv_start machine;

static bool
probe(unsigned n, const struct pv_start *start, const char **why)
{
	size_t used = strlen(asked);

	ck_assert_uint_lt(used, sizeof(asked) - 1);
	asked[used] = (char)('a' + n);
	asked[used + 1] = '\0';
	ck_assert_mem_eq(start, &machine, sizeof(machine));
	if (reason[n] != NULL)
		*why = reason[n];
	return here[n];
}

#define BACKEND(n, word)								\
	static bool									\
	probe_##n(const struct pv_start *start, const char **why)			\
	{										\
		return probe(n, start, why);						\
	}										\
	static const struct pv_backend backend_##n = { .name = word, .probe = probe_##n }
BACKEND(0, "one");
BACKEND(1, "two");
BACKEND(2, "twofold");
BACKEND(3, "native");

const struct pv_backend *const pv_backends[] = { &backend_0, &backend_1, &backend_2, &backend_3, NULL };

void
pv_console_write(const char *text, size_t size)
{
	say(text, size);
}

static void
start(void)
{
	said[0] = asked[0] = '\0';
	memset(here, 0, sizeof(here));
	memset(reason, 0, sizeof(reason));
	memset(&machine, 0, sizeof(machine));
	machine.how = PV_BOOT_PVH;
	machine.word[1] = 0x1234;
}

static const struct pv_backend *
choose(const char *args)
{
	asked[0] = said[0] = '\0';
	return pv_select(&machine, args);
}

/* -- by probing --------------------------------------------------------------------------- */

START_TEST(the_first_that_says_yes)
{
	here[_i] = here[NR - 1] = true;
	ck_assert_ptr_eq(choose("quiet"), pv_backends[_i]);
	ck_assert_int_eq(memcmp(asked, "abcd", (size_t)_i + 1), 0);
	ck_assert_uint_eq(strlen(asked), (size_t)_i + 1);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(nobody_says_yes)
{
	ck_assert_ptr_null(choose(""));
	ck_assert_str_eq(asked, "abcd");
	ck_assert_str_eq(said, "pv: no backend of this image knows this machine\n");
}
END_TEST

/* What the entry code found is there for those who are asked later: the console is. */
START_TEST(the_start_is_kept)
{
	ck_assert_ptr_null(choose(""));
	ck_assert_mem_eq(&pv_started, &machine, sizeof(machine));
}
END_TEST

/* -- by name ------------------------------------------------------------------------------ */

START_TEST(only_the_named_one_is_asked)
{
	static const char *const args[NR] = { "pv=one", "pv=two", "pv=twofold", "pv=native" };
	static const char *const who[NR] = { "a", "b", "c", "d" };

	memset(here, true, sizeof(here));
	ck_assert_ptr_eq(choose(args[_i]), pv_backends[_i]);
	ck_assert_str_eq(asked, who[_i]);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(the_named_one_refuses_with_its_reason)
{
	memset(here, true, sizeof(here));
	here[1] = false;
	reason[1] = "the ROM has no signature";
	ck_assert_ptr_null(choose("pv=two"));
	ck_assert_str_eq(asked, "b");
	ck_assert_str_eq(said, "pv: pv=two cannot run here: the ROM has no signature\n");
}
END_TEST

START_TEST(the_named_one_refuses_without_a_reason)
{
	memset(here, true, sizeof(here));
	here[2] = false;
	ck_assert_ptr_null(choose("pv=count,twofold"));
	ck_assert_str_eq(said, "pv: pv=twofold cannot run here: it is not this machine\n");
}
END_TEST

START_TEST(one_refusal_in_a_list_is_enough)
{
	here[0] = true;
	ck_assert_ptr_null(choose("pv=one,native"));
	assert_said("pv=native cannot run here");
	ck_assert_ptr_null(choose("pv=native,one"));
	assert_said("pv=native cannot run here");
}
END_TEST

static const char *const strange[] = { "tw", "twof", "twofolds", "One", "nativ", "native ", "-one", "one=1",
    "no", "nopatc", "nopatch1", "counts" };

START_TEST(words_that_are_none)
{
	char args[64], message[128];

	memset(here, true, sizeof(here));
	snprintf(args, sizeof(args), "\"pv=count,%s\"", strange[_i]);
	snprintf(message, sizeof(message), "pv: pv=%s: no such backend or word. This image has: one two twofold "
	    "native; words: ", strange[_i]);
	ck_assert_ptr_null(choose(args));
	assert_said("; words: nopatch count noacpi nolapic nohpet nofifo\n");
	ck_assert_int_eq(strncmp(said, message, strlen(message)), 0);
	ck_assert_str_eq(asked, "");
}
END_TEST

/* Longer than any name: not cut to one that there is. */
START_TEST(a_long_word_is_no_other)
{
	memset(here, true, sizeof(here));
	ck_assert_ptr_null(choose("pv=nativenativenativenativenative"));
	assert_said("pv: pv=nativenativenativenativ");
	ck_assert_ptr_null(choose("pv=nopatchxxxxxxxxxxxxxxxxxxxxxxx"));
	assert_said(": no such backend or word");
}
END_TEST

START_TEST(empty_words_are_nothing)
{
	static const char *const args[] = { "pv=", "pv", "pv=,", "pv=,,,", "pv=\"\"", "" };

	here[1] = true;
	ck_assert_ptr_eq(choose(args[_i]), pv_backends[1]);
	ck_assert_str_eq(said, "");
	ck_assert_ptr_eq(choose("pv=,,nopatch,,two,"), pv_backends[1]);
	ck_assert_str_eq(asked, "b");
}
END_TEST

START_TEST(other_options_are_not_ours)
{
	memset(here, true, sizeof(here));
	ck_assert_ptr_eq(choose("xpv=native pv.console=native pvx=native native PV=native"), pv_backends[0]);
}
END_TEST

START_TEST(the_last_option_counts)
{
	memset(here, true, sizeof(here));
	ck_assert_ptr_eq(choose("pv=nonsense,one quiet pv=twofold"), pv_backends[2]);
	ck_assert_str_eq(asked, "c");
}
END_TEST

START_TEST(no_command_line)
{
	here[3] = true;
	ck_assert_ptr_eq(choose(NULL), pv_backends[3]);
	ck_assert(!pv_wanted("nopatch"));
}
END_TEST

START_TEST(a_list_that_is_too_long)
{
	char args[80];

	memset(here, true, sizeof(here));
	/* 63 characters can be read, 64 cannot; both start with a name. */
	strcpy(args, "pv=native,");
	while (strlen(args) < 3 + 63)
		strcat(args, ",");
	ck_assert_ptr_eq(choose(args), pv_backends[3]);
	strcat(args, ",");
	ck_assert_ptr_null(choose(args));
	assert_said("longer than 63 characters");
	ck_assert_str_eq(asked, "");
}
END_TEST

/* -- words -------------------------------------------------------------------------------- */

static const char *const words[] = { "nopatch", "count", "noacpi", "nolapic", "nohpet", "nofifo" };

START_TEST(words_do_not_choose)
{
	char args[32];

	here[2] = true;
	snprintf(args, sizeof(args), "quiet pv=%s", words[_i]);
	ck_assert_ptr_eq(choose(args), pv_backends[2]);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ck_assert_int_eq(pv_wanted(words[i]), i == (unsigned)_i);
}
END_TEST

START_TEST(all_words_at_once)
{
	here[3] = true;
	ck_assert_ptr_eq(choose("pv=nopatch,count,native,noacpi,nolapic,nohpet,nofifo"), pv_backends[3]);
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ck_assert(pv_wanted(words[i]));
	ck_assert(!pv_wanted("nopat") && !pv_wanted("") && !pv_wanted("quiet"));
}
END_TEST

START_TEST(nothing_is_wanted_at_first)
{
	ck_assert(!pv_wanted("nopatch"));
}
END_TEST

int
main(void)
{
	const struct host_case cases[] = {
		{ the_first_that_says_yes, NR }, { nobody_says_yes, 0 }, { the_start_is_kept, 0 },
		{ only_the_named_one_is_asked, NR }, { the_named_one_refuses_with_its_reason, 0 },
		{ the_named_one_refuses_without_a_reason, 0 }, { one_refusal_in_a_list_is_enough, 0 },
		{ words_that_are_none, sizeof(strange) / sizeof(strange[0]) }, { a_long_word_is_no_other, 0 },
		{ empty_words_are_nothing, 6 }, { other_options_are_not_ours, 0 }, { the_last_option_counts, 0 },
		{ no_command_line, 0 }, { a_list_that_is_too_long, 0 },
		{ words_do_not_choose, sizeof(words) / sizeof(words[0]) }, { all_words_at_once, 0 },
		{ nothing_is_wanted_at_first, 0 },
	};

	return RUN_CASES("select", start, cases);
}
