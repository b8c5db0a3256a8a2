/*
 * Formatted text without a C library: what pv_printf and the messages need.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "arith.h"
#include "hooks_internal.h"

struct sink {
	void (*put)(struct sink *, const char *, size_t);
	char *buf;		/* for text in memory */
	size_t size;
	size_t total;		/* characters of the full text */
};

struct spec {
	bool left, zero, plus, alt;
	int width, precision;	/* precision -1: none */
	int length;		/* bytes of the integer */
};

static void
put_memory(struct sink *s, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s->total + i + 1 < s->size)
			s->buf[s->total + i] = text[i];
}

static void
put_console(struct sink *s, const char *text, size_t n)
{
	(void)s;
	pv_console_write(text, n);
}

static void
put(struct sink *s, const char *text, size_t n)
{
	s->put(s, text, n);
	s->total += n;
}

static void
pad(struct sink *s, char c, int n)
{
	while (n-- > 0)
		put(s, &c, 1);
}

/* Text with a prefix (sign, 0x) that zero padding goes behind. */
static void
put_padded(struct sink *s, const struct spec *f, const char *prefix, const char *text, int n)
{
	int used = n + (int)pv_text_length(prefix);
	int zeros = f->precision > n ? f->precision - n : 0;

	used += zeros;
	if (!f->left && !(f->zero && f->precision < 0))
		pad(s, ' ', f->width - used);
	put(s, prefix, pv_text_length(prefix));
	if (!f->left && f->zero && f->precision < 0)
		pad(s, '0', f->width - used);
	pad(s, '0', zeros);
	put(s, text, (size_t)n);
	if (f->left)
		pad(s, ' ', f->width - used);
}

static void
put_number(struct sink *s, const struct spec *f, uint64_t v, unsigned base, bool upper, const char *prefix)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24];
	int at = (int)sizeof(text);

	/* Zero has a digit, unless a precision of 0 asks for none. */
	while (v != 0 || (at == (int)sizeof(text) && f->precision != 0)) {
		uint64_t digit;

		if (base == 16) {
			digit = v & 15;
			v >>= 4;
		} else {
			v = pv_udiv64(v, base, &digit);
		}
		text[--at] = digits[digit];
	}
	put_padded(s, f, prefix, text + at, (int)sizeof(text) - at);
}

static const char *
parse_number(const char *p, int *out)
{
	int v = 0;

	while (*p >= '0' && *p <= '9' && v < 10000)
		v = v * 10 + (*p++ - '0');
	*out = v;
	return p;
}

static const char *
parse_length(const char *p, struct spec *f)
{
	f->length = (int)sizeof(int);
	if (*p == 'l') {
		f->length = (int)sizeof(long);
		if (*++p == 'l') {
			f->length = 8;
			p++;
		}
	} else if (*p == 'z') {
		f->length = (int)sizeof(size_t);
		p++;
	} else if (*p == 'h') {
		f->length = 2;
		if (*++p == 'h') {
			f->length = 1;
			p++;
		}
	}
	return p;
}

static uint64_t
unsigned_of(const struct spec *f, va_list *ap)
{
	uint64_t v = f->length == 8 ? va_arg(*ap, unsigned long long) : va_arg(*ap, unsigned);

	if (f->length == 1)
		return v & 0xff;
	return f->length == 2 ? v & 0xffff : v;
}

static int64_t
signed_of(const struct spec *f, va_list *ap)
{
	int64_t v = f->length == 8 ? va_arg(*ap, long long) : va_arg(*ap, int);

	if (f->length == 1)
		return (int8_t)v;
	return f->length == 2 ? (int16_t)v : v;
}

static void
put_string(struct sink *s, const struct spec *f, const char *text)
{
	struct spec plain = *f;
	int n = 0;

	if (text == NULL)
		text = "(null)";
	/* The precision first: text that it bounds need not end. */
	while ((f->precision < 0 || n < f->precision) && text[n] != '\0')
		n++;
	plain.precision = -1;
	plain.zero = false;
	put_padded(s, &plain, "", text, n);
}

static void
convert(struct sink *s, struct spec *f, char c, va_list *ap)
{
	switch (c) {
	case 'd':
	case 'i': {
		int64_t v = signed_of(f, ap);

		put_number(s, f, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10, false, v < 0 ? "-" : f->plus ? "+" : "");
		break;
	}
	case 'u':
		put_number(s, f, unsigned_of(f, ap), 10, false, "");
		break;
	case 'o':
		put_number(s, f, unsigned_of(f, ap), 8, false, "");
		break;
	case 'x':
	case 'X': {
		uint64_t v = unsigned_of(f, ap);

		put_number(s, f, v, 16, c == 'X', f->alt && v != 0 ? "0x" : "");
		break;
	}
	case 'p':
		put_number(s, f, (uintptr_t)va_arg(*ap, void *), 16, false, "0x");
		break;
	case 'c': {
		char one = (char)va_arg(*ap, int);

		put_padded(s, &(struct spec){ .left = f->left, .width = f->width, .precision = -1 }, "", &one, 1);
		break;
	}
	case 's':
		put_string(s, f, va_arg(*ap, const char *));
		break;
	case '%':
		put(s, "%", 1);
		break;
	default:
		/* A mistake in the format is shown, not hidden. */
		put(s, "%?", 2);
		break;
	}
}

static const char *
parse_spec(const char *p, struct spec *f, va_list *ap)
{
	*f = (struct spec){ .precision = -1 };
	for (;; p++) {
		if (*p == '-')
			f->left = true;
		else if (*p == '0')
			f->zero = true;
		else if (*p == '+')
			f->plus = true;
		else if (*p == '#')
			f->alt = true;
		else
			break;
	}
	if (*p == '*') {
		f->width = va_arg(*ap, int);
		p++;
		if (f->width < 0) {
			f->left = true;
			f->width = (int)(0 - (unsigned)f->width);
		}
	} else {
		p = parse_number(p, &f->width);
	}
	if (*p == '.') {
		if (*++p == '*') {
			f->precision = va_arg(*ap, int);
			p++;
		} else {
			p = parse_number(p, &f->precision);
		}
	}
	return parse_length(p, f);
}

static int
format_into(struct sink *s, const char *p, va_list *ap)
{
	while (*p != '\0') {
		struct spec f;
		const char *from = p;

		while (*p != '\0' && *p != '%')
			p++;
		if (p != from)
			put(s, from, (size_t)(p - from));
		if (*p == '\0')
			break;
		p = parse_spec(p + 1, &f, ap);
		if (*p == '\0')
			break;
		convert(s, &f, *p++, ap);
	}
	return (int)s->total;
}

int
pv_vsnprintf(char *buf, size_t size, const char *format, va_list ap)
{
	struct sink s = { .put = put_memory, .buf = buf, .size = size };
	va_list copy;
	int n;

	va_copy(copy, ap);
	n = format_into(&s, format, &copy);
	va_end(copy);
	if (size > 0)
		buf[s.total < size ? s.total : size - 1] = '\0';
	return n;
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
pv_vprintf(const char *format, va_list ap)
{
	struct sink s = { .put = put_console };
	va_list copy;
	int n;

	va_copy(copy, ap);
	n = format_into(&s, format, &copy);
	va_end(copy);
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
