/*
 * fault NAME: do one thing that a program may not do. It must die of it, alone. With
 * no name: the list of them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#include "machine_user.h"	/* KERNEL_ADDRESS, PRIVILEGED and what is called below but not here */

static volatile int sink;
static int (*volatile code)(void);
static const int constant = 1;

static void
null(void)
{
	sink = *(volatile int *)(uintptr_t)(sink & 0);
}

static void
write_text(void)
{
	*(volatile uint8_t *)(uintptr_t)&write_text = 0;
}

static void
write_constant(void)
{
	*(volatile int *)(uintptr_t)&constant = 2;
}

static void
read_kernel(void)
{
	sink = *(volatile int *)KERNEL_ADDRESS;
}

static void
write_kernel(void)
{
	*(volatile int *)KERNEL_ADDRESS = 1;
}

static void
run_data(void)
{
	static uint8_t data[64];

	code = (int (*)(void))(uintptr_t)data;
	sink = code();
}

static void
run_stack(void)
{
	uint8_t data[64] = { 0 };

	code = (int (*)(void))(uintptr_t)data;
	sink = code();
}

static int
deeper(int n)
{
	volatile char room[1024];

	room[0] = (char)n;
	return n == sink - 1 ? 0 : deeper(n + 1) + room[0];
}

static void
overflow(void)
{
	sink = 0;
	sink = deeper(0);
}

static void
bad_jump(void)
{
	code = (int (*)(void))KERNEL_ADDRESS;
	sink = code();
}

static void
unmapped(void)
{
	uint8_t *at = map(NULL, 1 << 16, PROT_READ | PROT_WRITE, -1, 0);

	(void)unmap(at, 1 << 16);
	at[100] = 1;
}

static void
read_only(void)
{
	uint8_t *at = map(NULL, 1 << 16, PROT_READ | PROT_WRITE, -1, 0);

	at[100] = 1;
	(void)protect(at, 1 << 16, PROT_READ);
	at[100] = 2;
}

/* Not a fault: it runs on, alone. Ctrl-C ends it. */
static void
spin(void)
{
	print("fault: spinning\n");
	keep_cpu();
}

#define ENTRY(text, name, instructions)	{ text, try_##name },
static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "null", null }, { "text", write_text }, { "constant", write_constant }, { "kernel", read_kernel },
	{ "kernel-write", write_kernel }, { "data", run_data }, { "run-stack", run_stack }, { "stack", overflow },
	{ "jump", bad_jump }, { "illegal", bad_instruction }, { "divide", divide_by_zero },
	{ "unmapped", unmapped }, { "read-only", read_only }, { "wild-stack", wild_stack }, { "spin", spin },
	PRIVILEGED(ENTRY)
};

int
main(int argc, char **argv)
{
	for (unsigned i = 0; i < COUNT_OF(faults); i++) {
		if (argc < 2)
			print("%s%s", faults[i].name, i + 1 < COUNT_OF(faults) ? " " : "\n");
		else if (equal(argv[1], faults[i].name)) {
			faults[i].run();
			print("fault: %s was not refused\n", argv[1]);
			return 1;
		}
	}
	if (argc < 2)
		return 0;
	complain("fault: nothing is called %s\n", argv[1]);
	return 2;
}
