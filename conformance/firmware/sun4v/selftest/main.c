/*
 * The self-test guest's own: words, output, the loop over the cases. Output goes by
 * API_PUTCHAR, which works before any negotiation.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>
#include "test.h"

extern const struct test __start_tests[], __stop_tests[];	/* by the linker script */
/* not in bss, which is cleared after it is written */
struct entry boot_entry = { .pc = 1 };
struct entry strand_state;
struct strand strands[4] __attribute__((aligned(64)));
uint8_t boot_stack[BOOT_STACK] __attribute__((aligned(64)));
uint8_t fatal_stack[FATAL_STACK] __attribute__((aligned(64)));
static uint8_t pool[1 * MIB] __attribute__((aligned(64 * 1024)));
static u64 pool_used;
static const char *words = "";
static bool failed;
static u64 good, bad;
static const struct test *now;

static void
put(char c)
{
	struct call call = { .o = { (uint8_t)c, 0, 0, 0, 0, API_PUTCHAR } };

	call_ff(&call);
}

static void
put_number(u64 value, u64 base)
{
	if (value >= base)
		put_number(value / base, base);
	put("0123456789abcdef"[value % base]);
}

static void
put_format(const char *format, va_list list)
{
	const char *text;

	for (; *format != '\0'; format++) {
		if (*format != '%') {
			put(*format);
		} else if (*++format == 's') {
			for (text = va_arg(list, const char *); *text != '\0'; text++)
				put(*text);
		} else if (*format == 'c') {
			put((char)va_arg(list, u64));
		} else {
			put_number(va_arg(list, u64), *format == 'x' ? 16 : 10);
		}
	}
}

void
print(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	put_format(format, list);
	va_end(list);
}

void
wrong(const char *format, ...)
{
	va_list list;

	failed = true;
	print("# ");
	va_start(list, format);
	put_format(format, list);
	va_end(list);
	put('\n');
}

bool
is(const char *what, u64 value, u64 wanted, u64 line)
{
	if (value != wanted)
		wrong("line %u: %s is 0x%x, not 0x%x", line, what, value, wanted);
	return value == wanted;
}

/* The hypervisor will complain about what this case does. */
void
announce(const char *pattern)
{
	print("# sun4v-complaint %s\n", pattern);
}

/* WORD's place behind "WORD" or "WORD=" among the guest's words, or 0. */
static const char *
find_word(const char *word)
{
	const char *at = words;

	while (*at != '\0') {
		const char *w = word;

		while (*w != '\0' && *at == *w)
			at++, w++;
		if (*w == '\0' && (*at == '\0' || *at == ' ' || *at == '='))
			return at;
		while (*at != '\0' && *at++ != ' ')
			;
	}
	return 0;
}

bool
asked(const char *word)
{
	return find_word(word) != 0;
}

u64
asked_number(const char *word, u64 otherwise)
{
	const char *at = find_word(word);
	u64 value = 0;

	if (!at || *at != '=')
		return otherwise;
	for (at++; *at >= '0' && *at <= '9'; at++)
		value = 10 * value + (u64)(*at - '0');
	return value;
}

void *
page_pool(u64 size)
{
	u64 at = (pool_used + size - 1) & ~(size - 1);

	if (at + size > sizeof(pool)) {
		wrong("the guest's pool is too small for 0x%x", size);
		at = 0;
	}
	pool_used = at + size;
	for (u64 i = 0; i < size; i += 8)
		*(u64 *)(pool + at + i) = 0;
	return pool + at;
}

static void
say_end(u64 passed, u64 not_passed)
{
	print("# end %u %u\n", passed, not_passed);
}

/* This case ends the guest: what is expected is said, and if the guest goes on the case has failed. */
void
end_here(void)
{
	print("%sok %u - %s\n", failed ? "not " : "", good + bad + 1, now->name);
	say_end(good + !failed, bad + failed);
}

static void
exit_guest(u64 code)
{
	struct call call = { .o = { code, 0, 0, 0, 0, API_EXIT } };

	call_ff(&call);
	print("Bail out! API_EXIT returned 0x%x\n", call.o[0]);
	for (;;)
		;
}

void
unexpected_trap(const struct trap *t)
{
	const u64 *i = t->fault + FAULT_I, *d = t->fault + FAULT_D;

	print("# trap 0x%x at TL %u, GL %u, half %u, pc 0x%x, npc 0x%x, tstate 0x%x\n", t->tt, t->tl, t->gl,
	    t->half, t->pc, t->npc, t->tstate);
	print("# fault area: I 0x%x 0x%x 0x%x D 0x%x 0x%x 0x%x\n", i[0], i[1], i[2], d[0], d[1], d[2]);
	print("not ok %u - %s\nBail out! unexpected trap\n", good + bad + 1, now ? now->name : "start");
	exit_guest(1);
}

/* What a compiler may call on its own. */

void *
memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *
memset(void *to, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = (char)value;
	return to;
}

static void
run_set(bool early)
{
	for (const struct test *t = __start_tests; t < __stop_tests; t++) {
		bool is_early = t->set[0] == 'b' && t->set[1] == 'o' && t->set[2] == 'o' && t->set[3] == 't';

		if (is_early != early || (!early && !asked(t->set)))
			continue;
		failed = false;
		pool_used = 0;
		now = t;
		print("# %s\n", t->point);
		t->run();
		mmu_off();
		flip = 0;
		good += !failed;
		bad += failed;
		print("%sok %u - %s\n", failed ? "not " : "", good + bad, t->name);
	}
}

/* They come by the machine description (README); without a good one, the cases that need none. */
static const char *
find_words(void)
{
	const char *found = md_problem() ? 0 : md_string(md_next(-1, "variables"), "boot-args");

	if (md_problem())
		print("# machine description: %s\n", md_problem());
	return found ? found : "api";
}

void
test_main(void)
{
	print("\n");
	run_set(true);
	negotiate();
	words = find_words();
	first_fault_area = FAST(MMU_FAULT_AREA_INFO) == EOK ? last.o[1] : ~0ul;
	print("# words: %s\n", words);
	if (asked("busy"))
		strand_busy();
	run_set(false);
	if (asked("busy") && !strand_was_busy())
		print("Bail out! the strand beside\n");
	say_answered();
	say_end(good, bad);
	exit_guest(bad != 0);
}
