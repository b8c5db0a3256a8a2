/*
 * The programs' library: text.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

size_t
length(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

bool
equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool
has(const char *text, const char *part)
{
	size_t n = length(part);

	for (; *text != '\0'; text++)
		if (memcmp(text, part, n < length(text) ? n : length(text) + 1) == 0)
			return true;
	return n == 0;
}

long
number(const char *s)
{
	bool minus = *s == '-';
	long value = 0;

	for (s += minus; *s >= '0' && *s <= '9'; s++)
		value = value * 10 + (*s - '0');
	return minus ? -value : value;
}

/* -- formatted output ----------------------------------------------------------------- */

struct out {
	int fd;
	unsigned used;
	char text[256];
};

static void
put(struct out *o, char c)
{
	o->text[o->used++] = c;
	if (o->used == sizeof(o->text)) {
		(void)write(o->fd, o->text, o->used);
		o->used = 0;
	}
}

/* Divide in place, give back the rest: without the compiler's 64-bit division. */
static unsigned
divide(uint64_t *value, unsigned by)
{
	uint32_t high = (uint32_t)(*value >> 32), rest = high % by, low = 0;

	for (int bit = 31; bit >= 0; bit--) {
		rest = rest << 1 | ((uint32_t)(*value >> bit) & 1);
		low <<= 1;
		if (rest >= by) {
			rest -= by;
			low |= 1;
		}
	}
	*value = (uint64_t)(high / by) << 32 | low;
	return rest;
}

static void
put_field(struct out *o, const char *text, size_t n, unsigned width, bool left, char fill)
{
	for (size_t i = n; !left && i < width; i++)
		put(o, fill);
	for (size_t i = 0; i < n; i++)
		put(o, text[i]);
	for (size_t i = n; left && i < width; i++)
		put(o, ' ');
}

static void
put_number(struct out *o, uint64_t value, unsigned base, bool minus, unsigned width, bool left, char fill)
{
	char digits[24];
	unsigned at = sizeof(digits);

	do
		digits[--at] = "0123456789abcdef"[divide(&value, base)];
	while (value != 0);
	if (minus)
		digits[--at] = '-';
	put_field(o, digits + at, sizeof(digits) - at, width, left, fill);
}

static const char *
put_one(struct out *o, const char *f, va_list *ap)
{
	bool left = *f == '-';
	char fill = ' ', c;
	unsigned width = 0, longs = 0;
	const char *s;
	int64_t value;

	f += left;
	if (*f == '0')
		fill = *f++;
	while (*f >= '0' && *f <= '9')
		width = width * 10 + (unsigned)(*f++ - '0');
	while (*f == 'l') {
		longs++;
		f++;
	}
	switch (*f) {
	case 'c':
		c = (char)va_arg(*ap, int);
		put_field(o, &c, 1, width, left, ' ');
		break;
	case 's':
		s = va_arg(*ap, const char *);
		put_field(o, s, length(s), width, left, ' ');
		break;
	case 'd':
		value = longs > 1 ? va_arg(*ap, long long) : longs == 1 ? va_arg(*ap, long) : va_arg(*ap, int);
		put_number(o, (uint64_t)(value < 0 ? -value : value), 10, value < 0, width, left, fill);
		break;
	case 'u':
	case 'x':
		put_number(o, longs > 1 ? va_arg(*ap, unsigned long long) : longs == 1 ?
		    va_arg(*ap, unsigned long) : va_arg(*ap, unsigned), *f == 'u' ? 10 : 16, false, width, left, fill);
		break;
	default:
		put(o, *f);
	}
	return f + 1;
}

static void
print_to(int fd, const char *f, va_list *ap)
{
	struct out o = { .fd = fd };

	while (*f != '\0') {
		if (*f == '%')
			f = put_one(&o, f + 1, ap);
		else
			put(&o, *f++);
	}
	if (o.used > 0)
		(void)write(fd, o.text, o.used);
}

void
print(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print_to(1, format, &ap);
	va_end(ap);
}

void
complain(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	print_to(2, format, &ap);
	va_end(ap);
}

int
show(const char *who, int fd, const char *name)
{
	char part[512];
	int n;

	while ((n = read(fd, part, sizeof(part))) > 0)
		if (write(1, part, (size_t)n) != n)
			return 1;
	if (n < 0)
		complain("%s: %s: %s\n", who, name, error_text(n));
	return n < 0;
}

int
show_file(const char *who, const char *path)
{
	int fd = open(path, OPEN_READ), bad;

	if (fd < 0) {
		complain("%s: %s: %s\n", who, path, error_text(fd));
		return 1;
	}
	bad = show(who, fd, path);
	(void)close(fd);
	return bad;
}

int
read_line(int fd, char *to, size_t size)
{
	size_t n = 0;
	char c;

	for (;;) {
		int got = read(fd, &c, 1);

		if (got == -EINTR)
			return got;
		if (got <= 0 && n == 0)
			return -1;
		if (got <= 0 || c == '\n')
			break;
		if (n + 1 < size)
			to[n] = c;
		n++;
	}
	to[n < size ? n : size - 1] = '\0';
	return (int)n;
}

const char *
error_text(int error)
{
	static const char *const texts[ERROR_COUNT] = {
		[EPERM] = "not permitted", [ENOENT] = "no such file", [ESRCH] = "no such process",
		[EINTR] = "interrupted", [EIO] = "input/output error", [E2BIG] = "too many arguments",
		[ENOEXEC] = "not a program of this machine", [EBADF] = "bad file number", [ECHILD] = "no child",
		[EAGAIN] = "no more processes", [ENOMEM] = "no memory", [EACCES] = "cannot be run",
		[EFAULT] = "bad address", [EEXIST] = "exists", [ENOTDIR] = "not a directory",
		[EISDIR] = "is a directory", [EINVAL] = "bad argument", [EMFILE] = "too many open files",
		[EFBIG] = "file too large", [ENOSPC] = "no space left", [EROFS] = "read-only",
		[EPIPE] = "nobody reads", [ENAMETOOLONG] = "name too long", [ENOTEMPTY] = "not empty",
		[ENOSYS] = "no such call", [ESPIPE] = "is a pipe",
	};

	error = error < 0 ? -error : error;
	return error < ERROR_COUNT && texts[error] != NULL ? texts[error] : "unknown error";
}

const char *
signal_text(int nr)
{
	static const char *const texts[SIGNAL_COUNT] = SIGNAL_NAMES;

	return nr > 0 && nr < SIGNAL_COUNT && texts[nr] != NULL ? texts[nr] : "unknown signal";
}
