/*
 * The words from outside (README): a text file at a fixed address in the hypervisor's RAM.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "hv.h"

#define WORDS_AT	0x3000000ul
#define WORDS_MOST	0x10000u
#define FIRST_LINE	"sun4v words"
#define ARGS_MOST	4096u
#define FW_CFG_ARGS_SIZE 0x14
#define FW_CFG_ARGS	0x15
#define FW_CFG_INITRD	0x0a
#define FW_CFG_INITRD_SIZE 0x0b

struct words words;
static char text[WORDS_MOST], args[ARGS_MOST];

/* The text behind HEAD at the start of LINE, or 0. */
static char *
behind(char *line, const char *head)
{
	while (*head != '\0')
		if (*line++ != *head++)
			return 0;
	return line;
}

/* A number, decimal or 0x; moves *AT behind it. False if there is none. */
static bool
number(char **at, uint64_t *value)
{
	char *start = *at;
	unsigned base = 10;

	*value = 0;
	if (start[0] == '0' && start[1] == 'x') {
		base = 16;
		start += 2;
	}
	for (*at = start;; ++*at) {
		unsigned c = (uint8_t)**at, letter = (c | 0x20) - 'a';
		unsigned digit = c - '0' < 10 ? c - '0' : letter < 6 ? letter + 10 : base;

		if (digit >= base)
			break;
		*value = *value * base + digit;
	}
	return *at != start;
}

static bool
whole_number(char *at, uint64_t *value)
{
	return number(&at, value) && *at == '\0';
}

static bool
small_number(char *at, uint32_t least, uint32_t most, uint32_t *value)
{
	uint64_t wide;

	if (!whole_number(at, &wide) || wide < least || wide > most)
		return false;
	*value = (uint32_t)wide;
	return true;
}

/* CALL:N or CALL:N:ERROR, a + behind N. */
static bool
refuse_word(char *at)
{
	unsigned length = 0;

	while (at[length] != '\0' && at[length] != ':' && length < WORD_NAME - 1)
		length++;
	if (at[length] != ':')
		return false;
	for (unsigned i = 0; i < WORD_NAME; i++)
		words.refuse[i] = i < length ? at[i] : '\0';
	at += length + 1;
	words.refuse_error = EIO;
	if (!number(&at, &words.refuse_number))
		return false;
	words.refuse_later = *at == '+';
	if (words.refuse_later)
		at++;
	return *at == '\0' || (*at == ':' && whole_number(at + 1, &words.refuse_error));
}

static bool
one_word(char *word)
{
	char *value;

	if ((value = behind(word, "start=")))
		return whole_number(value, &words.start);
	if ((value = behind(word, "raw=")))
		return whole_number(value, &words.raw);
	if ((value = behind(word, "strands=")))
		return small_number(value, 1, STRANDS, &words.strands);
	if ((value = behind(word, "broken=")))
		return small_number(value, 1, STRANDS - 1, &words.broken);
	if ((value = behind(word, "slice=")))
		return small_number(value, 1, 1000000, &words.slice);
	if ((value = behind(word, "delay=")))
		return small_number(value, 0, 1000, &words.delay);
	if ((value = behind(word, "refuse=")))
		return refuse_word(value);
	if ((value = behind(word, "log=calls")))
		return words.log_calls = *value == '\0';
	if ((value = behind(word, "tests")))
		return words.tests = *value == '\0';
	return false;
}

static bool
module_line(char *at)
{
	struct module *m = &words.module[words.modules];

	if (words.modules == MODULES || !number(&at, &m->base) || *at++ != ' ' || !number(&at, &m->size))
		return false;
	m->text = *at == ' ' ? at + 1 : at;
	words.modules++;
	return *at == ' ' || *at == '\0';
}

static void
word_line(char *at)
{
	while (*at != '\0') {
		char *word = at;
		bool last;

		while (*at != '\0' && *at != ' ')
			at++;
		last = *at == '\0';
		*at = '\0';
		if (*word != '\0' && !one_word(word))
			say("words: '%s' is not understood", word);
		if (!last)
			at++;
	}
}

static void
one_line(char *line)
{
	char *rest;

	if ((rest = behind(line, "args ")))
		words.args = rest;
	else if ((rest = behind(line, "module "))) {
		if (!module_line(rest))
			say("words: the line '%s' is not understood", line);
	} else
		word_line(line);
}

/* What QEMU was told by -append and -initrd. */
static void
from_qemu(void)
{
	uint64_t size = board_number(FW_CFG_ARGS_SIZE, 4);

	if (size != 0) {
		board_fw_cfg(FW_CFG_ARGS, args, size < ARGS_MOST ? (uint32_t)size : ARGS_MOST - 1);
		words.args = args;
	}
	if (board_number(FW_CFG_INITRD_SIZE, 8) != 0) {
		words.module[0].base = board_number(FW_CFG_INITRD, 8);
		words.module[0].size = board_number(FW_CFG_INITRD_SIZE, 8);
		words.module[0].text = "";
		words.modules = 1;
	}
}

void
words_read(void)
{
	const volatile char *from = (const volatile char *)WORDS_AT;
	uint32_t size = 0;
	char *at;

	words.strands = 1;
	words.slice = 64;
	words.args = "";
	from_qemu();
	for (; size < WORDS_MOST - 1 && from[size] != '\0'; size++)
		text[size] = from[size];
	at = behind(text, FIRST_LINE);
	if (!at || *at != '\n')
		return;
	for (at++; *at != '\0';) {
		char *line = at;
		bool last;

		while (*at != '\0' && *at != '\n')
			at++;
		last = *at == '\0';
		*at = '\0';
		one_line(line);
		if (!last)
			at++;
	}
}
