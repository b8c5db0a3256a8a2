/*
 * Reboot and Shutdown. The counts are told first: nobody comes back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "rom.h"
#include "rom_io.h"

#define KEYBOARD	0x64
#define KEYBOARD_RESET	0xfe
#define RESET_CONTROL	0xcf9
#define RESET_SOFT	0x04
#define RESET_HARD	0x06
#define PM1_CONTROL	0x604	/* where SeaBIOS puts it on both of QEMU's PCs */
#define PM1_OFF		0x2000	/* sleep enable, type 0: off */

static void
stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void
power_call(struct frame *f)
{
	audit_counts();
	if (f->call == VMI_SHUTDOWN) {
		outw(PM1_CONTROL, PM1_OFF);
		stop();
	}
	if (f->eax > 1)
		complain(f, "there is no such way to reboot (%u", f->eax);
	outb(RESET_CONTROL, f->eax == 0 ? RESET_SOFT : RESET_HARD);
	outb(KEYBOARD, KEYBOARD_RESET);		/* PCs without the other */
	stop();
}
