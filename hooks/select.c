/*
 * Which backend runs this machine: the first whose probe says yes, or the one the
 * command line names. Also the words of pv=... .
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hooks_internal.h"

/* What may stand in pv=..., beside the names of backends. */
static const char *const words[] = { "nopatch", "count", "noacpi", "nolapic", "nohpet", NULL };

#define VALUE_SIZE	64u		/* all words once, and then some */

static const char *boot_args = "";
struct pv_start pv_started;

/* The next word of a comma list; false at its end. */
static bool
next_word(const char **list, char *word, size_t size)
{
	const char *p = *list;
	size_t n = 0;

	while (*p == ',')
		p++;
	if (*p == '\0')
		return false;
	while (*p != '\0' && *p != ',') {
		if (n + 1 < size)
			word[n++] = *p;
		p++;
	}
	word[n] = '\0';
	*list = p;
	return true;
}

static const struct pv_backend *
backend_named(const char *name)
{
	for (unsigned i = 0; pv_backends[i] != NULL; i++)
		if (pv_text_equal(pv_backends[i]->name, name))
			return pv_backends[i];
	return NULL;
}

static bool
is_word(const char *name)
{
	for (unsigned i = 0; words[i] != NULL; i++)
		if (pv_text_equal(words[i], name))
			return true;
	return false;
}

/* The value of pv=... as text; "" if there is none. False: it is longer than that. */
static bool
pv_option(const char *args, char *value, size_t size)
{
	pv_status s = pv_args_option(args, "pv", value, size);

	if (s != PV_OK)
		value[0] = '\0';
	return s != PV_E_TOOLONG;
}

bool
pv_wanted(const char *word)
{
	char value[VALUE_SIZE], one[24];
	const char *list = value;

	(void)pv_option(boot_args, value, sizeof(value));
	while (next_word(&list, one, sizeof(one)))
		if (pv_text_equal(one, word))
			return true;
	return false;
}

static const struct pv_backend *
probe_all(const struct pv_start *start)
{
	for (unsigned i = 0; pv_backends[i] != NULL; i++) {
		const char *why;

		if (pv_backends[i]->probe(start, &why))
			return pv_backends[i];
	}
	return NULL;
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

const struct pv_backend *
pv_select(const struct pv_start *start, const char *args)
{
	const struct pv_backend *chosen = NULL;
	char value[VALUE_SIZE], one[24];
	const char *list = value;

	boot_args = args;
	pv_started = *start;
	if (!pv_option(args, value, sizeof(value))) {
		pv_printf("pv: what stands behind pv= is longer than %u characters: name each word once\n",
		    VALUE_SIZE - 1);
		return NULL;
	}
	while (next_word(&list, one, sizeof(one))) {
		const struct pv_backend *named = backend_named(one);
		const char *why = "it is not this machine";

		if (named == NULL && is_word(one))
			continue;
		if (named == NULL) {
			say_choices(one);
			return NULL;
		}
		if (!named->probe(start, &why)) {
			pv_printf("pv: pv=%s cannot run here: %s\n", one, why);
			return NULL;
		}
		chosen = named;
	}
	if (chosen == NULL)
		chosen = probe_all(start);
	if (chosen == NULL)
		pv_printf("pv: no backend of this image knows this machine\n");
	return chosen;
}
