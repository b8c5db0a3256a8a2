/*
 * The console. The tick asks for typed bytes; they are echoed and collected into
 * lines here, and a reader gets whole lines. Backspace takes back a character,
 * Ctrl-U the line; Ctrl-C interrupts the group in the foreground; Ctrl-D ends the
 * input.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "kernel.h"

#define RING		1024u
#define AT_ONCE		64u
#define CONTROL(c)	((c) & 0x1f)
#define BACKSPACE	0x08
#define DELETE		0x7f

static char ring[RING];
static uint32_t taken, ready, edited;	/* bytes ever: read, in whole lines, typed */
static int foreground;
static bool ended;			/* Ctrl-D on an empty line */

static void
echo(const char *text)
{
	pv_console_puts(text);
}

static void
take_back(void)
{
	if (edited == ready)
		return;
	edited--;
	echo("\b \b");
}

static void
line_is_whole(void)
{
	ready = edited;
	sched_wake(ring);
}

static void
typed(char c)
{
	char shown[2] = { c, '\0' };

	switch (c) {
	case BACKSPACE:
	case DELETE:
		take_back();
		return;
	case CONTROL('U'):
		while (edited != ready)
			take_back();
		return;
	case CONTROL('C'):
		edited = ready;
		echo("^C\n");
		(void)signal_kill(-foreground, SIGINT);
		return;
	case CONTROL('D'):
		ended = edited == ready;
		line_is_whole();
		return;
	case '\r':
	case '\n':
		shown[0] = '\n';
		break;
	default:
		if ((uint8_t)c < ' ')
			return;
	}
	/* Nobody reads: what does not fit is lost. A full line keeps room for its end. */
	if (edited - taken >= RING - (shown[0] == '\n' ? 0 : 1))
		return;
	ring[edited++ % RING] = shown[0];
	echo(shown);
	if (shown[0] == '\n')
		line_is_whole();
}

/* From the tick, gate closed: not more at a time than what a handler may take. */
void
tty_poll(void)
{
	int c;

	for (unsigned i = 0; i < AT_ONCE && (c = pv_console_get()) >= 0; i++)
		typed((char)c);
}

void
tty_foreground(int group)
{
	foreground = group;
}

int
tty_read(uint64_t position, uintptr_t user, size_t size)
{
	pv_irq_state gate = pv_irq_save();
	size_t done = 0;
	int error = 0;

	(void)position;
	while (ready == taken && !ended && error == 0)
		error = sched_sleep(ring);
	if (error == 0 && ready == taken)
		ended = false;
	pv_irq_restore(gate);
	if (error != 0)
		return error;
	while (done < size && taken != ready) {
		char c = ring[taken % RING];

		if (pv_copyout(user + done, &c, 1) != PV_OK)
			return done > 0 ? (int)done : -EFAULT;
		taken++;
		done++;
		if (c == '\n')
			break;
	}
	return (int)done;
}

int
tty_write(uintptr_t user, size_t size)
{
	char part[128];

	for (size_t done = 0; done < size; ) {
		size_t n = MIN(size - done, sizeof(part));

		if (pv_copyin(part, user + done, n) != PV_OK)
			return done > 0 ? (int)done : -EFAULT;
		pv_console_write(part, n);
		done += n;
		/* The line may be slow. */
		if (done < size && sched_pause() != 0)
			return (int)done;
	}
	return (int)size;
}
