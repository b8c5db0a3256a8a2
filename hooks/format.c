/*
 * Formatted text without a C library: what pv_printf and the messages need.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "arith.h"
#include "hooks_internal.h"

/* Flags, by their distance from the first of them. */
#define FLAG(c)		(1u << ((c) - '#'))
#define FLAGS		(FLAG('#') | FLAG('+') | FLAG('-') | FLAG('0'))

#define LINE		80	/* what is collected before the console gets it */
#define MAX_NUMBER	10000	/* for width and precision in a format */

struct format {
	const char *p;		/* what comes next of it */
	va_list ap;

	/* Text goes to a buffer, and from there to the console, if that is where it shall go. */
	char *buf;
	size_t size, used;
	bool console;
	int total;		/* characters of the full text */

	/* The conversion. */
	unsigned flags, bytes;	/* bytes: those of the argument */
	int width, precision;	/* precision < 0: none */
};

/* Conversions with an argument; base 0: text. */
static const struct conversion {
	char c;
	bool has_sign;
	uint8_t base;
} conversions[] = {
	{ 'd', true, 10 }, { 'i', true, 10 }, { 'u', false, 10 }, { 'o', false, 8 }, { 'x', false, 16 },
	{ 'X', false, 16 }, { 'p', false, 16 }, { 'c', false, 0 }, { 's', false, 0 }, { '\0', false, 0 },
};

static void
put(struct format *f, char c)
{
	f->total++;
	if (f->used == f->size) {
		if (!f->console)
			return;
		pv_console_write(f->buf, f->used);
		f->used = 0;
	}
	f->buf[f->used++] = c;
}

static void
pad(struct format *f, char c, int n)
{
	while (n-- > 0)
		put(f, c);
}

/* Text behind a prefix (sign, 0x) and zeros, as wide as it shall be. */
static void
put_padded(struct format *f, const char *prefix, int zeros, const char *text, int n)
{
	int spaces = f->width - n - (int)pv_text_length(prefix);

	if ((f->flags & FLAG('0')) != 0)
		zeros = spaces;
	if (zeros > 0)
		spaces -= zeros;
	if ((f->flags & FLAG('-')) == 0)
		pad(f, ' ', spaces);
	while (*prefix != '\0')
		put(f, *prefix++);
	pad(f, '0', zeros);
	while (n-- > 0)
		put(f, *text++);
	if ((f->flags & FLAG('-')) != 0)
		pad(f, ' ', spaces);
}

static void
put_number(struct format *f, const struct conversion *c, uint64_t v)
{
	const char *digits = &"0123456789abcdef0123456789ABCDEF"[c->c == 'X' ? 16 : 0], *prefix = "";
	char text[24];
	int n = 0;

	if (c->has_sign) {
		if ((int64_t)v < 0) {
			prefix = "-";
			v = 0 - v;
		} else if ((f->flags & FLAG('+')) != 0) {
			prefix = "+";
		}
	} else if (c->c == 'p' || (c->base == 16 && (f->flags & FLAG('#')) != 0 && v != 0)) {
		prefix = "0x";
	}
	/* Zero has a digit, unless a precision of 0 asks for none. */
	while (v != 0 || (n == 0 && f->precision != 0)) {
		uint64_t digit;

		v = pv_udiv64(v, c->base, &digit);
		text[sizeof(text) - ++n] = digits[digit];
	}
	put_padded(f, prefix, f->precision - n, text + sizeof(text) - n, n);
}

static void
put_text(struct format *f, char which, uint64_t v)
{
	const char *text = (const char *)(uintptr_t)v;
	char one = (char)v;
	int n = 0;

	if (which == 'c') {
		text = &one;
		f->precision = n = 1;
	} else if (text == NULL) {
		text = "(null)";
	}
	/* The precision first: text that it bounds need not end. */
	while (n != f->precision && text[n] != '\0')
		n++;
	f->flags &= ~FLAG('0');
	put_padded(f, "", 0, text, n);
}

/*
 * The next argument, as a number. Every ABI passes each in whole words, pointers too, and the low end
 * of the word is what a shorter type has.
 */
static PV_APART uint64_t
argument(struct format *f, unsigned bytes, bool has_sign)
{
	unsigned spare = 8 * (sizeof(long) - bytes);
	unsigned long word;

	if (sizeof(long) < 8 && bytes == 8)
		return va_arg(f->ap, uint64_t);
	word = va_arg(f->ap, unsigned long) << spare;
	return has_sign ? (uint64_t)((long)word >> spare) : word >> spare;
}

/* Flags, width, precision and length: up to the character that says what is converted. */
static char
parse(struct format *f)
{
	int *number = &f->width;

	f->flags = 0;
	f->bytes = sizeof(int);
	f->width = 0;
	f->precision = -1;
	for (;; f->p++) {
		char c = *f->p;
		unsigned digit = (unsigned)c - '0', flag = (unsigned)c - '#';

		if (digit < 10 && *number < MAX_NUMBER && (digit != 0 || number != &f->width || *number != 0))
			*number = *number * 10 + (int)digit;
		else if (flag < 32 && (FLAGS >> flag & 1) != 0)
			f->flags |= 1u << flag;
		else if (c == '*')
			*number = (int)argument(f, sizeof(int), true);
		else if (c == '.')
			*(number = &f->precision) = 0;
		else if (c == 'h' && f->bytes > 1)
			f->bytes /= 2;
		else if (c == 'l' || c == 'z')
			f->bytes = sizeof(long) == 8 || f->p[-1] == 'l' ? 8 : sizeof(long);
		else
			break;
	}
	if (f->width < 0) {
		f->flags |= FLAG('-');
		f->width = (int)(0 - (unsigned)f->width);
	}
	if (f->precision >= 0 || (f->flags & FLAG('-')) != 0)
		f->flags &= ~FLAG('0');
	return *f->p != '\0' ? *f->p++ : '\0';
}

static void
convert(struct format *f)
{
	const struct conversion *c = conversions;
	char which = parse(f);
	uint64_t v;

	while (c->c != which && c->c != '\0')
		c++;
	if (c->c == '\0') {
		/* A mistake in the format is shown, not hidden; its end within a conversion ends it. */
		if (which == '\0')
			return;
		put(f, '%');
		if (which != '%')
			put(f, '?');
	} else {
		v = argument(f, which == 's' || which == 'p' ? sizeof(void *) : f->bytes, c->has_sign);
		if (c->base != 0)
			put_number(f, c, v);
		else
			put_text(f, which, v);
	}
}

static void
format_to(struct format *f, char *buf, size_t size, const char *format, va_list ap)
{
	f->p = format;
	f->buf = buf;
	f->size = size;
	f->used = 0;
	f->total = 0;
	va_copy(f->ap, ap);
	while (*f->p != '\0') {
		char c = *f->p++;

		if (c == '%')
			convert(f);
		else
			put(f, c);
	}
	va_end(f->ap);
}

int
pv_vsnprintf(char *buf, size_t size, const char *format, va_list ap)
{
	struct format f;

	f.console = false;
	format_to(&f, buf, size > 0 ? size - 1 : 0, format, ap);
	if (size > 0)
		buf[f.used] = '\0';
	return f.total;
}

int
pv_vprintf(const char *format, va_list ap)
{
	char line[LINE];
	struct format f;

	f.console = true;
	format_to(&f, line, sizeof(line), format, ap);
	pv_console_write(line, f.used);
	return f.total;
}

int
pv_snprintf(char *buf, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = pv_vsnprintf(buf, size, format, ap);
	va_end(ap);
	return n;
}

int
pv_printf(const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = pv_vprintf(format, ap);
	va_end(ap);
	return n;
}
