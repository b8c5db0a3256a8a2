/*
 * sh: the shell. A line is commands joined by | with words, quotes, < > >>, and & at
 * the end for the background. Of its own it has: cd, exit, help.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#define MAX_WORDS	32
#define MAX_COMMANDS	8

struct command {
	char *words[MAX_WORDS + 1];
	unsigned count;
	char *from, *to;
	bool append;
};

struct line {
	struct command commands[MAX_COMMANDS];
	unsigned count;
	bool background;
};

static bool
special(char c)
{
	return c == '|' || c == '<' || c == '>' || c == '&' || c == '\0';
}

/* One word at *at, ended in place; *next is the character that stood behind it. */
static char *
take_word(char **at, char *next)
{
	char *from = *at, *to, *word;
	char quote = 0;

	while (*from == ' ' || *from == '\t')
		from++;
	word = to = from;
	while (*from != '\0' && (quote != 0 || (*from != ' ' && *from != '\t' && !special(*from)))) {
		if (*from == quote)
			quote = 0;
		else if (quote == 0 && (*from == '"' || *from == '\''))
			quote = *from;
		else
			*to++ = *from;
		from++;
	}
	*next = *from;
	*at = *from == '\0' ? from : from + 1;
	*to = '\0';
	return quote == 0 ? word : NULL;
}

static const char *
redirect(struct command *c, char **at, char *next)
{
	bool in = *next == '<';

	if (!in && **at == '>') {
		c->append = true;
		++*at;
	}
	*(in ? &c->from : &c->to) = take_word(at, next);
	return (in ? c->from : c->to) == NULL || *(in ? c->from : c->to) == '\0' ? "a file name is missing" : NULL;
}

/* NULL, or what is wrong. */
static const char *
parse(char *at, struct line *line)
{
	struct command *c = &line->commands[line->count++];
	const char *wrong;
	char next;

	for (;;) {
		char *word = take_word(&at, &next);

		if (word == NULL)
			return "a quote is not closed";
		if (*word != '\0') {
			if (c->count == MAX_WORDS)
				return "too many words";
			c->words[c->count++] = word;
		}
		while (next == '<' || next == '>')
			if ((wrong = redirect(c, &at, &next)) != NULL)
				return wrong;
		if (next == '\0')
			return c->count == 0 && line->count > 1 ? "a command is missing" : NULL;
		if (next == '&') {
			line->background = true;
			return *at == '\0' ? NULL : "& ends a line";
		}
		if (next != '|')
			continue;
		if (c->count == 0 || line->count == MAX_COMMANDS)
			return c->count == 0 ? "a command is missing" : "too many commands";
		c = &line->commands[line->count++];
	}
}

static void
put_file(const char *path, unsigned flags, int fd)
{
	int file = open(path, flags);

	if (file < 0) {
		complain("sh: %s: %s\n", path, error_text(file));
		exit(1);
	}
	(void)dup(file, fd);
	(void)close(file);
}

static void
run(struct command *c)
{
	char path[128] = "/bin/";
	bool named = has(c->words[0], "/");

	if (c->from != NULL)
		put_file(c->from, OPEN_READ, 0);
	if (c->to != NULL)
		put_file(c->to, OPEN_WRITE | OPEN_CREATE | (c->append ? OPEN_APPEND : OPEN_TRUNCATE), 1);
	if (length(c->words[0]) < 100)
		memcpy(path + (named ? 0 : 5), c->words[0], length(c->words[0]) + 1);
	complain("sh: %s: %s\n", c->words[0], error_text(exec(path, (const char *const *)c->words)));
	exit(127);
}

/* Start all of a line, in a group of their own. How many, and which. */
static unsigned
start_all(struct line *line, int pids[MAX_COMMANDS])
{
	int group = 0, in = -1;
	unsigned started = 0;

	for (unsigned i = 0; i < line->count; i++) {
		int ends[2] = { -1, -1 }, pid;

		if (i + 1 < line->count && pipe(ends) != 0)
			break;
		pid = fork();
		if (pid == 0) {
			(void)set_group(0, group);
			if (!line->background)
				(void)foreground(group != 0 ? group : getpid());
			if (in >= 0)
				(void)dup(in, 0);
			if (ends[1] >= 0)
				(void)dup(ends[1], 1);
			for (int fd = 3; fd < 16; fd++)
				(void)close(fd);
			run(&line->commands[i]);
		}
		if (in >= 0)
			(void)close(in);
		if (ends[1] >= 0)
			(void)close(ends[1]);
		in = ends[0];
		if (pid < 0) {
			complain("sh: %s: %s\n", line->commands[i].words[0], error_text(pid));
			break;
		}
		group = group != 0 ? group : pid;
		(void)set_group(pid, group);
		pids[started++] = pid;
	}
	if (in >= 0)
		(void)close(in);
	return started;
}

static void
say_end(const char *name, int pid, int status)
{
	if (STATUS_SIGNAL(status) != 0)
		complain("%s (%d): %s\n", name, pid, signal_text(STATUS_SIGNAL(status)));
}

static int
run_line(struct line *line)
{
	const char *name = line->commands[line->count - 1].words[0];
	int pids[MAX_COMMANDS], status = 0, error;
	unsigned count = start_all(line, pids);

	if (line->background) {
		if (count > 0)
			print("[%d]\n", pids[count - 1]);
		return 0;
	}
	/* Each by its number: others may end meanwhile, in the background. */
	for (unsigned i = 0; i < count; i++)
		do
			error = wait(pids[i], &status, 0);
		while (error == -EINTR);
	(void)foreground(getpid());
	if (count == 0)
		return 1;
	say_end(name, pids[count - 1], status);
	return STATUS_SIGNAL(status) != 0 ? 128 + STATUS_SIGNAL(status) : STATUS_CODE(status);
}

/* What must happen in the shell itself. False: it is none of these. */
static bool
own_command(struct command *c)
{
	int error;

	if (equal(c->words[0], "exit"))
		exit(c->count > 1 ? (int)number(c->words[1]) : 0);
	if (equal(c->words[0], "help")) {
		print("commands are in /bin; cd, exit, help; a | b, < file, > file, >> file, &; Ctrl-C, Ctrl-D\n");
		return true;
	}
	if (!equal(c->words[0], "cd"))
		return false;
	error = chdir(c->count > 1 ? c->words[1] : "/");
	if (error != 0)
		complain("sh: %s: %s\n", c->words[1], error_text(error));
	return true;
}

static void
collect_background(void)
{
	int pid, status;

	while ((pid = wait(0, &status, WAIT_NO_HANG)) > 0)
		print("[%d] ended, %s %d\n", pid, STATUS_SIGNAL(status) != 0 ? "by signal" : "status",
		    STATUS_SIGNAL(status) != 0 ? STATUS_SIGNAL(status) : STATUS_CODE(status));
}

static volatile bool at_prompt;

/* Ctrl-C may come between the prompt and the read, so the next prompt is printed here. */
static void
on_interrupt(int nr, void *context)
{
	(void)nr;
	(void)context;
	if (at_prompt)
		print("$ ");
}

int
main(int argc, char **argv)
{
	static struct line line;
	char text[256];
	int result = 0, n;

	(void)argc;
	(void)argv;
	(void)on_signal(SIGINT, on_interrupt);
	for (;;) {
		const char *wrong;

		collect_background();
		at_prompt = true;
		print(result == 0 ? "$ " : "%d $ ", result);
		do
			n = read_line(0, text, sizeof(text));
		while (n == -EINTR);
		at_prompt = false;
		if (n < 0)
			return 0;
		memset(&line, 0, sizeof(line));
		wrong = (size_t)n < sizeof(text) ? parse(text, &line) : "the line is too long";
		if (wrong != NULL) {
			complain("sh: %s\n", wrong);
			result = 2;
		} else if (line.commands[0].count == 0) {
			result = 0;
		} else if (line.count > 1 || !own_command(&line.commands[0])) {
			result = run_line(&line);
		} else {
			result = 0;
		}
	}
}
