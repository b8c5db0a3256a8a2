/*
 * Runs a fuzz target without libFuzzer, for compilers that lack it: all inputs of
 * the given directories or files, then N mutations of them. It has no feedback
 * from coverage; its worth is that it runs anywhere and repeats exactly.
 *
 *	driver [-n EXECUTIONS] [-s SEED] [-m BYTES] [-1] DIRECTORY|FILE...
 *
 * -m bounds the size of an input, -1 repeats nothing but the inputs. When the
 * target aborts, the input is left in crash-SEED.bin.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/stat.h>

#define INPUTS_MAX	4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* The sanitizers' own hook, if there is one: asan ends with _exit and raises nothing. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

struct input {
	uint8_t *data;
	size_t size;
};

static struct input inputs[INPUTS_MAX];
static unsigned nr_inputs;
static size_t size_max = 4096;
static uint64_t seed = 1, random_state;

static uint8_t *now;			/* the input that runs */
static size_t now_size;

static uint32_t
random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 32);
}

static uint32_t
random_below(size_t n)
{
	return n == 0 ? 0 : random_number() % (uint32_t)n;
}

static void
save_input(void)
{
	char name[64];
	int fd;

	(void)snprintf(name, sizeof(name), "crash-%llu.bin", (unsigned long long)seed);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0)
		return;
	if (write(fd, now, now_size) == (ssize_t)now_size)
		(void)fprintf(stderr, "driver: the input is in %s\n", name);
	(void)close(fd);
}

static void
on_abort(int nr)
{
	save_input();
	(void)signal(nr, SIG_DFL);
	(void)raise(nr);
}

/* The target gets exactly its bytes from malloc, so that the sanitizers see its limits. */
static void
run(const uint8_t *data, size_t size)
{
	free(now);
	now = malloc(size != 0 ? size : 1);
	if (size != 0)
		memcpy(now, data, size);
	now_size = size;
	(void)LLVMFuzzerTestOneInput(now, size);
}

static void
load_file(const char *path)
{
	struct stat st;
	struct input *in = &inputs[nr_inputs];
	FILE *f;

	if (nr_inputs == INPUTS_MAX || (f = fopen(path, "rb")) == NULL || fstat(fileno(f), &st) != 0) {
		(void)fprintf(stderr, "driver: cannot read %s\n", path);
		exit(2);
	}
	in->size = (size_t)st.st_size;
	in->data = malloc(in->size + 1);
	if (fread(in->data, 1, in->size, f) != in->size) {
		(void)fprintf(stderr, "driver: cannot read %s\n", path);
		exit(2);
	}
	(void)fclose(f);
	nr_inputs++;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
load(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, by_name);

	if (n < 0) {
		load_file(path);
		return;
	}
	for (int i = 0; i < n; i++) {
		char full[4096];

		if (names[i]->d_name[0] != '.') {
			(void)snprintf(full, sizeof(full), "%s/%s", path, names[i]->d_name);
			load_file(full);
		}
		free(names[i]);
	}
	free(names);
}

/* Numbers that parsers trip over, in both byte orders. */
static void
put_number(uint8_t *p, unsigned bytes)
{
	static const uint64_t numbers[] = {
		0, 1, 2, 3, 4, 7, 8, 16, 20, 23, 24, 32, 40, 48, 0x7f, 0x80, 0xff, 0x100, 0xfff, 0x1000,
		0x7fff, 0x8000, 0xffff, 0x10000, 0x10010, 0x100000, 0x7fffffff, 0x80000000, 0xfffffff8,
		0xfffffffe, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xfffffffffffff000, 0xfffffffffffffffe, 0xffffffffffffffff
	};
	uint64_t v = numbers[random_below(sizeof(numbers) / sizeof(numbers[0]))];
	int turned = random_below(8) == 0;

	for (unsigned i = 0; i < bytes; i++)
		p[turned ? bytes - 1 - i : i] = (uint8_t)(v >> (8 * i));
}

/* Add a little to a number. */
static void
nudge(uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)p[i] << (8 * i);
	v += random_below(65) - 32u;
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static size_t
insert(uint8_t *data, size_t size, const uint8_t *from, size_t n)
{
	size_t at = random_below(size + 1);

	if (n > size_max - size)
		n = size_max - size;
	memmove(data + at + n, data + at, size - at);
	memmove(data + at, from, n);
	return size + n;
}

static size_t
delete(uint8_t *data, size_t size)
{
	size_t at = random_below(size), n = random_below(64) + 1;

	if (n > size - at)
		n = size - at;
	memmove(data + at, data + at + n, size - at - n);
	return size - n;
}

static size_t
mutate(uint8_t *data, size_t size)
{
	static const unsigned widths[] = { 1, 2, 4, 4, 4, 8 };
	const struct input *other = &inputs[random_below(nr_inputs)];
	unsigned width = widths[random_below(6)];
	uint8_t piece[64];
	size_t at, n;

	if (size < 16)
		return insert(data, size, other->data, other->size < size_max ? other->size : size_max);
	/* Structures keep their numbers on multiples of 4, mostly; the first byte is options. */
	at = random_below(size - 8);
	if (random_below(4) != 0)
		at = at / 4 * 4 + 1;
	switch (random_below(12)) {
	case 0:
		data[random_below(size)] ^= (uint8_t)(1 << random_below(8));
		break;
	case 1:
		data[random_below(size)] = (uint8_t)random_number();
		break;
	case 2:
		return delete(data, size);
	case 3:
		return size - random_below(size / 4 + 1);
	case 4:
		if (other->size == 0)
			break;
		at = random_below(other->size);
		n = other->size - at;
		return insert(data, size, other->data + at, random_below(n < 64 ? n : 64));
	case 5:
		n = random_below(sizeof(piece)) < size - at ? random_below(sizeof(piece)) : 8;
		n = n < size - at ? n : size - at;
		memcpy(piece, data + at, n);
		return insert(data, size, piece, n);
	case 6:
	case 7:
		nudge(data + at, width);
		break;
	default:
		put_number(data + at, width);
		break;
	}
	return size;
}

static void
run_mutations(uint64_t executions)
{
	uint8_t *data = malloc(size_max);

	for (uint64_t i = 0; i < executions; i++) {
		const struct input *in = &inputs[random_below(nr_inputs)];
		size_t size = in->size < size_max ? in->size : size_max;

		memcpy(data, in->data, size);
		for (uint32_t n = random_below(8) + 1; n != 0; n--)
			size = mutate(data, size);
		run(data, size);
	}
	free(data);
}

static void
usage(void)
{
	(void)fprintf(stderr, "use: driver [-n EXECUTIONS] [-s SEED] [-m BYTES] [-1] DIRECTORY|FILE...\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	uint64_t executions = 100000;
	int c;

	while ((c = getopt(argc, argv, "n:s:m:1")) != -1) {
		if (c == 'n')
			executions = strtoull(optarg, NULL, 0);
		else if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'm')
			size_max = strtoull(optarg, NULL, 0);
		else if (c == '1')
			executions = 0;
		else
			usage();
	}
	if (optind == argc || size_max < 16 || seed == 0)
		usage();
	random_state = seed * 0x9e3779b97f4a7c15;
	for (int i = optind; i < argc; i++)
		load(argv[i]);
	if (nr_inputs == 0)
		usage();
	(void)signal(SIGABRT, on_abort);
	(void)signal(SIGSEGV, on_abort);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(save_input);
	for (unsigned i = 0; i < nr_inputs; i++)
		run(inputs[i].data, inputs[i].size);
	run_mutations(executions);
	(void)printf("driver: %u inputs, %llu mutations, seed %llu: nothing found\n", nr_inputs,
	    (unsigned long long)executions, (unsigned long long)seed);
	for (unsigned i = 0; i < nr_inputs; i++)
		free(inputs[i].data);
	free(now);
	return 0;
}
