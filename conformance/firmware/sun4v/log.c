/*
 * What the hypervisor says: README has the form of the lines.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include <stdarg.h>

#include "hv.h"

static const char *const error_names[ERRORS] = {
	"EOK", "ENOCPU", "ENORADDR", "ENOINTR", "EBADPGSZ", "EBADTSB", "EINVAL", "EBADTRAP", "EBADALIGN",
	"EWOULDBLOCK", "ENOACCESS", "EIO", "ECPUERROR", "ENOTSUPPORTED", "ENOMAP", "ETOOMANY", "ECHANNEL",
	"EBUSY",
};

const char *
error_name(uint64_t error)
{
	return error < ERRORS ? error_names[error] : "?";
}

#define LINES_MOST	10000

static unsigned lines;

static void
put(char c)
{
	board_put(board->log_uart ? board->log_uart : board->uart, (uint8_t)c);
}

static void
put_string(const char *text)
{
	while (*text != '\0')
		put(*text++);
}

static void
put_number(uint64_t value, unsigned base)
{
	char digits[24];
	unsigned at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	put_string(digits + at);
}

static void
put_format(const char *format, va_list list)
{
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			put(*format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_string(va_arg(list, const char *));
			break;
		case 'd':
			put_number(va_arg(list, uint64_t), 10);
			break;
		case 'x':
			put_string("0x");
			put_number(va_arg(list, uint64_t), 16);
			break;
		}
	}
}

static void
line(const char *format, va_list list)
{
	put_string("(sun4v) ");
	put_format(format, list);
	put('\n');
}

void
say(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	line(format, list);
	va_end(list);
	if (!words.log_calls && ++lines == LINES_MOST)
		end("killed: this is line %d of the log", (uint64_t)lines);
}

/* The last line, and the end. */
void
end(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	line(format, list);
	va_end(list);
	board_off();
}

/* The levels and the PC of what trapped, in its strand; TT as the guest would see it. */
void
kill_guest(const struct strand *s, uint64_t tt, const char *reason)
{
	end("killed: %s (trap %x, TL %d, GL %d, at %x, cpu %d)", reason, tt, RDPR(tl) - 1,
	    TSTATE_GL(RDPR(tstate)), RDPR(tpc), (uint64_t)s->id);
}

void
complain(const struct strand *s, const char *reason, uint64_t value)
{
	(void)s;
	say("guest: %s (%x, at %x)", reason, value, RDPR(tpc));
}

/* Called by start.S. */
void
hv_fatal(uint64_t tt, uint64_t pc, uint64_t tl)
{
	end("fatal: trap %x in the hypervisor (TL %d, at %x)", tt, tl, pc);
}
