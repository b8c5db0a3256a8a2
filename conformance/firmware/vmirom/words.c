/*
 * The words that the ROM gets from outside (README): which of its personalities it is.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"

#define BAD_NAME	16
#define DELAY		50	/* microseconds, where the word has no number */

static const char bad_names[BAD_NAMES][BAD_NAME] = {
	[BAD_SUM] = "sum", [BAD_OPTION] = "option", [BAD_SIGNATURE] = "signature", [BAD_MAJOR] = "major",
	[BAD_MINOR] = "minor", [BAD_LICENCE] = "licence", [BAD_LICENCE_TEXT] = "licence-text",
	[BAD_LICENCE_OUT] = "licence-out", [BAD_PCI] = "pci", [BAD_PCI_OUT] = "pci-out",
	[BAD_PCI_SIGNATURE] = "pci-signature", [BAD_PCI_LENGTH] = "pci-length", [BAD_PCI_ID] = "pci-id",
	[BAD_LENGTH_ZERO] = "length-zero", [BAD_LENGTH_SHORT] = "length-short", [BAD_LENGTH_LONG] = "length-long",
	[BAD_ENTRY] = "entry", [BAD_TOP] = "top", [BAD_INIT] = "init", [BAD_ADDRESS] = "address",
	[BAD_ADDRESS_ONE] = "address-one", [BAD_KIND] = "kind", [BAD_KIND_ONE] = "kind-one",
	[BAD_RESERVED] = "reserved", [BAD_IRET] = "iret", [BAD_IRET_NOP] = "iret-nop", [BAD_SYSEXIT] = "sysexit",
	[BAD_JUMP] = "jump", [BAD_GATE] = "gate", [BAD_TIME] = "time",
	[BAD_FREQUENCY] = "frequency", [BAD_COUNTER] = "counter", [BAD_ALARM] = "alarm",
	[BAD_WALLCLOCK] = "wallclock",
};

bool
words_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b)
		a++, b++;
	return *a == *b;
}

/* The text behind NAME= at the head of WORD, or 0. */
static const char *
value_of(const char *word, const char *name)
{
	while (*name != '\0')
		if (*word++ != *name++)
			return 0;
	return *word == '=' ? word + 1 : 0;
}

/* Decimal, or hexadecimal with 0x; *end is what follows. */
static uint32_t
number(const char *text, const char **end)
{
	uint32_t base = 10, value = 0;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	for (;; text++) {
		uint32_t digit = (uint32_t)(uint8_t)*text;

		digit = digit - '0' < 10 ? digit - '0' : (digit | 0x20) - 'a' + 10;
		if (digit >= base)
			break;
		value = value * base + digit;
	}
	*end = text;
	return value;
}

static bool
whole_number(const char *text, uint32_t *value)
{
	const char *end;

	*value = number(text, &end);
	return end != text && *end == '\0';
}

/* CALL:N, the Nth call of that name. */
static bool
refuse(struct words *w, const char *text)
{
	uint32_t length = 0;

	while (text[length] != '\0' && text[length] != ':')
		length++;
	w->refuse_call = call_number(text, length);
	return w->refuse_call < CALL_RELOCATION && text[length] == ':' &&
	    whole_number(text + length + 1, &w->refuse_number) && w->refuse_number > 0;
}

static bool
bad(struct words *w, const char *name)
{
	for (w->bad = BAD_NOTHING + 1; w->bad < BAD_NAMES; w->bad++)
		if (words_equal(name, bad_names[w->bad]))
			return true;
	w->bad = BAD_NOTHING;
	return false;
}

static bool
form(struct words *w, const char *name)
{
	w->form = words_equal(name, "call") ? FORM_CALL : words_equal(name, "jump") ? FORM_JUMP :
	    words_equal(name, "nop") ? FORM_NOP : FORM_DEFAULT;
	return w->form != FORM_DEFAULT;
}

static bool
one_word(struct words *w, const char *word)
{
	const char *value;

	if (words_equal(word, "audit") || words_equal(word, "audit=off")) {
		w->audit = word[5] == '\0';
		return true;
	}
	if (words_equal(word, "ports"))
		return w->ports = true;
	if (words_equal(word, "ring1"))
		return w->ring1 = true;
	if (words_equal(word, "kinds=none"))
		return w->none = true;
	if (words_equal(word, "delay")) {
		w->delay = DELAY;
		return true;
	}
	if ((value = value_of(word, "delay")))
		return whole_number(value, &w->delay);
	if ((value = value_of(word, "top")))
		return whole_number(value, &w->top) && w->top % PAGE == 0;
	if ((value = value_of(word, "refuse")))
		return refuse(w, value);
	if ((value = value_of(word, "bad")))
		return bad(w, value);
	if ((value = value_of(word, "form")))
		return form(w, value);
	return false;
}

void
words_parse(struct words *w)
{
	char *at = w->text;

	w->audit = true;
	while (*at != '\0') {
		char *word = at;
		bool last;

		while (*at != '\0' && *at != ' ')
			at++;
		last = *at == '\0';
		*at = '\0';
		if (at != word && !one_word(w, word))
			say("words: %s is not understood", word);
		if (!last)
			at++;
	}
}
