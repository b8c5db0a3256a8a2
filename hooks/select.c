/*
 * Which backend runs this machine: the first whose probe says yes, or the one the
 * command line names. Also the words of pv=... .
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

/* What may stand in pv=..., beside the names of backends. */
static const char *const words[] = { "nopatch", "count", "noacpi", "nolapic", "nohpet", "nofifo", NULL };

#define VALUE_SIZE	64u		/* all words once, and then some */

static unsigned wanted;			/* bit n: words[n] */
struct pv_start pv_started;

/* Which of the words it is, or the number of them. */
static unsigned
find_word(const char *word)
{
	unsigned n = 0;

	while (words[n] != NULL && !pv_text_equal(words[n], word))
		n++;
	return n;
}

bool
pv_wanted(const char *word)
{
	return (wanted >> find_word(word) & 1) != 0;
}

static void
say_choices(const char *wrong)
{
	pv_printf("pv: pv=%s: no such backend or word. This image has:", wrong);
	for (unsigned i = 0; pv_backends[i] != NULL; i++)
		pv_printf(" %s", pv_backends[i]->name);
	pv_printf("; words:");
	for (unsigned i = 0; words[i] != NULL; i++)
		pv_printf(" %s", words[i]);
	pv_printf("\n");
}

/* One word of the list. False: it is not possible, and the console says why. */
static bool
take_word(const struct pv_start *start, const char *word, const struct pv_backend **chosen)
{
	unsigned n = find_word(word);
	const char *why = "it is not this machine";

	if (words[n] != NULL)
		wanted |= 1u << n;
	if (words[n] != NULL || *word == '\0')
		return true;
	for (n = 0; pv_backends[n] != NULL; n++) {
		if (!pv_text_equal(pv_backends[n]->name, word))
			continue;
		*chosen = pv_backends[n];
		if ((*chosen)->probe(start, &why))
			return true;
		pv_printf("pv: pv=%s cannot run here: %s\n", word, why);
		return false;
	}
	say_choices(word);
	return false;
}

const struct pv_backend *
pv_select(const struct pv_start *start, const char *args)
{
	const struct pv_backend *chosen = NULL;
	char value[VALUE_SIZE], *word = value;
	const char *why;

	wanted = 0;
	pv_started = *start;
	if (pv_args_option(args, "pv", value, sizeof(value)) == PV_E_TOOLONG) {
		pv_printf("pv: what stands behind pv= is longer than %u characters: name each word once\n",
		    VALUE_SIZE - 1);
		return NULL;
	}
	for (char *p = value, end = ','; end != '\0'; p++) {
		end = *p;
		if (end != ',' && end != '\0')
			continue;
		*p = '\0';
		if (!take_word(start, word, &chosen))
			return NULL;
		word = p + 1;
	}
	for (unsigned i = 0; chosen == NULL && pv_backends[i] != NULL; i++)
		if (pv_backends[i]->probe(start, &why))
			chosen = pv_backends[i];
	if (chosen == NULL)
		pv_printf("pv: no backend of this image knows this machine\n");
	return chosen;
}
