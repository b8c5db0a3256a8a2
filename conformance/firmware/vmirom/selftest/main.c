/*
 * The self-test guest's frame: console, words, cases one after the other in TAP.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>
#include "test.h"

#define COM1		0x3f8
#define COM1_STATUS	0x3fd
#define COM1_ROOM	0x20
#define MULTIBOOT_WORDS	4u

extern const struct test __start_tests[], __stop_tests[];	/* by the linker script */
static const char *words = "";
static bool failed;

static void
put(char c)
{
	while (!(port_in(COM1_STATUS) & COM1_ROOM))
		;
	port_out(COM1, (uint8_t)c);
}

static void
put_number(uint32_t value, uint32_t base)
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
		} else {
			put_number(va_arg(list, uint32_t), *format == 'x' ? 16 : 10);
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

void
is(const char *what, uint32_t value, uint32_t wanted, unsigned line)
{
	if (value != wanted)
		wrong("line %u: %s is 0x%x, not 0x%x", line, what, value, wanted);
}

/* The ROM will complain about what this case does. */
void
announce(const char *pattern)
{
	print("# vmi-complaint %s\n", pattern);
}

/* Whether WORD is among the guest's words. */
bool
asked(const char *word)
{
	const char *at = words;

	while (*at != '\0') {
		const char *w = word;

		while (*w != '\0' && *at == *w)
			at++, w++;
		if (*w == '\0' && (*at == '\0' || *at == ' '))
			return true;
		while (*at != '\0' && *at++ != ' ')
			;
	}
	return false;
}

static void
power_off(void)
{
	if (rom && !asked("bad") && kind(VMI_SHUTDOWN) == VMI_KIND_CALL)
		VMI(VMI_SHUTDOWN);
	if (!ring1)
		outw(0x604, 0x2000);
}

/* What a compiler may call on its own. */
void *memcpy(void *to, const void *from, size_t size);

void *
memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

void test_main(const uint32_t *information);

void
test_main(const uint32_t *information)
{
	uint32_t number = 0, bad = 0;

	if (information[0] & MULTIBOOT_WORDS)
		words = (const char *)information[4];
	print("\n# words: %s\n", words);
	traps_start();
	rom = find_rom(0xc0000);
	for (const struct test *t = __start_tests; t < __stop_tests; t++) {
		if (!asked(t->set))
			continue;
		failed = false;
		print("# %s\n", t->point);
		t->run();
		bad += failed;
		print("%sok %u - %s\n", failed ? "not " : "", ++number, t->name);
	}
	print("# end %u %u\n", number - bad, bad);
	power_off();
}
